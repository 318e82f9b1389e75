"""Days, months, quarters and half-years as they are printed, with their years, lists and ranges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from roadmaps.deadlines.dates import Point, Span, day, month, months
from roadmaps.deadlines.events import Doubt, Impossible
from roadmaps.deadlines.reader import Reader
from roadmaps.deadlines.tokens import Token


class PointReader(Reader):
    """Reads points and spans of time; what they mean is for the rules to say."""

    def year(self) -> tuple[int, bool] | None:
        """«2022», «22 г.», «2022 года», «2022-2023 уч. года»: the year and whether it is a school year."""
        start = self.i
        comma = self.take(",")
        token = self.peek()
        value = token.value if token.kind == "n" and isinstance(token.value, int) else 0
        named = self.at("год", ahead=1)
        short = 10 <= value <= 99 and named and len(token.raw) == 2
        if not (1990 <= value <= 2099 or short) or (comma and not named and not self.ends_here(1)):
            self.i = start
            return None
        self.i += 1
        year = value + 2000 if short else value
        pair = not short and self._second_year(year)
        if pair and not self.take("учебный") and self.peek().form == "у" and self.at("год", ahead=1):
            self.i += 1
        self.year_word()
        return year, pair

    def _second_year(self, year: int) -> bool:
        second = self.peek(1)
        if not (self.at("-", "/") and second.kind == "n" and self.peek(2).kind != "month"):
            return False
        if second.value not in (year + 1, (year + 1) % 100):
            return False
        self.i += 2
        return True

    def year_word(self) -> None:
        while self.take("год"):
            pass

    def _this_year(self) -> bool:
        """«текущего года», «с.г.», «т.г.»: the period knows which."""
        start = self.i
        if self.take("текущий") or self.take_stem("сего") or (self.peek().form in ("с", "т") and self.step()):
            self.take("учебный")
            if self.take("год"):
                return True
        self.i = start
        return False

    def point(self) -> list[Span] | None:
        """A date, a month, a quarter… with its year; several spans for «1, 15 марта» or «I–II кварталы»."""
        token = self.peek()
        if token.kind == "bad":
            raise Impossible(f"Такой даты нет: «{token.raw}». Исправьте её.")
        if token.kind == "date":
            self.i += 1
            return [Span(self._with_year(day(*_numbers_of(token))))]
        if token.kind == "ym":
            self.i += 1
            month_number, year = _numbers_of(token)
            self.year_word()
            return [Span(_dated(month(month_number), year))]
        if token.kind == "month":
            self.i += 1
            return [Span(self._with_year(month(int(str(token.value)))))]
        if token.kind in ("n", "ord", "roman"):
            return self._numbered()
        if self.at("квартал") and self.peek(1).kind in ("n", "roman") and self.small(1) <= 4:
            self.i += 2
            return [Span(self._with_year(_quarter(self.small(-1))))]
        return None

    def _with_year(self, point: Point) -> Point:
        if point.year is not None:
            self.year_word()
            return point
        year = self.year()
        if year is None:
            if self._this_year() and point.first_month == 8 and not self.period.is_calendar_year:
                raise Doubt("Август в начале или в конце учебного года? Допишите год.")
            return point
        return Point(point.first_month, point.first_day, point.last_month, point.last_day, *year)

    def _numbered(self) -> list[Span] | None:
        """«15», «1, 15», «1-15», «с 1 по 10 и с 20 по 25» and the unit they count."""
        groups: list[tuple[int, int | None]] = []
        while True:
            first = self._number()
            if first is None:
                return None
            last = None
            if self.at("-", "по") and self.peek(1).kind in ("n", "ord", "roman", "date"):
                self.i += 1
                if self.peek().kind == "date":
                    groups.append((first, None))
                    return self._days_before_date(groups, ranged=True)
                last = self._number()
            groups.append((first, last))
            if not self._more_numbers():
                break
            if self.peek().kind == "date":
                return self._days_before_date(groups, ranged=False)
        return self._units(groups)

    def _number(self) -> int | None:
        token = self.peek()
        if token.kind not in ("n", "ord", "roman"):
            return None
        self.i += 1
        return int(str(token.value))

    def _more_numbers(self) -> bool:
        """Whether the list of numbers goes on: «1, 15 марта»; not «15 марта, 1 апреля»."""
        if not self.at(",", "и"):
            return False
        ahead = 2 if self.at("с", ahead=1) else 1
        if self.peek(ahead).kind not in ("n", "ord", "roman"):
            return False
        self.i += ahead
        return True

    def _days_before_date(
        self, groups: Sequence[tuple[int, int | None]], *, ranged: bool
    ) -> list[Span] | None:
        """«05–23.09.2022»: the days take the date's month."""
        token = self.peek()
        self.i += 1
        number, month_number, year = _numbers_of(token)
        end = self._with_year(day(number, month_number, year))
        spans = [_days(first, last, month_number) for first, last in groups]
        if ranged:
            spans[-1] = Span(spans[-1].left, end)
            return spans
        return [*spans, Span(end)]

    def _units(self, groups: Sequence[tuple[int, int | None]]) -> list[Span] | None:
        build = self._unit(groups)
        if build is None:
            return None
        spans = [build(first, last) for first, last in groups]
        tail = spans[-1]
        if tail.right is not None:
            spans[-1] = Span(tail.left, self._with_year(tail.right))
        else:
            spans[-1] = Span(self._with_year(tail.left))
        return spans

    def _unit(self, groups: Sequence[tuple[int, int | None]]) -> Callable[[int, int | None], Span] | None:
        token = self.peek()
        if token.kind == "month":
            most = max(number for group in groups for number in group if number is not None)
            if most > 31:
                if most < 100:
                    raise Impossible(f"Такого дня нет: {most} {token.raw}. Исправьте дату.")
                return None
            self.i += 1
            month_number = int(str(token.value))
            return lambda first, last: _days(first, last, month_number)
        if self.take("квартал"):
            return lambda first, last: _stretch(first, last, _quarter)
        if self.take("полугодие"):
            return self._half_years()
        if self.at("декада", "половина") and self.peek(1).kind == "month":
            shape = _decade if self.at("декада") else _half_month
            self.i += 2
            month_number = self.small(-1)
            return lambda first, last: _stretch(first, last, lambda number: shape(number, month_number))
        if self.at("четверть", "триместр"):
            raise Doubt("Учебные четверти и триместры у каждой школы свои. Напишите даты.")
        return None

    def _half_years(self) -> Callable[[int, int | None], Span]:
        """School half-years in a school-year plan, calendar ones in a calendar plan; else a question."""
        start = self.i
        year = self.year()
        if year is None:
            school_words = self.take_all("учебный", "год") or self.take_all("текущий", "учебный", "год")
            school = school_words or not self.period.is_calendar_year
        else:
            school = year[1]
            if not school and not self.period.is_calendar_year:
                raise Doubt("Полугодие учебного или календарного года? Напишите месяцы.")
        if year is not None:
            self.i = start
        shape = _school_half if school else _calendar_half
        return lambda first, last: _stretch(first, last, shape)

    def spans(self) -> list[Span] | None:
        """One or several points and ranges in a row: «Март, апрель, май 2021», «с 1 по 15 марта – 10 апреля»."""
        found = self._range()
        if found is None:
            return None
        while True:
            start = self.i
            self.take(",", "и", ";", "(")
            self.take("в")
            more = self._range() if not self.recurs() else None
            if more is None:
                self.i = start
                return found
            found += more

    def _range(self) -> list[Span] | None:
        start = self.i
        begun = self.take("с")
        left = self.point()
        if left is None:
            self.i = start
            return None
        last = left[-1]
        if last.right is None and self._range_sign(begun):
            right = self.point()
            if right is None or len(right) != 1 or right[0].right is not None:
                self.i = start
                return None
            left[-1] = _month_borrowed(last.left, right[0].left)
        elif not begun and last.right is None and last.left.is_day and self._until_day():
            raise Doubt("С какого по какое число? Напишите «с … по …» или только «до …».")
        elif begun and last.right is None:
            raise Doubt("Начало названо, а до какого дня? Напишите и конец срока.")
        single = last is left[-1] and last.left.first_month == last.left.last_month
        if single and last.left.school_year and not self._says_school():
            raise Doubt("Какого года этот срок? Напишите один год.")
        self.take("включительно")
        return left

    def _says_school(self) -> bool:
        return any(token.value == "учебный" for token in self.tokens[max(0, self.i - 4) : self.i])

    def _range_sign(self, begun: bool) -> bool:
        if self.at("-") and self.peek(1).kind in ("n", "ord", "roman", "date", "ym", "month", "bad"):
            return self.step()
        if self.at("-") and self.at("по", ahead=1):
            self.i += 2
            return True
        if self.at("по") and self.peek(1).kind in ("n", "date", "ym", "month", "bad"):
            return self.step()
        return begun and self._until_day() and self.step()

    def _until_day(self) -> bool:
        """Whether «до 15 мая» follows."""
        dated = self.peek(1).kind in ("date", "bad")
        return self.at("до") and (dated or (self.peek(1).kind == "n" and self.peek(2).kind == "month"))


def _numbers_of(token: Token) -> tuple[int, ...]:
    """What a numeric date or month holds; a year not printed is None."""
    return cast(tuple[int, ...], token.value)


def _dated(point: Point, year: int) -> Point:
    return replace(point, year=year)


def _days(first: int, last: int | None, month_number: int) -> Span:
    return Span(day(first, month_number), None if last is None else day(last, month_number))


def _stretch(first: int, last: int | None, shape: Callable[[int], Point]) -> Span:
    return Span(shape(first), None if last is None else shape(last))


def _quarter(number: int) -> Point:
    return months(3 * _numbered_from(number, 4, "квартала") - 2, 3 * number)


def _school_half(number: int) -> Point:
    """The first half-year is September to December; where the second ends (May, June, August) is a question."""
    if _numbered_from(number, 2, "полугодия") == 2:
        raise Doubt("До какого числа второе полугодие: до конца уроков или учебного года? Напишите месяцы.")
    return months(9, 12)


def _calendar_half(number: int) -> Point:
    return months(1, 6) if _numbered_from(number, 2, "полугодия") == 1 else months(7, 12)


def _decade(number: int, month_number: int) -> Point:
    starts = 10 * _numbered_from(number, 3, "декады") - 9
    return Point(month_number, starts, month_number, None if number == 3 else starts + 9)


def _half_month(number: int, month_number: int) -> Point:
    first = _numbered_from(number, 2, "половины") == 1
    return Point(month_number, 1 if first else 16, month_number, 15 if first else None)


def _numbered_from(number: int, most: int, what: str) -> int:
    if not 1 <= number <= most:
        raise Doubt(f"Нет такого {what}: {number}. Исправьте номер.")
    return number


def _month_borrowed(left: Point, right: Point) -> Span:
    """A range whose left end names no month takes the right end's."""
    if left.first_month is None:
        left = day(left.first_day or 1, right.first_month)
    return Span(left, right)
