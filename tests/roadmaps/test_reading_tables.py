"""What every source promises: items, broken rows, what stands around the table. Tables are invented."""

import pytest

from roadmaps.reading import read_html
from tests.roadmaps.reading_writers import html_table
from tests.roadmaps.readings import HEAD, headings, items, keys, table


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
