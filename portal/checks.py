"""``check --deploy`` refuses the embedded defaults where a real installation was announced."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.http.request import validate_host

from portal.lib import mail


@register(Tags.security, deploy=True)
def embedded_defaults(**kwargs: Any) -> list[CheckMessage]:
    """Each finding names the variable to set."""
    if not settings.PRODUCTION:
        return []
    engine = settings.DATABASES["default"]["ENGINE"]
    found = {
        "DATABASE_URL": engine == "django.db.backends.sqlite3",
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL.startswith("filesystem:"),
        "EMAIL_URL": not mail.leaves(),
        "PORTAL_URL": not settings.PORTAL_URL.startswith("https://"),
        "PORTAL_FROM": settings.DEFAULT_FROM_EMAIL.endswith("@localhost"),
        "PORTAL_DEBUG": settings.DEBUG,
        # A foreign Host must not pass, our own must.
        "PORTAL_HOSTS": "*" in settings.ALLOWED_HOSTS
        or not validate_host(urlsplit(settings.PORTAL_URL).hostname or "", settings.ALLOWED_HOSTS),
    }
    return [
        Error(f"{name} has its embedded default; set it for production.", id="portal.E001")
        for name, embedded in found.items()
        if embedded
    ]
