"""What reading a file of results gives. Counts are pupils; no pupil's code or line is ever kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from schools.listing.rows import Fault, Skipped

MARKS = ("2", "3", "4", "5")
MOVES = ("lowered", "confirmed", "raised")


class Form(StrEnum):
    """The kinds of files: four reports of ФИС ОКО and a school's own form."""

    MARKS = "marks"
    JOURNAL = "journal"
    SCORES = "scores"
    TASKS = "tasks"
    PROTOCOL = "protocol"


FORM_NAMES = {
    Form.MARKS: "статистика по отметкам",
    Form.JOURNAL: "сравнение отметок с отметками по журналу",
    Form.SCORES: "распределение первичных баллов",
    Form.TASKS: "выполнение заданий",
    Form.PROTOCOL: "форма сбора результатов школы",
}


@dataclass(frozen=True)
class Scale:
    """What is known of a test: ``thresholds``, the least first score of «3», «4», «5»; ``tasks``, number → maximum."""

    thresholds: Mapping[str, int] = field(default_factory=dict)
    tasks: Mapping[str, int] = field(default_factory=dict)

    def mark(self, score: int) -> str:
        """The mark of a first score: «2» below the first threshold."""
        return max((mark for mark in MARKS[1:] if score >= self.thresholds[mark]), default="2")


@dataclass(frozen=True)
class Given:
    """What a person said of a file or a sheet because it does not say so itself; None and «»: nothing."""

    year: int | None = None
    grade: int | None = None
    subject: str = ""
    level: str = ""
    login: str = ""


@dataclass(frozen=True)
class Row:
    """One test of one school or group. ``values`` hold what its form gives, as `schools.models.VprResult` keeps it:
    ``marks``, ``journal``, ``histogram``, ``tasks``. ``year`` is the calendar year of the test;
    ``cell`` says whose it is.
    """

    sheet: str
    row: int
    cell: str
    form: Form
    scope: str
    year: int | None
    grade: int | None
    subject: str
    level: str
    login: str
    name: str
    municipality: str
    participants: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """One table: where its head is, what its columns are, what the sheet says of the test.

    ``columns``: heading as written → what it was taken for; ``task_max``: task → maximum where the file tells;
    ``years``: the first and last year whose form looks so.
    """

    sheet: str
    head_row: int
    form: Form
    year: int | None
    grade: int | None
    subject: str
    level: str
    columns: dict[str, str]
    ignored: list[str]
    task_max: dict[str, int] = field(default_factory=dict)
    years: tuple[int, int] | None = None


@dataclass(frozen=True)
class Reading:
    tables: list[Table] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def form(self) -> Form | None:
        """The file's kind; None when its sheets hold different ones."""
        forms = {table.form for table in self.tables}
        return forms.pop() if len(forms) == 1 else None

    @property
    def year(self) -> int | None:
        """The calendar year of the tests; None when the file does not say or says several."""
        years = {row.year for row in self.rows} or {table.year for table in self.tables}
        return years.pop() if len(years) == 1 else None

    def to_json(self) -> dict[str, Any]:
        return {"form": self.form, "year": self.year, **asdict(self)}
