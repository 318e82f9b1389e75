"""An order is shown to everybody by a deliberate act, which can be taken back; never by its signature alone."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership
from orders import permissions
from orders.domain.checklist import Check
from orders.models import Order
from orders.signals import order_publishing
from portal.lib.refusals import Refused


def doubts(order: Order) -> list[Check]:
    """What speaks against showing this paper to everybody; ``blocking`` ones forbid it, the others are told.

    Asks every app whose documents the order may carry: only they know whom an annex names.
    """
    phones = "; ".join(one["phone"] for one in order.executors if one.get("phone"))
    answers: Any = order_publishing.send(sender=Order, order=order)
    return [
        check
        for check in (
            Check(
                bool(order.pdf),
                "PDF готов",
                "PDF ещё готовится. Обновите страницу через минуту: опубликовать можно будет тогда.",
                blocking=True,
            ),
            Check(
                not phones, "Телефоны не напечатаны", f"На бумаге напечатан телефон исполнителя: {phones}."
            ),
            *(check for _, found in answers for check in found),
        )
        if not check.ok
    ]


@transaction.atomic
def publish(order: Order, *, by: Membership) -> Order:
    """Show a signed order's paper, exactly as it is stored, to everybody. Raises `Refused`."""
    _refuse_strangers(order, by)
    if order.state != Order.State.SIGNED:
        raise Refused("Опубликовать можно только подписанный и действующий приказ.")
    if against := [doubt.remedy for doubt in doubts(order) if doubt.blocking]:
        raise Refused(" ".join(against))
    now = timezone.now()
    hidden = Order.objects.filter(pk=order.pk, state=Order.State.SIGNED, published_at=None)
    if not hidden.update(published_at=now, updated_at=now):
        raise Refused("Приказ только что опубликовал или отменил другой человек. Обновите страницу.")
    order.published_at = now
    return _record(order, "order.published", "Опубликован для всех", by)


@transaction.atomic
def withdraw(order: Order, *, by: Membership) -> Order:
    """Nobody outside reads the paper any more; copies already taken are out of reach. Raises `Refused`."""
    _refuse_strangers(order, by)
    now = timezone.now()
    if not Order.objects.published().filter(pk=order.pk).update(published_at=None, updated_at=now):
        raise Refused("Приказ уже снят с публикации. Обновите страницу.")
    order.published_at = None
    return _record(order, "order.withdrawn", "Снят с публикации", by)


def _refuse_strangers(order: Order, by: Membership) -> None:
    if by.role not in permissions.PUBLISHERS or by.department_id != order.department_id or not by.is_active:
        raise Refused("Публикуют приказы и снимают их с публикации начальник и методист отдела.")


def _record(order: Order, action: str, what: str, by: Membership) -> Order:
    order.events.create(state=order.state, by=by, details={"what": what})
    audit.record(action, f"{what}: {order}", by=by, subject=order, sha256=order.pdf_sha256)
    return order
