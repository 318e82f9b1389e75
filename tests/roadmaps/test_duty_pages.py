"""The pages around one duty: progress, requests, messages, helpers, handing over, required proof."""

from __future__ import annotations

import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse

from roadmaps.domain import requests
from roadmaps.models import ActionItem, Assignment, AssignmentRequest
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory

pytestmark = pytest.mark.django_db
FAR = datetime.date(2030, 3, 15)


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def duty(methodist):
    return AssignmentFactory(
        item__section__roadmap__department=methodist.department,
        controller=methodist,
        first_day=FAR,
        last_day=FAR,
    )


@pytest.fixture
def deputy(duty):
    return PostFactory(school=duty.school).membership


def url(name, row, *more):
    return reverse(f"roadmaps:{name}", args=[row.pk, *more])


def inside(member):
    """A client of their own: several people work in one test."""
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(response):
    return response.content.decode().replace("\xa0", " ")


def test_interim_report_by_the_same_form_keeps_the_duty_open(duty, deputy):
    page = inside(deputy).post(url("assignment_progress", duty), {"note": "Собрали половину"}, follow=True)
    assert "остаётся за вами" in text(page)
    duty.refresh_from_db()
    assert duty.state == "doing"
    assert "Собрали половину" in text(inside(deputy).get(url("assignment", duty)))


def test_going_on_duty_is_reported_on_rather_than_finished(duty, deputy):
    Assignment.objects.update(last_day=None, first_day=None)
    page = text(inside(deputy).get(url("assignment", duty)))
    assert page.index("Отправить доклад о ходе") < page.index("Завершить и отправить на проверку")
    assert "Попросить продлить" not in page


def test_taken_up_in_place(duty, deputy):
    card = text(inside(deputy).post(url("assignment_take_up", duty), headers={"hx-request": "true"}))
    assert "в работе" in card
    assert "Взять в работу" not in card


def test_extension_is_asked_answered_and_seen(duty, deputy, methodist):
    school, office = inside(deputy), inside(methodist)
    ask = url("request_new", duty, "extension")
    assert "Попросить продлить" in text(school.get(ask))
    refused = school.post(ask, {"until": "2030-03-14", "reason": "Карантин в двух классах"})
    assert refused.status_code == 422
    assert "позже нынешнего" in text(refused)
    assert "Карантин в двух классах" in text(refused)
    school.post(ask, {"until": "2030-03-20", "reason": "Карантин"})
    asked = AssignmentRequest.objects.get()
    assert "Просят ответить" in text(office.get(reverse("roadmaps:review")))
    assert "Отозвать просьбу" in text(school.get(url("assignment", duty)))
    answer = office.post(url("request_grant", asked), {"until": ""}, follow=True)
    assert "Просьба удовлетворена" in text(answer)
    duty.refresh_from_db()
    assert duty.last_day == datetime.date(2030, 3, 20)
    assert "продлено" in text(school.get(url("assignment", duty)))


def test_denial_without_a_reason_is_said_beside_the_field(duty, deputy, methodist):
    asked = requests.ask_exemption(duty, by=deputy, reason="Нет классов")
    page = inside(methodist).post(url("request_deny", asked), {"comment": " "})
    assert page.status_code == 422
    assert "почему отказано" in text(page)


def test_school_can_take_its_request_back(duty, deputy):
    asked = requests.ask_exemption(duty, by=deputy, reason="Нет классов")
    page = inside(deputy).post(url("request_drop", asked), follow=True)
    assert "Просьба отозвана" in text(page)
    again = inside(deputy).post(url("request_drop", asked), follow=True)
    assert "уже ответили или её отозвали" in text(again)


def test_waiting_request_says_what_holds_meanwhile(duty, deputy):
    requests.ask_exemption(duty, by=deputy, reason="Нет классов")
    page = text(inside(deputy).get(url("assignment", duty)))
    assert "Пока поручение остаётся в силе" in page
    assert "Пока срок прежний" not in page


def test_only_the_bearer_sees_the_form_of_a_request(duty, methodist):
    assert inside(methodist).get(url("request_new", duty, "exemption")).status_code == 403


def test_unknown_kind_of_request_does_not_exist(duty, deputy):
    assert inside(deputy).get(url("request_new", duty, "holiday")).status_code == 404


def test_message_is_written_and_the_empty_one_refused(duty, deputy, methodist):
    page = inside(deputy).post(url("message_new", duty), {"text": "Какой формат списка?"}, follow=True)
    assert f"Узнают: {methodist.user.last_name}" in text(page)
    assert not re.search(r"Узнают: [^<]*\.\.", text(page))
    assert "Какой формат списка?" in text(inside(methodist).get(url("assignment", duty)))
    assert inside(deputy).post(url("message_new", duty), {"text": ""}).status_code == 422


def test_messages_can_be_addressed_only_within_the_duty(duty, deputy):
    neighbour = PostFactory(school__department=duty.department).membership
    page = inside(deputy).post(url("message_new", duty), {"text": "Привет", "to": [neighbour.pk]})
    assert page.status_code == 422
    assert neighbour.user.last_name not in text(page)


def test_helpers_are_named_and_find_the_duty_among_theirs(duty, deputy, methodist):
    helper = MembershipFactory(department=duty.department)
    inside(deputy).post(url("helpers", duty), {"helpers": [helper.pk]})
    mine = text(inside(helper).get(reverse("roadmaps:mine")))
    assert "вы соисполнитель" in mine
    card = text(inside(helper).get(url("assignment", duty)))
    assert "Отправить доклад о ходе" in card
    assert "Отправить на проверку" not in card
    assert inside(helper).get(url("assignment_report", duty)).status_code == 403


def test_officials_duty_is_handed_over(methodist):
    duty = AssignmentFactory(official_duty=True, item__section__roadmap__department=methodist.department)
    colleague = MembershipFactory(department=methodist.department)
    before = duty.official
    page = inside(methodist).post(
        url("hand_over", duty), {"to": colleague.pk, "reason": "Отпуск"}, follow=True
    )
    assert f"Передано: {colleague.user.last_name}" in text(page)
    assert "Назван в документе" in text(page)
    assert before.user.last_name in text(page)


def test_all_duties_of_one_who_leaves_are_handed_over(methodist):
    duties = [AssignmentFactory(official_duty=True, item__section__roadmap__department=methodist.department)]
    leaver = duties[0].official
    duties.append(
        AssignmentFactory(
            item__section__roadmap__department=methodist.department, school=None, official=leaver
        )
    )
    colleague = MembershipFactory(department=methodist.department)
    client = inside(methodist)
    assert "2 незаконченных дела" in text(client.get(url("handover_all", leaver)))
    nothing = client.post(url("handover_all", leaver), {"to": colleague.pk}, follow=True)
    assert "Отметьте, что передать" in text(nothing)
    ticked = {"to": colleague.pk, "left": [f"duty:{duty.pk}" for duty in duties]}
    page = client.post(url("handover_all", leaver), ticked, follow=True)
    assert "Передано 2 поручения" in text(page)
    assert "передавать нечего" in text(page)


def test_required_proof_is_settled_for_a_whole_plan(duty, methodist, deputy):
    client = inside(methodist)
    plan = duty.item.section.roadmap
    assert "Чем подтвердить" in text(client.get(url("proofs", plan)))
    client.post(url("proofs", plan), {f"proof-{duty.item_id}": "number"})
    assert ActionItem.objects.get(pk=duty.item_id).proof == "number"
    school = inside(deputy)
    refused = school.post(url("assignment_report", duty), {"note": "Двенадцать", "number": "двенадцать"})
    assert refused.status_code == 422
    assert "цифрами" in text(refused)
    school.post(url("assignment_report", duty), {"number": "93,5"})
    duty.refresh_from_db()
    assert duty.state == "reported"
    assert "93,5" in text(inside(methodist).get(url("assignment", duty)))


def test_page_of_a_duty_takes_the_same_queries_however_long_its_history(
    duty, deputy, methodist, django_assert_num_queries
):
    client = inside(methodist)

    def grow(n):
        for number in range(n):
            event = duty.events.create(kind="comment", state=duty.state, by=deputy, comment=str(number))
            event.mentions.add(methodist)
            duty.helpers.add(MembershipFactory(department=duty.department))

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    grow(1)
    client.get(url("assignment", duty))
    with CaptureQueriesContext(connection) as once:
        client.get(url("assignment", duty))
    grow(3)
    with django_assert_num_queries(len(once)):
        client.get(url("assignment", duty))
