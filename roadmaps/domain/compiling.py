"""Filling in what the portal understood of a row: its deadline's parts and whom it reaches."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from roadmaps import deadlines
from roadmaps.domain import responsibles
from roadmaps.domain.responsibles import Directory
from roadmaps.models import ActionItem, Roadmap

UNDERSTOOD = ("deadline_parts", "reach")


def period(roadmap: Roadmap) -> deadlines.Period:
    return deadlines.Period(roadmap.first_day, roadmap.last_day)


def compiled(phrase: str, roadmap: Roadmap) -> list[dict[str, Any]]:
    """The phrase's parts in their JSON form."""
    return deadlines.to_json(deadlines.compile(phrase, period(roadmap)))


def fill(items: Iterable[ActionItem], roadmap: Roadmap, directory: Directory | None = None) -> None:
    """Set (not save) both meanings of the rows; what a person corrected stays."""
    directory = directory or Directory(roadmap.department)
    items = list(items)
    fill_reach(items, roadmap, directory)
    for item in items:
        if not item.deadline_by_hand:
            item.deadline_parts = compiled(item.deadline, roadmap)


def fill_reach(items: Iterable[ActionItem], roadmap: Roadmap, directory: Directory) -> None:
    """Set (not save) whom the rows reach, by the people and schools of today."""
    for item in items:
        if not item.reach_by_hand:
            item.reach = reach(item.responsible, roadmap, directory)


def reach(phrase: str, roadmap: Roadmap, directory: Directory) -> list[responsibles.Target]:
    return responsibles.understand(roadmap.department, phrase, directory=directory, school=roadmap.school)


def refill(roadmap: Roadmap, fields: Sequence[str] = UNDERSTOOD) -> None:
    """Understand the whole plan anew: after another period, or a remembered rule. One query to write."""
    items = list(ActionItem.objects.filter(section__roadmap=roadmap))
    fill(items, roadmap)
    ActionItem.objects.bulk_update(items, fields)


def is_unclear(parts: Iterable[dict[str, Any]]) -> bool:
    return any(part.get("unclear") for part in parts)


def is_undated(parts: Iterable[dict[str, Any]]) -> bool:
    """Whether a part gives no duty until a person has said its days: not understood, or by a schedule."""
    return any("unclear" in part or "schedule" in part for part in parts)


def days_named(parts: Iterable[dict[str, Any]]) -> list[datetime.date]:
    """Every calendar day that stands in the parts."""
    texts = [
        text
        for part in parts
        for text in [part.get("by"), *part.get("window", ()), *part.get("throughout", ())]
        if text
    ]
    return [datetime.date.fromisoformat(text) for text in texts]
