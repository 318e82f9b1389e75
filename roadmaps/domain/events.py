"""Something happened that clocks wait for: what it starts, and how a recording is mended.

An event is recorded once a kind, day and school; recorded again it adds what is still missing. Whoever changes one
holds its row first, so that recording, correcting and withdrawing come one after the other. Why it is mended so:
docs/decisions/0023-mending-an-event.md.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.domain import audit
from accounts.models import AuditEvent, Department, Membership
from notifications.domain import ledger
from portal.lib import names
from portal.lib.refusals import Refused
from roadmaps.deadlines import counted_anew
from roadmaps.domain import requests
from roadmaps.domain.due import People
from roadmaps.domain.fanout import Maker, Source, identities, identity, of_roadmap, sources
from roadmaps.domain.history import Kind, note, step
from roadmaps.domain.letters import WITHDRAWN
from roadmaps.models import Assignment, AssignmentQuerySet, RecordedEvent, Roadmap
from schools.models import School

Whom = Literal["everybody", "schools", "officials"]
State = Assignment.State
REPORTED = (State.REPORTED, State.ACCEPTED)
NAMED = 3  # up to so many bearers are told by their names
GONE = "Это событие уже исправил или отозвал другой человек. Обновите страницу."


@dataclass(frozen=True)
class Bunch:
    """Duties told of together: how many, whose, due from when to when."""

    assignments: list[Assignment]

    @property
    def whom(self) -> str:
        """The bearers in words: «12 школ», a few by their names."""
        schools = {a.school_id: a.school.name for a in self.assignments if a.school}
        people = {a.official_id: a.official.user.short_name for a in self.assignments if a.official}
        return ", ".join(
            [
                *_few(schools.values(), "школа", "школы", "школ"),
                *_few(people.values(), "должностное лицо", "должностных лица", "должностных лиц"),
            ]
        )

    @property
    def nearest(self) -> datetime.date | None:
        return min((a.last_day for a in self.assignments if a.last_day), default=None)

    @property
    def latest(self) -> datetime.date | None:
        return max((a.last_day for a in self.assignments if a.last_day), default=None)


@dataclass(frozen=True)
class Start(Bunch):
    """What an event starts: one source with the duties it will give (not saved yet)."""

    roadmap: Roadmap
    source: Source


@dataclass(frozen=True)
class Shift(Bunch):
    """What a corrected day does to one row of the plan: open duties due on ``before`` will be due on ``after``."""

    before: datetime.date | None
    after: datetime.date | None


def starting(
    department: Department,
    *,
    event: str,
    day: datetime.date,
    by: Membership,
    school: School | None = None,
    whom: Whom = "everybody",
) -> list[Start]:
    """What the event would start on that day, new duties only. Writes nothing."""
    happened = RecordedEvent(department=department, event=event, day=day, school=school)
    approved = Roadmap.objects.filter(
        Q(school=None) | Q(school=school) if school else Q(),
        department=department,
        state=Roadmap.State.APPROVED,
        first_day__lte=day,
        last_day__gte=day,
    )
    found = []
    for roadmap in approved.select_related("order", "department"):
        maker = Maker(roadmap, by)
        there = identities(of_roadmap(roadmap))
        for source in sources(roadmap):
            started = (row for row in maker.started(source, happened) if _is_for(row, whom))
            rows = [row for row in started if identity(row) not in there]
            if rows:
                found.append(Start(rows, roadmap, source))
    return found


@transaction.atomic
def record(
    department: Department,
    *,
    event: str,
    day: datetime.date,
    by: Membership,
    school: School | None = None,
    note: str = "",
    by_portal: bool = False,
    only: Collection[str] | None = None,
    whom: Whom = "everybody",
) -> tuple[RecordedEvent, int]:
    """Write down that the event happened and start the clocks that wait for it; return it and how many are new.

    ``only`` names the sources (`Source.key`) to start, None all that wait; ``whom`` says whose clocks. The same event
    recorded again, also by two people at once, is the same event: it adds what is still missing and doubles nothing.
    """
    if school is not None and school.department_id != department.pk:
        raise Refused("Эта школа относится к другому отделу.")
    told: dict[str, Any] = {"department": department, "event": event, "day": day, "school": school}
    recorded, is_new = RecordedEvent.objects.get_or_create(
        **told, withdrawn_at=None, defaults={"by": by, "note": note, "by_portal": by_portal}
    )
    _hold(recorded)
    if is_new:
        _take_back(recorded)
    starts = starting(department, event=event, day=day, by=by, school=school, whom=whom)
    rows = [row for start in starts if only is None or start.source.key in only for row in start.assignments]
    for row in rows:
        row.event = recorded
    Assignment.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return recorded, len(rows)


@transaction.atomic
def correct_day(event: RecordedEvent, *, by: Membership, day: datetime.date) -> int:
    """The event was on another day: its open duties are due anew, each with a row of history; return how many moved.

    What was reported or accepted keeps its days. Raises `Refused` when that day is taken by the same event, lies
    outside a plan that counts from it, or somebody was first.
    """
    if day == event.day:
        raise Refused("Событие и так записано на этот день.")
    _ask_plans(event, day)
    was = event.day
    try:
        with transaction.atomic():
            if not RecordedEvent.objects.standing().filter(pk=event.pk, day=was).update(day=day):
                raise Refused(GONE)
            event.day = day
            moved = sum(_move(duty, event, was, by) for duty in _open(event))
            _rename(event)
    except IntegrityError:
        event.day = was
        raise Refused(
            f"Это событие на {_on(day)} уже записано, и поручения по нему есть. Лишнее событие отзовите."
        ) from None
    summary = f"{event.title.capitalize()}: день исправлен с {was:%d.%m.%Y} на {day:%d.%m.%Y}"
    audit.record("roadmap.event_corrected", summary, by=by, subject=event, moved=moved)
    return moved


@transaction.atomic
def withdraw(event: RecordedEvent, *, by: Membership, reason: str) -> int:
    """The event never was: its open duties are closed, their bearers told why and reminded no more; return how many.

    What was reported or accepted stays where it was done. The event stays in the log, and its closed duties give their
    places free: recorded anew, it starts new ones. Raises `Refused` without a reason, or when somebody was first.
    """
    reason = reason.replace("\x00", "").strip()  # PostgreSQL keeps no such sign
    if not reason:
        raise Refused("Напишите, почему событие отзывается: исполнители увидят это в истории поручения.")
    told = {"withdrawn_at": timezone.now(), "withdrawn_by": by, "withdrawn_why": reason}
    if not RecordedEvent.objects.standing().filter(pk=event.pk, day=event.day).update(**told):
        raise Refused(GONE)
    event.refresh_from_db()
    closed = [duty for duty in _open(event) if _close(duty, event, by)]
    _tell(event, closed)
    summary = f"{event.title.capitalize()}, {event.day:%d.%m.%Y}: событие отозвано"
    audit.record("roadmap.event_withdrawn", summary, by=by, subject=event, reason=reason, closed=len(closed))
    return len(closed)


def of(duty: Assignment, member: Membership) -> RecordedEvent | None:
    """The event that started the duty, for those who may know how it was recorded: the department's people."""
    if duty.event_id is None:
        return None
    rows = RecordedEvent.objects.visible_to(member).select_related("by__user", "withdrawn_by__user")
    return rows.filter(pk=duty.event_id).first()


def hanging(event: RecordedEvent) -> AssignmentQuerySet:
    """The event's duties but those that a new revision of the plan has set on days of its own."""
    return Assignment.objects.filter(event=event, occurrence__startswith="event:")


def started_by(event: RecordedEvent) -> list[dict[str, Any]]:
    """What the event started, a row for each row of a plan: how many, due from when to when, in what state."""
    counts = {
        "open": Count("pk", filter=Q(state__in=Assignment.OPEN_STATES)),
        "sent": Count("pk", filter=Q(state=State.REPORTED)),
        "ok": Count("pk", filter=Q(state=State.ACCEPTED)),
        "closed": Count("pk", filter=Q(state=State.CLOSED)),
        "exempt": Count("pk", filter=Q(state=State.EXEMPT)),
    }
    rows = Assignment.objects.filter(event=event).order_by(
        "item__section__position", "item__position", "clause"
    )
    named = rows.values("item", "clause", "item__number", "item__text", "clause__text")
    told = named.annotate(total=Count("pk"), nearest=Min("last_day"), latest=Max("last_day"), **counts)
    return [dict(line) for line in told]


def kept(event: RecordedEvent) -> QuerySet[Assignment]:
    """The event's duties that correcting or withdrawing it leaves as they are: reported or accepted."""
    rows = Assignment.objects.filter(event=event, state__in=REPORTED).order_by("state", "pk")
    return rows.select_related("item", "clause", "school", "official__user")


def mended(event: RecordedEvent) -> QuerySet[AuditEvent]:
    """What the log says of its corrections and its withdrawal, in order."""
    log = AuditEvent.objects.filter(department=event.department_id)
    rows = log.filter(object_kind=event._meta.label_lower, object_id=str(event.pk))
    return rows.select_related("user").order_by("pk")


def shifts(event: RecordedEvent, day: datetime.date) -> list[Shift]:
    """What `correct_day` would move, in the order of the days. Writes nothing."""
    bunches: dict[tuple[Any, ...], list[Assignment]] = {}
    for duty in _open(event):
        _, _, due = _anew(duty, day)
        after = _kept_extension(duty, due)[0]
        bunches.setdefault((duty.item_id, duty.clause_id, duty.last_day, after), []).append(duty)
    return [Shift(duties, before, after) for (_, _, before, after), duties in bunches.items()]


def _few(found: Collection[str], *forms: str) -> list[str]:
    return [names.counted(len(found), *forms)] if len(found) > NAMED else list(found)


def _is_for(row: Assignment, whom: Whom) -> bool:
    return whom == "everybody" or (row.school is not None) == (whom == "schools")


def _hold(event: RecordedEvent) -> None:
    """Take the event's row lock: it is not mended until this transaction is over."""
    if not RecordedEvent.objects.standing().filter(pk=event.pk).update(day=F("day")):
        raise Refused(GONE)


def _take_back(event: RecordedEvent) -> None:
    """What was done for the same event before it was withdrawn is this one's now."""
    before = RecordedEvent.objects.filter(
        department=event.department_id, event=event.event, day=event.day, school=event.school_id
    ).exclude(pk=event.pk)
    done = Assignment.objects.filter(event__in=before).exclude(state__in=Assignment.VOID_STATES)
    done.update(event=event)


def _open(event: RecordedEvent) -> Iterable[Assignment]:
    return hanging(event).open().select_related("item", "clause", "school", "official__user", "department")


def _ask_plans(event: RecordedEvent, day: datetime.date) -> None:
    pairs = (
        hanging(event).order_by().values_list("item__section__roadmap", "clause__order__roadmaps").distinct()
    )
    plans = Roadmap.objects.filter(pk__in={pk for pair in pairs for pk in pair if pk})
    if outside := plans.exclude(first_day__lte=day, last_day__gte=day).first():
        raise Refused(
            f"{_on(day)} не входит в срок карты «{outside}». Отзовите событие и запишите его на верный день заново."
        )


def _anew(duty: Assignment, day: datetime.date) -> tuple[str, datetime.date, datetime.date | None]:
    found = counted_anew(duty.occurrence, duty.department.calendar, day)
    assert found is not None  # noqa: S101 -- `hanging` gives only such
    return found


def _kept_extension(
    duty: Assignment, due: datetime.date | None
) -> tuple[datetime.date | None, datetime.date | None]:
    """Last and printed day: a later day that was granted by hand stays granted."""
    if due and duty.printed_day and duty.last_day and duty.last_day > due:
        return duty.last_day, due
    return due, None


def _move(duty: Assignment, event: RecordedEvent, was: datetime.date, by: Membership) -> bool:
    _, first, due = _anew(duty, event.day)
    last, printed = _kept_extension(duty, due)
    days = {"first_day": first, "last_day": last, "printed_day": printed}
    if not Assignment.objects.filter(pk=duty.pk).open().update(**days):
        return False  # reported this very moment: it keeps its days
    comment = f"День события «{event.title}» исправлен: {_on(event.day)} вместо {_on(was)}."
    if last != duty.last_day:
        comment += f" Срок {_until(last)}, был {_until(duty.last_day)}."
    note(duty, Kind.MOVED, by=by, comment=comment)
    return True


def _rename(event: RecordedEvent) -> None:
    """All the event's duties are named after its present day, so that recording it again doubles none."""
    duties = hanging(event)
    for key in set(duties.order_by().values_list("occurrence", flat=True)):
        if moved := counted_anew(key, event.department.calendar, event.day):
            duties.filter(occurrence=key).update(occurrence=moved[0])


def _close(duty: Assignment, event: RecordedEvent, by: Membership) -> bool:
    place = f"{duty.occurrence}~{event.pk}"
    comment = f"Событие «{event.title}» {_on(event.day)} отозвано: {event.withdrawn_why}"
    try:
        step(duty, State.CLOSED, by, comment, occurrence=place, decided_at=timezone.now(), decided_by=by)
    except Refused:  # reported this very moment: then it is decided as a report
        return False
    requests.drop_waiting(duty, by=by, said="Просьба снята: поручение больше не требуется.")
    return True


def _tell(event: RecordedEvent, closed: Iterable[Assignment]) -> None:
    """One message a person, however many duties: whoever works on them must learn to stop."""
    people = People.of(event.department)
    bearers = {(duty.school_id, duty.official_id) for duty in closed}
    ledger.record_each(
        (member for school, official in bearers for member in people.bearers(school, official)),
        department=event.department,
        key=f"withdrawn:event:{event.pk}",
        kind=WITHDRAWN.name,
        subject="Событие отозвано: поручения сняты",
        body=f"Событие «{event.title}» {_on(event.day)} отозвано. Причина: {event.withdrawn_why}\n\nПоручения, "
        "начатые этим событием и ещё не доложенные, сняты: делать их больше не нужно.",
        path=reverse("roadmaps:mine"),
    )


def _on(day: datetime.date) -> str:
    return date_format(day, "j E Y")


def _until(day: datetime.date | None) -> str:
    return f"до {_on(day)}" if day else "без крайнего дня"
