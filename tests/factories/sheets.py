"""Forms of the sheet, sheets, violations."""

import datetime
import uuid

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from observers import questions
from observers.models import (
    ObservationSheet,
    SheetAddition,
    SheetCopy,
    SheetFile,
    SheetTemplate,
    Violation,
)
from tests.factories.observers import VisitFactory
from tests.factories.schools import CampaignFactory, SchoolFactory

NOON = datetime.datetime(2026, 4, 21, 9, 0, tzinfo=datetime.UTC)


class TemplateFactory(DjangoModelFactory):
    """The form to begin with, published."""

    class Meta:
        model = SheetTemplate

    class Params:
        draft = factory.Trait(state=SheetTemplate.State.DRAFT, published_at=None)

    campaign = factory.SubFactory(CampaignFactory)
    version = factory.Sequence(lambda n: n + 1)
    questions = factory.LazyFunction(lambda: list(questions.STARTER))
    kinds = factory.LazyFunction(lambda: list(questions.STARTER_KINDS))
    state = SheetTemplate.State.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)


class SheetFactory(DjangoModelFactory):
    """Begun; with ``sent=True`` frozen at noon of the visit's day."""

    class Meta:
        model = ObservationSheet

    class Params:
        sent = factory.Trait(
            state=ObservationSheet.State.SENT,
            arrived_at=NOON - datetime.timedelta(hours=2),
            left_at=NOON - datetime.timedelta(hours=1),
            answers=factory.LazyFunction(lambda: {"present": 24}),
            no_violations=True,
            signed_name="Зорина Вера Львовна",
            sent_at=NOON,
            sent_key=factory.LazyFunction(uuid.uuid4),
        )

    assignment = factory.SubFactory(VisitFactory)
    template = factory.SubFactory(
        TemplateFactory, campaign=factory.SelfAttribute("..assignment.session.exam.campaign")
    )


class SheetCopyFactory(DjangoModelFactory):
    class Meta:
        model = SheetCopy

    sheet = factory.SubFactory(SheetFactory)
    template = factory.SelfAttribute("sheet.template")
    key = factory.LazyFunction(uuid.uuid4)


class SheetFileFactory(DjangoModelFactory):
    class Meta:
        model = SheetFile

    sheet = factory.SubFactory(SheetFactory)
    key = factory.LazyFunction(uuid.uuid4)
    place = "room"
    name = "фото.jpg"
    file = factory.django.FileField(data=b"\xff\xd8\xff", filename="photo.jpg")
    size = 3
    sha256 = "0" * 64


class SheetAdditionFactory(DjangoModelFactory):
    class Meta:
        model = SheetAddition

    sheet = factory.SubFactory(SheetFactory, sent=True)
    key = factory.LazyFunction(uuid.uuid4)
    text = "Участников было 25."
    author = "Зорина Вера Львовна"


class ViolationFactory(DjangoModelFactory):
    """Seen at a school, in the school's own department; ``school`` decides where the visit was."""

    class Meta:
        model = Violation
        skip_postgeneration_save = True

    school = factory.SubFactory(SchoolFactory)
    sheet = factory.SubFactory(
        SheetFactory,
        sent=True,
        no_violations=False,
        assignment__session__school=factory.SelfAttribute("....school"),
    )
    key = factory.LazyFunction(uuid.uuid4)
    class_name = "4А"
    kind = "посторонние в кабинете"
    text = "В кабинет вошёл посторонний и вышел через пять минут."

    @factory.post_generation
    def opened(self, create, extracted, **kwargs):
        if create:
            self.events.create(state=Violation.State.OPEN, comment="Записано наблюдателем")
