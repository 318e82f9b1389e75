"""Duties by the VPR schedule: each school's own days, moved along with them; the clocks after the last test."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain import departments
from portal.lib.calendar import WorkCalendar
from roadmaps.deadlines import Occurrence, OnEvent, Run, counted_anew, from_json, occurrences, on_runs
from roadmaps.deadlines.parts import offset
from roadmaps.domain import events, fanout, following
from roadmaps.domain.sheet import Sheet
from roadmaps.models import ActionItem, Assignment, RecordedEvent, Roadmap
from schools.domain import schedule
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import CampaignFactory, ExamFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
SCHOOLS = [{"kind": "all_schools", "phrase": "Руководители ОО", "label": ""}]
BY_SCHEDULE = [{"schedule": "vpr"}]
BEFORE = [{"event": "assessment_held", "before": "3 workdays"}]
AFTER = [{"event": "assessment_held", "after": "1 week"}]


def D(day, month=4):
    return datetime.date(2026, month, day)


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def campaign(methodist):
    return CampaignFactory(department=methodist.department, name="Весна")


@pytest.fixture
def schools(methodist):
    return [SchoolFactory(department=methodist.department, name=name) for name in ("Лицей", "Гимназия")]


@pytest.fixture
def roadmap(methodist):
    order = OrderFactory(department=methodist.department)
    return RoadmapFactory(department=methodist.department, state="approved", order=order)


@pytest.fixture
def exams(campaign):
    return [ExamFactory(campaign=campaign, grade=grade) for grade in (4, 5)]


@pytest.fixture(autouse=True)
def spring(time_machine):
    time_machine.move_to("2026-04-01T09:00Z")


def row(roadmap, parts, reach=SCHOOLS, **more):
    return ActionItemFactory(
        section=SectionFactory(roadmap=roadmap), deadline_parts=parts, reach=reach, **more
    )


def official(member):
    return [{"kind": "official", "official": member.pk, "phrase": "Методист", "label": ""}]


def duties(item):
    rows = Assignment.objects.filter(item=item).order_by("school__name")
    return [(a.school.name if a.school else None, a.first_day, a.last_day) for a in rows]


# --- reckoning ---------------------------------------------------------------------------------------------------


def test_a_run_gives_one_time_from_its_first_to_its_last_day(methodist):
    run, calendar = Run("vpr/7", D(21), D(12, 5)), methodist.department.calendar
    parts = from_json([*BY_SCHEDULE, *BEFORE, *AFTER, {"schedule": "план ВШК"}, {"by": "2026-03-01"}])
    assert on_runs(parts, calendar, {"vpr": [run]}) == (
        Occurrence(D(21), D(12, 5), 0, "schedule:vpr/7", D(12, 5)),
        Occurrence(D(16), D(16), 1, "schedule:vpr/7:-3 workdays", D(16)),
    )
    assert on_runs(parts, calendar, {}) == ()
    assert on_runs([OnEvent("document_issued", before="1 day")], calendar, {"vpr": [run]}) == ()


# --- at the signature --------------------------------------------------------------------------------------------


def test_each_school_gets_its_own_days_and_an_official_those_of_all(roadmap, exams, schools, methodist):
    by_schools, before = row(roadmap, BY_SCHEDULE), row(roadmap, BEFORE)
    for_official = row(roadmap, BY_SCHEDULE, official(methodist))
    for exam, school, day in ((0, 0, D(21)), (1, 0, D(28)), (0, 1, D(23))):
        SessionFactory(exam=exams[exam], school=schools[school], day=day)
    SessionFactory(day=D(22))  # another department's
    fanout.fan_out(roadmap, methodist)
    assert duties(by_schools) == [("Гимназия", D(23), D(23)), ("Лицей", D(21), D(28))]
    assert duties(before) == [("Гимназия", D(20), D(20)), ("Лицей", D(16), D(16))]
    assert duties(for_official) == [(None, D(21), D(28))]
    assert fanout.gaps(roadmap, methodist) == []
    before_count = Assignment.objects.count()
    fanout.fan_out(roadmap, methodist)
    assert Assignment.objects.count() == before_count


def test_the_gap_names_the_campaign_or_says_that_there_is_none(roadmap, schools, methodist):
    row(roadmap, BY_SCHEDULE)
    assert (
        "кампании ВПР с 01.09.2025 по 31.08.2026 в портале нет" in fanout.gaps(roadmap, methodist)[0].problem
    )
    CampaignFactory()  # another department's
    assert "в портале нет" in fanout.gaps(roadmap, methodist)[0].problem
    exam = ExamFactory(campaign__department=methodist.department, campaign__name="Весна")
    gap = fanout.gaps(roadmap, methodist)[0].problem.replace("\xa0", " ")
    assert "в кампании «Весна» дней ещё нет у 2 школ" in gap
    for school in schools:
        SessionFactory(exam=exam, school=school)
    assert fanout.gaps(roadmap, methodist) == []


def test_a_draft_says_that_the_days_come_from_the_schedule(methodist, campaign):
    draft = RoadmapFactory(department=methodist.department)
    row(draft, BY_SCHEDULE)
    issues = Sheet(Roadmap.objects.select_related("department", "school").get(pk=draft.pk), D(1)).issues
    assert [(issue.kind, "«Весна»" in issue.text) for issue in issues] == [("info", True)]


# --- afterwards --------------------------------------------------------------------------------------------------


def test_open_duties_follow_the_days_with_a_row_of_history(roadmap, exams, schools, methodist):
    item = row(roadmap, BY_SCHEDULE)
    sessions = [SessionFactory(exam=exam, school=schools[0], day=D(21)) for exam in exams]
    fanout.fan_out(roadmap, methodist)
    schedule.change(sessions[0], by=methodist, day=D(28))
    assert duties(item) == [("Лицей", D(21), D(28))]
    event = Assignment.objects.get().events.get()
    assert (event.state, event.by) == ("assigned", methodist)
    assert event.comment == "По графику «Весна» срок до 28 апреля 2026, был до 21 апреля 2026."


def test_a_school_that_gets_its_first_day_gets_its_duties(roadmap, exams, schools, methodist):
    item, before = row(roadmap, BY_SCHEDULE), row(roadmap, BEFORE)
    schedule.plan(exams[0], schools[1], D(23), by=methodist)
    assert duties(item) == [("Гимназия", D(23), D(23))]
    assert duties(before) == [("Гимназия", D(20), D(20))]


def test_what_nobody_could_meet_any_more_is_not_asked(roadmap, exams, schools, methodist, time_machine):
    time_machine.move_to("2026-04-21T09:00Z")
    before = row(roadmap, BEFORE)
    schedule.plan(exams[0], schools[1], D(23), by=methodist)
    assert duties(before) == []


def test_what_was_reported_or_accepted_stays(roadmap, exams, schools, methodist):
    item = row(roadmap, BY_SCHEDULE)
    session = SessionFactory(exam=exams[0], school=schools[0], day=D(21))
    fanout.fan_out(roadmap, methodist)
    Assignment.objects.update(state="reported", reported_at="2026-04-01T09:00Z", reported_by=methodist)
    schedule.change(session, by=methodist, day=D(28))
    assert duties(item) == [("Лицей", D(21), D(21))]
    assert not Assignment.objects.get().events.exists()


def test_a_school_without_days_waits_without_a_day_and_goes_on_later(roadmap, exams, schools, methodist):
    item = row(roadmap, BY_SCHEDULE)
    session = SessionFactory(exam=exams[0], school=schools[0], day=D(21))
    fanout.fan_out(roadmap, methodist)
    event = schedule.remove(session, by=methodist)
    assert duties(item) == [("Лицей", None, None)]
    schedule.restore(event, by=methodist)
    assert duties(item) == [("Лицей", D(21), D(21))]
    assert Assignment.objects.count() == 1


def test_other_schools_plans_and_departments_are_left_alone(roadmap, exams, schools, methodist):
    item = row(roadmap, BY_SCHEDULE)
    sessions = [SessionFactory(exam=exams[0], school=school, day=D(21)) for school in schools]
    fanout.fan_out(roadmap, methodist)
    past = RoadmapFactory(
        department=methodist.department, state="approved", order=OrderFactory(department=methodist.department),
        first_day=datetime.date(2024, 9, 1), last_day=datetime.date(2025, 8, 31),
    )  # fmt: skip
    old = row(past, BY_SCHEDULE)
    theirs = row(RoadmapFactory(state="approved", order=OrderFactory()), BY_SCHEDULE)
    schedule.change(sessions[0], by=methodist, day=D(28))
    assert duties(item) == [("Гимназия", D(21), D(21)), ("Лицей", D(28), D(28))]
    assert duties(old) == duties(theirs) == []


def test_a_schools_own_plan_follows_its_own_days(exams, schools, methodist):
    order = OrderFactory(department=methodist.department)
    own = RoadmapFactory(department=methodist.department, school=schools[0], state="approved", order=order)
    item = row(own, BY_SCHEDULE)
    schedule.plan(exams[0], schools[1], D(22), by=methodist)
    assert duties(item) == []
    schedule.plan(exams[0], schools[0], D(23), by=methodist)
    assert duties(item) == [("Лицей", D(23), D(23))]


# --- held --------------------------------------------------------------------------------------------------------


def test_the_last_test_held_starts_the_schools_clocks_and_the_last_school_those_of_officials(
    roadmap, exams, schools, methodist, time_machine
):
    time_machine.move_to("2026-05-10T09:00Z")
    after, before = row(roadmap, AFTER), row(roadmap, BEFORE)
    report = row(roadmap, AFTER, official(methodist))
    first = [
        SessionFactory(exam=exam, school=schools[0], day=day)
        for exam, day in zip(exams, (D(21), D(23)), strict=True)
    ]
    last = SessionFactory(exam=exams[0], school=schools[1], day=D(28))
    schedule.mark(first[:1], "held", D(21), by=methodist)
    assert not RecordedEvent.objects.exists()
    schedule.mark(first[1:], "held", D(23), by=methodist)
    assert duties(after) == [("Лицей", D(23), D(30))]
    assert duties(report) == []
    schedule.mark([last], "held", D(28), by=methodist)
    assert duties(after) == [("Гимназия", D(28), D(5, 5)), ("Лицей", D(23), D(30))]
    assert duties(report) == [(None, D(28), D(5, 5))]
    assert duties(before) == []  # it counts back from the first day, which has passed
    assert RecordedEvent.objects.filter(note="Весна: проведены все работы").count() == 3


def test_a_mark_taken_back_and_set_again_starts_nothing_twice(
    roadmap, exams, schools, methodist, time_machine
):
    time_machine.move_to("2026-05-10T09:00Z")
    after = row(roadmap, AFTER)
    session = SessionFactory(exam=exams[0], school=schools[0], day=D(21))
    for on in (D(21), None, D(22)):
        schedule.mark([session], "held", on, by=methodist)
    assert duties(after) == [("Лицей", D(22), D(29))]  # the day of the mark that stands
    assert ActionItem.objects.count() == 1


def test_following_asks_no_more_for_more_schools(roadmap, exams, methodist, django_assert_max_num_queries):
    for _ in range(3):
        row(roadmap, BY_SCHEDULE)

    def queries():
        with django_assert_max_num_queries(60) as asked:
            following.follow(
                exams[0].campaign, set(methodist.department.schools.values_list("pk", flat=True)), methodist
            )
        return len(asked)

    def school():
        SessionFactory(exam=exams[0], school=SchoolFactory(department=methodist.department))

    school()
    queries()
    before = queries()
    school()
    queries()
    school()
    queries()
    assert queries() == before


# --- the department's calendar --------------------------------------------------------------------------------------


@pytest.fixture
def tuesday(spring, time_machine):
    """The day of the events below: one that is still ahead starts nothing."""
    time_machine.move_to("2026-04-07T09:00Z")


def started(roadmap, methodist, term, day):
    item = row(roadmap, [{"event": "assessment_held", "after": term}])
    events.record(methodist.department, event="assessment_held", day=day, by=methodist)
    return item


@pytest.mark.usefixtures("tuesday")
def test_a_holiday_declared_late_moves_terms_in_working_days_only(roadmap, methodist, schools):
    counted = started(roadmap, methodist, "3 workdays", D(7))  # a Tuesday: Friday the 10th
    days = row(roadmap, [{"event": "assessment_held", "after": "3 days"}])
    printed = row(roadmap, [{"by": "2026-04-10"}])
    events.record(methodist.department, event="assessment_held", day=D(7), by=methodist)
    fanout.fan_out(roadmap, methodist)
    done, granted = Assignment.objects.filter(item=counted)
    Assignment.objects.filter(pk=done.pk).update(
        state="reported", reported_at="2026-04-08T09:00Z", reported_by=methodist
    )
    assert {a.last_day for a in Assignment.objects.all()} == {D(10)}
    said = departments.change(methodist.department, by=methodist, days_off=["2026-04-09"])
    assert said == ["Сроки в рабочих днях пересчитаны: 1\N{NO-BREAK SPACE}поручение."]
    granted.refresh_from_db()
    done.refresh_from_db()
    assert (granted.last_day, done.last_day) == (D(13), D(10))
    assert granted.events.get().comment == (
        "Календарь отдела изменился: срок до 13 апреля 2026, был до 10 апреля 2026."
    )
    for untouched in (days, printed):
        assert {a.last_day for a in Assignment.objects.filter(item=untouched)} == {D(10)}
    assert departments.change(methodist.department, by=methodist, days_off=["2026-04-09"]) == []
    departments.change(methodist.department, by=methodist, days_off=[])
    granted.refresh_from_db()
    assert granted.last_day == D(10)


@pytest.mark.usefixtures("tuesday")
def test_a_later_day_that_was_granted_stays_granted(roadmap, methodist, schools):
    item = started(roadmap, methodist, "3 workdays", D(7))
    Assignment.objects.filter(item=item).update(last_day=D(20), printed_day=D(10))
    assert departments.change(methodist.department, by=methodist, days_off=["2026-04-09"]) == []
    assert {a.last_day for a in Assignment.objects.filter(item=item)} == {D(20)}


@pytest.mark.usefixtures("tuesday")
def test_another_departments_calendar_moves_nothing_here(roadmap, methodist, schools):
    item = started(roadmap, methodist, "3 workdays", D(7))
    other = MembershipFactory(admin=True)
    departments.change(other.department, by=other, days_off=["2026-04-09"])
    assert {a.last_day for a in Assignment.objects.filter(item=item)} == {D(10)}


def test_working_days_before_the_vpr_follow_the_calendar_too(roadmap, methodist, campaign, schools, exams):
    item = row(roadmap, BEFORE)
    SessionFactory(exam=exams[0], school=schools[0], day=D(21))
    fanout.fan_out(roadmap, methodist)
    before = {a.last_day for a in Assignment.objects.filter(item=item)}
    assert before == {D(16)}  # three working days before Tuesday the 21st
    departments.change(methodist.department, by=methodist, days_off=["2026-04-17"])
    assert {a.last_day for a in Assignment.objects.filter(item=item)} == {D(15)}


@given(
    day=st.dates(datetime.date(2025, 1, 1), datetime.date(2027, 12, 31)),
    count=st.integers(1, 40),
    unit=st.sampled_from(["day", "workday", "week", "month"]),
    way=st.sampled_from(["after", "before"]),
    school=st.none() | st.integers(1, 99),
)
def test_a_key_says_enough_to_count_anew(day, count, unit, way, school):
    part = OnEvent("assessment_held", **{way: offset(count, unit)})
    (found,) = occurrences([part], WorkCalendar(), {"assessment_held": [day]})
    about = "" if school is None else f"/{school}"
    key = f"{found.key}{about}"
    assert counted_anew(key, WorkCalendar()) == (key, found.first, found.last)
