"""One message a person a morning: the rungs of their own duties, and what is overdue below them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from notifications.models import Reminder
from portal.lib.calendar import WorkCalendar
from portal.lib.ladder import Ladder, next_workday, previous_workday
from roadmaps import tasks
from roadmaps.domain import digest, reminders, reports
from roadmaps.models import Assignment, Notice
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
MOSCOW = ZoneInfo("Europe/Moscow")
CALENDAR = WorkCalendar()
# 2026: 12 March is a Thursday; 9 March is off (8 March is a Sunday).


def at(day, hour=9, minute=0, zone=MOSCOW):
    return datetime(2026, 3, day, hour, minute, tzinfo=zone)


def duty_due(day, **kwargs):
    return AssignmentFactory(last_day=date(2026, 3, day), **kwargs)


def deputy_of(duty):
    return PostFactory(school=duty.school).membership


def texts(reminder):
    """The duties written out in a message."""
    return [line["text"] for group in reminder.groups for line in group["lines"]]


def settle_all():
    """The mail server took everything."""
    Reminder.objects.waiting().update(state=Reminder.State.SENT, ended_at=at(1))


def days_told(duty, days, hour=9):
    """Sweep every day of March given; the days on which something new was written."""
    told = []
    for day in days:
        if reminders.sweep(at(day, hour)):
            told.append(day)
            settle_all()
    return told


def test_ladder_of_one_duty_left_undone():
    duty = duty_due(19)  # Thursday
    deputy_of(duty)
    assert days_told(duty, range(1, 32)) == [12, 18, 19, 20, 27]
    assert list(Notice.objects.order_by("pk").values_list("rung", flat=True)) == [
        f"{rung}@2026-03-19" for rung in ("7", "1", "0", "-1", "-8")
    ]


def test_rung_on_a_day_off_is_told_on_the_last_working_day_before_and_overdue_on_the_next():
    duty = duty_due(
        15
    )  # Sunday: 7 before is Sunday 8th → Friday 6th; 1 before and the day itself → Friday 13th
    deputy_of(duty)
    assert days_told(duty, range(1, 24)) == [6, 13, 16, 23]


def test_nothing_before_eight_in_the_departments_own_morning():
    duty = duty_due(19, item__section__roadmap__department__time_zone="Asia/Vladivostok")
    deputy_of(duty)
    vladivostok = ZoneInfo("Asia/Vladivostok")
    assert reminders.sweep(at(19, 7, 59, vladivostok)) == 0
    assert reminders.sweep(at(19, 8, 0, vladivostok)) == 1
    assert ":2026-03-19:" in Reminder.objects.get().key


def test_six_day_week_reminds_on_saturday():
    duty = duty_due(15, item__section__roadmap__department__six_day_week=True)
    deputy_of(duty)
    assert reminders.sweep(at(14)) == 1


def test_region_without_a_calendar_works_by_the_federal_one():
    duty = duty_due(19, item__section__roadmap__department__holiday_region="XX")
    deputy_of(duty)
    assert reminders.sweep(at(19)) == 1


def test_one_message_a_person_a_day_collects_all_rungs_most_urgent_first():
    late = duty_due(10)
    deputy = deputy_of(late)
    common = {
        "school": late.school,
        "department": late.department,
        "item__section__roadmap__department": late.department,
    }
    today, week = duty_due(12, **common), duty_due(19, **common)
    assert reminders.sweep(at(12)) == 1
    told = Reminder.objects.get()
    assert (told.recipient, told.path) == (deputy.user, "/roadmaps/mine/")
    assert told.subject == "Поручения: просрочено 1, срок сегодня 1, скоро срок 1"
    assert [(group["tone"], [line["text"] for line in group["lines"]]) for group in told.groups] == [
        ("late", [late.item.text]),
        ("today", [today.item.text]),
        ("soon", [week.item.text]),
    ]
    assert "просрочено на 2\N{NO-BREAK SPACE}дня" in told.groups[0]["lines"][0]["when"]
    assert Notice.objects.count() == 3


def test_what_comes_up_after_todays_message_is_told_next_morning():
    first = duty_due(19)
    deputy_of(first)
    reminders.sweep(at(12))
    settle_all()
    second = duty_due(19, school=first.school, item__section__roadmap__department=first.department)
    assert reminders.sweep(at(12, 15)) == 0
    assert reminders.sweep(at(13)) == 1
    assert texts(Reminder.objects.latest("pk")) == [second.item.text]


def test_sweep_that_was_down_tells_each_duty_once_as_it_stands_now():
    duty = duty_due(12)
    deputy_of(duty)
    reminders.sweep(at(5))
    settle_all()
    assert reminders.sweep(at(31)) == 1  # 1 before, on the day, after, two weeks: all missed
    assert Reminder.objects.count() == 2
    (line,) = Reminder.objects.latest("pk").groups[0]["lines"]
    assert "просрочено на 19\N{NO-BREAK SPACE}дней" in line["when"]
    assert reminders.sweep(at(31, 18)) == 0


def test_every_active_deputy_of_the_school_and_nobody_else():
    duty = duty_due(19)
    people = [deputy_of(duty), PostFactory(school=duty.school, is_director=True).membership]
    gone = deputy_of(duty)
    gone.ended_at = datetime(2026, 1, 1, tzinfo=UTC)
    gone.save()
    locked = deputy_of(duty)
    locked.user.is_active = False
    locked.user.save()
    PostFactory(school__department=duty.department)
    reminders.sweep(at(19))
    assert {told.recipient for told in Reminder.objects.all()} == {person.user for person in people}


def test_official_is_told_of_their_own_duty():
    duty = duty_due(19, official_duty=True)
    MembershipFactory(department=duty.department)
    reminders.sweep(at(19))
    assert Reminder.objects.get().recipient == duty.official.user


def test_going_on_and_reported_duties_are_silent_and_returned_ones_speak_again():
    going_on = AssignmentFactory(last_day=None)
    deputy_of(going_on)
    duty = duty_due(12)
    deputy = deputy_of(duty)
    reports.report(duty, by=deputy, note="Сделано")
    Reminder.objects.all().delete()
    assert reminders.sweep(at(16)) == 0
    reports.return_(duty, by=MembershipFactory(department=duty.department), comment="Не то")
    assert reminders.sweep(at(16)) == 1
    (line,) = Reminder.objects.get(kind="duties").groups[0]["lines"]
    assert "возвращён с замечанием" in line["note"]


def test_message_of_one_department_names_nothing_of_another():
    """One person, deputy in two departments: a message each, of its own duties only."""
    here, there = duty_due(19), duty_due(19)
    person = deputy_of(here).user
    PostFactory(school=there.school, membership__user=person)
    assert reminders.sweep(at(19)) == 2
    for told, own, other in zip(
        Reminder.objects.order_by("department"), (here, there), (there, here), strict=True
    ):
        assert told.department == own.department
        assert texts(told) == [own.item.text] != [other.item.text]


def test_long_list_is_counted_not_written_out(monkeypatch):
    monkeypatch.setattr(digest, "LISTED", 2)
    first = duty_due(19)
    deputy_of(first)
    for number in range(3):
        duty_due(19, school=first.school, item=first.item, occurrence=str(number))
    reminders.sweep(at(19))
    (group,) = Reminder.objects.get().groups
    assert (len(group["lines"]), group["more"]) == (2, 2)
    assert Notice.objects.count() == 4


def test_beat_asks_the_sweep(monkeypatch):
    asked = []
    monkeypatch.setattr(reminders, "sweep", asked.append)
    tasks.remind_due()
    assert asked[0].tzinfo is not None


def test_queries_do_not_grow_with_duties():
    def counted(duties):
        first = duty_due(19)
        deputy_of(first)
        for number in range(1, duties):
            duty_due(19, school=first.school, item=first.item, occurrence=str(number))
        with CaptureQueriesContext(connection) as queries:
            assert reminders.sweep_department(first.department, at(19)) == 1
        return len(queries)

    assert counted(1) == counted(6)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_write_one_message():
    duty = duty_due(19)
    deputy_of(duty)
    race(*(lambda: reminders.sweep(at(19)) for _ in range(3)))
    assert Reminder.objects.count() == 1
    assert Notice.objects.count() == 1


@given(
    due=st.dates(date(2025, 9, 1), date(2026, 8, 31)),
    start=st.integers(-20, 20),
    gaps=st.lists(st.integers(0, 12), min_size=1, max_size=25),
)
def test_rungs_only_climb_whenever_one_looks(due, start, gaps):
    """The rung of a later day is never an earlier one, and none comes before its working day."""
    day, seen = due + timedelta(days=start), []
    for gap in gaps:
        day += timedelta(days=gap)
        name = Ladder().rung(due, day, CALENDAR)
        if name:
            step, at_due = name.split("@")
            assert at_due == str(due)
            seen.append(int(step))
            nominal = due - timedelta(days=int(step))
            if int(step) < 0:
                assert next_workday(nominal, CALENDAR) <= day
            else:
                assert previous_workday(nominal, CALENDAR) <= day
        else:
            assert day < due, "a due day passed in silence"
    assert seen == sorted(seen, reverse=True)


class LadderInUse(TestCase):
    """Against the database: any due day, any times of sweeping, done at any time."""

    @settings(max_examples=25)
    @given(
        due=st.dates(date(2025, 12, 20), date(2026, 1, 20)),
        hours=st.lists(st.integers(1, 90), min_size=1, max_size=15),
        done_after=st.integers(0, 15),
    )
    def test_each_rung_at_most_once_one_message_a_day_and_nothing_when_done(self, due, hours, done_after):
        duty = AssignmentFactory(last_day=due)
        deputy = PostFactory(school=duty.school).membership
        now = datetime(due.year, due.month, due.day, tzinfo=MOSCOW) - timedelta(days=10)
        for number, hour in enumerate(hours):
            if number == done_after:
                reports.report(Assignment.objects.get(pk=duty.pk), by=deputy, note="Сделано")
            now += timedelta(hours=hour)
            fresh = reminders.sweep(now)
            assert not (fresh and number >= done_after)
            local = now.astimezone(MOSCOW)
            assert not (fresh and (not 8 <= local.hour < 20 or not CALENDAR.is_workday(local.date())))
            waits = number < done_after and 8 <= local.hour < 20 and CALENDAR.is_workday(local.date())
            standing = Ladder().rung(due, local.date(), CALENDAR)
            if waits and standing:
                told_today = Reminder.objects.filter(key__contains=f":{local.date()}:").exists()
                assert told_today or Notice.objects.filter(rung=standing).exists()
        rungs = list(Notice.objects.values_list("rung", flat=True))
        assert len(rungs) == len(set(rungs)) == Reminder.objects.filter(kind="duties").count()
