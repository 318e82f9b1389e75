"""One-time links by which new people come in."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from functools import partial
from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction
from django.utils import timezone

from accounts.domain import audit, letters, people
from accounts.models import Invitation, Membership, User
from portal.lib.refusals import Refused

LIFETIME = timedelta(days=14)


class Way(StrEnum):
    """How a link reaches the person."""

    LETTER = "letter"
    HANDED = "handed"  # the department's admin passes it on
    PRINTED = "printed"  # the server's own command shows it to whoever looks after the portal


class Reason(StrEnum):
    """Why a link opens nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    REPLACED = "replaced"
    LEFT = "left"


SAID = {
    Way.LETTER: "Отправлено приглашение",
    Way.HANDED: "Создана ссылка для передачи лично",
    Way.PRINTED: "Ссылка для входа создана на сервере",
}


class Closed(Refused):
    """The link opens nothing; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@transaction.atomic
def invite(membership: Membership, *, by: Membership | None, way: Way = Way.LETTER) -> Invitation:
    """Send the person a letter with a one-time link; the newest link replaces the older ones of this membership.

    The answer's ``link`` is known to this call only, the database keeps a hash. ``delivered`` says, once the
    transaction is over, whether the mail server took the letter. Whoever has a password gets a letter without a link.
    Raises `Refused` for a person who has left, and where a handed link would open an account that is not this
    department's alone. A printed link is for everybody: it is the way back for an only admin who is locked out.
    """
    user = membership.user
    if not membership.is_active:
        raise Refused(f"{user} больше не работает в отделе. Сначала верните роль или добавьте новую.")
    if way == Way.HANDED:
        _check_may_be_handed(membership)
    needs_link = way == Way.PRINTED or not user.has_usable_password()
    now, token = timezone.now(), token_urlsafe(32)
    membership.invitations.open().update(revoked_at=now)
    invitation = Invitation.objects.create(
        membership=membership,
        token_hash=_hash(token),
        created_by=by,
        handed=way == Way.HANDED,
        expires_at=now + LIFETIME,
        accepted_at=None if needs_link else now,
    )
    invitation.link = letters.absolute("accounts:invitation", token) if needs_link else ""
    audit.record(
        "accounts.invited",
        f"{SAID[way]}: {user.get_full_name()}",
        by=by,
        department=membership.department,
        subject=membership,
        email=user.email,
    )
    if way == Way.LETTER:
        transaction.on_commit(partial(_deliver, invitation))
    return invitation


def _check_may_be_handed(membership: Membership) -> None:
    if membership.user.has_usable_password():
        raise Refused(
            "У человека уже есть пароль. Если он забыт, поможет «Забыли пароль?» на странице входа."
        )
    if not people.belongs_only_to(membership.user, membership.department):
        raise Refused("Человек работает и в другом отделе, поэтому ссылка может прийти только ему на почту.")


def _deliver(invitation: Invitation) -> None:
    membership = invitation.membership
    invitation.delivered = letters.try_to_send(
        "invitation",
        to=membership.user.email,
        subject=f"Вам открыт доступ: {membership.department}",
        invitation=invitation,
        membership=membership,
        login=letters.absolute("accounts:login"),
    )


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def open_by(token: str) -> Invitation:
    """The invitation that this link opens; raises `Closed`."""
    invitation = (
        Invitation.objects.select_related("membership__user", "membership__department")
        .filter(token_hash=_hash(token))
        .first()
    )
    if invitation is None:
        raise Closed(Reason.UNKNOWN)
    if reason := _why_closed(invitation):
        raise Closed(reason)
    return invitation


def _why_closed(invitation: Invitation) -> Reason | None:
    membership = invitation.membership
    if invitation.accepted_at or (invitation.handed and membership.user.has_usable_password()):
        return Reason.USED
    if not membership.is_active or not membership.user.is_active:
        return Reason.LEFT
    if invitation.revoked_at:
        return Reason.REPLACED
    return Reason.EXPIRED if invitation.is_expired else None


@transaction.atomic
def accept(token: str, *, password: str, last_name: str, first_name: str, patronymic: str) -> Membership:
    """Set the person's password and checked name; exactly one caller with this link wins, the others get `Closed`.

    All their other links close with it: one log-in serves every department.
    """
    invitation = open_by(token)
    now = timezone.now()
    if not Invitation.objects.open().filter(pk=invitation.pk, expires_at__gt=now).update(accepted_at=now):
        raise Closed(Reason.USED)
    user = invitation.membership.user
    user.last_name, user.first_name, user.patronymic = (
        last_name.strip(),
        first_name.strip(),
        patronymic.strip(),
    )
    user.email_unproven = invitation.handed
    user.set_password(password)
    user.save(update_fields=["last_name", "first_name", "patronymic", "email_unproven", "password"])
    close_all(user)
    audit.record(
        "accounts.invitation_accepted",
        f"Принято приглашение: {user.get_full_name()}",
        by=invitation.membership,
        subject=invitation.membership,
    )
    return invitation.membership


def close_all(user: User) -> None:
    """Nobody comes in by an older link once the person has chosen a password."""
    Invitation.objects.open().filter(membership__user=user).update(accepted_at=timezone.now())
