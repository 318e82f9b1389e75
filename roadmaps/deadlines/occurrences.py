"""From parts to occurrences: the times a duty falls due, each with its first and last day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from roadmaps.deadlines.dates import add_months, month_end
from roadmaps.deadlines.events import SCHEDULE_OF
from roadmaps.deadlines.parts import WEEKDAYS, By, BySchedule, OnEvent, Part, Throughout, Window, split_offset

_DAY = timedelta(days=1)


class Calendar(Protocol):
    """What deadlines need of a production calendar (`portal.lib.calendar.WorkCalendar` is one)."""

    def is_workday(self, day: date) -> bool:
        """Whether people work on the day."""

    def why_off(self, day: date) -> str | None:
        """Why they do not."""

    def add_workdays(self, day: date, count: int) -> date:
        """The working day `count` after the day."""

    def workdays(self, first: date, last: date) -> int:
        """How many working days there are, both ends included."""

    def checked(self, year: int) -> bool:
        """Whether the year's official transfers are known."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time the duty is to be done.

    `due` is None for what goes on or follows an event without a term: it is never overdue. `key` says which time it is
    and stays the same when the phrase is compiled again, so that assignments are not made twice; it fits in 80
    characters.
    """

    first: date
    last: date
    part_index: int
    key: str
    due: date | None


def occurrences(
    parts: Sequence[Part],
    calendar: Calendar,
    events: Mapping[str, Sequence[date]] | None = None,
    schedules: Mapping[str, Sequence[date]] | None = None,
) -> tuple[Occurrence, ...]:
    """Give every time the parts fall due.

    `events` are the days events were recorded on, by event; an `OnEvent` part yields one occurrence a day and nothing
    before. `schedules` are the days of a schedule («vpr») or the control dates set for an outside plan, by its name;
    a `BySchedule` part yields one occurrence a day. `Unclear` parts yield nothing.
    """
    found: dict[str, Occurrence] = {}
    for index, part in enumerate(parts):
        for first, last, due, key in _times(part, calendar, events or {}, schedules or {}):
            found.setdefault(key, Occurrence(first, last, index, key, due))
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Run:
    """A schedule as one bearer goes through it, from its first day to its last.

    `key` names the run, not its days: when those move, the occurrence keeps its key and the duty moves along.
    """

    key: str
    first: date
    last: date


def on_runs(
    parts: Sequence[Part], calendar: Calendar, runs: Mapping[str, Sequence[Run]]
) -> tuple[Occurrence, ...]:
    """Give what hangs on the runs of schedules, by the schedule's name («vpr»).

    A `BySchedule` part goes from the run's first day to its last and is due then; an `OnEvent` part that counts back
    («за 3 дня до проведения») counts from the first day. What counts from the event on waits for it.
    """
    found: dict[str, Occurrence] = {}
    for index, part in enumerate(parts):
        for first, last, key in _run_times(part, calendar, runs):
            found.setdefault(key, Occurrence(first, last, index, key, last))
    return tuple(found.values())


def hangs_on_run(part: Part) -> bool:
    """Whether the portal's own schedules say when: the kinds of parts that `on_runs` reckons."""
    match part:
        case BySchedule(schedule):
            return schedule in SCHEDULE_OF.values()
        case OnEvent(event, before=str()):
            return event in SCHEDULE_OF
    return False


def _run_times(
    part: Part, calendar: Calendar, runs: Mapping[str, Sequence[Run]]
) -> Iterator[tuple[date, date, str]]:
    match part:
        case BySchedule(schedule):
            for run in runs.get(schedule, ()):
                yield run.first, run.last, f"schedule:{run.key}"
        case OnEvent(event, before=str(before)) if event in SCHEDULE_OF:
            for run in runs.get(SCHEDULE_OF[event], ()):
                day = shifted(run.first, before, calendar, back=True)
                yield day, day, f"schedule:{run.key}:-{before}"


_Time = tuple[date, date, date | None, str]


def _times(
    part: Part,
    calendar: Calendar,
    events: Mapping[str, Sequence[date]],
    schedules: Mapping[str, Sequence[date]],
) -> Iterable[_Time]:
    match part:
        case By(day):
            return [(day, day, day, f"by:{day}")]
        case Window(first, last):
            return [(first, last, last, f"window:{first}/{last}")]
        case Throughout(first, last, None):
            return [(first, last, None, f"throughout:{first}/{last}")]
        case Throughout():
            return _control_points(part, calendar)
        case OnEvent(event):
            return (_after_event(part, day, calendar) for day in sorted(set(events.get(event, ()))))
        case BySchedule(schedule):
            return ((day, day, day, f"schedule:{day}") for day in sorted(set(schedules.get(schedule, ()))))
    return []


def _after_event(part: OnEvent, day: date, calendar: Calendar) -> _Time:
    key = f"event:{part.event}:{day}"
    if part.after:
        last = shifted(day, part.after, calendar)
        return day, last, last, f"{key}:+{part.after}"
    if part.before:
        last = shifted(day, part.before, calendar, back=True)
        return last, last, last, f"{key}:-{part.before}"
    return day, day, None, key


_EVENT_KEY = re.compile(
    r"event:(?P<event>[a-z_]+):(?P<day>\d{4}-\d\d-\d\d)(?::(?:\+(?P<after>\d+ [a-z]+)|-(?P<before>\d+ [a-z]+)))?"
    r"(?P<about>/\d+)?"
)


def counted_anew(
    key: str, calendar: Calendar, day: date | None = None
) -> tuple[str, date, date | None] | None:
    """Key, first and due day, by this calendar, of what an event started; with ``day`` had the event been on that day.

    None for a key that is no event's. What stands behind the key's own («/12») stays.
    """
    found = _EVENT_KEY.fullmatch(key)
    if found is None:
        return None
    part = OnEvent(found["event"], after=found["after"], before=found["before"])
    first, _, due, anew = _after_event(part, day or date.fromisoformat(found["day"]), calendar)
    return f"{anew}{found['about'] or ''}", first, due


def shifted(day: date, term: str, calendar: Calendar, *, back: bool = False) -> date:
    """The day `term` («3 workdays») after the day, or before it with `back`; the day itself is not counted."""
    count, unit = split_offset(term)
    signed = -count if back else count
    if unit == "workday":
        return calendar.add_workdays(day, signed)
    if unit == "month":
        return add_months(day, signed)
    return day + timedelta(days=signed * (7 if unit == "week" else 1))


def _control_points(part: Throughout, calendar: Calendar) -> Iterator[_Time]:
    every = part.every or ""
    if every.endswith(" times"):
        yield from _equal_slices(part, int(every.split()[0]))
        return
    for first, last, name in _SPLITS[every](part.first, part.last):
        start, end = max(first, part.first), min(last, part.last)
        due = _control_day(first, end, part.on)
        if start <= end and start <= due <= end and (every != "day" or calendar.is_workday(start)):
            yield start, due, due, f"{every}:{name}"


def _control_day(first: date, end: date, on: int | str | None) -> date:
    if isinstance(on, int):
        return first.replace(day=min(on, month_end(first.year, first.month)))
    if isinstance(on, str):
        return first + WEEKDAYS.index(on) * _DAY
    return end


def _equal_slices(part: Throughout, count: int) -> Iterator[_Time]:
    """N times a year: N equal stretches, the due day of each its last."""
    days = (part.last - part.first).days + 1
    for number in range(1, count + 1):
        first = part.first + timedelta(days=days * (number - 1) // count)
        last = part.first + timedelta(days=days * number // count - 1)
        if first <= last:
            yield first, last, last, f"times:{number}/{count}"


_Slices = Iterator[tuple[date, date, str]]


def _days(first: date, last: date) -> _Slices:
    while first <= last:
        yield first, first, str(first)
        first += _DAY


def _weeks(first: date, last: date) -> _Slices:
    monday = first - first.weekday() * _DAY
    while monday <= last:
        year, week, _ = monday.isocalendar()
        yield monday, monday + 6 * _DAY, f"{year}-W{week:02}"
        monday += 7 * _DAY


def _months(first: date, last: date) -> _Slices:
    start = first.replace(day=1)
    while start <= last:
        yield start, start.replace(day=month_end(start.year, start.month)), f"{start:%Y-%m}"
        start = add_months(start, 1)


def _quarters(first: date, last: date) -> _Slices:
    start = date(first.year, first.month - (first.month - 1) % 3, 1)
    while start <= last:
        following = add_months(start, 3)
        yield start, following - _DAY, f"{start.year}-Q{(start.month + 2) // 3}"
        start = following


def _half_years(first: date, last: date) -> _Slices:
    """School halves (to December, to May) when the range begins as a school year does, else calendar ones."""
    school = first.month in (8, 9)
    for year in range(first.year, last.year + 1):
        if school:
            yield date(year, 1, 1), date(year, 5, 31), f"{year - 1}/{year}-2"
            yield date(year, 9, 1), date(year, 12, 31), f"{year}/{year + 1}-1"
        else:
            yield date(year, 1, 1), date(year, 6, 30), f"{year}-H1"
            yield date(year, 7, 1), date(year, 12, 31), f"{year}-H2"


def _years(first: date, last: date) -> _Slices:
    """Years counted from the range's first day."""
    start, number = first, 0
    while start <= last:
        number += 1
        following = add_months(first, 12 * number)
        yield start, following - _DAY, str(start.year)
        start = following


_SPLITS = {
    "day": _days,
    "week": _weeks,
    "month": _months,
    "quarter": _quarters,
    "half-year": _half_years,
    "year": _years,
}
