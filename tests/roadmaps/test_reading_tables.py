"""What every source promises: head, sections, items, broken rows. Tables are invented, mostly as pasted HTML."""

import pytest

from roadmaps.reading import Reading, Unreadable, read_html
from tests.roadmaps.reading_writers import html_table

HEAD = ("№", "Мероприятие", "Срок", "Ответственный")


def table(*rows, head=HEAD) -> Reading:
    return read_html(html_table([head, *rows]))


def items(reading: Reading) -> list[tuple]:
    return [(item.number, item.text, item.deadline, item.responsible) for item in reading.roadmap.items()]


def headings(reading: Reading) -> list[tuple]:
    return [(section.number, section.title, len(section.items)) for section in reading.roadmap.sections]


def keys(reading: Reading) -> list[tuple]:
    return [(column.key, column.heading) for column in reading.roadmap.columns]


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("Наименование мероприятия", "text"),
        ("Содержание деятельности", "text"),
        ("Перечень мероприятий", "text"),
        ("Meроприятия", "text"),  # Latin M and e
        ("Срок реализации", "deadline"),
        ("Дата проведения", "deadline"),
        ("Сроки исполнения мероприятия", "deadline"),
        ("Планируемые сроки", "deadline"),
        ("Период", "deadline"),
        ("Исполнители", "responsible"),
        ("Ответственные лица", "responsible"),
        ("Ответственный за исполнение", "responsible"),
        ("Планируемый результат", "expected_result"),
        ("Ожидаемый результат", "expected_result"),
        ("Результат, подтверждающий документ", "expected_result"),
        ("Итоги", "expected_result"),
        ("№ п/п", "number"),
        ("№№", "number"),
        ("П/п", "number"),
        ("N п/п", "number"),
    ],
)
def test_heading_tells_what_the_column_means(printed, key):
    usual = {"number": "№", "text": "Мероприятие", "deadline": "Срок", "responsible": "Ответственный"}
    head = [*(heading for known, heading in usual.items() if known != key), printed]
    reading = read_html(
        html_table([head, [*["1.", "Вводная беседа", "март", "Юрьев"][: len(head) - 1], "x"]])
    )
    assert keys(reading)[-1] == (key, printed)


def test_columns_of_unknown_meaning_keep_heading_and_cells():
    head = (
        "№",
        "Мероприятие",
        "Сроки",
        "Исполнители",
        "Контроль",
        "Форма отчёта",
        "Примечание",
        "Отметка об исполнении",
    )
    reading = table(
        ["1.", "Обучить экспертов", "май", "Методист", "Начальник", "Справка", "очно", ""], head=head
    )
    assert [key for key, _ in keys(reading)] == [
        "number", "text", "deadline", "responsible", "Контроль", "Форма отчёта", "Примечание", "Отметка об исполнении",
    ]  # fmt: skip
    assert reading.as_json()["roadmap"]["sections"][0]["items"][0]["extra"] == {
        "Контроль": "Начальник",
        "Форма отчёта": "Справка",
        "Примечание": "очно",
    }


def test_surest_heading_wins_and_the_other_column_is_kept():
    head = ("Направление деятельности", "Мероприятия", "Срок", "Исполнитель", "Ответственный")
    reading = table(["Кадры", "Собрать заявки", "май", "Школы", "Отдел"], head=head)
    assert items(reading) == [(None, "Собрать заявки", "май", "Отдел")]
    assert reading.roadmap.items()[0].extra == {"Направление деятельности": "Кадры", "Исполнитель": "Школы"}


def test_unknown_heading_with_most_text_is_taken_for_the_measures_with_a_remark():
    reading = table(
        ["1", "Собрать заявки школ на обучение", "май", "Отдел"], head=("№", "Шаги", "Срок", "Ответственный")
    )
    assert items(reading) == [("1", "Собрать заявки школ на обучение", "май", "Отдел")]
    assert ["«Шаги»" in problem.message for problem in reading.problems] == [True]


@pytest.mark.parametrize(
    "rows",
    [
        [["Фамилия", "Имя", "Школа"], ["Котов", "Пётр", "5"]],
        [["Мероприятие", "Срок"], ["Совещание", "май"]],
        [["1", "Совещание", "май", "Отдел"]],
        [["", "", ""]],
        [["№", "Наименование школы", "Дата аккредитации"], ["1", "Лесная школа", "01.09.2020"]],
    ],
)
def test_table_without_recognisable_head_is_refused_with_the_words_looked_for(rows):
    with pytest.raises(Unreadable) as error:
        read_html(html_table(rows))
    assert "Мероприятие" in error.value.remedy
    assert "Ответственный" in error.value.remedy


def test_number_column_without_a_heading():
    reading = table(["1.", "Дело", "май", "Отдел"], ["2.", "Иное", "май", "Отдел"], head=("", *HEAD[1:]))
    assert keys(reading)[0] == ("number", "")
    assert [item[0] for item in items(reading)] == ["1.", "2."]


def test_number_and_name_typed_into_the_number_column():
    reading = table(["1.", "Дело", "май", "Отдел"], ["2. Опросить школы", "", "июнь", "Отдел"])
    assert items(reading)[1] == ("2.", "Опросить школы", "июнь", "Отдел")


def test_headings_parted_by_hand():
    head = ("№", "Меропри-\nятие", "Срок\nисполнения", "Ответ-\nственный")
    assert [heading for _, heading in keys(table(["1", "Дело", "май", "Отдел"], head=head))] == [
        "№", "Мероприятие", "Срок исполнения", "Ответственный",
    ]  # fmt: skip


def test_title_of_a_section_in_a_row_of_its_own():
    reading = table(["colspan=4|Раздел 1."], ["colspan=4|Работа с кадрами"], ["1", "Дело", "май", "Отдел"])
    [section] = reading.roadmap.sections
    assert (section.number, section.title, section.heading) == (
        "1",
        "Работа с кадрами",
        "Раздел 1. Работа с кадрами",
    )


def test_note_under_the_items_is_no_section():
    reading = table(["1", "Дело", "май", "Отдел"], ["colspan=4|Примечание: даты уточняются"])
    assert headings(reading) == [(None, None, 1)]
    assert ["даты уточняются" in problem.message for problem in reading.problems] == [True]


def test_two_row_head_of_groups():
    reading = read_html(
        "<table><tr><td rowspan=2>№</td><td rowspan=2>Мероприятие</td><td colspan=2>Реализация</td></tr>"
        "<tr><td>Срок</td><td>Ответственный</td></tr>"
        "<tr><td>1</td><td>Собрать заявки</td><td>май</td><td>Отдел</td></tr></table>"
    )
    assert keys(reading) == [
        ("number", "№"), ("text", "Мероприятие"), ("deadline", "Срок"), ("responsible", "Ответственный"),
    ]  # fmt: skip
    assert items(reading) == [("1", "Собрать заявки", "май", "Отдел")]


def test_deadline_split_into_beginning_and_end_is_one_column():
    reading = read_html(
        "<table><tr><td rowspan=2>№</td><td rowspan=2>Мероприятие</td><td colspan=2>Сроки</td>"
        "<td rowspan=2>Ответственный</td></tr>"
        "<tr><td>начало</td><td>окончание</td></tr>"
        "<tr><td>1</td><td>Собрать заявки</td><td>01.09.2022</td><td>15.09.2022</td><td>Отдел</td></tr></table>"
    )
    assert [key for key, _ in keys(reading)] == ["number", "text", "deadline", "responsible"]
    assert items(reading) == [("1", "Собрать заявки", "01.09.2022\n15.09.2022", "Отдел")]


def test_head_merged_over_number_and_name():
    head = ("colspan=2|№ п/п, наименование мероприятия", "Срок", "Ответственный")
    reading = table(
        ["1.1", "Собрать заявки", "май", "Отдел"], ["1.2", "Провести опрос", "июнь", "Школы"], head=head
    )
    assert keys(reading)[:2] == [("number", "№ п/п"), ("text", "наименование мероприятия")]
    assert items(reading) == [
        ("1.1", "Собрать заявки", "май", "Отдел"),
        ("1.2", "Провести опрос", "июнь", "Школы"),
    ]


def test_row_of_column_counts_and_repeated_heads_are_no_items():
    reading = table(
        ["1", "2", "3", "4"], ["1.", "Собрать заявки", "май", "Отдел"], HEAD, ["2.", "Опрос", "июнь", "Отдел"]
    )
    assert [item[0] for item in items(reading)] == ["1.", "2."]
    assert reading.problems == []


def test_measure_that_speaks_of_measures_deadlines_and_people_is_an_item():
    row = ["1.", "Уточнить мероприятия плана", "Срок назначает отдел", "Ответственный по графику"]
    assert items(table(row)) == [tuple(row)]


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


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["", "школьных команд", "", ""], ("2.", "Провести обучение школьных команд", "май", "Отдел")),
        (["", "", "и июнь", ""], ("2.", "Провести обучение", "май и июнь", "Отдел")),
        (["", "", "", "Школы"], ("2.", "Провести обучение", "май", "Отдел\nШколы")),
    ],
)
def test_row_broken_over_a_page_is_joined_cell_by_cell_with_a_remark(row, expected):
    reading = table(
        ["1.", "Собрать заявки", "май", "Отдел"], ["2.", "Провести обучение", "май", "Отдел"], row
    )
    assert items(reading)[1] == expected
    assert len(items(reading)) == 2
    assert [problem.where for problem in reading.problems] == ["таблица 1, строка 4"]


def test_row_broken_over_tables_is_joined_though_nothing_is_numbered():
    head = ("Мероприятие", "Срок", "Ответственный")
    reading = read_html(
        html_table([head, ["Обучить экспертов", "май", "Отдел"]])
        + html_table([["из сельских школ", "", "Школы"], ["Собрать отзывы", "июнь", "Отдел"]])
    )
    assert items(reading) == [
        (None, "Обучить экспертов из сельских школ", "май", "Отдел\nШколы"),
        (None, "Собрать отзывы", "июнь", "Отдел"),
    ]


def test_number_and_name_in_one_cell():
    reading = read_html(
        html_table(
            [
                HEAD,
                ["1.1.", "Собрать заявки", "май", "Отдел"],
                ["colspan=2|1.2. Провести опрос", "июнь", "Отдел"],
            ]
        )
        + html_table([["1.3.Выпустить сборник", "июль", "Отдел"], ["1.4. Подвести итоги", "август", "Отдел"]])
    )
    assert items(reading)[1:] == [
        ("1.2.", "Провести опрос", "июнь", "Отдел"),
        ("1.3.", "Выпустить сборник", "июль", "Отдел"),
        ("1.4.", "Подвести итоги", "август", "Отдел"),
    ]


def test_document_without_number_column_has_no_numbers():
    reading = table(
        ["5 классы проходят обучение", "май", "Школы"], head=("Мероприятие", "Срок", "Исполнители")
    )
    assert items(reading) == [(None, "5 классы проходят обучение", "май", "Школы")]


def test_sub_items_with_own_deadlines_are_items_and_without_are_joined():
    reading = table(
        ["1.", "Провести обучение:", "", ""],
        ["", "а) экспертов", "май", "Отдел"],
        ["б)", "наблюдателей", "июнь", "Школы"],
        ["2.", "Проверить:", "июль", "Отдел"],
        ["", "а) протоколы", "", ""],
        ["", "б) листы", "", ""],
    )  # fmt: skip
    assert items(reading) == [
        ("1.", "Провести обучение:", "", ""),
        ("а)", "экспертов", "май", "Отдел"),
        ("б)", "наблюдателей", "июнь", "Школы"),
        ("2.", "Проверить:\nа) протоколы\nб) листы", "июль", "Отдел"),
    ]


def test_cell_merged_downwards_holds_for_every_row():
    reading = table(
        ["1", "Собрать заявки", "rowspan=3|май", "rowspan=2|Отдел"],
        ["2", "Провести опрос"],
        ["3", "Выпустить сборник", "Школы"],
    )  # fmt: skip
    assert items(reading) == [
        ("1", "Собрать заявки", "май", "Отдел"),
        ("2", "Провести опрос", "май", "Отдел"),
        ("3", "Выпустить сборник", "май", "Школы"),
    ]
    assert reading.problems == []


def test_measure_merged_over_several_deadlines_is_one_item():
    reading = table(
        ["rowspan=2|1", "rowspan=2|Провести опрос", "май", "Отдел"],
        ["сентябрь", "Школы"],
        ["2", "Сборник", "июль", "Отдел"],
    )
    assert items(reading)[0] == ("1", "Провести опрос", "май\nсентябрь", "Отдел\nШколы")
    assert reading.problems == []


def test_tables_with_their_own_heads_and_column_orders_make_one_roadmap():
    reading = read_html(
        html_table([HEAD, ["1", "Собрать заявки", "май", "Отдел"]])
        + "<p><b>II. Кадры</b></p>"
        + html_table(
            [
                ("№", "Ответственный", "Мероприятие", "Срок", "Результат"),
                ["2", "Школы", "Провести опрос", "июнь", "Справка"],
            ]
        )
    )
    assert items(reading) == [
        ("1", "Собрать заявки", "май", "Отдел"),
        ("2", "Провести опрос", "июнь", "Школы"),
    ]
    assert headings(reading) == [(None, None, 1), ("II", "Кадры", 1)]
    assert [key for key, _ in keys(reading)] == [
        "number",
        "text",
        "deadline",
        "responsible",
        "expected_result",
    ]
    assert reading.roadmap.items()[1].expected_result == "Справка"


def test_head_repeated_in_another_order_and_below_a_section_row():
    other = ("№", "Ответственный", "Мероприятие", "Срок")
    reading = read_html(
        html_table(
            [HEAD, ["1", "Собрать заявки", "май", "Отдел"], other, ["2", "Школы", "Провести опрос", "июнь"]]
        )
        + html_table([["colspan=4|II. Кадры"], HEAD, ["3", "Обучить", "июль", "Отдел"]])
    )
    assert items(reading) == [
        ("1", "Собрать заявки", "май", "Отдел"),
        ("2", "Провести опрос", "июнь", "Школы"),
        ("3", "Обучить", "июль", "Отдел"),
    ]
    assert headings(reading) == [(None, None, 2), ("II", "Кадры", 1)]


def test_numbered_row_full_of_head_words_is_an_item():
    row = ["7.", "Мероприятия к юбилею", "Сроки по плану", "Ответственные школы"]
    reading = read_html(html_table([HEAD, ["6.", "Дело", "май", "Отдел"]]) + html_table([row]))
    assert items(reading)[1] == tuple(row)


def test_bold_or_centred_paragraph_between_tables_is_a_section_and_another_is_reported():
    rest = html_table([["2", "Провести опрос", "июнь", "Школы"]])
    first = html_table([HEAD, ["1", "Собрать заявки", "май", "Отдел"]])
    assert headings(read_html(f"{first}<p><b>Работа с</b></p><p><b>семьями</b></p>{rest}"))[-1] == (
        None,
        "Работа с семьями",
        1,
    )
    assert headings(read_html(f"{first}<p align=center>Работа с семьями</p>{rest}"))[-1] == (
        None,
        "Работа с семьями",
        1,
    )
    plain = read_html(f"{first}<p>Смотри также положение.</p><p>7</p>{rest}")
    assert headings(plain) == [(None, None, 2)]
    assert ["Смотри также" in problem.message for problem in plain.problems] == [True]


def test_two_roadmaps_in_a_file_give_the_first_and_name_the_second():
    reading = read_html(
        "<p>План работы с кадрами</p>"
        + html_table([HEAD, ["1", "Собрать заявки", "май", "Отдел"]])
        + "<p>План работы с семьями</p>"
        + html_table([HEAD, ["1", "Провести опрос", "июнь", "Школы"], ["2", "Собрание", "июль", "Школы"]])
    )
    assert reading.roadmap.title_lines == ["План работы с кадрами"]
    assert len(items(reading)) == 1
    assert [(other.title_lines, len(other.items())) for other in reading.others] == [
        (["План работы с семьями"], 2)
    ]
    assert ["План работы с семьями" in problem.message for problem in reading.problems] == [True]


@pytest.mark.parametrize("line", ["Продолжение таблицы", "Приложение № 1 (продолжение)", "– 7 –"])
def test_running_lines_of_the_pages_are_passed_over(line):
    rest = html_table([HEAD, ["2", "Провести опрос", "июнь", "Школы"]])
    reading = read_html(html_table([HEAD, ["1", "Собрать заявки", "май", "Отдел"]]) + f"<p>{line}</p>" + rest)
    assert headings(reading) == [(None, None, 2)]
    assert (reading.problems, reading.others) == ([], [])


def test_foreign_table_and_text_after_the_roadmap_are_reported():
    reading = read_html(
        html_table([HEAD, ["1", "Собрать заявки", "май", "Отдел"]])
        + html_table([["Школа", "Учеников"], ["Лесная", "120"]])
        + "<p>* сокращения в конце</p>"
    )
    assert len(items(reading)) == 1
    assert [
        "Лесная" in p.message or "Школа" in p.message or "сокращения" in p.message for p in reading.problems
    ] == [True, True]


def test_signature_row_under_the_table_is_no_item():
    reading = table(["1", "Собрать заявки", "май", "Отдел"], ["Начальник", "", "", "И.И. Выдумкин"])
    assert len(items(reading)) == 1
    assert [problem.where for problem in reading.problems] == ["таблица 1, строка 3"]


def test_gaps_are_reported_with_place_and_number():
    reading = table(["1", "Собрать заявки", "", "Отдел"], ["2", "Провести опрос", "май", ""])
    assert [(p.where, p.message) for p in reading.problems] == [
        ("таблица 1, строка 2, пункт 1", "В строке не указан срок."),
        ("таблица 1, строка 3, пункт 2", "В строке не указан ответственный."),
    ]


def test_cell_beyond_the_head_is_kept_and_reported():
    reading = table(["1", "Собрать заявки", "май", "Отдел", "срочно"])
    assert reading.roadmap.items()[0].extra == {"Столбец 5": "срочно"}
    assert len(reading.problems) == 1


def test_table_of_approvals_over_the_roadmap_is_not_taken_for_it():
    reading = read_html(
        html_table([["СОГЛАСОВАНО\nПредседатель совета", "УТВЕРЖДАЮ\nДиректор школы"]])
        + "<p>План мероприятий школы на 2022-2023 учебный год</p>"
        + html_table([HEAD, ["1", "Собрать заявки", "май", "Отдел"]])
    )
    assert reading.roadmap.title_lines == ["План мероприятий школы на 2022-2023 учебный год"]
    assert reading.roadmap.appendix_header_lines == [
        "СОГЛАСОВАНО", "Председатель совета", "УТВЕРЖДАЮ", "Директор школы",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("План на 2022-2023 учебный год", "2022-2023 учебный год"),
        ("План на 2022/23 уч. год", "2022-2023 учебный год"),
        ("План в 2022 – 2023 учебном году", "2022-2023 учебный год"),
        ("План на 2024 год", "2024 год"),
        ("План на 2023-2025 годы", "2023-2025 годы"),
    ],
)
def test_period_of_the_title(title, period):
    reading = read_html(f"<p>{title}</p>" + html_table([HEAD, ["1", "Дело", "май", "Отдел"]]))
    assert (reading.roadmap.period, reading.problems) == (period, [])


def test_period_guessed_from_deadlines_is_said_to_be_a_guess():
    reading = table(["1", "Дело", "ноябрь 2022", "Отдел"], ["2", "Дело", "до 1 мая 2023 г.", "Отдел"])
    assert reading.roadmap.period == "2022-2023 учебный год"
    assert ["2022-2023" in problem.message for problem in reading.problems] == [True]
    assert table(["1", "Дело", "постоянно", "Отдел"]).roadmap.period is None


def test_goals_follow_their_word():
    reading = read_html(
        "<p>Дорожная карта</p><p>на 2024 год</p><p>Цель: честные результаты</p><p>Задачи:</p>"
        "<ol><li>обучить</li><li>проверить</li></ol>" + html_table([HEAD, ["1", "Дело", "май", "Отдел"]])
    )
    assert reading.roadmap.title_lines == ["Дорожная карта", "на 2024 год"]
    assert reading.roadmap.goals == ["честные результаты", "обучить", "проверить"]
