"""Files of results for the tests, made on the spot after each head that is known (design/domain.md, §1 and §3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook

from tests.schools.books import book

LEAD = ["Год", "Класс", "Предмет", "Муниципалитет", "Логин", "ОО", "Кол-во участников"]
MARKS_HEAD = [*LEAD, "2", "3", "4", "5"]
JOURNAL_HEAD = [
    *LEAD,
    "Понизили (Отметка < Отметка по журналу) %",
    "Подтвердили (Отметка = Отметке по журналу) %",
    "Повысили (Отметка > Отметка по журналу) %",
]


def scores_head(top: int) -> list[Any]:
    return [*LEAD, *range(top + 1)]


def tasks_head(*tasks: str) -> list[Any]:
    return [*LEAD, *tasks]


def lead(login: str = "sch900001", participants: Any = 25, **changes: Any) -> list[Any]:
    """The leading cells of a school's row."""
    values = {
        "year": 2026,
        "grade": 4,
        "subject": "Математика",
        "municipality": "Город Пробный",
        "login": login,
        "school": "МБОУ СОШ № 1",
        "participants": participants,
    }
    return list((values | changes).values())


def marks(*rows: Sequence[Any], head: Sequence[Any] = MARKS_HEAD) -> bytes:
    """An extract of «статистика по отметкам»."""
    return book([head, *rows])


def original_marks(shape: Callable[[Workbook], None] | None = None) -> bytes:
    """The report as ФИС ОКО itself lays it out: titles, groups from the whole sample down to schools."""
    return book(
        [
            ["ВПР 2026. 4 класс"],
            ["Статистика по отметкам"],
            ["Предмет:", "Математика"],
            [],
            ["Группы участников", "Кол-во ОО", "Кол-во участников", "2", "3", "4", "5"],
            ["Вся выборка", 35000, 1400000, "3,15", "19,6", "43,85", "33,4"],
            ["Приозёрный край", 600, 21000, "4", "21,5", "44,5", "30"],
            ["город Пробный", 2, 45, "6,67", "28,89", "42,22", "22,22"],
            ["МБОУ СОШ № 1 (sch900001)", None, 25, 8, 36, 40, 16],
            ["МБОУ СОШ № 2 (sch900002)", None, 20, 5, 20, 45, 30],
        ],
        shape=shape,
    )


def original_journal() -> bytes:
    """«Сравнение отметок с отметками по журналу» by rows under each group."""

    def block(name: str, lowered: int, confirmed: int, raised: int) -> list[list[Any]]:
        total = lowered + confirmed + raised
        return [
            [name, None, None],
            ["  Понизили (Отметка < Отметка по журналу) %", lowered, round(lowered * 100 / total, 2)],
            ["  Подтвердили (Отметка = Отметке по журналу) %", confirmed, round(confirmed * 100 / total, 2)],
            ["  Повысили (Отметка > Отметка по журналу) %", raised, round(raised * 100 / total, 2)],
            ["  Всего", total, 100],
        ]

    return book(
        [
            ["ВПР 2026. 4 класс"],
            ["Сравнение отметок с отметками по журналу"],
            ["Предмет: Математика"],
            ["Группы участников", "Кол-во участников", "%"],
            *block("Вся выборка", 200000, 1000000, 150000),
            *block("Приозёрный край", 3000, 15000, 2500),
            *block("город Пробный", 6, 30, 8),
            *block("МБОУ СОШ № 1 (sch900001)", 5, 15, 5),
        ]
    )


PUPILS = [("10001", [1, 2, "Х", 1], 3), ("10002", [1, 3, 1, 2], 4), ("10003", [0, 0, "x", 0], 3)]
ABSENT = "10004"


def form_2021(*extra: Sequence[Any]) -> list[Sequence[Any]]:
    head = ["логин школы", "класс", "номер обучающегося", "вариант", *(f"балл за {n}" for n in "1234")]
    head += ["всего баллов", "пол", "отметка за предыдущую четверть/триместр", "Учебник"]
    rows = [
        ["edu900001", "4", code, 1, *points, sum(p for p in points if isinstance(p, int)), "ж", before, "1"]
        for code, points, before in PUPILS
    ]
    return [head, *rows, ["edu900001", "4", ABSENT, "отсутствовал", *[None] * 8], *extra]


def form_2022(*extra: Sequence[Any]) -> list[Sequence[Any]]:
    head = ["Код", "Вариант", "1", "2", "3", "4", "Наименование класса", "Пол"]
    head += ["Отметка за предыдущий триместр/ четверть/полугодие", "Учебник"]
    rows = [[code, 1, *points, "4А", "м", before, "1"] for code, points, before in PUPILS]
    return [head, *rows, [ABSENT, "отсутствовал", *[None] * 4, "4А", None, None, None], *extra]


def form_2026(*extra: Sequence[Any]) -> list[Sequence[Any]]:
    head = ["Код участника", "Вариант (часть 1)", "Вариант (часть 2)"]
    head += ["1 (1 балл)", "2 (3 балла)", "3 (2 балла)", "4 (2 балла)", "Порядковый номер класса", "Пол"]
    head += ["Отметка за предыдущую четверть/триместр", "Итого баллов"]
    rows = [
        [code, 1, 2, *points, 1, "м", before, sum(p for p in points if isinstance(p, int))]
        for code, points, before in PUPILS
    ]
    return [head, *rows, [ABSENT, "не присутствовал", "не присутствовал", *[None] * 8], *extra]


def named(rows: Sequence[Sequence[Any]], sheet: str) -> bytes:
    """A book of one sheet of this name."""

    def shape(made: Workbook) -> None:
        made.worksheets[0].title = sheet

    return book(rows, shape=shape)
