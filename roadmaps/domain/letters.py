"""Letters about one duty that go out at once: requests and their answers, handing over, messages."""

from __future__ import annotations

import datetime

from django.urls import reverse

from accounts.models import Membership
from notifications.domain import kinds
from notifications.domain.kinds import Letter
from notifications.domain.ledger import record
from notifications.models import Reminder
from roadmaps.domain.digest import bearer_name, title
from roadmaps.models import Assignment, AssignmentEvent, AssignmentRequest


def refresh(reminder: Reminder, _now: datetime.datetime) -> Letter | None:
    """Nothing is said of a duty that was withdrawn or deleted before the letter left; its key names the duty."""
    rows = Assignment.objects.filter(pk=int(reminder.key.split(":")[1]))
    if not rows.exclude(state=Assignment.State.CLOSED).exists():
        return None
    return Letter(reminder.subject, reminder.body, reminder.groups)


ASKED = kinds.register(kinds.Kind("asked", "Просьба исполнителя", refresh=refresh))
ANSWERED = kinds.register(kinds.Kind("answered", "Ответ на просьбу", refresh=refresh))
HANDED = kinds.register(kinds.Kind("handed", "Передано поручение", refresh=refresh))
MENTION = kinds.register(kinds.Kind("mention", "Сообщение по поручению", optional=True, refresh=refresh))
WITHDRAWN = kinds.register(kinds.Kind("withdrawn", "Поручения сняты"))


def asked(request: AssignmentRequest, text: str) -> None:
    """Tell the controller of a request: the bearer cannot go on without an answer."""
    assignment = request.assignment
    subject = f"Просьба: {bearer_name(assignment)}"
    _tell(
        assignment.controller,
        assignment,
        ASKED,
        key=f"asked:{assignment.pk}:{request.pk}",
        subject=subject,
        text=text,
    )


def answered(request: AssignmentRequest, text: str) -> None:
    """Tell the asker what was decided."""
    _tell(
        request.asked_by,
        request.assignment,
        ANSWERED,
        key=f"answered:{request.assignment_id}:{request.pk}",
        subject="Ответ на вашу просьбу",
        text=text,
    )


def handed(event: AssignmentEvent) -> None:
    """Tell whoever bears the duty now."""
    _tell(
        event.assignment.official,
        event.assignment,
        HANDED,
        key=f"handed:{event.assignment_id}:{event.pk}",
        subject="Вам передано поручение",
        text=event.comment,
    )


def mentioned(event: AssignmentEvent, member: Membership) -> None:
    """Tell a person of a message that is meant for them."""
    writer = event.by.user.short_name if event.by else "Портал"
    _tell(
        member,
        event.assignment,
        MENTION,
        key=f"mention:{event.assignment_id}:{event.pk}:{member.user_id}",
        subject=f"Сообщение по поручению: {writer}",
        text=event.comment,
    )


def _tell(
    member: Membership | None, assignment: Assignment, kind: kinds.Kind, *, key: str, subject: str, text: str
) -> None:
    if member is None or not member.is_active or not member.user.is_active:
        return
    record(
        key=key,
        recipient=member.user,
        department=assignment.department,
        membership=member,
        kind=kind.name,
        subject=subject,
        body=f"{title(assignment)}\n\n{text}",
        path=reverse("roadmaps:assignment", args=[assignment.pk]),
    )
