"""The ladder of reminders: on which days one duty is spoken of. Pure: knows neither people nor Django.

A rung that falls on a day off is told on the last working day before it, an overdue one on the next: a warning must
not come late, a reproach need not spoil a Sunday. Why so: docs/decisions/0009-reminder-ladder.md.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from portal.lib.calendar import WorkCalendar

DAY = datetime.timedelta(days=1)
HOLIDAYS = 15  # the longest row of days off is the New Year's


@dataclass(frozen=True)
class Ladder:
    """``before``: days before the due day, in any order; ``after``: days after it, 0 for silence; then ``every``
    so many days, 0 for once."""

    before: tuple[int, ...] = (7, 1)
    on_day: bool = True
    after: int = 1
    every: int = 7

    @property
    def ahead(self) -> datetime.timedelta:
        """How long before the due day the first rung can be told at the earliest."""
        return (max(self.before, default=0) + HOLIDAYS) * DAY

    @property
    def warnings(self) -> list[int]:
        """Days before the due day, the earliest rung first; 0 is the day itself."""
        return sorted({*self.before, *([0] if self.on_day else [])}, reverse=True)

    def rung(self, last_day: datetime.date, today: datetime.date, calendar: WorkCalendar) -> str | None:
        """The latest rung whose day of telling has come, None before the first. The name holds the due day.

        >>> Ladder().rung(datetime.date(2026, 3, 17), datetime.date(2026, 3, 16), WorkCalendar())
        '1@2026-03-17'
        """
        for late in self._late(last_day, today):
            if next_workday(last_day + late * DAY, calendar) <= today:
                return f"{-late}@{last_day}"
        for days in reversed(self.warnings):
            if previous_workday(last_day - days * DAY, calendar) <= today:
                return f"{days}@{last_day}"
        return None

    def asking(
        self, since: datetime.date, today: datetime.date, calendar: WorkCalendar
    ) -> datetime.date | None:
        """Of what is wanted from a day on and never overdue: the latest day of asking that has come, again and again.

        >>> Ladder().asking(datetime.date(2026, 3, 1), datetime.date(2026, 3, 10), WorkCalendar())
        datetime.date(2026, 3, 8)
        """
        steps = (today - since).days // self.every if self.every else 0
        asked = (since + step * self.every * DAY for step in range(steps, -1, -1))
        return next((day for day in asked if next_workday(day, calendar) <= today), None)

    def _late(self, last_day: datetime.date, today: datetime.date) -> Iterator[int]:
        """Days of being overdue that are rungs, from the latest one reached back to the first."""
        overdue = (today - last_day).days
        if not self.after or overdue < self.after:
            return
        steps = (overdue - self.after) // self.every if self.every else 0
        for step in range(steps, -1, -1):
            yield self.after + step * self.every

    def days(
        self, last_day: datetime.date, calendar: WorkCalendar, *, until: datetime.date
    ) -> Iterator[tuple[datetime.date, int]]:
        """Each day on which a duty left undone is spoken of, with the rung's days before (after: negative)."""
        told: str | None = None
        day = last_day - self.ahead
        while day <= until:
            if calendar.is_workday(day) and (now := self.rung(last_day, day, calendar)) not in {None, told}:
                told = now
                yield day, int(str(now).partition("@")[0])
            day += DAY


def next_workday(day: datetime.date, calendar: WorkCalendar) -> datetime.date:
    """The day itself when it is a working one, else the first after it."""
    return day if calendar.is_workday(day) else calendar.add_workdays(day, 1)


def previous_workday(day: datetime.date, calendar: WorkCalendar) -> datetime.date:
    """The day itself when it is a working one, else the last before it."""
    return day if calendar.is_workday(day) else calendar.add_workdays(day, -1)
