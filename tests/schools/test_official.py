"""The official list becomes facts with their document; its checks, its doors, a flag from a mark."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from schools.models import ObjectivityFlag, OfficialList, OfficialMark
from schools.results import Unreadable
from schools.results.official import read_official
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import OfficialMarkFactory, PostFactory, SchoolFactory
from tests.schools.books import book

HEAD = ["Год", "Муниципалитет", "Логин", "ОО", "4 РУ", "4 МА", "5 РУ", "5 МА", "Количество маркеров"]
ROW = [2026, "Город Пробный", "sch900001", "МБОУ СОШ № 1", 1, "", "0", "да", 2]


class TestReading:
    def test_marks_by_grade_and_subject(self):
        (row,) = read_official(book([["Перечень"], HEAD, ROW])).rows
        assert (row.year, row.login) == (2026, "sch900001")
        assert row.marks == [(4, "русский язык"), (5, "математика")]

    def test_every_fault_at_once(self):
        wrong = ["когда", "Город Пробный", "школа", "МБОУ СОШ № 1", "?", 1, "", "", 3]
        reading = read_official(book([[*HEAD, "Телефон директора"], wrong, ROW]))
        assert [fault.cell for fault in reading.faults] == ["J1", "C2", "A2", "E2", "I2"]
        assert len(reading.rows) == 1

    def test_what_is_no_list(self):
        with pytest.raises(Unreadable, match="Не узнаю перечень"):
            read_official(book([["Школа", "Телефон"], ["а", 1]]))


@pytest.fixture
def department(db):
    return DepartmentFactory()


@pytest.fixture
def methodist(login, department):
    return login(MembershipFactory(department=department))


def send(methodist, *rows):
    file = SimpleUploadedFile("перечень.xlsx", book([HEAD, *rows]))
    said = {"document": "письмо министерства", "number": "12-п", "issued_on": "2026-07-01"}
    return methodist.post(reverse("schools:official_import"), {"file": file, **said})


def decide(methodist, what):
    return methodist.post(
        reverse(f"schools:official_{what}", args=[OfficialList.objects.get().pk]), follow=True
    )


def test_from_file_to_facts_and_a_flag(methodist, department):
    school = SchoolFactory(department=department, code="sch900001")
    neighbour = [2026, "Соседний район", "sch111111", "Чужая школа", 1, "", "", "", 1]
    page = methodist.get(send(methodist, ROW, neighbour).url).content.decode()
    assert ("Чужая" in page, "математика, 5 класс" in page) == (False, True)
    decide(methodist, "apply")
    assert sorted(OfficialMark.objects.values_list("school", "year", "grade", "subject")) == [
        (school.pk, 2026, 4, "русский язык"),
        (school.pk, 2026, 5, "математика"),
    ]
    mark = OfficialMark.objects.first()
    methodist.post(reverse("schools:official_flag", args=[mark.pk]))
    methodist.post(reverse("schools:official_flag", args=[mark.pk]))  # once a mark
    flag = ObjectivityFlag.objects.get()
    assert (flag.school, flag.year, flag.grade, flag.subject) == (school, 2025, mark.grade, mark.subject)
    assert "12-п" in flag.source
    decide(methodist, "undo")
    assert OfficialMark.objects.count() == 2  # a flag rests on it


def test_undone_as_a_whole(methodist, department):
    SchoolFactory(department=department, code="sch900001")
    send(methodist, ROW)
    decide(methodist, "apply")
    decide(methodist, "undo")
    assert (OfficialMark.objects.count(), OfficialList.objects.get().state) == (0, "undone")


def test_an_unknown_login_stops_it(methodist, department):
    SchoolFactory(code="sch900001")  # another department's
    send(methodist, ROW)
    decide(methodist, "apply")
    assert not OfficialMark.objects.exists()
    assert [fault["cell"] for fault in OfficialList.objects.get().preview["faults"]] == ["C2"]


def test_the_file_is_kept(methodist, department):
    send(methodist, ROW)
    response = methodist.get(reverse("schools:official_file", args=[OfficialList.objects.get().pk]))
    assert response.content[:2] == b"PK"
    assert response["Content-Disposition"].startswith("attachment")


def test_doors(methodist, login, department):
    OfficialMarkFactory(school__name="Чужая школа", source__document="чужое письмо")
    page = methodist.get(reverse("schools:official")).content.decode()
    assert [word in page for word in ("Чужая школа", "чужое письмо")] == [False, False]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["official", "official_import"])
def test_schools_are_not_let_in(login, name):
    assert login(PostFactory().membership).get(reverse(f"schools:{name}")).status_code == 403
