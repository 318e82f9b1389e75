"""What a department shows to everybody: its published orders with their annexes. Nobody is asked who they are here.

Every row starts from `Order.objects.published()`; what is not published is not even hinted at.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet

from accounts.models import Department
from orders.models import Annex, Order, OrderQuerySet
from portal.lib.forms import Filter, set_choices
from portal.lib.fulltext import Match
from portal.search.kinds import ORDER
from portal.search.words import words
from roadmaps.models import Roadmap
from schools.models import academic_year_of


@dataclass(frozen=True)
class Document:
    """A published order; ``year`` its academic year, ``annexes`` their titles as printed.

    ``changed_by``: published orders in force that gave its plan a new wording. One that is not published is not named.
    """

    order: Order
    year: int
    annexes: Sequence[str]
    is_changed: bool
    changed_by: Sequence[Order]

    @property
    def year_words(self) -> str:
        return f"{self.year}–{self.year + 1} учебный год"


class DocumentsFilter(Filter):
    q = forms.CharField(label="Слова или номер", max_length=100, required=False)
    year = forms.TypedChoiceField(label="Учебный год", coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, orders: OrderQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = sorted({academic_year_of(month) for month in orders.dates("date", "month")}, reverse=True)
        set_choices(self, "year", [("", "все годы"), *((str(year), f"{year}–{year + 1}") for year in years)])

    def apply(self, orders: OrderQuerySet) -> OrderQuerySet:
        """Nonsense in one field narrows nothing."""
        self.is_valid()
        if year := self.cleaned_data.get("year"):
            orders = orders.filter(date__gte=first_day(year), date__lt=first_day(year + 1))
        asked = words(self.cleaned_data.get("q") or "")
        return orders.filter(Match(ORDER, [word.forms for word in asked])) if asked else orders


def first_day(year: int) -> datetime.date:
    """Of the academic year."""
    return datetime.date(year, 9, 1)


def departments() -> QuerySet[Department]:
    """Those that have published anything, with how many ``documents``."""
    published = Count("orders", filter=Q(orders__in=Order.objects.published()))
    return Department.objects.annotate(documents=published).filter(documents__gt=0).order_by("name")


def published(code: str) -> OrderQuerySet:
    """The published orders of the department with this code, the newest first."""
    orders = Order.objects.published().filter(department__code=code).defer("snapshot", "preamble")
    return orders.order_by("-date", "-sequence", "-pk")


def read(orders: Sequence[Order]) -> list[Document]:
    """The orders with what stands beside them: two queries, however many they are."""
    annexes, changes = annexes_of(orders), changes_of(orders)
    return [
        Document(
            order,
            academic_year_of(order.date),
            annexes[order.pk],
            bool(changes[order.pk]),
            [change for change in changes[order.pk] if change.published_at],
        )
        for order in orders
        if order.date
    ]


def annexes_of(orders: Sequence[Order]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Annex.objects.filter(order__in=[order.pk for order in orders])
    for order, lines in rows.values_list("order", "content__title_lines"):
        found[order].append(" ".join(lines or ()))
    return found


def changes_of(orders: Sequence[Order]) -> Mapping[int, list[Order]]:
    """Orders in force whose annex is the next revision of the plan that the order approved."""
    found: dict[int, list[Order]] = defaultdict(list)
    later = Roadmap.objects.filter(
        previous__order__in=[order.pk for order in orders], order__state=Order.State.SIGNED
    )
    for roadmap in later.select_related("order", "previous").order_by("order__date", "order__pk"):
        if roadmap.previous and roadmap.previous.order_id and roadmap.order:
            found[roadmap.previous.order_id].append(roadmap.order)
    return found
