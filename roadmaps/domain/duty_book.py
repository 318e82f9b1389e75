"""The list of duties as an Excel sheet, exactly what the filter shows."""

from __future__ import annotations

import datetime

from django.utils import timezone

from portal.lib import excel
from roadmaps.domain import agenda
from roadmaps.models import Assignment, AssignmentQuerySet

MOST_ROWS = 10_000
COLUMNS = [
    excel.Column("Откуда", 34), excel.Column("Пункт", 9), excel.Column("Мероприятие", 60),
    excel.Column("Исполнитель", 30), excel.Column("Срок", 13), excel.Column("Срок по документу", 13),
    excel.Column("Состояние", 16), excel.Column("Доложено", 17), excel.Column("Кто доложил", 22),
    excel.Column("Решено", 17), excel.Column("Принимает", 22), excel.Column("Замечание", 40),
]  # fmt: skip


def sheet(rows: AssignmentQuerySet, today: datetime.date) -> bytes:
    """At most `MOST_ROWS`, in the list's order; times are the department's own."""
    return excel.write(
        "Поручения", COLUMNS, (_line(row, today) for row in agenda.for_cards(rows)[:MOST_ROWS])
    )


def _line(row: Assignment, today: datetime.date) -> list[object]:
    late = row.is_open and row.last_day is not None and row.last_day < today
    return [
        str(row.item.section.roadmap if row.item else row.clause.order),  # type: ignore[union-attr]
        row.item.number if row.item else "",
        row.item.text if row.item else row.clause.text,  # type: ignore[union-attr]
        str(row.school or row.official.user.short_name),  # type: ignore[union-attr]
        row.last_day or "",
        row.printed_day or "",
        "просрочено" if late else row.get_state_display(),
        timezone.localtime(row.reported_at) if row.reported_at else "",
        row.reported_by.user.short_name if row.reported_by else "",
        timezone.localtime(row.decided_at) if row.decided_at else "",
        row.controller.user.short_name if row.controller else "",
        row.remark or "",  # type: ignore[attr-defined]
    ]
