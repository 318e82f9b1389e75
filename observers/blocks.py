"""What the observers put on a school's card: how often it was watched, and what was seen there last."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import Membership, Role
from observers.models import Violation
from schools import card
from schools.models import School

SHOWN = 6


@card.block(order=40)
def seen(school: School, membership: Membership) -> card.Block | None:
    """The latest violations; the school itself has nothing to look for until there are some."""
    rows = Violation.objects.visible_to(membership).filter(school=school)
    latest = list(rows.select_related("sheet__assignment__session")[:SHOWN])
    if not latest and membership.role == Role.DEPUTY:
        return None
    waiting = rows.unanswered().count()
    of_school = "" if membership.role == Role.DEPUTY else f"?school={school.pk}"
    return card.Block(
        "seen",
        "Что увидели наблюдатели",
        "observers/_card.html",
        data=latest,
        count=rows.count(),
        link=reverse("observers:violations") + of_school if latest else "",
        link_text="Все записи",
        states=(("soon", f"без ответа на нарушения: {waiting}"),) if waiting else (),
    )
