"""Forgotten and changed passwords."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.domain import audit, invitations, letters
from accounts.models import Membership, User

PAUSE = 120  # seconds between two letters to one person


def request_reset(email: str) -> None:
    """Have a letter sent, in the background: neither answer nor time taken tell whether there is such a person."""
    from accounts.tasks import send_password_reset

    send_password_reset.delay(email)


def send_reset(email: str) -> None:
    """Send the letter; raises `smtplib.SMTPException` or `OSError` when the mail server refuses, to be tried again."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None or not user.has_usable_password():
        return
    key = f"accounts.reset.{user.pk}"
    if not cache.add(key, 1, timeout=PAUSE):
        return
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    link = letters.absolute("accounts:password_reset_confirm", uid, default_token_generator.make_token(user))
    try:
        letters.send(
            "password_reset", to=user.email, subject="Новый пароль для портала", user=user, link=link
        )
    except Exception:
        cache.delete(key)
        raise


@transaction.atomic
def set_after_letter(user: User, *, password: str) -> None:
    """The person came by the letter's link: the mailbox is theirs."""
    user.email_unproven = False
    _set(user, password)
    audit.record("accounts.password_reset", "Пароль задан заново по письму", by=_member(user), user=user)


@transaction.atomic
def change(user: User, *, password: str) -> None:
    """The person knew the old one; every other session of theirs ends."""
    _set(user, password)
    audit.record("accounts.password_changed", "Пароль изменён", by=_member(user), user=user)


def _set(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password", "email_unproven"])
    invitations.close_all(user)


def _member(user: User) -> Membership | None:
    return Membership.objects.active().filter(user=user).select_related("department", "user").first()
