"""What every edit of a plan stands on: the lock on the draft, clean text, a line in the history."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import Membership
from portal.lib.refusals import Refused
from roadmaps.models import ActionItem, Roadmap, RoadmapEvent

LONGEST = 6_000  # characters in a cell; the longest cell of the real documents has some 600
LOCKED = "Карта уже не черновик: изменить её нельзя. Верните приказ на доработку или начните новую редакцию."


def lock_draft(roadmap: Roadmap) -> Roadmap:
    """Hold the plan's row as a draft until the transaction ends, so that no edit slips past the order."""
    if not Roadmap.objects.filter(pk=roadmap.pk, state=Roadmap.State.DRAFT).update(updated_at=timezone.now()):
        raise Refused(LOCKED)
    return Roadmap.objects.select_related("department", "school").get(pk=roadmap.pk)


def refuse_locked(roadmap: Roadmap) -> None:
    """Raise `Refused` for a plan that is no draft, before anyone has typed for nothing."""
    if not roadmap.is_editable:
        raise Refused(LOCKED)


def clean(text: str) -> str:
    """Line ends of one kind, no blanks at the edges; the words stay as typed."""
    if len(text) > LONGEST:
        raise Refused(f"Текст длиннее {LONGEST} знаков: сократите его или разделите на пункты.")
    text = text.replace("\x00", "")
    return "\n".join(
        line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ).strip()


def record(
    roadmap: Roadmap, what: str, by: Membership | None, *, item: ActionItem | None = None, **details: Any
) -> RoadmapEvent:
    """Append to the plan's history: what was done, by whom, to which row."""
    return RoadmapEvent.objects.create(roadmap=roadmap, item=item, what=what, by=by, details=details)
