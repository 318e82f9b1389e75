"""The bank as a sheet: its columns, how headings are recognised, how cells are read. No Django, no database."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from portal.lib.excel import Broken, Shape, Table, as_text, cell_name
from portal.lib.names import folded

FIELDS = {
    "full_name": "Фамилия, имя, отчество",
    "kind": "Категория",
    "phone": "Телефон",
    "email": "Электронная почта",
    "works_at": "Работает в школе",
    "workplace": "Другое место работы",
    "children": "Дети: школа, класс",
    "subjects": "Преподаёт предметы",
    "place": "Населённый пункт",
    "max_load": "Посещений не больше",
    "trained_on": "Дата обучения",
    "training": "Чему обучен",
    "note": "Примечание",
}
# The first pattern that a folded heading holds names its field.
HEADINGS = [
    (r"соглас", ""),  # never set by a file: consent is a document of its own
    (r"\bфио\b|ф\.\s*и\.\s*о|фамили|наблюдател", "full_name"),
    (r"категори|статус|кто это", "kind"),
    (r"телефон|\bтел\b", "phone"),
    (r"почт|e-?mail", "email"),
    (r"дет[иь]|ребен|класс", "children"),
    (r"друг\w+ место|иное место", "workplace"),
    (r"работает в школе|место работы|школа|\bоо\b", "works_at"),
    (r"предмет", "subjects"),
    (r"населенн|город|село|место жительства", "place"),
    (r"не больше|предел|максим", "max_load"),
    (r"дата обуч|обучен[аы]? когда", "trained_on"),
    (r"обуч|подготовк", "training"),
    (r"примечан|комментар", "note"),
]


def recognise(headings: dict[int, str]) -> dict[int, str]:
    """Column → field; a heading nobody knows is left out."""
    found = {}
    for column, heading in headings.items():
        words = folded(heading)
        if field := next((field for pattern, field in HEADINGS if re.search(pattern, words)), None):
            found[column] = field
    return found


def lacking(fields: Collection[str]) -> str:
    return "" if "full_name" in fields else "Не найден столбец с фамилией, именем и отчеством."


SHAPE = Shape("observers", FIELDS, recognise, lacking)


class Bad(ValueError):
    """A cell that cannot be understood; the text says why in Russian, ``remedy`` what to write instead."""

    def __init__(self, message: str, remedy: str) -> None:
        """Keep both sentences."""
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True)
class Row:
    """A row of a table, ``number`` as Excel shows it: field → (cell, value), empty cells left out."""

    sheet: str
    number: int
    cells: dict[str, tuple[str, Any]]


def rows_of(table: Table) -> Iterator[Row]:
    """Every row below the head that names somebody, or says so much that a name must be missing."""
    for index in range(table.head.bottom + 1, len(table.sheet.rows)):
        values = table.sheet.rows[index]
        cells = {
            name: (cell_name(index, column), values[column])
            for name, column in table.columns.items()
            if column < len(values) and values[column] is not None and as_text(values[column])
        }
        if "full_name" in cells or len(cells) > 1:
            yield Row(table.sheet.name, index + 1, cells)


KINDS = {"специал": "specialist", "методист": "specialist", "родител": "parent", "обществен": "public"}
LONGEST = {"phone": 50, "email": 254, "workplace": 250, "place": 120, "note": 500, "training": 300}
MOST_VISITS = 200


def value(name: str, cell: Any) -> dict[str, Any]:
    """What a cell of this field says, by the names of the model's fields; days as ISO text. Raises `Bad`.

    Schools are not read here: which there are only the department knows.
    """
    if isinstance(cell, Broken):
        raise Bad("В ячейке ошибка Excel.", "Исправьте формулу или впишите значение.")
    text = as_text(cell)
    if len(text) > LONGEST.get(name, 300):
        raise Bad(f"Слишком длинно: можно до {LONGEST.get(name, 300)} знаков.", "Сократите.")
    return READERS[name](cell, text) if name in READERS else {name: text}


def _full_name(cell: Any, text: str) -> dict[str, Any]:
    last, first, rest = [*text.split(maxsplit=2), "", "", ""][:3]
    if not first or max(len(last), len(first), len(rest)) > 100:
        raise Bad("Нужны фамилия и имя.", "Напишите полностью: Зорина Вера Львовна.")
    return {"last_name": last, "first_name": first, "patronymic": rest}


def _kind(cell: Any, text: str) -> dict[str, Any]:
    for part, kind in KINDS.items():
        if part in folded(text):
            return {"kind": kind}
    raise Bad("Такой категории нет.", "Напишите: специалист, родитель или представитель общественности.")


def _email(cell: Any, text: str) -> dict[str, Any]:
    if not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", text):
        raise Bad("Это не адрес почты.", "Напишите вида ivanova@example.ru.")
    return {"email": text}


def _subjects(cell: Any, text: str) -> dict[str, Any]:
    parts = (part.strip() for part in re.split("[,;]", text))
    return {"subjects": list(dict.fromkeys(part for part in parts if part))}


def _max_load(cell: Any, text: str) -> dict[str, Any]:
    if not re.fullmatch("[0-9]{1,3}", text) or int(text) > MOST_VISITS:
        raise Bad(f"Нужно целое число до {MOST_VISITS}.", "Исправьте или оставьте ячейку пустой.")
    return {"max_load": int(text)}


def _trained_on(cell: Any, text: str) -> dict[str, Any]:
    for pattern in ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y"):
        try:
            day = datetime.datetime.strptime(text, pattern).date()  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            continue
        if day.year >= 1950:
            return {"trained_on": day.isoformat()}
    raise Bad("Это не дата.", "Напишите вида 15.03.2026.")


READERS = {
    "full_name": _full_name,
    "kind": _kind,
    "email": _email,
    "subjects": _subjects,
    "max_load": _max_load,
    "trained_on": _trained_on,
}


def parts(cell: Any) -> list[str]:
    """«СОШ № 1; СОШ № 2» → its parts."""
    return [part.strip() for part in as_text(cell).split(";") if part.strip()]


_CLASS_LAST = re.compile(r"(.+?)[,\s]+(\d{1,2}\s*[-«\"]?\s*[а-яё]?\s*[»\"]?)(?:\s*кл\w*\.?)?", re.IGNORECASE)


def child(text: str) -> tuple[str, str]:
    """«СОШ № 1, 4А» → the school and the class; without a class the whole is the school."""
    found = _CLASS_LAST.fullmatch(text)
    return (found[1], re.sub(r"[^\dА-ЯЁ]", "", found[2].upper())) if found else (text, "")
