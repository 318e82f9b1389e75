"""A printed text of one school year written anew for another: its years move, every other digit stays.

>>> shifted("до 15 марта 2026 года, по приказу от 05.03.2024 № 512", 1)
'до 15 марта 2027 года, по приказу от 05.03.2024 № 512'
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import takewhile
from typing import NamedTuple

from roadmaps.deadlines.tokens import Token, nfc, tokenize

_ACTS = tuple("приказ распоряж постановл письм закон указ протокол решени положени поручени фз".split())  # noqa: SIM905
_TESTS = ("впр", "нико", "оге", "огэ", "егэ", "гиа", "гвэ")
_NUMBER_SIGNS = ("№", "n", "номер")
_DIGITS = re.compile(r"[^\W_]+")  # letters too: scanners read О for 0


def school_year(day: date) -> int:
    """The year in which the school year began that a plan from this day is for; plans of August are for the next."""
    return day.year if day.month >= 8 else day.year - 1


def shifted(text: str, years: int) -> str:
    """The text with every year of a date, a month or a school year moved by ``years``.

    A date that names an act («приказ от 05.03.2024», «05.03.2024 № 512») stays. 29 February becomes the 28th where the
    new year has none. Without a year to move the text comes back as it is, else with its letters composed (NFC).
    """
    composed = nfc(text)
    edits = [edit for edit in _edits(composed, years) if edit.new != composed[edit.start : edit.end]]
    if not edits:
        return text
    for edit in sorted(edits, reverse=True):
        composed = composed[: edit.start] + edit.new + composed[edit.end :]
    return composed


def moved(day: date, years: int) -> date:
    """The same day of another year, 28 February for a 29th which that year has not."""
    new = day.year + years
    return (
        date(new, 2, 28)
        if (day.month, day.day) == (2, 29) and not calendar.isleap(new)
        else date(new, day.month, day.day)
    )


class _Edit(NamedTuple):
    start: int
    end: int
    new: str


class _Year(NamedTuple):
    """A printed year: its place in the text, and the token it stands in."""

    value: int
    start: int
    end: int
    token: int


def _edits(text: str, years: int) -> Iterator[_Edit]:
    tokens = tokenize(text)
    for year in _printed_years(tokens):
        if _names_act(tokens, year.token):
            continue
        new = year.value + years
        yield _Edit(year.start, year.end, f"{new % 100:02d}" if year.end - year.start == 2 else f"{new:04d}")
        leap_day = _leap_day(tokens, year.token)
        if leap_day and not calendar.isleap(new):
            yield _Edit(*leap_day, "28")


def _printed_years(tokens: Sequence[Token]) -> Iterator[_Year]:
    for index, token in enumerate(tokens):
        if token.kind == "date" and token.value[2] is not None:  # type: ignore[index]
            yield _year_of_date(token, token.value[2], index)  # type: ignore[index]
        elif token.kind == "ym":
            yield _year_of_date(token, token.value[1], index)  # type: ignore[index]
        elif token.kind == "n" and _is_year(tokens, index):
            value = int(str(token.value))
            yield _Year(value + 2000 if value < 100 else value, token.start, token.end, index)


def _year_of_date(token: Token, value: int, index: int) -> _Year:
    """The last number of «20.09.2025», the first of «2025-09-20»."""
    numbers = list(_DIGITS.finditer(token.raw))
    place = numbers[0] if len(numbers[0][0]) == 4 else numbers[-1]
    return _Year(value, token.start + place.start(), token.start + place.end(), index)


# --- whether a number is a year --------------------------------------------------------------------------------------


def _is_year(tokens: Sequence[Token], index: int) -> bool:
    """«марта 2026», «2026 года», «2025/26», «25/26 учебный год», «ВПР-2026», a phrase of nothing but the year."""
    first = _first_of_pair(tokens, index)
    before = _at(tokens, first - 1)
    if before.form in _NUMBER_SIGNS:
        return False
    if first != index or _pairs(tokens, index):
        return True
    if not _is_long(tokens[index]):
        return len(tokens[index].raw) == 2 and before.kind == "month" and _says_year(tokens, index + 1)
    return len(tokens) == 1 or _follows_time(tokens, index) or _before_year_word(tokens, index)


def _is_long(token: Token) -> bool:
    return token.kind == "n" and len(token.raw) == 4 and 1990 <= int(str(token.value)) <= 2099


def _pairs(tokens: Sequence[Token], index: int) -> bool:
    """Whether «2025-2026», «2025/26» or «25/26 учебный» begins here."""
    left, sign, right = (_at(tokens, index + ahead) for ahead in range(3))
    if sign.value not in ("-", "/") or (left.kind, right.kind) != ("n", "n") or len(right.raw) not in (2, 4):
        return False
    first, second = int(str(left.value)), int(str(right.value))
    follows = second == first + 1 or (len(right.raw) == 2 and second == (first + 1) % 100)
    short = len(left.raw) == len(right.raw) == 2 and _at(tokens, index + 3).value == "учебный"
    return follows and (_is_long(left) or short)


def _first_of_pair(tokens: Sequence[Token], index: int) -> int:
    return index - 2 if index >= 2 and _pairs(tokens, index - 2) else index


def _says_year(tokens: Sequence[Token], index: int) -> bool:
    """«года», «учебного года», «-м году»."""
    if _at(tokens, index).value == "-" and len(_at(tokens, index + 1).raw) <= 2:
        index += 2
    if _at(tokens, index).value in ("учебный", "календарный"):
        index += 1
    return _at(tokens, index).value == "год"


def _before_year_word(tokens: Sequence[Token], index: int) -> bool:
    """«2026 года», «2025, 2026 и 2027 годов»."""
    while not _says_year(tokens, index + 1):
        if _at(tokens, index + 1).value not in (",", "и", "-") or not _is_long(_at(tokens, index + 2)):
            return False
        index += 2
    return True


def _follows_time(tokens: Sequence[Token], index: int) -> bool:
    """«марта 2026», «апрель, 2026», «квартала 2026», «ВПР-2026»."""
    before = _at(tokens, index - 1)
    if before.value in (",", "-"):
        before = _at(tokens, index - 2)
    return before.kind == "month" or before.value in ("квартал", "полугодие") or before.form in _TESTS


_NOTHING = Token("end", "", 0, 0, "")


def _at(tokens: Sequence[Token], index: int) -> Token:
    return tokens[index] if 0 <= index < len(tokens) else _NOTHING


# --- the date a year belongs to --------------------------------------------------------------------------------------


def _names_act(tokens: Sequence[Token], index: int) -> bool:
    """Whether the date is an act's: «№» follows it, or «от» leads to it from the act's name or number."""
    after = index + 1
    while _at(tokens, after).value == "год":
        after += 1
    if _at(tokens, after).form in ("№", "n"):
        return True
    start = _date_start(tokens, index)
    led = _at(tokens, start - 1).value == "от"
    return led and any(
        token.form in _NUMBER_SIGNS or token.form.startswith(_ACTS) for token in tokens[:start]
    )


def _date_start(tokens: Sequence[Token], index: int) -> int:
    """Where the date begins whose year stands at ``index``: at the day, the month, or the year itself."""
    if tokens[index].kind != "n" or _at(tokens, index - 1).kind != "month":
        return index
    return index - 2 if _at(tokens, index - 2).kind == "n" else index - 1


def _leap_day(tokens: Sequence[Token], index: int) -> tuple[int, int] | None:
    """The place of the day's digits when the year at ``index`` belongs to a 29 February."""
    token = tokens[index]
    if token.kind == "date" and token.value[:2] == (29, 2):  # type: ignore[index]
        numbers = list(_DIGITS.finditer(token.raw))
        place = numbers[-1] if len(numbers[0][0]) == 4 else numbers[0]
        return token.start + place.start(), token.start + place.end()
    day, month = _at(tokens, index - 2), _at(tokens, index - 1)
    if token.kind == "n" and (day.kind, day.value, month.kind, month.value) == ("n", 29, "month", 2):
        digits = "".join(takewhile(str.isdigit, day.raw))
        return (day.start, day.start + len(digits)) if digits else None
    return None
