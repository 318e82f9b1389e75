"""What outsiders would learn from an order on the results of a recheck."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from orders.domain.checklist import Check
from orders.models import Order
from orders.signals import order_publishing
from recheck.models import RecheckCase


@receiver(order_publishing)
def tell_of_named_schools(order: Order, **_: Any) -> list[Check]:
    return [
        Check(
            not RecheckCase.objects.filter(results_order=order).exists(),
            "Школы не названы вместе с итогами",
            "Приложение называет школы и итоги перепроверки работ в них. Показывать ли их всем, решает отдел.",
        )
    ]
