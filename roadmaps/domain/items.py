"""Editing a draft: cells and rows. One person's edit never silently overwrites another's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from portal.lib import names
from portal.lib.refusals import Refused
from roadmaps.domain import compiling, numbering, responsibles
from roadmaps.domain.editing import clean, lock_draft, record
from roadmaps.domain.errors import Conflict
from roadmaps.domain.responsibles import Directory
from roadmaps.models import ActionItem, Roadmap, RoadmapEvent, Section

CELLS = {
    "number": "номер",
    "text": "мероприятие",
    "deadline": "срок",
    "responsible": "ответственные",
    "expected_result": "результат",
}
ROWS = 1_000


# --- one cell --------------------------------------------------------------------------------------------------------


@transaction.atomic
def change(item: ActionItem, field: str, text: str, version: int, by: Membership) -> ActionItem:
    """Write one cell of a row that was read at ``version``.

    Someone's change of another cell in between is no quarrel. The same cell changed meanwhile raises `Conflict` with
    both texts. ``field`` is a key of `CELLS` or the key of one of the document's own columns.
    """
    roadmap = lock_draft(item.section.roadmap)
    text = clean(text)
    current = _fetched(item)
    if cell(current, field) == text:
        return current
    if current.version != version and (event := _changed_since(current, field, version)):
        raise Conflict(
            text, cell(current, field), current.version, str((event.by and event.by.user) or ""), event.at
        )
    before = cell(current, field)
    _set_cell(current, field, text)
    _understand(current, roadmap, field, before)
    _save(current, by)
    record(
        roadmap, f"Изменено: {CELLS.get(field, field)}", by, item=current, field=field,
        before=before, after=text, version=current.version,
    )  # fmt: skip
    return current


def cell(item: ActionItem, field: str) -> str:
    """The printed text of the row in this column."""
    return str(getattr(item, field)) if field in CELLS else str(item.extra.get(field, ""))


def _set_cell(item: ActionItem, field: str, text: str) -> None:
    if field in CELLS:
        setattr(item, field, text)
    elif field in {column["key"] for column in item.section.roadmap.columns}:
        item.extra = {**item.extra, field: text}
    else:
        raise Refused("Такого столбца в этой карте нет.")


def _understand(item: ActionItem, roadmap: Roadmap, field: str, before: str) -> None:
    """A new phrase has a new meaning; what was corrected by hand belonged to the old one."""
    changed = " ".join(cell(item, field).lower().split()) != " ".join(before.lower().split())
    if field == "deadline" and changed:
        item.deadline_by_hand = False
    if field == "responsible" and changed:
        item.reach_by_hand = False
    if field in {"deadline", "responsible"}:
        compiling.fill([item], roadmap)


def _changed_since(item: ActionItem, field: str, version: int) -> RoadmapEvent | None:
    """The latest change of this very cell after ``version``."""
    events = item.events.filter(details__field=field, details__version__gt=version)
    return events.select_related("by__user").first()


def _fetched(item: ActionItem) -> ActionItem:
    try:
        return ActionItem.objects.select_related(
            "section__roadmap__department", "section__roadmap__school"
        ).get(pk=item.pk)
    except ActionItem.DoesNotExist:
        raise Refused("Этот пункт удалил другой человек. Ваш текст можно добавить новым пунктом.") from None


def _save(item: ActionItem, by: Membership) -> None:
    item.version += 1
    item.updated_by = by
    item.save()


# --- meanings settled by hand ----------------------------------------------------------------------------------------


@transaction.atomic
def settle_deadline(
    item: ActionItem, parts: Sequence[dict[str, Any]], by: Membership, *, everywhere: bool = False
) -> ActionItem:
    """A person says what the phrase means; kept until the phrase itself is changed. No parts: as understood.

    ``everywhere``: the answer holds for all rows that `alike` names. In an approved plan only a deadline without days
    may be settled: its print stays, and no duty hung on it yet.
    """
    roadmap = _lock_meaning(item)
    others = alike(item) if everywhere else []
    for row in [item, *others]:
        _settle_deadline(row, parts, roadmap, by)
    return _fetched(item)


def alike(item: ActionItem) -> list[ActionItem]:
    """The plan's other rows whose deadline asks the same: the same meaning, or while it has none the same phrase."""
    rows = ActionItem.objects.filter(section__roadmap=item.section.roadmap_id).exclude(pk=item.pk)
    phrase = " ".join(item.deadline.lower().split())
    return [
        row
        for row in rows.select_related("section__roadmap")
        if row.deadline_parts == item.deadline_parts
        and row.deadline_by_hand == item.deadline_by_hand
        and (
            not compiling.is_unclear(item.deadline_parts) or " ".join(row.deadline.lower().split()) == phrase
        )
    ]


def _lock_meaning(item: ActionItem) -> Roadmap:
    approved = Roadmap.objects.filter(pk=item.section.roadmap_id, state=Roadmap.State.APPROVED)
    if compiling.is_undated(item.deadline_parts) and approved.update(updated_at=timezone.now()):
        return approved.select_related("department", "school").get()
    return lock_draft(item.section.roadmap)


def _settle_deadline(
    item: ActionItem, parts: Sequence[dict[str, Any]], roadmap: Roadmap, by: Membership
) -> None:
    current = _fetched(item)
    before = current.deadline_parts
    current.deadline_by_hand = bool(parts)
    current.deadline_parts = list(parts) or compiling.compiled(current.deadline, roadmap)
    _save(current, by)
    record(
        roadmap, "Уточнён смысл срока", by, item=current, field="deadline_parts", before=before,
        after=current.deadline_parts, version=current.version,
    )  # fmt: skip


@transaction.atomic
def settle_reach(item: ActionItem, reach: Sequence[dict[str, Any]], by: Membership) -> ActionItem:
    """A person says whom the phrase means; kept until the phrase itself is changed. Empty: as understood."""
    roadmap = lock_draft(item.section.roadmap)
    current = _fetched(item)
    before = current.reach
    current.reach_by_hand = bool(reach)
    current.reach = list(reach) or compiling.reach(
        current.responsible, roadmap, Directory(roadmap.department)
    )
    _save(current, by)
    record(
        roadmap, "Уточнены исполнители", by, item=current, field="reach", before=before, after=current.reach,
        version=current.version,
    )  # fmt: skip
    return current


@transaction.atomic
def answer(
    item: ActionItem,
    piece: int,
    phrase: str,
    targets: Sequence[dict[str, Any]],
    *,
    by: Membership,
    remember: bool,
) -> ActionItem:
    """Say who one addressee of the row is. Remembered, it holds in every plan of the department, at once in this one.

    ``piece`` and ``phrase`` must still be what the row says, else somebody changed it: `Refused`.
    """
    roadmap = lock_draft(item.section.roadmap)
    current = _fetched(item)
    compiling.fill_reach([current], roadmap, Directory(roadmap.department))
    if piece >= len(current.reach) or current.reach[piece]["phrase"] != phrase:
        raise Refused("Ответственных этого пункта только что изменили. Откройте вопрос ещё раз.")
    if remember:
        responsibles.remember(roadmap.department, phrase, targets, by=by)
        compiling.refill(roadmap, ["reach"])
        record(roadmap, "Запомнено, кто это", by, item=current, phrase=phrase)
        current.refresh_from_db()
        if not any(
            responsibles.needs_answer(target) for target in current.reach if target["phrase"] == phrase
        ):
            return current
    marks = {"phrase": phrase} | ({"controls": True} if current.reach[piece].get("controls") else {})
    labelled = [{**target, **marks, "label": ""} for target in targets]
    return settle_reach(current, [*current.reach[:piece], *labelled, *current.reach[piece + 1 :]], by)


# --- rows ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add(section: Section, *, by: Membership, after: ActionItem | None = None) -> ActionItem:
    """An empty row below ``after``, or at the end of the section; regular numbers go on."""
    roadmap = lock_draft(section.roadmap)
    if ActionItem.objects.filter(section__roadmap=roadmap).count() >= ROWS:
        raise Refused(f"В карте уже {ROWS} пунктов: больше не поместится.")
    items = list(section.items.all())
    scheme = _scheme(section, items)
    place = items.index(after) + 1 if after in items else len(items)
    item = ActionItem.objects.create(section=section, position=0, text="", updated_by=by)
    _renumber([*items[:place], item, *items[place:]], scheme)
    record(roadmap, "Добавлен пункт", by, item=item)
    return item


@transaction.atomic
def add_rows(
    section: Section, rows: Sequence[dict[str, str]], *, by: Membership, after: ActionItem | None = None
) -> list[ActionItem]:
    """Written rows below ``after``, or at the end of the section; each a dict of the plan's column keys to texts."""
    roadmap = lock_draft(section.roadmap)
    if ActionItem.objects.filter(section__roadmap=roadmap).count() + len(rows) > ROWS:
        raise Refused(
            f"Вместе с этими строками в карте стало бы больше {ROWS} пунктов: столько не поместится."
        )
    there = list(section.items.all())
    scheme = _scheme(section, there)
    place = there.index(after) + 1 if after in there else len(there)
    fresh = [unsaved(section, row) for row in rows]
    compiling.fill(fresh, roadmap)
    for item in fresh:
        item.updated_by = by
        item.save()
    _renumber([*there[:place], *fresh, *there[place:]], scheme)
    words = names.counted(len(fresh), "пункт", "пункта", "пунктов")
    record(roadmap, f"Вставлено из буфера: {words}", by, rows=[item.pk for item in fresh])
    return fresh


def unsaved(section: Section, row: dict[str, str]) -> ActionItem:
    """A row that is not saved yet."""
    known = {key: clean(text) for key, text in row.items() if key in CELLS}
    extra = {key: clean(text) for key, text in row.items() if key not in CELLS}
    known["number"] = known.get("number", "")[:40]
    return ActionItem(section=section, position=0, extra=extra, **{"text": "", **known})


@transaction.atomic
def remove(item: ActionItem, *, by: Membership) -> RoadmapEvent:
    """Take a row out; `restore` with the event that is returned puts it back as it was."""
    roadmap = lock_draft(item.section.roadmap)
    current = _fetched(item)
    section = current.section
    scheme = _scheme(section, list(section.items.all()))
    row = {name: getattr(current, name) for name in (*CELLS, *KEPT)}
    current.delete()
    _renumber(list(section.items.all()), scheme)
    return record(roadmap, "Удалён пункт", by, section=section.pk, row=row)


KEPT = (
    "position",
    "extra",
    "deadline_parts",
    "deadline_by_hand",
    "reach",
    "reach_by_hand",
    "proof",
    "version",
)


@transaction.atomic
def restore(event: RoadmapEvent, *, by: Membership) -> ActionItem:
    """Put back the row that ``event`` took out. Twice gives one row."""
    roadmap = lock_draft(event.roadmap)
    claimed = RoadmapEvent.objects.filter(pk=event.pk, details__row__isnull=False, item=None)
    if not (event.details.get("row") and claimed.exists()):
        raise Refused("Этот пункт уже возвращён.")
    section = roadmap.sections.filter(pk=event.details["section"]).first() or _last_section(roadmap)
    items = list(section.items.all())
    scheme = _scheme(section, items)
    item = ActionItem.objects.create(section=section, updated_by=by, **event.details["row"])
    place = min(item.position, len(items))
    _renumber([*items[:place], item, *items[place:]], scheme)
    RoadmapEvent.objects.filter(pk=event.pk).update(item=item)  # the same row again: its history goes on
    record(roadmap, "Пункт возвращён", by, item=item)
    return item


@transaction.atomic
def move(item: ActionItem, direction: str, *, by: Membership) -> ActionItem:
    """One place ``up`` or ``down``; past the edge of its section, into the neighbouring one."""
    roadmap = lock_draft(item.section.roadmap)
    current = _fetched(item)
    items = list(current.section.items.all())
    scheme = _scheme(current.section, items)
    place = items.index(current)
    other = place + _step(direction)
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]
        _renumber(items, scheme)
    else:
        _move_to_neighbour(current, items, scheme, roadmap, direction)
    current.refresh_from_db()
    record(roadmap, "Пункт перемещён", by, item=current, direction=direction)
    return current


def _step(direction: str) -> int:
    if direction not in {"up", "down"}:
        raise Refused("Переместить можно только выше или ниже.")
    return -1 if direction == "up" else 1


def _move_to_neighbour(
    item: ActionItem,
    items: list[ActionItem],
    scheme: numbering.Scheme | None,
    roadmap: Roadmap,
    direction: str,
) -> None:
    sections = list(roadmap.sections.all())
    other = sections.index(item.section) + _step(direction)
    if not 0 <= other < len(sections):
        return
    target = sections[other]
    there = list(target.items.all())
    new_scheme = _scheme(target, there)
    item.section = target
    item.save(update_fields=["section"])
    _renumber([row for row in items if row != item], scheme)
    _renumber([*there, item] if direction == "up" else [item, *there], new_scheme)


def _scheme(section: Section, items: Sequence[ActionItem]) -> numbering.Scheme | None:
    if "number" not in {column["key"] for column in section.roadmap.columns}:
        return None
    if items:
        return numbering.scheme([item.number for item in items])
    sections = list(section.roadmap.sections.prefetch_related("items"))
    ordinal = sections.index(section) + 1
    numbers = [[item.number for item in each.items.all()] for each in sections]
    return numbering.scheme_of_empty_section(ordinal, numbers) or numbering.Scheme(f"{ordinal}.", 1, ".")


def _renumber(items: Sequence[ActionItem], scheme: numbering.Scheme | None) -> None:
    for index, item in enumerate(items):
        item.position = index
        if scheme:
            item.number = scheme.number(index)
    ActionItem.objects.bulk_update(items, ["position", "number"])


def _last_section(roadmap: Roadmap) -> Section:
    return roadmap.sections.last() or Section.objects.create(roadmap=roadmap, position=0)


@transaction.atomic
def set_proofs(roadmap: Roadmap, proofs: Mapping[int, str], *, by: Membership) -> int:
    """Say of each item what proves it; return how many changed. Reports sent already stay as they are."""
    changed = 0
    for item in ActionItem.objects.filter(section__roadmap=roadmap, pk__in=proofs):
        if item.proof != proofs[item.pk]:
            changed += 1
            ActionItem.objects.filter(pk=item.pk).update(proof=proofs[item.pk])
    if changed:
        roadmap.events.create(what="Изменено, чем подтверждать пункты", by=by, details={"items": changed})
    return changed
