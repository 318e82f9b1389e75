"""What a repealed order takes along: its plan goes to the archive, its duties are withdrawn, their bearers are told."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from notifications.domain import ledger
from orders.models import Order
from portal.lib.names import counted
from portal.lib.transitions import move
from roadmaps.domain.due import People
from roadmaps.domain.editing import record
from roadmaps.domain.letters import WITHDRAWN
from roadmaps.models import Assignment, AssignmentEvent, AssignmentQuerySet, Roadmap

State = Assignment.State
Bearer = tuple[int | None, int | None]  # school, official
DUTIES = ("поручение", "поручения", "поручений")


@transaction.atomic
def take_back(order: Order, by: Membership) -> int:
    """Withdraw what is undone or not accepted yet, each with its history row; return how many. Accepted ones stay."""
    for roadmap in Roadmap.objects.filter(order=order, state=Roadmap.State.APPROVED):
        move(roadmap, Roadmap.State.ARCHIVED, updated_at=timezone.now())
        record(roadmap, "Приказ отменён", by, order=order.pk)
    closed: list[Bearer] = []
    for state in (*Assignment.OPEN_STATES, State.REPORTED):
        closed += _close(_of(order).filter(state=state), state, order, by)
    _tell(order, set(closed))
    return len(closed)


def outlook(order: Order) -> list[str]:
    """What `take_back` would do, in sentences."""
    waits = Q(state__in=Assignment.OPEN_STATES) | Q(state=State.REPORTED)
    found = _of(order).aggregate(
        waiting=Count("pk", filter=waits), done=Count("pk", filter=Q(state=State.ACCEPTED))
    )
    said = []
    if found["waiting"]:
        said.append(f"Будет снято {counted(found['waiting'], *DUTIES)}, исполнители получат сообщение.")
    if found["done"]:
        said.append(f"Принято по приказу {counted(found['done'], *DUTIES)}: они останутся в отчётах.")
    return said


def _of(order: Order) -> AssignmentQuerySet:
    keys = Assignment.objects.order_by().values("pk")
    of_items = keys.filter(item__section__roadmap__order=order)
    return Assignment.objects.filter(pk__in=of_items.union(keys.filter(clause__order=order))).order_by()


def _close(rows: AssignmentQuerySet, before: str, order: Order, by: Membership) -> list[Bearer]:
    """Those that were still in this state; whom each was for. A moment names the rows that this very call has won."""
    at, keys = timezone.now(), list(rows.values_list("pk", flat=True))
    won: list[tuple[int, int | None, int | None]] = []
    for start in range(0, len(keys), 1000):
        chunk = Assignment.objects.filter(pk__in=keys[start : start + 1000])
        chunk.filter(state=before).update(state=State.CLOSED, decided_at=at, decided_by=by)
        mine = chunk.filter(state=State.CLOSED, decided_at=at, decided_by=by)
        won += mine.order_by().values_list("pk", "school", "official")
    comment = f"{order} от {order.date:%d.%m.%Y} отменён: {order.void_reason}"
    AssignmentEvent.objects.bulk_create(
        (
            AssignmentEvent(assignment_id=pk, before=before, state=State.CLOSED, by=by, comment=comment)
            for pk, _, _ in won
        ),
        batch_size=1000,
    )
    return [(school, official) for _, school, official in won]


def _tell(order: Order, bearers: Collection[Bearer]) -> None:
    """One message a person, however many duties: whoever works on them must learn to stop."""
    people = People.of(order.department)
    ledger.record_each(
        (member for school, official in bearers for member in people.bearers(school, official)),
        department=order.department,
        key=f"withdrawn:{order.pk}",
        kind=WITHDRAWN.name,
        subject=f"{order} отменён: поручения сняты",
        body=f"{order} от {order.date:%d.%m.%Y} отменён. Причина: {order.void_reason}\n\nПоручения по нему, которые "
        "ещё не приняты, сняты: делать их и докладывать больше не нужно.",
        path=reverse("orders:order", args=[order.pk]),
    )
