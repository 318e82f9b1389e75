"""Search finds any form of a word, only in what one may see."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Membership
from portal.lib import fulltext
from portal.search import Found, search
from portal.search.kinds import INDEXES, ITEM
from roadmaps.models import ActionItem
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
    return {kind.title: [str(hit.words) for hit in kind.hits] for kind in search(member, query).groups}


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


def test_the_words_of_a_lists_filter_do_not_stand_in_the_portals_search(login):
    field = 'aria-label="Поиск по порталу" placeholder="Найти пункт, школу, приказ" value="'
    client = login(MembershipFactory(admin=True))
    assert f'{field}"' in client.get("/people/?q=слово").content.decode()
    assert f'{field}слово"' in client.get("/search/?q=слово").content.decode()


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
    (kind,) = response.context["found"].groups
    assert (len(kind.hits), kind.total) == (10, 11)
    assert "Есть и другие" in response.content.decode()


def test_queries_do_not_grow_with_rows(login, django_assert_max_num_queries):
    methodist = MembershipFactory()
    for _ in range(12):
        item(methodist, "Обучение наблюдателей")
        OrderFactory(department=methodist.department, title="Обучение")
        SchoolFactory(department=methodist.department, name="Обучение")
        MembershipFactory(department=methodist.department, position="обучение")
    client = login(methodist)
    with django_assert_max_num_queries(10):
        assert client.get(reverse("portal:search"), {"q": "обучение"}).status_code == 200


def test_nobody_searches_without_a_role(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("portal:search"), {"q": "а"}).status_code == 403


def test_roadmaps_are_found_by_name_and_section():
    methodist = MembershipFactory()
    roadmap = RoadmapFactory(department=methodist.department, name="Карта объективности")
    SectionFactory(roadmap=roadmap, heading="II. Горячая линия")
    assert hits(methodist, "объективность") == {"Дорожные карты": ["Карта <mark>объективности</mark>"]}
    (group,) = search(methodist, "горячие линии").groups
    assert group.hits[0].excerpt == "II. <mark>Горячая</mark> <mark>линия</mark>"


def test_a_former_name_of_a_school_is_found():
    methodist = MembershipFactory()
    SchoolFactory(department=methodist.department, name="Гимназия", former_names="Школа Берёзка")
    (group,) = search(methodist, "березка").groups
    assert "прежде Школа <mark>Берёзка</mark>" in group.hits[0].beside


def test_words_may_stand_in_the_order_and_in_its_clauses():
    methodist = MembershipFactory()
    order = OrderFactory(department=methodist.department, title="О комиссии")
    ClauseFactory(order=order, text="Назначить Ёлкину ответственной.")
    (group,) = search(methodist, "комиссия елкина").groups
    assert group.hits[0].excerpt == "Назначить <mark>Ёлкину</mark> ответственной."


def test_named_so_comes_before_mentioned_so_and_new_before_old():
    methodist = MembershipFactory()
    old, new = ({"first_day": date(year, 9, 1), "last_day": date(year + 1, 8, 31)} for year in (2023, 2025))
    item(methodist, "Сверка старая", **old)
    mentioned = item(methodist, "Прочее", **new)
    ActionItem.objects.filter(pk=mentioned.pk).update(expected_result="справка о сверке")
    item(methodist, "Сверка новая", **new)
    assert hits(methodist, "сверка")["Мероприятия"] == [
        "<mark>Сверка</mark> новая",
        "<mark>Сверка</mark> старая",
        "Прочее",
    ]


SLIPS = {
    "обьективность": "объективности",
    "меропиятие": "мероприятия",
    "меропиятиями": "мероприятия",
    "Петорв": "Петров",
    "ghbrfp": "приказ",  # typed with the keyboard left in Latin
}


@pytest.mark.parametrize(("query", "meant"), SLIPS.items())
def test_slips_find_what_was_meant(query, meant):
    methodist = MembershipFactory(user__patronymic="")
    MembershipFactory(department=methodist.department, user__last_name="Петров", user__patronymic="")
    item(methodist, "Провести мероприятия для объективности, издать приказ")
    found = search(methodist, query)
    assert found.instead == meant
    assert [len(group.hits) for group in found.groups] == [1]


@pytest.mark.parametrize("query", SLIPS)
def test_slips_draw_no_hint_from_what_is_not_visible(query):
    stranger, post = MembershipFactory(user__last_name="Петров"), PostFactory()
    for member in (stranger, post.membership):  # of another department; a draft the school does not see
        item(member, "Провести мероприятия для объективности, издать приказ")
    PostFactory(school__department=post.school.department, membership__user=UserFactory(last_name="Петров"))
    methodist = MembershipFactory()
    assert search(methodist, query) == search(post.membership, query) == Found([])


def test_a_right_query_is_never_corrected():
    methodist = MembershipFactory()
    item(methodist, "Карта")
    item(methodist, "Парта")
    assert search(methodist, "парта").instead == ""


def test_the_page_says_that_it_shows_something_else(login):
    methodist = MembershipFactory()
    item(methodist, "Мероприятие")
    page = login(methodist).get(reverse("portal:search"), {"q": "меропиятие"}).content.decode()
    assert "По запросу «меропиятие» ничего не нашлось, показываем похожее: <b>«Мероприятие»</b>" in page


@pytest.mark.parametrize(
    "query",
    ['"', "'", "''; --", "title:", "NEAR(", "* NOT *", "a AND", "!", "а & | !", "а:*", "\\", "\0", "«»", "а\0б",
     "ы" * 10_000, "слово " * 5_000, "%s", "{ключ}", "-", "²", "😀", "ё", "й" * 120, "1.2.3.4.5"],
)  # fmt: skip
def test_no_query_is_a_fault(login, query):
    methodist = MembershipFactory()
    item(methodist, "Список")
    response = login(methodist).get(reverse("portal:search"), {"q": query})
    assert response.status_code == 200
    assert response.context["found"].total == 0


def test_rows_are_found_as_they_are_now():
    methodist = MembershipFactory()
    first = item(methodist, "Семинар")
    copies = [ActionItem(section=first.section, position=n, text="Вебинар") for n in (5, 6)]
    ActionItem.objects.bulk_create(copies)
    assert len(hits(methodist, "вебинар")["Мероприятия"]) == 2
    ActionItem.objects.filter(text="Вебинар").update(text="Тренинг")
    assert (hits(methodist, "вебинар"), len(hits(methodist, "тренинг")["Мероприятия"])) == ({}, 2)
    ActionItem.objects.filter(text="Тренинг").delete()
    assert hits(methodist, "тренинг") == {}


def test_one_kind_alone_shows_more(login):
    methodist = MembershipFactory()
    for number in range(12):
        SchoolFactory(department=methodist.department, name=f"Лицей {number}")
    response = login(methodist).get(reverse("portal:search"), {"q": "лицей", "kind": "schools"})
    assert [len(group.hits) for group in response.context["found"].groups] == [12]


@pytest.mark.parametrize("rows", [1, 12])
def test_slips_ask_no_more_when_there_are_more_rows(rows, django_assert_num_queries):
    methodist = MembershipFactory()
    for _ in range(rows):
        item(methodist, "Обучение наблюдателей")
    with django_assert_num_queries(17):  # five kinds, their words and parts, five kinds again
        assert search(methodist, "обученеи").total == rows


def test_whatever_takes_the_index_away_migrate_lays_it_again():
    methodist = MembershipFactory()
    name = ITEM.name
    with connection.cursor() as cursor:
        is_sqlite = connection.vendor == "sqlite"
        cursor.execute(f"DROP TRIGGER {name}_insert" if is_sqlite else f"DROP INDEX {name}")
        item(methodist, "Семинар")
        connection.check_constraints()  # nothing may be pending when an index is made
        fulltext.lay(connection, INDEXES)
        cursor.execute("SELECT name FROM sqlite_master" if is_sqlite else "SELECT indexname FROM pg_indexes")
        names = {row[0] for row in cursor.fetchall()}
    assert names >= {words.name for words in INDEXES}
    assert len(hits(methodist, "семинар")["Мероприятия"]) == 1
