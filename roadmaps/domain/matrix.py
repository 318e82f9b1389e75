"""The matrix of one approved plan: its rows × schools (or officials), one cell one state. A handful of queries.

A cell gathers all occurrences of a row at one bearer: what burns most is shown, with how many of them are accepted.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from accounts.models import Membership
from portal.lib import excel, names
from roadmaps.deadlines import BySchedule, OnEvent
from roadmaps.domain import fanout
from roadmaps.domain.fanout import Source
from roadmaps.models import Assignment, Roadmap
from schools.models import School

State = Assignment.State
SOON = 7  # days before the due day
SHOWN = {"": "Всё", "burning": "Что горит", "review": "На проверке"}
COLUMNS = {"schools": "школы", "officials": "должностные лица"}
# From what burns most to what is over: the first that any occurrence has is the cell's.
ORDER = ("late", "back", "sent", "soon", "ext", "doing", "none", "loop", "event", "ok", "na")
RANK = {sign: rank for rank, sign in enumerate(ORDER)}
SETTLED: dict[str, str] = {State.ACCEPTED: "ok", State.REPORTED: "sent", State.EXEMPT: "na"}
BURNING = {"late", "back", "soon"}
WORDS = {
    "late": "просрочено", "back": "возвращено", "sent": "на проверке", "soon": "срок близко", "ext": "продлено",
    "doing": "в работе", "none": "не начато", "loop": "идёт", "event": "ждёт события", "ok": "принято",
    "na": "не касается",
}  # fmt: skip


class Duty(NamedTuple):
    """What the matrix needs of one assignment."""

    pk: int
    state: str
    first_day: datetime.date | None
    last_day: datetime.date | None
    extended: bool


class Cell(NamedTuple):
    """``sign`` is a name of `ORDER`; ``pk`` the duty it opens, None when nothing stands there."""

    sign: str
    word: str
    more: str = ""
    pk: int | None = None

    @property
    def text(self) -> str:
        return f"{self.word} {self.more}".strip()


NOTHING = Cell("na", "не касается")
WAITS = Cell("event", "ждёт события")


@dataclass(frozen=True)
class Head:
    """A column: a school or an official."""

    pk: int
    name: str
    beside: str


@dataclass(frozen=True)
class Row:
    """One source of duties with its cells, in the order of the columns."""

    source: Source
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Group:
    heading: str
    rows: Sequence[Row]


@dataclass
class Matrix:
    """``show`` is a key of `SHOWN`, ``by`` one of `COLUMNS`; ``section`` and ``kind`` narrow rows and schools."""

    roadmap: Roadmap
    member: Membership
    today: datetime.date
    show: str = ""
    by: str = "schools"
    section: int | None = None
    kind: str = ""

    @cached_property
    def duties(self) -> dict[tuple[str, int], list[Duty]]:
        """By source key and the bearer's pk; what was closed is left out."""
        bearer = "school_id" if self.by == "schools" else "official_id"
        rows = Assignment.objects.visible_to(self.member).filter(fanout.asked_by([self.roadmap]))
        found: dict[tuple[str, int], list[Duty]] = defaultdict(list)
        fields = ("item_id", "clause_id", bearer, "pk", "state", "first_day", "last_day", "printed_day")
        for item, clause, who, pk, state, first, last, printed in (
            rows.exclude(state=State.CLOSED)
            .exclude(**{bearer: None})
            .order_by("last_day", "pk")
            .values_list(*fields)
        ):
            key = f"item:{item}" if item else f"clause:{clause}"
            found[key, who].append(Duty(pk, state, first, last, printed is not None))
        return found

    @cached_property
    def heads(self) -> list[Head]:
        """Schools by name, officials by surname: those whom the plan touches."""
        pks = {who for _, who in self.duties} | {who for _, who in self.waiting}
        if self.by == "officials":
            people = Membership.objects.visible_to(self.member).filter(pk__in=pks).select_related("user")
            return [
                Head(one.pk, one.user.short_name, one.position)
                for one in people.order_by("user__last_name", "user__first_name", "pk")
            ]
        schools = School.objects.visible_to(self.member).filter(pk__in=pks)
        if self.kind:
            schools = schools.filter(kind=self.kind)
        return [
            Head(one.pk, one.name, one.director.partition(" ")[0])
            for one in sorted(schools, key=lambda school: names.natural(school.name))
        ]

    @cached_property
    def waiting(self) -> set[tuple[str, int]]:
        """Whom a row reaches as soon as its event, or its schedule, comes."""
        maker = fanout.Maker(self.roadmap, self.member)
        return {
            (source.key, who)
            for source in self.sources
            if any(isinstance(part, OnEvent | BySchedule) for part in source.parts)
            for bearer in maker.bearers(source.reach)
            if (who := self._of_column(bearer.school, bearer.official)) is not None
        }

    def _of_column(self, school: School | None, official: Membership | None) -> int | None:
        who = school if self.by == "schools" else official
        return who.pk if who else None

    @cached_property
    def sources(self) -> list[Source]:
        return list(fanout.sources(self.roadmap))

    @cached_property
    def groups(self) -> list[Group]:
        """Sections with the rows that the filter leaves; the order's own clauses come last."""
        by_section: dict[str, list[Row]] = {}
        for source in self.sources:
            section = source.item.section if source.item else None
            if self.section and (section is None or section.pk != self.section):
                continue
            row = Row(source, [self._cell(source.key, head.pk) for head in self.heads])
            if self._is_shown(row):
                by_section.setdefault(section.heading if section else "Пункты приказа", []).append(row)
        return [Group(heading, rows) for heading, rows in by_section.items()]

    @property
    def rows(self) -> Iterator[Row]:
        return (row for group in self.groups for row in group.rows)

    @cached_property
    def counts(self) -> Counter[str]:
        """How many cells show each sign."""
        return Counter(cell.sign for row in self.rows for cell in row.cells)

    @cached_property
    def accepted(self) -> list[tuple[int, int]]:
        """For each column: rows accepted whole, and rows asked for."""
        columns = zip(*(row.cells for row in self.rows), strict=True)
        counted = [
            (sum(c.sign == "ok" for c in cells), sum(c.sign not in {"na", "event"} for c in cells))
            for cells in columns
        ]
        return counted or [(0, 0)] * len(self.heads)

    def _is_shown(self, row: Row) -> bool:
        signs = {cell.sign for cell in row.cells}
        if self.show == "burning":
            return bool(signs & BURNING)
        if self.show == "review":
            return "sent" in signs
        return True

    def _cell(self, key: str, who: int) -> Cell:
        duties = self.duties.get((key, who), [])
        if not duties:
            return WAITS if (key, who) in self.waiting else NOTHING
        return cell(duties, self.today)


def cell(duties: Sequence[Duty], today: datetime.date) -> Cell:
    """One state for all occurrences of a row at one bearer.

    >>> cell([Duty(7, "assigned", None, datetime.date(2026, 3, 1), False)], datetime.date(2026, 3, 4)).text
    'просрочено 3\\xa0дня'
    """
    signs = [(sign_of(duty, today), duty) for duty in duties]
    sign, duty = min(signs, key=lambda pair: RANK[pair[0]])
    done, asked = sum(s == "ok" for s, _ in signs), sum(s != "na" for s, _ in signs)
    part = f"{done}\N{NO-BREAK SPACE}из {asked}" if asked > 1 else ""
    return Cell(sign, WORDS[sign], _more(sign, duty, today) or part, duty.pk)


def sign_of(duty: Duty, today: datetime.date) -> str:
    """The name of `ORDER` for one occurrence."""
    if settled := SETTLED.get(duty.state):
        return settled
    if duty.last_day is not None and duty.last_day < today:
        return "late"
    if duty.state == State.RETURNED:
        return "back"
    if duty.last_day is not None and duty.last_day <= today + datetime.timedelta(days=SOON):
        return "soon"
    if duty.extended:
        return "ext"
    if duty.state == State.DOING:
        return "doing"
    return "none" if duty.last_day else "loop"


def _more(sign: str, duty: Duty, today: datetime.date) -> str:
    last = duty.last_day
    if last is None:
        return ""
    if sign in {"late", "soon"}:
        days = abs((last - today).days)
        return names.counted(days, "день", "дня", "дней") if days else "сегодня"
    if sign == "ext":
        return f"до {last:%d.%m}"
    starts_later = sign == "none" and duty.first_day is not None and duty.first_day > today
    return f"с {duty.first_day:%d.%m}" if starts_later else ""


def workbook(matrix: Matrix) -> bytes:
    """The matrix exactly as it is shown."""
    columns = [
        excel.Column("Раздел", 28), excel.Column("№", 8), excel.Column("Мероприятие", 60), excel.Column("Срок", 26),
        *(excel.Column(head.name, 18) for head in matrix.heads),
    ]  # fmt: skip
    return excel.write("Матрица", columns, _lines(matrix.groups))


def _lines(groups: Iterable[Group]) -> Iterator[list[Any]]:
    for group in groups:
        for row in group.rows:
            source = row.source
            yield [
                group.heading,
                source.label,
                source.text,
                source.deadline,
                *(cell.text if cell is not NOTHING else "—" for cell in row.cells),
            ]
