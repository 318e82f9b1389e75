"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from collections.abc import Callable
from typing import Any

from tests.factories.accounts import MembershipFactory

ADMIN = {"admin": True}


def person() -> dict[str, Any]:
    return {"pk": MembershipFactory().user_id}


def membership() -> dict[str, Any]:
    return {"pk": MembershipFactory().pk}


def ended() -> dict[str, Any]:
    from django.utils import timezone

    return {"pk": MembershipFactory(ended_at=timezone.now()).pk}


# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = {
    "accounts:person": (ADMIN, person),
    "accounts:person_role": (ADMIN, person),
    "accounts:person_invite": (ADMIN, person),
    "accounts:person_link": (ADMIN, person),
    "accounts:membership": (ADMIN, membership),
    "accounts:membership_end": (ADMIN, membership),
    "accounts:membership_restore": (ADMIN, ended),
}

# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {
    "accounts:invitation": "the token is the right to come in",
    "accounts:password_reset_confirm": "the token is the right to set a password",
    "accounts:email_confirm": "signed for one person, who is logged in, and one new mailbox",
}
