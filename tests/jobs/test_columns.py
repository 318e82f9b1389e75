"""Columns corrected by a person: the form asks again where it must, the department remembers, others do not see it."""

from __future__ import annotations

import pytest

from jobs.domain import columns
from jobs.forms import ColumnsForm
from jobs.models import KnownColumns
from portal.lib import excel
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.schools.books import book

SHAPE = excel.Shape(
    "things",
    {"name": "Название", "code": "Код"},
    lambda headings: {
        c: {"имя": "name", "код": "code"}[t.lower()]
        for c, t in headings.items()
        if t.lower() in {"имя", "код"}
    },
    lambda found: "" if "name" in found else "Укажите название.",
)
ODD = [["Кто", "Что", "Имя"], ["Первый", "sch1", "x"]]


def form(data, *sheets, **said):
    read = excel.read(book(*sheets))
    return ColumnsForm(data, sheets=read, shape=SHAPE, tables=excel.find_tables(read, SHAPE, **said))


class TestForm:
    def test_unbound_it_shows_what_the_portal_found(self):
        shown = form(None, [["Список"], ["Код", "Имя"], ["1", "a"]], [["прочее"]])
        first, second = shown.sheets
        assert (first.read, first.head) == (True, 2)
        assert [(c.letter, c.heading, c.samples, c.field) for c in first.columns] == [
            ("A", "Код", ["1"], "code"),
            ("B", "Имя", ["a"], "name"),
        ]
        assert (second.read, second.columns) == (False, [])

    def test_a_full_answer_becomes_the_mapping(self):
        said = {"read_0": "on", "head_0": "1", "drawn_0": "1", "column_0_A": "name", "column_0_B": "code"}
        answer = form(said, ODD)
        assert answer.is_valid()
        assert answer.mapping == {"Лист1": {"head": 1, "columns": {"A": "name", "B": "code"}}}

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"head_0": "2"}, "Шапка теперь другая"),
            ({"head_0": "99"}, "от 1 до 2"),
            ({"head_0": "²"}, "от 1 до 2"),
            ({"column_0_B": "name"}, "«Название» выбрано для двух столбцов"),
            ({"column_0_A": "nonsense"}, "Укажите название"),
        ],
    )
    def test_a_half_answer_is_asked_again_and_nothing_typed_is_lost(self, change, words):
        said = {"read_0": "on", "head_0": "1", "drawn_0": "1", "column_0_A": "name", "column_0_B": "code"}
        answer = form(said | change, ODD)
        assert not answer.is_valid()
        assert words in " ".join(answer.sheets[0].errors)

    def test_no_sheet_at_all_is_named(self):
        answer = form({"head_0": "1"}, ODD)
        assert not answer.is_valid()
        assert answer.errors == ["Отметьте хотя бы один лист."]

    def test_a_sheet_newly_read_shows_its_columns_first(self):
        answer = form({"read_0": "on", "head_0": "1"}, [["Имя", "Код"], ["a", "1"]])
        assert not answer.is_valid()
        assert [column.field for column in answer.sheets[0].columns] == ["name", "code"]


@pytest.mark.django_db
class TestMemory:
    MAPPING = {"Лист1": {"head": 1, "columns": {"A": "name", "B": "code"}}}

    def remember(self, department, mapping=MAPPING, sheets=(ODD,)):
        columns.remember(department, SHAPE, excel.read(book(*sheets)), mapping, by=None)

    def found(self, department, *sheets):
        known = columns.remembered(department, SHAPE)
        return [
            (t.columns, t.how) for t in excel.find_tables(excel.read(book(*sheets)), SHAPE, remembered=known)
        ]

    def test_the_next_file_of_that_shape_is_read_right_at_once(self):
        department = DepartmentFactory()
        self.remember(department)
        again = [["Отчёт"], [""], ["Имя", "Что", "Кто"], ["x", "sch2", "Второй"]]
        assert self.found(department, again) == [({"name": 2, "code": 1}, "remembered")]

    def test_another_department_and_another_kind_know_nothing_of_it(self):
        self.remember(DepartmentFactory())
        assert columns.remembered(DepartmentFactory(), SHAPE) == {}
        other = excel.Shape("others", SHAPE.fields, SHAPE.recognise, SHAPE.lacking)
        assert columns.remembered(KnownColumns.objects.get().department, other) == {}

    def test_what_the_portal_finds_itself_is_forgotten(self):
        department, plain = DepartmentFactory(), [["Имя", "Код"], ["a", "1"]]
        self.remember(department, {"Лист1": {"head": 1, "columns": {"B": "name"}}}, (plain,))
        assert KnownColumns.objects.count() == 1
        self.remember(department, self.MAPPING, (plain,))
        assert not KnownColumns.objects.exists()

    def test_a_sheet_left_out_is_left_out_next_time(self):
        department, plain = DepartmentFactory(), [["Имя", "Код"], ["a", "1"]]
        self.remember(department, self.MAPPING, (ODD, plain))
        assert self.found(department, ODD, plain) == [({"name": 0, "code": 1}, "remembered")]

    def test_schools_see_none_of_it(self):
        department = DepartmentFactory()
        self.remember(department)
        assert not KnownColumns.objects.visible_to(MembershipFactory(department=department, deputy=True))
        assert KnownColumns.objects.visible_to(MembershipFactory(department=department)).count() == 1
