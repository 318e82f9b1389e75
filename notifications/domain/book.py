"""The ledger as an Excel sheet, exactly what the filter shows."""

from __future__ import annotations

from django.utils import timezone

from notifications.domain import kinds
from notifications.models import Reminder, ReminderQuerySet
from portal.lib import excel

MOST_ROWS = 20_000
COLUMNS = [
    excel.Column("Записано", 17), excel.Column("Кому", 24), excel.Column("О чём", 24), excel.Column("Тема", 50),
    excel.Column("Итог", 18), excel.Column("Когда", 17), excel.Column("Каким путём", 34), excel.Column("Попыток", 9),
    excel.Column("Что помешало", 50), excel.Column("Прочитано в портале", 17),
]  # fmt: skip


def sheet(rows: ReminderQuerySet) -> bytes:
    """At most `MOST_ROWS`, the newest first; times are the department's own."""
    return excel.write("Журнал напоминаний", COLUMNS, (_line(row) for row in rows[:MOST_ROWS]))


def _line(row: Reminder) -> list[object]:
    return [
        timezone.localtime(row.created_at), row.recipient.short_name, kinds.of(row.kind).title, row.subject,
        row.get_state_display(), timezone.localtime(row.ended_at) if row.ended_at else "", way(row), row.attempts,
        row.problem, timezone.localtime(row.read_at) if row.read_at else "",
    ]  # fmt: skip


def way(row: Reminder) -> str:
    """By which way the person was told."""
    if row.state == Reminder.State.SENT:
        return f"почта {row.address}" if row.address else "почта"
    return "портал" if row.state != Reminder.State.DROPPED else ""
