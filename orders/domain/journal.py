"""The journal of registration as a list and as a workbook."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from accounts.models import Department
from orders.models import Order, OrderQuerySet
from portal.lib import excel

COLUMNS = (
    excel.Column("Журнал", 22),
    excel.Column("№", 12),
    excel.Column("Дата", 12),
    excel.Column("Заголовок", 70),
    excel.Column("Подписант", 26),
    excel.Column("Состояние", 24),
    excel.Column("Подписан", 18),
    excel.Column("Почему аннулирован или отменён", 40),
)


def years(orders: OrderQuerySet) -> list[int]:
    """Years in which these orders have numbers, the newest first."""
    found = orders.numbered().order_by().values_list("year", flat=True).distinct()
    return sorted((year for year in found if year is not None), reverse=True)


def workbook(orders: Iterable[Order], department: Department) -> bytes:
    """The very rows that the list shows, in its order, times in the department's zone."""
    return excel.write("Журнал приказов", COLUMNS, (_row(order, department) for order in orders))


def _row(order: Order, department: Department) -> list[object]:
    signed = timezone.localtime(order.signed_at, department.tz) if order.signed_at else None
    return [
        order.register.name if order.register else "",
        order.number,
        order.date,
        " ".join(order.title.split()),
        order.signatory_name,
        order.get_state_display(),
        signed.strftime("%d.%m.%Y %H:%M") if signed else "",
        order.void_reason,
    ]
