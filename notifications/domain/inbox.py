"""A person's own messages in the portal: read and unread."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Membership
from notifications.models import Reminder, ReminderQuerySet


def of(member: Membership) -> ReminderQuerySet:
    """What this person was told in this department, the newest first."""
    rows: ReminderQuerySet = Reminder.objects.visible_to(member).filter(recipient=member.user_id)
    return rows.told()


def mark(reminder: Reminder, *, read: bool) -> None:
    """Read or, to come back to it, unread."""
    rows = Reminder.objects.filter(pk=reminder.pk, read_at__isnull=read)
    rows.update(read_at=timezone.now() if read else None)


def mark_all_read(member: Membership) -> int:
    """Everything up to now; return how many were new."""
    return of(member).filter(read_at=None).order_by().update(read_at=timezone.now())
