"""What the roadmaps put on a school's card: how its duties of this academic year stand, the most urgent by name."""

from __future__ import annotations

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from roadmaps.domain import agenda
from roadmaps.models import Assignment
from roadmaps.models.duties import due_in
from schools import card
from schools.models import School, academic_year_of

SHOWN = 5
State = Assignment.State


@card.block(order=10)
def duties(school: School, membership: Membership) -> card.Block:
    today = timezone.localdate()
    this_year = due_in(academic_year_of(today))
    is_open = Q(state__in=Assignment.OPEN_STATES)
    rows = Assignment.objects.visible_to(membership).filter(school=school).exclude(state=State.CLOSED)
    numbers = rows.aggregate(
        total=Count("pk", filter=this_year),
        accepted=Count("pk", filter=this_year & Q(state=State.ACCEPTED)),
        reported=Count("pk", filter=Q(state=State.REPORTED)),
        late=Count("pk", filter=is_open & Q(last_day__lt=today)),
    )
    nearest = (
        rows.filter(is_open).order_by(F("last_day").asc(nulls_last=True), "pk").values_list("pk", flat=True)
    )
    urgent = agenda.dressed(list(nearest[:SHOWN]), agenda.for_cards)
    states = [
        ("late", f"{numbers['late']}\N{NO-BREAK SPACE}просрочено", numbers["late"]),
        ("sent", f"{numbers['reported']}\N{NO-BREAK SPACE}на проверке", numbers["reported"]),
    ]
    return card.Block(
        "duties",
        "Поручения",
        "roadmaps/_card_duties.html",
        data={**numbers, "urgent": urgent, "today": today},
        count=numbers["total"],
        link=_list(school, membership),
        link_text="Все поручения",
        states=tuple((state, words) for state, words, number in states if number),
    )


def _list(school: School, membership: Membership) -> str:
    if membership.role == Role.DEPUTY:
        return reverse("roadmaps:mine")
    return f"{reverse('roadmaps:assignments')}?school={school.pk}"
