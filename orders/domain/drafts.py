"""Making and editing drafts. Every change first locks the order's row as a draft, so none slips past a signature."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Membership
from orders.domain import limits
from orders.domain.errors import OrderConflict
from orders.domain.numbering import DEEPEST, numbered
from orders.models import Annex, Clause, Order
from orders.signals import order_voided
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from schools.models import School


@dataclass(frozen=True)
class ClauseDraft:
    """A clause to be; its number follows from its place."""

    text: str
    children: Sequence[ClauseDraft] = ()


@dataclass(frozen=True)
class AnnexDraft:
    """An annex to be; for ``content`` see `orders.models.Annex`."""

    content: Mapping[str, Any]
    landscape: bool = True


@transaction.atomic
def create(
    *,
    department: Department,
    by: Membership | None,
    title: str,
    preamble: str = "",
    clauses: Sequence[ClauseDraft] = (),
    annexes: Sequence[AnnexDraft] = (),
    executors: Sequence[Mapping[str, str]] = (),
    distribution: Sequence[Mapping[str, Any]] = (),
    controller: Membership | None = None,
) -> Order:
    """A draft on the department's letterhead. Raises `Refused` when it is too large to print."""
    _check_same_department(department, by, controller)
    limits.check_text("Заголовок", title, 2_000)
    limits.check_text("Преамбула", preamble)
    order = Order.objects.create(
        department=department,
        title=clean(title),
        preamble=clean(preamble),
        resolution_word=department.resolution_word,
        place=department.place,
        signatory_position=department.signatory_position,
        signatory_name=department.signatory_name,
        executors=[dict(executor) for executor in executors],
        distribution=[dict(line) for line in distribution],
        controller=controller,
        created_by=by,
    )
    _add_clauses(order, clauses)
    _add_annexes(order, annexes)
    order.events.create(state=Order.State.DRAFT, by=by, comment="Создан черновик")
    audit.record("order.created", f"Создан черновик приказа «{order.title[:200]}»", by=by, subject=order)
    return order


@transaction.atomic
def replace_annexes(order: Order, annexes: Sequence[AnnexDraft], *, by: Membership | None) -> Order:
    """Hand a draft its annexes anew, all of them."""
    lock_draft(order)
    order.annexes.all().delete()
    _add_annexes(order, annexes)
    audit.record("order.annexes", f"Приложения обновлены: {order}", by=by, subject=order)
    return order


@transaction.atomic
def change_texts(order: Order, *, by: Membership, version: int, **texts: Any) -> Order:
    """Write title, preamble, executors, … of a draft; whoever read an older ``version`` gets `OrderConflict`."""
    lock_draft(order)
    limits.check_text("Заголовок", texts.get("title", ""), 2_000)
    limits.check_text("Преамбула", texts.get("preamble", ""))
    _check_same_department(order.department, by, texts.get("controller"))
    changed = Order.objects.filter(pk=order.pk, version=version).update(version=F("version") + 1, **texts)
    order.refresh_from_db()
    if not changed:
        raise OrderConflict({name: getattr(order, name) for name in texts}, order.version)
    return order


@transaction.atomic
def add_clause(order: Order, *, text: str, by: Membership, after: Clause | None = None) -> Clause:
    """A new clause below ``after``, on its level; without it, at the end."""
    lock_draft(order)
    _check_clause(text)
    if order.clauses.count() >= limits.CLAUSES:
        raise Refused(f"В приказе уже {limits.CLAUSES} пунктов: вынесите часть в приложение.")
    siblings = _siblings(order, after.parent_id if after else None)
    place = siblings.index(after) + 1 if after else len(siblings)
    clause = Clause.objects.create(
        order=order, parent_id=after.parent_id if after else None, position=0, text=clean(text)
    )
    _renumber([*siblings[:place], clause, *siblings[place:]])
    return clause


@transaction.atomic
def change_clause(clause: Clause, *, text: str, version: int, by: Membership) -> Clause:
    """Write a clause's text; whoever read an older ``version`` gets `OrderConflict` with both texts."""
    lock_draft(clause.order)
    _check_clause(text)
    changed = Clause.objects.filter(pk=clause.pk, version=version).update(
        text=clean(text), version=F("version") + 1
    )
    try:
        clause.refresh_from_db()
    except Clause.DoesNotExist:
        raise Refused("Этот пункт удалил другой человек. Ваш текст добавьте новым пунктом.") from None
    if not changed and clause.text != clean(text):
        raise OrderConflict({"text": clause.text}, clause.version)
    return clause


@transaction.atomic
def move_clause(clause: Clause, direction: str, *, by: Membership) -> None:
    """``up``, ``down``, ``in`` (below the clause above it) or ``out`` (to its parent's level)."""
    lock_draft(clause.order)
    siblings = _siblings(clause.order, clause.parent_id)
    place = siblings.index(clause)
    if direction == "in":
        _move_in(clause, siblings, place)
    elif direction == "out":
        _move_out(clause, siblings)
    else:
        other = place + {"up": -1, "down": 1}[direction]
        if 0 <= other < len(siblings):
            siblings[place], siblings[other] = siblings[other], siblings[place]
            _renumber(siblings)


@transaction.atomic
def remove_clause(clause: Clause, *, by: Membership) -> dict[str, Any]:
    """Take a clause out with its sub-clauses; what is returned lets `restore_clause` put it back."""
    lock_draft(clause.order)
    rows = [entry.clause for entry in numbered(clause.order.clauses.all())]
    removed: dict[str, Any] = {
        "order": clause.order_id,
        "parent": clause.parent_id,
        "position": clause.position,
    }
    removed["tree"] = _as_tree(clause, rows)
    parent = clause.parent_id
    clause.delete()
    _renumber(_siblings(clause.order, parent))
    return removed


@transaction.atomic
def restore_clause(order: Order, removed: Mapping[str, Any], *, by: Membership) -> None:
    """Put back what `remove_clause` returned; below a parent that is gone too, at the end of the order."""
    lock_draft(order)
    parent = order.clauses.filter(pk=removed["parent"]).first() if removed["parent"] else None
    siblings = _siblings(order, parent.pk if parent else None)
    place = removed["position"] if parent or not removed["parent"] else len(siblings)
    _add_clauses(order, [_from_tree(removed["tree"])], parent)
    fresh = [row for row in _siblings(order, parent.pk if parent else None) if row not in siblings]
    _renumber([*siblings[:place], *fresh, *siblings[place:]])


@transaction.atomic
def discard(order: Order, *, by: Membership, reason: str) -> Order:
    """Put a draft away for good. A number it had from an earlier registration stays used."""
    return void_from(order, Order.State.DRAFT, by=by, reason=reason)


def void_from(order: Order, state: str, *, by: Membership, reason: str) -> Order:
    """The move to VOID shared by drafts and registered orders; runs inside the caller's transaction."""
    if not reason.strip():
        raise Refused("Напишите, почему приказ аннулируется: причина останется в журнале.")
    if order.state != state:
        raise Refused(f"Приказ {order.get_state_display()}: аннулировать его так нельзя.")
    try:
        move(order, Order.State.VOID, void_reason=reason.strip()[:500], updated_at=timezone.now())
    except StaleTransition:
        raise Refused("Состояние приказа только что изменилось. Обновите страницу.") from None
    order.events.create(state=Order.State.VOID, by=by, comment=order.void_reason)
    audit.record("order.voided", f"Аннулирован: {order}. {order.void_reason}", by=by, subject=order)
    order_voided.send(sender=Order, order=order, by=by)
    return order


def lock_draft(order: Order) -> None:
    """Hold the order's row as a draft until the transaction ends: on PostgreSQL a signature waits for this edit."""
    held = Order.objects.filter(pk=order.pk, state=Order.State.DRAFT).update(updated_at=timezone.now())
    if not held:
        raise Refused("Приказ уже не черновик: изменить его нельзя. Сначала верните его на доработку.")


def clean(text: str) -> str:
    """Line ends of one kind, no blanks at the edges; the words stay as typed."""
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(lines).strip()


def suggest_distribution(department: Department) -> list[dict[str, Any]]:
    """«1 – в дело» and one line for the open schools: «МБОУ СОШ № 5, 6; Лицей № 1»."""
    names = list(School.objects.filter(department=department).open().values_list("name", flat=True))
    lines: list[dict[str, Any]] = [{"copies": 1, "addressee": "в дело"}]
    return [*lines, {"copies": len(names), "addressee": group_schools(names)}] if names else lines


def group_schools(names: Iterable[str]) -> str:
    """Names that differ only in the number after «№» are written once, with all the numbers."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in names:
        plain = re.sub(r"[«»\"]", "", name).strip()
        match = re.fullmatch(r"(.*?)\s*№\s*(\d+)(.*)", plain)
        groups[(match[1], match[3]) if match else (plain, "")].extend([match[2]] if match else [])
    parts = []
    for (before, after), numbers in groups.items():
        listed = f" № {', '.join(sorted(numbers, key=int))}" if numbers else ""
        parts.append(f"{before}{listed}{after}".strip())
    return "; ".join(parts)


def _add_clauses(
    order: Order, clauses: Sequence[ClauseDraft], parent: Clause | None = None, depth: int = 1
) -> None:
    if clauses and depth > DEEPEST:
        raise Refused(f"Пункты вложены глубже {DEEPEST} уровней. Поднимите их на уровень выше.")
    for position, draft in enumerate(clauses):
        _check_clause(draft.text)
        clause = Clause.objects.create(order=order, parent=parent, position=position, text=clean(draft.text))
        _add_clauses(order, draft.children, clause, depth + 1)


def _add_annexes(order: Order, annexes: Sequence[AnnexDraft]) -> None:
    for annex in annexes:
        limits.check_annex(annex.content)
    Annex.objects.bulk_create(
        Annex(order=order, position=place, landscape=annex.landscape, content=dict(annex.content))
        for place, annex in enumerate(annexes, start=1)
    )


def _check_clause(text: str) -> None:
    if not text.strip():
        raise Refused("Пункт пуст: напишите текст или удалите пункт.")
    limits.check_text("Пункт", text, limits.CLAUSE_CHARACTERS)


def _check_same_department(department: Department, *members: Membership | None) -> None:
    if any(member is not None and member.department_id != department.pk for member in members):
        raise Refused("Этот сотрудник работает в другом отделе.")


def _siblings(order: Order, parent: int | None) -> list[Clause]:
    return list(order.clauses.filter(parent_id=parent))


def _renumber(siblings: Sequence[Clause]) -> None:
    for position, clause in enumerate(siblings):
        clause.position = position
    Clause.objects.bulk_update(siblings, ["position"])


def _move_in(clause: Clause, siblings: list[Clause], place: int) -> None:
    if place == 0:
        raise Refused("Над этим пунктом нет другого: подпунктом сделать его не у чего.")
    rows = list(clause.order.clauses.all())
    depths = {entry.clause.pk: entry.depth for entry in numbered(rows)}
    if depths[clause.pk] + _height(clause, rows) > DEEPEST:
        raise Refused(f"Глубже {DEEPEST} уровней пункты не вкладываются.")
    above = siblings[place - 1]
    below = _siblings(clause.order, above.pk)
    Clause.objects.filter(pk=clause.pk).update(parent=above)
    _renumber([*below, clause])
    _renumber([row for row in siblings if row != clause])


def _move_out(clause: Clause, siblings: list[Clause]) -> None:
    parent = clause.parent
    if parent is None:
        raise Refused("Пункт уже на верхнем уровне.")
    upper = _siblings(clause.order, parent.parent_id)
    place = upper.index(parent) + 1
    Clause.objects.filter(pk=clause.pk).update(parent_id=parent.parent_id)
    _renumber([*upper[:place], clause, *upper[place:]])
    _renumber([row for row in siblings if row != clause])


def _height(clause: Clause, rows: Sequence[Clause]) -> int:
    """Levels the clause takes with what is below it: 1 for a leaf."""
    return 1 + max((_height(row, rows) for row in rows if row.parent_id == clause.pk), default=0)


def _as_tree(clause: Clause, rows: Sequence[Clause]) -> dict[str, Any]:
    children = [_as_tree(row, rows) for row in rows if row.parent_id == clause.pk]
    return {"text": clause.text, "children": children}


def _from_tree(tree: Mapping[str, Any]) -> ClauseDraft:
    return ClauseDraft(tree["text"], [_from_tree(child) for child in tree["children"]])
