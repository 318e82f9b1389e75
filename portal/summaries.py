"""What the start pages read. Each function is one query, bounded, and starts from ``visible_to``."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    Window,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import AuditEvent, Membership, Role
from jobs.models import Job
from notifications.models import Reminder, Run
from observers.domain import control
from orders.models import Order
from portal.navigation import count_all
from recheck.domain import clocks
from roadmaps.domain import questions as unclear
from roadmaps.models import ActionItem, Assignment, AssignmentQuerySet, AssignmentRequest, Evidence, Roadmap
from roadmaps.models.duties import AHEAD, bearer_is_missing
from schools.models import ObjectivityFlag, Post, School, academic_year_of

State = Assignment.State
SHOWN = 8  # rows of one list
MOST = 500  # bearers of one list
PROGRESS = ("total", "accepted", "reported", "late")
Rows = list[Mapping[str, Any]]
SOURCE = ("item__section__roadmap", "clause__order")
WORDS = Coalesce("item__text", "clause__text")


@dataclass(frozen=True)
class Day:
    """One day of the strip and how many open duties fall due on it."""

    date: datetime.date
    due: int
    is_off: bool


@dataclass(frozen=True)
class Totals:
    """``total, accepted, in_review, in_arrears`` are of this academic year, the others of all that there is."""

    year: int
    total: int
    accepted: int
    in_review: int
    in_arrears: int
    reported: int
    late: int
    late_schools: int
    late_officials: int
    asking: int  # wait for the answer to a request
    nobody: int  # nobody is there to carry them out
    days: list[Day]

    @property
    def ahead(self) -> int:
        return sum(day.due for day in self.days)

    @property
    def percent(self) -> int:
        return self.accepted * 100 // self.total if self.total else 0


@dataclass(frozen=True)
class Clock:
    """A flagged school and the duty whose clock an event started; none: the clock waits for its event."""

    flag: ObjectivityFlag
    duty: Assignment | None


def totals(membership: Membership, today: datetime.date) -> Totals:
    """Two queries: all duties counted by state and day, which a region's department has few of, and the open ones."""
    rows = visible(membership).order_by()
    counted: dict[tuple[str, datetime.date | None], int] = {
        (state, day): number
        for state, day, number in rows.values_list("state", "last_day").annotate(Count("pk"))
    }

    def number(asked: Callable[[str, datetime.date | None], bool]) -> int:
        return sum(n for (state, day), n in counted.items() if asked(state, day))

    calendar, is_open = membership.department.calendar, Assignment.OPEN_STATES
    dates = [today + datetime.timedelta(days=shift) for shift in range(AHEAD)]
    year = academic_year_of(today)

    def of_year(asked: Callable[[str, datetime.date | None], bool]) -> int:
        """What goes on without a due day counts to every year, as in `due_in`."""
        return number(lambda state, day: asked(state, day) and (day is None or academic_year_of(day) == year))

    def is_late(state: str, day: datetime.date | None) -> bool:
        return state in is_open and day is not None and day < today

    return Totals(
        year=year,
        total=of_year(lambda state, _: state not in Assignment.VOID_STATES),
        accepted=of_year(lambda state, _: state == State.ACCEPTED),
        in_review=of_year(lambda state, _: state == State.REPORTED),
        in_arrears=of_year(is_late),
        reported=number(lambda state, _: state == State.REPORTED),
        late=number(is_late),
        days=[
            Day(date, sum(counted.get((state, date), 0) for state in is_open), not calendar.is_workday(date))
            for date in dates
        ],
        **_of_open(rows.open(), today),
    )


def _of_open(rows: AssignmentQuerySet, today: datetime.date) -> dict[str, int]:
    late = Q(last_day__lt=today)
    asks = Exists(AssignmentRequest.objects.waiting().filter(assignment=OuterRef("pk")))
    return rows.aggregate(
        late_schools=Count("school", filter=late, distinct=True),
        late_officials=Count("official", filter=late, distinct=True),
        asking=Count("pk", filter=Q(asks)),
        nobody=Count("pk", filter=bearer_is_missing()),
    )


def visible(membership: Membership) -> AssignmentQuerySet:
    return Assignment.objects.visible_to(membership)


def came_in(membership: Membership) -> list[Assignment]:
    """Reports that wait for a decision, the longest waiting first; each with its ``words`` and ``proofs``."""
    proofs = Evidence.objects.present().filter(assignment=OuterRef("pk"), round=OuterRef("round"))
    number = proofs.order_by().values("assignment").annotate(n=Count("pk")).values("n")
    rows = visible(membership).filter(state=State.REPORTED).order_by("reported_at", "pk")
    # The first are chosen by their keys: eight rows are joined to what they show, not all that wait.
    keys = list(rows.values_list("pk", flat=True)[:SHOWN])
    shown = Assignment.objects.filter(pk__in=keys).order_by("reported_at", "pk")
    found = shown.select_related(*SOURCE, "school", "official__user", "reported_by__user").annotate(
        words=WORDS, proofs=Coalesce(Subquery(number, output_field=IntegerField()), Value(0))
    )
    return list(found)


def late_schools(membership: Membership, today: datetime.date) -> Rows:
    """Schools with overdue duties, the most first: ``school_id, name, number, oldest``."""
    rows = visible(membership).overdue(today).filter(school__isnull=False).order_by()
    groups = rows.values("school_id", name=F("school__name"))
    return list(
        groups.annotate(number=Count("pk"), oldest=Min("last_day")).order_by("-number", "oldest")[:MOST]
    )


def late_officials(membership: Membership, today: datetime.date) -> Rows:
    """Officials with overdue duties, the most first: ``official_id, last_name, …, position, number, oldest``."""
    rows = visible(membership).overdue(today).filter(official__isnull=False).order_by()
    person = {part: F(f"official__user__{part}") for part in ("last_name", "first_name", "patronymic")}
    groups = rows.values("official_id", position=F("official__position"), **person)
    return list(
        groups.annotate(number=Count("pk"), oldest=Min("last_day")).order_by("-number", "oldest")[:MOST]
    )


def ahead(membership: Membership, today: datetime.date) -> Rows:
    """What falls due within the strip: one row for an item and a day, with the number of its bearers."""
    rows = visible(membership).ahead(today).order_by()
    groups = rows.values(
        "last_day",
        "item_id",
        "clause_id",
        number=F("item__number"),
        text=WORDS,
        order=F("clause__order__number"),
    )
    who = {
        "bearers": Count("pk"),
        "school": Min("school__name"),
        "official": Min("official__user__last_name"),
    }
    days = groups.annotate(**who, any=Min("pk")).order_by("last_day", "item_id", "clause_id")
    return list(days[: SHOWN + 6])


def roadmaps(membership: Membership, today: datetime.date) -> list[Roadmap]:
    """Approved roadmaps, the department's own first: ``total`` (none withdrawn), ``accepted, reported, late``.

    The duties of their orders' clauses count, too.
    """
    rows = Roadmap.objects.visible_to(membership).filter(state=Roadmap.State.APPROVED)
    plans = list(rows.order_by(F("school").asc(nulls_first=True), "-first_day", "name")[:SHOWN])
    items = _progress(membership, today, "item__section__roadmap", [plan.pk for plan in plans])
    clauses = _progress(
        membership, today, "clause__order", [plan.order_id for plan in plans if plan.order_id]
    )
    for plan in plans:
        for name in PROGRESS:
            found = (items.get(plan.pk, {}), clauses.get(plan.order_id or 0, {}))
            setattr(plan, name, sum(numbers.get(name, 0) for numbers in found))
    return plans


def _progress(
    membership: Membership, today: datetime.date, path: str, keys: list[int]
) -> dict[int, dict[str, int]]:
    counts = {
        "total": Count("pk", filter=~Q(state__in=Assignment.VOID_STATES)),
        "accepted": Count("pk", filter=Q(state=State.ACCEPTED)),
        "reported": Count("pk", filter=Q(state=State.REPORTED)),
        "late": Count("pk", filter=Q(state__in=Assignment.OPEN_STATES, last_day__lt=today)),
    }
    rows = visible(membership).filter(**{f"{path}__in": keys}).order_by().values_list(path)
    found = rows.annotate(**counts) if keys else []
    return {source: dict(zip(counts, numbers, strict=True)) for source, *numbers in found}


def flags(membership: Membership) -> list[ObjectivityFlag]:
    """Standing flags, the oldest first; each knows ``standing``, how many there are in all."""
    rows = ObjectivityFlag.objects.visible_to(membership).standing()
    every = Window(Count("pk"))
    return list(rows.select_related("school").annotate(standing=every).order_by("opened_on", "pk")[:SHOWN])


def running(membership: Membership, standing: Sequence[ObjectivityFlag]) -> list[Clock]:
    """For each flag the most urgent open duty of its school whose clock an event started."""
    schools = {flag.school_id for flag in standing}
    started = (
        visible(membership).open().filter(event__isnull=False, school__in=schools, last_day__isnull=False)
    )
    nearest = started.filter(school=OuterRef("school")).order_by("last_day", "pk").values("pk")[:1]
    rows = started.filter(pk=Subquery(nearest)).select_related(*SOURCE, "event").annotate(words=WORDS)
    by_school = {duty.school_id: duty for duty in rows} if schools else {}
    return [Clock(flag, by_school.get(flag.school_id)) for flag in standing]


def questions(membership: Membership) -> tuple[list[tuple[ActionItem, str]], int]:
    """The first deadlines nobody understood yet with what the portal asks, and the number of all."""
    rows = unclear.unclear(membership).annotate(every=Window(Count("pk")))[:4]
    found: list[tuple[ActionItem, str]] = [(item, unclear.reason(item)) for item in rows]
    return found, getattr(found[0][0], "every") if found else 0  # noqa: B009 -- an annotation


def alarms(membership: Membership, today: datetime.date) -> dict[str, int]:
    """What of the observers and the rechecks somebody must see to; each number is the length of its list."""
    numbers = Counter(count_all(membership, control.alarms(membership, today)))
    holes = sum(numbers.pop(name) for name in list(numbers) if name.startswith("holes_"))
    late = len(clocks.late(membership, today))
    coming = {name: numbers[name] for name in ("unconfirmed", "troubled")}  # none when no test is near
    return {**numbers, **coming, "holes": holes, "late_rechecks": late}


def to_sign(membership: Membership) -> list[Order]:
    """Registered orders that wait for the head's signature."""
    rows = Order.objects.visible_to(membership).filter(state=Order.State.REGISTERED)
    return list(rows.select_related("created_by__user").order_by("date", "sequence")[:SHOWN])


def household(membership: Membership, now: datetime.datetime) -> dict[str, int]:
    """The admin's numbers: people, invitations not accepted, schools, schools without a deputy, background health."""
    people = Membership.objects.visible_to(membership).active()
    schools = School.objects.visible_to(membership).open()
    manned = Post.objects.filter(school=OuterRef("pk"), membership__ended_at=None)
    jobs = Job.objects.visible_to(membership)
    mail = Reminder.objects.visible_to(membership)
    numbers: dict[str, QuerySet[Any]] = {
        "people": people.one_each(),
        "uninvited": people.never_entered().one_each(),
        "schools": schools,
        "unmanned": schools.filter(~Exists(manned)),
        "live_jobs": jobs.live(),
        "failed_jobs": jobs.failed_lately(now),
        "unsent": mail.stuck(now),
        "undelivered": mail.failed_lately(now),
    }
    return count_all(membership, numbers)


def stopped_morning(membership: Membership) -> Run | None:
    """Today's run of reminders, when the cap has stopped it."""
    runs = Run.objects.visible_to(membership).filter(day=timezone.localdate(), stopped__isnull=False)
    return runs.first()


def recent_events(membership: Membership) -> list[AuditEvent]:
    """What was done lately; who merely came in stands in the whole log."""
    events = AuditEvent.objects.visible_to(membership).exclude(action="accounts.logged_in")
    return list(events.select_related("user")[:SHOWN])


def recent_jobs(membership: Membership) -> list[Job]:
    return list(Job.objects.visible_to(membership)[:4])


def staff_gaps(membership: Membership) -> list[str]:
    """Whom the department cannot work without and has not added: nobody plans, nobody signs."""
    present = set(Membership.objects.visible_to(membership).active().values_list("role", flat=True))
    wanted = {Role.METHODIST: "методиста", Role.HEAD: "начальника"}
    return [whom for role, whom in wanted.items() if role not in present]


def letterhead_gaps(membership: Membership) -> list[str]:
    """What the department's printed orders would lack."""
    department = membership.department
    wanted = {
        "шапка бланка": department.letterhead,
        "место издания": department.place,
        "подписант": department.signatory_name,
        "наименование в родительном падеже": department.name_genitive,
    }
    return [name for name, value in wanted.items() if not value]
