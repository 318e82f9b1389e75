"""Writing the audit log."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from accounts.models import AuditEvent, Membership, User


def record(
    action: str,
    summary: str,
    *,
    by: Membership | None = None,
    user: User | None = None,
    subject: Model | None = None,
    ip: str | None = None,
    **details: Any,
) -> AuditEvent:
    """Append one event; ``by`` gives department and person, ``user`` serves where there is no membership yet."""
    return AuditEvent.objects.create(
        department=by.department if by else None,
        user=by.user if by else user,
        action=action,
        object_kind=subject._meta.label_lower if subject else "",
        object_id=str(subject.pk) if subject else "",
        summary=summary[:500],
        details=details,
        ip=ip,
    )
