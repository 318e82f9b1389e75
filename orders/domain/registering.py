"""The journal of registration: numbers without gaps, never given twice, dates that do not run backwards."""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Membership
from orders.domain import checklist, drafts
from orders.models import Order, Register, RegisterCounter
from orders.signals import order_returned
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move

State = Order.State


def default_register(department: Department) -> Register:
    """The department's first journal, opened on first use."""
    register = Register.objects.filter(department=department).first()
    return register or Register.objects.get_or_create(department=department, name="Основная деятельность")[0]


def next_number(register: Register, year: int) -> str:
    """The number that the next order would get now; another may be quicker."""
    last = RegisterCounter.objects.filter(register=register, year=year).values_list("last", flat=True).first()
    return print_number(register, (last or 0) + 1)


def print_number(register: Register, sequence: int) -> str:
    return f"{register.prefix}{sequence}{register.suffix}"


@transaction.atomic
def register(order: Order, *, by: Membership, register: Register | None = None, date: datetime.date) -> Order:
    """Give a draft its number and date. An order that was returned keeps its number.

    The counter's row is held from the increment to the commit, so numbers have no gaps and no twins when two people
    register at once; what is refused gives its number back. Raises `Refused`.
    """
    _check_date(order, date)
    drafts.lock_draft(order)
    order.refresh_from_db()
    checklist.refuse_faults(checklist.before_registration(order))
    journal = order.register or register or default_register(order.department)
    if journal.department_id != order.department_id:
        raise Refused("Журнал регистрации принадлежит другому отделу.")
    sequence = order.sequence or _take_number(journal, date.year)
    if order.year not in {None, date.year}:
        raise Refused(f"Номер {order.number} дан в {order.year} году: дата должна быть того же года.")
    _check_neighbours(journal, date, sequence)
    number = order.number or print_number(journal, sequence)
    try:
        move(
            order,
            State.REGISTERED,
            register_id=journal.pk,
            year=date.year,
            sequence=sequence,
            number=number,
            date=date,
            updated_at=timezone.now(),
        )
    except (StaleTransition, IntegrityError):
        raise Refused("Этот приказ только что зарегистрировал другой человек. Обновите страницу.") from None
    order.refresh_from_db()
    order.events.create(
        state=State.REGISTERED,
        by=by,
        details={"number": number, "date": date.isoformat(), "register": journal.name},
    )
    audit.record(
        "order.registered", f"Зарегистрирован приказ № {number} от {date:%d.%m.%Y}", by=by, subject=order
    )
    return order


@transaction.atomic
def return_for_rework(order: Order, *, by: Membership, reason: str) -> Order:
    """A registered order becomes a draft again, with its number kept for it. Sends `order_returned`."""
    if not reason.strip():
        raise Refused("Напишите, что нужно исправить.")
    try:
        move(order, State.DRAFT, updated_at=timezone.now())
    except StaleTransition:
        raise Refused("Вернуть можно только зарегистрированный и ещё не подписанный приказ.") from None
    order.events.create(state=State.DRAFT, by=by, comment=reason.strip()[:500])
    audit.record("order.returned", f"Возвращён на доработку: {order}. {reason}", by=by, subject=order)
    order_returned.send(sender=Order, order=order, by=by)
    return order


@transaction.atomic
def void(order: Order, *, by: Membership, reason: str) -> Order:
    """Annul a registered order that is not signed. Its number stays used, with the reason in the journal."""
    return drafts.void_from(order, State.REGISTERED, by=by, reason=reason)


@transaction.atomic
def save_register(register: Register, *, by: Membership, year: int, first: int | None = None) -> Register:
    """Write a journal's name and marks; ``first`` sets the first number of ``year`` while none is given in it."""
    if register.department_id != by.department_id:
        raise Refused("Журнал регистрации принадлежит другому отделу.")
    try:
        with transaction.atomic():
            register.save()
    except IntegrityError:
        raise Refused("Журнал с таким названием уже есть.") from None
    if first is not None:
        _start_from(register, year, first)
    audit.record("register.saved", f"Журнал «{register.name}» настроен", by=by, subject=register, first=first)
    return register


def _start_from(register: Register, year: int, first: int) -> None:
    if first < 1:
        raise Refused("Нумерация начинается с 1 или с большего числа.")
    counter = _counter(register, year)
    RegisterCounter.objects.filter(pk=counter.pk).update(
        last=F("last")
    )  # hold the row: nobody takes a number now
    counter.refresh_from_db()
    if counter.last == first - 1:
        return
    if Order.objects.filter(register=register, year=year).numbered().exists():
        raise Refused(f"В {year} году номера уже даны: начать нумерацию заново нельзя.")
    RegisterCounter.objects.filter(pk=counter.pk).update(last=first - 1)


def _counter(register: Register, year: int) -> RegisterCounter:
    return RegisterCounter.objects.get_or_create(register=register, year=year)[0]


def _take_number(register: Register, year: int) -> int:
    counter = _counter(register, year)
    RegisterCounter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    counter.refresh_from_db()
    return counter.last


def _check_date(order: Order, date: datetime.date) -> None:
    today = timezone.localdate(timezone=order.department.tz)
    if date > today:
        raise Refused(f"Дата {date:%d.%m.%Y} ещё не наступила: сегодня {today:%d.%m.%Y}.")
    if date.year < 1992:
        raise Refused("Проверьте год в дате приказа.")


def _check_neighbours(register: Register, date: datetime.date, sequence: int) -> None:
    """The dates of a journal never run backwards: not before the number below, not after the number above."""
    others = Order.objects.filter(register=register, year=date.year, date__isnull=False)
    before = others.filter(sequence__lt=sequence).order_by("-sequence").first()
    after = others.filter(sequence__gt=sequence).order_by("sequence").first()
    if before and before.date and date < before.date:
        raise Refused(
            f"Дата {date:%d.%m.%Y} раньше предыдущего приказа: № {before.number} от {before.date:%d.%m.%Y}. "
            f"Поставьте {before.date:%d.%m.%Y} или позже."
        )
    if after and after.date and date > after.date:
        raise Refused(
            f"Дата {date:%d.%m.%Y} позже следующего приказа: № {after.number} от {after.date:%d.%m.%Y}. "
            f"Поставьте {after.date:%d.%m.%Y} или раньше."
        )
