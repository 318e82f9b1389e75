"""Whether the portal can write to people at all."""

from __future__ import annotations

from django.conf import settings


def leaves() -> bool:
    """False without ``EMAIL_URL``: letters are then printed on the server's console, and nobody receives them."""
    return not settings.EMAIL_BACKEND.endswith("console.EmailBackend")
