"""The ledger: a message is a row before it is mail (docs/decisions/0003-ledger-before-mail.md)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from accounts.models import Department, Membership, Role, User
from notifications.domain import kinds
from notifications.domain.rules import rules_of, speaking_from
from notifications.models import Reminder, ReminderQuerySet
from portal.lib.transitions import StaleTransition, move

State = Reminder.State


def record(
    *,
    key: str,
    recipient: User,
    department: Department,
    kind: str,
    subject: str,
    body: str,
    path: str = "",
    membership: Membership | None = None,
    groups: list[dict[str, Any]] | None = None,
    now: datetime.datetime | None = None,
) -> Reminder:
    """Write the message down once for its ``key``; a second call with the key changes nothing.

    It is sent from ``now`` on, in the hours in which the department writes; an urgent kind at once. ``path`` is
    where it leads, ``membership`` the role in which the person opens it.
    """
    moment = now or timezone.now()
    due_at = moment if kinds.of(kind).urgent else speaking_from(rules_of(department), moment)
    reminder, _ = Reminder.objects.get_or_create(
        key=key,
        defaults={
            "recipient": recipient,
            "department": department,
            "membership": membership,
            "kind": kind,
            "subject": subject[:250],
            "body": body,
            "groups": groups or [],
            "path": path,
            "due_at": due_at,
        },
    )
    return reminder


def record_each(
    members: Iterable[Membership],
    *,
    department: Department,
    key: str,
    kind: str,
    subject: str,
    body: str,
    path: str,
) -> None:
    """The same message to each of these people of the department, once for this ``key``; as `record`, all at once."""
    now = timezone.now()
    due_at = now if kinds.of(kind).urgent else speaking_from(rules_of(department), now)
    rows = [
        Reminder(
            key=f"{key}:{member.user_id}",
            recipient_id=member.user_id,
            department=department,
            membership=member,
            kind=kind,
            subject=subject[:250],
            body=body,
            path=path,
            due_at=due_at,
        )
        for member in members
    ]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def tell_admins(department: Department, *, key: str, kind: str, subject: str, body: str, path: str) -> None:
    """Each of the department's admins hears it once for this ``key``."""
    admins = Membership.objects.active().filter(department=department, role=Role.ADMIN, user__is_active=True)
    record_each(admins, department=department, key=key, kind=kind, subject=subject, body=body, path=path)


def settle(reminder: Reminder, state: str, **changes: Any) -> bool:
    """End a waiting message; False when somebody else has ended it meanwhile."""
    try:
        move(reminder, state, ended_at=timezone.now(), **changes)
    except StaleTransition:
        return False
    return True


def retry(reminder: Reminder) -> bool:
    """The admin lets a given-up message try again from the start."""
    return bool(retry_all(Reminder.objects.filter(pk=reminder.pk)))


def retry_all(rows: ReminderQuerySet) -> int:
    """All given-up ones among ``rows``, each from the start; return how many."""
    failed = Reminder.objects.filter(pk__in=rows.order_by().values("pk"), state=State.FAILED)
    return failed.update(
        state=State.WAITING, ended_at=None, claimed_at=None, attempts=0, due_at=timezone.now()
    )
