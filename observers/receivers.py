"""What happens to visits when the order that names their observers is signed or thrown away."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from accounts.models import Membership
from observers.domain import naming
from orders.domain.checklist import Check
from orders.models import Order
from orders.signals import order_checked, order_publishing, order_signed, order_voided


@receiver(order_signed)
def confirm_visits(order: Order, by: Membership, **_: Any) -> None:
    naming.confirm(order, by=by)


@receiver(order_voided)
def free_visits(order: Order, **_: Any) -> None:
    naming.free(order)


@receiver(order_checked)
def ask_for_the_list(order: Order, **_: Any) -> list[Check]:
    return naming.checks(order)


@receiver(order_publishing)
def keep_names_inside(order: Order, **_: Any) -> list[Check]:
    return naming.publishing(order)
