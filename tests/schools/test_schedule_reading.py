"""Schedules out of files: lists and matrices either way round, days as people write them, faults by cell."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import excel
from portal.lib.excel import Sheet, Unreadable
from schools.scheduling.days import NoDay, read_clock, read_day
from schools.scheduling.entries import Window
from schools.scheduling.names import KnownExam, KnownSchool, Names, Unknown
from schools.scheduling.reading import read

FIRST, LAST = datetime.date(2026, 4, 20), datetime.date(2026, 5, 20)
WINDOW = Window(FIRST, LAST)
SCHOOLS = [
    KnownSchool(1, "МБОУ «СОШ № 1»", "Средняя школа № 1", ("sch900001", "", "")),
    KnownSchool(2, "Лицей", numbers=("sch900002",)),
]
EXAMS = [
    KnownExam(10, 4, "математика", "МА"), KnownExam(11, 4, "русский язык", "РУ"), KnownExam(12, 5, "история", "ИС"),
    KnownExam(13, 7, "математика", "МА"), KnownExam(14, 7, "математика", "МА", "advanced"),
    KnownExam(15, 8, "физика", "ФИ"), KnownExam(16, 8, "физика", "ФИ", "", "computer"),
]  # fmt: skip
NAMES = Names(SCHOOLS, EXAMS, {"рк": "русский язык"})


def D(day, month=4):
    return datetime.date(2026, month, day)


def sheet(*rows, name="Лист1", hidden=False):
    return Sheet(name, hidden, [list(row) for row in rows])


def found(*rows, **how):
    reading = read([sheet(*rows)], NAMES, WINDOW, **how)
    assert reading.faults == []
    return [(e.school, e.exam and e.exam.key, e.class_name, e.day) for e in reading.entries]


def faults(*rows, **how):
    return [(f.cell, f.value, f.message) for f in read([sheet(*rows)], NAMES, WINDOW, **how).faults]


LIST = ("Школа", "Класс", "Предмет", "Дата")


def test_a_list_with_a_title_above_and_blanks_between():
    rows = [
        ("График ВПР на 2026 год",), (), ("№ п/п", *LIST), (1.0, "МБОУ СОШ №1", "4 «а»", "Математика", D(21)), (),
        (2.0, "лицей", 4.0, "рус. яз.", "23.04"), ("", "Итого", "", "2", ""),
    ]  # fmt: skip
    assert found(*rows) == [(1, 10, "4А", D(21)), (2, 11, "", D(23))]


def test_a_login_wins_over_a_name_and_hours_and_notes_come_along():
    head = ("Наименование ОО", "Логин", "Класс", "Предмет", "Дата проведения", "Начало", "Примечание")
    row = ("Неизвестно кто", "SCH900002", "4Б", "РК", "21 апреля (вт)", "9:30", "каб. 5")
    entry = read([sheet(head, row)], NAMES, WINDOW).entries[0]
    assert (entry.school, entry.exam.key, entry.day) == (2, 11, D(21))
    assert (entry.starts_at, entry.note) == (datetime.time(9, 30), "каб. 5")


def test_level_and_form_are_told_apart_by_their_columns_or_in_words():
    head = ("Школа", "Класс", "Предмет", "Уровень", "Форма", "Дата")
    assert found(
        head, ("Лицей", "7А", "Математика", "Углублённый", "", D(21)), ("Лицей", "7Б", "Математика", "", "", D(21)),
        ("Лицей", "8А", "Физика", "", "на компьютере", D(22)), ("Лицей", "8Б", "физика (на бумаге)", "", "", D(22)),
    ) == [(2, 14, "7А", D(21)), (2, 13, "7Б", D(21)), (2, 16, "8А", D(22)), (2, 15, "8Б", D(22))]  # fmt: skip


def test_every_fault_of_a_list_is_named_by_its_cell():
    rows = (
        LIST, ("СОШ № 99", "4А", "Математика", D(21)), ("Лицей", "5А", "Математика", D(21)),
        ("Лицей", "4А", "Колдовство", "31.04"), ("Лицей", "8А", "Физика", D(21)), ("Лицей", "", "Математика", D(21)),
        ("Лицей", "4АБВГ", "Математика", ""),
    )  # fmt: skip
    assert [(cell, value) for cell, value, _ in faults(*rows)] == [
        ("A2", "СОШ № 99"), ("C3", "Математика"), ("C4", "Колдовство"), ("D4", "31.04"), ("C5", "Физика"),
        ("C6", "Математика"), ("B7", "4АБВГ"), ("D7", ""),
    ]  # fmt: skip
    assert read([sheet(*rows)], NAMES, WINDOW).entries == []


def test_schools_by_dates_with_tests_in_the_cells():
    rows = [
        ("График",), ("", "Школа", D(21), "22.04 (ср)", "23 апреля"),
        (1.0, "МБОУ «СОШ № 1»", "4А математика\n4Б РУ", "", "5 кл. история"), (2.0, "Лицей", "", "МА, 4 класс", ""),
    ]  # fmt: skip
    assert found(*rows) == [
        (1, 10, "4А", D(21)), (1, 11, "4Б", D(21)), (1, 12, "", D(23)), (2, 10, "", D(22)),
    ]  # fmt: skip


def test_schools_by_tests_with_days_in_the_cells_either_way_round():
    across = [
        ("Школа", "4 класс, математика", "РУ 4", "История, 5 класс"), ("Лицей", "21.04.26", D(23), ""),
        ("МБОУ «СОШ № 1»", "4А – 22.04; 4Б – 24.04", "", "28.04"),
    ]  # fmt: skip
    expected = {
        (2, 10, "", D(21)), (2, 11, "", D(23)), (1, 10, "4А", D(22)), (1, 10, "4Б", D(24)), (1, 12, "", D(28)),
    }  # fmt: skip
    assert set(found(*across)) == expected
    down = [[row[column] for row in across] for column in range(4)]
    assert set(found(*down)) == expected


def test_faults_of_a_matrix_are_named_by_their_cells():
    rows = [
        ("Школа", D(21), D(22)), ("Лицей", "4А математика; 4Б колдовство", "5А математика"),
        ("Школа, которой нет", "4А РУ", ""),
    ]  # fmt: skip
    assert [(cell, value) for cell, value, _ in faults(*rows)] == [
        ("B2", "4А математика; 4Б колдовство"), ("C2", "5А математика"), ("A3", "Школа, которой нет"),
    ]  # fmt: skip
    assert read([sheet(*rows)], NAMES, WINDOW).entries == []


def test_a_list_of_uploads_by_logins():
    assert found(
        ("Логин", "Дата загрузки"), ("sch900001", "24.04.2026"), ("sch900002", ""), uploads=True
    ) == [(1, None, "", D(24))]
    rows = ("Школа", "Класс", "Предмет", "Дата"), ("Лицей", "4А", "МА", D(24))
    assert found(*rows, uploads=True) == [(2, 10, "4А", D(24))]


@pytest.mark.parametrize(
    "rows", [[], [("Просто", "текст")], [LIST], [("Школа", "Директор"), ("Лицей", "Иванова")]]
)
def test_what_holds_no_schedule_is_refused_in_words(rows):
    with pytest.raises(Unreadable):
        read([sheet(*rows)], NAMES, WINDOW)


def test_hidden_sheets_are_left_out_and_several_visible_ones_are_read():
    one, other = (LIST, ("Лицей", "4А", "МА", D(21))), (LIST, ("Лицей", "4Б", "МА", D(22)))
    sheets = [sheet(*one), sheet(*other, name="Лист2"), sheet(*one, name="Черновик", hidden=True)]
    assert [e.class_name for e in read(sheets, NAMES, WINDOW).entries] == ["4А", "4Б"]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("21.04", D(21)), ("21.4.26", D(21)), ("21/04/2026", D(21)), ("2026-04-21", D(21)), ("21 апр.", D(21)),
        ("5 мая 2026 г.", D(5, 5)), ("вторник, 21.04.2026", D(21)), (datetime.datetime(2026, 4, 21, 9), D(21)),
        ("21.04.2025", datetime.date(2025, 4, 21)),
    ],
)  # fmt: skip
def test_days_as_people_write_them(cell, day):
    assert read_day(cell, FIRST, LAST) == day


@pytest.mark.parametrize("cell", ["", "31.04.2026", "после каникул", 46133.0, "21", "21 мартобря", "00.00"])
def test_what_is_no_day(cell):
    with pytest.raises(NoDay):
        read_day(cell, FIRST, LAST)


def test_clocks():
    assert read_clock("9.05") == datetime.time(9, 5)
    assert read_clock("") is None
    with pytest.raises(NoDay):
        read_clock("25:00")


def test_a_name_that_fits_two_schools_is_asked():
    twins = Names([KnownSchool(1, "Лицей"), KnownSchool(2, "Лицей", numbers=("sch2",))], EXAMS)
    with pytest.raises(Unknown, match="нескольким"):
        twins.school("лицей")
    assert twins.school("лицей", "sch2") == 2


days = st.dates(FIRST, LAST)
places = st.tuples(st.sampled_from(SCHOOLS), st.sampled_from(EXAMS[:3]), st.sampled_from(["", "А", "Б"]))


@given(st.dictionaries(places, days, min_size=1, max_size=12), st.sampled_from(["list", "dates"]))
def test_what_is_written_comes_back(plan, way):
    """A list and a matrix through a real workbook give the very days they were made of."""
    wanted = {(s.key, e.key, f"{e.grade}{c}" if c else "", day) for (s, e, c), day in plan.items()}
    if way == "list":
        columns = [excel.Column(heading) for heading in LIST]
        rows = [[s.name, f"{e.grade}{c}", e.subject, day] for (s, e, c), day in plan.items()]
    else:
        columns = [
            excel.Column("Школа"),
            *(excel.Column(f"{day:%d.%m.%Y}") for day in sorted(set(plan.values()))),
        ]
        rows = []
        for school in {s.key: s for s, _, _ in plan}.values():
            cells = [
                "\n".join(
                    f"{e.grade}{c} {e.subject}" for (s, e, c), on in plan.items() if s == school and on == day
                )
                for day in sorted(set(plan.values()))
            ]
            rows.append([school.name, *cells])
    reading = read(excel.read(excel.write("График", columns, rows)), NAMES, WINDOW)
    assert reading.faults == []
    assert {(e.school, e.exam.key, e.class_name, e.day) for e in reading.entries} == wanted


@given(st.lists(st.lists(st.one_of(st.text(max_size=12), st.floats(), days, st.none().map(lambda _: "")), max_size=6),
                max_size=8))  # fmt: skip
def test_whatever_stands_in_a_file_is_read_or_refused(rows):
    try:
        reading = read([sheet(*rows), sheet(LIST, *rows)], NAMES, WINDOW)
    except Unreadable:
        return
    assert all(fault.cell and fault.message and fault.remedy for fault in reading.faults)
