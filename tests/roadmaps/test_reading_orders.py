"""The order over the roadmap. Departments, people and texts are invented."""

import pytest

from roadmaps.reading import Reading, read, read_html
from tests.roadmaps.reading_writers import docx, head, numbering, p, tbl, tr

TABLE = tbl(head(), tr("1.", "Собрать заявки", "май", "Отдел"))
PLAN = p("ПЛАН", bold=True, centre=True) + p("на 2022-2023 учебный год", centre=True)

LETTERHEAD = [p("УПРАВЛЕНИЕ ОБРАЗОВАНИЯ", centre=True), p("ЗАРЕЧНОГО РАЙОНА", centre=True), p()]
OPENING = [
    p("ПРИКАЗ", bold=True, centre=True), p(), p("05.09.2022\tг. Заречный\t№ 318-од"), p(),
    p("Об утверждении плана"), p("честных проверок"), p(),
    p("В целях честности проверок и во исполнение письма от 01.09.2022 № 12"), p("ПРИКАЗЫВАЮ:"),
]  # fmt: skip
CLAUSES = [
    p("1. Утвердить план (приложение)."),
    p("2. Директорам школ:"),
    p("2.1. Назначить координаторов;"),
    p("2.2. Сообщить о них до 01.10.2022."),
    p("3. Контроль оставляю за собой."),
    p(),
]
SIGNATURE = [p("Заместитель главы района –"), p("начальник управления\tП.С. Вымышленная"), p()]


def order(*lines: str, **parts) -> dict:
    return whole(*lines, **parts).as_json()["order"]


def whole(*lines: str, **parts) -> Reading:
    return read(docx("".join(lines) + PLAN + TABLE, **parts), "приказ.docx")


def test_order_part_by_part():
    assert order(*LETTERHEAD, *OPENING, *CLAUSES, *SIGNATURE) == {
        "number": "318-од",
        "date": "2022-09-05",
        "date_text": "05.09.2022",
        "place": "г. Заречный",
        "doc_word": "ПРИКАЗ",
        "title_lines": ["Об утверждении плана", "честных проверок"],
        "title": "Об утверждении плана честных проверок",
        "preamble": "В целях честности проверок и во исполнение письма от 01.09.2022 № 12",
        "resolution_word": "ПРИКАЗЫВАЮ:",
        "clauses": [
            {"number": "1.", "text": "Утвердить план (приложение).", "children": []},
            {
                "number": "2.",
                "text": "Директорам школ:",
                "children": [
                    {"number": "2.1.", "text": "Назначить координаторов;"},
                    {"number": "2.2.", "text": "Сообщить о них до 01.10.2022."},
                ],
            },
            {"number": "3.", "text": "Контроль оставляю за собой.", "children": []},
        ],
        "signatory": {
            "position_lines": ["Заместитель главы района –", "начальник управления"],
            "name": "П.С. Вымышленная",
        },
        "executors": [],
        "distribution": [],
        "department": {
            "header_lines": ["УПРАВЛЕНИЕ ОБРАЗОВАНИЯ", "ЗАРЕЧНОГО РАЙОНА"],
            "second_language": None,
        },
    }


def test_roadmap_under_an_order_keeps_its_own_title():
    reading = whole(*LETTERHEAD, *OPENING, *CLAUSES, *SIGNATURE)
    assert reading.roadmap.title_lines == ["ПЛАН", "на 2022-2023 учебный год"]
    assert reading.problems == []


@pytest.mark.parametrize(
    ("line", "date", "text", "number", "place"),
    [
        ("05.09.2022 № 7", "2022-09-05", "05.09.2022", "7", None),
        ("от 5.9.2022 г. № 7/1", "2022-09-05", "5.9.2022 г.", "7/1", None),
        (
            "«05» сентября 2022 года\tс. Заречье\t№ 7-п",
            "2022-09-05",
            "«05» сентября 2022 года",
            "7-п",
            "с. Заречье",
        ),
        ("5 мая 2022 г.\t№ 7", "2022-05-05", "5 мая 2022 г.", "7", None),
        ("№ 7\tот 05.09.2022г.", "2022-09-05", "05.09.2022г.", "7", None),
        ("05.09.2022 г. Старый Заречный № 7", "2022-09-05", "05.09.2022", "7", "г. Старый Заречный"),
        ("05.09.2022г. пгт. Заречный № 7", "2022-09-05", "05.09.2022г.", "7", "пгт. Заречный"),
        ("«___» ________ 20__ г. № ____", None, None, None, None),
    ],
)
def test_date_number_and_place(line, date, text, number, place):
    opening = [p("ПРИКАЗ"), p(line), p("О плане"), p("В целях порядка"), p("приказываю:")]
    read_ = order(*opening, *CLAUSES, *SIGNATURE)
    assert (read_["date"], read_["date_text"], read_["number"], read_["place"]) == (date, text, number, place)
    assert read_["title_lines"] == ["О плане"]


def test_date_number_and_place_on_lines_of_their_own():
    opening = [
        p("ПРИКАЗ"),
        p("от 05.09.2022"),
        p("№ 7"),
        p("г. Заречный"),
        p(),
        p("О плане"),
        p(),
        p("В целях порядка приказываю:"),
    ]
    read_ = order(*opening, *CLAUSES, *SIGNATURE)
    assert (read_["date"], read_["number"], read_["place"], read_["title"]) == (
        "2022-09-05",
        "7",
        "г. Заречный",
        "О плане",
    )
    assert (read_["preamble"], read_["resolution_word"]) == ("В целях порядка", "приказываю:")


@pytest.mark.parametrize(
    "word", ["п р и к а з ы в а ю:", "П Р И К А З Ы В А Ю", "ПРИКАЗЫВАЮ :", "приказываю:"]
)
def test_resolution_word_as_printed(word):
    opening = [p("П Р И К А З"), p("05.09.2022 № 7"), p("О плане"), p("На основании письма,"), p(word)]
    assert order(*opening, *CLAUSES, *SIGNATURE)["resolution_word"] == word


def test_order_without_a_resolution_word():
    opening = [p("РАСПОРЯЖЕНИЕ"), p("05.09.2022 № 7"), p("О плане"), p(), p("В целях порядка:")]
    read_ = order(*LETTERHEAD, *opening, *CLAUSES, *SIGNATURE)
    assert (read_["doc_word"], read_["number"], read_["title"]) == ("РАСПОРЯЖЕНИЕ", "7", "О плане")
    assert (read_["preamble"], read_["resolution_word"]) == ("В целях порядка:", None)
    assert [clause["number"] for clause in read_["clauses"]] == ["1.", "2.", "3."]


def test_lines_broken_by_hand_inside_paragraphs():
    top = p("УПРАВЛЕНИЕ\nОБРАЗОВАНИЯ") + p("ПРИКАЗ\n05.09.2022 № 7\nО плане\nпроверок")
    read_ = order(
        top, p("В целях порядка\nПРИКАЗЫВАЮ:\n1. Утвердить план."), p("2. Сообщить."), p(), *SIGNATURE
    )
    assert read_["department"]["header_lines"] == ["УПРАВЛЕНИЕ", "ОБРАЗОВАНИЯ"]
    assert (read_["number"], read_["title_lines"]) == ("7", ["О плане", "проверок"])
    assert [clause["text"] for clause in read_["clauses"]] == ["Утвердить план.", "Сообщить."]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["ЗАРЕЧНӦЙ РАЙОНСА", "ВЕЛӦДАН УПРАВЛЕНИЕ"], "kv"),
        (["ЗАРЕЧНЫЙ РАЙОНЫ", "МӘГАРИФ ИДАРӘСЕ"], "tt"),
        (["ЗАРЕЧНЫЙ РАЙОНЫ", "МӘҒАРИФ ИДАРАЛЫҒЫ"], "ba"),
    ],
)
def test_letterhead_in_two_languages(lines, code):
    second = order(*LETTERHEAD, *map(p, lines), p(), *OPENING, *CLAUSES, *SIGNATURE)["department"]
    assert second["header_lines"] == ["УПРАВЛЕНИЕ ОБРАЗОВАНИЯ", "ЗАРЕЧНОГО РАЙОНА"]
    assert (second["second_language"]["header_lines"], second["second_language"]["code"]) == (lines, code)


@pytest.mark.parametrize("word", ["Т Ш Ӧ К Т Ӧ Д", "ФӘРМАН", "БОЕРЫК"])
def test_word_for_order_in_the_second_language(word):
    opening = [OPENING[0], p(word, centre=True), *OPENING[1:]]
    assert order(*LETTERHEAD, *opening, *CLAUSES, *SIGNATURE)["doc_word_second"] == word


def test_executors_and_distribution():
    end = [
        p("Вымышленная Полина Сергеевна,"), p("8 (39000) 2-11-22"), p("Придуманов Олег Ильич, 2-33-44"),
        p("Рассылка:"), p("1 – в дело"), p("2 - Придуманову О.И."), p("школам – 7 экз."),
    ]  # fmt: skip
    read_ = order(*OPENING, *CLAUSES, *SIGNATURE, *end)
    assert read_["executors"] == [
        {
            "name": "Вымышленная Полина Сергеевна",
            "phone": "8 (39000) 2-11-22",
            "as_printed": "Вымышленная Полина Сергеевна,\n8 (39000) 2-11-22",
        },
        {"name": "Придуманов Олег Ильич", "phone": "2-33-44", "as_printed": "Придуманов Олег Ильич, 2-33-44"},
    ]  # fmt: skip
    assert read_["distribution"] == [
        {"copies": 1, "to": "в дело"}, {"copies": 2, "to": "Придуманову О.И."}, {"copies": 7, "to": "школам"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "printed", ["Исп. О.И. Придуманов, тел. 2-33-44", "Исполнитель: Придуманов О.И. 2-33-44"]
)
def test_executor_by_initials(printed):
    [executor] = order(*OPENING, *CLAUSES, *SIGNATURE, p(printed))["executors"]
    assert (executor["phone"], executor["as_printed"]) == ("2-33-44", printed)


def test_signature_in_a_layout_table():
    signature = tbl(tr("Начальник управления", "", "Вымышленная П.С."))
    assert order(*OPENING, *CLAUSES, signature)["signatory"] == {
        "position_lines": ["Начальник управления"], "name": "Вымышленная П.С.",
    }  # fmt: skip


def test_clauses_numbered_by_word_and_paragraphs_without_number():
    numbered = [
        p("Утвердить план.", num="1/0"),
        p("Школам:", num="1/0"),
        p("сообщить;", num="1/1"),
        p("и назначить."),
    ]
    read_ = order(
        *OPENING, *numbered, p(), *SIGNATURE, numbering=numbering(("decimal", "%1."), ("decimal", "%1.%2."))
    )
    assert read_["clauses"] == [
        {"number": "1.", "text": "Утвердить план.", "children": []},
        {
            "number": "2.",
            "text": "Школам:",
            "children": [{"number": "2.1.", "text": "сообщить;\nи назначить."}],
        },
    ]


def test_clauses_of_three_levels():
    clauses = [p("1. Школам:"), p("1.1. Собрать:"), p("1.1.1. заявки;"), p("2. Контроль за собой.")]
    assert order(*OPENING, *clauses, p(), *SIGNATURE)["clauses"][0] == {
        "number": "1.",
        "text": "Школам:",
        "children": [
            {"number": "1.1.", "text": "Собрать:", "children": [{"number": "1.1.1.", "text": "заявки;"}]}
        ],
    }


@pytest.mark.parametrize(
    ("lines", "number", "date"),
    [
        (["Приложение к приказу", "отдела образования", "от 05.09.2022 № 7"], "7", "2022-09-05"),
        (["Приложение № 2 к приказу управления от «05» сентября 2022 г. № 7-од"], "7-од", "2022-09-05"),
        (["УТВЕРЖДЕН", "приказом директора школы", "№ 7 от 05.09.2022"], "7", "2022-09-05"),
    ],
)
def test_annex_heading_alone_gives_number_and_date(lines, number, date):
    reading = whole(*map(p, lines), p())
    assert reading.roadmap.appendix_header_lines == lines
    assert (reading.order.number, reading.order.date, reading.order.clauses) == (number, date, [])


def test_annex_after_an_order():
    reading = whole(
        *OPENING,
        *CLAUSES,
        *SIGNATURE,
        p("Приложение"),
        p("к приказу управления"),
        p("от 05.09.2022 № 318-од"),
        p(),
    )
    assert reading.roadmap.appendix_header_lines == [
        "Приложение",
        "к приказу управления",
        "от 05.09.2022 № 318-од",
    ]
    assert reading.roadmap.title_lines == ["ПЛАН", "на 2022-2023 учебный год"]
    assert reading.order.signatory == "П.С. Вымышленная"


def test_no_order_at_all():
    assert order() is None
    stamp = [p("УТВЕРЖДАЮ"), p("Директор школы"), p("________ И.И. Придуманов"), p()]
    assert order(*stamp) is None


def test_order_from_a_page_without_empty_lines():
    lines = [
        "УПРАВЛЕНИЕ ОБРАЗОВАНИЯ", "ПРИКАЗ", "05.09.2022 г. Заречный № 318", "Об утверждении плана",
        "В соответствии с письмом",
        "приказываю:", "1. Утвердить план.", "Начальник П.С. Вымышленная", "Придуманов Олег Ильич, 2-33-44",
        "План честных проверок",
    ]  # fmt: skip
    table = "<table><tr><td>№<td>Мероприятие<td>Срок<td>Ответственный<tr><td>1<td>Дело<td>май 2023<td>Отдел</table>"
    reading = read_html("".join(f"<p>{line}</p>" for line in lines) + table)
    written = reading.as_json()["order"]
    assert (written["title"], written["preamble"]) == ("Об утверждении плана", "В соответствии с письмом")
    assert written["signatory"] == {"position_lines": ["Начальник"], "name": "П.С. Вымышленная"}
    assert [each["phone"] for each in written["executors"]] == ["2-33-44"]
    assert reading.roadmap.title_lines == ["План честных проверок"]
