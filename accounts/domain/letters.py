"""Letters of this app: short, plain text, at once."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

log = logging.getLogger(__name__)


def absolute(name: str, *args: object) -> str:
    """The address of a page as it stands in a letter."""
    return f"{settings.PORTAL_URL}{reverse(name, args=args)}"


def send(template: str, *, to: str, subject: str, **context: Any) -> None:
    """Raises `smtplib.SMTPException` or `OSError` when the mail server does not take it."""
    body = render_to_string(f"accounts/email/{template}.txt", context | {"portal": settings.PORTAL_URL})
    send_mail(" ".join(subject.split()), body, None, [to])  # a line end would be a header of its own


def try_to_send(template: str, *, to: str, subject: str, **context: Any) -> bool:
    """Whether the mail server took the letter; a refusal is logged without its contents, which may be a secret."""
    try:
        send(template, to=to, subject=subject, **context)
    except (SMTPException, OSError, ValueError):
        log.exception("The mail server refused a letter (%s)", template)
        return False
    return True
