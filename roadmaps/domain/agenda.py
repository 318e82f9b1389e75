"""A person's duties by urgency: what to do now comes first, each group bounded, all of it in one query."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Count, F, OuterRef, Prefetch, Subquery, Value, When, Window
from django.db.models.functions import RowNumber

from accounts.models import Department, Membership, Role
from notifications.domain.rules import rules_of
from roadmaps.domain import going_on
from roadmaps.domain.reports import WITHDRAWN
from roadmaps.models import Assignment, AssignmentEvent, AssignmentQuerySet, touching
from roadmaps.permissions import may_report

State = Assignment.State
SHOWN = 8  # cards of one group on the first page
PEOPLE = ("official", "named", "controller", "reported_by", "decided_by")
# Key → heading, in the order of the page.
GROUPS = {
    "late": "Просрочено",
    "returned": "Возвращено с замечанием",
    "week": "Эта неделя",
    "report": "Пора доложить о ходе",
    "later": "Позже",
    "ongoing": "Идёт постоянно",
    "review": "На проверке",
    "done": "Принято",
}
TO_DO = ("late", "returned", "week", "report")  # the headings of what cannot wait


@dataclass
class Group:
    """One heading with its first cards; ``total`` counts all."""

    key: str
    title: str
    total: int = 0
    cards: list[Assignment] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.total - len(self.cards)


def borne_by(member: Membership) -> AssignmentQuerySet:
    """What this person answers for here: their school's duties, those that name them, and those they help with."""
    visible = Assignment.objects.visible_to(member).exclude(state__in=Assignment.VOID_STATES)
    if member.role == Role.DEPUTY:
        return visible  # just that is what a deputy sees
    people = Membership.objects.filter(user=member.user_id).values("pk")
    return visible.filter(pk__in=touching(member, people))


def grouped(assignments: AssignmentQuerySet, today: datetime.date, every: int) -> Any:
    """Each row with its ``group``. Overdue outranks returned; no due day is going on, with a report now and then.

    The week ends on Sunday; on a Sunday people look at the one that begins tomorrow.
    """
    tomorrow = today + datetime.timedelta(days=1)
    sunday = tomorrow + datetime.timedelta(days=6 - tomorrow.weekday())
    group = Case(
        When(state=State.ACCEPTED, then=Value("done")),
        When(state=State.REPORTED, then=Value("review")),
        When(last_day__lt=today, then=Value("late")),
        When(state=State.RETURNED, then=Value("returned")),
        When(going_on.waits_for_report(every, today), then=Value("report")),
        When(last_day=None, then=Value("ongoing")),
        When(last_day__lte=sunday, then=Value("week")),
        default=Value("later"),
        output_field=CharField(),
    )
    return going_on.with_since(assignments).annotate(group=group)


def of_group(member: Membership, today: datetime.date, key: str) -> AssignmentQuerySet:
    """All duties under one heading, most urgent first."""
    every = rules_of(member.department).report_every
    rows: AssignmentQuerySet = grouped(borne_by(member), today, every).filter(group=key)
    return rows


def to_do(member: Membership, today: datetime.date) -> AssignmentQuerySet:
    """What the person has to do now: the masthead's number, and what the page puts first."""
    every = rules_of(member.department).report_every
    rows: AssignmentQuerySet = grouped(borne_by(member), today, every).filter(group__in=TO_DO)
    return rows


def paged(
    rows: AssignmentQuerySet,
    size: int,
    number: str | None,
    cards: Callable[[AssignmentQuerySet], AssignmentQuerySet] | None = None,
) -> Page[Assignment]:
    """One page of cards in the order of ``rows``: all are sorted by their keys, only those shown are dressed."""
    page: Page[Any] = Paginator(rows.values_list("pk", flat=True), size).get_page(number)
    page.object_list = dressed(list(page.object_list), cards or for_cards)
    return page


def dressed(keys: list[int], cards: Callable[[AssignmentQuerySet], AssignmentQuerySet]) -> list[Assignment]:
    """The cards of these duties, in this order."""
    by_key = {card.pk: card for card in cards(Assignment.objects.filter(pk__in=keys))}
    return [by_key[key] for key in keys if key in by_key]


def for_cards(assignments: AssignmentQuerySet) -> AssignmentQuerySet:
    """Everything a card shows, without a query per card: source, who accepts, the last remark, length of history."""
    last = AssignmentEvent.objects.filter(assignment=OuterRef("pk")).order_by("-pk")
    returned = last.filter(state=State.RETURNED, before=State.REPORTED).exclude(comment=WITHDRAWN)
    # People and schools repeat from card to card: read apart they cost less than a dozen joins to each row.
    people = (Prefetch(role, Membership.objects.select_related("user")) for role in PEOPLE)
    return (
        assignments.select_related("item__section__roadmap", "clause__order")
        .prefetch_related("school", "event__school", *people)
        .annotate(
            remark=Subquery(returned.values("comment")[:1]),
            steps=Subquery(last.order_by().values("assignment").annotate(n=Count("pk")).values("n")),
        )
    )


def with_bearer(cards: Iterable[Assignment], member: Membership) -> None:
    """``is_borne``: the member reports this duty themself; else they only help with it."""
    for card in cards:
        card.is_borne = may_report(card, member)  # type: ignore[attr-defined]


def with_days(cards: Iterable[Assignment], department: Department) -> None:
    """A due day that is a day off stays as printed, ``day_off`` says why it is one; ``next_report`` of what goes on."""
    calendar, every = department.calendar, rules_of(department).report_every
    for card in cards:
        card.next_report = going_on.next_report(card, every)  # type: ignore[attr-defined]
        card.day_off = calendar.why_off(card.last_day) if card.last_day else None  # type: ignore[attr-defined]


def agenda(member: Membership, today: datetime.date) -> list[Group]:
    """All groups that hold something, the first `SHOWN` cards of each."""
    rows = grouped(borne_by(member), today, rules_of(member.department).report_every)
    counted = dict(rows.order_by().values_list("group").annotate(n=Count("pk", distinct=True)))
    place = Window(
        RowNumber(), partition_by=F("group"), order_by=[F("last_day").asc(nulls_last=True), F("pk").asc()]
    )
    first = rows.exclude(group="done").annotate(place=place).filter(place__lte=SHOWN)
    group_of = dict(first.order_by().values_list("pk", "group"))
    groups = {key: Group(key, title, counted.get(key, 0)) for key, title in GROUPS.items()}
    for assignment in for_cards(Assignment.objects.filter(pk__in=group_of)):
        groups[group_of[assignment.pk]].cards.append(assignment)
    with_days([card for group in groups.values() for card in group.cards], member.department)
    for group in groups.values():
        with_bearer(group.cards, member)
    return [group for group in groups.values() if group.total]
