"""A signed order goes out of force: its paper, number and signature stay, what it asked for is asked no more."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership, Role
from orders.models import Order
from orders.signals import order_repealed, order_repealing
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move

State = Order.State


@transaction.atomic
def repeal(order: Order, *, by: Membership, reason: str) -> Order:
    """Only the head, who signed it or follows them. Sends `order_repealed` inside the transaction. Raises `Refused`."""
    if by.role != Role.HEAD or by.department_id != order.department_id or not by.is_active:
        raise Refused("Отменить подписанный приказ может только начальник отдела.")
    if not reason.strip():
        raise Refused("Напишите, почему приказ отменяется: причина останется в журнале.")
    if order.state != State.SIGNED:
        raise Refused("Отменить можно только подписанный приказ.")
    try:
        move(order, State.REPEALED, void_reason=reason.strip()[:500], updated_at=timezone.now())
    except StaleTransition:
        raise Refused("Приказ только что отменил другой человек. Обновите страницу.") from None
    order.events.create(state=State.REPEALED, by=by, comment=order.void_reason)
    audit.record("order.repealed", f"Отменён: {order}. {order.void_reason}", by=by, subject=order)
    order_repealed.send(sender=Order, order=order, by=by)
    return order


def outlook(order: Order) -> list[str]:
    """What repealing the order would do, in sentences, from every app that works by it."""
    return [said for _, found in order_repealing.send(sender=Order, order=order) for said in found or ()]
