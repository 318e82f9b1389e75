"""The list of duties as Excel: the very rows that the list shows, nothing of anybody else's."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory, SchoolFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.time_machine(datetime.datetime(2026, 3, 10, 9, 0, tzinfo=datetime.UTC), tick=False),
]
EXCEL = "/roadmaps/assignments/excel/"


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def school(methodist):
    return SchoolFactory(department=methodist.department, name="СОШ № 2")


def duty(methodist, school, text, last_day, **fields):
    return AssignmentFactory(
        item__section__roadmap__department=methodist.department,
        item__section__roadmap__name="Карта округа",
        item__text=text,
        school=school,
        last_day=last_day,
        **fields,
    )


def rows(client, query=""):
    answer = client.get(EXCEL + query)
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_book_holds_what_the_list_shows_in_its_order(login, methodist, school):
    duty(methodist, school, "Позднее", datetime.date(2026, 5, 1))
    duty(methodist, school, "=Опоздавшее", datetime.date(2026, 3, 9))
    other = MembershipFactory()
    duty(other, SchoolFactory(department=other.department), "Чужое", datetime.date(2026, 3, 1))
    client = login(methodist)
    first, second = rows(client)
    told = ("Откуда", "Мероприятие", "Исполнитель", "Срок", "Состояние")
    assert [first[name] for name in told] == [
        "Карта округа", "=Опоздавшее", "СОШ № 2", datetime.datetime(2026, 3, 9), "просрочено",
    ]  # fmt: skip
    assert (second["Мероприятие"], second["Состояние"]) == ("Позднее", "не начато")
    assert [row["Мероприятие"] for row in rows(client, "?state=overdue&page=2")] == ["=Опоздавшее"]


def test_book_takes_the_same_queries_for_many_duties(login, methodist, school):
    client = login(methodist)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            rows(client)
        return len(asked)

    duty(methodist, school, "Первое", datetime.date(2026, 5, 1), controller=methodist)
    rows(client)
    once = queries()
    for n in range(3):
        duty(
            methodist,
            SchoolFactory(department=methodist.department),
            f"Дело {n}",
            None,
            controller=methodist,
        )
    assert queries() == once


def test_schools_take_no_book_of_the_whole_department(login, methodist, school):
    assert login(PostFactory(school=school).membership).get(EXCEL).status_code == 403
