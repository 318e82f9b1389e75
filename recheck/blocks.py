"""What the recheck puts on a school's card: rechecks of its works, and what it was asked to check itself."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from accounts.models import Membership, Role
from recheck.domain import clocks
from recheck.models import RecheckCase
from schools import card
from schools.models import School

SHOWN = 8


@card.block(order=50)
def rechecks(school: School, membership: Membership) -> card.Block | None:
    rows = RecheckCase.objects.visible_to(membership).filter(Q(school=school) | Q(checker=school))
    known = rows.prefetch_related("school", "checker", "exam__campaign", "flag", "department")
    found = [(case, clocks.due(case) if case.is_live else None) for case in known.distinct()[:SHOWN]]
    if not found and membership.role == Role.DEPUTY:
        return None
    live = sum(case.is_live and case.school_id == school.pk for case, _ in found)
    return card.Block(
        "rechecks",
        "Перепроверки",
        "recheck/_card.html",
        data=found,
        count=len(found),
        link=reverse("recheck:list"),
        link_text="Все перепроверки",
        states=(("doing", "идёт перепроверка"),) if live else (),
    )
