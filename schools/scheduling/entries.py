"""What reading a schedule gives."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from portal.lib.excel import Unreadable
from schools.listing import Fault
from schools.scheduling.names import KnownExam

MAX_ENTRIES = 20_000


@dataclass(frozen=True)
class Entry:
    """One test of one school, or (``exam`` None, in a list of uploads) all tests of the school so far."""

    sheet: str
    row: int
    cell: str
    school: int
    exam: KnownExam | None
    class_name: str
    day: datetime.date
    starts_at: datetime.time | None = None
    ends_at: datetime.time | None = None
    note: str = ""


@dataclass
class Reading:
    """What a file says: entries without faults, faults by cell, and how the file was read."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)

    def refuse_too_many(self) -> None:
        """Raise `Unreadable` for a file that no department could mean."""
        if len(self.entries) + len(self.faults) >= MAX_ENTRIES:
            raise Unreadable(f"В файле больше {MAX_ENTRIES} строк. Разделите его на части.")


@dataclass(frozen=True)
class Window:
    """The days that a day without a year may mean."""

    first: datetime.date
    last: datetime.date
