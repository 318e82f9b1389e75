"""What goes on has no due day: never overdue, asked for a report when its period is over, silent once reported."""

from __future__ import annotations

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from notifications.models import Reminder
from roadmaps.domain import agenda, going_on, reminders, reports
from roadmaps.models import Assignment, Notice
from tests.factories.accounts import MembershipFactory
from tests.factories.notifications import RulesFactory
from tests.factories.orders import ClauseFactory, OrderFactory
from tests.factories.roadmaps import AssignmentFactory, RoadmapFactory
from tests.factories.schools import PostFactory

pytestmark = pytest.mark.django_db
MOSCOW = ZoneInfo("Europe/Moscow")
FIRST = datetime.date(2025, 12, 2)  # 90 days later is Monday, 2 March 2026


def at(day, hour=9, month=3):
    return datetime.datetime(2026, month, day, hour, tzinfo=MOSCOW)


def lasting(**fields):
    return AssignmentFactory(last_day=None, occurrence="throughout", **({"first_day": FIRST} | fields))


def deputy_of(duty):
    return PostFactory(school=duty.school).membership


def days_asked(days, month=3):
    """Sweep every day given; those on which something new was written, and then sent."""
    told = []
    for day in days:
        if reminders.sweep(at(day, month=month)):
            told.append(day)
            Reminder.objects.waiting().update(state=Reminder.State.SENT, ended_at=at(day))
    return told


def test_bearer_is_asked_when_the_period_is_over_and_again_weekly_and_nobody_above():
    duty = lasting(controller=MembershipFactory())
    head = MembershipFactory(department=duty.department, head=True)
    deputy = deputy_of(duty)
    assert days_asked(range(1, 32)) == [2, 10, 16, 23, 30]  # 9 March is off
    assert set(Reminder.objects.values_list("recipient", flat=True)) == {deputy.user_id} != {head.user_id}
    assert Notice.objects.order_by("pk").first().rung == "report@2026-03-02"
    assert not Assignment.objects.overdue(datetime.date(2030, 1, 1)).exists()


def test_letter_says_since_when_nothing_was_heard():
    duty = lasting()
    deputy = deputy_of(duty)
    reminders.sweep(at(2))
    told = Reminder.objects.get()
    assert told.subject == "Поручения: пора доложить о ходе 1"
    (group,) = told.groups
    assert (group["title"], [line["when"] for line in group["lines"]]) == (
        "Пора доложить, как идёт",
        ["докладов ещё не было"],
    )
    assert told.recipient == deputy.user


def test_report_of_any_kind_silences_it_until_the_next_period_is_over(time_machine):
    duty = lasting()
    deputy = deputy_of(duty)
    assert days_asked([2]) == [2]
    time_machine.move_to(at(5), tick=False)
    reports.report_progress(duty, by=deputy, note="Идёт")
    assert days_asked(range(5, 32)) == []
    assert going_on.next_report(duty, 90) == datetime.date(2026, 6, 3)
    assert days_asked([1, 2, 3, 4], month=6) == [3]
    assert "последний доклад 5 марта" in Reminder.objects.latest("pk").groups[0]["lines"][0]["when"]


def test_finished_report_is_silent_and_comes_back_with_a_remark(time_machine):
    duty = lasting()
    deputy = deputy_of(duty)
    time_machine.move_to(at(2), tick=False)
    reports.report(duty, by=deputy, note="Завершили")
    assert days_asked(range(2, 12)) == []
    reports.return_(duty, by=MembershipFactory(department=duty.department), comment="Не всё")
    assert going_on.next_report(duty, 90) == datetime.date(2026, 5, 31)


def test_period_is_the_departments_own_and_none_means_silence():
    duty = lasting()
    deputy_of(duty)
    rules = RulesFactory(department=duty.department, report_every=0)
    assert days_asked(range(2, 12)) == []
    rules.report_every, rules.every = 30, 0
    rules.save()
    assert days_asked(range(2, 31)) == [2]  # long over; without a repeat it is asked once


def test_what_was_reported_after_the_letter_was_written_is_not_in_it():
    first = lasting()
    deputy = deputy_of(first)
    second = lasting(school=first.school, item__section__roadmap__department=first.department)
    reminders.sweep(at(2))
    Assignment.objects.filter(pk=first.pk).update(progress_on=datetime.date(2026, 3, 2))
    letter = reminders.refresh(Reminder.objects.get(), at(2, 10))
    assert [line["assignment"] for group in letter.groups for line in group["lines"]] == [second.pk]
    Assignment.objects.update(progress_on=datetime.date(2026, 3, 2))
    assert reminders.refresh(Reminder.objects.get(), at(2, 10)) is None
    assert Reminder.objects.get().recipient == deputy.user


def test_one_message_holds_the_dated_first():
    duty = lasting()
    deputy_of(duty)
    dated = AssignmentFactory(
        school=duty.school,
        item__section__roadmap__department=duty.department,
        last_day=datetime.date(2026, 3, 2),
    )
    reminders.sweep(at(2))
    told = Reminder.objects.get()
    assert told.subject == "Поручения: срок сегодня 1, пора доложить о ходе 1"
    assert [line["assignment"] for group in told.groups for line in group["lines"]] == [dated.pk, duty.pk]


def silent(**fields):
    duty = lasting(**fields)
    deputy_of(duty)
    return duty


def test_nobody_is_asked_about_what_does_not_go_on():
    silent(first_day=None)  # waits for a day of the schedule
    silent(item__section__roadmap__last_day=datetime.date(2026, 2, 28))  # the plan is over
    assert days_asked(range(2, 12)) == []


def test_clause_of_an_order_goes_on_as_long_as_its_plan():
    plan = RoadmapFactory(order=OrderFactory(), last_day=datetime.date(2026, 3, 12))
    AssignmentFactory(
        item=None,
        clause=ClauseFactory(order=plan.order),
        department=plan.order.department,
        official_duty=True,
        last_day=None,
        first_day=FIRST,
    )
    assert days_asked(range(2, 31)) == [2, 10]


def test_own_page_puts_what_is_wanted_apart_and_says_when_the_next_is(login, time_machine):
    time_machine.move_to(at(2), tick=False)
    wanted = lasting()
    deputy = deputy_of(wanted)
    told = lasting(
        school=wanted.school,
        item__section__roadmap__department=wanted.department,
        progress_on=datetime.date(2026, 2, 20),
    )
    groups = {
        group.key: group.cards for group in agenda.agenda(deputy, datetime.date(2026, 3, 2)) if group.total
    }
    assert groups == {"report": [wanted], "ongoing": [told]}
    page = text_of(login(deputy).get(reverse("roadmaps:mine")))
    assert "О том, как идёт, пора доложить по" in page
    assert re.search(r"последний доклад <time[^>]*>20 февраля</time>", page)
    assert re.search(r"следующий к <time[^>]*>21 мая</time>", page)
    assert "докладов ещё не было" in page
    page = text_of(login(deputy).get(reverse("roadmaps:assignment", args=[wanted.pk])))
    assert "пора доложить о ходе" in page


def text_of(response):
    return " ".join(
        response.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ").split()
    )
