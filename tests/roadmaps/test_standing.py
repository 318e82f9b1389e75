"""Reports on duties: counted as the history tells, on any day, the same on the page and on paper."""

from __future__ import annotations

import datetime
import io

import docx
import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from roadmaps.domain import reports, requests
from roadmaps.domain.standing import discipline, progress
from roadmaps.models import Assignment
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, AssignmentFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import PostFactory, SchoolFactory

pytestmark = pytest.mark.django_db
DUE = datetime.date(2026, 3, 15)


@pytest.fixture
def methodist(time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.UTC))
    return MembershipFactory()


@pytest.fixture
def plan(methodist):
    department = methodist.department
    return RoadmapFactory(
        department=department,
        state="approved",
        order=OrderFactory(department=department),
        name="Карта округа",
    )


@pytest.fixture
def item(plan):
    return ActionItemFactory(section=SectionFactory(roadmap=plan, heading="I. Подготовка", position=1))


def duty(item, name, **fields):
    school = SchoolFactory(department=item.section.roadmap.department, name=name)
    row = AssignmentFactory(item=item, school=school, **fields)
    row.deputy = PostFactory(school=school).membership
    return row


def at(time_machine, day, month=3):
    time_machine.move_to(datetime.datetime(2026, month, day, 9, 0, tzinfo=datetime.UTC))


def signs(found):
    keys = ("in_time", "late", "overdue", "open", "ongoing", "exempt")
    return [(one.name, *(getattr(one, key) for key in keys)) for one in found]


def test_in_time_late_and_not_done(item, methodist, time_machine):
    good, slow, lazy = (duty(item, f"СОШ № {n}") for n in (10, 2, 1))
    duty(item, "СОШ № 30", last_day=None)
    at(time_machine, 15)
    reports.report(good, by=good.deputy, note="Готово")
    at(time_machine, 16)
    reports.report(slow, by=slow.deputy, note="Готово")
    assert lazy.is_open
    assert signs(discipline(methodist, datetime.date(2026, 3, 20)).schools) == [
        ("СОШ № 1", 0, 0, 1, 0, 0, 0),
        ("СОШ № 2", 0, 1, 0, 0, 0, 0),
        ("СОШ № 10", 1, 0, 0, 0, 0, 0),
        ("СОШ № 30", 0, 0, 0, 0, 1, 0),
    ]
    total = discipline(methodist, datetime.date(2026, 3, 20)).total
    assert (total.asked, total.due, total.percent, total.review) == (4, 3, 33, 2)


def test_a_past_day_is_told_as_it_was(item, methodist, time_machine):
    row = duty(item, "СОШ № 1")
    at(time_machine, 14)
    reports.report(row, by=row.deputy, note="Готово")
    at(time_machine, 17)
    reports.return_(row, by=methodist, comment="Нет протокола")
    at(time_machine, 18)
    reports.report(row, by=row.deputy, note="Протокол приложен")
    at(time_machine, 19)
    reports.accept(row, by=methodist)

    def sign(day):
        return signs([discipline(methodist, datetime.date(2026, 3, day)).total])[0][1:]

    assert sign(13) == (0, 0, 0, 1, 0, 0)
    assert sign(14) == (1, 0, 0, 0, 0, 0)
    assert sign(17) == (0, 0, 1, 0, 0, 0)
    assert sign(18) == (0, 1, 0, 0, 0, 0)
    today = discipline(methodist, datetime.date(2026, 3, 19)).total
    assert (today.accepted, today.returned) == (1, 1)


def test_what_did_not_exist_yet_is_not_counted(item, methodist):
    duty(item, "СОШ № 1")
    assert discipline(methodist, datetime.date(2026, 2, 27)).total.asked == 0


def test_extension_counts_from_the_day_it_was_granted(item, methodist, time_machine):
    row = duty(item, "СОШ № 1", controller=methodist)
    at(time_machine, 16)
    later = datetime.date(2026, 3, 25)
    at(time_machine, 17)
    requests.grant(requests.ask_extension(row, by=row.deputy, until=later, reason="Карантин"), by=methodist)
    before = discipline(methodist, datetime.date(2026, 3, 16)).total
    after = discipline(methodist, datetime.date(2026, 3, 20)).total
    assert (before.overdue, before.extended) == (1, 0)
    assert (after.open, after.extended) == (1, 1)


def test_progress_goes_by_plan_and_section(plan, item, methodist):
    other = ActionItemFactory(section=SectionFactory(roadmap=plan, heading="II. Проведение", position=2))
    duty(item, "СОШ № 1")
    AssignmentFactory(item=other, school=None, official=methodist)
    [(found, whole, sections)] = progress(methodist, datetime.date(2026, 3, 2))
    assert (found, whole.asked) == (plan, 2)
    assert [(part.name, part.asked) for part in sections] == [("I. Подготовка", 1), ("II. Проведение", 1)]


def test_another_departments_duties_are_not_counted(item, methodist):
    duty(item, "СОШ № 1")
    AssignmentFactory(item__section__roadmap__state="approved", item__section__roadmap__order=OrderFactory())
    assert discipline(methodist, datetime.date(2026, 3, 2)).total.asked == 1


# Page and papers


def test_page_takes_the_same_queries_for_many_schools(item, methodist, login):
    client = login(methodist)

    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("roadmaps:standing")).status_code == 200
        return len(caught)

    duty(item, "СОШ № 1")
    queries()
    once = queries()
    for number in range(3):
        duty(item, f"СОШ № {number + 2}")
    assert queries() == once


def test_papers_say_what_the_page_says(item, methodist, login):
    duty(item, "=СОШ № 1")
    client = login(methodist)

    def file(kind):
        response = client.get(reverse("roadmaps:standing_file", args=[kind]))
        assert response.status_code == 200
        return io.BytesIO(response.content)

    sheet = openpyxl.load_workbook(file("xlsx")).worksheets[0]
    assert [cell.value for cell in sheet[2]][:2] == ["=СОШ № 1", 1]
    assert sheet["A2"].data_type == "s"
    tables = docx.Document(file("docx")).tables
    assert tables[0].cell(1, 0).text == "=СОШ № 1"
    printed = PdfReader(file("pdf")).pages[0].extract_text()
    assert "Исполнение поручений на 01.03.2026" in printed
    assert "=СОШ № 1" in printed


def test_unknown_paper_and_wrong_role(item, methodist, login):
    assert login(methodist).get(reverse("roadmaps:standing_file", args=["exe"])).status_code == 404
    deputy = duty(item, "СОШ № 1").deputy
    assert login(deputy).get(reverse("roadmaps:standing")).status_code == 403
    assert Assignment.objects.count() == 1


def test_a_day_ahead_is_drawn_as_today(login):
    member = MembershipFactory()
    with time_machine.travel("2026-03-10T12:00:00+03:00", tick=False):
        page = login(member).get("/roadmaps/reports/", {"day": "2030-01-01"}).context
    assert page["day"] == page["filter"]["day"].value() == datetime.date(2026, 3, 10)
