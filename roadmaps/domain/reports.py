"""The life of one duty: reported with proof, accepted or returned, each step by one winner and with a history row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Role
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from roadmaps.domain import evidence, reminders
from roadmaps.models import Assignment

State = Assignment.State
DECIDERS = (Role.METHODIST, Role.HEAD)


NO_PROOF = "Приложите хотя бы одно подтверждение: файл, ссылку или пояснение."
WITHDRAWN = "Доклад отозван."
NOT_YOURS = "Доложить и отозвать доклад может только исполнитель поручения."


def may_report(assignment: Assignment, member: Membership) -> bool:
    """The school's own deputies, or the official themself, in whichever of their roles they are now."""
    if assignment.department_id != member.department_id:
        return False
    if assignment.official_id is not None:
        return assignment.official.user_id == member.user_id  # type: ignore[union-attr]
    post = getattr(member, "post", None)  # a deputy may be waiting for their school
    return member.role == Role.DEPUTY and post is not None and assignment.school_id == post.school_id


def may_decide(assignment: Assignment, member: Membership) -> bool:
    """Methodists and heads decide on schools; on an official the controller or a head, never the reporter.

    A head's own duty may be accepted by any methodist: nobody stands above.
    """
    if assignment.department_id != member.department_id or member.role not in DECIDERS:
        return False
    official, reporter = assignment.official, assignment.reported_by
    if member.user_id in {person.user_id for person in (official, reporter) if person}:
        return False
    above = member.role == Role.HEAD or member.pk == assignment.controller_id
    return official is None or above or official.role == Role.HEAD


@transaction.atomic
def report(assignment: Assignment, *, by: Membership, link: str = "", note: str = "") -> Assignment:
    """Send the duty for acceptance. It rests on at least one file, link or note of this round.

    Raises `Refused` when there is no proof, or when somebody has reported already.
    """
    if not may_report(assignment, by):
        raise Refused(NOT_YOURS)
    link, note = evidence.clean_link(link), note.strip()
    if not (link or note or evidence.of_round(assignment).exists()):
        raise Refused(NO_PROOF)
    _move(assignment, State.REPORTED, by, reported_at=timezone.now(), reported_by=by, draft={})
    evidence.append_text(assignment, by=by, link=link, note=note)
    if not evidence.of_round(assignment).exists():  # the last file was removed while we came here
        raise Refused(NO_PROOF)
    reminders.reported(assignment)
    return assignment


@transaction.atomic
def withdraw(assignment: Assignment, *, by: Membership) -> Assignment:
    """Take the report back before the decision; the proof stays attached and may be changed again."""
    if not may_report(assignment, by):
        raise Refused(NOT_YOURS)
    if assignment.decided_at is None:
        return _move(assignment, State.ASSIGNED, by, WITHDRAWN, reported_at=None, reported_by=None)
    return _move(assignment, State.RETURNED, by, WITHDRAWN)


@transaction.atomic
def accept(assignment: Assignment, *, by: Membership, comment: str = "") -> Assignment:
    """Close the duty. Its evidence cannot be removed any more."""
    _ask_decider(assignment, by)
    comment = comment.replace("\x00", "").strip()  # PostgreSQL keeps no such sign
    return _move(assignment, State.ACCEPTED, by, comment, decided_at=timezone.now(), decided_by=by)


@transaction.atomic
def return_(assignment: Assignment, *, by: Membership, comment: str) -> Assignment:
    """Give the duty back with a remark; the next report starts a new round and its reporter is told."""
    _ask_decider(assignment, by)
    if not comment.strip():
        raise Refused("Напишите, что исправить: без замечания доклад не вернуть.")
    _move(
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


def _ask_decider(assignment: Assignment, by: Membership) -> None:
    if not may_decide(assignment, by):
        raise Refused(
            "Принять или вернуть этот доклад может контролёр или начальник, но не сам исполнитель."
            if assignment.official_id
            else "Принять или вернуть доклад может методист или начальник, но не сам исполнитель."
        )


def _move(
    assignment: Assignment, to: str, by: Membership, comment: str = "", **changes: object
) -> Assignment:
    """Compare-and-set with its history row; the loser of a race is told what the duty is now."""
    before = assignment.state
    try:
        move(assignment, to, **changes)
    except StaleTransition:
        assignment.refresh_from_db()
        raise Refused(_stale(assignment)) from None
    assignment.events.create(before=before, state=to, by=by, comment=comment)
    return assignment


def _stale(assignment: Assignment) -> str:
    state = assignment.get_state_display()
    last = assignment.events.select_related("by__user").last()
    who = (
        f" ({last.by.user.short_name}, {timezone.localtime(last.at):%d.%m.%Y в %H:%M})"
        if last and last.by
        else ""
    )
    return f"Поручение уже изменилось: сейчас оно «{state}»{who}. Обновите страницу и проверьте."
