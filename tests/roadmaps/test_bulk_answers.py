"""Many requests answered at once: each on its own, what is outdated told in words, nothing typed lost."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Role
from portal.lib.refusals import Refused
from roadmaps.domain import requests
from roadmaps.models import Assignment, AssignmentRequest
from roadmaps.views import review
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory, AssignmentRequestFactory
from tests.threads import race

State = AssignmentRequest.State
LATER = datetime.date(2026, 3, 25)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_march")]


@pytest.fixture
def _march():
    with time_machine.travel("2026-03-10T09:00:00+03:00", tick=False):
        yield


@pytest.fixture
def methodist():
    return MembershipFactory()


def duty(department):
    return AssignmentFactory(item__section__roadmap__department=department)


def exemption(department):
    return AssignmentRequestFactory(assignment=duty(department))


def extension(department):
    return AssignmentRequestFactory(assignment=duty(department), kind="extension", until=LATER)


def states():
    return list(AssignmentRequest.objects.order_by("pk").values_list("state", flat=True))


def send(client, asked, **fields):
    sent = {"request": [one.pk for one in asked], **fields}
    return client.post(reverse("roadmaps:requests_answer"), sent, follow=True)


def said(response):
    return [str(message).replace("\N{NO-BREAK SPACE}", " ") for message in response.context["messages"]]


def test_all_ticked_are_granted_as_asked(login, methodist):
    asked = [extension(methodist.department), exemption(methodist.department)]
    waits = exemption(methodist.department)
    response = send(login(methodist), asked, answer="grant")
    assert states() == ["granted", "granted", "asked"]
    moved, let_off = (Assignment.objects.get(pk=one.assignment_id) for one in asked)
    assert (moved.last_day, let_off.state) == (LATER, "exempt")
    assert said(response) == ["Удовлетворено: 2 просьбы."]
    assert [one.pk for one in response.context["asked"]] == [waits.pk]


def test_all_ticked_are_denied_with_one_reason(login, methodist):
    asked = [extension(methodist.department), exemption(methodist.department)]
    response = send(login(methodist), asked, answer="deny", comment="Срок общий для всех")
    assert states() == ["denied", "denied"]
    assert said(response) == ["Отказано: 2 просьбы."]
    words = [one.assignment.events.latest("pk").comment for one in asked]
    assert words == ["Срок общий для всех"] * 2


def test_a_denial_needs_its_reason_and_the_ticks_stay(login, methodist):
    asked, other = exemption(methodist.department), exemption(methodist.department)
    response = send(login(methodist), [asked], answer="deny", comment="  ")
    assert response.status_code == 422
    assert said(response) == ["Напишите, почему отказано: без причины ответ не отправить."]
    page = response.content.decode()
    assert f'value="{asked.pk}" checked' in page
    assert f'value="{other.pk}" checked' not in page
    assert states() == ["asked", "asked"]


def test_without_a_tick_the_reason_stays(login, methodist):
    exemption(methodist.department)
    response = send(login(methodist), [], answer="deny", comment="Срок общий")
    assert response.status_code == 422
    assert said(response) == ["Отметьте просьбы, на которые хотите ответить."]
    assert ">Срок общий</textarea>" in response.content.decode()


def test_one_answered_meanwhile_is_told_and_does_not_hold_up_the_others(login, methodist):
    outdated, other = exemption(methodist.department), exemption(methodist.department)
    client = login(methodist)
    requests.deny(AssignmentRequest.objects.get(pk=outdated.pk), by=methodist, comment="Касается")
    response = send(client, [outdated, other], answer="grant")
    assert states() == ["denied", "granted"]
    assert said(response) == [
        "Удовлетворено: 1 просьба.",
        f"{outdated.assignment.school}: {requests.ANSWERED}",
    ]


def test_another_departments_requests_are_as_absent(login, methodist):
    foreign = exemption(MembershipFactory().department)
    response = send(login(methodist), [foreign], answer="grant")
    assert states() == ["asked"]
    assert said(response) == []


def test_ones_own_request_has_no_tick_and_is_not_answered(login, methodist):
    own = AssignmentFactory(
        item__section__roadmap__department=methodist.department, school=None, official=methodist
    )
    asked = AssignmentRequestFactory(assignment=own, asked_by=methodist)
    client = login(methodist)
    assert f'name="request" value="{asked.pk}"' not in client.get(reverse("roadmaps:review")).content.decode()
    assert "не сам исполнитель" in said(send(client, [asked], answer="grant"))[0]
    assert states() == ["asked"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DEPUTY, Role.ADMIN])
def test_others_answer_nothing(login, methodist, role):
    asked = exemption(methodist.department)
    other = MembershipFactory(department=methodist.department, role=role)
    assert send(login(other), [asked], answer="grant").status_code == 403
    assert states() == ["asked"]


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_leave_one(methodist):
    asked = exemption(methodist.department)

    def one():
        return AssignmentRequest.objects.select_related("assignment__department").get(pk=asked.pk)

    results = race(
        lambda: requests.answer_many([one()], by=methodist, grants=True),
        lambda: requests.deny(one(), by=methodist, comment="Нет"),
    )
    bulk, single = results
    assert isinstance(single, Refused) == (len(bulk.given) == 1)
    assert states() == ["granted" if bulk.given else "denied"]


def test_every_request_is_counted_and_all_can_be_reached(login, methodist, monkeypatch):
    monkeypatch.setattr(review, "ASKED_PAGE", 2)
    asked = [exemption(methodist.department) for _ in range(3)]
    exemption(MembershipFactory().department)
    client = login(methodist)
    first = client.get(reverse("roadmaps:review"))
    assert first.context["asked"].paginator.count == 3
    assert '<span class="sec__n">3</span>' in first.content.decode()
    second = client.get(reverse("roadmaps:review"), {"asked": 2})
    assert [*first.context["asked"], *second.context["asked"]] == asked
    kept = client.post(
        f"{reverse('roadmaps:requests_answer')}?asked=2", {"request": asked[2].pk, "answer": "deny"}
    )
    assert f'value="{asked[2].pk}" checked' in kept.content.decode()
