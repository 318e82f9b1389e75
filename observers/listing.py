"""The bank as a sheet: its columns, how headings are recognised, how cells are read. No Django, no database."""

from __future__ import annotations

import re
from collections.abc import Collection

from portal.lib.excel import Shape
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
    "consent_on": "Согласие от",
    "trained_on": "Дата обучения",
    "training": "Чему обучен",
    "note": "Примечание",
}
# The first pattern that a folded heading holds names its field.
HEADINGS = [
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
    (r"соглас", "consent_on"),
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
