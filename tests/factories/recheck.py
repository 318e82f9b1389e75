"""Experts, commissions, cases with works, places and readings."""

from __future__ import annotations

import datetime

import factory
from factory.django import DjangoModelFactory

from recheck.models import Expert, ExpertTie, RecheckCase, RecheckCommission, Seat, SheetImport, Work
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import ExamFactory, SchoolFactory

TASKS = [{"number": str(n), "max": most} for n, most in enumerate((1, 2, 2, 3), start=1)]
SCALE = {"3": 3, "4": 5, "5": 7}


class ExpertFactory(DjangoModelFactory):
    """A teacher of mathematics of another school of the department."""

    class Meta:
        model = Expert

    department = factory.SubFactory(DepartmentFactory)
    school = factory.SubFactory(SchoolFactory, department=factory.SelfAttribute("..department"))
    last_name = factory.Sequence(lambda n: f"Экспертова{n}")
    first_name = "Анна"
    patronymic = "Львовна"
    subjects = "математика"


class TieFactory(DjangoModelFactory):
    """The expert's child learns there."""

    class Meta:
        model = ExpertTie

    expert = factory.SubFactory(ExpertFactory)
    school = factory.SubFactory(SchoolFactory, department=factory.SelfAttribute("..expert.department"))
    kind = ExpertTie.Kind.CHILD


class CommissionFactory(DjangoModelFactory):
    class Meta:
        model = RecheckCommission

    department = factory.SubFactory(DepartmentFactory)
    name = factory.Sequence(lambda n: f"Комиссия по перепроверке {n}")
    order_words = "от 12.02.2026 № 41-о"
    chair = factory.SubFactory(MembershipFactory, department=factory.SelfAttribute("..department"))
    first_day = datetime.date(2025, 9, 1)
    last_day = datetime.date(2026, 8, 31)


class CaseFactory(DjangoModelFactory):
    """A selective case just opened by hand; ``cross`` gives it a partner that checks."""

    class Meta:
        model = RecheckCase

    class Params:
        cross = factory.Trait(
            kind=RecheckCase.Kind.CROSS,
            checker=factory.SubFactory(SchoolFactory, department=factory.SelfAttribute("..department")),
        )

    department = factory.SubFactory(DepartmentFactory)
    kind = RecheckCase.Kind.SELECTIVE
    school = factory.SubFactory(SchoolFactory, department=factory.SelfAttribute("..department"))
    exam = factory.SubFactory(ExamFactory, campaign__department=factory.SelfAttribute("...department"))
    commission = factory.SubFactory(CommissionFactory, department=factory.SelfAttribute("..department"))
    reason = "Резкий рост результатов"
    tasks = factory.LazyFunction(lambda: [dict(task) for task in TASKS])
    thresholds = factory.LazyFunction(lambda: dict(SCALE))
    seed = "0f" * 16
    opened_on = datetime.date(2026, 4, 27)
    opened_by = factory.SubFactory(MembershipFactory, department=factory.SelfAttribute("..department"))


class WorkFactory(DjangoModelFactory):
    class Meta:
        model = Work

    case = factory.SubFactory(CaseFactory)
    code = factory.Sequence(lambda n: f"{10_000 + n}")
    class_name = "4А"
    mark = 4
    scores = factory.LazyFunction(lambda: {"1": 1, "2": 2, "3": 1, "4": 2})


class SeatFactory(DjangoModelFactory):
    """An expert of another school at the first reading."""

    class Meta:
        model = Seat

    case = factory.SubFactory(CaseFactory)
    expert = factory.SubFactory(ExpertFactory, department=factory.SelfAttribute("..case.department"))
    appointed_by = factory.SelfAttribute("case.opened_by")


class SheetImportFactory(DjangoModelFactory):
    class Meta:
        model = SheetImport

    case = factory.SubFactory(CaseFactory)
    department = factory.SelfAttribute("case.department")
    file_name = "работы.xlsx"
    file = factory.django.FileField(data=b"xlsx", filename="works.xlsx")
