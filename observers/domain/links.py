"""The way in of an observer without an account: a one-time link, sealed, kept as a hash, with an end, revocable.

The link alone shows a page with a button, so that a mail program that looks at links spends none. The button opens
the observer's visits in this browser until the link's end; the same link opens nothing in a second browser.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership
from observers.models import Observer, ObserverLink
from portal.lib.refusals import Refused

LIFETIME = timedelta(days=45)  # a campaign and the fortnight before it
SEAL = signing.Signer(salt="observers.link")


class Reason(StrEnum):
    """Why a link opens nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    OVER = "over"


class Closed(Refused):
    """The link opens nothing; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@transaction.atomic
def issue(observer: Observer, *, by: Membership) -> tuple[ObserverLink, str]:
    """A new link and its address, which nobody can read again; the observer's older links close at once."""
    if observer.left_on is not None:
        raise Refused(f"{observer} выбыл из банка: сначала верните его, потом дайте ссылку.")
    revoke(observer, by=by, silent=True)
    token = SEAL.sign(token_urlsafe(24))
    link = ObserverLink.objects.create(
        observer=observer,
        token_hash=_hash(token),
        created_by=by,
        expires_at=timezone.now() + LIFETIME,
    )
    audit.record("observers.link_issued", f"Создана ссылка наблюдателя: {observer}", by=by, subject=observer)
    return link, f"{settings.PORTAL_URL}{reverse('observers:enter', args=[token])}"


@transaction.atomic
def revoke(observer: Observer, *, by: Membership, silent: bool = False) -> int:
    """Close every link of the observer; whoever came in by one is out with the next request. How many it were."""
    standing = observer.links.filter(revoked_at=None, expires_at__gt=timezone.now())
    revoked = standing.update(revoked_at=timezone.now())
    if revoked and not silent:
        audit.record(
            "observers.link_revoked", f"Отозвана ссылка наблюдателя: {observer}", by=by, subject=observer
        )
    return revoked


def verify(token: str) -> ObserverLink:
    """The link that this token may open for the first time; raises `Closed`."""
    try:
        SEAL.unsign(token)
    except signing.BadSignature:
        raise Closed(Reason.UNKNOWN) from None
    link = ObserverLink.objects.select_related("observer__department").filter(token_hash=_hash(token)).first()
    if link is None:
        raise Closed(Reason.UNKNOWN)
    if not link.is_standing or link.observer.left_on is not None:
        raise Closed(Reason.OVER)
    if link.used_at is not None:
        raise Closed(Reason.USED)
    return link


@transaction.atomic
def use(token: str) -> ObserverLink:
    """Spend the link: exactly one caller gets in, the others are told that it was used."""
    link = verify(token)
    now = timezone.now()
    if not ObserverLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None).update(used_at=now):
        raise Closed(Reason.USED)
    audit.record(
        "observers.link_used",
        f"Наблюдатель вошёл по ссылке: {link.observer}",
        department=link.observer.department,
        subject=link.observer,
    )
    return link


def inside(pk: int) -> Observer | None:
    """Whose visits a browser that came in by this link may see now: nobody's once it is revoked or over."""
    standing = ObserverLink.objects.filter(pk=pk, revoked_at=None, expires_at__gt=timezone.now())
    link = standing.exclude(used_at=None).select_related("observer__department").first()
    return link.observer if link and link.observer.left_on is None else None


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
