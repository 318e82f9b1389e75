"""Departments: their making, and what their letterhead prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.domain import audit, invitations, people
from accounts.models import Department, Invitation, Membership, Role, User
from accounts.signals import calendar_changed

CALENDAR = {"days_off", "days_on", "six_day_week", "holiday_region"}


@transaction.atomic
def create(*, operator: User | None, **fields: Any) -> Department:
    """A new tenant, empty; raises `django.core.exceptions.ValidationError` for a code that is taken or unfit."""
    department = Department(**fields)
    department.full_clean()
    department.save()
    audit.record(
        "accounts.department_created",
        f"Создан отдел: {department.name}",
        user=operator,
        department=department,
        subject=department,
    )
    return department


@dataclass(frozen=True)
class Established:
    """A new department; the invitation of its admin, the operator's own membership, where there is one."""

    department: Department
    invitation: Invitation | None
    own: Membership | None


@transaction.atomic
def establish(*, operator: User, admin: dict[str, str] | None, joins: bool, **fields: Any) -> Established:
    """A department with its first admin: ``admin`` (e-mail and names) is invited, ``joins`` makes the operator one too.

    Nothing is made when any of it is refused: `Refused`.
    """
    department = create(operator=operator, **fields)
    invitation = own = None
    if joins:
        own = _admin(department, email=operator.email, last_name=operator.last_name)
    if admin and admin["email"].lower() != (operator.email if joins else ""):
        invitation = invitations.invite(_admin(department, **admin), by=own)
    return Established(department, invitation, own)


def _admin(department: Department, **names: str) -> Membership:
    return people.add_member(department=department, by=None, role=Role.ADMIN, **names)


@transaction.atomic
def change(department: Department, *, by: Membership, **fields: Any) -> list[str]:
    """Letterhead, place, signatory and so on, from now on; signed orders keep what they were signed with.

    Returns sentences: what followed from another calendar of working days.
    """
    changed = {name: [getattr(department, name), value] for name, value in fields.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if not changed:
        return []
    for name, (_, value) in changed.items():
        setattr(department, name, value)
    department.save(update_fields=list(changed))
    titles = {name: str(Department._meta.get_field(name).verbose_name) for name in changed}  # type: ignore[union-attr]
    audit.record(
        "accounts.department_changed",
        f"Изменены сведения об отделе: {', '.join(titles.values())}",
        by=by,
        subject=department,
        changed={titles[name]: pair for name, pair in changed.items()},
    )
    if not CALENDAR & changed.keys():
        return []
    answers = calendar_changed.send(sender=Department, department=department, by=by)
    return [said for _, found in answers for said in found or ()]
