"""Plans begun from nothing, and drafts thrown away."""

from __future__ import annotations

import datetime

from django.db import transaction

from accounts.domain import audit
from accounts.models import Department, Membership
from portal.lib.refusals import Refused
from roadmaps.domain.editing import lock_draft
from roadmaps.models import ActionItem, Roadmap, RoadmapEvent, Section
from schools.models import School

COLUMNS = [
    {"key": "number", "heading": "№"},
    {"key": "text", "heading": "Мероприятие"},
    {"key": "deadline", "heading": "Срок"},
    {"key": "responsible", "heading": "Ответственные"},
    {"key": "expected_result", "heading": "Ожидаемый результат"},
]


@transaction.atomic
def create(
    department: Department,
    *,
    name: str,
    first_day: datetime.date,
    last_day: datetime.date,
    by: Membership,
    school: School | None = None,
) -> Roadmap:
    """An empty plan with the usual columns, one section and one row to begin with."""
    if school and school.department_id != department.pk:
        raise Refused("Эта школа относится к другому отделу.")
    roadmap = Roadmap.objects.create(
        department=department,
        school=school,
        name=name,
        title_lines=["ПЛАН МЕРОПРИЯТИЙ", name],
        columns=COLUMNS,
        first_day=first_day,
        last_day=last_day,
        created_by=by,
    )
    section = Section.objects.create(
        roadmap=roadmap, position=0, number="I", title="Новый раздел", heading="I. Новый раздел"
    )
    ActionItem.objects.create(section=section, position=0, number="1.1.", text="", updated_by=by)
    RoadmapEvent.objects.create(roadmap=roadmap, what="Создана", by=by)
    return roadmap


@transaction.atomic
def delete(roadmap: Roadmap, *, by: Membership) -> None:
    """Throw a draft away for good. What has been in an order stays."""
    lock_draft(roadmap)
    if roadmap.order_id:
        raise Refused("Карта уже была в приказе: её история остаётся. Удалить можно только черновик.")
    audit.record("roadmap.deleted", f"Удалён черновик карты «{roadmap}»", by=by, subject=roadmap)
    roadmap.delete()
