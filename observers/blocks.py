"""What the observers put on a school's card: who watches there, and what was seen last."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from observers.models import ObserverAssignment, Violation
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


@card.block(order=40)
def visits(school: School, membership: Membership) -> card.Block | None:
    """The visits to come, then the last ones. A school learns of its visitors by the order, not here."""
    if membership.role == Role.DEPUTY:
        return None
    mine = ObserverAssignment.objects.visible_to(membership).active().filter(session__school=school)
    rows = mine.with_trouble().select_related("observer", "session__exam")
    today = timezone.localdate()
    ahead = list(rows.filter(session__day__gte=today)[:SHOWN])
    past = list(rows.filter(session__day__lt=today).order_by("-session__day", "-pk")[: SHOWN - len(ahead)])
    return card.Block(
        "visits",
        "Визиты наблюдателей",
        "observers/_card_visits.html",
        data=[*ahead, *past],
        count=mine.count(),
        link=reverse("observers:board", query={"school": school.pk}),
        link_text="Назначения",
        states=(("late", "наблюдатель требует внимания"),) if any(visit.trouble for visit in ahead) else (),
    )
