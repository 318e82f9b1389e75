"""What the audit log hears of log-ins."""

from __future__ import annotations

from typing import Any

from axes.helpers import get_cool_off
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone

from accounts.domain import audit
from accounts.models import AuditEvent, Membership, User


@receiver(user_logged_in)
def logged_in(user: User, **_: Any) -> None:
    record_everywhere("accounts.logged_in", "Вход в портал", user)


@receiver(user_locked_out)
def locked_out(username: str, **_: Any) -> None:
    """Once per lock-out: a guessing machine must not flood the log."""
    user = User.objects.filter(email__iexact=username).first()
    since = timezone.now() - get_cool_off()
    told = AuditEvent.objects.filter(action="accounts.locked_out", user=user, at__gte=since)
    if user and not told.exists():
        record_everywhere("accounts.locked_out", "Вход приостановлен: много неверных паролей", user)


def record_everywhere(action: str, summary: str, user: User) -> None:
    """Each department sees the log-ins of its own people; whoever has none leaves one record without department."""
    memberships = Membership.objects.active().filter(user=user).select_related("department")
    departments = {membership.department_id: membership.department for membership in memberships}
    for department in departments.values() or [None]:
        audit.record(action, summary, user=user, department=department, subject=user)
