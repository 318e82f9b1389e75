"""What is particular to Excel: numbers and dates as shown, merged cells, hidden rows, several sheets."""

from datetime import date, datetime

import openpyxl
import pytest

from roadmaps.reading import Reading, Unreadable, read
from tests.roadmaps.reading_writers import saved, xlsx

HEAD = ["№", "Мероприятие", "Срок", "Ответственный"]


def excel(rows, **more) -> Reading:
    return read(xlsx([HEAD, *rows], **more), "план.xlsx")


def items(reading: Reading) -> list[tuple]:
    return [(item.number, item.text, item.deadline, item.responsible) for item in reading.roadmap.items()]


def book_with(*rows) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in (HEAD, *rows):
        book.active.append(list(row))
    return book


def test_titles_over_the_head_and_sections_in_merged_cells():
    rows = [
        ["План мероприятий"], ["на 2024 год"], [], HEAD,
        ["I. Кадры"], ["1.1.", "Собрать заявки", "май", "Отдел\nШколы"],
    ]  # fmt: skip
    reading = read(xlsx(rows, merges=["A1:D1", "A2:D2", "A5:D5"]), "план.xlsx")
    assert reading.roadmap.title_lines == ["План мероприятий", "на 2024 год"]
    assert [(each.number, each.title) for each in reading.roadmap.sections] == [("I", "Кадры")]
    assert items(reading) == [("1.1.", "Собрать заявки", "май", "Отдел\nШколы")]
    assert reading.problems == []


def test_section_in_the_first_cell_alone():
    reading = excel(
        [["Кадры и обучение"], ["1", "Дело", "май", "Отдел"], ["2. Семьи"], ["2", "Дело", "май", "Отдел"]]
    )
    assert [(each.number, each.title) for each in reading.roadmap.sections] == [
        (None, "Кадры и обучение"),
        ("2", "Семьи"),
    ]


def test_numbers_kept_as_floats_get_their_last_nought_back():
    numbers = [1.1, *[round(1 + place / 10, 1) for place in range(2, 10)], 1.1, 1.11, 1.19, 1.2, 2.1]
    reading = excel([[number, "Дело", "май", "Отдел"] for number in numbers])
    assert [item[0] for item in items(reading)] == [
        "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10", "1.11", "1.19", "1.20", "2.1",
    ]  # fmt: skip


def test_float_numbers_take_the_closing_dot_of_their_section():
    reading = excel([["1. Кадры"], [1.1, "Дело", "май", "Отдел"], [1.2, "Дело", "май", "Отдел"]])
    assert [item[0] for item in items(reading)] == ["1.1.", "1.2."]


def test_whole_numbers_and_dates_that_excel_made_of_numbers():
    reading = excel(
        [
            [1, "Дело", "май", "Отдел"],
            [2.0, "Дело", "май", "Отдел"],
            [datetime(2022, 2, 3), "Дело", "май", "Отдел"],
        ]
    )
    assert [item[0] for item in items(reading)] == ["1", "2", "3.2"]


@pytest.mark.parametrize(
    ("format_", "shown"),
    [
        ("mmmm yyyy", "Март 2022"),
        ("[$-419]mmmm\\ yyyy;@", "Март 2022"),
        ("mmm yy", "Март 2022"),
        ("mmmm", "Март"),
        ("dd.mm.yyyy", "15.03.2022"),
        ("m/d/yyyy", "15.03.2022"),
        ("d mmmm yyyy", "15 марта 2022"),
        ('[$-FC19]dd mmmm yyyy "г."', "15 марта 2022"),
        ("d mmm", "15 марта"),
        ("yyyy", "2022"),
    ],
)
def test_dates_are_read_as_shown(format_, shown):
    book = book_with([1, "Дело", date(2022, 3, 15), "Отдел"])
    book.active["C2"].number_format = format_
    assert items(read(saved(book), "план.xlsx"))[0][2] == shown


def test_cells_merged_downwards_hold_for_every_row():
    rows = [[1, "Собрать", "май", "Отдел"], [2, "Опросить", None, None], [3, "Издать", None, "Школы"]]
    reading = excel(rows, merges=["C2:C4", "D2:D3"])
    assert items(reading) == [
        ("1", "Собрать", "май", "Отдел"), ("2", "Опросить", "май", "Отдел"), ("3", "Издать", "май", "Школы"),
    ]  # fmt: skip


def test_table_that_begins_further_right_and_lower():
    rows = [[], [None, *HEAD], [None, 1, "Дело", "май", "Отдел"]]
    reading = read(xlsx(rows), "план.xlsx")
    assert items(reading) == [("1", "Дело", "май", "Отдел")]
    assert [column.key for column in reading.roadmap.columns] == ["number", "text", "deadline", "responsible"]


def test_hidden_rows_are_read_and_named():
    book = book_with([1, "Дело", "май", "Отдел"], [2, "Ещё дело", "июнь", "Отдел"])
    book.active.row_dimensions[3].hidden = True
    reading = read(saved(book), "план.xlsx")
    assert len(items(reading)) == 2
    assert [(problem.where, "3" in problem.message) for problem in reading.problems] == [
        ("лист «Sheet»", True)
    ]


def test_roadmap_on_a_later_sheet_and_other_sheets_reported():
    book = openpyxl.Workbook()
    book.active.title = "Титул"
    book.active.append(["План мероприятий на 2024 год"])
    plan = book.create_sheet("План")
    for row in (HEAD, [1, "Дело", "май", "Отдел"]):
        plan.append(row)
    book.create_sheet("Справочник").append(["Школа", "Код"])
    book.create_sheet("Черновик").append(["старое"])
    book["Черновик"].sheet_state = "hidden"
    reading = read(saved(book), "план.xlsx")
    assert reading.roadmap.title_lines == ["План мероприятий на 2024 год"]
    assert len(items(reading)) == 1
    assert {problem.where for problem in reading.problems} == {"лист «Справочник»", "лист «Черновик»"}


def test_second_roadmap_on_another_sheet_is_named():
    book = book_with([1, "Дело", "май", "Отдел"])
    other = book.create_sheet("Второй")
    for row in (["План другой школы"], HEAD, [1, "Иное", "май", "Отдел"]):
        other.append(row)
    reading = read(saved(book), "план.xlsx")
    assert [item[1] for item in items(reading)] == ["Дело"]
    assert [other.title_lines for other in reading.others] == [["План другой школы"]]


def test_uncounted_formula_and_error_value_are_reported_with_their_cell():
    book = book_with([1, "Дело", "=B9", "Отдел"], [2, "Дело", "#REF!", "Отдел"])
    reading = read(saved(book), "план.xlsx")
    places = [problem.where for problem in reading.problems]
    assert "лист «Sheet», ячейка C2" in places
    assert "лист «Sheet», ячейка C3" in places


def test_sheet_that_claims_a_million_rows():
    book = book_with([1, "Дело", "май", "Отдел"])
    book.active["A1048576"] = "далеко внизу"
    reading = read(saved(book), "план.xlsx")
    assert len(items(reading)) == 1
    assert ["пустых строк" in problem.message for problem in reading.problems] == [True]


def test_merge_over_whole_columns_is_refused():
    import io
    import zipfile

    from tests.roadmaps.reading_writers import archive

    with zipfile.ZipFile(io.BytesIO(xlsx([HEAD, [1, "Дело", "май", "Отдел"]], merges=["F1:G2"]))) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        b'"F1:G2"', b'"F1:XFD1048576"'
    )
    with pytest.raises(Unreadable, match="объединены"):
        read(archive(parts), "план.xlsx")


def test_gap_names_sheet_and_row():
    reading = excel([[1, "Дело", None, "Отдел"]], title="Дорожная карта")
    assert [problem.where for problem in reading.problems] == ["лист «Дорожная карта», строка 2, пункт 1"]
