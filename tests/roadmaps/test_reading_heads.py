"""What every source promises of a head: which column is what. Tables are invented, mostly as pasted HTML."""

import pytest

from roadmaps.reading import Unreadable, read_html
from tests.roadmaps.reading_writers import html_table
from tests.roadmaps.readings import HEAD, headings, items, keys, table


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
