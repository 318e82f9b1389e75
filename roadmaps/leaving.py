"""What a person leaves behind in the duties: those they bear, those whose reports they accept, their school's."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse

from accounts import leaving
from accounts.leaving import Left
from accounts.models import Membership
from portal.lib.names import counted
from roadmaps.domain import handover
from roadmaps.models import Assignment
from schools.models import Post, School

DUTIES = ("открытое поручение", "открытых поручения", "открытых поручений")


@leaving.teller
def officials_duties(member: Membership) -> Iterator[Left]:
    is_open = Q(state__in=Assignment.OPEN_STATES)
    numbers = handover.left_behind(member).aggregate(
        bears=Count("pk", filter=is_open & Q(official=member)),
        accepts=Count("pk", filter=Q(controller=member)),
    )
    give = ("Передать коллеге", reverse("roadmaps:handover_all", args=[member.pk]))
    if numbers["bears"]:
        rows = reverse("roadmaps:assignments", query={"state": "open", "official": member.pk})
        yield Left(counted(numbers["bears"], *DUTIES), rows, *give)
    if numbers["accepts"]:
        words = counted(numbers["accepts"], "поручению", "поручениям", "поручениям")
        yield Left(f"принимает доклады по {words}", "", *(() if numbers["bears"] else give))


@leaving.teller
def schools_duties(member: Membership) -> Iterator[Left]:
    """They stay with the school; without another deputy nobody is there to report them."""
    school = School.objects.filter(posts__membership=member).first()
    if school is None:
        return
    others = Post.objects.filter(school=school, membership__ended_at=None).exclude(membership=member)
    number = Assignment.objects.open().filter(school=school).count()
    if number and not others.exists():
        rows = reverse("roadmaps:assignments", query={"state": "open", "school": school.pk})
        words = f"{counted(number, *DUTIES)} за школой: другого ответственного в ней нет"
        yield Left(words, rows, "Назначить ответственного", reverse("schools:deputy_new", args=[school.pk]))
