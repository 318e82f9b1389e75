"""The filter of works; what every import of a table shares: the file, and how its columns are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils import timezone

from jobs.models import JobQuerySet
from portal.lib import excel
from portal.lib.forms import Filter

MOST_SHEETS = 30
MOST_COLUMNS = 200
SAMPLES = 3
ABOVE = 8  # rows shown so that a person can point at the head
IN_A_ROW = 6  # cells of each of them


class TableFileField(forms.FileField):
    """A file with a table, not larger than the reader takes; asked before it is read into memory."""

    default_error_messages = {
        "required": "Выберите файл с таблицей.",
        "empty": "Файл пустой. Выберите другой.",
    }

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and file.size > excel.MAX_BYTES:
            limit = excel.MAX_BYTES // 1024 // 1024
            raise forms.ValidationError(
                f"Файл «{file.name}» больше {limit} МБ. Оставьте в нём только нужный лист."
            )
        return file


class TableFileForm(forms.Form):
    """One file with a table."""

    file = TableFileField(label="Файл с таблицей")


class JobFilter(Filter):
    """Which works; nonsense in the address narrows nothing."""

    SHOWN = [("", "Все"), ("live", "Идут сейчас"), ("failed", "Не удались за неделю")]

    show = forms.ChoiceField(label="Показать", required=False, choices=SHOWN)

    def narrow(self, jobs: JobQuerySet) -> JobQuerySet:
        self.is_valid()
        match self.cleaned_data.get("show"):
            case "live":
                return jobs.live()
            case "failed":
                return jobs.failed_lately(timezone.now())
        return jobs


@dataclass
class ColumnChoice:
    """One column as the form draws it: letter, heading, what stands under it, the field chosen ("": not read)."""

    letter: str
    heading: str
    samples: list[str]
    field: str


@dataclass
class SheetChoice:
    """One sheet as the form draws it. ``head`` is the head's row as Excel numbers it."""

    number: int
    name: str
    hidden: bool
    read: bool
    head: int
    rows: int
    top: list[tuple[int, list[str]]] = field(default_factory=list)
    columns: list[ColumnChoice] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class ColumnsForm:
    """Lets a person say which sheets are read, where each head is and which column is what.

    Draw it with ``{% include "jobs/_columns.html" with form=form %}`` inside a form of your page. ``tables`` are what
    the file is read as now. Valid: ``mapping`` is what goes into `StagedImport.mapping`. When somebody moved a head or
    added a sheet, the columns drawn were others: the form shows the new ones and asks once more.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        sheets: Sequence[excel.Sheet],
        shape: excel.Shape,
        tables: Sequence[excel.Table],
    ) -> None:
        self.data, self.shape = data, shape
        self.fields = list(shape.fields.items())
        self.errors: list[str] = []
        self._tables = {table.sheet.name: table for table in tables}
        self._filled = [sheet for sheet in sheets if sheet.rows][:MOST_SHEETS]
        self.sheets = [self._choice(number, sheet) for number, sheet in enumerate(self._filled)]

    @property
    def is_bound(self) -> bool:
        return self.data is not None

    # --- what is drawn

    def _choice(self, number: int, sheet: excel.Sheet) -> SheetChoice:
        table = self._tables.get(sheet.name)
        own = table or excel.recognised(sheet, self.shape)
        head = (own.head.top if own else 0) + 1
        choice = SheetChoice(number, sheet.name, sheet.hidden, table is not None, head, len(sheet.rows))
        if self.data is not None:
            choice.read = f"read_{number}" in self.data
            choice.head = self._number(f"head_{number}", choice)
        choice.top = _top(sheet)
        if choice.read and not choice.errors:
            choice.columns = self._columns(choice, sheet, table)
        return choice

    def _number(self, name: str, choice: SheetChoice) -> int:
        text = str((self.data or {}).get(name, "")).strip()
        if text.isdecimal() and len(text) < 8 and 1 <= int(text) <= choice.rows:
            return int(text)
        choice.errors.append(f"Укажите номер строки от 1 до {choice.rows}.")
        return choice.head

    def _columns(
        self, choice: SheetChoice, sheet: excel.Sheet, table: excel.Table | None
    ) -> list[ColumnChoice]:
        head = excel.head_at(sheet, choice.head - 1)
        if self._drawn(choice):
            fields = {column: self._field(choice.number, column) for column in range(MOST_COLUMNS)}
        else:
            if table is None or table.head.top != head.top:
                table = excel.recognised(sheet, self.shape, head=head)
            fields = {column: name for name, column in table.columns.items()} if table else {}
        below = sheet.rows[head.bottom + 1 : head.bottom + 40]
        width = max([len(row) for row in below], default=0)
        columns = sorted({*head.headings, *range(width)})[:MOST_COLUMNS]
        return [
            ColumnChoice(
                excel.column_letter(column),
                head.headings.get(column, ""),
                _samples(below, column),
                fields.get(column, ""),
            )
            for column in columns
            if column in head.headings or _samples(below, column)
        ]

    def _drawn(self, choice: SheetChoice) -> bool:
        """Whether the columns in the data were drawn for this very head."""
        return self.data is not None and self.data.get(f"drawn_{choice.number}") == str(choice.head)

    def _field(self, number: int, column: int) -> str:
        name = str((self.data or {}).get(f"column_{number}_{excel.column_letter(column)}", ""))
        return name if name in self.shape.fields else ""

    # --- what was said

    def is_valid(self) -> bool:
        """Every sheet to be read has been seen with its columns, has enough of them and none twice."""
        if self.data is None:
            return False
        wanted = [choice for choice in self.sheets if choice.read]
        if not wanted:
            self.errors = ["Отметьте хотя бы один лист."]
        for choice in wanted:
            choice.errors += self._faults(choice) if not choice.errors else []
        return not self.errors and not any(choice.errors for choice in self.sheets)

    def _faults(self, choice: SheetChoice) -> list[str]:
        if not self._drawn(choice):
            return ["Шапка теперь другая. Проверьте столбцы и подтвердите."]
        chosen = [column.field for column in choice.columns if column.field]
        twice = {name for name in chosen if chosen.count(name) > 1}
        faults = [
            f"«{title}» выбрано для двух столбцов. Оставьте один."
            for name, title in self.fields
            if name in twice
        ]
        lacking = self.shape.lacking(chosen)
        return [*faults, lacking] if lacking else faults

    @property
    def mapping(self) -> dict[str, Any]:
        """For `StagedImport.mapping` and `excel.find_tables`."""
        return {
            choice.name: {
                "head": choice.head,
                "columns": {column.letter: column.field for column in choice.columns if column.field},
            }
            for choice in self.sheets
            if choice.read
        }


def _top(sheet: excel.Sheet) -> list[tuple[int, list[str]]]:
    """The first filled rows with their numbers, cut short."""
    shown = []
    for number, row in enumerate(sheet.rows[:60], 1):
        texts = [text for cell in row if (text := excel.as_text(cell))]
        if texts:
            shown.append((number, [_short(text) for text in texts[:IN_A_ROW]]))
        if len(shown) == ABOVE:
            break
    return shown


def _samples(rows: Sequence[Sequence[Any]], column: int) -> list[str]:
    texts = (excel.as_text(row[column]) for row in rows if column < len(row))
    return [_short(text) for text in dict.fromkeys(texts) if text][:SAMPLES]


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
