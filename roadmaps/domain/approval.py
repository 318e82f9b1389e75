"""A draft becomes the annex of an order; the signature freezes it and turns it into duties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, Membership, Role
from orders.domain import drafts
from orders.domain.checklist import Check
from orders.domain.drafts import AnnexDraft, ClauseDraft
from orders.models import Order
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from roadmaps.domain import compiling, responsibles
from roadmaps.domain.editing import record
from roadmaps.domain.items import cell
from roadmaps.domain.responsibles import Directory
from roadmaps.models import ActionItem, Roadmap

State = Roadmap.State
CONTROL = re.compile(
    r"контрол\w*\b.{0,120}?(?:(?:возложить|возлагаю|возлагается)\s+на\s+(?P<whom>.+)|(?:за\s+собой|лично))",
    re.IGNORECASE,
)


@transaction.atomic
def assemble(roadmap: Roadmap, by: Membership) -> Order:
    """Make the order that approves this draft, with the plan as its annex; from now on the draft is locked.

    A plan whose order came back for rework returns into the same order, its number included.
    Of two who assemble at once, one gets `Refused`.
    """
    roadmap = Roadmap.objects.select_related("department", "school", "order", "previous__order").get(
        pk=roadmap.pk
    )
    if not ActionItem.objects.filter(section__roadmap=roadmap).exists():
        raise Refused("В карте нет ни одного пункта: утверждать нечего.")
    if roadmap.is_editable:
        compiling.refill(roadmap, ["reach"])  # by the people and schools of today
    order = _order_again(roadmap, by) or _new_order(roadmap, by)
    try:
        move(roadmap, State.ASSEMBLED, order=order, updated_at=timezone.now())
    except StaleTransition:
        raise Refused("Приказ по этой карте уже собран другим человеком. Обновите страницу.") from None
    record(roadmap, "Собрана в приказ", by, order=order.pk)
    return order


def _order_again(roadmap: Roadmap, by: Membership) -> Order | None:
    if roadmap.order is None or roadmap.order.state != Order.State.DRAFT:
        return None
    return drafts.replace_annexes(roadmap.order, [AnnexDraft(annex(roadmap))], by=by)


def _new_order(roadmap: Roadmap, by: Membership) -> Order:
    texts = (not roadmap.previous and _imported(roadmap)) or _default(roadmap)
    named = controller(roadmap.department, _all(texts["clauses"]))
    annexes = [AnnexDraft(annex(roadmap))]
    return drafts.create(department=roadmap.department, by=by, annexes=annexes, controller=named, **texts)


def _all(clauses: Sequence[ClauseDraft]) -> Iterator[str]:
    for clause in clauses:
        yield clause.text
        yield from _all(clause.children)


def controller(department: Department, clauses: Iterable[str]) -> Membership | None:
    """Whom a clause of control names: «… возложить на …», or with «оставляю за собой» the one who signs.

    None unless exactly one person of the department can be meant.
    """
    for text in clauses:
        if found := CONTROL.search(" ".join(text.split())):
            return _named(department, found["whom"]) if found["whom"] else _signing(department)
    return None


def _named(department: Department, phrase: str) -> Membership | None:
    directory = Directory(department)
    targets = responsibles.understand(department, phrase, directory=directory)
    officials = {target["official"] for target in targets if target["kind"] == "official"}
    return directory.officials.get(officials.pop()) if len(officials) == len(targets) == 1 else None


def _signing(department: Department) -> Membership | None:
    heads = Membership.objects.active().filter(department=department, role=Role.HEAD)
    return heads.get() if heads.count() == 1 else None


def annex(roadmap: Roadmap) -> dict[str, Any]:
    """The plan as it prints; see `orders.models.Annex`."""
    keys = [column["key"] for column in roadmap.columns]
    sections = roadmap.sections.prefetch_related("items")
    return {
        "title_lines": roadmap.title_lines,
        "goals": roadmap.goals,
        "columns": roadmap.columns,
        "sections": [
            {
                "heading": section.heading,
                "items": [{key: cell(item, key) for key in keys} for item in section.items.all()],
            }
            for section in sections
        ],
    }


# --- the order's first words -----------------------------------------------------------------------------------------


def _imported(roadmap: Roadmap) -> dict[str, Any] | None:
    """The order's text that came in the same file, when there was one."""
    read = roadmap.imported_order
    if not read.get("clauses"):
        return None
    return {
        "title": "\n".join(read.get("title_lines") or []) or _title(roadmap),
        "preamble": read.get("preamble") or "",
        "clauses": [_clause(clause) for clause in read["clauses"]],
        "executors": [
            {"name": each["name"], "phone": each["phone"] or ""} for each in read.get("executors") or []
        ],
        "distribution": [
            {"copies": each["copies"] or 1, "addressee": each["to"]}
            for each in read.get("distribution") or []
        ],
    }


def _clause(read: dict[str, Any]) -> ClauseDraft:
    return ClauseDraft(read["text"], [_clause(child) for child in read.get("children") or ()])


def _title(roadmap: Roadmap) -> str:
    what = "дорожной карты" if "дорожная карта" in roadmap.name.lower() else "плана мероприятий"
    subject = "по обеспечению объективности результатов\nвсероссийских проверочных работ"
    return f"Об утверждении {what}\n{subject} {_when(roadmap)}"


def _when(roadmap: Roadmap) -> str:
    first, last = roadmap.first_day.year, roadmap.last_day.year
    return f"в {first} году" if first == last else f"в {first}–{last} учебном году"


def _default(roadmap: Roadmap) -> dict[str, Any]:
    chart = "дорожная карта" in roadmap.name.lower()
    whose = roadmap.school.name if roadmap.school else ""
    schools = f"Руководителю {whose}" if whose else "Руководителям общеобразовательных организаций"
    amended = _amended(roadmap)
    approve = f"Утвердить {'прилагаемую дорожную карту' if chart else 'прилагаемый план мероприятий'}."
    return {
        "title": f"О внесении изменений\nв {amended}" if amended else _title(roadmap),
        "preamble": "В целях обеспечения объективности результатов всероссийских проверочных работ",
        "clauses": [
            ClauseDraft(_amending(amended, chart=chart) if amended else approve),
            ClauseDraft(f"{schools} обеспечить исполнение мероприятий в установленные сроки."),
            ClauseDraft("Разместить настоящий приказ на официальном сайте."),
            ClauseDraft("Контроль за исполнением настоящего приказа оставляю за собой."),
        ],
        "distribution": [] if whose else drafts.suggest_distribution(roadmap.department),
    }


def _amended(roadmap: Roadmap) -> str:
    """«приказ от 16.03.2026 № 47-о», which approved the revision before this; "" for a first one."""
    order = roadmap.previous.order if roadmap.previous else None
    if order is None or not (order.date and order.number):
        return ""
    return f"приказ от {order.date:%d.%m.%Y} № {order.number}"


def _amending(amended: str, *, chart: bool) -> str:
    what, which = ("дорожную карту", "утверждённую") if chart else ("план мероприятий", "утверждённый")
    it = "её" if chart else "его"
    order = amended.replace("приказ", "приказом", 1)
    return f"Внести изменения в {what}, {which} {order}, изложив {it} в новой редакции согласно приложению."


# --- what happens to the order ---------------------------------------------------------------------------------------


@transaction.atomic
def return_to_draft(order: Order, by: Membership | None, *, discarded: bool = False) -> Sequence[Roadmap]:
    """The order came back: its plan may be edited again. A discarded order is forgotten, a returned one kept."""
    changes: dict[str, Any] = {"order": None} if discarded else {}
    back = []
    for roadmap in Roadmap.objects.filter(order=order, state=State.ASSEMBLED):
        move(roadmap, State.DRAFT, updated_at=timezone.now(), **changes)
        record(roadmap, "Возвращена из приказа", by, order=order.pk)
        back.append(roadmap)
    if discarded:
        Roadmap.objects.filter(order=order, state=State.DRAFT).update(order=None)
    return back


@transaction.atomic
def reopen(roadmap: Roadmap, by: Membership) -> None:
    """Take the plan back for editing while its order is still a draft; `assemble` brings it into the same order."""
    order = Order.objects.filter(roadmaps=roadmap, state=Order.State.DRAFT).first()
    if order is None or not return_to_draft(order, by):
        raise Refused("Приказ уже зарегистрирован: сначала верните его на доработку.")


def checks(order: Order) -> list[Check]:
    """A line of the order's checklist: the plan that was taken back has to come into the order again."""
    return [
        Check(
            roadmap.state != State.DRAFT,
            "Карта собрана в приказ",
            f"«{roadmap}» на правке, в приказе прежний её текст. Откройте карту и снова соберите приказ.",
            blocking=True,
            address=reverse("roadmaps:roadmap", args=[roadmap.pk]),
        )
        for roadmap in Roadmap.objects.filter(order=order)
    ]


@transaction.atomic
def approve(order: Order, by: Membership) -> Sequence[Roadmap]:
    """Signed: the plan is frozen, the revision it replaces goes to the archive, the duties are given out.

    Raises `Refused`, and so stops the signature, while the plan is being edited: the annex would not be the plan.
    """
    from roadmaps.domain.fanout import fan_out

    if edited := Roadmap.objects.filter(order=order, state=State.DRAFT).first():
        raise Refused(f"«{edited}» на правке: сначала снова соберите её в этот приказ.")
    approved = []
    for roadmap in Roadmap.objects.filter(order=order, state=State.ASSEMBLED).select_related("previous"):
        move(roadmap, State.APPROVED, updated_at=timezone.now())
        record(roadmap, "Утверждена", by, order=order.pk)
        _archive(roadmap, by)
        fan_out(roadmap, by)
        approved.append(roadmap)
    return approved


def _archive(roadmap: Roadmap, by: Membership) -> None:
    previous = roadmap.previous
    if previous is not None and previous.state == State.APPROVED:
        move(previous, State.ARCHIVED, updated_at=timezone.now())
        record(previous, f"Заменена редакцией {roadmap.revision}", by)
