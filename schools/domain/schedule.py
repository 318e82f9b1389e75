"""The days of the VPR at the schools: given, moved, taken away, held. Each change leaves a row of history.

A school's deputies choose their own days until the department closes the schedule; the department's people always may.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Min, Model, ProtectedError
from django.utils import timezone

from accounts.models import Department, Membership, Role
from portal.lib.calendar import WorkCalendar
from portal.lib.refusals import Refused
from schools.models import AbsentGrade, Exam, School, SessionEvent, VprCampaign, VprSession
from schools.scheduling import checks
from schools.scheduling.classes import NoClass, class_name
from schools.signals import schedule_changed, vpr_held

What = SessionEvent.What
PLANNERS = (Role.ADMIN, Role.METHODIST)
LOCKED = "График закрыт отделом: чтобы перенести день, обратитесь к методисту."
NOT_YOURS = "Дни своей школы меняет её заместитель директора, всех школ — методист и администратор отдела."
HELD = "Работа отмечена проведённой. Сначала снимите эту отметку."
TAKEN = "У этой школы и класса день этой работы уже назначен: перенесите его."
STALE = "Этот день только что изменил кто-то другой. Посмотрите, что стало, и повторите."


def may_plan(campaign: VprCampaign, school_id: int, member: Membership) -> bool:
    """The department's planners always; a school's deputy the own school's days until the schedule is closed."""
    if member.department_id != campaign.department_id:
        return False
    return member.role in PLANNERS or (campaign.locked_at is None and answers_for(member, school_id))


def answers_for(member: Membership, school_id: int) -> bool:
    post = getattr(member, "post", None)
    return member.role == Role.DEPUTY and post is not None and post.school_id == school_id


def may_mark(session: VprSession, member: Membership) -> bool:
    """Who says that a test was held or its results uploaded: the department or the school, closed or not."""
    campaign = session.exam.campaign
    if member.department_id != campaign.department_id:
        return False
    return member.role in PLANNERS or answers_for(member, session.school_id)


def _ask_planner(campaign: VprCampaign, school_id: int, by: Membership | None) -> None:
    if by is None or may_plan(campaign, school_id, by):
        return
    raise Refused(LOCKED if campaign.locked_at and answers_for(by, school_id) else NOT_YOURS)


def rules(campaign: VprCampaign) -> checks.Rules:
    """The campaign's limits with the department's calendar, for `schools.scheduling.checks`."""
    department = campaign.department
    six_days = department.six_day_week or campaign.saturdays
    return checks.Rules(
        campaign.first_day,
        campaign.last_day,
        WorkCalendar(department.holiday_region or None, six_day=six_days).why_off,
        campaign.holidays,
        campaign.least_gap_days,
        campaign.most_percent,
        campaign.first_lesson_ends,
        campaign.last_lesson_starts,
    )


def _ask_day(campaign: VprCampaign, day: datetime.date) -> None:
    if why := rules(campaign).why_not(day):
        raise Refused(
            f"Сюда поставить нельзя: {why[1]}. Выберите другой день или измените настройки кампании."
        )


def _class(exam: Exam, written: str) -> str:
    try:
        return class_name(written, exam.grade)
    except NoClass as wrong:
        raise Refused(str(wrong)) from wrong


# --- days --------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan(
    exam: Exam,
    school: School,
    day: datetime.date,
    *,
    by: Membership | None,
    written_class: str = "",
    **more: Any,
) -> VprSession:
    """Give the school (its class, when named) a day for the test. ``more``: starts_at, ends_at, note.

    Raises `Refused` for a day outside the window or off, a closed school, a class of another grade, a second day of
    the same test, and for whoever may not.
    """
    campaign = exam.campaign
    _ask_planner(campaign, school.pk, by)
    if school.department_id != campaign.department_id:
        raise Refused("Эта школа относится к другому отделу.")
    if school.closed_on:
        raise Refused("Школа закрыта: работы в ней не проводят.")
    _ask_day(campaign, day)
    name = _class(exam, written_class)
    with telling(campaign, {school.pk}, by):
        try:
            with transaction.atomic():
                session = VprSession.objects.create(
                    exam=exam, school=school, class_name=name, day=day, **more
                )
        except IntegrityError as error:
            raise Refused(TAKEN) from error
        _remember(session, What.DAY, None, day, by)
    return session


@transaction.atomic
def change(
    session: VprSession,
    *,
    by: Membership | None,
    day: datetime.date,
    written_class: str | None = None,
    **more: Any,
) -> VprSession:
    """Move the test to another day, rename its class, set its hours. Of two who move at once one is refused."""
    campaign = session.exam.campaign
    _ask_planner(campaign, session.school_id, by)
    before = session.day
    if day != before:
        if session.held_on:
            raise Refused(HELD)
        _ask_day(campaign, day)
    name = session.class_name if written_class is None else _class(session.exam, written_class)
    changes = {"day": day, "class_name": name, **more}
    with telling(campaign, {session.school_id}, by):
        try:
            with transaction.atomic():
                moved = VprSession.objects.filter(pk=session.pk, day=before).update(**changes)
        except IntegrityError as error:
            raise Refused(TAKEN) from error
        if not moved:
            raise Refused(STALE)
        renamed = name != session.class_name
        if renamed:
            _remember(session, What.DAY, before, None, by)
        for field, value in changes.items():
            setattr(session, field, value)
        if renamed or day != before:
            _remember(session, What.DAY, None if renamed else before, day, by)
    return session


@transaction.atomic
def remove(session: VprSession, *, by: Membership | None) -> SessionEvent:
    """Take the day away; the history keeps it, and `restore` gives it back."""
    _ask_planner(session.exam.campaign, session.school_id, by)
    if session.held_on:
        raise Refused(HELD)
    with telling(session.exam.campaign, {session.school_id}, by):
        event = _remember(session, What.DAY, session.day, None, by)
        _delete(session)
    return event


def _delete(session: VprSession) -> None:
    try:
        session.delete()
    except ProtectedError as kept:
        what: Model = next(iter(kept.protected_objects))
        raise Refused(
            f"Убрать нельзя: на этот день опирается {what._meta.verbose_name}. Перенесите его."
        ) from kept


@transaction.atomic
def restore(event: SessionEvent, *, by: Membership) -> VprSession:
    """Undo one change of a day while nothing was done after it: what was taken away or moved stands as before."""
    if event.what != What.DAY or event.before is None:
        raise Refused("Отменять здесь нечего.")
    exam = event.exam
    place = {"exam": exam, "school": event.school, "class_name": event.class_name}
    if SessionEvent.objects.filter(**place, what=What.DAY, pk__gt=event.pk).exists():
        raise Refused("Этот день с тех пор ещё меняли: отменить уже нельзя.")
    session = VprSession.objects.filter(**place).first()
    if session is None:
        return plan(exam, event.school, event.before, by=by, written_class=event.class_name)
    return change(session, by=by, day=event.before)


def _remember(
    session: VprSession,
    what: str,
    before: datetime.date | None,
    after: datetime.date | None,
    by: Membership | None,
) -> SessionEvent:
    return SessionEvent.objects.create(**_event(session, what, before, after, by))


def _event(
    session: VprSession,
    what: str,
    before: datetime.date | None,
    after: datetime.date | None,
    by: Membership | None,
) -> dict[str, Any]:
    return {
        "exam_id": session.exam_id,
        "school_id": session.school_id,
        "class_name": session.class_name,
        "what": what,
        "before": before,
        "after": after,
        "by": by,
    }


@transaction.atomic
def set_absent(campaign: VprCampaign, school: School, grade: int, *, absent: bool, by: Membership) -> None:
    """Say that the school has no such grade this year (nothing is missed there), or that it has one after all."""
    _ask_planner(campaign, school.pk, by)
    rows = AbsentGrade.objects.filter(campaign=campaign, school=school, grade=grade)
    if not absent:
        rows.delete()
    elif VprSession.objects.filter(exam__campaign=campaign, exam__grade=grade, school=school).exists():
        raise Refused(f"У школы уже есть дни для {grade} класса: сначала уберите их.")
    elif not rows.exists():
        AbsentGrade.objects.create(campaign=campaign, school=school, grade=grade)


# --- held and uploaded -------------------------------------------------------------------------------------------


@transaction.atomic
def mark(
    sessions: Iterable[VprSession], what: str, on: datetime.date | None, *, by: Membership | None
) -> list[VprSession]:
    """Say of each test on which day it was held or its results uploaded; ``on`` None takes the mark back.

    Returns those that were changed: what says so already stays. Raises `Refused` for a day to come, a test to come
    and for whoever may not; then nothing is changed.
    """
    field = {What.HELD: "held_on", What.UPLOADED: "uploaded_on"}[What(what)]
    changed = [session for session in sessions if _marks(session, field, on)]
    for session in changed:
        _ask_mark(session, what, on, by)
    rows = [SessionEvent(**_event(s, what, getattr(s, field), on, by)) for s in changed]
    SessionEvent.objects.bulk_create(rows, batch_size=500)
    VprSession.objects.filter(pk__in=[session.pk for session in changed]).update(**{field: on})
    for session in changed:
        setattr(session, field, on)
    if what == What.HELD and on:
        _tell_held(changed, by)
    return changed


def _marks(session: VprSession, field: str, on: datetime.date | None) -> bool:
    """A mark that stands is not written over by another day; it is taken back first."""
    return (getattr(session, field) is None) == (on is not None)


def _ask_mark(session: VprSession, what: str, on: datetime.date | None, by: Membership | None) -> None:
    if by is not None and not may_mark(session, by):
        raise Refused("Отметить может школа или методист и администратор отдела.")
    if on is None:
        if what == What.HELD and session.uploaded_on:
            raise Refused("Результаты уже отмечены загруженными. Сначала снимите эту отметку.")
        return
    if on > timezone.now().astimezone(session.exam.campaign.department.tz).date():
        raise Refused(f"{on:%d.%m.%Y} ещё не наступило.")
    if on < session.exam.campaign.first_day:
        raise Refused(f"{on:%d.%m.%Y} раньше начала кампании «{session.exam.campaign}».")


def _tell_held(sessions: Collection[VprSession], by: Membership | None) -> None:
    """Tell of schools where every test is held now, and of the whole campaign once the last school has."""
    for campaign in {session.exam.campaign for session in sessions}:
        ours = VprSession.objects.filter(exam__campaign=campaign)
        waiting = set(ours.filter(held_on=None).values_list("school", flat=True))
        done = {session.school for session in sessions if session.exam.campaign == campaign} - {None}
        last = dict(
            ours.filter(school__in=done).values_list("school").annotate(day=Max("held_on")).order_by()
        )
        for school in sorted(done, key=lambda one: one.pk):
            if school.pk not in waiting:
                vpr_held.send(VprCampaign, campaign=campaign, school=school, day=last[school.pk], by=by)
        if not waiting:
            day = ours.aggregate(day=Max("held_on"))["day"]
            vpr_held.send(VprCampaign, campaign=campaign, school=None, day=day, by=by)


@transaction.atomic
def hold_past(campaign: VprCampaign, *, by: Membership, today: datetime.date) -> int:
    """Take every test whose day is over as held on its day; return how many were marked."""
    if by.role not in PLANNERS:
        raise Refused("Отметить за все школы может методист или администратор отдела.")
    waiting = VprSession.objects.filter(exam__campaign=campaign, held_on=None, day__lt=today)
    by_day: dict[datetime.date, list[VprSession]] = {}
    for session in waiting.select_related("exam__campaign__department", "school"):
        by_day.setdefault(session.day, []).append(session)
    return sum(len(mark(sessions, What.HELD, day, by=by)) for day, sessions in sorted(by_day.items()))


# --- what the duties hang on -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """A campaign as a school goes through it, or (``school_id`` None) all schools of the department together."""

    campaign: VprCampaign
    school_id: int | None
    first: datetime.date
    last: datetime.date


def touching(department: Department, first: datetime.date, last: datetime.date) -> list[VprCampaign]:
    """The campaigns whose window has a day in common with the days, the earliest first."""
    found = VprCampaign.objects.filter(department=department, first_day__lte=last, last_day__gte=first)
    return list(found.order_by("first_day", "pk"))


def runs(department: Department, first: datetime.date, last: datetime.date) -> list[Run]:
    """The runs of every campaign whose window touches the days. Two queries."""
    campaigns = {one.pk: one for one in touching(department, first, last)}
    rows = (
        VprSession.objects.filter(exam__campaign__in=campaigns)
        .values_list("exam__campaign", "school")
        .annotate(first=Min("day"), last=Max("day"))
        .order_by()
    )
    found = [Run(campaigns[campaign], school, since, until) for campaign, school, since, until in rows]
    for campaign in campaigns.values():
        if ours := [run for run in found if run.campaign == campaign]:
            found.append(Run(campaign, None, min(run.first for run in ours), max(run.last for run in ours)))
    return found


def _spans(campaign: VprCampaign, schools: Collection[int]) -> dict[int, tuple[datetime.date, datetime.date]]:
    rows = VprSession.objects.filter(exam__campaign=campaign, school__in=schools).values_list("school")
    found = rows.annotate(first=Min("day"), last=Max("day")).order_by()
    return {school: (first, last) for school, first, last in found}


@contextmanager
def telling(campaign: VprCampaign, schools: Collection[int], by: Membership | None) -> Iterator[None]:
    """Send `schedule_changed` for those of the schools whose first or last day is another afterwards."""
    before = _spans(campaign, schools)
    yield
    after = _spans(campaign, schools)
    changed = {school for school in schools if before.get(school) != after.get(school)}
    if changed:
        schedule_changed.send(VprCampaign, campaign=campaign, schools=changed, by=by)
