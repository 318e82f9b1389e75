"""Editing a draft: its sections and the heading of the document."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership
from portal.lib.refusals import Refused
from roadmaps.domain import compiling, numbering
from roadmaps.domain.editing import clean, lock_draft, record
from roadmaps.domain.errors import Conflict
from roadmaps.models import Roadmap, Section


@transaction.atomic
def add(roadmap: Roadmap, title: str, *, by: Membership) -> Section:
    """A new section at the end, headed in the manner of the others («III. …»)."""
    roadmap = lock_draft(roadmap)
    title = clean(title)
    if not title:
        raise Refused("Напишите название раздела.")
    sections = list(roadmap.sections.all())
    headings = [section.heading for section in sections if section.heading]
    heading = title if numbering.split_heading(title)[0] else numbering.next_heading(headings, title)
    number, name = numbering.split_heading(heading)
    position = sections[-1].position + 1 if sections else 0
    section = Section.objects.create(
        roadmap=roadmap, position=position, number=number, title=name, heading=heading
    )
    record(roadmap, "Добавлен раздел", by, after=heading)
    return section


@transaction.atomic
def rename(section: Section, heading: str, version: int, by: Membership) -> Section:
    """Write the printed heading; whoever read an older ``version`` gets `Conflict`."""
    roadmap = lock_draft(section.roadmap)
    heading = clean(heading)
    number, title = numbering.split_heading(heading)
    changed = Section.objects.filter(pk=section.pk, version=version).update(
        heading=heading, number=number, title=title, version=F("version") + 1
    )
    before = section.heading
    section.refresh_from_db()
    if changed:
        record(roadmap, "Переименован раздел", by, section=section.pk, before=before, after=heading)
    elif section.heading != heading:
        raise _heading_conflict(heading, section, roadmap)
    return section


def _heading_conflict(mine: str, section: Section, roadmap: Roadmap) -> Conflict:
    event = roadmap.events.filter(details__section=section.pk).select_related("by__user").first()
    author = str(event.by.user) if event and event.by else "другой человек"
    return Conflict(mine, section.heading, section.version, author, event.at if event else timezone.now())


@transaction.atomic
def remove(section: Section, *, by: Membership) -> None:
    """Take out a section that has no rows."""
    roadmap = lock_draft(section.roadmap)
    if section.items.exists():
        raise Refused("В разделе есть пункты: сначала удалите их или переместите в другой раздел.")
    record(roadmap, "Удалён раздел", by, before=section.heading)
    section.delete()


@transaction.atomic
def change_head(roadmap: Roadmap, *, version: int, by: Membership, **head: Any) -> Roadmap:
    """Write name, title lines, goals, columns or period; another period gives every deadline its meaning anew."""
    lock_draft(roadmap)
    before = {name: getattr(roadmap, name) for name in ("first_day", "last_day")}
    changed = Roadmap.objects.filter(pk=roadmap.pk, version=version).update(version=F("version") + 1, **head)
    roadmap.refresh_from_db()
    if not changed:
        raise Conflict(
            "\n".join(head.get("title_lines", ())), "\n".join(roadmap.title_lines), roadmap.version,
            "другой человек", roadmap.updated_at,
        )  # fmt: skip
    if before != {name: getattr(roadmap, name) for name in before}:
        compiling.refill(roadmap, ["deadline_parts"])
    record(roadmap, "Изменены название или период", by)
    return roadmap
