"""Writing the year's report: drafted from facts, edited part by part, put into an order. Edits hold the draft's row."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership
from orders.domain import drafts
from orders.domain.checklist import Check
from orders.domain.drafts import AnnexDraft, ClauseDraft
from orders.models import Order
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from roadmaps.domain import year_facts
from roadmaps.domain.errors import Conflict
from roadmaps.models import Roadmap, YearReport, YearReportEvent, YearReportPart
from schools.models import academic_year_of
from schools.yearly import Chapter, Period

State = YearReport.State
LONGEST = 20_000  # characters of a part
MOST_PARTS = 40
LOCKED = "Отчёт уже в приказе: изменить его нельзя. Сначала верните его из приказа."


@transaction.atomic
def draft(*, by: Membership, day: datetime.date, roadmap: Roadmap | None = None) -> YearReport:
    """A report as of the day, written from facts. Asked for twice, the draft that is there is given again."""
    known = YearReport.objects.filter(
        department=by.department, roadmap=roadmap, day=day, state=State.DRAFT, order=None
    )
    if found := known.first():
        return found
    year = academic_year_of(day)
    report = YearReport.objects.create(
        department=by.department, roadmap=roadmap, year=year, day=day, title=_title(year), created_by=by
    )
    for position, chapter in enumerate(_chapters(report, by)):
        _write(YearReportPart(report=report, key=chapter.key, position=position), chapter, by)
    record(report, f"Составлен по сведениям на {day:%d.%m.%Y}", by)
    audit.record("year_report.drafted", f"Составлен отчёт за год: {report}", by=by, subject=report)
    return report


@transaction.atomic
def change_head(report: YearReport, *, title: str, day: datetime.date, version: int, by: Membership) -> None:
    """Title and day; for another day the portal's own words are drafted anew, what people wrote stays.

    Whoever read an older ``version`` gets `Conflict` with both titles.
    """
    lock_draft(report)
    title = _clean(title)
    if not title:
        raise Refused("Заголовок пуст: напишите, как называется отчёт.")
    known = YearReport.objects.filter(pk=report.pk, version=version)
    if not known.update(title=title, day=day, year=academic_year_of(day), version=F("version") + 1):
        report.refresh_from_db()
        raise _conflict(report, title, report.title, report.version)
    moved = report.day != day
    report.refresh_from_db()
    record(report, "Изменён заголовок или день", by, title=title, day=day.isoformat())
    if moved:
        redraft_all(report, by=by)


@transaction.atomic
def change_part(part: YearReportPart, *, heading: str, text: str, version: int, by: Membership) -> None:
    """A person's words for a part. Whoever read an older ``version`` gets `Conflict` with both texts."""
    lock_draft(part.report)
    heading, text = " ".join(_clean(heading).split()), _clean(text)
    if not heading:
        raise Refused("У части нет заголовка: напишите его.")
    before = YearReportPart.objects.filter(pk=part.pk).values("heading", "text").first()
    known = YearReportPart.objects.filter(pk=part.pk, version=version)
    said = {"heading": heading, "text": text, "by_hand": True, "updated_by": by, "updated_at": timezone.now()}
    if not known.update(**said, version=F("version") + 1):
        _refresh(part)
        raise _conflict(part.report, text, part.text, part.version)
    _refresh(part)
    record(part.report, f"Изменена часть «{heading}»", by, before=before, after=text)


@transaction.atomic
def add_part(report: YearReport, *, heading: str, text: str, by: Membership) -> YearReportPart:
    """A part of people's own, before the conclusions."""
    lock_draft(report)
    if report.parts.count() >= MOST_PARTS:
        raise Refused(f"В отчёте уже {MOST_PARTS} частей: добавьте текст в одну из них.")
    heading = " ".join(_clean(heading).split())
    part = YearReportPart.objects.create(
        report=report,
        position=_room(report),
        heading=heading,
        text=_clean(text),
        by_hand=True,
        updated_by=by,
    )
    record(report, f"Добавлена часть «{heading}»", by, after=part.text)
    return part


@transaction.atomic
def remove_part(part: YearReportPart, *, by: Membership) -> None:
    """Take a part out; its words stay in the history, and a chapter of the portal's comes back when drafted anew."""
    lock_draft(part.report)
    record(part.report, f"Убрана часть «{part.heading}»", by, before=part.text)
    YearReportPart.objects.filter(pk=part.pk).delete()


@transaction.atomic
def redraft(part: YearReportPart, *, by: Membership) -> None:
    """The portal's words and tables instead of what stands here; the words before stay in the history."""
    lock_draft(part.report)
    chapter = next((one for one in _chapters(part.report, by) if one.key == part.key), None)
    if not part.key or chapter is None:
        raise Refused("Об этой части портал сведений не нашёл: она осталась, как написана.")
    _refresh(part)
    record(part.report, f"Часть «{part.heading}» составлена заново", by, before=part.text)
    _write(part, chapter, by)


@transaction.atomic
def redraft_all(report: YearReport, *, by: Membership) -> int:
    """Every part anew; of those that people changed only table and chart. Gives how many kept their words."""
    lock_draft(report)
    known = {part.key: part for part in report.parts.all() if part.key}
    for chapter in _chapters(report, by):
        part = known.pop(chapter.key, None)
        if part is not None and part.by_hand:
            _draw(part, chapter)
        else:
            part = part or YearReportPart(report=report, key=chapter.key, position=_room(report))
            _write(part, chapter, by)
    YearReportPart.objects.filter(pk__in=[part.pk for part in known.values() if not part.by_hand]).delete()
    record(report, f"Составлен заново по сведениям на {report.day:%d.%m.%Y}", by)
    return report.parts.filter(by_hand=True).count()


@transaction.atomic
def delete(report: YearReport, *, by: Membership) -> None:
    """Throw a draft away that is in no order."""
    lock_draft(report)
    if report.order_id:
        raise Refused("Отчёт возвращён из приказа: аннулируйте приказ или соберите его снова.")
    audit.record("year_report.deleted", f"Удалён черновик отчёта: {report}", by=by, subject=report)
    YearReport.objects.filter(pk=report.pk).delete()


# --- the order -------------------------------------------------------------------------------------------------------


@transaction.atomic
def assemble(report: YearReport, *, by: Membership) -> Order:
    """An order with the report as its annex (or the order it came back from); the draft is locked from now on."""
    report = YearReport.objects.select_related("department", "order").get(pk=report.pk)
    annexes = [AnnexDraft(annex(report), landscape=False)]
    again = report.order is not None and report.order.state == Order.State.DRAFT and report.is_editable
    if again and report.order is not None:
        order = drafts.replace_annexes(report.order, annexes, by=by)
    else:
        order = drafts.create(
            department=report.department,
            by=by,
            title="Об утверждении аналитического отчёта",
            preamble="В целях подведения итогов работы по обеспечению объективности всероссийских проверочных работ",
            clauses=[
                ClauseDraft("Утвердить прилагаемый аналитический отчёт."),
                ClauseDraft("Руководителям общеобразовательных организаций учесть его выводы в работе."),
                ClauseDraft("Контроль за исполнением настоящего приказа оставляю за собой."),
            ],
            annexes=annexes,
            distribution=drafts.suggest_distribution(report.department),
        )
    try:
        move(report, State.ASSEMBLED, order=order, updated_at=timezone.now())
    except StaleTransition:
        raise Refused("Приказ по этому отчёту уже собран. Обновите страницу.") from None
    record(report, "Собран в приказ", by, order=order.pk)
    return order


def annex(report: YearReport) -> dict[str, Any]:
    """The report as it prints; see `orders.models.Annex`."""
    return {
        "title_lines": report.title.split("\n"),
        "goals": [],
        "columns": [],
        "sections": [],
        "parts": [printed(part) for part in report.parts.all()],
    }


def printed(part: YearReportPart) -> dict[str, Any]:
    """A part as a part of the annex."""
    return {"heading": part.heading, "paragraphs": part.paragraphs, "table": part.table, "chart": part.chart}


@transaction.atomic
def reopen(report: YearReport, *, by: Membership) -> None:
    """Take the report back for editing while its order is still a draft."""
    order = Order.objects.filter(year_reports=report, state=Order.State.DRAFT).first()
    if order is None or not return_to_draft(order, by):
        raise Refused("Приказ уже зарегистрирован: сначала верните его на доработку.")


@transaction.atomic
def return_to_draft(order: Order, by: Membership | None, *, discarded: bool = False) -> int:
    """The order came back: its report may be edited again. A discarded order is forgotten, a returned one kept."""
    reports = YearReport.objects.filter(order=order, state=State.ASSEMBLED)
    back = list(reports)
    for report in back:
        move(report, State.DRAFT, updated_at=timezone.now())
        record(report, "Возвращён из приказа", by, order=order.pk)
    if discarded:
        YearReport.objects.filter(order=order, state=State.DRAFT).update(order=None)
    return len(back)


@transaction.atomic
def sign(order: Order, by: Membership) -> None:
    """Signed with its order. Raises `Refused`, and so stops the signature, while the report is being edited."""
    if edited := YearReport.objects.filter(order=order, state=State.DRAFT).first():
        raise Refused(f"«{edited}» на правке: сначала снова соберите его в этот приказ.")
    for report in YearReport.objects.filter(order=order, state=State.ASSEMBLED):
        move(report, State.SIGNED, updated_at=timezone.now())
        record(report, "Подписан", by, order=order.pk)


def checks(order: Order) -> list[Check]:
    """A line of the order's checklist: a report that was taken back has to come into the order again."""
    return [
        Check(
            report.state != State.DRAFT,
            "Отчёт собран в приказ",
            f"«{report}» на правке, в приказе прежний его текст. Откройте отчёт и снова соберите приказ.",
            blocking=True,
            address=reverse("roadmaps:year_report", args=[report.pk]),
        )
        for report in YearReport.objects.filter(order=order)
    ]


# --- what every edit stands on ---------------------------------------------------------------------------------------


def lock_draft(report: YearReport) -> None:
    """Hold the report's row as a draft until the transaction ends, so that no edit slips past the order."""
    if not YearReport.objects.filter(pk=report.pk, state=State.DRAFT).update(updated_at=timezone.now()):
        raise Refused(LOCKED)


def record(report: YearReport, what: str, by: Membership | None, **details: Any) -> YearReportEvent:
    return YearReportEvent.objects.create(report=report, what=what[:400], by=by, details=details)


def _room(report: YearReport) -> int:
    """A free place before the conclusions; without them, at the end."""
    last = report.parts.filter(key="conclusions").first()
    if last is None:
        return int(report.parts.aggregate(last=Max("position"))["last"] or 0) + 1
    report.parts.filter(position__gte=last.position).update(position=F("position") + 1)
    return last.position


def _chapters(report: YearReport, by: Membership) -> Sequence[Chapter]:
    return year_facts.chapters(by, Period(report.year, report.day), report.roadmap)


def _write(part: YearReportPart, chapter: Chapter, by: Membership) -> None:
    part.heading, part.text = chapter.heading, "\n".join(chapter.paragraphs)
    part.table, part.chart, part.by_hand = chapter.table, chapter.chart, False
    part.version, part.updated_by = (part.version + 1 if part.pk else 1), by
    part.save()


def _draw(part: YearReportPart, chapter: Chapter) -> None:
    YearReportPart.objects.filter(pk=part.pk).update(table=chapter.table, chart=chapter.chart)


def _refresh(part: YearReportPart) -> None:
    try:
        part.refresh_from_db()
    except YearReportPart.DoesNotExist:
        raise Refused("Эту часть убрал другой человек. Ваш текст добавьте новой частью.") from None


def _conflict(report: YearReport, mine: str, theirs: str, version: int) -> Conflict:
    last = report.events.select_related("by__user").first()
    who = last.by.user.short_name if last and last.by else "другой человек"
    return Conflict(mine, theirs, version, who, last.at if last else timezone.now())


def _clean(text: str) -> str:
    if len(text) > LONGEST:
        raise Refused(f"Текст длиннее {LONGEST} знаков: сократите его или разделите на части.")
    lines = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.strip() for line in lines).strip()


def _title(year: int) -> str:
    return (
        "Аналитический отчёт\nо реализации мероприятий по обеспечению объективности\n"
        f"всероссийских проверочных работ в {year}/{(year + 1) % 100:02d} учебном году"
    )
