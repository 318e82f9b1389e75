"""Search finds any form of a word, only in what one may see."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Membership
from portal.search import search
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.orders import ClauseFactory, OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import PostFactory, SchoolFactory

pytestmark = pytest.mark.django_db


def item(member: Membership, text: str, number: str = "", **roadmap):
    roadmap.setdefault("department", member.department)
    section = SectionFactory(roadmap=RoadmapFactory(**roadmap))
    return ActionItemFactory(section=section, text=text, number=number, deadline="в мае", responsible="все")


def hits(member: Membership, query: str) -> dict[str, list[str]]:
    return {kind.title: [str(hit.words) for hit in kind.hits] for kind in search(member, query)}


@pytest.mark.parametrize(
    "query",
    [
        "наблюдатель",
        "НАБЛЮДАТЕЛЯМ",
        "наблюд",
        "обученных наблюдателей",
        "список наблюдателей",
        "отчет",
        "отчёту",
        "дне",  # «день» has no stem: its forms are looked for one by one
        "2.3",
        "«список», обучение",
    ],
)
def test_any_form_of_every_word_is_found(query):
    methodist = MembershipFactory()
    item(methodist, "Список обученных наблюдателей, отчёт об обучении за день", "2.3")
    item(methodist, "Посещение уроков")
    assert list(hits(methodist, query)) == ["Мероприятия"]
    assert len(hits(methodist, query)["Мероприятия"]) == 1


@pytest.mark.parametrize("query", ["", "   ", "№", "наблюдатель космонавт", "людатель", "3", "%", ".*", "("])
def test_what_is_not_there_is_not_found(query):
    methodist = MembershipFactory()
    item(methodist, "Список обученных наблюдателей", "2.13")
    assert hits(methodist, query) == {}


def test_found_words_are_marked_and_markup_is_harmless():
    methodist = MembershipFactory()
    item(methodist, "Списки <b>наблюдателей</b> и Наблюдатель")
    assert hits(methodist, "наблюдатель")["Мероприятия"] == [
        "Списки &lt;b&gt;<mark>наблюдателей</mark>&lt;/b&gt; и <mark>Наблюдатель</mark>"
    ]


def test_schools_orders_clauses_and_people_are_found():
    methodist = MembershipFactory(user__last_name="Ёлкина")
    SchoolFactory(department=methodist.department, name="Гимназия № 4", director="Ёлкина Анна")
    order = OrderFactory(department=methodist.department, title="О комиссии")
    ClauseFactory(order=order, text="Назначить Ёлкину ответственной.")
    found = hits(methodist, "елкина")
    assert found == {
        "Приказы": ["О комиссии"],
        "Школы": ["Гимназия № 4"],
        "Люди": ["<mark>Ёлкина</mark> Мария Петровна"],
    }


def test_number_of_a_school_is_the_whole_number():
    methodist = MembershipFactory()
    for number in (5, 15, 51):
        SchoolFactory(department=methodist.department, name=f"СОШ № {number}", code="")
    assert hits(methodist, "сош 5") == {"Школы": ["<mark>СОШ</mark> № <mark>5</mark>"]}


def test_another_departments_rows_are_not_found():
    stranger, methodist = MembershipFactory(user__last_name="Секретная"), MembershipFactory()
    item(stranger, "Секретное мероприятие")
    SchoolFactory(department=stranger.department, name="Секретная школа")
    order = OrderFactory(department=stranger.department, title="Секретный приказ")
    ClauseFactory(order=order, text="Секретный пункт")
    assert set(hits(stranger, "секретный")) == {"Мероприятия", "Школы", "Приказы", "Люди"}
    assert hits(methodist, "секретный") == {}


def test_deputy_finds_only_what_their_school_may_see():
    post = PostFactory()
    deputy, department = post.membership, post.membership.department
    item(deputy, "Тайна черновика")
    item(deputy, "Тайна чужого плана", school=SchoolFactory(department=department, name="Тайная школа"))
    item(deputy, "Тайна своего плана", school=post.school)
    approved = {"state": "approved", "order": OrderFactory(department=department, title="Тайный черновик")}
    item(deputy, "Тайна утверждённой карты", **approved)
    PostFactory(school__department=department, membership__user=UserFactory(last_name="Тайная"))
    found = hits(deputy, "тайна")
    assert set(found) == {"Мероприятия"}
    assert set(found["Мероприятия"]) == {
        "<mark>Тайна</mark> своего плана", "<mark>Тайна</mark> утверждённой карты"
    }  # fmt: skip


def test_those_who_left_are_not_found(time_machine):
    methodist = MembershipFactory()
    gone = MembershipFactory(department=methodist.department, user__last_name="Ушедшая")
    assert "Люди" in hits(methodist, "ушедшая")
    gone.ended_at = gone.created_at
    gone.save()
    assert hits(methodist, "ушедшая") == {}


def test_more_than_fit_are_announced(login):
    methodist = MembershipFactory()
    for number in range(11):
        SchoolFactory(department=methodist.department, name=f"Лицей {number}")
    response = login(methodist).get(reverse("portal:search"), {"q": "лицеи"})
    (kind,) = response.context["kinds"]
    assert (len(kind.hits), kind.more) == (10, True)
    assert "Есть и другие" in response.content.decode()


def test_queries_do_not_grow_with_rows(login, django_assert_max_num_queries):
    methodist = MembershipFactory()
    for _ in range(12):
        item(methodist, "Обучение наблюдателей")
        OrderFactory(department=methodist.department, title="Обучение")
        SchoolFactory(department=methodist.department, name="Обучение")
        MembershipFactory(department=methodist.department, position="обучение")
    client = login(methodist)
    with django_assert_max_num_queries(9):
        assert client.get(reverse("portal:search"), {"q": "обучение"}).status_code == 200


def test_nobody_searches_without_a_role(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("portal:search"), {"q": "а"}).status_code == 403
