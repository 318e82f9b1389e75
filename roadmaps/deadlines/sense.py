"""What a compiled deadline says in Russian, one line a part: it stands under the phrase on every screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from roadmaps.deadlines.events import EVENT_TITLES, OTHER
from roadmaps.deadlines.occurrences import Calendar
from roadmaps.deadlines.parts import (
    VPR,
    By,
    BySchedule,
    OnEvent,
    Part,
    Throughout,
    Unclear,
    Window,
    split_offset,
)

Kind = Literal["ok", "ask", "bad", "event", "loop", "schedule"]

_MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
_WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_EVERY = {
    "day": "каждый рабочий день",
    "week": "каждую неделю",
    "month": "каждый месяц",
    "quarter": "каждый квартал",
    "half-year": "каждое полугодие",
    "year": "каждый год",
}
_ON_WEEKDAY = {
    "monday": "по понедельникам",
    "tuesday": "по вторникам",
    "wednesday": "по средам",
    "thursday": "по четвергам",
    "friday": "по пятницам",
    "saturday": "по субботам",
    "sunday": "по воскресеньям",
}
_UNITS = {
    "day": ("день", "дня", "дней"),
    "workday": ("рабочий день", "рабочих дня", "рабочих дней"),
    "week": ("неделя", "недели", "недель"),
    "month": ("месяц", "месяца", "месяцев"),
}


@dataclass(frozen=True, slots=True)
class Sense:
    """One line and its kind: `ok` certain, `ask` needs the methodist, `bad` no such day, `event` waits for an
    event, `loop` goes on or recurs, `schedule` hangs on a schedule."""

    text: str
    kind: Kind


def sense(parts: Sequence[Part], calendar: Calendar, today: date | None = None) -> list[Sense]:
    """Say in Russian what each part means. With `today`, a day that has come or gone is said to have."""
    return [_line(part, calendar, today) for part in parts]


def plural(count: int, forms: tuple[str, str, str]) -> str:
    """«21 рабочий день», «22 рабочих дня», «25 рабочих дней»."""
    tens, ones = count % 100, count % 10
    if ones == 1 and tens != 11:
        return f"{count} {forms[0]}"
    return f"{count} {forms[1] if 2 <= ones <= 4 and not 12 <= tens <= 14 else forms[2]}"


def _line(part: Part, calendar: Calendar, today: date | None) -> Sense:
    match part:
        case By(day):
            return Sense(_joined(*_day_words(day, calendar), _when(day, today)), "ok")
        case Window(first, last) if first == last:
            words, *rest = _day_words(first, calendar)
            return Sense(
                _joined(words.removeprefix("по ").removeprefix("до "), *rest, _when(last, today)), "ok"
            )
        case Window(first, last):
            return Sense(
                _joined(span(first, last), _workdays(first, last, calendar), _when(last, today)), "ok"
            )
        case Throughout(first, last, every, on):
            return Sense(", ".join(filter(None, [stretch(first, last), recurrence(every, on)])), "loop")
        case OnEvent():
            return Sense(_event(part), "event")
        case BySchedule(schedule):
            return _schedule(schedule)
        case Unclear(reason, impossible):
            return Sense(reason, "bad" if impossible else "ask")


def _joined(*words: str) -> str:
    return " · ".join(filter(None, words))


def full_day(day: date) -> str:
    """«16 марта 2022»."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _day_words(day: date, calendar: Calendar) -> tuple[str, str]:
    why = calendar.why_off(day)
    if why is not None:
        return f"до {full_day(day)}", f"{why}, останется как написано"
    unchecked = "" if calendar.checked(day.year) else "рабочий ли день, не проверено"
    return f"по {full_day(day)}, {_WEEKDAYS[day.weekday()]}", unchecked


def _when(day: date, today: date | None) -> str:
    if today is None or day > today:
        return ""
    return "сегодня" if day == today else "срок прошёл"


def span(first: date, last: date) -> str:
    """«1–31 октября 2021», «1 марта – 30 апреля 2022», «1 сентября 2022 – 31 мая 2023»."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{full_day(last)}"
    if first.year == last.year:
        return f"{first.day} {_MONTHS[first.month - 1]} – {full_day(last)}"
    return f"{full_day(first)} – {full_day(last)}"


def _workdays(first: date, last: date, calendar: Calendar) -> str:
    checked = calendar.checked(first.year) and calendar.checked(last.year)
    return plural(calendar.workdays(first, last), _UNITS["workday"]) + ("" if checked else ", не проверено")


def stretch(first: date, last: date) -> str:
    """«весь учебный год», «весь 2021 год», or the days."""
    if (first.month, first.day, last.month, last.day) == (9, 1, 8, 31) and last.year == first.year + 1:
        return "весь учебный год"
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and last.year == first.year:
        return f"весь {first.year} год"
    return f"всё время {span(first, last)}"


def recurrence(every: str | None, on: int | str | None) -> str:
    """«каждый месяц до 25 числа», «каждую неделю по пятницам», «2 раза»; empty for what just goes on."""
    if every is None:
        return ""
    if every.endswith(" times"):
        return plural(int(every.split()[0]), ("раз", "раза", "раз"))
    if isinstance(on, int):
        return f"{_EVERY[every]} до {on} числа"
    return f"{_EVERY[every]} {_ON_WEEKDAY[on]}" if on else _EVERY[every]


def _event(part: OnEvent) -> str:
    title = EVENT_TITLES.get(part.event)
    event = "события, названного в сроке" if title is None or part.event == OTHER else f"события «{title}»"
    if part.after:
        return f"{_term(part.after)} после {event}"
    if part.before:
        return f"за {_term(part.before, accusative=True)} до {event}"
    return f"ждёт {event}"


def _term(term: str, *, accusative: bool = False) -> str:
    count, unit = split_offset(term)
    words = plural(count, _UNITS[unit])
    return words.replace("неделя", "неделю") if accusative else words


def _schedule(schedule: str) -> Sense:
    if schedule == VPR:
        return Sense("по графику ВПР", "schedule")
    return Sense(f"по документу «{schedule}» · нужна контрольная дата", "ask")
