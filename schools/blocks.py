"""What the schools' own app puts on a school's card: flags with their life, people who answer for it."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from portal.lib.names import counted
from schools import card
from schools.domain import flag_history, heat
from schools.models import ObjectivityFlag, Post, School, SchoolChange

MAY_FLAG = {Role.ADMIN, Role.METHODIST}


@card.block(order=20)
def flags(school: School, membership: Membership) -> card.Block | None:
    if membership.role == Role.DEPUTY:
        return None
    rows = list(
        ObjectivityFlag.objects.visible_to(membership)
        .filter(school=school)
        .prefetch_related("events__by__user")
    )
    years = flag_history.of_schools(membership, [school], timezone.localdate())
    standing = sum(flag.closed_on is None for flag in rows)
    return card.Block(
        "flags",
        "Признаки необъективности",
        "schools/_card_flags.html",
        data={"flags": rows, "may_flag": membership.role in MAY_FLAG, "years": years[school.pk]},
        count=len(rows),
        link=reverse("schools:flags"),
        link_text="Все признаки отдела",
        states=(("ask", f"{counted(standing, 'признак', 'признака', 'признаков')} в работе"),)
        if standing
        else (),
    )


@card.block(order=30)
def results(school: School, membership: Membership) -> card.Block | None:
    """The newest campaign in which the school has results: each test with its share of «4» and «5» and its signs."""
    if membership.role == Role.DEPUTY:
        return None
    rows = heat.of_school(membership, school)
    if not rows:
        return None
    found = sum(row.found for row in rows)
    return card.Block(
        "results",
        f"Результаты: {rows[0].result.exam.campaign}",
        "schools/_card_results.html",
        data=rows,
        count=len(rows),
        link=f"{reverse('schools:results')}?campaign={rows[0].result.exam.campaign_id}",
        link_text="Все школы",
        states=(("ask", f"{counted(found, 'повод', 'повода', 'поводов')} проверить результаты"),)
        if found
        else (),
    )


@card.block(order=10)
def people(school: School, membership: Membership) -> card.Block:
    posts = Post.objects.visible_to(membership).active().filter(school=school)
    rows = posts.select_related("membership__user").order_by("-is_director", "membership__user__last_name")
    data = {"posts": list(rows), "may_edit": membership.role == Role.ADMIN}
    return card.Block("people", "Кто отвечает", "schools/_card_people.html", data=data, side=True)


@card.block(order=90)
def history(school: School, membership: Membership) -> card.Block | None:
    """What became of the school, and of schools that became part of it."""
    changes = SchoolChange.objects.visible_to(membership).filter(Q(school=school) | Q(other=school))
    rows = list(changes.select_related("school", "other")[:30])
    return (
        card.Block("history", "История школы", "schools/_card_history.html", data=rows, side=True)
        if rows
        else None
    )
