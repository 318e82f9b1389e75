"""«На проверке», the list of all duties, and gaps: the department's side."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from roadmaps.domain import evidence, fanout, reports
from roadmaps.models import Assignment, Roadmap
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory
from tests.roadmaps.test_evidence import upload
from tests.roadmaps.test_fanout import item, methodist, roadmap, schools

__all__ = ["methodist", "roadmap", "schools"]  # fixtures of the fan-out serve here too
pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
REVIEW, LIST = "/roadmaps/review/", "/roadmaps/assignments/"
State = Assignment.State


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-03-11T12:00:00+03:00", tick=False):
        yield


@pytest.fixture
def member():
    return MembershipFactory()


@pytest.fixture
def client_of(login, member):
    return login(member)


def reported(department, **kwargs):
    return AssignmentFactory(reported=True, item__section__roadmap__department=department, **kwargs)


def url(name, row):
    return reverse(f"roadmaps:{name}", args=[row.pk])


def test_what_came_in_is_shown_own_first_with_its_proof(member, client_of):
    early = reported(member.department)
    own = reported(member.department, controller=member)
    proof = PostFactory(school=own.school).membership
    Assignment.objects.filter(pk=own.pk).update(state="assigned", reported_at=None, reported_by=None)
    own.refresh_from_db()
    evidence.add_file(own, upload("Справка.pdf"), by=proof)
    reports.report(own, by=proof, note="Всё готово")
    AssignmentFactory(item__section__roadmap__department=member.department)  # not reported
    foreign = AssignmentFactory(reported=True)
    page = client_of.get(REVIEW).content.decode()
    assert page.index(f"duty-{own.pk}") < page.index(f"duty-{early.pk}")
    assert page.count("<article") == 2
    assert "Справка.pdf" in page
    assert "Всё готово" in page
    assert foreign.school.name not in page


def test_filter_by_school_offers_only_own_schools(member, client_of):
    one, two = reported(member.department), reported(member.department)
    foreign = AssignmentFactory(reported=True)
    page = client_of.get(REVIEW, {"school": one.school_id}).content.decode()
    assert f"duty-{one.pk}" in page
    assert f"duty-{two.pk}" not in page
    page = client_of.get(REVIEW, {"school": foreign.school_id}).content.decode()
    assert foreign.school.name not in page


@pytest.mark.parametrize("count", [1, 3, 20])
def test_queries_do_not_grow_with_reports(member, client_of, count, django_assert_max_num_queries):
    for _ in range(count):
        row = reported(member.department)
        row.evidence.create(kind="note", text="Готово")
    client_of.get(REVIEW)
    with django_assert_max_num_queries(13):
        client_of.get(REVIEW)


def test_accept_in_place_and_on_the_plain_page(member, client_of):
    first, second = reported(member.department), reported(member.department)
    answer = client_of.post(url("assignment_accept", first), **HTMX).content.decode()
    assert "Принято" in answer
    assert "<html" not in answer
    assert client_of.post(url("assignment_accept", second)).url == REVIEW
    assert set(Assignment.objects.values_list("state", "decided_by")) == {("accepted", member.pk)}


def test_return_asks_for_a_remark(member, client_of):
    row = reported(member.department)
    assert "Что исправить" in client_of.get(url("assignment_return", row), **HTMX).content.decode()
    assert "Что исправить" in client_of.get(url("assignment_return", row)).content.decode()
    for headers in ({}, HTMX):
        response = client_of.post(url("assignment_return", row), {"comment": " "}, **headers)
        assert response.status_code == 422
        assert "без замечания" in response.content.decode()
    client_of.post(url("assignment_return", row), {"comment": "Приложите протокол"})
    row.refresh_from_db()
    assert row.state == State.RETURNED
    assert row.events.get().comment == "Приложите протокол"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_second_decision_is_told_in_words(member, client_of, headers):
    row = reported(member.department)
    reports.accept(row, by=MembershipFactory(department=member.department))
    for name, data in (("assignment_accept", {}), ("assignment_return", {"comment": "Поздно"})):
        page = client_of.post(url(name, row), data, follow=not headers, **headers).content.decode()
        assert "уже изменилось" in page
    assert row.events.count() == 1


def test_many_are_accepted_at_once_foreign_ones_never(member, client_of):
    rows = [reported(member.department) for _ in range(3)]
    foreign = AssignmentFactory(reported=True)
    reports.accept(rows[2], by=MembershipFactory(department=member.department))
    wanted = [str(row.pk) for row in (*rows, foreign)] + ["мусор"]
    page = client_of.post(f"{REVIEW}accept/", {"assignment": wanted}, follow=True).content.decode()
    assert "Принято: 2" in page
    assert "уже изменилось" in page
    foreign.refresh_from_db()
    assert foreign.state == State.REPORTED


def test_nothing_ticked_is_said(client_of):
    assert "Отметьте доклады" in client_of.post(f"{REVIEW}accept/", follow=True).content.decode()


def test_own_report_of_an_official_is_403(login):
    row = AssignmentFactory(official_duty=True)
    reports.report(row, by=row.official, note="Сделано")
    assert login(row.official).post(url("assignment_accept", row)).status_code == 403


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.VIEWER, Role.ADMIN])
def test_review_is_for_those_who_decide(login, role):
    row = AssignmentFactory(reported=True)
    client = login(MembershipFactory(department=row.department, role=role))
    assert client.get(REVIEW).status_code == 403
    assert client.post(f"{REVIEW}accept/", {"assignment": row.pk}).status_code == 403
    assert client.post(url("assignment_accept", row)).status_code == 403
    assert client.post(url("assignment_return", row), {"comment": "Нет"}).status_code == 403


# All duties


def test_list_filters_by_school_state_and_roadmap(member, client_of):
    late = AssignmentFactory(item__section__roadmap__department=member.department, last_day=date(2026, 3, 1))
    later = AssignmentFactory(item__section__roadmap__department=member.department, last_day=date(2026, 4, 1))
    going_on = AssignmentFactory(item__section__roadmap__department=member.department, last_day=None)
    sent = reported(member.department, last_day=date(2026, 3, 1))
    foreign = AssignmentFactory(last_day=date(2026, 3, 1))
    for row in (late, later, going_on, sent):
        Roadmap.objects.filter(pk=row.item.section.roadmap_id).update(name=f"Карта {row.pk}")

    def found(**query):
        rows = client_of.get(LIST, query).context["page"].object_list
        return {row.pk for row in rows}

    assert found() == {late.pk, later.pk, going_on.pk, sent.pk}
    assert found(state="overdue") == {late.pk}
    assert found(state="reported") == {sent.pk}
    assert found(school=later.school_id) == {later.pk}
    assert found(school=foreign.school_id) == found(), "a foreign school narrows nothing and shows nothing"
    assert found(state="чепуха", page="много") == found()


@pytest.mark.parametrize("count", [1, 3, 20])
def test_list_queries_do_not_grow(member, client_of, count, django_assert_max_num_queries):
    for _ in range(count):
        AssignmentFactory(item__section__roadmap__department=member.department)
    client_of.get(LIST)
    with django_assert_max_num_queries(12):
        client_of.get(LIST)


def test_list_follows_a_number_of_the_start_page(member, client_of):
    today = date.today()
    place = {"item__section__roadmap__department": member.department}
    official = MembershipFactory(department=member.department, head=True)
    late = AssignmentFactory(**place, school=None, official=official, first_day=today, last_day=today)
    other = AssignmentFactory(**place, first_day=today, last_day=today + timedelta(days=1))
    for query, found in (
        ({"official": official.pk}, [late]),
        ({"item": other.item.pk}, [other]),
        ({"day": f"{today:%Y-%m-%d}"}, [late]),
        ({"item": "nonsense", "day": "nonsense"}, [late, other]),
    ):
        assert list(client_of.get(LIST, query).context["page"].object_list) == found


def test_list_begins_with_what_is_not_over(member, client_of):
    today = date.today()
    place = {"item__section__roadmap__department": member.department, "first_day": today}
    done = AssignmentFactory(
        **place, last_day=today, state="closed", decided_by=member, decided_at=timezone.now()
    )
    ahead = AssignmentFactory(**place, last_day=today + timedelta(days=9))
    assert list(client_of.get(LIST).context["page"].object_list) == [ahead, done]
    assert list(client_of.get(LIST, {"state": "open"}).context["page"].object_list) == [ahead]


def test_list_is_not_for_schools(login):
    assert login(PostFactory().membership).get(LIST).status_code == 403


# Gaps


def test_gaps_page_names_them_and_makes_what_was_missing(roadmap, methodist, schools, login):
    item(roadmap, "до 15 марта 2026 года")
    item(roadmap, "когда-нибудь при случае")
    client = login(methodist)
    page = client.get(url("gaps", roadmap)).content.decode()
    assert "Срок не понят" in page
    page = client.post(url("fan_out", roadmap), follow=True).content.decode()
    assert "Создано: 3" in page
    page = client.post(url("fan_out", roadmap), follow=True).content.decode()
    assert "Новых поручений нет" in page
    assert fanout.of_roadmap(roadmap).count() == 3


def test_unsigned_roadmap_has_no_gaps_page(roadmap, methodist, login):
    Roadmap.objects.update(state="assembled")
    assert login(methodist).get(url("gaps", roadmap)).status_code == 404
