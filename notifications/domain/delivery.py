"""From the ledger to the mail server: claimed, checked once more, handed over, settled.

At least once with a bounded number of tries. What was claimed long ago and not settled (the process died in between)
is taken up again; a stable Message-ID lets the mailbox fold that rare repeat into one. A server that does not answer
is no fault of a message: it costs none of its tries, and the sweep ends there.
"""

from __future__ import annotations

import datetime
import logging
import smtplib
from datetime import timedelta

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Min, Q
from django.utils import timezone

from accounts.models import Department, Membership
from notifications.domain import kinds, ledger, mailboxes
from notifications.domain.letters import letter
from notifications.domain.rules import rules_of, speaking_from
from notifications.models import OptOut, Reminder, ReminderQuerySet, Rules

# How long to wait after the first, second … refusal of one message.
NOT_TAKEN = "Почтовый сервер не принял письмо. Его ответ:"
PATIENCE = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440)]
STALE_CLAIM = timedelta(minutes=10)
CLOCKS_DIFFER = timedelta(
    minutes=1
)  # a claim from further in the future was made before the clock was set back
SERVER_PAUSE = timedelta(minutes=5)
OUTLIVED = timedelta(days=7)  # a message that found no server for so long is given up
PER_SWEEP = 200
State = Reminder.State
log = logging.getLogger(__name__)


class ServerDown(Exception):
    """The mail server takes nothing at the moment."""


def sweep(
    now: datetime.datetime | None = None,
    connection: BaseEmailBackend | None = None,
    department: Department | None = None,
) -> int:
    """Send what is due at ``now``, at most `PER_SWEEP` messages; return how many were settled."""
    moment = now or timezone.now()
    waiting = unclaimed(Reminder.objects.waiting().filter(due_at__lte=moment)).order_by("due_at", "pk")
    if department:
        waiting = waiting.filter(department=department)
    rows = list(waiting.select_related("recipient", "department", "membership")[:PER_SWEEP])
    if not rows:
        return 0
    mail = connection or get_connection()
    rules: dict[int, Rules] = {}
    settled = 0
    try:
        for reminder in rows:
            if reminder.department_id not in rules:
                rules[reminder.department_id] = rules_of(reminder.department)
            settled += deliver(reminder, rules[reminder.department_id], moment, mail)
    except ServerDown as error:
        log.warning("The mail server takes nothing: %s", error.__cause__)
    finally:
        mail.close()
    return settled


def oldest_waiting() -> datetime.datetime | None:
    """Since when the message that waits longest is due and in nobody's hands; None when none is."""
    due = unclaimed(Reminder.objects.waiting().filter(due_at__lte=timezone.now()))
    oldest: datetime.datetime | None = due.aggregate(oldest=Min("due_at"))["oldest"]
    return oldest


def unclaimed(rows: ReminderQuerySet) -> ReminderQuerySet:
    """Held by nobody who may be alive. Claims are by the real clock, whatever moment is being played."""
    now = timezone.now()
    lost = Q(claimed_at__lte=now - STALE_CLAIM) | Q(claimed_at__gt=now + CLOCKS_DIFFER)
    return rows.filter(Q(claimed_at=None) | lost)


def deliver(reminder: Reminder, rules: Rules, now: datetime.datetime, mail: BaseEmailBackend) -> bool:
    """Whether the message was settled, in whatever way. False: not yet, or somebody else has it."""
    speaking = now if kinds.of(reminder.kind).urgent else speaking_from(rules, now)
    if speaking > now:  # a late holiday, or a try that came into the night
        Reminder.objects.waiting().filter(pk=reminder.pk).update(due_at=speaking)
        return False
    if not claim(reminder):
        return False
    if not freshen(reminder, now):
        return True
    if why := why_not_by_mail(reminder):
        return ledger.settle(reminder, State.PORTAL, problem=why)
    return hand_over(reminder, now, mail)


def claim(reminder: Reminder) -> bool:
    """Exactly one sweep holds the row; the tries are counted before anything can go wrong."""
    mine = unclaimed(Reminder.objects.waiting().filter(pk=reminder.pk))
    taken = mine.update(claimed_at=timezone.now(), attempts=F("attempts") + 1)
    reminder.attempts += taken
    return bool(taken)


def freshen(reminder: Reminder, now: datetime.datetime) -> bool:
    """Say what is true now; False when nothing is left to say, or nobody to say it to."""
    works = Membership.objects.active().filter(user=reminder.recipient_id, department=reminder.department_id)
    if not reminder.recipient.is_active or not works.exists():
        ledger.settle(reminder, State.DROPPED, problem="Человек больше не работает в отделе.")
        return False
    refresh = kinds.of(reminder.kind).refresh
    if refresh is None:
        return True
    fresh = refresh(reminder, now)
    if fresh is None:
        ledger.settle(reminder, State.DROPPED, problem="К отправке напоминать уже было не о чем.")
        return False
    reminder.subject, reminder.body, reminder.groups = fresh.subject[:250], fresh.body, fresh.groups
    reminder.save(update_fields=["subject", "body", "groups"])
    return True


def why_not_by_mail(reminder: Reminder) -> str:
    """Why the message stays in the portal; "" when it is mailed."""
    user = reminder.recipient
    if not user.email:
        return "У человека нет электронной почты."
    if kinds.of(reminder.kind).optional and OptOut.objects.filter(user=user, kind=reminder.kind).exists():
        return "Человек отказался от писем этого вида."
    if mailboxes.is_refused(user):
        return "Почтовый сервер не знает этого адреса."
    return ""


def hand_over(reminder: Reminder, now: datetime.datetime, mail: BaseEmailBackend) -> bool:
    """Give it to the server. Raises `ServerDown` for a fault that the next message would meet too."""
    try:
        mail.open()
        letter(reminder, mail).send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        return refused(reminder, error, now)
    except (smtplib.SMTPNotSupportedError, ValueError) as error:  # an address nobody can write to
        return postpone(reminder, error, now)
    except OSError as error:  # every other fault of smtplib is one
        wait_for_server(reminder, error, now)
        raise ServerDown from error
    return ledger.settle(reminder, State.SENT, address=reminder.recipient.email, problem="")


def refused(reminder: Reminder, error: smtplib.SMTPException, now: datetime.datetime) -> bool:
    """The server said no to this message: for good (5xx) or for now (4xx)."""
    code, answer = _answer(error, reminder.recipient.email)
    if not 500 <= code < 600:
        return postpone(reminder, error, now)
    settled = ledger.settle(reminder, State.FAILED, problem=f"{NOT_TAKEN} {code} {answer}"[:500])
    if settled and isinstance(error, smtplib.SMTPRecipientsRefused):
        mailboxes.refuse(reminder, f"{code} {answer}")
    return settled


def _answer(error: smtplib.SMTPException, address: str) -> tuple[int, str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = error.recipients.get(address) or next(iter(error.recipients.values()))
        return code, said.decode("utf-8", "replace")
    assert isinstance(error, smtplib.SMTPResponseException)  # noqa: S101 -- the other of the two
    text = error.smtp_error
    return error.smtp_code, text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def postpone(reminder: Reminder, error: Exception, now: datetime.datetime) -> bool:
    """Try again later, or give up after the last try and leave the reason in the ledger."""
    problem = f"{type(error).__name__}: {error}"[:500]
    log.warning("Reminder %s: %s", reminder.pk, problem)
    if reminder.attempts >= len(PATIENCE):
        return ledger.settle(reminder, State.FAILED, problem=problem)
    later = now + PATIENCE[reminder.attempts - 1]
    Reminder.objects.waiting().filter(pk=reminder.pk).update(problem=problem, claimed_at=None, due_at=later)
    return False


def wait_for_server(reminder: Reminder, error: Exception, now: datetime.datetime) -> None:
    """Back into the queue, behind those that were not tried yet."""
    problem = f"Почтовый сервер не отвечает. {type(error).__name__}: {error}"[:500]
    if reminder.created_at < timezone.now() - OUTLIVED:
        ledger.settle(reminder, State.FAILED, problem=problem)
        return
    Reminder.objects.waiting().filter(pk=reminder.pk).update(
        problem=problem, claimed_at=None, due_at=now + SERVER_PAUSE, attempts=F("attempts") - 1
    )
