"""What django-axes asks us: who is trying to log in, and from where."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def typed_email(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """In one case, or every spelling of an address would have its own number of tries."""
    typed = credentials.get("username") if credentials else request.POST.get("username")
    return str(typed or "").strip().lower()[:255]


def client_address(request: HttpRequest) -> str | None:
    """The address that our outermost trusted proxy saw; what a client writes into the header itself is not believed."""
    address = request.META.get("REMOTE_ADDR") or None
    proxies: int = settings.AXES_IPWARE_PROXY_COUNT
    forwarded = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    if not proxies or len(forwarded) < proxies:
        return address
    return valid_address(forwarded[-proxies]) or address


def valid_address(text: str) -> str | None:
    from ipaddress import ip_address

    try:
        return str(ip_address(text))
    except ValueError:
        return None
