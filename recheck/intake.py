"""A table of works on its way in: codes with class, mark and scores by task; every fault by its cell. Pure: no Django.

The heads of ФИС ОКО's own form are known: «Код участника», «Наименование класса», «1 (1б)», «балл за 2», «Х».
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from portal.lib import excel
from portal.lib.names import folded
from recheck.points import read as read_points

MOST_WORKS = 2_000
TASK = re.compile(
    r"(?:балл(?:ы)?(?: за)?(?: задание)?|задание|зад\.?|№)?\s*№?\s*(\d{1,2}[\w.]*)\s*(?:\(.*\))?",
    re.IGNORECASE,
)
OTHER_MARK = ("журнал", "предыдущ", "четверт", "триместр", "полугод", "год")
ABSENT = ("отсутств", "не присутств", "не писал")
TO_CYRILLIC = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
CLASS = re.compile(r"\d{1,2}[А-ЯЁ]?\d?")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell and what to do."""

    sheet: str
    row: int
    cell: str
    heading: str
    value: str
    message: str


@dataclass(frozen=True)
class Row:
    """A work: ``scores`` by task, None for «Х»; class and mark are empty in a sheet of scores."""

    code: str
    class_name: str = ""
    mark: int | None = None
    scores: dict[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Intake:
    rows: list[Row]
    faults: list[Fault]
    absent: int
    columns: list[tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def shape(tasks: Sequence[Mapping[str, Any]], *, scores_only: bool = False) -> excel.Shape:
    """How a table of works looks: with ``scores_only`` class and mark are not asked for."""
    numbers = [task["number"] for task in tasks]
    known = {folded(number): task_field(number) for number in numbers}
    fields = (
        {"code": "код работы"}
        if scores_only
        else {"code": "код работы", "class": "класс", "mark": "отметка ВПР"}
    )
    fields |= {task_field(number): f"задание {number}" for number in numbers}

    def recognise(headings: dict[int, str]) -> dict[int, str]:
        named = {column: _field(folded(text), known) for column, text in headings.items()}
        return {column: name for column, name in named.items() if name in fields}

    def lacking(found: Collection[str]) -> str:
        missing = [title for name, title in fields.items() if name not in found and name != "mark"]
        return f"Не хватает столбцов: {', '.join(missing)}." if missing else ""

    kind = f"recheck-{'scores' if scores_only else 'works'}-{len(numbers)}"
    return excel.Shape(kind=kind[:40], fields=fields, recognise=recognise, lacking=lacking)


def task_field(number: str) -> str:
    return f"task:{number}"


def _field(heading: str, tasks: Mapping[str, str]) -> str:
    if heading.startswith("код"):
        return "code"
    if "класс" in heading:
        return "class"
    if heading.startswith("отметка") and not any(word in heading for word in OTHER_MARK):
        return "mark"
    return tasks.get(task_number(heading), "")


def task_number(heading: str) -> str:
    """The number of the task a heading names; "" for any other heading."""
    found = TASK.fullmatch(heading.strip())
    return folded(found[1]).rstrip(".") if found else ""


def read(
    data: bytes,
    tasks: Sequence[Mapping[str, Any]],
    *,
    known: Collection[str],
    scores_only: bool = False,
    mapping: Mapping[str, Any] | None = None,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
) -> Intake:
    """Read a workbook or pasted text. Raises `excel.Unreadable`.

    ``known``: codes that are there already: a work twice is a fault; of scores, a code that is not known.
    """
    form = shape(tasks, scores_only=scores_only)
    sheets = excel.read(data)
    tables = excel.find_tables(sheets, form, mapping=mapping, remembered=remembered)
    if not tables:
        raise excel.Unreadable(_no_table(sheets, form))
    reader = _Reader(tasks, known, scores_only=scores_only)
    for table in tables:
        reader.take(table)
    if not reader.rows and not reader.faults:
        raise excel.Unreadable("Под шапкой таблицы нет ни одной работы.")
    columns = [
        (table.head.headings.get(column, ""), form.fields[name])
        for table in tables
        for name, column in table.columns.items()
    ]
    return Intake(reader.rows, reader.faults, reader.absent, columns)


def _no_table(sheets: Sequence[excel.Sheet], form: excel.Shape) -> str:
    """Say what is missing under the best head there is."""
    best: set[str] = set()
    for sheet in sheets:
        for top in range(min(40, len(sheet.rows))):
            found = set(form.recognise(excel.head_at(sheet, top).headings).values())
            best = max(best, found, key=len)
    words = form.lacking(best)
    return f"Не нашлась таблица работ. {words} Первая строка должна называть столбцы."


class _Reader:
    """Takes row after row, remembering the codes met."""

    def __init__(
        self, tasks: Sequence[Mapping[str, Any]], known: Collection[str], *, scores_only: bool
    ) -> None:
        self.tasks = {str(task["number"]): int(task["max"]) for task in tasks}
        self.known, self.scores_only = set(known), scores_only
        self.rows: list[Row] = []
        self.faults: list[Fault] = []
        self.absent = 0
        self.met: dict[str, str] = {}

    def take(self, table: excel.Table) -> None:
        self.unknown_tasks(table)
        first = table.head.bottom + 1
        for number, cells in enumerate(table.sheet.rows[first:], first):
            texts = [excel.as_text(cell) for cell in cells]
            if not any(texts):
                continue
            if any(word in text.lower() for text in texts for word in ABSENT):
                self.absent += 1
                continue
            self.row(_Line(table, number, texts))

    def unknown_tasks(self, table: excel.Table) -> None:
        taken = set(table.columns.values())
        for column, heading in table.head.headings.items():
            if column not in taken and task_number(heading) and table.how != "chosen":
                cell = excel.cell_name(table.head.bottom, column)
                message = "такого задания в этой работе нет: проверьте список заданий или уберите столбец"
                self.faults.append(
                    Fault(table.sheet.name, table.head.bottom + 1, cell, heading, heading, message)
                )

    def row(self, line: _Line) -> None:
        before = len(self.faults)
        code = self.code(line)
        class_name, mark = ("", None) if self.scores_only else (self.class_name(line), self.mark(line))
        scores = {number: self.points(line, number, most) for number, most in self.tasks.items()}
        if len(self.rows) >= MOST_WORKS:
            self.faults.append(line.fault("code", f"работ больше {MOST_WORKS}: загрузите частями"))
        if len(self.faults) == before:
            self.rows.append(Row(code, class_name, mark, scores))

    def code(self, line: _Line) -> str:
        code = line["code"]
        if not code:
            self.faults.append(line.fault("code", "нет кода работы"))
        elif len(code) > 40 or len(code.split()) > 2:
            self.faults.append(line.fault("code", "это не похоже на код; имена учеников портал не хранит"))
        elif code in self.met:
            self.faults.append(line.fault("code", f"этот код уже был: {self.met[code]}"))
        elif self.scores_only and code not in self.known:
            self.faults.append(line.fault("code", "такой работы у эксперта нет"))
        elif not self.scores_only and code in self.known:
            self.faults.append(line.fault("code", "работа с этим кодом уже внесена"))
        self.met.setdefault(code, line.cell("code"))
        return code

    def class_name(self, line: _Line) -> str:
        text = re.sub(r"[\s«»\"'\-–]", "", line["class"]).upper().translate(TO_CYRILLIC)
        if not CLASS.fullmatch(text):
            self.faults.append(line.fault("class", "напишите класс так: 4А"))
        return text

    def mark(self, line: _Line) -> int | None:
        text = line["mark"]
        if text not in {"", "2", "3", "4", "5"}:
            self.faults.append(line.fault("mark", "отметка — это 2, 3, 4, 5 или пусто"))
            return None
        return int(text) if text else None

    def points(self, line: _Line, number: str, most: int) -> int | None:
        text = line[task_field(number)]
        points, error = read_points(text, most) if text else (None, "пусто; поставьте балл или Х")
        if error:
            self.faults.append(line.fault(task_field(number), error))
        return points


class _Line:
    """A row of a table, cells by field."""

    def __init__(self, table: excel.Table, number: int, texts: list[str]) -> None:
        self.table, self.number, self.texts = table, number, texts

    def __getitem__(self, name: str) -> str:
        column = self.table.columns.get(name)
        return self.texts[column].strip() if column is not None and column < len(self.texts) else ""

    def cell(self, name: str) -> str:
        return excel.cell_name(self.number, self.table.columns.get(name, 0))

    def fault(self, name: str, message: str) -> Fault:
        heading = self.table.head.headings.get(self.table.columns.get(name, -1), "")
        return Fault(self.table.sheet.name, self.number + 1, self.cell(name), heading, self[name], message)


def faults_of(preview: Mapping[str, Any]) -> Iterator[Fault]:
    """The faults of a kept preview."""
    return (Fault(**fault) for fault in preview["faults"])
