"""The bank as one list, one export and one choice see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q

from accounts.models import Membership
from observers.listing import FIELDS
from observers.models import Observer, ObserverAssignment, ObserverQuerySet, ObserverTraining
from portal.lib import excel
from portal.lib.names import folded

WIDTHS = {"works_at": 34, "children": 34, "workplace": 30, "training": 40, "email": 28}


def rows(membership: Membership) -> ObserverQuerySet:
    """Everybody with standing and ``visits``: how many are expected of them. Three queries in all."""
    expected = Count("assignments", filter=Q(assignments__state__in=ObserverAssignment.ACTIVE), distinct=True)
    found: Any = Observer.objects.visible_to(membership).with_standing().annotate(visits=expected)
    return found.prefetch_related("works_at", "children__school")


def shown(
    membership: Membership, *, q: str = "", kind: str = "", state: str = "", sort: str = ""
) -> list[Observer]:
    """Those whom a filter leaves, in order. Words are sought in Python: SQLite compares Cyrillic letter by letter."""
    people: Any = rows(membership)
    narrowed = {
        "": people.active(),
        "ready": people.active().filter(has_consent=True, is_trained=True),
        "no_consent": people.active().filter(has_consent=False),
        "untrained": people.active().filter(is_trained=False),
        "free": people.active().filter(visits=0),
        "left": people.exclude(left_on=None),
    }.get(state, people)
    if kind:
        narrowed = narrowed.filter(kind=kind)
    words = folded(q).split()
    found = [one for one in narrowed if all(word in folded(_searched(one)) for word in words)]
    return sorted(found, key=ORDERS[sort]) if sort in ORDERS else sorted(found, key=_by_name)


def _searched(one: Observer) -> str:
    schools = " ".join(school.name for school in one.works_at.all())
    return f"{one.full_name} {one.phone} {one.email} {one.workplace} {one.place} {schools}"


def _by_name(one: Observer) -> tuple[str, int]:
    return folded(one.full_name), one.pk


ORDERS: dict[str, Any] = {
    "visits": lambda one: (-one.visits, _by_name(one)),
    "kind": lambda one: (one.get_kind_display(), _by_name(one)),
}


def workbook(people: Iterable[Observer]) -> bytes:
    """The bank in the shape in which a list comes in, so that it can come back corrected."""
    listed = list(people)
    last: dict[int, tuple[Any, str]] = {}
    known = ObserverTraining.objects.filter(observer__in=[one.pk for one in listed])
    for pk, day, material in known.order_by("day").values_list("observer", "day", "material"):
        last[pk] = (day, material)
    columns = [excel.Column(heading, WIDTHS.get(field, 18)) for field, heading in FIELDS.items()]
    return excel.write("Наблюдатели", columns, (_line(one, last.get(one.pk)) for one in listed))


def _line(one: Observer, training: tuple[Any, str] | None) -> list[Any]:
    values = {
        "kind": one.get_kind_display(),
        "works_at": "; ".join(school.name for school in one.works_at.all()),
        "children": "; ".join(str(child) for child in one.children.all()),
        "subjects": ", ".join(one.subjects),
        "trained_on": training[0] if training else "",
        "training": training[1] if training else "",
    }
    return [values.get(field, getattr(one, field, "")) for field in FIELDS]
