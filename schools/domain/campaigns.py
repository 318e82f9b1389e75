"""Campaigns of the VPR: made from last year's or from a starting set, changed, closed; their tests and scales."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Membership
from portal.lib.refusals import Refused
from schools.models import AbsentGrade, Exam, VprCampaign, VprSession

STARTING = Path(__file__).resolve().parent.parent / "starting"
SETTINGS = (
    "saturdays",
    "least_gap_days",
    "most_percent",
    "first_lesson_ends",
    "last_lesson_starts",
    "upload_within",
)
COPIED = (
    *("grade", "subject", "short", "group", "level", "form", "minutes"),
    *("max_score", "thresholds", "tasks", "year_lessons", "source"),
)
SAME_NAME = "Кампания с таким названием в этом учебном году уже есть. Назовите её иначе."
SAME_EXAM = "Такая работа в кампании уже есть: совпали класс, предмет, уровень и форма."
IN_USE = "На эту работу уже опираются дни проведения или результаты. Сначала уберите их."


@cache
def starting_sets() -> dict[str, dict[str, Any]]:
    """Sets of tests one may begin with, by the name of their file: data with their sources, newest first."""
    files = sorted(STARTING.glob("*.json"), reverse=True)
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


@transaction.atomic
def create(
    department: Department,
    *,
    by: Membership | None,
    previous: VprCampaign | None = None,
    starting: str = "",
    **fields: Any,
) -> VprCampaign:
    """A new campaign with the tests of ``previous`` (settings and grades that schools have not go along), or of the
    starting set of that name, or empty. Dates are never copied. Raises `Refused` for a name that is taken.
    """
    kept = {name: getattr(previous, name) for name in SETTINGS} if previous else {}
    campaign = VprCampaign(department=department, created_by=by, **kept | fields)
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError as error:
        raise Refused(SAME_NAME) from error
    if previous:
        _copy(previous, campaign)
    elif starting:
        rows = starting_sets()[starting]["exams"]
        Exam.objects.bulk_create(Exam(campaign=campaign, **row) for row in rows)
    audit.record("schools.campaign_created", f"Создана кампания «{campaign}»", by=by, subject=campaign)
    return campaign


def _copy(previous: VprCampaign, campaign: VprCampaign) -> None:
    exams = previous.exams.all()
    Exam.objects.bulk_create(
        Exam(campaign=campaign, **{name: getattr(exam, name) for name in COPIED}) for exam in exams
    )
    absent = previous.absent_grades.filter(school__closed_on=None)
    AbsentGrade.objects.bulk_create(
        AbsentGrade(campaign=campaign, school_id=row.school_id, grade=row.grade) for row in absent
    )


@transaction.atomic
def save(campaign: VprCampaign, *, by: Membership, changed: Iterable[str]) -> None:
    """Keep what a form changed. Days that fall outside a new window stay and are shown as faults of the board."""
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError as error:
        raise Refused(SAME_NAME) from error
    audit.record(
        "schools.campaign_changed",
        f"Изменена кампания «{campaign}»",
        by=by,
        subject=campaign,
        fields=[*changed],
    )


@transaction.atomic
def lock(campaign: VprCampaign, *, by: Membership, locked: bool) -> bool:
    """Close the schedule for schools, or open it again; False when somebody did so before."""
    now = {"locked_at": timezone.now(), "locked_by": by} if locked else {"locked_at": None, "locked_by": None}
    rows = VprCampaign.objects.filter(pk=campaign.pk, locked_at__isnull=locked)
    if not rows.update(**now):
        return False
    for field, value in now.items():
        setattr(campaign, field, value)
    words = "закрыт для школ" if locked else "снова открыт для школ"
    audit.record("schools.schedule_locked", f"График «{campaign}» {words}", by=by, subject=campaign)
    return True


@transaction.atomic
def remove(campaign: VprCampaign, *, by: Membership) -> None:
    """Take away a campaign nothing rests on."""
    if VprSession.objects.filter(exam__campaign=campaign).exists() or any(
        exam.results.exists() for exam in campaign.exams.all()
    ):
        raise Refused("В кампании уже есть дни проведения или результаты: удалить её нельзя.")
    audit.record("schools.campaign_removed", f"Удалена кампания «{campaign}»", by=by, subject=campaign)
    try:
        campaign.delete()
    except ProtectedError as error:
        raise Refused("На кампанию уже опираются другие записи: удалить её нельзя.") from error


# --- tests -------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_exam(exam: Exam, *, by: Membership) -> None:
    """Add a test to its campaign or change it."""
    try:
        with transaction.atomic():
            exam.save()
    except IntegrityError as error:
        raise Refused(SAME_EXAM) from error
    audit.record("schools.exam_saved", f"{exam.campaign}: работа «{exam}»", by=by, subject=exam)


@transaction.atomic
def remove_exam(exam: Exam, *, by: Membership) -> None:
    """Take away a test nothing rests on."""
    if exam.sessions.exists() or exam.results.exists():
        raise Refused(IN_USE)
    audit.record("schools.exam_removed", f"{exam.campaign}: убрана работа «{exam}»", by=by, subject=exam)
    try:
        exam.delete()
    except ProtectedError as error:
        raise Refused(IN_USE) from error


@transaction.atomic
def save_scales(campaign: VprCampaign, scales: Mapping[int, Mapping[str, Any]], *, by: Membership) -> int:
    """Keep many tests' scales at once: exam's pk → ``max_score``, ``thresholds``, ``minutes``. Tells how many."""
    changed = []
    for exam in campaign.exams.filter(pk__in=scales):
        new = scales[exam.pk]
        if any(getattr(exam, field) != value for field, value in new.items()):
            for field, value in new.items():
                setattr(exam, field, value)
            changed.append(exam)
    Exam.objects.bulk_update(changed, ["max_score", "thresholds", "minutes"], batch_size=200)
    if changed:
        words = f"{campaign}: изменены шкалы, работ {len(changed)}"
        audit.record("schools.scales_saved", words, by=by, subject=campaign)
    return len(changed)


def current(campaigns: Iterable[VprCampaign], today: datetime.date) -> VprCampaign | None:
    """The campaign to look at first: the one under way or next to come, else the latest."""
    ordered = sorted(campaigns, key=lambda one: (one.first_day, one.pk))
    return next((one for one in ordered if one.last_day >= today), ordered[-1] if ordered else None)
