"""From a file as read to a saved plan: shown first, saved as a whole or not at all."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Membership
from portal.lib import files
from portal.lib.refusals import Refused
from roadmaps import deadlines, reading
from roadmaps.domain import compiling, responsibles, wholes
from roadmaps.domain.items import ROWS
from roadmaps.domain.responsibles import Directory
from roadmaps.models import ActionItem, Roadmap, RoadmapEvent, RoadmapImport, Section
from schools.models import School

KEEP_UNSAVED = datetime.timedelta(days=2)
_YEARS = re.compile(r"(20\d\d)\s*[-–—/]\s*(20\d\d|\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True)
class Preview:
    """What saving will give: the unsaved plan and its rows with their meanings, and how much needs a person."""

    roadmap: Roadmap
    grouped: list[tuple[Section, list[ActionItem]]]
    deadlines_unclear: int
    nobody: int
    items: int


def read(upload: UploadedFile) -> reading.Reading:
    """Read an uploaded file. Raises `Refused` with the reason and the remedy in Russian."""
    name = upload.name or "файл"
    if (upload.size or 0) > reading.MAX_BYTES:
        raise Refused(
            f"Файл больше {reading.MAX_BYTES // 1024 // 1024} МБ. Удалите из него рисунки и повторите."
        )
    return read_bytes(upload.read(), name)


def read_bytes(data: bytes, name: str) -> reading.Reading:
    """The same for the command line."""
    try:
        result = reading.read(data, name)
    except (reading.Unreadable, files.RefusedFile) as refusal:
        raise Refused(str(refusal)) from refusal
    count = len(result.roadmap.items())
    if count > ROWS:
        raise Refused(f"В карте {count} пунктов, а помещается {ROWS}. Разделите её на несколько файлов.")
    return result


def guess_period(read_json: dict[str, Any], today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The plan's period by its own title, else by the order's date, else the academic year of ``today``.

    A guess to be confirmed by a person: two years are an academic year, one year is that calendar year.
    """
    roadmap, order = read_json["roadmap"], read_json["order"] or {}
    for text in (roadmap["period"], " ".join(roadmap["title_lines"]), order.get("title")):
        if found := _YEARS.search(text or ""):
            return _academic(int(found[1]))
        if found := _YEAR.search(text or ""):
            year = int(found[1])
            return datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    day = datetime.date.fromisoformat(order["date"]) if order.get("date") else today
    return _academic(deadlines.school_year(day))


def _academic(year: int) -> tuple[datetime.date, datetime.date]:
    return datetime.date(year, 9, 1), datetime.date(year + 1, 8, 31)


@transaction.atomic
def keep_for_preview(
    result: reading.Reading,
    file_name: str,
    *,
    by: Membership,
    period: tuple[datetime.date, datetime.date] | None = None,
    school: School | None = None,
) -> RoadmapImport:
    """Hold what was read until the person has looked at it. Unsaved ones older than two days go."""
    RoadmapImport.objects.filter(
        department=by.department, saved_as=None, created_at__lt=timezone.now() - KEEP_UNSAVED
    ).delete()
    as_json = result.as_json()
    first, last = period or guess_period(as_json, timezone.localdate())
    return RoadmapImport.objects.create(
        department=by.department,
        school=school,
        file_name=file_name[:255],
        reading=as_json,
        first_day=first,
        last_day=last,
        created_by=by,
    )


def preview(pending: RoadmapImport) -> Preview:
    """The plan as it would be saved, understood for the import's period."""
    roadmap = _roadmap(pending)
    directory = Directory(pending.department)
    sections = _sections(pending.reading["roadmap"])
    rows = [item for _, items in sections for item in items]
    compiling.fill(rows, roadmap, directory)
    return Preview(
        roadmap=roadmap,
        grouped=sections,
        deadlines_unclear=sum(compiling.is_undated(item.deadline_parts) for item in rows),
        nobody=sum(not item.reach or any(map(responsibles.needs_answer, item.reach)) for item in rows),
        items=len(rows),
    )


def change_period(pending: RoadmapImport, first_day: datetime.date, last_day: datetime.date) -> None:
    """Confirm or correct the guessed period before saving."""
    pending.first_day, pending.last_day = first_day, last_day
    pending.save(update_fields=["first_day", "last_day"])


@transaction.atomic
def save(pending: RoadmapImport, *, by: Membership) -> Roadmap:
    """Save the import as a draft. Twice gives one plan: the second call returns what the first saved."""
    mine = RoadmapImport.objects.get(pk=pending.pk)
    if mine.saved_as:
        return mine.saved_as
    roadmap = _save(_roadmap(mine), mine.reading, by)
    claimed = RoadmapImport.objects.filter(pk=mine.pk, saved_as=None).update(saved_as=roadmap)
    if not claimed:
        raise Refused("Эту карту только что сохранил другой человек.")
    pending.saved_as = roadmap
    return roadmap


@transaction.atomic
def import_roadmap(
    result: reading.Reading,
    *,
    department: Department,
    file_name: str,
    period: tuple[datetime.date, datetime.date],
    school: School | None = None,
    by: Membership | None = None,
) -> Roadmap:
    """Save what was read as a draft of the department, or of one of its schools, all or nothing."""
    if school and school.department_id != department.pk:
        raise Refused("Эта школа относится к другому отделу.")
    if period[1] < period[0]:
        raise Refused("Период кончается раньше, чем начинается.")
    as_json = result.as_json()
    pending = RoadmapImport(
        department=department, school=school, file_name=file_name, reading=as_json,
        first_day=period[0], last_day=period[1],
    )  # fmt: skip
    return _save(_roadmap(pending), as_json, by)


def _roadmap(pending: RoadmapImport) -> Roadmap:
    read_json = pending.reading["roadmap"]
    return Roadmap(
        department=pending.department,
        school=pending.school,
        name=_name(read_json, pending),
        title_lines=read_json["title_lines"],
        goals=read_json["goals"],
        columns=read_json["columns"],
        first_day=pending.first_day,
        last_day=pending.last_day,
        source_name=pending.file_name[:255],
        problems=pending.reading["problems"],
        imported_order=pending.reading["order"] or {},
        created_by=pending.created_by,
    )


def _name(read_json: dict[str, Any], pending: RoadmapImport) -> str:
    """A short name for lists: what it is, whose, for which years."""
    dorozhnaya = "дорожная карта" in " ".join(read_json["title_lines"]).lower()
    years = str(pending.first_day.year)
    if pending.last_day.year != pending.first_day.year:
        years += f"/{pending.last_day.year % 100:02d}"
    whose = f", {pending.school.name}" if pending.school else ""
    return f"{'Дорожная карта' if dorozhnaya else 'План мероприятий'} на {years}{whose}"[:200]


def _save(roadmap: Roadmap, read_json: dict[str, Any], by: Membership | None) -> Roadmap:
    roadmap.created_by = by
    roadmap.save()
    sections = _sections(read_json["roadmap"])
    compiling.fill([item for _, items in sections for item in items], roadmap)
    wholes.write(sections, roadmap, by=by)
    RoadmapEvent.objects.create(
        roadmap=roadmap, what="Загружена из файла", by=by, details={"file": roadmap.source_name}
    )
    audit.record(
        "roadmap.imported",
        f"Загружена карта «{roadmap}» из файла {roadmap.source_name}",
        by=by,
        subject=roadmap,
    )
    return roadmap


def _sections(read_json: dict[str, Any]) -> list[tuple[Section, list[ActionItem]]]:
    return [
        (
            Section(
                position=place,
                number=(section["number"] or "")[:40],
                title=section["title"] or "",
                heading=section["heading"] or "",
            ),
            [_item(item, position) for position, item in enumerate(section["items"])],
        )
        for place, section in enumerate(read_json["sections"])
    ]


def _item(read_json: dict[str, Any], position: int) -> ActionItem:
    return ActionItem(
        position=position,
        number=(read_json["number"] or "")[:40],
        text=read_json["text"],
        deadline=read_json["deadline"],
        responsible=read_json["responsible"],
        expected_result=read_json.get("expected_result", ""),
        extra=read_json.get("extra", {}),
    )
