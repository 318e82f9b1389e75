"""How duties stood on a day: in time, late, open, as the history tells. Any past day can be asked about.

A duty counts as done on the local day of its last report that was not taken back by then; whether it had been accepted
is told apart. Schools and officials come by name: these are facts to talk about, not places in a race.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce

from accounts.models import Department, Membership
from portal.lib import names
from roadmaps.domain import fanout
from roadmaps.domain.history import Kind
from roadmaps.models import Assignment, AssignmentEvent, AssignmentQuerySet, Roadmap
from schools.models import School

State = Assignment.State
DONE = {State.REPORTED, State.ACCEPTED}
# Of each duty, as the first fields of `Stood`; then the days by which it is asked now and by the print.
FIELDS = (
    "pk", "item__section__roadmap", "clause__order", "school", "official", "heading", "last_day", "printed_day",
)  # fmt: skip
# In the order of the tables; «open» has its day ahead, «ongoing» has none.
HEADINGS = {
    "asked": "Всего", "in_time": "В срок", "late": "С опозданием", "overdue": "Не исполнено в срок",
    "open": "Срок впереди", "ongoing": "Идёт постоянно", "review": "На проверке", "returned": "Возвращалось",
    "extended": "Продлевалось", "exempt": "Не касается",
}  # fmt: skip


@dataclass
class Tally:
    """Counts of duties under one name; ``asked`` leaves out what was let off."""

    name: str
    address: dict[str, Any] = field(default_factory=dict)
    asked: int = 0
    in_time: int = 0
    late: int = 0
    overdue: int = 0
    open: int = 0
    ongoing: int = 0
    accepted: int = 0
    review: int = 0
    returned: int = 0
    extended: int = 0
    exempt: int = 0

    @property
    def due(self) -> int:
        """Those whose day had come, or that were done before it."""
        return self.in_time + self.late + self.overdue

    @property
    def percent(self) -> int | None:
        """Done in time, of those due; None when nothing was due."""
        return round(self.in_time * 100 / self.due) if self.due else None

    @property
    def cells(self) -> list[tuple[str, str, int]]:
        """Key, heading and number of each column."""
        return [(key, heading, getattr(self, key)) for key, heading in HEADINGS.items()]

    @property
    def values(self) -> list[int]:
        return [getattr(self, key) for key in HEADINGS]

    @property
    def query(self) -> str:
        """The address of the list that shows these duties, without its path."""
        return urlencode(self.address)


class Stood(NamedTuple):
    """One duty as it stood at the end of the day."""

    duty: int
    plan: int | None  # of its item
    order: int | None  # of its clause
    school: int | None
    official: int | None
    section: str
    sign: str  # a key of `Tally` among in_time, late, overdue, open, ongoing, exempt
    accepted: bool
    review: bool
    returned: bool
    extended: bool


def stood(duties: AssignmentQuerySet, department: Department, day: datetime.date) -> list[Stood]:
    """Every duty that existed by the end of ``day``. Two queries: the duties, and what their history says by then."""
    end = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), tzinfo=department.tz)
    there = duties.filter(created_at__lt=end)
    past = _past(there, end)
    rows = there.annotate(
        heading=Coalesce("item__section__heading", Value("Пункты приказа"), output_field=CharField())
    ).order_by(F("item__section__position").asc(nulls_last=True), "pk")
    return [
        _stood(row, past[row[0]], department, day)
        for row in rows.values_list(*FIELDS)
        if past[row[0]].state != State.CLOSED
    ]


@dataclass
class _Past:
    """What the history of one duty says by the end of the day."""

    state: str = State.ASSIGNED
    done_at: datetime.datetime | None = None
    returned: bool = False
    granted: bool = False

    def add(self, kind: str, before: str, state: str, at: datetime.datetime) -> None:
        if kind == Kind.GRANTED:
            self.granted = True
            return
        self.state = state
        if state == State.REPORTED:
            self.done_at = at
        self.returned |= state == State.RETURNED and before == State.REPORTED


def _past(duties: AssignmentQuerySet, end: datetime.datetime) -> dict[int, _Past]:
    """By duty. Told in one reading: asking for the last step of each duty costs the database several times as much."""
    events = AssignmentEvent.objects.filter(
        assignment__in=duties.order_by().values("pk"), at__lt=end, kind__in=[Kind.STATE, Kind.GRANTED]
    )
    found: dict[int, _Past] = defaultdict(_Past)
    steps = events.order_by("at", "pk").values_list("assignment", "kind", "before", "state", "at")
    for pk, kind, before, state, at in steps:
        found[pk].add(kind, before, state, at)
    return found


def _stood(row: Sequence[Any], past: _Past, department: Department, day: datetime.date) -> Stood:
    duty, plan, order, school, official, section, last_day, printed_day = row
    done_on = past.done_at and past.done_at.astimezone(department.tz).date()
    asked_day = last_day if past.granted else printed_day or last_day
    return Stood(
        duty,
        plan,
        order,
        school,
        official,
        section,
        sign=_sign(past.state, done_on, asked_day, day),
        accepted=past.state == State.ACCEPTED,
        review=past.state == State.REPORTED,
        returned=past.returned,
        extended=past.granted and printed_day is not None,
    )


def _sign(
    then: str, done_on: datetime.date | None, last_day: datetime.date | None, day: datetime.date
) -> str:
    if then == State.EXEMPT:
        return "exempt"
    if then in DONE:
        return "late" if last_day and done_on and done_on > last_day else "in_time"
    if last_day is None:
        return "ongoing"
    return "overdue" if last_day < day else "open"


def tally(name: str, rows: Iterable[Stood], **address: Any) -> Tally:
    """Counts of these duties; ``address`` are the parameters of the list that shows them."""
    rows = list(rows)
    signs = Counter(row.sign for row in rows)
    return Tally(
        name,
        address,
        asked=len(rows) - signs["exempt"],
        accepted=sum(row.accepted for row in rows),
        review=sum(row.review for row in rows),
        returned=sum(row.returned for row in rows),
        extended=sum(row.extended for row in rows),
        **signs,
    )


@dataclass(frozen=True)
class Discipline:
    """Who did what in time: by school, by official, all together."""

    schools: Sequence[Tally]
    officials: Sequence[Tally]
    total: Tally


Progress = list[tuple[Roadmap, Tally, list[Tally]]]


def standing(
    member: Membership, day: datetime.date, roadmap: Roadmap | None = None
) -> tuple[Discipline, Progress]:
    """`discipline` and `progress` of the same day; the duties of both are read once."""
    in_force = plans(member, day)
    chosen = [roadmap] if roadmap else in_force
    rows = stood(duties(member, [*in_force, *chosen]), member.department, day)
    return _discipline(member, _of(rows, chosen), roadmap), _progress(rows, in_force)


def discipline(member: Membership, day: datetime.date, roadmap: Roadmap | None = None) -> Discipline:
    """For one plan, or for all of the department's approved ones of that academic year. Seven queries."""
    chosen = [roadmap] if roadmap else plans(member, day)
    return _discipline(member, stood(duties(member, chosen), member.department, day), roadmap)


def progress(member: Membership, day: datetime.date) -> Progress:
    """Each plan in force on that day: the whole, and its sections as printed. Five queries."""
    in_force = plans(member, day)
    return _progress(stood(duties(member, in_force), member.department, day), in_force)


def _discipline(member: Membership, rows: Sequence[Stood], roadmap: Roadmap | None) -> Discipline:
    narrowed = {"roadmap": roadmap.pk} if roadmap else {}
    return Discipline(
        _by(rows, lambda row: row.school, _schools(member), "school", narrowed),
        _by(rows, lambda row: row.official, _officials(member), "official", narrowed),
        tally("Всего", rows, **narrowed),
    )


def _progress(rows: Sequence[Stood], in_force: Sequence[Roadmap]) -> Progress:
    found = []
    for roadmap in in_force:
        own = _of(rows, [roadmap])
        sections: dict[str, list[Stood]] = defaultdict(list)
        for row in own:
            sections[row.section].append(row)
        parts = [tally(heading or "Без раздела", part) for heading, part in sections.items()]
        found.append((roadmap, tally(roadmap.name, own, roadmap=roadmap.pk), parts))
    return found


def _of(rows: Sequence[Stood], chosen: Sequence[Roadmap]) -> list[Stood]:
    """Those asked by these plans and their orders."""
    keys = {plan.pk for plan in chosen}
    orders = {plan.order_id for plan in chosen if plan.order_id}
    return [row for row in rows if row.plan in keys or row.order in orders]


def plans(member: Membership, day: datetime.date) -> list[Roadmap]:
    """The department's own plans whose period holds the day, approved then or archived since."""
    rows = Roadmap.objects.visible_to(member).filter(
        state__in=[Roadmap.State.APPROVED, Roadmap.State.ARCHIVED], first_day__lte=day, last_day__gte=day
    )
    return list(rows.select_related("order").order_by(F("school").asc(nulls_first=True), "name", "pk"))


def duties(member: Membership, chosen: Sequence[Roadmap]) -> AssignmentQuerySet:
    """All that was asked by these plans and their orders."""
    return Assignment.objects.visible_to(member).filter(fanout.asked_by(chosen))


def _by(
    rows: Iterable[Stood],
    bearer: Callable[[Stood], int | None],
    known: dict[int, str],
    parameter: str,
    narrowed: dict[str, Any],
) -> list[Tally]:
    groups: dict[int, list[Stood]] = defaultdict(list)
    for row in rows:
        if (pk := bearer(row)) is not None:
            groups[pk].append(row)
    ordered = sorted(groups, key=lambda pk: names.natural(known.get(pk, "")))
    return [tally(known.get(pk, "—"), groups[pk], **{parameter: pk}, **narrowed) for pk in ordered]


def _schools(member: Membership) -> dict[int, str]:
    return dict(School.objects.visible_to(member).values_list("pk", "name"))


def _officials(member: Membership) -> dict[int, str]:
    people = Membership.objects.filter(department=member.department_id).exclude(role="deputy")
    return {one.pk: one.user.short_name for one in people.select_related("user")}
