"""One table of a sheet while it is read: where it stands, what its columns are, what was found and what was wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from portal.lib import excel
from portal.lib.excel import Broken, Head, Sheet
from schools.listing.rows import Fault, Skipped
from schools.listing.text import tidy
from schools.listing.values import Bad, as_text
from schools.results.heads import Meaning, task_order
from schools.results.records import MARKS, MOVES, Form, Row, Scale
from schools.results.titles import Context


@dataclass
class Found:
    """What the file gives so far."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """What the reading of a file goes by, and where it writes.

    ``own``: the department's spellings of subjects; ``scales``: (grade, subject, level) → what is known of that test.
    """

    own: Mapping[str, str]
    scales: Mapping[tuple[int, str, str], Scale]
    found: Found


@dataclass
class Frame:
    """A table: its sheet, head and columns, the row after its last, what its titles say."""

    sheet: Sheet
    head: Head
    columns: dict[int, Meaning]
    form: Form
    end: int
    context: Context
    known: Known
    task_max: dict[str, int] = field(default_factory=dict)

    @property
    def own(self) -> Mapping[str, str]:
        return self.known.own

    @property
    def found(self) -> Found:
        return self.known.found

    @cached_property
    def by_kind(self) -> dict[str, list[int]]:
        """Kind → its columns, from left to right."""
        found: dict[str, list[int]] = {}
        for place, one in self.columns.items():
            found.setdefault(one.kind, []).append(place)
        return found

    def place(self, kind: str) -> int | None:
        """The first column of a kind."""
        return next(iter(self.by_kind.get(kind, ())), None)

    def places(self, *kinds: str) -> list[int]:
        return [place for kind in kinds for place in self.by_kind.get(kind, [])]

    @cached_property
    def values(self) -> list[int]:
        """The columns that hold the form's numbers, in their order: marks, moves, scores or tasks."""
        places = self.places("mark", "lowered", "confirmed", "raised", "score", "task")
        return sorted(places, key=lambda place: self._order(self.columns[place]))

    def _order(self, one: Meaning) -> tuple[int, ...]:
        return (MOVES.index(one.kind),) if one.kind in MOVES else task_order(one.key)

    def lines(self) -> Iterator[tuple[int, list[Any]]]:
        """Every filled row under the head: its zero-based number and its cells."""
        for number in range(self.head.bottom + 1, self.end):
            cells = self.sheet.rows[number]
            if any(cell != "" and (not isinstance(cell, str) or cell.strip()) for cell in cells):
                yield number, cells

    def fault(
        self, row: int, column: int, message: str, remedy: str, *, value: Any = None, what: str = ""
    ) -> None:
        """Something wrong at a cell (zero-based); ``value`` when it is not what stands there."""
        shown = at(self.sheet.rows[row], column) if value is None else value
        self.found.faults.append(
            Fault(
                sheet=self.sheet.name,
                cell=excel.cell_name(row, column),
                value=str(shown) if isinstance(shown, Broken) else as_text(shown)[:200],
                message=message,
                remedy=remedy,
                row=row + 1,
                field=what,
            )
        )

    def bad(self, row: int, column: int, bad: Bad, what: str = "") -> None:
        self.fault(row, column, bad.message, bad.remedy, what=what)

    def skip(self, row: int, cells: list[Any], reason: str) -> None:
        text = " · ".join(text for cell in cells if (text := as_text(cell)))
        self.found.skipped.append(Skipped(self.sheet.name, row + 1, text[:200], reason))

    def check_columns(self) -> bool:
        """Name every column that is not of this form, comes twice, or is missing; whether the rows can be read."""
        doubled = False
        seen: dict[Meaning, int] = {}
        for place, one in self.columns.items():
            if one.kind == "unknown":
                self._head_fault(
                    place,
                    f"Столбца «{tidy(self.head.headings[place])}» в этой форме нет.",
                    "Удалите столбец или назовите его так, как в отчёте ФИС ОКО.",
                )
            elif one.kind in {"mark", "score", "task", *MOVES} and one in seen:
                doubled = True
                self._head_fault(
                    place,
                    f"Столбец «{tidy(self.head.headings[place])}» есть дважды.",
                    "Оставьте один из двух столбцов.",
                )
            seen.setdefault(one, place)
        return not self._check_missing() and not doubled

    def _check_missing(self) -> list[str]:
        kinds = {one.kind for one in self.columns.values()}
        keys = {one.key for one in self.columns.values() if one.kind in {"mark", "score"}}
        needed: list[str] = []
        if self.form == Form.MARKS:
            needed = [mark for mark in MARKS if mark not in keys]
        elif self.form == Form.SCORES:
            top = max(int(key) for key in keys)
            needed = [str(score) for score in range(top + 1) if str(score) not in keys]
        elif self.form == Form.JOURNAL and kinds & set(MOVES):
            words = {"lowered": "Понизили", "confirmed": "Подтвердили", "raised": "Повысили"}
            needed = [word for kind, word in words.items() if kind not in kinds]
        for name in needed:
            self._head_fault(
                min(self.columns),
                f"Не хватает столбца «{name}».",
                "Выгрузите отчёт из ФИС ОКО ещё раз, со всеми столбцами.",
            )
        return needed

    def _head_fault(self, place: int, message: str, remedy: str) -> None:
        self.fault(
            self.head.bottom, place, message, remedy, value=self.head.headings.get(place, ""), what="head"
        )


def at(cells: list[Any], column: int | None) -> Any:
    return cells[column] if column is not None and column < len(cells) else ""
