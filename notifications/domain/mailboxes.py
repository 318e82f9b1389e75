"""Addresses at which no mailbox answers: marked once, told to the admins once, not written to until checked."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse

from accounts.domain import audit
from accounts.models import Department, Membership, MembershipQuerySet, User
from notifications.domain import kinds, ledger
from notifications.models import RefusedAddress, Reminder
from portal.lib.refusals import Refused


@transaction.atomic
def refuse(reminder: Reminder, answer: str) -> None:
    """The mail server said no for good to this person's address."""
    user = reminder.recipient
    row, _ = RefusedAddress.objects.update_or_create(
        user=user, defaults={"address": user.email, "answer": answer[:300]}
    )
    _tell(row, list(_departments(user)))


@transaction.atomic
def came_back(*, address: str, answer: str, by: Membership) -> RefusedAddress:
    """A letter came back to the admin, which no program reads: from now on nothing is sent to that address.

    Raises `Refused` when nobody of the admin's department has the address, or when it is marked already.
    """
    people = Membership.objects.active().filter(
        department=by.department_id, user__email__iexact=address.strip()
    )
    member = people.select_related("user").first()
    if member is None:
        raise Refused(
            f"В отделе никто не работает с почтой «{address}». Скопируйте адрес из вернувшегося письма."
        )
    user = member.user
    if is_refused(user):
        raise Refused("Этот адрес уже отмечен: письма туда не уходят.")
    words = answer.strip()[:300] or "Письмо вернулось."
    row, _ = RefusedAddress.objects.update_or_create(
        user=user, defaults={"address": user.email, "answer": words, "marked_by": by}
    )
    audit.record(
        "notifications.address_marked", f"Адрес отмечен, письма туда не пойдут: {user.email}", by=by,
        subject=user, answer=words,
    )  # fmt: skip
    _tell(row, list(_departments(user).exclude(pk=by.department_id)))
    return row


def _departments(user: User) -> QuerySet[Department]:
    """Whoever waits for this person's answers: each department in which they work."""
    return Department.objects.filter(
        pk__in=Membership.objects.active().filter(user=user).values("department")
    )


def _tell(row: RefusedAddress, departments: list[Department]) -> None:
    """The admins of each, once for this address of this person; again when it was checked in between."""
    user = row.user
    for department in departments:
        ledger.tell_admins(
            department,
            key=f"refused:{department.pk}:{row.pk}:{user.email}"[:180],
            kind=kinds.REFUSED.name,
            subject=f"Почта не принимает писем: {user.short_name}",
            body=f"Ящик {user.email} не принимает писем ({user.get_full_name()}). Письма туда больше не "
            "отправляются, сообщения человек видит в портале. Проверьте адрес и отметьте это на странице «Адреса». "
            f"Ответ сервера: {row.answer[:200]}",
            path=reverse("notifications:addresses"),
        )


def is_refused(user: User) -> bool:
    """Whether the address of today is the one that was refused; a new one is innocent."""
    return RefusedAddress.objects.filter(user=user, address=user.email).exists()


@transaction.atomic
def checked(refused: RefusedAddress, *, by: Membership) -> None:
    """The admin has checked the address: it is written to again."""
    audit.record(
        "notifications.address_checked", f"Адрес проверен, письма пойдут снова: {refused.address}", by=by,
        subject=refused.user,
    )  # fmt: skip
    refused.delete()


def of_department(department: Department) -> QuerySet[RefusedAddress]:
    """Refused addresses of the department's active people that are still theirs."""
    people = Membership.objects.active().filter(department=department)
    rows = RefusedAddress.objects.filter(user__in=people.values("user"), address=F("user__email"))
    return rows.select_related("user", "marked_by__user").order_by("user__last_name", "pk")


def without_mail(department: Department) -> MembershipQuerySet:
    """The department's active people who have no address at all, one row each."""
    people: MembershipQuerySet = Membership.objects.active().filter(department=department, user__email="")
    return people.one_each().select_related("user")
