"""Whom a phrase reaches in one department: its own schools and people, and a question where it is not certain."""

import datetime

import pytest

from roadmaps.domain.responsibles import Directory, bearers, needs_answer, remember, understand
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory

TODAY = datetime.date(2026, 3, 16)
pytestmark = pytest.mark.django_db


@pytest.fixture
def department():
    return DepartmentFactory(name="Комитет образования Ольховского округа")


def person(department, last, first="Ольга", patronymic="Петровна", **fields):
    return MembershipFactory(
        department=department,
        user__last_name=last,
        user__first_name=first,
        user__patronymic=patronymic,
        **fields,
    )


def target(department, phrase, **options):
    (only,) = understand(department, phrase, **options)
    return only


def test_a_person_is_found_by_surname_and_initials(department):
    wanted = person(department, "Берёзкина")
    person(department, "Берёзкина", first="Анна")
    person(DepartmentFactory(), "Берёзкина")
    for phrase in ("Березкина О.П., методист", "О. П. Берёзкина", "методисту Берёзкиной О.П."):
        assert target(department, phrase)["official"] == wanted.pk


def test_namesakes_are_asked_about(department):
    twins = [person(department, "Берёзкина"), person(department, "Берёзкина")]
    found = target(department, "Берёзкина О.П.")
    assert found["kind"] == "unknown"
    assert [c["official"] for c in found["candidates"]] == [twin.pk for twin in twins]


def test_who_left_is_not_found(department):
    person(department, "Берёзкина", ended_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    assert target(department, "Берёзкина О.П.")["kind"] == "unknown"


def test_a_deputy_named_in_person_means_the_school(department):
    deputy = person(department, "Липина", deputy=True)
    post = PostFactory(membership=deputy, school__department=department)
    assert target(department, "Липина О.П., заместитель директора") | {"label": ""} == {
        "kind": "school", "school": post.school.pk, "phrase": "Липина О.П., заместитель директора", "label": "",
    }  # fmt: skip


def test_positions_are_held_by_members(department):
    one, two = person(department, "Берёзкина"), person(department, "Липина")
    head = person(department, "Дубова", role="head", position="начальник комитета")
    assert target(department, "Методисты комитета образования")["members"] == [one.pk, two.pk]
    assert target(department, "начальник комитета")["official"] == head.pk
    assert target(department, "Методист")["kind"] == "unknown"  # which of the two?
    assert target(department, "Методисты МБУ «Чужой центр»")["members"] == []


def test_an_unheld_position_asks_for_an_answer(department):
    found = target(department, "Технический специалист")
    assert (found["kind"], found["members"], found["label"]) == ("body", [], "кто отвечает?")
    assert needs_answer(found)


def test_schools_by_role_by_number_and_by_flag(department):
    four, lyceum = (
        SchoolFactory(department=department, name="МБОУ «СОШ № 4»"),
        SchoolFactory(department=department, name="МБОУ «Лицей № 4»"),
    )
    village = SchoolFactory(department=department, name="МБОУ «Ольховская ООШ»")
    SchoolFactory(name="МБОУ «СОШ № 4»")
    FlagFactory(school=village)
    assert target(department, "Директора школ")["label"] == "3\N{NO-BREAK SPACE}школы"
    assert target(department, "СОШ № 4")["school"] == four.pk
    assert target(department, "Администрация лицея № 4")["school"] == lyceum.pk
    assert target(department, "МБОУ «Ольховская ООШ»")["school"] == village.pk
    assert [c["school"] for c in target(department, "Школа № 4")["candidates"]] == [lyceum.pk, four.pk]
    assert (
        target(department, "руководители школ зоны риска")["label"] == "1\N{NO-BREAK SPACE}школа с признаками"
    )


def test_a_school_named_by_its_sort_alone_must_be_the_only_one(department):
    lyceum = SchoolFactory(department=department, name="МБОУ «Лицей № 4»")
    SchoolFactory(department=department, name="МБОУ «СОШ № 4»")
    assert target(department, "директор МБОУ «Лицей»")["school"] == lyceum.pk
    SchoolFactory(department=department, name="МБОУ «Лицей № 5»")
    assert target(department, "директор МБОУ «Лицей»")["kind"] == "unknown"


def test_a_part_of_the_schools_that_nobody_knows_is_asked_about(department):
    SchoolFactory(department=department)
    assert target(department, "Школы, вошедшие в перечень пилотных")["kind"] == "unknown"


def test_in_a_schools_own_plan_roles_are_that_school(department):
    own = SchoolFactory(department=department)
    SchoolFactory(department=department)
    assert target(department, "Учителя-предметники", school=own)["school"] == own.pk


def test_bearers_are_distinct_and_of_today(department):
    flagged, other = SchoolFactory(department=department), SchoolFactory(department=department)
    FlagFactory(school=flagged)
    SchoolFactory(department=department, closed_on=datetime.date(2026, 1, 1))
    member = person(department, "Берёзкина")
    reach = understand(
        department, "Берёзкина О.П.; ОО; учителя; школы с необъективными результатами; методист"
    )
    found = bearers(reach, department, TODAY)
    assert [bearer.school for bearer in found if bearer.school] == [flagged, other]
    assert [bearer.official for bearer in found if bearer.official] == [member]
    flagged_only = bearers(understand(department, "школы с признаками необъективности"), department, TODAY)
    assert [bearer.school for bearer in flagged_only] == [flagged]


def test_who_only_watches_bears_nothing(department):
    person(department, "Берёзкина")
    assert bearers(understand(department, "Контроль: Берёзкина О.П."), department, TODAY) == []
    assert bearers(understand(department, "родители, общественные наблюдатели"), department, TODAY) == []


def test_a_settled_phrase_is_remembered_by_this_department_only(department):
    member = person(department, "Берёзкина", position="эксперт")
    remember(department, "МБУ «Центр роста»", [{"kind": "official", "official": member.pk}], by=member)
    found = understand(department, 'Мбу  "Центр роста", руководители ОО')
    assert [each["kind"] for each in found] == ["official", "all_schools"]
    assert target(DepartmentFactory(), "МБУ «Центр роста»")["kind"] == "body"
    member.ended_at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    member.save()
    assert needs_answer(target(department, "МБУ «Центр роста»"))


def test_understanding_a_thousand_phrases_asks_the_database_once(department, django_assert_max_num_queries):
    for _ in range(3):
        SchoolFactory(department=department)
    with django_assert_max_num_queries(4):
        directory = Directory(department)
        for number in range(1000):
            understand(department, f"Руководители ОО, СОШ № {number}, школы зоны риска", directory=directory)
