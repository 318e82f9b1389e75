"""Days, months, quarters, half-years and their ranges; their years come from the phrase or else from the period."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from roadmaps.deadlines.events import Doubt, Impossible
from roadmaps.deadlines.parts import Period, Window

_MONTH_NAMES = tuple(
    "январь,февраль,март,апрель,май,июнь,июль,август,сентябрь,октябрь,ноябрь,декабрь".split(",")  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Point:
    """A day or a stretch of months as printed: days are None for a whole month, `year` None when not printed.

    `school_year`: the year printed was a school year, and `year` its first half's.
    """

    first_month: int | None
    first_day: int | None
    last_month: int | None
    last_day: int | None
    year: int | None = None
    school_year: bool = False

    @property
    def is_day(self) -> bool:
        """Whether it is one day."""
        return self.first_day is not None and (self.first_month, self.first_day) == (
            self.last_month,
            self.last_day,
        )


@dataclass(frozen=True, slots=True)
class Span:
    """From one point to another; `right` is None for a single point."""

    left: Point
    right: Point | None = None

    @property
    def ends(self) -> Point:
        """The point it ends with."""
        return self.right or self.left

    @property
    def has_year(self) -> bool:
        """Whether any year is printed in it."""
        return self.left.year is not None or self.ends.year is not None


def month(number: int) -> Point:
    """A whole month."""
    return Point(number, None, number, None)


def months(first: int, last: int) -> Point:
    """Whole months, e.g. a quarter; `last` may lie in the next year (13 is January)."""
    return Point(first, None, last, None)


def day(number: int, month_number: int | None, year: int | None = None) -> Point:
    """One day; its month may come later in the phrase («с 1 по 15 марта»). Raises Impossible for 30 February."""
    if month_number is not None and number > month_end(2000, month_number):
        raise Impossible(f"Такого дня нет: {number:02}.{month_number:02}. Исправьте дату.")
    return Point(month_number, number, month_number, number, year)


def make_date(year: int, month_number: int, number: int) -> date:
    """A date, or Doubt when there is no such day."""
    try:
        return date(year, month_number, number)
    except ValueError:
        name = _MONTH_NAMES[month_number - 1] if 1 <= month_number <= 12 else str(month_number)
        raise Impossible(
            f"Такого дня нет: {number:02}.{month_number:02}.{year} ({name}). Исправьте дату."
        ) from None


def month_end(year: int, month_number: int) -> int:
    """The number of the month's last day."""
    return calendar.monthrange(year, month_number)[1]


def first_date(point: Point, year: int) -> date:
    """The point's first day, were it in `year`."""
    assert point.first_month is not None  # noqa: S101 - the parser fills it
    return make_date(year, point.first_month, point.first_day or 1)


def last_date(point: Point, year: int) -> date:
    """The point's last day, were it in `year`."""
    assert point.last_month is not None  # noqa: S101 - the parser fills it
    return make_date(year, point.last_month, point.last_day or month_end(year, point.last_month))


def resolve(spans: Sequence[Span], period: Period, *, yearly: bool = False) -> list[Window]:
    """Give every span its years. `yearly`: spans without a year come in each year of the period. Raises Doubt."""
    spans = [_school_years_settled(span) for span in spans]
    if yearly and not any(span.has_year for span in spans):
        return [window for span in spans for window in _all_inside(span, period)]
    windows: list[Window] = []
    for index, span in enumerate(spans):
        if span.has_year:
            windows.append(_not_strange(_from_own_year(span), span, period))
        else:
            windows.append(_from_neighbours(index, spans, windows, period))
    return windows


def _school_years_settled(span: Span) -> Span:
    """«сентябрь – май 2022-2023»: the autumn months belong to 2022, the others to 2023."""
    source = span.ends
    if not source.school_year or source.year is None:
        return span
    year = source.year

    def settle(point: Point) -> Point:
        start = point.first_month or 1
        return replace(point, year=year if start >= 9 else year + 1, school_year=False)

    return Span(settle(span.left), settle(span.right) if span.right else None)


def _from_own_year(span: Span) -> Window:
    left, right = span.left, span.ends
    left_year, right_year = left.year, right.year
    if left_year is None and right_year is not None:
        left_year = right_year if _key(left) <= _key(right) else right_year - 1
    elif right_year is None and left_year is not None:
        right_year = left_year if _key(left) <= _key(right) else left_year + 1
    assert left_year is not None and right_year is not None  # noqa: S101, PT018 - has_year
    return _window(first_date(left, left_year), last_date(right, right_year))


def _not_strange(window: Window, span: Span, period: Period) -> Window:
    """«октябрь – март 2022» ends in 2022 by the rule, but not when only beginning in 2022 it would meet the plan."""
    year = span.ends.year
    if span.left.year is not None or year is None or window.last >= period.first:
        return window
    if _with_year(Span(span.left, replace(span.ends, year=None)), year).first >= period.first:
        raise Doubt(f"Начало в {year - 1} или в {year} году? Напишите оба года.")
    return window


def _window(first: date, last: date) -> Window:
    if last < first:
        raise Doubt(f"Конец раньше начала: {first:%d.%m.%Y} – {last:%d.%m.%Y}. Исправьте годы.")
    return Window(first, last)


def _key(point: Point) -> tuple[int, int]:
    return point.first_month or 0, point.first_day or 0


def _with_year(span: Span, year: int) -> Window:
    return _from_own_year(Span(replace(span.left, year=year), span.right))


def _from_neighbours(index: int, spans: Sequence[Span], done: Sequence[Window], period: Period) -> Window:
    """A span without a year in a list: the next printed year holds, else the one before, else the period's."""
    inside = _all_inside(span := spans[index], period, strict=False)
    following = next((other for other in spans[index + 1 :] if other.has_year), None)
    if following is not None:
        nearest = _from_own_year(following)
        year = nearest.first.year if _key(span.left) <= _key(following.left) else nearest.first.year - 1
        return _agreed(_with_year(span, year), inside, nearest, period)
    if any(other.has_year for other in spans[:index]):
        before = done[-1]
        year = before.last.year
        candidate = _with_year(span, year)
        if candidate.first < before.first:
            candidate = _with_year(span, year + 1)
        return _agreed(candidate, inside, before, period)
    return _only(inside, span)


def _agreed(candidate: Window, inside: Sequence[Window], neighbour: Window, period: Period) -> Window:
    """The year borrowed from a neighbour must not contradict the period, unless the neighbour lies outside it too."""
    outside = neighbour.last < period.first or neighbour.first > period.last
    if not inside or outside or candidate in inside:
        return candidate
    raise Doubt(f"Какого года {_months_of(candidate)}: {candidate.first.year} или {inside[0].first.year}?")


def _months_of(window: Window) -> str:
    return _MONTH_NAMES[window.first.month - 1]


def _only(inside: Sequence[Window], span: Span) -> Window:
    if len(inside) == 1:
        return inside[0]
    if inside:
        raise Doubt("Какого года этот срок? В период плана он попадает несколько раз, допишите год.")
    raise Doubt("Какого года этот срок? В период плана он не попадает, допишите год.")


def _all_inside(span: Span, period: Period, *, strict: bool = True) -> list[Window]:
    """The windows the span has inside the period, one for each fitting year."""
    found = []
    for year in range(period.first.year - 1, period.last.year + 1):
        window = _existing(span, year)
        if window is not None and _fits(window, span, period):
            found.append(window)
    if strict and not found:
        raise Doubt("Срок не попадает в период плана. Допишите год.")
    return found


def _existing(span: Span, year: int) -> Window | None:
    try:
        return _with_year(span, year)
    except Doubt:
        if year % 4:  # 29 February exists in some other year
            return None
        raise


def _fits(window: Window, span: Span, period: Period) -> bool:
    if span.right is not None:  # both ends must touch the period
        begins = _touches(window.first, span.left, period)
        return begins and _touches(window.last, span.right, period)
    if span.left.is_day:
        return period.first <= window.first <= period.last
    return window.first <= period.last and window.last >= period.first


def _touches(end: date, point: Point, period: Period) -> bool:
    """Whether a range's end lies in the period, whole months counting by their months."""
    if point.is_day:
        return period.first <= end <= period.last
    return (
        (period.first.year, period.first.month)
        <= (end.year, end.month)
        <= (period.last.year, period.last.month)
    )


def add_months(start: date, count: int) -> date:
    """The same day `count` months on (or back), the last day where the month is shorter."""
    index = start.year * 12 + start.month - 1 + count
    year, month_number = divmod(index, 12)
    return date(year, month_number + 1, min(start.day, month_end(year, month_number + 1)))
