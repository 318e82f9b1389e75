"""An order out of force takes its duties along: withdrawn, told once, reminded of no more, not even by queued mail."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse

from notifications.domain import delivery
from notifications.models import Reminder
from orders.domain import repealing
from roadmaps.domain import events, messages, reminders, repeal, reports
from roadmaps.models import Assignment, Roadmap
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import ClauseFactory, make_signed
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 19, 9, tzinfo=ZoneInfo("Europe/Moscow"))  # a Thursday


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def order():
    return make_signed(date=date(2026, 3, 16))


@pytest.fixture
def head(order):
    return order.signed_by


@pytest.fixture
def duty(order):
    duty = AssignmentFactory(
        item__section__roadmap__department=order.department,
        last_day=MORNING.date(),
        controller=order.created_by,
    )
    Roadmap.objects.filter(pk=duty.item.section.roadmap_id).update(state="approved", order=order)
    return duty


@pytest.fixture
def deputy(duty):
    return PostFactory(school=duty.school).membership


def beside(duty, **kwargs):
    return AssignmentFactory(
        **{"item": duty.item, "last_day": MORNING.date(), "controller": duty.controller} | kwargs
    )


def test_everything_not_accepted_is_withdrawn_with_its_history_and_the_plan_is_archived(
    order, head, duty, deputy
):
    reported = beside(duty, reported=True)
    official = beside(duty, official_duty=True)
    of_clause = beside(duty, item=None, clause=ClauseFactory(order=order), department=order.department)
    done = beside(duty)
    reports.report(done, by=PostFactory(school=done.school).membership, note="Сделано")
    reports.accept(done, by=duty.controller)
    other = AssignmentFactory(item__section__roadmap__department=order.department)
    assert repeal.outlook(order)[0].startswith("Будет снято 4\N{NO-BREAK SPACE}поручения")
    repealing.repeal(order, by=head, reason="Издан новый")
    states = dict(Assignment.objects.values_list("pk", "state"))
    assert states == {
        duty.pk: "closed", reported.pk: "closed", official.pk: "closed", of_clause.pk: "closed",
        done.pk: "accepted", other.pk: "assigned",
    }  # fmt: skip
    event = reported.events.get()
    assert (event.before, event.state, event.by) == ("reported", "closed", head)
    assert "отменён: Издан новый" in event.comment
    assert Roadmap.objects.get(pk=duty.item.section.roadmap_id).state == "archived"
    assert Roadmap.objects.get(pk=other.item.section.roadmap_id).state == "draft"


def test_each_bearer_is_told_once_and_nobody_is_reminded(order, head, duty, deputy):
    beside(duty, school=duty.school, occurrence="again")
    repealing.repeal(order, by=head, reason="Издан новый")
    told = Reminder.objects.get()
    assert (told.recipient, told.kind) == (deputy.user, "withdrawn")
    assert "Издан новый" in told.body
    assert reminders.sweep(MORNING) == 0
    delivery.sweep(MORNING)
    assert [letter.to for letter in mail.outbox] == [[deputy.user.email]]


def test_mail_already_queued_says_nothing_of_withdrawn_duties(order, head, duty, deputy):
    other = AssignmentFactory(
        school=duty.school, item__section__roadmap__department=order.department, last_day=MORNING.date()
    )
    reminders.sweep(MORNING)
    returned = beside(duty)
    reports.report(returned, by=PostFactory(school=returned.school).membership, note="Сделано")
    reports.return_(returned, by=duty.controller, comment="Не то")
    messages.say(duty, by=deputy, text="Когда сдавать?")
    queued = set(Reminder.objects.values_list("kind", flat=True))
    assert queued == {"duties", "reported", "returned", "mention"}
    repealing.repeal(order, by=head, reason="Издан новый")
    Reminder.objects.filter(kind="withdrawn").delete()
    while delivery.sweep(MORNING):
        pass
    states = dict(Reminder.objects.values_list("kind", "state"))
    assert states == {"duties": "sent", "reported": "dropped", "returned": "dropped", "mention": "dropped"}
    (letter,) = mail.outbox
    assert other.item.text in letter.body
    assert duty.item.text not in letter.body


def test_word_of_reports_names_another_that_still_waits(order, head, duty, deputy):
    """One message a day names the first report: when that one is withdrawn, the controller hears of the next."""
    reports.report(duty, by=deputy, note="Сделано")
    other = AssignmentFactory(item__section__roadmap__department=order.department, controller=duty.controller)
    reports.report(other, by=PostFactory(school=other.school).membership, note="Сделано")
    repealing.repeal(order, by=head, reason="Издан новый")
    delivery.sweep(MORNING)
    told = Reminder.objects.get(kind="reported")
    assert (told.state, told.subject) == ("sent", f"Доклад поступил: {other.school.name}")


def test_returned_report_that_was_mended_in_the_meantime_is_not_told_of(duty, deputy):
    reports.report(duty, by=deputy, note="Сделано")
    reports.return_(duty, by=duty.controller, comment="Не то")
    reports.report(duty, by=deputy, note="Исправлено")
    delivery.sweep(MORNING)
    assert Reminder.objects.get(kind="returned").state == "dropped"


def test_no_event_starts_duties_of_an_archived_plan(order, head, duty, deputy):
    repealing.repeal(order, by=head, reason="Издан новый")
    duty.item.deadline_parts = [{"event": "assessment_held", "after": "3 workdays"}]
    duty.item.reach = [{"kind": "all_schools", "phrase": "", "label": ""}]
    duty.item.save()
    assert events.starting(order.department, event="assessment_held", day=MORNING.date(), by=head) == []


def test_the_head_sees_what_will_be_withdrawn_before_pressing(login, order, head, duty):
    page = login(head).get(reverse("orders:order", args=[order.pk])).content.decode()
    assert "Будет снято" in page


@pytest.mark.parametrize("duties", [1, 6])
def test_queries_do_not_grow_with_duties(order, head, duty, deputy, duties, django_assert_num_queries):
    for number in range(1, duties):
        beside(duty, school=duty.school, occurrence=str(number))
    MembershipFactory(department=order.department)
    with django_assert_num_queries(15):
        repeal.take_back(order, head)
