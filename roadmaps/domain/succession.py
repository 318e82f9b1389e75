"""When a new revision takes the place of an approved plan: duties go on under it, moved where the deadline moved.

A row (or clause) of the new revision continues the old one with the same text. What only the old revision asked for is
closed while it is open; what was reported or accepted stays where it was done.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Membership
from portal.lib.names import folded
from portal.lib.transitions import StaleTransition, move
from roadmaps.models import ActionItem, Assignment, AssignmentEvent, Roadmap

State = Assignment.State
Place = tuple[str, int | None, int | None]  # folded text, school, official


def take_over(roadmap: Roadmap, wanted: Iterable[Assignment], by: Membership) -> None:
    """Hand the previous revision's duties over to ``wanted``, the unsaved ones of this revision. Safe twice."""
    previous = roadmap.previous
    if previous is None:
        return
    asked: dict[Place, list[Assignment]] = defaultdict(list)
    for row in wanted:
        asked[_place(row)].append(row)
    rests: dict[Place, list[Assignment]] = defaultdict(list)
    for old in _of_previous(previous):
        rests[_place(old)].append(old)
    continued = _continued(roadmap)
    for place, olds in rests.items():
        _pair(olds, asked.get(place, []), continued.get(place[0]), roadmap, by)


def _of_previous(previous: Roadmap) -> Iterable[Assignment]:
    theirs = Q(item__section__roadmap=previous) | Q(clause__order=previous.order_id)
    return (
        Assignment.objects.filter(theirs)
        .exclude(state__in=Assignment.VOID_STATES)
        .select_related("item", "clause")
    )


def _continued(roadmap: Roadmap) -> dict[str, ActionItem]:
    """Rows of the new revision by their text: duties that an event started follow theirs."""
    return {_folded(item.text): item for item in ActionItem.objects.filter(section__roadmap=roadmap)}


def _pair(
    olds: list[Assignment],
    news: list[Assignment],
    continued: ActionItem | None,
    roadmap: Roadmap,
    by: Membership,
) -> None:
    """One bearer's duties of one row: the same times first, then a single moved one, then what is left over."""
    by_time = {new.occurrence: new for new in news}
    left = []
    for old in olds:
        if new := by_time.pop(old.occurrence, None):
            _go_on(old, new)
        elif old.event_id and continued:
            Assignment.objects.filter(pk=old.pk).update(item=continued, clause=None)
        else:
            left.append(old)
    undone = [old for old in left if old.is_open]
    if len(undone) == len(by_time) == 1:
        _go_on(undone[0], *by_time.values())
        _note(undone.pop(), *by_time.values(), roadmap=roadmap, by=by)
    for old in undone:
        _close(old, roadmap, by)


def _go_on(old: Assignment, new: Assignment) -> None:
    """An extension granted to the same printed day goes on; another printed day counts from the new print."""
    extended = old.printed_day is not None and old.printed_day == new.last_day
    Assignment.objects.filter(pk=old.pk).update(
        item=new.item,
        clause=new.clause,
        occurrence=new.occurrence,
        first_day=new.first_day,
        last_day=old.last_day if extended else new.last_day,
        printed_day=old.printed_day if extended else None,
        controller=new.controller,
    )


def _note(old: Assignment, new: Assignment, *, roadmap: Roadmap, by: Membership) -> None:
    comment = f"Срок по редакции {roadmap.revision}: {_until(new.last_day)}, было: {_until(old.last_day)}."
    AssignmentEvent.objects.create(
        assignment=old, kind=AssignmentEvent.Kind.MOVED, state=old.state, by=by, comment=comment
    )


def _close(old: Assignment, roadmap: Roadmap, by: Membership) -> None:
    if old.clause_id:  # an order stays in force beside the one that changes its annex
        return
    before = old.state
    try:
        move(old, State.CLOSED, decided_at=timezone.now(), decided_by=by)
    except StaleTransition:  # reported this very moment: then it is decided as a report
        return
    comment = f"Редакция {roadmap.revision} этого больше не требует."
    AssignmentEvent.objects.create(assignment=old, before=before, state=State.CLOSED, by=by, comment=comment)


def _place(row: Assignment) -> Place:
    source = row.item or row.clause
    return _folded(source.text if source else ""), row.school_id, row.named_id or row.official_id


def _folded(text: str) -> str:
    return " ".join(folded(text).split())


def _until(day: datetime.date | None) -> str:
    return f"до {date_format(day, 'j E Y')}" if day else "без крайнего срока"
