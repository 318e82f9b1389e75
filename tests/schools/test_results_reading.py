"""Files of results are read by their heads; what does not fit is named by its cell, all at once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schools.results import Form, Given, Scale, Unreadable, read
from schools.results.numbers import impossible, number, pupils
from tests.schools.books import book
from tests.schools.result_books import (
    ABSENT,
    JOURNAL_HEAD,
    LEAD,
    MARKS_HEAD,
    PUPILS,
    form_2021,
    form_2022,
    form_2026,
    lead,
    marks,
    named,
    original_journal,
    original_marks,
    scores_head,
    tasks_head,
)

SCALE = {(4, "математика", ""): Scale({"3": 2, "4": 4, "5": 6}, {"1": 1, "2": 3, "3": 2, "4": 2})}


def cells(reading) -> list[str]:
    return [fault.cell for fault in reading.faults]


def values(reading) -> list[dict]:
    return [row.values for row in reading.rows]


class TestMarks:
    def test_percentages_become_pupils(self):
        reading = read(marks([*lead(), "8,0", "36", 40, "16 %"]))
        (row,) = reading.rows
        assert (reading.form, reading.year, reading.faults) == (Form.MARKS, 2026, [])
        assert (row.scope, row.login, row.grade, row.subject) == ("school", "sch900001", 4, "математика")
        assert (row.participants, row.values) == (25, {"marks": {"2": 2, "3": 9, "4": 10, "5": 4}})

    @pytest.mark.parametrize(
        ("written", "counts"),
        [
            (["33,33", "66,67", "-", None], [1, 2, 0, 0]),
            ([33.3, 66.6, 0, 0], [1, 2, 0, 0]),  # 99.9
            ([0.3333, 0.6667, 0, 0], [1, 2, 0, 0]),  # cells in Excel's own per cent
            ([1, 2, 0, 0], [1, 2, 0, 0]),  # pupils themselves
        ],
    )
    def test_roundings_fractions_and_counts(self, written, counts):
        reading = read(marks(lead(participants=3) + written))
        assert (reading.faults, values(reading)) == ([], [{"marks": dict(zip("2345", counts, strict=True))}])

    @pytest.mark.parametrize(
        ("written", "misses"), [([10, 20, 30, 39.7], "99,7"), ([50, 20, 30, 0.3], "100,3")]
    )
    def test_a_sum_that_misses_is_named(self, written, misses):
        reading = read(marks(lead(participants=1000) + written))
        assert [(f.cell, f.value) for f in reading.faults] == [("H2", misses)]
        assert reading.rows == []

    def test_a_share_that_no_pupils_make_is_named(self):
        assert cells(read(marks([*lead(participants=3), 25, 75, 0, 0]))) == ["H2", "I2"]

    def test_every_fault_is_named_at_once(self):
        reading = read(
            marks(
                ["год", "ж", "МХК", "", "школа 5", "", "много", "пять", -1, "", ""],
                [*lead("sch900002"), 8, 36, 40, 16],
            )
        )
        assert cells(reading) == ["A2", "B2", "C2", "E2", "G2", "H2", "I2"]
        assert [row.login for row in reading.rows] == ["sch900002"]

    def test_columns_are_found_by_their_heads(self):
        head = ["5", "4", "3", "2", "№ п/п", "Количество\nучастников", "Логин ОО", "Предмет", "Параллель"]
        (row,) = read(
            book([["Отчёт за 2025/26 учебный год"], head, [16, 40, 36, 8, 1, 25, "SCH900001", "РУ4", ""]])
        ).rows
        assert (row.year, row.grade, row.subject, row.values["marks"]["2"]) == (2026, 4, "русский язык", 2)

    def test_an_unknown_column_is_refused_by_name(self):
        reading = read(marks([*lead(), 8, 36, 40, 16, 1], head=[*MARKS_HEAD, "ФИО учителя"]))
        assert [(f.cell, f.value) for f in reading.faults] == [("L1", "ФИО учителя")]

    def test_a_missing_mark_is_refused_by_name(self):
        reading = read(book([[*LEAD, "2", "3", "4"], [*lead(), 8, 36, 40]]))
        assert ["«5»" in fault.message for fault in reading.faults] == [True]

    def test_the_original_layout(self):
        reading = read(original_marks())
        assert reading.faults == []
        assert [(row.scope, row.login, row.participants) for row in reading.rows] == [
            ("country", "", 1400000),
            ("region", "", 21000),
            ("department", "", 45),
            ("school", "sch900001", 25),
            ("school", "sch900002", 20),
        ]
        assert reading.rows[0].values["marks"] == {"2": 44100, "3": 274400, "4": 613900, "5": 467600}
        assert {(row.grade, row.subject, row.year) for row in reading.rows} == {(4, "математика", 2026)}

    def test_a_head_of_two_rows(self):
        def merge(made):
            sheet = made.worksheets[0]
            for range_ in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:H1"):
                sheet.merge_cells(range_)

        rows = [
            ["Год", "МА4", "Логин", "Кол-во участников", "Распределение отметок в %", None, None, None],
            [None, None, None, None, "2", "3", "4", "5"],
        ]
        rows[0][1] = "Предмет"
        reading = read(book([*rows, [2026, "МА4", "sch900001", 25, 8, 36, 40, 16]], shape=merge))
        assert (reading.faults, values(reading)) == ([], [{"marks": {"2": 2, "3": 9, "4": 10, "5": 4}}])

    def test_several_subjects_on_one_sheet(self):
        block = ["Логин", "Кол-во участников", "2", "3", "4", "5"]
        row = ["sch900001", 25, 8, 36, 40, 16]
        reading = read(book([["Русский язык, 4 класс"], block, row, ["Математика, 5 класс"], block, row]))
        assert [(one.subject, one.grade) for one in reading.rows] == [("русский язык", 4), ("математика", 5)]

    def test_subjects_between_the_rows(self):
        head = ["Логин", "Кол-во участников", "2", "3", "4", "5"]
        row = ["sch900001", 25, 8, 36, 40, 16]
        reading = read(book([["4 класс"], head, ["Русский язык"], row, ["Математика"], row]))
        assert [(one.subject, one.grade) for one in reading.rows] == [("русский язык", 4), ("математика", 4)]
        assert reading.faults == []

    def test_a_sheet_tells_by_its_name(self):
        head = ["Логин", "Кол-во участников", "2", "3", "4", "5"]
        (row,) = read(named([head, ["sch900001", 25, 8, 36, 40, 16]], "МА углубл 7 кл")).rows
        assert (row.subject, row.grade, row.level) == ("математика", 7, "advanced")

    def test_what_is_told_nowhere_is_asked_and_can_be_given(self):
        data = named(
            [["Логин", "Кол-во участников", "2", "3", "4", "5"], ["sch900001", 25, 8, 36, 40, 16]], "Лист"
        )
        assert [fault.field for fault in read(data).faults] == ["subject", "grade"]
        reading = read(data, given={"Лист": Given(grade=5, subject="история")})
        assert (reading.faults, reading.rows[0].subject, reading.rows[0].grade) == ([], "история", 5)

    def test_a_departments_own_name_of_a_subject(self):
        data = marks([*lead(subject="МХК-7"), 8, 36, 40, 16])
        assert cells(read(data)) == ["C2"]
        (row,) = read(data, own_subjects={"мхк": "мировая художественная культура"}).rows
        assert row.subject == "мировая художественная культура"

    def test_a_school_without_a_login_is_not_guessed_by_its_name(self):
        assert cells(read(marks([*lead(login=""), 8, 36, 40, 16]))) == ["E2"]

    def test_the_same_result_twice(self):
        reading = read(marks([*lead(), 8, 36, 40, 16], [*lead(login="edu900001"), 8, 36, 40, 16]))
        assert (cells(reading), len(reading.rows)) == (["E3"], 1)

    def test_a_formula_without_a_value(self):
        reading = read(marks([*lead(), "=1/0", 36, 40, 16]))
        assert cells(reading) == ["H2"]

    def test_text_with_columns(self):
        head = ";".join(MARKS_HEAD)
        line = "2026;4;Математика;Город Пробный;sch900001;МБОУ СОШ № 1;25;8,0;36,0;40,0;16,0"
        (row,) = read(f"{head}\n{line}\n".encode("cp1251"), "отметки.csv").rows
        assert (row.year, row.values) == (2026, {"marks": {"2": 2, "3": 9, "4": 10, "5": 4}})

    def test_hidden_sheets_are_left_alone(self):
        def hide(made):
            made.worksheets[1].sheet_state = "hidden"

        rows = [MARKS_HEAD, [*lead(), 8, 36, 40, 16]]
        assert len(read(book(rows, rows, shape=hide)).rows) == 1


class TestJournal:
    def test_columns(self):
        (row,) = read(book([JOURNAL_HEAD, [*lead(), "20", "60", "20"]])).rows
        assert row.values == {"journal": {"lowered": 5, "confirmed": 15, "raised": 5}}

    def test_pupils_and_per_cent_side_by_side(self):
        head = [*LEAD]
        for word in ("Понизили", "Подтвердили", "Повысили"):
            head += [f"{word}, чел.", f"{word}, %"]
        (row,) = read(book([head, [*lead(), 5, 20, 15, 60, 5, 20]])).rows
        assert row.values == {"journal": {"lowered": 5, "confirmed": 15, "raised": 5}}

    def test_counts_that_do_not_add_up(self):
        head = [*LEAD, "Понизили, чел.", "Подтвердили, чел.", "Повысили, чел."]
        assert cells(read(book([head, [*lead(), 5, 15, 4]]))) == ["H2"]

    def test_the_original_layout(self):
        reading = read(original_journal())
        assert reading.faults == []
        assert [(row.scope, row.participants) for row in reading.rows] == [
            ("country", 1350000),
            ("region", 20500),
            ("department", 44),
            ("school", 25),
        ]
        assert reading.rows[3].values == {"journal": {"lowered": 5, "confirmed": 15, "raised": 5}}


class TestScoresAndTasks:
    def test_first_scores(self):
        (row,) = read(book([scores_head(6), [*lead(participants=10), 0, "10,0", 20, 30, 20, 10, 10]])).rows
        assert row.values == {"histogram": [0, 1, 2, 3, 2, 1, 1]}

    def test_many_rounded_parts_may_miss_a_hundred_by_more(self):
        parts = [round(100 / 30, 1)] * 30  # 99.0
        assert read(book([scores_head(29), lead(participants=30) + parts])).faults == []

    def test_a_score_left_out_is_named(self):
        head = [*LEAD, 0, 1, 3]
        assert ["«2»" in fault.message for fault in read(book([head, [*lead(), 0, 40, 60]])).faults] == [True]

    def test_tasks_with_their_maxima(self):
        head = tasks_head("1", "2.1", "5(1)", "10K1")
        top = [*[None] * 5, "Макс балл", None, 1, 2, 1, 3]
        reading = read(book([head, top, [*lead(), "95,5", 70, 0, None]]))
        assert reading.tables[0].task_max == {"1": 1, "2.1": 2, "5.1": 1, "10К1": 3}
        assert values(reading) == [{"tasks": {"1": 0.955, "2.1": 0.7, "5.1": 0.0}}]

    def test_shares_of_one(self):
        reading = read(book([tasks_head("1", "2"), [*lead(), 0.5, 1]]))
        assert values(reading) == [{"tasks": {"1": 0.5, "2": 1.0}}]

    def test_more_than_all(self):
        assert cells(read(book([tasks_head("1", "2"), [*lead(), 120, 40]]))) == ["H2"]


class TestOwnForm:
    @pytest.mark.parametrize(
        ("data", "file_name", "years"),
        [
            (named(form_2021(), "МА4"), "", (2021, 2021)),
            (named(form_2022(), "Протокол"), "sch900001_МА.xlsx", (2022, 2025)),
            (named(form_2026(), "Лист"), "sch900001 математика 4 класс.xlsx", (2024, 2099)),
        ],
        ids=["2021", "2022", "2026"],
    )
    def test_pupils_become_counts(self, data, file_name, years):
        reading = read(data, file_name, scales=SCALE)
        (row,) = reading.rows
        assert (reading.form, reading.faults, reading.tables[0].years) == (Form.PROTOCOL, [], years)
        assert (row.login, row.grade, row.subject, row.participants) == ("sch900001", 4, "математика", 3)
        assert row.values == {
            "histogram": [1, 0, 0, 0, 1, 0, 0, 1, 0],
            "marks": {"2": 1, "3": 0, "4": 1, "5": 1},
            "journal": {"lowered": 1, "confirmed": 0, "raised": 2},
            "tasks": {"1": 0.6667, "2": 0.5556, "3": 0.1667, "4": 0.5},
        }

    @pytest.mark.parametrize("form", [form_2021, form_2022, form_2026])
    def test_no_code_of_a_pupil_is_left(self, form):
        doubled = form()[1]
        told = json.dumps(read(named(form(doubled), "МА4"), "sch900001.xlsx").to_json(), ensure_ascii=False)
        assert [code for code in [*(code for code, _, _ in PUPILS), ABSENT] if code in told] == []

    def test_without_a_scale_only_scores_are_counted(self):
        reading = read(named(form_2021(), "МА4"))
        assert set(reading.rows[0].values) == {"histogram"}
        assert ["шкала" in note for note in reading.notes] == [True]

    def test_faults_by_cell(self):
        wrong = ["10005", 1, 1, "?", 1, 9, 2, 1, "м", 7, 11]
        twice = ["10001", 1, 1, 1, 1, 1, 1, 1, "м", 4, 4]
        sum_off = ["10006", 1, 1, 1, 1, 1, 1, 1, "м", 4, 5]
        reading = read(named(form_2026(wrong, twice, sum_off), "Лист"), "sch900001 МА4.xlsx", scales=SCALE)
        assert cells(reading) == ["D6", "F6", "J6", "A7", "K8"]

    def test_a_school_is_asked_when_nothing_tells_it(self):
        data = named(form_2022(), "МА4")
        assert [fault.field for fault in read(data).faults] == ["login"]
        (row,) = read(data, given={"": Given(login="sch900007")}).rows
        assert row.login == "sch900007"

    def test_names_of_pupils_are_refused(self):
        rows = [[*row, "Тестова Анна"] if number else [*row, "ФИО"] for number, row in enumerate(form_2022())]
        reading = read(named(rows, "МА4"), "sch900001.xlsx")
        assert [fault.value for fault in reading.faults] == ["ФИО"]
        assert "Тестова" not in json.dumps(reading.to_json(), ensure_ascii=False)


def test_what_is_no_form_is_refused():
    with pytest.raises(Unreadable, match="Не узнаю форму"):
        read(book([["Наименование", "Адрес"], ["Школа", "ул. Школьная"]]))


def test_no_rows():
    with pytest.raises(Unreadable, match="ни одной строки"):
        read(marks())


# --- properties --------------------------------------------------------------------------------------------------

histograms = st.lists(st.integers(0, 40), min_size=4, max_size=4).filter(any)


@settings(max_examples=30)  # each writes a workbook
@given(histograms, st.integers(1, 3))
def test_counts_survive_being_written_as_per_cent(counts, decimals):
    total = sum(counts)
    written = [f"{count * 100 / total:.{decimals}f}".replace(".", ",") for count in counts]
    reading = read(marks(lead(participants=total) + written))
    assert reading.faults == []
    assert list(reading.rows[0].values["marks"].values()) == counts


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.integers(0, 5000))
def test_pupils_are_whole_and_all_there(shares, total):
    counts = pupils(shares, total)
    assert sum(counts) == (total if any(shares) else sum(counts))
    assert all(isinstance(count, int) and count >= 0 for count in counts)


@given(st.integers(1, 200), st.integers(0, 200), st.integers(0, 3))
def test_a_true_share_is_never_called_impossible(total, part, decimals):
    written = f"{min(part, total) * 100 / total:.{decimals}f}"
    assert not impossible(number(written), total)


letters = st.characters(exclude_categories=("Cc", "Cs"))
cell = st.one_of(st.none(), st.text(letters, max_size=12), st.floats(-10, 200), st.booleans())


@settings(max_examples=40)
@given(st.lists(st.lists(cell.filter(lambda value: not str(value).startswith("=")), max_size=14), max_size=6))
def test_nothing_a_cell_holds_breaks_the_reader(rows):
    """Whatever stands under the head becomes rows and faults, each at a cell of its own row."""
    try:
        reading = read(book([MARKS_HEAD, *rows]))
    except Unreadable:
        return
    assert all(fault.cell.strip("ABCDEFGHIJKLMN").isdigit() for fault in reading.faults)
    assert all(sum(row.values["marks"].values()) == row.participants for row in reading.rows)
