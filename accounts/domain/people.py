"""Who belongs to a department, and in which roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Invitation, Membership, Role, User
from portal.lib.names import folded
from portal.lib.refusals import Refused

CLOSED_BY_OPERATOR = "Вход этому человеку закрыт. Открыть его может тот, кто обслуживает портал."
EMAIL_TAKEN = (
    "С этой почтой в портале уже есть человек. Добавьте в отдел его: «Добавить человека» с этой же почтой."
)
LAST_ADMIN = (
    "Это последний администратор отдела, который может войти: без него никто не сможет управлять людьми. "
    "Сначала добавьте другого администратора и дождитесь, пока он примет приглашение."
)


@transaction.atomic
def add_member(
    *,
    department: Department,
    by: Membership | None,
    email: str,
    last_name: str,
    first_name: str = "",
    patronymic: str = "",
    role: str,
    position: str = "",
) -> Membership:
    """Give a person a role in the department; a new person gets no password yet: see `invitations.invite`.

    A person whom the portal knows already (by e-mail, in any case) keeps their own name. Raises `Refused` when they
    hold the role already or may not log in. ``by`` is None for the one who looks after the portal.
    """
    user = _person(email=email, last_name=last_name, first_name=first_name, patronymic=patronymic)
    if not user.is_active:
        raise Refused(CLOSED_BY_OPERATOR)
    if role != Role.DEPUTY and _holds(user, department, role):
        raise Refused(f"{user} уже работает в отделе в роли «{Role(role).label}».")
    if user.memberships.exclude(department=department).exists():
        _take_keys_back(user)
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user=user, department=department, role=role, position=position.strip()
            )
    except IntegrityError as error:  # two admins at once
        raise Refused(f"{user} уже работает в отделе в роли «{Role(role).label}».") from error
    audit.record(
        "accounts.member_added",
        f"Дана роль «{Role(role).label}»: {user.get_full_name()}",
        by=by,
        department=department,
        subject=membership,
        email=user.email,
    )
    return membership


@transaction.atomic
def add_person(
    *,
    department: Department,
    by: Membership | None,
    email: str,
    last_name: str,
    first_name: str = "",
    patronymic: str = "",
    roles: Sequence[str],
    position: str = "",
) -> list[Membership]:
    """Give a person several roles at once: all of them or, with `Refused`, none."""
    return [
        add_member(
            department=department,
            by=by,
            email=email,
            last_name=last_name,
            first_name=first_name,
            patronymic=patronymic,
            role=role,
            position=position,
        )
        for role in roles
    ]


def _person(*, email: str, last_name: str, first_name: str, patronymic: str) -> User:
    email = checked_email(email)
    if user := User.objects.filter(email__iexact=email).first():
        return user
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email,
                last_name=last_name.strip(),
                first_name=first_name.strip(),
                patronymic=patronymic.strip(),
            )
    except IntegrityError:  # another department adds the same person at this moment
        return User.objects.get(email__iexact=email)


def checked_email(email: str) -> str:
    """The address as the portal keeps it; raises `Refused` when it is none."""
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise Refused(
            f"«{email}» не похоже на адрес электронной почты; пример: ivanova@example.ru."
        ) from error
    return email.strip().lower()


def _holds(user: User, department: Department, role: str) -> bool:
    return Membership.objects.active().filter(user=user, department=department, role=role).exists()


def _take_keys_back(user: User) -> None:
    """An admin of another department may hold a link to this account, or have chosen its password with one.

    Such an account must not open this department's doors: it waits for its owner to open a letter.
    """
    handed = Invitation.objects.open().filter(membership__user=user, handed=True)
    handed.update(revoked_at=timezone.now())
    if user.email_unproven:
        user.set_unusable_password()
        user.email_unproven = False
        user.save(update_fields=["password", "email_unproven"])


@transaction.atomic
def end_membership(membership: Membership, *, by: Membership) -> None:
    """The person leaves this role; access ends with the next request, history stays. Ending twice is harmless.

    Raises `Refused` for the last admin able to log in.
    """
    # On PostgreSQL this row is the lock by which two admins who remove each other take turns; SQLite's immediate
    # transactions do so by themselves.
    Department.objects.filter(pk=membership.department_id).update(code=F("code"))
    if membership.role == Role.ADMIN and not _other_admins(membership):
        raise Refused(LAST_ADMIN)
    now = timezone.now()
    if not Membership.objects.active().filter(pk=membership.pk).update(ended_at=now):
        return
    membership.ended_at = now
    membership.invitations.open().update(revoked_at=now)
    audit.record(
        "accounts.member_ended",
        f"Снята роль «{membership.get_role_display()}»: {membership.user.get_full_name()}",
        by=by,
        subject=membership,
    )


@transaction.atomic
def restore_membership(membership: Membership, *, by: Membership) -> None:
    """Undo `end_membership`; raises `Refused` when the person holds the role again or may not log in."""
    user = membership.user
    if not user.is_active:
        raise Refused(CLOSED_BY_OPERATOR)
    if membership.role != Role.DEPUTY and _holds(user, membership.department, membership.role):
        raise Refused(f"{user} уже снова работает в роли «{membership.get_role_display()}».")
    if user.memberships.exclude(department=membership.department_id).exists():
        _take_keys_back(user)
    if not Membership.objects.filter(pk=membership.pk).exclude(ended_at=None).update(ended_at=None):
        return
    membership.ended_at = None
    audit.record(
        "accounts.member_restored",
        f"Возвращена роль «{membership.get_role_display()}»: {user.get_full_name()}",
        by=by,
        subject=membership,
    )


def _other_admins(membership: Membership) -> bool:
    admins = Membership.objects.active().filter(department=membership.department_id, role=Role.ADMIN)
    others = admins.exclude(user=membership.user_id).select_related("user")
    return any(other.user.is_active and other.user.has_usable_password() for other in others)


@transaction.atomic
def change_position(membership: Membership, *, by: Membership, position: str) -> None:
    """The position as documents print it; signed documents keep the one they were signed with."""
    before, membership.position = membership.position, position.strip()
    if membership.position == before:
        return
    membership.save(update_fields=["position"])
    audit.record(
        "accounts.position_changed",
        f"Изменена должность: {membership.user.get_full_name()}, «{membership.position}»",
        by=by,
        subject=membership,
        changed={"должность": [before, membership.position]},
    )


def belongs_only_to(user: User, department: Department) -> bool:
    """Whether the department's admin may correct the person's data: nobody else works with them."""
    return not Membership.objects.active().filter(user=user).exclude(department=department).exists()


@transaction.atomic
def change_person(user: User, *, by: Membership, **fields: str) -> None:
    """Correct name and phone, and, while the person has never come in, the e-mail.

    Raises `Refused` when the person works in another department too, or when the e-mail is somebody's.
    """
    if not belongs_only_to(user, by.department):
        raise Refused(
            "Человек работает и в другом отделе: свои имя и телефон он меняет сам, на странице «Мои данные»."
        )
    email = checked_email(fields.pop("email", user.email))
    if email != user.email:
        _change_email(user, email)
    _change(user, fields, by=by, summary=f"Изменены данные: {user.get_full_name()}")


def _change_email(user: User, email: str) -> None:
    if user.has_usable_password():
        raise Refused("По этому адресу человек уже входит в портал; сменить его здесь нельзя.")
    user.email = email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError as error:
        raise Refused(EMAIL_TAKEN) from error
    Invitation.objects.open().filter(membership__user=user).update(revoked_at=timezone.now())


@transaction.atomic
def change_own_data(user: User, *, by: Membership | None, **fields: str) -> None:
    """What people may correct about themselves: name and phone."""
    _change(user, fields, by=by, summary="Изменены свои данные")


def choose_view(user: User, view: User.View) -> None:
    """How pages look for this person."""
    user.view = view
    user.save(update_fields=["view"])


def read_news(user: User, newest: date) -> None:
    """The person has opened the news up to this day."""
    user.news_read_on = newest
    user.save(update_fields=["news_read_on"])


def _change(user: User, fields: dict[str, str], *, by: Membership | None, summary: str) -> None:
    changed = {name: [getattr(user, name), value.strip()] for name, value in fields.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    for name, (_, value) in changed.items():
        setattr(user, name, value)
    if changed:
        user.save(update_fields=list(changed))
    audit.record(
        "accounts.person_changed", summary, by=by, user=user, subject=user, changed=_named(user, changed)
    )


def _named(user: User, changed: dict[str, Any]) -> dict[str, Any]:
    return {str(user._meta.get_field(name).verbose_name): pair for name, pair in changed.items()}  # type: ignore[union-attr]


@dataclass
class Person:
    """One person with all that they are, or were, in a department."""

    user: User
    memberships: list[Membership]

    @property
    def is_working(self) -> bool:
        return any(membership.is_active for membership in self.memberships)

    @property
    def invited_until(self) -> datetime | None:
        """Until when an open invitation is good; for memberships fetched ``with_invitation()``."""
        untils = [getattr(membership, "invited_until", None) for membership in self.memberships]
        return max((until for until in untils if until), default=None)

    @property
    def is_handed(self) -> bool:
        """Whether the open invitation went by the admin's hands; for memberships fetched ``with_invitation()``."""
        return any(getattr(membership, "handed", False) for membership in self.memberships)

    @property
    def way_in(self) -> str:
        """``left``, ``inside`` (has a password), ``invited``, ``expired``, or ``waiting``: there is no open link."""
        if not self.is_working:
            return "left"
        if self.user.has_usable_password():
            return "inside"
        if not self.invited_until:
            return "waiting"
        return "invited" if self.invited_until > timezone.now() else "expired"


def persons(memberships: Iterable[Membership]) -> list[Person]:
    """Memberships grouped by person, in the order in which they came."""
    groups: dict[int, Person] = {}
    for membership in memberships:
        groups.setdefault(membership.user_id, Person(membership.user, [])).memberships.append(membership)
    return list(groups.values())


def found(memberships: Iterable[Membership], query: str) -> list[Membership]:
    """Those whose name, e-mail, position or school holds every word of the query; case and «ё» do not matter.

    In Python, for SQLite compares Cyrillic letter by letter; a department has hundreds of people, not thousands.
    """
    words = folded(query).split()
    return [one for one in memberships if all(word in folded(_searched(one)) for word in words)]


def _searched(membership: Membership) -> str:
    school = membership.post.school if hasattr(membership, "post") else ""
    return f"{membership.user.get_full_name()} {membership.user.email} {membership.position} {school}"
