"""Addresses at which no mailbox answers: marked once, told to the admins once, not written to until checked."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse

from accounts.domain import audit
from accounts.models import Department, Membership, User
from notifications.domain import kinds, ledger
from notifications.models import RefusedAddress, Reminder


@transaction.atomic
def refuse(reminder: Reminder, answer: str) -> None:
    """The mail server said no for good to this person's address."""
    user = reminder.recipient
    RefusedAddress.objects.update_or_create(
        user=user, defaults={"address": user.email, "answer": answer[:300]}
    )
    ledger.tell_admins(
        reminder.department,
        key=f"refused:{reminder.department_id}:{user.pk}:{user.email}"[:180],
        kind=kinds.REFUSED.name,
        subject=f"Почта не принимает писем: {user.short_name}",
        body=f"Почтовый сервер не знает ящика {user.email} ({user.get_full_name()}). Письма туда больше не "
        "отправляются, сообщения человек видит в портале. Проверьте адрес и отметьте это в журнале напоминаний. "
        f"Ответ сервера: {answer[:200]}",
        path=reverse("notifications:ledger"),
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
    return rows.select_related("user").order_by("user__last_name", "pk")
