"""Writing the audit log."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.db.models import Model

from accounts.models import AuditEvent, Department, Membership, User

# Set by the middleware for the length of a request, so that no caller has to carry the address along.
address: ContextVar[str | None] = ContextVar("address", default=None)


def record(
    action: str,
    summary: str,
    *,
    by: Membership | None = None,
    user: User | None = None,
    department: Department | None = None,
    subject: Model | None = None,
    ip: str | None = None,
    **details: Any,
) -> AuditEvent:
    """Append one event.

    ``action`` is ``"app.verb"``. ``by`` gives department and person; ``user`` and ``department`` serve where there is
    no membership yet. The address is the one of the request being served unless ``ip`` says otherwise.
    """
    return AuditEvent.objects.create(
        department=by.department if by else department,
        user=by.user if by else user,
        action=action,
        object_kind=subject._meta.label_lower if subject else "",
        object_id=str(subject.pk) if subject else "",
        summary=summary[:500],
        details=details,
        ip=ip or address.get(),
    )
