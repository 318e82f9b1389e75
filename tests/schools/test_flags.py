"""Flags as people work with them: opened from a sign or by hand, listed, over three years, exported."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from schools.domain import flag_history
from schools.models import ObjectivityFlag, School
from tests.factories.accounts import MembershipFactory
from tests.factories.schools import ExamFactory, FlagFactory, OfficialMarkFactory, SchoolFactory, SignFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-03-02 12:00+03:00", tick=False):
        yield


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def sign(methodist):
    return SignFactory(school__department=methodist.department)


def form_of(response):
    return {name: response.context["form"][name].value() for name in response.context["form"].fields}


def test_a_flag_opened_on_a_sign_has_its_grounds(login, methodist, sign):
    client, address = login(methodist), reverse("schools:flag_new", args=[sign.school_id])
    filled = form_of(client.get(address, {"sign": sign.pk}))
    assert (filled["year"], filled["subject"], filled["grade"]) == (2025, "математика", 4)
    assert sign.text in filled["grounds"]
    client.post(f"{address}?sign={sign.pk}", filled)
    flag = ObjectivityFlag.objects.get()
    assert (flag.origin, flag.school, flag.subject) == ("computed", sign.school, "математика")
    assert flag.source.startswith("расчёт портала")


@pytest.mark.parametrize("number", ["abc", "999999", "another"])
def test_a_sign_of_another_school_fills_nothing(login, methodist, sign, number):
    other = SignFactory()
    asked = str(other.pk) if number == "another" else number
    page = login(methodist).get(reverse("schools:flag_new", args=[sign.school_id]), {"sign": asked})
    assert (page.context["sign"], page.context["form"]["grounds"].value()) == (None, None)
    assert other.text not in page.content.decode() or other.text == sign.text


def test_subjects_are_those_of_the_department_in_its_spelling(login, methodist):
    school = SchoolFactory(department=methodist.department)
    ExamFactory(campaign__department=methodist.department, subject="Окружающий мир")
    ExamFactory(subject="Чужой предмет")
    client, address = login(methodist), reverse("schools:flag_new", args=[school.pk])
    page = client.get(address)
    assert page.context["form"].subjects == ["Окружающий мир"]
    data = {
        "year": "2025", "subject": " окружающий МИР ", "grade": "", "source": "письмо", "grounds": "числа",
        "opened_on": "2026-03-02",
    }  # fmt: skip
    client.post(address, data)
    assert ObjectivityFlag.objects.get().subject == "Окружающий мир"
    again = client.post(address, data | {"subject": "Окружающий мир"})
    assert (again.status_code, again.context["form"].errors["__all__"][0][:13]) == (422, "Такой признак")


def test_three_years_of_a_school(methodist):
    department = methodist.department
    school, clean = SchoolFactory.create_batch(2, department=department)
    OfficialMarkFactory(school=school, year=2026, source__department=department)
    FlagFactory(school=school, year=2024, state="confirmed")
    FlagFactory(school=school, year=2023, state="refuted", closed_on=TODAY)
    OfficialMarkFactory(year=2025)  # another department's list
    history = flag_history.of_schools(methodist, [school, clean], TODAY)
    assert [(year.title, year.words) for year in history[school.pk]] == [
        ("2025/26", "попадала в перечень"),
        ("2024/25", "признак открыт отделом"),
        ("2023/24", "перечня нет"),
    ]
    assert [year.words for year in history[clean.pk]] == ["не попадала", "перечня нет", "перечня нет"]


def test_the_list_stands_by_school_and_filters(login, methodist):
    names = {}
    for name, fields in {
        "СОШ № 10": {},
        "СОШ № 2": {"subject": "математика"},
        "СОШ № 3": {"state": "lifted", "closed_on": TODAY},
    }.items():
        names[name] = FlagFactory(school__department=methodist.department, school__name=name, **fields)
    FlagFactory(school__name="Чужая")
    client = login(methodist)

    def shown(**query):
        page = client.get(reverse("schools:flags"), query)
        return [flag.school.name for flag, _ in page.context["rows"]]

    assert shown() == ["СОШ № 2", "СОШ № 10"]
    assert shown(state="all") == ["СОШ № 2", "СОШ № 3", "СОШ № 10"]
    assert shown(state="lifted") == ["СОШ № 3"]
    assert shown(subject="математика") == ["СОШ № 2"]
    assert shown(year="2025", q="10") == ["СОШ № 10"]
    assert shown(year="чушь", state="чушь") == ["СОШ № 2", "СОШ № 10"]


def test_the_workbook_is_what_the_list_shows(login, methodist):
    FlagFactory(school__department=methodist.department, school__name="СОШ № 1", grounds="=1+1")
    FlagFactory(school__department=methodist.department, school__name="СОШ № 2")
    FlagFactory(school__name="Чужая")
    answer = login(methodist).get(reverse("schools:flag_export"), {"q": "№ 1"})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[0][:5] == ("Школа", "Предмет", "Класс", "Учебный год", "Состояние")
    assert rows[0][-3:] == ("2025/26", "2024/25", "2023/24")
    assert [row[0] for row in rows[1:]] == ["СОШ № 1"]
    assert rows[1][-3:] == ("признак открыт отделом", "перечня нет", "перечня нет")


def test_the_list_asks_the_same_number_of_questions(login, methodist, django_assert_max_num_queries):
    client = login(methodist)
    for _ in range(3):
        FlagFactory(school__department=methodist.department)
        with django_assert_max_num_queries(18):
            client.get(reverse("schools:flags"))


def test_an_empty_list_says_what_comes_here(login, methodist):
    assert School.objects.count() == 0
    text = login(methodist).get(reverse("schools:flags")).content.decode()
    assert "Признаков в работе нет" in text.replace("\N{NO-BREAK SPACE}", " ")
