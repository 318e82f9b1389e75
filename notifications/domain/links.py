"""Signed links of a message: one click to one page, and out of a kind of mail.

A link never logs anybody in. It leads its own reader, once and for a week, to the page it was made for, in the role
in which they were written to; whoever is not logged in logs in first. The way out of an optional kind works without
a log-in, and for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import Membership, User
from notifications.domain import inbox, kinds
from notifications.models import OpenedLink, OptOut, Reminder
from portal.lib.refusals import Refused

LIFETIME = timedelta(days=7)
TO_A_PAGE, WAY_OUT = "notifications.page", "notifications.way_out"


class Reason(StrEnum):
    """Why a link leads nowhere by itself."""

    BROKEN = "broken"
    EXPIRED = "expired"
    USED = "used"
    FOREIGN = "foreign"


class Closed(Refused):
    """The link does not open its page; ``path`` is the page, for a reader who may look for themself."""

    def __init__(self, reason: Reason, path: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.path = reason, path


@dataclass(frozen=True)
class Target:
    """Where a link leads, and in which of the reader's roles."""

    path: str
    membership: Membership | None


def page_link(reminder: Reminder, path: str, membership: int | None) -> str:
    """An absolute one-click address of ``path``."""
    token = signing.dumps([reminder.pk, path, membership], salt=TO_A_PAGE, compress=True)
    return f"{settings.PORTAL_URL}{reverse('notifications:go', args=[token])}"


def follow(token: str, *, by: User) -> Target:
    """Where the link leads this reader; opens once. Raises `Closed`."""
    try:
        pk, path, member = signing.loads(token, salt=TO_A_PAGE)
    except signing.BadSignature:
        raise Closed(Reason.BROKEN) from None
    reminder = Reminder.objects.filter(pk=pk).first()
    if reminder is None:
        raise Closed(Reason.BROKEN)
    if reminder.recipient_id != by.pk:
        raise Closed(Reason.FOREIGN)
    try:
        signing.loads(token, salt=TO_A_PAGE, max_age=LIFETIME)
    except signing.SignatureExpired:
        raise Closed(Reason.EXPIRED, path) from None
    inbox.mark(reminder, read=True)
    _, first = OpenedLink.objects.get_or_create(reminder=reminder, path=path)
    if not first:
        raise Closed(Reason.USED, path)
    return Target(path, _role(reminder, member))


def _role(reminder: Reminder, member: int | None) -> Membership | None:
    """The membership the message was meant for; when that one has ended, another in the same department."""
    own = Membership.objects.active().filter(user=reminder.recipient_id, department=reminder.department_id)
    return own.filter(pk=member or 0).first() or own.order_by("created_at", "pk").first()


def way_out(user: User, kind: str) -> str:
    """An absolute address at which this person leaves this kind of mail."""
    token = signing.dumps([user.pk, kind], salt=WAY_OUT, compress=True)
    return f"{settings.PORTAL_URL}{reverse('notifications:unsubscribe', args=[token])}"


def leaving(token: str) -> tuple[User, kinds.Kind]:
    """Whose way out of which mail it is; raises `Closed` when the link is not ours or the mail is obligatory."""
    try:
        pk, name = signing.loads(token, salt=WAY_OUT)
    except signing.BadSignature:
        raise Closed(Reason.BROKEN) from None
    user, kind = User.objects.filter(pk=pk).first(), kinds.of(name)
    if user is None or not kind.optional:
        raise Closed(Reason.BROKEN)
    return user, kind


def choose(user: User, kind: kinds.Kind, *, mail: bool) -> None:
    """Whether this optional kind comes by mail; the inbox has it either way."""
    if not kind.optional:
        raise Refused("От этих писем отказаться нельзя: они о ваших обязанностях.")
    if mail:
        OptOut.objects.filter(user=user, kind=kind.name).delete()
    else:
        OptOut.objects.get_or_create(user=user, kind=kind.name)


def refused_kinds(user: User) -> set[str]:
    return set(OptOut.objects.filter(user=user).values_list("kind", flat=True))
