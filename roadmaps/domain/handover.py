"""Duties change hands: one or all of a person's go to a colleague; helpers are named. The print stays as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Membership, Role
from portal.lib.refusals import Refused
from roadmaps.domain import letters
from roadmaps.domain.history import Kind, note
from roadmaps.models import Assignment, AssignmentEvent, AssignmentQuerySet
from roadmaps.permissions import DECIDERS, HANDERS, may_help

State = Assignment.State
OUTSIDERS = {Role.DEPUTY, Role.VIEWER, Role.OBSERVER}  # do no duties of the department's officials


@dataclass(frozen=True)
class Handed:
    """What came of handing over many: how many went, and for the others why not."""

    bore: int
    controls: int
    refused: list[tuple[Assignment, str]]


def may_hand_over(assignment: Assignment, member: Membership) -> bool:
    """An official's open duty: by themself, or by whoever watches over the department's duties."""
    if assignment.department_id != member.department_id or assignment.official is None:
        return False
    return member.role in HANDERS or assignment.official.user_id == member.user_id


@transaction.atomic
def hand_over(assignment: Assignment, to: Membership, *, by: Membership, reason: str = "") -> None:
    """Give an official's open duty to a colleague, who is told. ``named`` keeps whom the print names.

    Raises `Refused` when it is not open, or the colleague bears the same duty already.
    """
    if not may_hand_over(assignment, by):
        raise Refused("Передать можно поручение должностного лица: школьные поручения остаются за школой.")
    _check_official(assignment, to)
    before = assignment.official
    assert before is not None  # noqa: S101 -- asked by `may_hand_over`
    if to.pk == before.pk:
        raise Refused(f"{to.user.short_name} и так исполняет это поручение.")
    mine = Assignment.objects.filter(pk=assignment.pk, official=before).open()
    named = assignment.named or before
    try:
        with transaction.atomic():
            moved = mine.update(official=to, named=None if named.pk == to.pk else named)
    except IntegrityError:
        raise Refused(f"{to.user.short_name} уже исполняет такое же поручение.") from None
    if not moved:
        raise Refused("Поручение уже передано, доложено или снято. Обновите страницу.")
    assignment.official, assignment.named = to, None if named.pk == to.pk else named
    text = _moved(before.user.short_name, to, reason)
    letters.handed(note(assignment, Kind.HANDED, by=by, comment=text))


@dataclass(frozen=True)
class Left:
    """What one who leaves leaves behind: a duty they bear, or all of one source whose reports they accept.

    ``key`` names it in a form: «duty:12», «item:3», «clause:7».
    """

    key: str
    bears: bool
    sample: Assignment
    count: int


def left_behind(member: Membership) -> AssignmentQuerySet:
    """What waits for this person: open duties they bear, and those not decided yet whose reports they accept."""
    bears = Q(official=member, state__in=Assignment.OPEN_STATES)
    accepts = Q(controller=member, state__in=[*Assignment.OPEN_STATES, State.REPORTED])
    rows = Assignment.objects.filter(bears | accepts, department=member.department_id)
    return rows.select_related(
        "item", "clause", "school", "official__user", "controller__user", "named__user", "department"
    )


def grouped(member: Membership) -> list[Left]:
    """`left_behind` as a person looks through it: own duties one by one, control by source, most urgent first."""
    own, control = [], defaultdict(list)
    for row in left_behind(member):
        if row.official_id == member.pk and row.is_open:
            own.append(Left(f"duty:{row.pk}", True, row, 1))
        if row.controller_id == member.pk:
            control[_source(row)].append(row)
    return own + [Left(key, False, rows[0], len(rows)) for key, rows in control.items()]


def hand_over_all(
    member: Membership, to: Membership, *, by: Membership, reason: str, only: Collection[str] | None = None
) -> Handed:
    """A person leaves: give all they leave behind, or ``only`` these keys of `Left`, to a colleague.

    A duty that cannot go is named with the reason and stays; the others do not wait for it.
    """
    bore, refused, control = 0, [], []
    for row in left_behind(member):
        if row.official_id == member.pk and row.is_open and (only is None or f"duty:{row.pk}" in only):
            try:
                hand_over(row, to, by=by, reason=reason)
                bore += 1
            except Refused as refusal:
                refused.append((row, str(refusal)))
        if row.controller_id == member.pk and (only is None or _source(row) in only):
            control.append(row)
    kept = [row for row in control if row.official_id and row.official.user_id == to.user_id]  # type: ignore[union-attr]
    refused += [
        (row, f"{to.user.short_name} исполняет это сам: принимать доклад должен другой.") for row in kept
    ]
    controls = _hand_control([row for row in control if row not in kept], to, by=by, reason=reason)
    return Handed(bore, controls, refused)


@transaction.atomic
def _hand_control(rows: list[Assignment], to: Membership, *, by: Membership, reason: str) -> int:
    """Another one accepts the reports of these duties from now on, each with its row of history."""
    if not rows:
        return 0
    if by.role not in HANDERS or by.department_id != to.department_id:
        raise Refused("Контролёра меняет методист, начальник или администратор.")
    if to.role not in DECIDERS or not to.is_active:
        raise Refused("Принимать доклады может методист или начальник этого же отдела.")
    Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(controller=to)
    AssignmentEvent.objects.bulk_create(
        AssignmentEvent(
            assignment=row,
            kind=Kind.HANDED,
            state=row.state,
            by=by,
            comment=f"Принимает доклад: {_moved(_name(row.controller), to, reason)}",
        )
        for row in rows
    )
    return len(rows)


def _source(row: Assignment) -> str:
    return f"item:{row.item_id}" if row.item_id else f"clause:{row.clause_id}"


def _name(member: Membership | None) -> str:
    return member.user.short_name if member else "никто"


@transaction.atomic
def set_helpers(assignment: Assignment, helpers: Iterable[Membership], *, by: Membership) -> None:
    """Name the co-executors: they see the duty, add proof and say how it goes; the bearer alone reports."""
    if by.role not in DECIDERS and not may_help(assignment, by):
        raise Refused("Соисполнителей называет исполнитель, методист или начальник.")
    chosen = list(helpers)
    for helper in chosen:
        _check_helper(assignment, helper)
    before = set(assignment.helpers.all())
    if before == set(chosen):
        return
    assignment.helpers.set(chosen)
    names = ", ".join(helper.user.short_name for helper in chosen) or "нет"
    event = note(assignment, Kind.HELPERS, by=by, comment=f"Соисполнители: {names}.")
    for helper in set(chosen) - before:
        letters.mentioned(event, helper)


def colleagues(assignment: Assignment) -> list[Membership]:
    """Who may help: the department's people, and for a school's duty also the school's own deputies."""
    active = Membership.objects.active().filter(department=assignment.department_id, user__is_active=True)
    own = Q(role=Role.DEPUTY, post__school=assignment.school_id) if assignment.school_id else Q(pk=None)
    people = active.filter(~Q(role__in=[Role.DEPUTY, Role.VIEWER]) | own)
    if assignment.official_id is not None:
        people = people.exclude(pk=assignment.official_id)
    return list(people.select_related("user").order_by("user__last_name", "user__first_name", "pk"))


def officials(assignment: Assignment) -> list[Membership]:
    """To whom an official's duty may go: the department's own people."""
    return [member for member in colleagues(assignment) if member.role != Role.DEPUTY]


def _check_official(assignment: Assignment, to: Membership) -> None:
    same = to.department_id == assignment.department_id
    if not same or not to.is_active or to.role in OUTSIDERS:
        raise Refused("Передать можно только работнику этого же отдела.")


def _check_helper(assignment: Assignment, helper: Membership) -> None:
    if helper.pk not in {member.pk for member in colleagues(assignment)}:
        raise Refused("Соисполнителем может быть работник отдела или этой же школы.")


def _moved(before: str, to: Membership, reason: str) -> str:
    """For the history; the full stop of a name's initials is not doubled."""
    return ": ".join(filter(None, [f"{before} → {to.user.short_name}", reason.strip()]))
