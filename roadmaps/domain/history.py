"""A duty's history: every step is taken by one winner and leaves a row that nobody changes."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Membership
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from roadmaps.models import Assignment, AssignmentEvent

Kind = AssignmentEvent.Kind


def step(assignment: Assignment, to: str, by: Membership, comment: str = "", **changes: object) -> Assignment:
    """Compare-and-set with its history row; the loser of a race is told what the duty is now (`Refused`)."""
    before = assignment.state
    try:
        move(assignment, to, **changes)
    except StaleTransition:
        assignment.refresh_from_db()
        raise Refused(_stale(assignment)) from None
    assignment.events.create(before=before, state=to, by=by, comment=comment)
    return assignment


def note(assignment: Assignment, kind: Kind, *, by: Membership, comment: str) -> AssignmentEvent:
    """Something that happened to the duty without changing its state."""
    return assignment.events.create(kind=kind, state=assignment.state, by=by, comment=comment)


def _stale(assignment: Assignment) -> str:
    state = assignment.get_state_display()
    last = assignment.events.filter(kind=Kind.STATE).select_related("by__user").last()
    who = (
        f" ({last.by.user.short_name}, {timezone.localtime(last.at):%d.%m.%Y в %H:%M})"
        if last and last.by
        else ""
    )
    return f"Поручение уже изменилось: сейчас оно «{state}»{who}. Обновите страницу и проверьте."
