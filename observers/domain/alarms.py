"""The alarm about missing sheets: on the working day after the visit, to the observer and the methodists, once each."""

from __future__ import annotations

import datetime
from collections import defaultdict

from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import Department
from notifications.domain import kinds, ledger
from notifications.domain.kinds import Kind, Letter
from notifications.models import Reminder
from observers.domain.violations import methodists
from observers.models import ObservationSheet, ObserverAssignment, ObserverAssignmentQuerySet

MORNING = 8  # o'clock in the department's time zone
LOOK_BACK = datetime.timedelta(days=30)  # older visits were told of, or are of a year that nobody awaits
LISTED = 25


def refresh(reminder: Reminder, _now: datetime.datetime) -> Letter | None:
    """Nothing is said of a sheet that has come since."""
    pk = int(reminder.key.split(":")[1])
    if ObservationSheet.objects.sent().filter(assignment=pk).exists():
        return None
    return Letter(reminder.subject, reminder.body)


OWN = kinds.register(Kind("sheet_missing", "Ваш лист наблюдения не пришёл", refresh=refresh))
ALL = kinds.register(Kind("sheets_missing", "Не пришли листы наблюдения"))


def sweep(now: datetime.datetime) -> int:
    """Record each alarm due at ``now``; return how many visits are told of. Safe at any time, any number of times."""
    waiting = missing(now.date() + datetime.timedelta(days=1)).values("observer__department")
    return sum(sweep_department(one, now) for one in Department.objects.filter(pk__in=waiting))


def missing(today: datetime.date) -> ObserverAssignmentQuerySet:
    """Visits that were on a day before ``today`` and of which no sheet has come."""
    visits = ObserverAssignment.objects.active().filter(
        session__day__lt=today, session__day__gte=today - LOOK_BACK
    )
    return visits.exclude(sheet__state=ObservationSheet.State.SENT)


def sweep_department(department: Department, now: datetime.datetime) -> int:
    local = now.astimezone(department.tz)
    calendar, today = department.calendar, local.date()
    if local.hour < MORNING or not calendar.is_workday(today):
        return 0
    by_day: dict[datetime.date, list[ObserverAssignment]] = defaultdict(list)
    rows = missing(today).filter(observer__department=department)
    for visit in rows.select_related("observer__membership__user", "session__school", "session__exam"):
        if calendar.add_workdays(visit.session.day, 1) <= today:
            by_day[visit.session.day].append(visit)
    for day, visits in by_day.items():
        _tell_observers(department, visits)
        _tell_methodists(department, day, visits)
    return sum(map(len, by_day.values()))


def _tell_observers(department: Department, visits: list[ObserverAssignment]) -> None:
    for visit in visits:
        member = visit.observer.membership
        if member is None or not member.is_active or not member.user.is_active:
            continue
        day = date_format(visit.session.day, "j E")
        ledger.record(
            key=f"sheet-missing:{visit.pk}:{visit.session.day}:{member.user_id}",
            recipient=member.user,
            department=department,
            membership=member,
            kind=OWN.name,
            subject=f"Лист наблюдения за {day} не пришёл",
            body=f"Вы были наблюдателем {day}: {visit.session.school}, {visit.session.exam}. Лист наблюдения ещё не "
            "отправлен. Если он остался на телефоне, откройте «Мои посещения» там, где есть связь: он уйдёт сам.",
            path=reverse("observers:visits"),
        )


def _tell_methodists(department: Department, day: datetime.date, visits: list[ObserverAssignment]) -> None:
    """One message for a day's missing sheets, however many they are."""
    lines = [f"— {visit.session.school}, {visit.session.exam}: {visit.observer}" for visit in visits[:LISTED]]
    if len(visits) > LISTED:
        lines.append(f"… и ещё {len(visits) - LISTED}")
    for member in methodists(department):
        ledger.record(
            key=f"sheets-missing:{department.pk}:{day}:{member.user_id}",
            recipient=member.user,
            department=department,
            membership=member,
            kind=ALL.name,
            subject=f"Не пришли листы наблюдения за {date_format(day, 'j E')}: {len(visits)}",
            body="\n".join(lines),
            path=f"{reverse('observers:control')}?show=missing",
        )
