"""Deadlines nobody has understood yet: the portal asks, a person answers."""

from __future__ import annotations

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import Membership
from roadmaps.deadlines import Unclear, compile
from roadmaps.domain import compiling
from roadmaps.models import ActionItem, Roadmap


def unclear(member: Membership) -> QuerySet[ActionItem]:
    """Items of the plans in work and in force, the oldest plan first, in its order."""
    rows = ActionItem.objects.visible_to(member).exclude(section__roadmap__state=Roadmap.State.ARCHIVED)
    asked = rows.annotate(meaning=Cast("deadline_parts", TextField())).filter(meaning__contains='"unclear"')
    ordered = asked.order_by("section__roadmap__first_day", "section__position", "position", "pk")
    return ordered.select_related("section__roadmap")


def reason(item: ActionItem) -> str:
    """The question the compiler asks; the stored meaning does not hold it."""
    parts = compile(item.deadline, compiling.period(item.section.roadmap))
    return next((part.reason for part in parts if isinstance(part, Unclear)), "Уточните срок.")
