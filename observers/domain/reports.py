"""The report of a campaign: what observers saw, by kind, school and stage. Names of observers, no contacts."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Membership
from observers.domain import control
from observers.models import ObservationSheet, ObserverAssignment, Stage, Violation
from portal.lib import excel, pdf
from schools.models import VprCampaign, VprSession


@dataclass
class SchoolLine:
    """What was seen at one school."""

    name: str
    sessions: int = 0
    planned: int = 0
    sheets: int = 0
    clean: int = 0
    violations: int = 0
    waiting: int = 0
    observers: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """The figures of a campaign by one moment. ``table``: kind → stage → violations."""

    campaign: VprCampaign
    made_at: datetime.datetime
    schools: list[SchoolLine]
    table: dict[str, Counter[str]]
    stages: dict[str, int]
    sheets: Sequence[ObserverAssignment]
    violations: Sequence[Violation]

    @property
    def total(self) -> SchoolLine:
        whole = SchoolLine("Всего")
        for name in ("sessions", "planned", "sheets", "clean", "violations", "waiting"):
            setattr(whole, name, sum(getattr(line, name) for line in self.schools))
        return whole

    @property
    def kinds(self) -> list[tuple[str, list[int], int]]:
        """Kind, its number at each stage, in all; the most frequent first."""
        rows = [(kind, [by[stage] for stage in Stage.values], by.total()) for kind, by in self.table.items()]
        return sorted(rows, key=lambda row: (-row[2], row[0]))


def compile_report(membership: Membership, campaign: VprCampaign) -> Report:
    """Five queries, however large the campaign."""
    sessions = (
        VprSession.objects.visible_to(membership).filter(exam__campaign=campaign).select_related("school")
    )
    visits = (
        ObserverAssignment.objects.visible_to(membership).active().filter(session__exam__campaign=campaign)
    )
    sent = list(
        visits.filter(sheet__state=ObservationSheet.State.SENT)
        .select_related("observer", "sheet", "session__school", "session__exam")
        .order_by("session__day", "session__school__name", "pk")
    )
    seen = Violation.objects.visible_to(membership).filter(sheet__assignment__in=visits)
    violations = list(
        seen.select_related(
            "school", "sheet__assignment__session__exam", "sheet__assignment__observer"
        ).order_by("sheet__assignment__session__day", "school__name", "pk")
    )
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for violation in violations:
        table[violation.kind][violation.sheet.assignment.stage] += 1
    return Report(
        campaign,
        timezone.now(),
        _schools(control.laid_out(sessions), sent, violations),
        table,
        Counter(visit.stage for visit in sent),
        sent,
        violations,
    )


def _schools(
    coverage: control.Coverage, sent: list[ObserverAssignment], violations: list[Violation]
) -> list[SchoolLine]:
    lines = {
        row.school.pk: SchoolLine(row.school.name, row.total.sessions, row.total.planned)
        for row in coverage.rows
    }
    for visit in sent:
        line = lines.setdefault(visit.session.school_id, SchoolLine(visit.session.school.name))
        line.sheets += 1
        line.clean += bool(visit.sheet.no_violations)
        if visit.observer.short_name not in line.observers:
            line.observers.append(visit.observer.short_name)
    for violation in violations:
        line = lines.setdefault(violation.school_id, SchoolLine(violation.school.name))
        line.violations += 1
        line.waiting += violation.awaits_school
    return sorted(lines.values(), key=lambda line: line.name)


def as_pdf(report: Report) -> bytes:
    """A4 by schools, kinds and stages; the violations one by one stand in the table for Excel."""
    department = report.campaign.department
    context: dict[str, Any] = {
        "report": report,
        "department": department,
        "stages": [label for _, label in Stage.choices],
        "by_stage": [(label, report.stages.get(stage, 0)) for stage, label in Stage.choices],
    }
    printer = pdf.Printer(render_to_string("observers/pdf/report.css", {"family": pdf.FAMILY}))
    return printer.join([printer.lay_out(render_to_string("observers/pdf/report.html", context))])


SCHOOL_COLUMNS = (
    excel.Column("Школа", 44), excel.Column("Проведений", 12), excel.Column("Назначены наблюдатели", 14),
    excel.Column("Листов", 10), excel.Column("Без нарушений", 12), excel.Column("Нарушений", 12),
    excel.Column("Ждут школу", 12), excel.Column("Наблюдатели", 50),
)  # fmt: skip
VIOLATION_COLUMNS = (
    excel.Column("День", 12), excel.Column("Школа", 40), excel.Column("Работа", 26), excel.Column("Класс", 8),
    excel.Column("Этап", 16), excel.Column("Время", 9), excel.Column("Вид нарушения", 32),
    excel.Column("Что увидел наблюдатель", 70), excel.Column("Состояние", 20), excel.Column("Наблюдатель", 22),
)  # fmt: skip


def as_xlsx(report: Report) -> bytes:
    """A book: the schools with their numbers, and the violations one by one."""
    rows = [
        [line.name, line.sessions, line.planned, line.sheets, line.clean, line.violations, line.waiting,
         ", ".join(line.observers)]
        for line in [*report.schools, report.total]
    ]  # fmt: skip
    return excel.write_book(
        [
            ("Школы", SCHOOL_COLUMNS, rows),
            ("Нарушения", VIOLATION_COLUMNS, [_cells(violation) for violation in report.violations]),
        ]
    )


def violations_xlsx(violations: Sequence[Violation]) -> bytes:
    """Exactly these violations, one a row."""
    return excel.write("Нарушения", VIOLATION_COLUMNS, [_cells(violation) for violation in violations])


def _cells(violation: Violation) -> list[Any]:
    visit = violation.sheet.assignment
    return [
        visit.session.day,
        violation.school.name,
        str(visit.session.exam),
        violation.class_name,
        visit.get_stage_display(),
        f"{violation.at:%H:%M}" if violation.at else "",
        violation.kind,
        violation.text,
        violation.get_state_display(),
        visit.observer.short_name,
    ]


def file_name(campaign: VprCampaign, what: str, extension: str) -> str:
    """«Отчёт наблюдателей, ВПР весна 2026.pdf», without what file systems refuse."""
    name = re.sub(r"[^\w .,()«»-]+", " ", f"{what}, {campaign.name}")
    return f"{' '.join(name.split())}.{extension}"
