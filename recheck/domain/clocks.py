"""The clocks of a case, by the department's working calendar. Nothing is stored: they follow from its days."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from accounts.models import Membership
from portal.lib.calendar import weekday_name
from portal.lib.names import counted
from recheck.models import RecheckCase


@dataclass(frozen=True)
class Clock:
    """A term: what it runs from, until when, and what the calendar says of its last day."""

    title: str
    since: datetime.date
    until: datetime.date
    note: str


def clocks(case: RecheckCase) -> list[Clock]:
    """The nearest end first."""
    calendar, found = case.department.calendar, []
    if case.school_checked_on:
        days = counted(case.days_after_school, "рабочий день", "рабочих дня", "рабочих дней")
        last = calendar.add_workdays(case.school_checked_on, case.days_after_school)
        found.append(_clock(case, f"{days} после проверки школьной комиссией", case.school_checked_on, last))
    if case.flag is not None:
        days = counted(case.days_after_flag, "день", "дня", "дней")
        last = case.flag.opened_on + datetime.timedelta(days=case.days_after_flag)
        found.append(_clock(case, f"{days} после признака необъективности", case.flag.opened_on, last))
    return sorted(found, key=lambda clock: clock.until)


def _clock(case: RecheckCase, title: str, since: datetime.date, last: datetime.date) -> Clock:
    calendar = case.department.calendar
    why = calendar.why_off(last)
    note = f"{weekday_name(last)}, нерабочий день ({why})" if why else weekday_name(last)
    if not calendar.checked(last.year):
        note += "; календарь этого года не проверен"
    return Clock(title, since, last, note)


def late(member: Membership, today: datetime.date) -> list[RecheckCase]:
    """Rechecks in work whose day is past, for a member who may see them."""
    rows = RecheckCase.objects.visible_to(member).live().select_related("flag", "department")
    return [case for case in rows if is_late(case, today)]


def is_late(case: RecheckCase, today: datetime.date) -> bool:
    last = due(case) if case.is_live else None
    return last is not None and last < today


def due(case: RecheckCase) -> datetime.date | None:
    """The day by which the recheck should be over."""
    return min((clock.until for clock in clocks(case)), default=None)
