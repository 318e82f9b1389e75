"""What reading a list gives."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

# key → heading in the portal's own sheets; the order of exports.
FIELDS: dict[str, str] = {
    "name": "Краткое наименование",
    "full_name": "Полное наименование",
    "kind": "Тип ОО",
    "code": "Код ОО в ФИС ОКО",
    "login": "Логин",
    "inn": "ИНН",
    "ogrn": "ОГРН",
    "address": "Адрес",
    "director": "Ф. И. О. директора",
    "phone": "Телефон",
    "email": "E-mail",
    "pupils": "Количество обучающихся",
    "accredited_on": "Дата аккредитации",
}


def named(field: str) -> str:
    """A field in the middle of a sentence: «код ОО в ФИС ОКО», «ИНН»."""
    heading = FIELDS[field]
    return heading if heading[:2].isupper() or heading[1:2] in ".-" else heading[0].lower() + heading[1:]


@dataclass(frozen=True)
class Fault:
    """One thing wrong at one place. ``row`` is the row as Excel numbers it, ``field`` a key of `FIELDS` or empty."""

    sheet: str
    cell: str
    value: str
    message: str
    remedy: str
    row: int = 0
    field: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Row:
    """A school as the file gives it. A field that is faulty, empty or has no column is absent from ``values``.

    Values are str, except ``pupils`` (int) and ``accredited_on`` (ISO date), so that they can be kept as JSON.
    """

    sheet: str
    row: int
    values: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)

    @property
    def faulty(self) -> bool:
        return bool(self.faults)


@dataclass(frozen=True)
class Skipped:
    """A row that is no school, and why we think so."""

    sheet: str
    row: int
    text: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Table:
    """One sheet's table: where its head is, which column is which field, which columns are not read."""

    sheet: str
    head_row: int
    columns: dict[str, str]  # field → heading as written
    letters: dict[str, str]  # field → column letter
    unread: list[str]  # headings of columns nobody asked for
    how: str = "found"  # as in `excel.Table`

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Listing:
    tables: list[Table] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)  # names of hidden sheets

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
