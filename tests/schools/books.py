"""Workbooks for the tests, made on the spot."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook

HEAD = [
    "Наименование ОО",
    "Код ОО",
    "ИНН",
    "Телефон",
    "E-mail",
    "Количество обучающихся",
    "Дата аккредитации",
]


def book(*sheets: Sequence[Sequence[Any]], shape: Callable[[Workbook], None] | None = None) -> bytes:
    """An .xlsx of these sheets' rows; ``shape`` may bend the workbook before it is saved."""
    made = Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, 1):
        sheet = made.create_sheet(f"Лист{number}")
        for row in rows:
            sheet.append(list(row))
    if shape:
        shape(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def schools(*rows: Sequence[Any]) -> bytes:
    """A sheet with the usual head and these rows."""
    return book([HEAD, *rows])


def inn(number: int) -> str:
    """A ИНН with a right check digit."""
    nine = f"{number:09d}"
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return nine + str(sum(int(d) * w for d, w in zip(nine, weights, strict=True)) % 11 % 10)


def line(number: int, **changes: Any) -> list[Any]:
    """The row of an invented school."""
    values = {
        "name": f"МБОУ «СОШ № {number}»",
        "code": f"sch{700000 + number}",
        "inn": inn(700000 + number),
        "phone": "+7 (00000) 1-23-45",
        "email": f"school{number}@example.org",
        "pupils": 100 + number,
        "accredited_on": "25.05.2023",
    }
    return list((values | changes).values())
