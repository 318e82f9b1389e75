"""The sections of the portal by role, and how much waits in each: one query for all numbers of a page.

Another reads the department's rules: how often what goes on is reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import INSIDERS, Membership, Role
from accounts.permissions import DEPARTMENT_ROLES
from notifications.domain import inbox
from orders.models import Order
from recheck.domain import seats
from roadmaps.domain import agenda
from roadmaps.models import Assignment

ALL = INSIDERS
PLANNERS = (Role.ADMIN, Role.METHODIST, Role.HEAD, Role.VIEWER)


@dataclass(frozen=True)
class Entry:
    """A section: its title, URL name, who sees it, which number of `waiting` stands beside it.

    ``covers`` names an address whose pages belong here for those who have no section of that address.
    For the roles of ``rarely`` it waits under «Ещё»: the row must fit from 1280 px (tests/browser/test_masthead.py).
    """

    title: str
    name: str
    roles: tuple[Role, ...]
    counter: str = ""
    covers: str = ""
    rarely: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Link:
    """An entry as the masthead shows it."""

    title: str
    address: str
    is_current: bool
    counter: str
    count: int
    is_rare: bool = False


ENTRIES = (
    Entry("Сводка", "portal:start", (Role.METHODIST, Role.VIEWER)),
    Entry("На подпись и контроль", "portal:start", (Role.HEAD,), "to_sign"),
    Entry("Обзор", "portal:start", (Role.ADMIN,)),
    Entry(
        "Мои поручения",
        "roadmaps:mine",
        (Role.DEPUTY, Role.METHODIST, Role.HEAD),
        "mine",
        covers="roadmaps:assignments",
    ),
    Entry("На проверке", "roadmaps:review", (Role.METHODIST, Role.HEAD), "to_review"),
    Entry("Все поручения", "roadmaps:assignments", PLANNERS),
    Entry("Отчёты", "roadmaps:standing", PLANNERS, covers="roadmaps:year_list", rarely=PLANNERS),
    Entry("Дорожные карты", "roadmaps:list", ALL),
    Entry("Приказы", "orders:list", ALL),
    Entry("Школы", "schools:list", DEPARTMENT_ROLES),
    Entry("График ВПР", "schools:schedule", ALL),
    Entry("Результаты", "schools:results", DEPARTMENT_ROLES),
    Entry("Наблюдатели", "observers:list", DEPARTMENT_ROLES, rarely=(Role.METHODIST, Role.HEAD)),
    Entry("Мои посещения", "observers:visits", (Role.OBSERVER,)),
    Entry(
        "Перепроверка",
        "recheck:list",
        (*DEPARTMENT_ROLES, Role.DEPUTY),
        "rechecks",
        rarely=(Role.METHODIST, Role.HEAD),
    ),
    Entry("Люди", "accounts:people", DEPARTMENT_ROLES, rarely=(Role.METHODIST, Role.HEAD)),
    Entry("Отдел и бланк", "accounts:department", (Role.ADMIN,), rarely=(Role.ADMIN,)),
    Entry("Напоминания", "notifications:ledger", (Role.ADMIN,), rarely=(Role.ADMIN,)),
    Entry("Журнал действий", "accounts:audit", (Role.ADMIN,), rarely=(Role.ADMIN,)),
)


def links(membership: Membership, path: str, counts: dict[str, int]) -> list[Link]:
    """The member's sections; the one whose address is the longest beginning of ``path`` is current."""
    found = [
        (entry, address)
        for entry in ENTRIES
        if membership.role in entry.roles
        if (address := resolve(entry.name))
    ]
    own = {address: address for _, address in found}
    covered = {covers: address for entry, address in found if (covers := resolve(entry.covers))}
    places = covered | own
    start = reverse("portal:start")
    inside = [place for place in places if path == place or (place != start and path.startswith(place))]
    current = places[max(inside, key=len)] if inside else None
    return [
        Link(
            entry.title,
            address,
            address == current,
            entry.counter,
            counts.get(entry.counter, 0),
            membership.role in entry.rarely,
        )
        for entry, address in found
    ]


def resolve(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def waiting(membership: Membership) -> dict[str, int]:
    """How much waits for this member: ``messages`` and the counters of their sections."""
    return count_all(membership, what_waits(membership))


def count_all(membership: Membership, sets: dict[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each of the department's querysets holds, all in one query."""
    row: Any = Membership.objects.filter(pk=membership.pk).values(
        **{n: counted(rows) for n, rows in sets.items()}
    )
    return dict(row.get())


def what_waits(membership: Membership) -> dict[str, QuerySet[Any]]:
    assignments = Assignment.objects.visible_to(membership)
    found: dict[str, Callable[[], QuerySet[Any]]] = {
        "to_review": lambda: assignments.filter(state=Assignment.State.REPORTED),
        "to_sign": lambda: Order.objects.visible_to(membership).filter(state=Order.State.REGISTERED),
        "mine": lambda: agenda.to_do(membership, timezone.localdate()),
        "rechecks": lambda: seats.waiting_for(membership),
        "messages": lambda: inbox.of(membership).filter(read_at=None),
    }
    shown = {entry.counter for entry in ENTRIES if membership.role in entry.roles} | {"messages"}
    return {name: rows() for name, rows in found.items() if name in shown}


def counted(rows: QuerySet[Any]) -> Coalesce:
    """The number of a department's rows as a scalar subquery."""
    path = getattr(rows, "department_path", "department")
    groups = rows.order_by().values(path).annotate(number=Count("pk", distinct=True)).values("number")
    return Coalesce(Subquery(groups, output_field=IntegerField()), 0)
