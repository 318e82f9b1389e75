"""A message as mail: HTML and plain text that say the same and stand by themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse

from notifications.domain import kinds, links
from notifications.models import Reminder


def letter(reminder: Reminder, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The Message-ID is the row's own and stays the same with each try."""
    kind = kinds.of(reminder.kind)
    way_out = links.way_out(reminder.recipient, kind.name) if kind.optional else ""
    context = _context(reminder, kind, way_out)
    mail = EmailMultiAlternatives(
        subject=" ".join(reminder.subject.split()),  # a name with a line end must not become a header
        body=render_to_string("notifications/email/message.txt", context),
        to=[reminder.recipient.email],
        headers={"Message-ID": message_id(reminder), "Auto-Submitted": "auto-generated", **_leaving(way_out)},
        connection=connection,
    )
    mail.attach_alternative(render_to_string("notifications/email/message.html", context), "text/html")
    return mail


def message_id(reminder: Reminder) -> str:
    sender_host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<reminder-{reminder.pk}@{sender_host}>"


def _leaving(way_out: str) -> dict[str, str]:
    """RFC 8058: mail programs show their own button."""
    if not way_out:
        return {}
    return {"List-Unsubscribe": f"<{way_out}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _context(reminder: Reminder, kind: kinds.Kind, way_out: str) -> dict[str, Any]:
    def link(path: str, membership: int | None) -> str:
        return links.page_link(reminder, path, membership) if path else ""

    groups = [
        {
            **group,
            "lines": [
                {**line, "link": link(line.get("path", ""), line.get("membership"))}
                for line in group["lines"]
            ],
        }
        for group in reminder.groups
    ]
    return {
        "reminder": reminder,
        "kind": kind,
        "groups": groups,
        "link": link(reminder.path, reminder.membership_id),
        "way_out": way_out,
        "portal": settings.PORTAL_URL,
        "choices": f"{settings.PORTAL_URL}{reverse('notifications:choices')}",
    }
