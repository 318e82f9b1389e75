"""«Перед подписью»: what is looked at before an order gets its number and its signature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Role
from orders.domain import limits, paper, registering
from orders.models import Order
from orders.signals import order_checked
from portal.lib import pdf
from portal.lib.refusals import Refused
from schools.models import School


@dataclass(frozen=True)
class Check:
    """One line of the list: ``blocking`` ones must be ok, the others are advice.

    ``remedy`` says what to do about it, ``fact`` what it was found to be.
    """

    ok: bool
    title: str
    remedy: str = ""
    fact: str = ""
    blocking: bool = False
    address: str = ""  # where it is mended, when that is another page

    @property
    def state(self) -> str:
        return "ok" if self.ok else "fault" if self.blocking else "advice"

    @property
    def detail(self) -> str:
        return self.fact if self.ok else self.remedy


def before_registration(order: Order) -> list[Check]:
    """Only what may stop a number from being given."""
    snapshot = paper.compose(order)
    has_text = paper.has_text(snapshot)
    empty = [clause["number"] for clause in snapshot["clauses"] if not clause["text"].strip()]
    signatory = order.signatory_name.strip() and order.signatory_position.strip()
    strange = [(place, pdf.unprintable(text)) for place, text in paper.texts(snapshot)]
    unprintable = "; ".join(f"{place}: {signs}" for place, signs in strange if signs)
    size = sum(len(text) for _, text in paper.texts(snapshot))
    return [
        *_of_issuers(order),
        Check(bool(order.title.strip()), "Заголовок указан", "Напишите, о чём приказ.", blocking=True),
        Check(
            bool(snapshot["clauses"] or snapshot["annexes"]) and not empty,
            "Пункты написаны" if has_text else "Печатается только приложение",
            f"Пустые пункты: {', '.join(empty)}" if empty else "Добавьте хотя бы один.",
            blocking=True,
        ),
        Check(bool(signatory), "Подписант указан", "Впишите должность и И.О. Фамилию.", blocking=True),
        Check(
            not unprintable,
            "Все знаки печатаются",
            f"Этих знаков нет в шрифте бланка, замените их: {unprintable}"[:600],
            blocking=True,
        ),
        Check(
            size <= limits.ORDER_CHARACTERS,
            "Размер годится для печати",
            "Разделите приложение.",
            blocking=True,
        ),
    ]


def _of_issuers(order: Order) -> list[Check]:
    """What the apps whose documents the order carries have to say."""
    answers: Any = order_checked.send(sender=Order, order=order)
    return [check for _, checks in answers for check in checks or ()]


def before_signing(order: Order) -> list[Check]:
    """The whole list, faults first."""
    checks = [*before_registration(order), _numbered(order), _dated(order), *_advice(order)]
    return sorted(checks, key=lambda check: ["fault", "advice", "ok"].index(check.state))


def refuse_faults(checks: Sequence[Check]) -> None:
    """Raise `Refused` with every fault and its remedy."""
    faults = [f"{check.title}: нет. {check.remedy}" for check in checks if check.blocking and not check.ok]
    if faults:
        raise Refused(" ".join(faults))


def _numbered(order: Order) -> Check:
    if order.sequence is None:
        register = order.department.registers.first()
        coming = registering.next_number(register, timezone.localdate().year) if register else "1"
        return Check(True, "Номер даст журнал, без пропуска", fact=f"Следующий № {coming}")
    before = _previous(order)
    gap = before is not None and before.sequence != order.sequence - 1
    fact = (
        f"Перед ним № {before.number} от {before.date:%d.%m.%Y}"
        if before and before.date
        else "Первый в журнале"
    )
    return Check(not gap, f"№ {order.number} без пропуска", remedy=fact, fact=fact, blocking=True)


def _dated(order: Order) -> Check:
    title, before = "Дата не раньше предыдущего приказа", _previous(order)
    if order.date is None or before is None or before.date is None:
        return Check(True, title)
    fact = f"№ {before.number} от {before.date:%d.%m.%Y}"
    return Check(order.date >= before.date, title, remedy=fact, fact=fact, blocking=True)


def _previous(order: Order) -> Order | None:
    if order.sequence is None or order.register_id is None:
        return None
    earlier = Order.objects.filter(
        register_id=order.register_id, year=order.year, sequence__lt=order.sequence
    )
    return earlier.order_by("-sequence").first()


def _advice(order: Order) -> list[Check]:
    text = " ".join([order.preamble, *(clause.text for clause in order.clauses.all())]).lower()
    heads = Membership.objects.active().filter(department=order.department, role=Role.HEAD)
    phones = all(line["phone"].strip() for line in order.executors)
    return [
        _annexed(order, text),
        _controlled(order, text),
        Check(
            bool(order.executors) and phones,
            "Исполнитель и телефон указаны",
            "Впишите исполнителя с телефоном.",
        ),
        _distributed(order),
        Check(heads.exists(), "Есть кому подписать", "В отделе никому не дана роль начальника."),
    ]


def _annexed(order: Order, text: str) -> Check:
    named = "приложени" in text or "прилагаем" in text
    if order.annexes.all():
        head = paper.annex_head(paper.compose(order), "")[-1]
        fact = f"На приложении напечатается: {head}"
        return Check(named, "Ссылка на приложение есть", "В тексте нет слов «согласно приложению».", fact)
    return Check(not named, "Приложения не нужны", "Текст ссылается на приложение, а его нет.")


def _controlled(order: Order, text: str) -> Check:
    title = "Контроль возложен"
    if not re.search(r"контрол\w* .{0,80}(возложить|возлагаю|оставляю|осуществля)", text):
        return Check(False, title, "Нет пункта о том, кто контролирует исполнение.")
    remedy = "Назовите контролирующего и порталу: ему придут сведения о просрочке."
    return Check(order.controller is not None, title, remedy, fact=str(order.controller))


def _distributed(order: Order) -> Check:
    if not order.distribution:
        return Check(False, "Рассылка полна", "Не сказано, кому разослать приказ.")
    copies = sum(int(line["copies"]) for line in order.distribution)
    missed = _schools_missed(order)
    remedy = f"Не названы: {', '.join(missed[:6])}{' и другие' if len(missed) > 6 else ''}"
    return Check(not missed, "Рассылка полна", remedy, fact=f"Копий: {copies}")


def _schools_missed(order: Order) -> list[str]:
    """Open schools whose number, or name, no line of the distribution holds; «школам» with enough copies is all."""
    names = list(School.objects.filter(department=order.department).open().values_list("name", flat=True))
    everybody = re.compile(r"школам|учреждени|организаци|руководител|\bО[ОУ]\b", re.IGNORECASE)
    for line in order.distribution:
        if everybody.search(line["addressee"]) and int(line["copies"]) >= len(names):
            return []
    listed = " ".join(line["addressee"] for line in order.distribution)
    return [name for name in names if not _is_listed(name, listed)]


def _is_listed(name: str, listed: str) -> bool:
    number = re.search(r"№\s*(\d+)", name)
    if number:
        return re.search(rf"(?<!\d){number[1]}(?!\d)", listed) is not None
    quoted = re.search(r"«(.+?)»", name)
    return (quoted[1] if quoted else name).lower() in listed.lower()
