"""A department's own ladder, escalation, the cap; and what is still true when a message is sent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from notifications.domain import delivery
from notifications.models import Reminder, Run
from roadmaps.domain import reminders, reports
from roadmaps.models import Assignment, Notice
from tests.factories.accounts import MembershipFactory
from tests.factories.notifications import RulesFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
MOSCOW = ZoneInfo("Europe/Moscow")
State = Reminder.State
# 2026: 12 March is a Thursday; 9 March is off (8 March is a Sunday).


def at(day, hour=9, minute=0, zone=MOSCOW):
    return datetime(2026, 3, day, hour, minute, tzinfo=zone)


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(at(1), tick=False)


def duty_due(day, **kwargs):
    return AssignmentFactory(last_day=date(2026, 3, day), **kwargs)


def beside(duty, day, **kwargs):
    """Another duty of the same school."""
    own = {"school": duty.school, "item__section__roadmap__department": duty.department}
    return duty_due(day, **own | kwargs)


def deputy_of(duty):
    return PostFactory(school=duty.school).membership


def morning(day, hour=9):
    """Record and send; the subjects by recipient."""
    reminders.sweep(at(day, hour))
    before = len(mail.outbox)
    while delivery.sweep(at(day, hour)):
        pass
    return {letter.to[0]: letter.subject for letter in mail.outbox[before:]}


def told(kind="duties"):
    return Reminder.objects.filter(kind=kind)


def texts(reminder):
    return [line["text"] for group in reminder.groups for line in group["lines"]]


# --- the ladder is the department's ------------------------------------------------------------------------------


def test_department_sets_its_own_ladder_hour_and_days():
    duty = duty_due(19)
    RulesFactory(department=duty.department, before=[3], on_day=False, after=2, every=0, morning=10)
    deputy_of(duty)
    days = [(day, hour) for day in range(2, 32) for hour in (9, 10) if morning(day, hour)]
    assert days == [(16, 10), (23, 10)]  # 3 days before; the second day after is a Saturday


def test_rules_of_one_department_are_not_those_of_another():
    here, there = duty_due(19), duty_due(19)
    for duty in (here, there):
        deputy_of(duty)
    RulesFactory(department=here.department, before=[], on_day=False, after=0)
    assert {r.department for r in told()} == set()
    morning(19)
    assert {r.department for r in told()} == {there.department}


def test_late_run_still_tells_in_the_afternoon_but_not_in_quiet_hours():
    duty = duty_due(19)
    deputy_of(duty)
    assert morning(19, 20) == {}
    assert len(morning(19, 19)) == 1


# --- escalation --------------------------------------------------------------------------------------------------


def test_overdue_climbs_to_the_controller_then_to_the_head_each_collected_and_once():
    first = duty_due(10)
    controller = MembershipFactory(department=first.department)
    head = MembershipFactory(department=first.department, head=True)
    Assignment.objects.update(controller=controller)
    beside(first, 10, controller=controller)
    days = {}
    for day in range(10, 25):
        for person in morning(day):
            days.setdefault(person, []).append(day)
    assert days == {controller.user.email: [13], head.user.email: [17]}
    (group,) = told().get(recipient=controller.user).groups
    assert (group["tone"], len(group["lines"])) == ("controller", 2)
    assert group["lines"][0]["who"] == first.school.name
    assert told().get(recipient=controller.user).subject == "Просрочено у исполнителей: 2"


def test_own_duties_and_what_is_overdue_below_come_in_one_message():
    duty = duty_due(10)
    controller = MembershipFactory(department=duty.department)
    Assignment.objects.update(controller=controller)
    own = duty_due(
        13, official_duty=True, official=controller, item__section__roadmap__department=duty.department
    )
    sent = morning(13)
    assert sent == {controller.user.email: "Поручения: срок сегодня 1; на контроле просрочено 1"}
    assert texts(told().get()) == [own.item.text, duty.item.text]
    assert told().get().path == "/roadmaps/mine/"


def test_without_a_controller_at_work_the_head_is_told_in_their_place():
    duty = duty_due(10)
    gone = MembershipFactory(department=duty.department, ended_at=at(1))
    Assignment.objects.update(controller=gone)
    head = MembershipFactory(department=duty.department, head=True)
    assert morning(12) == {}
    assert list(morning(13)) == [head.user.email]


def test_nobody_is_told_of_their_own_duty_as_somebody_elses():
    duty = duty_due(10, official_duty=True)
    Assignment.objects.update(controller=duty.official)
    for day in range(10, 25):
        assert set(morning(day)) <= {duty.official.user.email}
    assert not Notice.objects.filter(rung__startswith="controller").exists()


def test_days_of_zero_switch_escalation_off():
    duty = duty_due(10)
    RulesFactory(department=duty.department, controller_after=0, head_after=0)
    Assignment.objects.update(controller=MembershipFactory(department=duty.department))
    MembershipFactory(department=duty.department, head=True)
    assert [day for day in range(10, 30) if morning(day)] == []


# --- the cap -----------------------------------------------------------------------------------------------------


def test_cap_stops_the_morning_alarms_the_admins_once_and_lets_it_go_on_when_raised():
    first = duty_due(19)
    deputies = [PostFactory(school=first.school).membership for _ in range(3)]
    admin = MembershipFactory(department=first.department, admin=True)
    MembershipFactory(admin=True)
    rules = RulesFactory(department=first.department, cap=2)
    assert morning(19) == {admin.user.email: "Утренняя рассылка остановлена"}
    assert morning(19) == {}
    assert not told().exists()
    assert Run.objects.get().stopped == 3
    assert "должны были получить 3" in told("stopped").get().body
    rules.cap = 3
    rules.save()
    assert set(morning(19)) == {deputy.user.email for deputy in deputies}
    run = Run.objects.get()
    assert (run.told, run.stopped) == (3, None)


# --- what is still true at sending -------------------------------------------------------------------------------


def recorded(day, *duties):
    assert reminders.sweep(at(day)) == 1
    return told().get()


def test_reported_meanwhile_drops_out_of_the_message_and_was_not_told():
    done, left = (first := duty_due(19)), beside(first, 19)
    deputy = deputy_of(done)
    reminder = recorded(19)
    reports.report(done, by=deputy, note="Сделано")
    delivery.sweep(at(19))
    reminder.refresh_from_db()
    assert reminder.state == State.SENT
    assert texts(reminder) == [left.item.text]
    assert done.item.text not in mail.outbox[0].body
    assert list(Notice.objects.values_list("assignment", flat=True)) == [left.pk]


@pytest.mark.parametrize("change", ["reported", "deleted", "moved", "left"])
def test_emptied_message_is_not_sent(change):
    duty = duty_due(19)
    deputy = deputy_of(duty)
    other = PostFactory(school__department=duty.department, membership__user=deputy.user)
    reminder = recorded(19)
    if change == "reported":
        reports.report(duty, by=deputy, note="Сделано")
    elif change == "deleted":
        duty.delete()
    elif change == "moved":
        Assignment.objects.update(last_day=date(2026, 4, 19))
    else:  # still works in the department, for another school
        deputy.ended_at = at(19)
        deputy.save()
        assert other.membership.is_active
    delivery.sweep(at(19))
    reminder.refresh_from_db()
    assert reminder.state == State.DROPPED
    assert mail.outbox == []
    assert not Notice.objects.exists()


@pytest.mark.parametrize("step", ["claim", "freshen"])
def test_duty_deleted_while_a_sender_holds_the_message(step, monkeypatch):
    """After the claim nothing is sent; after the last look the letter goes, with a link that leads to a plain 404."""
    duty = duty_due(19)
    deputy_of(duty)
    reminder = recorded(19)
    before = getattr(delivery, step)

    def and_then_deleted(*args):
        answer = before(*args)
        Assignment.objects.all().delete()
        return answer

    monkeypatch.setattr(delivery, step, and_then_deleted)
    delivery.sweep(at(19))
    reminder.refresh_from_db()
    expected = (State.DROPPED, 0) if step == "claim" else (State.SENT, 1)
    assert (reminder.state, len(mail.outbox)) == expected
    assert delivery.sweep(at(19)) == 0


def test_message_the_server_kept_back_comes_inside_the_next_mornings_one():
    duty = duty_due(13)
    deputy_of(duty)
    reminders.sweep(at(12))  # 1 day before; nothing is sent
    second = beside(duty, 20)
    reminders.sweep(at(13))
    old, new = told().order_by("pk")
    assert (old.state, new.state) == (State.DROPPED, State.WAITING)
    delivery.sweep(at(13))
    assert len(mail.outbox) == 1
    new.refresh_from_db()
    assert texts(new) == [duty.item.text, second.item.text]
    assert Notice.objects.filter(reminder=old).count() == 0
    assert morning(16) != {}  # overdue since the 14th, a Saturday


def test_message_in_the_hands_of_a_sender_is_left_to_it():
    duty = duty_due(13)
    deputy_of(duty)
    reminders.sweep(at(12))
    Reminder.objects.update(claimed_at=at(12))
    reminders.sweep(at(13))
    assert [r.state for r in told()] == [State.WAITING, State.WAITING]


# --- clocks and calendars ----------------------------------------------------------------------------------------


def test_holiday_declared_late_shifts_what_was_not_told_and_repeats_nothing():
    duty = duty_due(19)
    deputy_of(duty)
    assert len(morning(12)) == 1
    duty.department.days_off = ["2026-03-18", "2026-03-19"]
    duty.department.save()
    assert [day for day in range(12, 21) if morning(day)] == [17, 20]
    rungs = list(Notice.objects.order_by("pk").values_list("rung", flat=True))
    assert rungs == ["7@2026-03-19", "0@2026-03-19", "-1@2026-03-19"]


def test_changed_time_zone_repeats_nothing():
    duty = duty_due(19)
    deputy_of(duty)
    department = duty.department
    assert len(morning(12)) == 1
    for zone in ("Asia/Vladivostok", "Europe/Kaliningrad"):
        department.time_zone = zone
        department.save()
        for hour in (1, 9, 15, 23):
            assert reminders.sweep(at(12, hour)) == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Europe/Moscow", "Asia/Vladivostok"),
        ("Asia/Kamchatka", "Europe/Kaliningrad"),
        ("Europe/Moscow", "Asia/Barnaul"),
    ],
)
@pytest.mark.parametrize("changed_at", range(0, 24, 3))
def test_day_on_which_the_time_zone_changes_has_one_digest(before, after, changed_at):
    """Swept every hour from the evening before to the evening after: told once, and told."""
    duty = duty_due(12)
    deputy_of(duty)
    department = duty.department
    RulesFactory(department=department, before=[], after=0)  # the due day and nothing else
    told, start = 0, at(11, 12)
    for hour in range(48):
        department.time_zone = before if hour < 12 + changed_at else after
        department.save()
        told += reminders.sweep(start + timedelta(hours=hour))
    assert told == 1
    assert Notice.objects.get().rung == "0@2026-03-12"


def test_clock_set_back_repeats_nothing():
    duty = duty_due(19)
    deputy_of(duty)
    assert [bool(morning(day, hour)) for day, hour in ((18, 12), (18, 9), (17, 9), (12, 9), (18, 9))] == [
        True,
        False,
        True,  # the seventh day before had not been told
        False,
        False,
    ]
    rungs = list(Notice.objects.values_list("rung", flat=True))
    assert len(rungs) == len(set(rungs))


@pytest.mark.django_db(transaction=True)
def test_three_sweeps_at_once_tell_each_person_once():
    first = duty_due(19)
    for _ in range(5):
        PostFactory(school=first.school)
    beside(first, 19)
    race(*[lambda: reminders.sweep(at(19))] * 3)
    assert told().count() == 5
    assert Notice.objects.count() == 10
    assert Run.objects.get().told == 5
