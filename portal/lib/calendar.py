"""The Russian production calendar: working days with their official transfers. Knows nothing of Django.

Holidays and transferred days come from the `holidays` package, which cites the government's act for each year; days a
region or a department adds by itself are given to the calendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import holidays
from holidays.countries.russia import Russia, RussiaStaticHolidays

_WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_DAY = timedelta(days=1)
_MOST_STEPS = 4000  # days walked before a calendar without any working day is given up


@lru_cache(maxsize=4)
def _russia(subdivision: str | None) -> holidays.HolidayBase:
    # Asked for any day, the table fills the day's year by itself.
    return holidays.country_holidays("RU", subdiv=subdivision, language="ru")


def weekday_name(day: date) -> str:
    """«среда»."""
    return _WEEKDAYS[day.weekday()]


class WorkCalendar:
    """Working days of one department: five days a week, or six; regional days off and on added by hand.

    `subdivision`: a region; the `holidays` package knows no Russian ones yet, and the days of a region it does not
    know are never called checked. `extra_off` and `extra_work` win over the official calendar, `extra_work` over
    `extra_off`.
    """

    def __init__(
        self,
        subdivision: str | None = None,
        extra_off: Iterable[date] = (),
        extra_work: Iterable[date] = (),
        *,
        six_day: bool = False,
    ) -> None:
        """Make the calendar."""
        self._region_known = subdivision is None or subdivision in Russia.subdivisions
        self._official = _russia(subdivision if self._region_known else None)
        self._extra_off = frozenset(extra_off)
        self._extra_work = frozenset(extra_work)
        self._six_day = six_day

    def is_workday(self, day: date) -> bool:
        """Whether people work on the day."""
        return self.why_off(day) is None

    def why_off(self, day: date) -> str | None:
        """Why the day is off: «воскресенье», «День России», «выходной (перенесено с 27.04.2024)»; None when working."""
        if day in self._extra_work:
            return None
        if day in self._extra_off:
            return "местный выходной"
        holiday = self._official.get(day)
        if holiday is not None:
            return self._holiday_name(holiday, day)
        weekend = day.weekday() == 6 or (day.weekday() == 5 and not self._six_day)
        if not weekend or day in self._official.weekend_workdays:
            return None
        return weekday_name(day)

    def _holiday_name(self, holiday: str, day: date) -> str | None:
        if self._six_day and self._only_for_five_days(holiday, day):
            return None
        moved = holiday.startswith("Выходной")
        return holiday[:1].lower() + holiday[1:] if moved else holiday

    def _only_for_five_days(self, holiday: str, day: date) -> bool:
        """Whether the day is off in place of a Saturday: in a six-day week that Saturday is no day off to be moved."""
        if holiday.startswith("Выходной"):
            return _moved_from(day) in self._official.weekend_workdays
        return holiday.endswith("(выходной)") and day - _DAY not in self._official

    def add_workdays(self, day: date, count: int) -> date:
        """The working day `count` after (before, when negative) the day; the day itself is not counted.

        `add_workdays(friday, 1)` is Monday; `add_workdays(day, 0)` is the day. Raises ValueError when there is no
        such day within eleven years.
        """
        step, left, walked = (_DAY if count > 0 else -_DAY), abs(count), 0
        while left:
            day += step
            walked += 1
            if walked > _MOST_STEPS:
                raise ValueError("В календаре не нашлось столько рабочих дней.")
            left -= self.is_workday(day)
        return day

    def workdays(self, first: date, last: date) -> int:
        """How many working days there are from `first` to `last`, both included."""
        return sum(self.is_workday(first + _DAY * index) for index in range((last - first).days + 1))

    def checked(self, year: int) -> bool:
        """Whether the year's official transfers and the region's days are known; else screens say «не проверено»."""
        return self._region_known and year in _YEARS_WITH_TRANSFERS


# The package lists a year's substitutions only once the government's act is out.
_YEARS_WITH_TRANSFERS = frozenset(RussiaStaticHolidays.special_public_holidays)


def _moved_from(day: date) -> date | None:
    """The day off which was moved to this day."""
    moves: Any = RussiaStaticHolidays.special_public_holidays.get(day.year, ())
    for move in moves if moves and isinstance(moves[0], tuple) else (moves,):
        if len(move) >= 4 and (move[0], move[1]) == (day.month, day.day):
            year = move[4] if len(move) > 4 else day.year
            return date(year, move[2], move[3])
    return None
