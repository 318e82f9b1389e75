"""The sections and rows of a whole plan: copied from another plan, written in two queries whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from accounts.models import Membership
from roadmaps.models import ActionItem, Roadmap, Section

Grouped: TypeAlias = Sequence[tuple[Section, list[ActionItem]]]

_SECTION = ("position", "number", "title", "heading")
_ITEM = (
    "position", "number", "text", "deadline", "responsible", "expected_result", "extra",
    "deadline_parts", "deadline_by_hand", "reach", "reach_by_hand", "proof",
)  # fmt: skip


def copied(roadmap: Roadmap) -> Grouped:
    """The plan's sections and rows as new ones that are not saved and belong to no plan yet."""
    return [
        (
            Section(**{name: getattr(section, name) for name in _SECTION}),
            [ActionItem(**{name: getattr(item, name) for name in _ITEM}) for item in section.items.all()],
        )
        for section in roadmap.sections.prefetch_related("items")
    ]


def write(grouped: Grouped, roadmap: Roadmap, *, by: Membership | None) -> None:
    """Save new sections and rows as the plan's."""
    for section, _ in grouped:
        section.roadmap = roadmap
    Section.objects.bulk_create([section for section, _ in grouped])
    for section, items in grouped:
        for item in items:
            item.section, item.updated_by = section, by
    ActionItem.objects.bulk_create([item for _, items in grouped for item in items])
