"""The year of a plan by weeks: where each term stands, what became of it, nothing of anybody else's."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roadmaps.domain.timeline import Timeline
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, AssignmentFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import PostFactory, SchoolFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 3, 10)
FIRST, LAST = datetime.date(2025, 9, 1), datetime.date(2026, 8, 31)


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def plan(methodist):
    return RoadmapFactory(
        department=methodist.department,
        state="approved",
        order=OrderFactory(department=methodist.department),
        name="Карта",
        first_day=FIRST,
        last_day=LAST,
        created_by=methodist,
    )


@pytest.fixture
def item(plan):
    return ActionItemFactory(section=SectionFactory(roadmap=plan), text="Провести проверку", deadline="")


def duty(item, last, first=None, **fields):
    department = item.section.roadmap.department
    school = fields.pop("school", None) or SchoolFactory(department=department)
    return AssignmentFactory(item=item, school=school, first_day=first or last, last_day=last, **fields)


def decided(item, state, **fields):
    """A duty that the methodist has decided on."""
    by = {"decided_at": datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.UTC)}
    if state == "accepted":
        by["reported"] = True
    return duty(
        item, fields.pop("last"), state=state, decided_by=item.section.roadmap.created_by, **by, **fields
    )


def bars(plan, member):
    ((_, (line,)),) = Timeline(plan, member, TODAY).groups
    return line


def test_bar_stands_where_its_days_are(plan, methodist, item):
    duty(item, datetime.date(2025, 9, 30), datetime.date(2025, 9, 1))
    (bar,) = bars(plan, methodist).bars
    assert (bar.span.x, bar.span.width, bar.sign) == ("0.00%", f"{30 * 100 / 365:.2f}%", "late")
    assert bar.span.words == "до 30.09.2025: просрочено"


def test_one_bar_tells_of_all_schools(plan, methodist, item):
    day = datetime.date(2026, 4, 1)
    duty(item, day)
    decided(item, "accepted", last=day)
    decided(item, "exempt", last=day)
    line = bars(plan, methodist)
    assert [bar.label for bar in line.bars] == ["не начато, принято 1 из 2"]
    assert line.words == "до 01.04.2026: не начато, принято 1 из 2"


@pytest.mark.parametrize(
    ("first", "last", "fields", "sign"),
    [
        (None, datetime.date(2026, 3, 9), {}, "late"),
        (None, datetime.date(2026, 3, 9), {"reported": True}, "sent"),
        (datetime.date(2026, 3, 1), datetime.date(2026, 3, 20), {}, "doing"),
        (datetime.date(2026, 3, 15), datetime.date(2026, 3, 20), {}, "none"),
        (datetime.date(2026, 1, 15), None, {}, "loop"),
    ],
)
def test_sign_of_a_bar(plan, methodist, item, first, last, fields, sign):
    duty(item, last, first, **fields)
    assert [bar.sign for bar in bars(plan, methodist).bars] == [sign]


def test_what_all_have_done_is_accepted(plan, methodist, item):
    decided(item, "accepted", last=datetime.date(2026, 3, 9))
    assert [(bar.sign, bar.label) for bar in bars(plan, methodist).bars] == [("ok", "принято")]


def test_what_goes_on_is_one_bar_from_its_first_event(plan, methodist, item):
    for day in (datetime.date(2026, 2, 1), datetime.date(2025, 10, 1)):
        duty(item, None, day)
    (bar,) = bars(plan, methodist).bars
    assert (bar.span.x, bar.sign) == (f"{30 * 100 / 365:.2f}%", "loop")


def test_draft_shows_what_its_deadlines_will_give(methodist):
    plan = RoadmapFactory(department=methodist.department, first_day=FIRST, last_day=LAST)
    SchoolFactory(department=methodist.department)
    part = {"by": "2026-03-15"}
    item = ActionItemFactory(
        section=SectionFactory(roadmap=plan), reach=[{"kind": "all_schools"}], deadline_parts=[part]
    )
    ((_, (line,)),) = Timeline(plan, methodist, TODAY).groups
    assert [bar.span.words for bar in line.bars] == ["до 15.03.2026: не начато"]
    assert not item.assignments.exists(), "looking ahead writes nothing"


def test_row_without_duties_says_what_it_waits_for(plan, methodist, item):
    assert bars(plan, methodist).waits == "срок не понят"


def test_months_cover_the_period_and_today_stands_in_it(plan, methodist):
    found = Timeline(plan, methodist, TODAY)
    assert [span.words for span in found.months][:2] == ["сен", "окт"]
    assert sum(float(span.width[:-1]) for span in found.months) == pytest.approx(100, abs=0.1)
    assert found.now == f"{190 * 100 / 365:.2f}%"
    assert Timeline(plan, methodist, LAST + datetime.timedelta(days=1)).now == ""


def test_school_sees_its_own_bars_only(plan, item, login):
    mine, other = duty(item, datetime.date(2026, 4, 1)), duty(item, datetime.date(2026, 5, 1))
    deputy = PostFactory(school=mine.school).membership
    page = login(deputy).get(f"/roadmaps/{plan.pk}/timeline/").content.decode()
    assert "до 01.04.2026" in page
    assert f"до {other.last_day:%d.%m.%Y}" not in page


def test_page_takes_the_same_queries_for_many_rows(plan, methodist, login):
    client = login(methodist)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/roadmaps/{plan.pk}/timeline/").status_code == 200
        return len(asked)

    def row():
        duty(ActionItemFactory(section=SectionFactory(roadmap=plan), deadline=""), datetime.date(2026, 4, 1))

    row()
    queries()
    once = queries()
    for _ in range(3):
        row()
    assert queries() == once
