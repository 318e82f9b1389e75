"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from collections.abc import Callable
from typing import Any

from notifications.models import RefusedAddress
from tests.factories.accounts import MembershipFactory
from tests.factories.notifications import ReminderFactory


def refused() -> dict[str, Any]:
    user = MembershipFactory().user
    return {"pk": RefusedAddress.objects.create(user=user, address=user.email, answer="550 no").pk}


# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = {
    "notifications:retry": ({"admin": True}, lambda: {"pk": ReminderFactory(failed=True).pk}),
    "notifications:address_checked": ({"admin": True}, refused),
    "notifications:message": ({}, lambda: {"pk": ReminderFactory().pk}),
    "notifications:message_mark": ({}, lambda: {"pk": ReminderFactory().pk}),
}

# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {
    "notifications:go": "a signed link of one message, for its recipient only",
    "notifications:unsubscribe": "signed for one person and one optional kind of mail",
}
