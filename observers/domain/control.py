"""Who is expected, who came, whose sheet is missing; where observers are and where nobody is."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Department, Membership
from observers.models import (
    ObservationSheet,
    ObserverAssignment,
    ObserverAssignmentQuerySet,
    Violation,
    ViolationQuerySet,
)
from schools.models import School, VprCampaign, VprSession

Sent = ObservationSheet.State.SENT
WEEK = datetime.timedelta(days=6)
NO_SHEET = ~Q(sheet__state=Sent) | Q(sheet=None)


def expected(membership: Membership, first: datetime.date, last: datetime.date) -> ObserverAssignmentQuerySet:
    """The visits of these days with their sheets, in the order of the day; ``seen``: how many violations."""
    visits = ObserverAssignment.objects.visible_to(membership).active()
    return _with_sheets(visits.filter(session__day__range=(first, last)))


def missing(
    membership: Membership, today: datetime.date, since: datetime.date | None = None
) -> ObserverAssignmentQuerySet:
    """Visits of past days of which no sheet has come."""
    visits = ObserverAssignment.objects.visible_to(membership).active().filter(session__day__lt=today)
    if since:
        visits = visits.filter(session__day__gte=since)
    return _with_sheets(visits.filter(NO_SHEET))


def _with_sheets(visits: ObserverAssignmentQuerySet) -> ObserverAssignmentQuerySet:
    seen = Violation.objects.filter(sheet__assignment=OuterRef("pk")).order_by().values("sheet__assignment")
    number = Subquery(seen.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
    rows = visits.annotate(seen=Coalesce(number, 0)).select_related(
        "observer", "sheet", "session__school", "session__exam"
    )
    return rows.order_by("session__day", "session__starts_at", "session__school__name", "pk")


def alarm_day(day: datetime.date, department: Department) -> datetime.date:
    """The working day on which a missing sheet of ``day`` is asked for."""
    return department.calendar.add_workdays(day, 1)


def standing(visit: ObserverAssignment, today: datetime.date) -> tuple[str, str]:
    """The state's sign and words: what has come of a visit so far."""
    sheet = getattr(visit, "sheet", None)
    if sheet is not None and sheet.state == Sent:
        return ("ok", "лист получен")
    if visit.session.day < today:
        return ("late", "листа нет")
    if sheet is not None and sheet.arrived_at:
        return ("doing", "на месте")
    return ("none", "ожидается")


# --- violations --------------------------------------------------------------------------------------------------


def violations(membership: Membership) -> ViolationQuerySet:
    rows = Violation.objects.visible_to(membership)
    return rows.select_related("school", "sheet__assignment__session__exam", "sheet__assignment__observer")


def by_kind(rows: ViolationQuerySet) -> Sequence[Mapping[str, object]]:
    """How many violations of each kind, and how many of them wait for the school; the most frequent first."""
    waiting = Count("pk", filter=Q(state__in=[Violation.State.OPEN, Violation.State.RETURNED]))
    return list(
        rows.order_by()
        .values("kind")
        .annotate(number=Count("pk"), waiting=waiting)
        .order_by("-number", "kind")
    )


def by_school(rows: ViolationQuerySet) -> Sequence[Mapping[str, object]]:
    waiting = Count("pk", filter=Q(state__in=[Violation.State.OPEN, Violation.State.RETURNED]))
    counted = rows.order_by().values("school", "school__name")
    return list(counted.annotate(number=Count("pk"), waiting=waiting).order_by("-number", "school__name"))


# --- coverage ----------------------------------------------------------------------------------------------------


@dataclass
class Cell:
    """The sessions of a school on a day: how many there are, are planned for, were seen."""

    sessions: int = 0
    planned: int = 0
    seen: int = 0

    @property
    def state(self) -> tuple[str, str]:
        if self.seen >= self.sessions:
            return ("ok", "охвачено")
        if self.planned >= self.sessions:
            return ("event", "назначено")
        return ("late", "никого") if not self.planned else ("soon", "не на всех")

    @property
    def words(self) -> str:
        """«1/2»: seen of all."""
        return f"{self.seen}/{self.sessions}"


@dataclass
class Row:
    school: School
    cells: dict[datetime.date, Cell] = field(default_factory=dict)

    @property
    def total(self) -> Cell:
        cells = self.cells.values()
        return Cell(sum(c.sessions for c in cells), sum(c.planned for c in cells), sum(c.seen for c in cells))


@dataclass(frozen=True)
class Coverage:
    """Schools × days. ``holes``: sessions to which nobody is sent."""

    days: list[datetime.date]
    rows: list[Row]

    @property
    def total(self) -> Cell:
        totals = [row.total for row in self.rows]
        return Cell(
            sum(t.sessions for t in totals), sum(t.planned for t in totals), sum(t.seen for t in totals)
        )

    @property
    def holes(self) -> int:
        return self.total.sessions - self.total.planned

    @property
    def table(self) -> list[tuple[Row, list[Cell | None]]]:
        return [(row, [row.cells.get(day) for day in self.days]) for row in self.rows]


def coverage(membership: Membership, campaign: VprCampaign) -> Coverage:
    """Three queries, however many sessions there are."""
    sessions = VprSession.objects.visible_to(membership).filter(exam__campaign=campaign)
    return laid_out(sessions.select_related("school"))


def laid_out(sessions: Iterable[VprSession] | QuerySet[VprSession]) -> Coverage:
    ids = [session.pk for session in sessions]
    visits = ObserverAssignment.objects.active().filter(session__in=ids)
    planned = set(visits.values_list("session", flat=True))
    seen = set(visits.filter(sheet__state=Sent).values_list("session", flat=True))
    rows: dict[int, Row] = {}
    for session in sessions:
        row = rows.setdefault(session.school_id, Row(session.school))
        cell = row.cells.setdefault(session.day, Cell())
        cell.sessions += 1
        cell.planned += session.pk in planned
        cell.seen += session.pk in seen
    days = sorted({day for row in rows.values() for day in row.cells})
    return Coverage(days, sorted(rows.values(), key=lambda row: row.school.name))


def observers_of(visits: ObserverAssignmentQuerySet) -> dict[str, list[str]]:
    """School → the short names of who was there, without contacts."""
    names: dict[str, list[str]] = defaultdict(list)
    for visit in visits.select_related("observer", "session__school"):
        if visit.observer.short_name not in names[visit.session.school.name]:
            names[visit.session.school.name].append(visit.observer.short_name)
    return dict(names)
