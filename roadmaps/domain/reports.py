"""The life of one duty: taken up, reported with proof, accepted or returned; one winner a step, each in the history."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from portal.lib.refusals import Refused
from roadmaps.domain import evidence, reminders, requests
from roadmaps.domain.history import Kind, step
from roadmaps.models import Assignment
from roadmaps.permissions import may_decide, may_help, may_report

State = Assignment.State


WITHDRAWN = "Доклад отозван."
NOT_YOURS = "Доложить и отозвать доклад может только исполнитель поручения."
NOTHING_SAID = "Напишите, что уже сделано, или приложите подтверждение."


@transaction.atomic
def take_up(assignment: Assignment, *, by: Membership) -> Assignment:
    """Say that work has begun: the department sees «в работе» instead of «не начато»."""
    _ask_helper(assignment, by)
    return step(assignment, State.DOING, by)


@transaction.atomic
def report(
    assignment: Assignment, *, by: Membership, link: str = "", note: str = "", number: Decimal | None = None
) -> Assignment:
    """Send the duty for acceptance, with the proof that its item asks for.

    A request that still waits is dropped: the report answers it. Raises `Refused` when proof is missing, or when
    somebody has reported already.
    """
    if not may_report(assignment, by):
        raise Refused(NOT_YOURS)
    link = evidence.clean_link(link)
    evidence.hold(assignment)
    evidence.append_text(assignment, by=by, link=link, note=note, number=number)
    if lack := evidence.missing(assignment):
        raise Refused(lack)
    told: dict[str, Any] = {"reported_at": timezone.now(), "reported_by": by, "progress_on": _day(assignment)}
    step(assignment, State.REPORTED, by, draft={}, **told)
    requests.drop_waiting(assignment, by=by)
    reminders.reported(assignment)
    return assignment


@transaction.atomic
def report_progress(
    assignment: Assignment, *, by: Membership, link: str = "", note: str = "", number: Decimal | None = None
) -> Assignment:
    """An interim report: says how it goes, closes nothing. A duty not begun is in work from now on.

    What it says and the proof attached so far stay in the history. Raises `Refused` when it says nothing.
    """
    _ask_helper(assignment, by)
    if not assignment.is_open:
        raise Refused("Доклад уже отправлен или принят: о ходе докладывать поздно. Обновите страницу.")
    link, note = evidence.clean_link(link), note.strip()
    if not (link or note or number is not None or evidence.of_round(assignment).exists()):
        raise Refused(NOTHING_SAID)
    if assignment.state == State.ASSIGNED:
        step(assignment, State.DOING, by)
    evidence.append_text(assignment, by=by, link=link, note=note, number=number)
    assignment.draft, assignment.progress_on = {}, _day(assignment)
    assignment.save(update_fields=["draft", "progress_on"])
    assignment.events.create(kind=Kind.INTERIM, state=assignment.state, by=by, comment=note)
    reminders.reported(assignment)
    return assignment


@transaction.atomic
def withdraw(assignment: Assignment, *, by: Membership) -> Assignment:
    """Take the report back before the decision; the proof stays attached and may be changed again."""
    if not may_report(assignment, by):
        raise Refused(NOT_YOURS)
    if assignment.decided_at is not None:
        return step(assignment, State.RETURNED, by, WITHDRAWN)
    reported = assignment.events.filter(kind=Kind.STATE, state=State.REPORTED).last()
    before = State(reported.before) if reported and reported.before else State.ASSIGNED
    return step(assignment, before, by, WITHDRAWN, reported_at=None, reported_by=None)


@transaction.atomic
def accept(assignment: Assignment, *, by: Membership, comment: str = "") -> Assignment:
    """Close the duty. Its evidence cannot be removed any more."""
    _ask_decider(assignment, by)
    comment = comment.replace("\x00", "").strip()  # PostgreSQL keeps no such sign
    return step(assignment, State.ACCEPTED, by, comment, decided_at=timezone.now(), decided_by=by)


@transaction.atomic
def return_(assignment: Assignment, *, by: Membership, comment: str) -> Assignment:
    """Give the duty back with a remark; the next report starts a new round and its reporter is told."""
    _ask_decider(assignment, by)
    if not comment.strip():
        raise Refused("Напишите, что исправить: без замечания доклад не вернуть.")
    step(
        assignment,
        State.RETURNED,
        by,
        comment.strip(),
        decided_at=timezone.now(),
        decided_by=by,
        round=assignment.round + 1,
    )
    reminders.returned(assignment, comment.strip())
    return assignment


@dataclass(frozen=True)
class Bulk:
    """What came of accepting many at once: those accepted, and for the others why not."""

    accepted: list[Assignment]
    refused: list[tuple[Assignment, str]]


def accept_many(assignments: Iterable[Assignment], *, by: Membership) -> Bulk:
    """Accept each on its own: one that changed meanwhile does not hold up the others."""
    result = Bulk([], [])
    for assignment in assignments:
        try:
            result.accepted.append(accept(assignment, by=by))
        except Refused as refusal:
            result.refused.append((assignment, str(refusal)))
    return result


def _day(assignment: Assignment) -> datetime.date:
    """Today in the department."""
    return timezone.now().astimezone(assignment.department.tz).date()


def _ask_decider(assignment: Assignment, by: Membership) -> None:
    if not may_decide(assignment, by):
        raise Refused(
            "Принять или вернуть этот доклад может контролёр или начальник, но не сам исполнитель."
            if assignment.official_id
            else "Принять или вернуть доклад может методист или начальник, но не сам исполнитель."
        )


def _ask_helper(assignment: Assignment, by: Membership) -> None:
    if not may_help(assignment, by):
        raise Refused("О ходе работы докладывает исполнитель или соисполнитель поручения.")
