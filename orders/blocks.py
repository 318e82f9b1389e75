"""What the orders put on a school's card: the signed orders of this academic year, those first that name the school."""

from __future__ import annotations

import datetime
import re

from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from orders.models import Order
from portal.lib.names import folded
from schools import card
from schools.models import School, academic_year_of

SHOWN = 6
READ = 200  # orders of a year among which the school is looked for


@card.block(order=60)
def orders(school: School, membership: Membership) -> card.Block:
    first = datetime.date(academic_year_of(timezone.localdate()), 9, 1)
    signed = Order.objects.visible_to(membership).filter(state=Order.State.SIGNED, date__gte=first)
    rows = list(signed.defer("snapshot", "preamble")[:READ])
    for order in rows:
        order.names_school = _names(order, school)  # type: ignore[attr-defined]
    rows.sort(key=lambda order: not order.names_school)  # type: ignore[attr-defined]
    return card.Block(
        "orders",
        "Приказы учебного года",
        "orders/_card.html",
        data=rows[:SHOWN],
        count=len(rows),
        link=reverse("orders:list"),
        link_text="Все приказы",
    )


def _names(order: Order, school: School) -> bool:
    """Whether the distribution list sends a copy to this very school."""
    name = re.compile(rf"(?<!\w){re.escape(_plain(school.name))}(?!\w)")
    return any(name.search(_plain(str(line.get("addressee", "")))) for line in order.distribution)


def _plain(text: str) -> str:
    return " ".join(folded(text).split())
