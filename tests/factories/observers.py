"""Observers of the tests and their visits."""

import datetime

import factory
from factory.django import DjangoModelFactory

from observers.models import (
    AssignmentProposal,
    CampaignNeeds,
    Observer,
    ObserverAssignment,
    ObserverAvailability,
    ObserverCertificate,
    ObserverChild,
    ObserverConsent,
    ObserverImport,
    ObserverTraining,
    SessionNeed,
)
from tests.factories.accounts import DepartmentFactory
from tests.factories.schools import CampaignFactory, SchoolFactory, SessionFactory


class ObserverFactory(DjangoModelFactory):
    """Trained and consenting; with ``standing=False`` neither."""

    class Meta:
        model = Observer
        skip_postgeneration_save = True

    department = factory.SubFactory(DepartmentFactory)
    last_name = factory.Sequence(lambda n: f"Зорина{n}")
    first_name = "Вера"
    patronymic = "Львовна"
    kind = Observer.Kind.PARENT
    phone = "+7 900 000-00-00"

    @factory.post_generation
    def standing(self, create, extracted, **kwargs):
        if create and extracted is not False:
            self.consents.create(given_on=datetime.date(2026, 3, 1))
            self.trainings.create(day=datetime.date(2026, 3, 10), material="Порядок наблюдения")

    @factory.post_generation
    def works_at(self, create, extracted, **kwargs):
        if create and extracted:
            self.works_at.set(extracted)


class ObserverChildFactory(DjangoModelFactory):
    class Meta:
        model = ObserverChild

    observer = factory.SubFactory(ObserverFactory)
    school = factory.SubFactory(SchoolFactory, department=factory.SelfAttribute("..observer.department"))
    class_name = "4А"


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = ObserverConsent

    observer = factory.SubFactory(ObserverFactory, standing=False)
    given_on = datetime.date(2026, 3, 1)
    file = factory.django.FileField(data=b"%PDF-1.4", filename="consent.pdf")
    file_name = "Согласие.pdf"
    content_type = "application/pdf"


class TrainingFactory(DjangoModelFactory):
    class Meta:
        model = ObserverTraining

    observer = factory.SubFactory(ObserverFactory, standing=False)
    day = datetime.date(2026, 3, 10)
    material = "Порядок наблюдения"


class VisitFactory(DjangoModelFactory):
    """An observer of the session's own department watches how it runs."""

    class Meta:
        model = ObserverAssignment

    session = factory.SubFactory(SessionFactory)
    observer = factory.SubFactory(
        ObserverFactory, department=factory.SelfAttribute("..session.school.department")
    )
    told_day = factory.SelfAttribute("session.day")
    told_starts_at = factory.SelfAttribute("session.starts_at")
    told_school = factory.SelfAttribute("session.school")


class AvailabilityFactory(DjangoModelFactory):
    class Meta:
        model = ObserverAvailability

    observer = factory.SubFactory(ObserverFactory)
    campaign = factory.SubFactory(CampaignFactory, department=factory.SelfAttribute("..observer.department"))
    days = factory.LazyFunction(lambda: ["2026-04-21"])


class NeedsFactory(DjangoModelFactory):
    class Meta:
        model = CampaignNeeds

    campaign = factory.SubFactory(CampaignFactory)


class SessionNeedFactory(DjangoModelFactory):
    class Meta:
        model = SessionNeed

    session = factory.SubFactory(SessionFactory)
    observers = 2


class ProposalFactory(DjangoModelFactory):
    class Meta:
        model = AssignmentProposal

    campaign = factory.SubFactory(CampaignFactory)
    department = factory.SelfAttribute("campaign.department")
    content = factory.LazyFunction(
        lambda: {"rows": [], "kept": 0, "assigned": 0, "unfilled": [], "status": "optimal"}
    )


class CertificateFactory(DjangoModelFactory):
    class Meta:
        model = ObserverCertificate

    observer = factory.SubFactory(ObserverFactory)
    department = factory.SelfAttribute("observer.department")
    year = 2026
    sequence = factory.Sequence(lambda n: n + 1)
    place = "школы округа"
    issued_on = datetime.date(2026, 4, 1)
    valid_until = datetime.date(2026, 5, 31)
    signatory_position = "Начальник отдела"
    signatory_name = "И.И. Образцова"


class ObserverImportFactory(DjangoModelFactory):
    class Meta:
        model = ObserverImport

    department = factory.SubFactory(DepartmentFactory)
    file_name = "наблюдатели.xlsx"
    file = factory.django.FileField(data=b"xlsx", filename="observers.xlsx")
