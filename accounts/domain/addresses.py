"""Another e-mail for one's own account: a letter to the new mailbox proves it, the old one is told."""

from __future__ import annotations

from django.core import signing
from django.core.cache import cache
from django.db import IntegrityError, transaction

from accounts.domain import audit, invitations, letters, people
from accounts.models import Membership, User
from portal.lib.refusals import Refused

LIFETIME = 24 * 60 * 60
PAUSE = 120  # seconds between two letters of one person
SALT = "accounts.address"
CLOSED = (
    "Ссылка не годится: она действует сутки и один раз, для того, кто её попросил. Попросите новую на странице "
    "«Мои данные»."
)


def ask(user: User, *, email: str, password: str) -> str:
    """Send a link to the new mailbox; return the address as the portal will keep it. Nothing changes yet.

    Raises `Refused` for a wrong password, an address that is somebody's, or one the mail server does not take.
    """
    if not user.check_password(password):
        raise Refused("Пароль не подходит. Проверьте раскладку и Caps Lock.")
    email = people.checked_email(email)
    if email == user.email:
        raise Refused("Это и есть ваша почта.")
    if User.objects.filter(email__iexact=email).exists():
        raise Refused("С этой почтой в портале уже есть человек.")
    key = f"accounts.address.{user.pk}"
    if not cache.add(key, 1, timeout=PAUSE):
        raise Refused("Письмо отправлено меньше двух минут назад. Подождите немного и попробуйте снова.")
    token = signing.dumps([user.pk, user.email, email], salt=SALT, compress=True)
    link = letters.absolute("accounts:email_confirm", token)
    if not letters.try_to_send(
        "new_address", to=email, subject="Новая почта для портала", user=user, link=link
    ):
        cache.delete(key)
        raise Refused(f"Почтовый сервер не принял письмо на {email}. Проверьте адрес.")
    return email


def asked(token: str, *, by: User) -> str:
    """The new address for which this link was made; raises `Refused` unless it is this person's, fresh and unused."""
    try:
        pk, old, new = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        raise Refused(CLOSED) from None
    if (pk, old) != (by.pk, by.email):
        raise Refused(CLOSED)
    return str(new)


@transaction.atomic
def confirm(token: str, *, by: User, member: Membership | None) -> str:
    """Log-in and letters by the new address from now on; the old one is told. Returns the new one."""
    new, old = asked(token, by=by), by.email
    try:
        with transaction.atomic():
            changed = User.objects.filter(pk=by.pk, email=old).update(email=new, email_unproven=False)
    except IntegrityError:
        raise Refused("С этой почтой в портале уже есть человек.") from None
    if not changed:
        raise Refused(CLOSED)
    by.email, by.email_unproven = new, False
    invitations.close_all(by)
    audit.record(
        "accounts.address_changed", f"Сменил(а) почту: {by.get_full_name()}", by=member, user=by, subject=by,
        changed={"электронная почта": [old, new]},
    )  # fmt: skip
    transaction.on_commit(lambda: _tell_old(by, old))
    return new


def _tell_old(user: User, old: str) -> None:
    letters.try_to_send("old_address", to=old, subject="Почта в портале изменена", user=user)
