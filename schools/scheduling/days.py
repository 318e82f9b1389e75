"""Days and hours as they stand in cells of schedules: real dates, «21.04», «21 апреля (вт)», «2026-04-21»."""

from __future__ import annotations

import datetime
import re
from typing import Any

_MONTHS = (
    *("январь января", "февраль февраля", "март марта", "апрель апреля", "май мая", "июнь июня"),
    *(
        "июль июля",
        "август августа",
        "сентябрь сентября",
        "октябрь октября",
        "ноябрь ноября",
        "декабрь декабря",
    ),
)
_DIGITS = re.compile(r"(\d{1,2})[./\-](\d{1,2})(?:[./\-](\d{4}|\d{2}))?\s*(?:г\.?)?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00(?::00)?)?")
_WORDS = re.compile(r"(\d{1,2})\s+([а-я]{3,8})\.?(?:\s+(\d{4}))?\s*(?:г\.?|года)?")
_WEEKDAY = re.compile(
    r"[\s,(]*\b(пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)\b\.?\)?"
)
_CLOCK = re.compile(r"(\d{1,2})[:.\-](\d{2})(?::\d{2})?")


class NoDay(ValueError):
    """Not a day; the text says in Russian what to write."""


def read_day(cell: Any, first: datetime.date, last: datetime.date) -> datetime.date:
    """The day of a cell. A day without a year takes the one that lies in [first, last], else the year of ``first``.

    Raises `NoDay`.
    """
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    text = _WEEKDAY.sub("", " ".join(str(cell).lower().split())).strip(" ,;")
    try:
        if found := _ISO.fullmatch(text):
            return datetime.date(*map(int, found.groups()))
        if found := _DIGITS.fullmatch(text):
            return _dated(int(found[1]), int(found[2]), found[3], first, last)
        if found := _WORDS.fullmatch(text):
            return _dated(int(found[1]), _month(found[2]), found[3], first, last)
    except ValueError as error:
        raise NoDay("Такого дня нет. Напишите, например, 21.04.2026.") from error
    raise NoDay("Это не день. Напишите его так: 21.04.2026.")


def _month(word: str) -> int:
    """The month whose name, in either case, begins with the word."""
    for number, forms in enumerate(_MONTHS, 1):
        if any(form.startswith(word) for form in forms.split()):
            return number
    raise ValueError(word)


def _dated(
    day: int, month: int, year: str | None, first: datetime.date, last: datetime.date
) -> datetime.date:
    if year:
        return datetime.date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    for fitting in range(first.year, last.year + 1):
        found = datetime.date(fitting, month, day)
        if first <= found <= last:
            return found
    return datetime.date(first.year, month, day)


def is_day(cell: Any) -> bool:
    """Whether the cell reads as a day; bare numbers do not."""
    try:
        read_day(cell, datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))
    except NoDay:
        return False
    return True


def read_clock(cell: Any) -> datetime.time | None:
    """The hour of a cell, None for an empty one. Raises `NoDay`."""
    if isinstance(cell, datetime.datetime):
        return cell.time()
    if isinstance(cell, datetime.time):
        return cell
    text = str(cell).strip()
    if not text:
        return None
    found = _CLOCK.fullmatch(text)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return datetime.time(int(found[1]), int(found[2]))
    raise NoDay("Это не время. Напишите его так: 9:30.")
