"""What every source promises of sections. Tables are invented, mostly as pasted HTML."""

import pytest

from roadmaps.reading import Unreadable, read_html
from tests.roadmaps.reading_writers import html_table
from tests.roadmaps.readings import HEAD, headings, items, table


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["colspan=4|I. Кадры"], ("I", "Кадры")),
        (["colspan=4|IX) Кадры"], ("IX", "Кадры")),
        (["colspan=4|II Кадры школ"], ("II", "Кадры школ")),
        (["colspan=4|Ⅲ. Кадры"], ("III", "Кадры")),
        (["colspan=4|Раздел 3. Кадры"], ("3", "Кадры")),
        (["colspan=4|Задача № 2: Кадры"], ("2", "Кадры")),
        (["colspan=4|Направление II – Кадры"], ("II", "Кадры")),
        (["colspan=4|2 этап. Кадры"], ("2", "Кадры")),
        (["colspan=4|1-й этап: Кадры"], ("1", "Кадры")),
        (["colspan=4|4. Кадры"], ("4", "Кадры")),
        (["colspan=4|Кадры и обучение"], (None, "Кадры и обучение")),
        (["colspan=4|Кадры\nи обучение"], (None, "Кадры и обучение")),
        (["colspan=3|III. Кадры", ""], ("III", "Кадры")),
        (["", "colspan=3|Кадры"], (None, "Кадры")),
        (["II", "colspan=3|Кадры"], ("II", "Кадры")),
        (["II.", "Кадры", "", ""], ("II", "Кадры")),
        (["2.", "colspan=3|Кадры"], ("2", "Кадры")),
        (["Раздел 2", "Кадры", "", ""], ("2", "Кадры")),
        (["IV. Кадры", "", "", ""], ("IV", "Кадры")),
        (["", "Раздел V. Кадры", "", ""], ("V", "Кадры")),
        (["Кадры", "Кадры", "Кадры", "Кадры"], (None, "Кадры")),
    ],
)
def test_section_rows(row, expected):
    reading = table(["1", "Собрать заявки", "май", "Отдел"], row, ["1", "Провести опрос", "июнь", "Отдел"])
    assert headings(reading) == [(None, None, 1), (*expected, 1)]
    assert reading.problems == []


def test_plain_number_and_title_is_a_section_when_its_sub_numbers_follow():
    reading = table(
        ["1.", "Кадры", "", ""],
        ["1.1.", "Собрать заявки", "май", "Отдел"],
        ["2.", "Опросить школы", "", "Отдел"],
    )
    assert headings(reading) == [("1", "Кадры", 2)]
    assert items(reading)[1][:3] == ("2.", "Опросить школы", "")
    assert [(problem.message, "строка 4" in problem.where) for problem in reading.problems] == [
        ("В строке не указан срок.", True)
    ]


def test_plain_number_and_title_is_a_section_when_numbering_begins_anew():
    reading = table(
        ["1.", "Кадры", "", ""], ["1", "Дело", "май", "Отдел"], ["2", "Дело", "май", "Отдел"],
        ["2.", "Семьи", "", ""], ["1", "Дело", "май", "Отдел"],
    )  # fmt: skip
    assert headings(reading) == [("1", "Кадры", 2), ("2", "Семьи", 1)]


def test_section_number_in_its_own_cell_where_items_have_none():
    head = ("Мероприятие", "Результат", "Срок", "Исполнители")
    reading = table(
        ["II", "colspan=3|Кадры"],
        ["Дело", "Справка", "май", "Отдел"],
        ["III.", "Семьи", "", ""],
        ["Иное", "Отчёт", "май", "Отдел"],
        head=head,
    )
    assert headings(reading) == [("II", "Кадры", 1), ("III", "Семьи", 1)]


def test_bold_marks_no_section_where_all_items_are_bold():
    bold = "".join(
        f"<tr>{''.join(f'<td><b>{cell}</b></td>' for cell in row)}</tr>"
        for row in (["1", "Дело", "май", "Отдел"], ["2", "Дело", "", ""])
    )
    reading = read_html(html_table([HEAD]).removesuffix("</table>") + bold + "</table>")
    assert headings(reading) == [(None, None, 2)]


def test_empty_sections_totals_and_bare_numbers_are_named():
    reading = table(
        ["colspan=4|I. Кадры"],
        ["colspan=4|II. Семьи"],
        ["1", "Дело", "май", "Отдел"],
        ["2", "", "", ""],
        ["colspan=4|Итого: 1"],
    )
    assert headings(reading) == [("I", "Кадры", 0), ("II", "Семьи", 1)]
    assert sorted(problem.where for problem in reading.problems) == [
        "разделы",
        "таблица 1, строка 5",
        "таблица 1, строка 6",
    ]


def test_head_without_items_is_refused():
    with pytest.raises(Unreadable, match="ни одного мероприятия"):
        table()


def test_missing_columns_are_named():
    reading = table(["1", "Дело", "Справка"], head=("№", "Мероприятие", "Результат"))
    assert [problem.message for problem in reading.problems] == [
        "Нет столбца сроков.",
        "Нет столбца ответственных.",
    ]


@pytest.mark.parametrize("written", ["Х. Связь с семьями", "X. Связь с семьями"])
def test_cyrillic_letter_read_as_roman_figure_only_in_sequence(written):
    rows = []
    for number in ("VIII", "IX"):
        rows += [[f"colspan=4|{number}. Раздел"], ["1", "Дело", "май", "Отдел"]]
    reading = table(*rows, [f"colspan=4|{written}"], ["1", "Дело", "май", "Отдел"])
    assert headings(reading)[-1] == ("X", "Связь с семьями", 1)
    assert reading.roadmap.sections[-1].heading == "X. Связь с семьями"
    assert len(reading.problems) == (1 if written.startswith("Х") else 0)


def test_cyrillic_letter_out_of_sequence_stays_a_letter():
    reading = table(["colspan=4|У. Петрова ведёт"], ["1", "Дело", "май", "Отдел"])
    assert headings(reading) == [(None, "У. Петрова ведёт", 1)]


def test_numbering_restarts_in_each_section():
    reading = table(
        ["colspan=4|Задача 1. Первая"], ["1", "А", "май", "О"], ["2", "Б", "май", "О"],
        ["colspan=4|Задача 2. Вторая"], ["1", "В", "май", "О"],
    )  # fmt: skip
    assert [item[0] for item in items(reading)] == ["1", "2", "1"]
    assert headings(reading) == [("1", "Первая", 2), ("2", "Вторая", 1)]
