"""Messages that are recorded before they are sent, and sent once.

At least once with a bounded number of tries: a row is claimed, handed to the mail server, then marked sent. What was
claimed long ago and not sent (the process died in between) is taken up again; a stable Message-ID lets the mailbox
fold that rare repeat into one.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Department, User
from notifications.models import Reminder

# How long to wait after the first, second … failed try: a mail server may be down for a day.
PATIENCE = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440)]
STALE_CLAIM = timedelta(minutes=10)
PER_SWEEP = 200  # a cap, so that no fault can flood people
log = logging.getLogger(__name__)


def record(
    *,
    key: str,
    recipient: User,
    department: Department,
    kind: str,
    subject: str,
    body: str,
    path: str = "",
    due_at: datetime | None = None,
) -> Reminder:
    """Write the message down once for its ``key``; a second call with the key changes nothing.

    ``path`` is where the link in the message leads; ``due_at`` is the earliest moment of sending.
    """
    reminder, _ = Reminder.objects.get_or_create(
        key=key,
        defaults={
            "recipient": recipient,
            "department": department,
            "kind": kind,
            "subject": subject[:250],
            "body": body,
            "path": path,
            "due_at": due_at or timezone.now(),
        },
    )
    return reminder


def sweep() -> int:
    """Send what is due, at most `PER_SWEEP` messages; return how many the mail server took."""
    now = timezone.now()
    unclaimed = Q(claimed_at=None) | Q(claimed_at__lte=now - STALE_CLAIM)
    waiting = Reminder.objects.filter(unclaimed, sent_at=None, gave_up_at=None, due_at__lte=now)
    rows = list(waiting.order_by("due_at", "pk").select_related("recipient", "department")[:PER_SWEEP])
    if not rows:
        return 0
    connection = get_connection()
    try:
        return sum(send(reminder, connection) for reminder in rows)
    finally:
        connection.close()


def send(reminder: Reminder, connection: BaseEmailBackend) -> bool:
    """Claim, hand over, mark. False when another sweep has it or the mail server refused."""
    now = timezone.now()
    unclaimed = Q(claimed_at=None) | Q(claimed_at__lte=now - STALE_CLAIM)
    mine = Reminder.objects.filter(unclaimed, pk=reminder.pk, sent_at=None, gave_up_at=None)
    if not mine.update(claimed_at=now, attempts=F("attempts") + 1):
        return False
    try:
        message(reminder, connection).send()
    except (
        OSError,
        smtplib.SMTPException,
        ValueError,
    ) as error:  # ValueError: an address nobody can write to
        log.warning("Reminder %s: %s", reminder.pk, error)
        postpone(reminder, error)
        return False
    Reminder.objects.filter(pk=reminder.pk).update(sent_at=timezone.now(), problem="")
    return True


def postpone(reminder: Reminder, error: Exception) -> None:
    """Try again later, or give up after the last try and leave the reason in the ledger."""
    tries = reminder.attempts + 1
    changes: dict[str, object] = {"problem": f"{type(error).__name__}: {error}"[:500], "claimed_at": None}
    if tries >= len(PATIENCE):
        changes["gave_up_at"] = timezone.now()
    else:
        changes["due_at"] = timezone.now() + PATIENCE[tries - 1]
    Reminder.objects.filter(pk=reminder.pk).update(**changes)


def retry(reminder: Reminder) -> bool:
    """The admin lets a given-up message try again from the start."""
    return bool(
        Reminder.objects.filter(pk=reminder.pk, sent_at=None)
        .exclude(gave_up_at=None)
        .update(gave_up_at=None, claimed_at=None, attempts=0, due_at=timezone.now())
    )


def mark_read(shown: Iterable[Reminder]) -> None:
    """The person has seen these."""
    unread = Reminder.objects.filter(pk__in=[reminder.pk for reminder in shown], read_at=None)
    unread.update(read_at=timezone.now())


def message(reminder: Reminder, connection: BaseEmailBackend) -> EmailMessage:
    link = f"\n\nОткрыть: {settings.PORTAL_URL}{reminder.path}" if reminder.path else ""
    sender_host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return EmailMessage(
        subject=" ".join(reminder.subject.split()),  # a name with a line end must not become a header
        body=f"{reminder.body}{link}\n\n-- \n{reminder.department.name}\nПортал дорожных карт\n",
        to=[reminder.recipient.email],
        headers={"Message-ID": f"<reminder-{reminder.pk}@{sender_host}>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
