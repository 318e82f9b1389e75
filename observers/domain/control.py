"""Who is expected, who came, whose sheet is missing; where observers are and where nobody is."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Department, Membership
from observers.models import (
    CampaignNeeds,
    ObservationSheet,
    ObserverAssignment,
    ObserverAssignmentQuerySet,
    SessionNeed,
    Stage,
    Violation,
    ViolationQuerySet,
)
from schools.models import School, SessionQuerySet, VprCampaign, VprSession

Sent = ObservationSheet.State.SENT
WEEK = datetime.timedelta(days=6)
COMING = datetime.timedelta(days=13)  # two weeks, today included
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


def unconfirmed(membership: Membership, today: datetime.date) -> ObserverAssignmentQuerySet:
    """Visits of the coming days that no order has confirmed yet."""
    return _coming(membership, today).filter(state=ObserverAssignment.State.PROPOSED)


def troubled(membership: Membership, today: datetime.date) -> ObserverAssignmentQuerySet:
    """Visits of the coming days against which something stands since they were made."""
    against = Q(own_school=True) | Q(child_school=True) | Q(double=True) | Q(moved=True)
    return _coming(membership, today).filter(against)


def _coming(membership: Membership, today: datetime.date) -> ObserverAssignmentQuerySet:
    visits = ObserverAssignment.objects.visible_to(membership).active()
    return _with_sheets(visits.filter(session__day__range=(today, today + COMING)).with_trouble())


def holes(membership: Membership, today: datetime.date, stage: str) -> SessionQuerySet:
    """Sessions of the coming days with fewer observers at the stage than they need, each with ``seats`` and ``sent``.

    As the board reckons: the session's own need, else its campaign's, else what `CampaignNeeds` begins with.
    """
    own = SessionNeed.objects.filter(session=OuterRef("pk"), stage=stage).values("observers")
    usual = CampaignNeeds.objects.filter(campaign=OuterRef("exam__campaign")).values(stage)
    there = ObserverAssignment.objects.active().filter(session=OuterRef("pk"), stage=stage)
    number = there.order_by().values("session").annotate(n=Count("pk")).values("n")
    sessions = VprSession.objects.visible_to(membership).filter(day__range=(today, today + COMING))
    return sessions.annotate(
        seats=Coalesce(Subquery(own), Subquery(usual), getattr(CampaignNeeds(), stage)),
        sent=Coalesce(Subquery(number, output_field=IntegerField()), 0),
    ).filter(seats__gt=F("sent"))


def all_holes(membership: Membership, today: datetime.date) -> QuerySet[VprSession, dict[str, Any]]:
    """The same of every stage, in the order of the day."""
    shown = (
        "pk",
        "day",
        "starts_at",
        "class_name",
        "school__name",
        "exam__subject",
        "exam__grade",
        "seats",
        "sent",
    )
    parts = [
        holes(membership, today, stage).order_by().annotate(stage=Value(stage)).values("stage", *shown)
        for stage in Stage.values
    ]
    return parts[0].union(*parts[1:], all=True).order_by("day", "starts_at", "school__name", "pk", "stage")


def alarms(membership: Membership, today: datetime.date) -> dict[str, QuerySet[Any]]:
    """What of the observers somebody must see to, by name; each number leads to the page that shows these rows."""
    found: dict[str, QuerySet[Any]] = {
        "missing": missing(membership, today),
        "answered": violations(membership).filter(state=Violation.State.ANSWERED),
    }
    coming = VprSession.objects.visible_to(membership).filter(day__range=(today, today + COMING))
    if coming.exists():  # for most of the year nothing is written: then the costly ones are not asked
        found |= {
            "unconfirmed": unconfirmed(membership, today),
            "troubled": troubled(membership, today),
            **{f"holes_{stage}": holes(membership, today, stage) for stage in Stage.values},
        }
    return found


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
