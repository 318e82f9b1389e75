"""More time and «не касается»: asked with a reason, answered by whoever accepts the reports, all in the history."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from notifications.models import Reminder
from portal.lib.refusals import Refused
from roadmaps.domain import reports, requests
from roadmaps.models import Assignment, AssignmentRequest
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory
from tests.threads import race

State, Kind = Assignment.State, AssignmentRequest.Kind
LATER = datetime.date(2026, 3, 25)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


@pytest.fixture
def march():
    with time_machine.travel("2026-03-10T09:00:00+03:00", tick=False):
        yield


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def duty(methodist):
    return AssignmentFactory(item__section__roadmap__department=methodist.department, controller=methodist)


@pytest.fixture
def deputy(duty):
    return PostFactory(school=duty.school).membership


def extension(duty, deputy, until=LATER):
    return requests.ask_extension(duty, by=deputy, until=until, reason="Карантин")


def history(duty):
    return list(duty.events.values_list("kind", "state"))


def test_extension_moves_the_due_day_once_granted_and_keeps_the_printed_one(duty, deputy, methodist):
    request = extension(duty, deputy)
    duty.refresh_from_db()
    assert duty.last_day == datetime.date(2026, 3, 15)
    requests.grant(request, by=methodist)
    duty.refresh_from_db()
    assert (duty.last_day, duty.printed_day, duty.state) == (LATER, datetime.date(2026, 3, 15), "assigned")
    assert history(duty) == [("asked", "assigned"), ("granted", "assigned")]
    assert set(Reminder.objects.values_list("recipient", "kind")) == {
        (methodist.user_id, "asked"),
        (deputy.user_id, "answered"),
    }


def test_controller_may_grant_another_day(duty, deputy, methodist):
    requests.grant(extension(duty, deputy), by=methodist, until=datetime.date(2026, 3, 18))
    duty.refresh_from_db()
    assert duty.last_day == datetime.date(2026, 3, 18)


def test_second_extension_keeps_the_first_printed_day(duty, deputy, methodist):
    requests.grant(extension(duty, deputy), by=methodist)
    requests.grant(extension(duty, deputy, datetime.date(2026, 4, 1)), by=methodist)
    duty.refresh_from_db()
    assert (duty.printed_day, duty.last_day) == (datetime.date(2026, 3, 15), datetime.date(2026, 4, 1))


def test_refusal_needs_a_reason_and_leaves_the_day(duty, deputy, methodist):
    request = extension(duty, deputy)
    with pytest.raises(Refused, match="почему отказано"):
        requests.deny(request, by=methodist, comment=" ")
    requests.deny(request, by=methodist, comment="Срок назначен министерством")
    duty.refresh_from_db()
    assert (duty.last_day, duty.printed_day) == (datetime.date(2026, 3, 15), None)
    assert "министерством" in Reminder.objects.get(kind="answered").body


@pytest.mark.parametrize(
    ("until", "why"),
    [
        (datetime.date(2026, 3, 15), "позже нынешнего"),
        (datetime.date(2027, 6, 1), "проверьте год"),
    ],
)
def test_day_that_makes_no_sense_is_refused(duty, deputy, until, why):
    with pytest.raises(Refused, match=why):
        extension(duty, deputy, until)


def test_past_day_is_refused_for_an_overdue_duty(duty, deputy):
    with time_machine.travel("2026-03-25T09:00:00+03:00"), pytest.raises(Refused, match="уже прошёл"):
        extension(duty, deputy, datetime.date(2026, 3, 20))


def test_going_on_duty_has_nothing_to_extend(methodist, deputy, duty):
    Assignment.objects.update(last_day=None)
    duty.refresh_from_db()
    with pytest.raises(Refused, match="нет крайнего срока"):
        extension(duty, deputy)


def test_exemption_lets_the_duty_off_only_when_confirmed(duty, deputy, methodist):
    request = requests.ask_exemption(duty, by=deputy, reason="В школе нет 4 классов")
    duty.refresh_from_db()
    assert duty.is_open
    requests.grant(request, by=methodist)
    duty.refresh_from_db()
    assert (duty.state, duty.decided_by) == (State.EXEMPT, methodist)
    assert history(duty) == [("asked", "assigned"), ("state", "exempt")]
    with pytest.raises(Refused):
        reports.report(duty, by=deputy, note="Поздно")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_request_needs_a_reason(duty, deputy, reason):
    with pytest.raises(Refused, match="причину"):
        requests.ask_exemption(duty, by=deputy, reason=reason)
    assert AssignmentRequest.objects.count() == 0


def test_one_request_waits_at_a_time(duty, deputy, methodist):
    request = extension(duty, deputy)
    with pytest.raises(Refused, match="уже ждёт ответа"):
        requests.ask_exemption(duty, by=deputy, reason="Ещё и не касается")
    requests.drop(request, by=deputy)
    requests.ask_exemption(duty, by=deputy, reason="Не касается")
    with pytest.raises(Refused, match="уже ответили"):
        requests.grant(request, by=methodist)


def test_the_same_request_sent_twice_is_one(duty, deputy):
    assert extension(duty, deputy) == extension(duty, deputy)
    assert (history(duty), Reminder.objects.count()) == ([("asked", "assigned")], 1)


def test_report_answers_the_request(duty, deputy):
    request = extension(duty, deputy)
    reports.report(duty, by=deputy, note="Успели")
    request.refresh_from_db()
    assert request.state == "dropped"
    assert list(AssignmentRequest.objects.waiting()) == []


def test_only_the_bearer_asks_and_only_who_accepts_answers(duty, deputy, methodist):
    neighbour = PostFactory(school__department=duty.department).membership
    viewer = MembershipFactory(department=duty.department, viewer=True)
    foreign = MembershipFactory()
    for member in (neighbour, methodist, viewer, foreign):
        with pytest.raises(Refused):
            requests.ask_exemption(duty, by=member, reason="Не касается")
    request = extension(duty, deputy)
    for member in (deputy, neighbour, viewer, foreign):
        with pytest.raises(Refused):
            requests.grant(request, by=member)
    duty.refresh_from_db()
    assert duty.printed_day is None


def test_requests_are_seen_as_far_as_their_duties(duty, deputy, methodist):
    request = extension(duty, deputy)
    other = AssignmentFactory(item__section__roadmap__department=duty.department)
    extension(other, PostFactory(school=other.school).membership)
    foreign = AssignmentFactory()
    extension(foreign, PostFactory(school=foreign.school).membership)
    assert list(AssignmentRequest.objects.visible_to(deputy)) == [request]
    assert AssignmentRequest.objects.visible_to(methodist).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_leave_one(duty, deputy, methodist):
    extension(duty, deputy)

    def answer(act, **words):
        return act(AssignmentRequest.objects.select_related("assignment").get(), by=methodist, **words)

    results = race(lambda: answer(requests.grant), lambda: answer(requests.deny, comment="Нет"))
    assert sum(isinstance(result, Refused) for result in results) == 1
    duty.refresh_from_db()
    granted = AssignmentRequest.objects.get().state == "granted"
    assert (duty.last_day == LATER) is granted
    assert duty.events.filter(kind__in=["granted", "denied"]).count() == 1
