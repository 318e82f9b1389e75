"""Roadmaps, their items, and duties."""

import datetime
from hashlib import sha256

import factory
from factory.django import DjangoModelFactory

from roadmaps.models import (
    ActionItem,
    Assignment,
    AssignmentRequest,
    Feed,
    RecordedEvent,
    Roadmap,
    RoadmapImport,
    Section,
    YearReport,
    YearReportPart,
)
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import SchoolFactory

COLUMNS = [
    {"key": "number", "heading": "№"},
    {"key": "text", "heading": "Мероприятие"},
    {"key": "deadline", "heading": "Срок"},
    {"key": "responsible", "heading": "Ответственные"},
]


class RoadmapFactory(DjangoModelFactory):
    class Meta:
        model = Roadmap

    department = factory.SubFactory(DepartmentFactory)
    name = factory.Sequence(lambda n: f"Карта {n}")
    title_lines = ["План мероприятий"]
    columns = COLUMNS
    first_day = datetime.date(2025, 9, 1)
    last_day = datetime.date(2026, 8, 31)


class SectionFactory(DjangoModelFactory):
    class Meta:
        model = Section

    roadmap = factory.SubFactory(RoadmapFactory)
    position = factory.Sequence(lambda n: n)
    number = "I"
    title = "Подготовка"
    heading = "I. Подготовка"


class ActionItemFactory(DjangoModelFactory):
    class Meta:
        model = ActionItem

    section = factory.SubFactory(SectionFactory)
    position = factory.Sequence(lambda n: n)
    number = factory.Sequence(lambda n: f"1.{n + 1}.")
    text = factory.Sequence(lambda n: f"Мероприятие {n}")
    deadline = "до 15 марта 2026 года"
    responsible = "Руководители ОО"


class AssignmentFactory(DjangoModelFactory):
    """One school's duty, not begun, due on 15 March 2026."""

    class Meta:
        model = Assignment

    class Params:
        reported = factory.Trait(
            state=Assignment.State.REPORTED,
            reported_at=datetime.datetime(2026, 3, 10, 9, 0, tzinfo=datetime.UTC),
            reported_by=factory.SubFactory(
                MembershipFactory, deputy=True, department=factory.SelfAttribute("..department")
            ),
        )
        official_duty = factory.Trait(
            school=None,
            official=factory.SubFactory(MembershipFactory, department=factory.SelfAttribute("..department")),
        )

    item = factory.SubFactory(ActionItemFactory)
    department = factory.SelfAttribute("item.section.roadmap.department")
    school = factory.SubFactory(SchoolFactory, department=factory.SelfAttribute("..department"))
    occurrence = "by:2026-03-15"
    first_day = datetime.date(2026, 3, 15)
    last_day = datetime.date(2026, 3, 15)


class RecordedEventFactory(DjangoModelFactory):
    """The VPR were held in the department's schools on 10 March 2026; a methodist wrote it down."""

    class Meta:
        model = RecordedEvent

    department = factory.SubFactory(DepartmentFactory)
    event = "assessment_held"
    day = datetime.date(2026, 3, 10)
    by = factory.SubFactory(MembershipFactory, department=factory.SelfAttribute("..department"))


class FeedFactory(DjangoModelFactory):
    """A person's own calendar; ``token`` is what its address holds."""

    class Meta:
        model = Feed

    class Params:
        token = factory.Sequence(lambda n: f"feed-token-{n}")

    membership = factory.SubFactory(MembershipFactory)
    token_hash = factory.LazyAttribute(lambda feed: sha256(feed.token.encode()).hexdigest())


class YearReportFactory(DjangoModelFactory):
    """A draft without parts, as of the end of March."""

    class Meta:
        model = YearReport

    department = factory.SubFactory(DepartmentFactory)
    year = 2025
    day = datetime.date(2026, 3, 31)
    title = "Аналитический отчёт\nза учебный год"


class YearPartFactory(DjangoModelFactory):
    class Meta:
        model = YearReportPart

    report = factory.SubFactory(YearReportFactory)
    key = "general"
    position = factory.Sequence(lambda n: n)
    heading = "Общие сведения"
    text = "Школ: 2."


class AssignmentRequestFactory(DjangoModelFactory):
    """A school says that an item does not apply to it; nobody has answered yet."""

    class Meta:
        model = AssignmentRequest

    assignment = factory.SubFactory(AssignmentFactory)
    kind = AssignmentRequest.Kind.EXEMPTION
    reason = "В школе нет таких классов"
    asked_by = factory.SubFactory(
        MembershipFactory, deputy=True, department=factory.SelfAttribute("..assignment.department")
    )


class RoadmapImportFactory(DjangoModelFactory):
    """A read file of one section and one row, not saved yet."""

    class Meta:
        model = RoadmapImport

    department = factory.SubFactory(DepartmentFactory)
    file_name = "план.docx"
    first_day = datetime.date(2025, 9, 1)
    last_day = datetime.date(2026, 8, 31)

    @factory.lazy_attribute
    def reading(self):
        row = {"number": "1.", "text": "Собрать списки", "deadline": "март", "responsible": "Директора школ"}
        section = {"number": "I", "title": "Начало", "heading": "I. Начало", "items": [row]}
        plan = {
            "title_lines": ["План"],
            "period": None,
            "goals": [],
            "columns": COLUMNS,
            "sections": [section],
        }
        return {"roadmap": plan, "order": None, "problems": []}
