"""The grammar of deadline phrases: tokens in, parts out; every meaningful word is used or the phrase is in doubt.

The parser reads *pieces* (a window, a recurrence, an event, an offset…), each rule started by its first token, and then
merges what belongs together: «в течение года» + «ежемесячно» is one going-on part with control points. A rule that does
not fit returns None and gives its tokens back; a rule that fits but leaves a question raises Doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TypeAlias, cast

from roadmaps.deadlines import schedules
from roadmaps.deadlines.dates import (
    Point,
    Span,
    day,
    make_date,
    month,
    months,
    resolve,
)
from roadmaps.deadlines.events import (
    ASSESSMENT,
    OTHER,
    Doubt,
    Impossible,
    is_assessment,
    is_known,
    name_event,
)
from roadmaps.deadlines.lexicon import is_verb
from roadmaps.deadlines.merging import Dated, Goes, Loop, Merger, Offset, OnDay, Piece
from roadmaps.deadlines.parts import (
    VPR,
    WEEKDAYS,
    By,
    BySchedule,
    OnEvent,
    Part,
    Period,
    Throughout,
    Window,
    offset,
)
from roadmaps.deadlines.tokens import Token

_END = Token("end", "", 0, 0, "")
_SEPARATORS = frozenset(",;:()")
_BUDGET = 400  # pieces tried for one phrase: real phrases need a dozen or two
_WEEKDAY_NAMES = WEEKDAYS
_UNITS = (("день", "day"), ("неделя", "week"), ("месяц", "month"), ("полгода", "half"))
_TERMS = (
    ("день", "day"),
    ("неделя", "week"),
    ("месяц", "month"),
    ("квартал", "quarter"),
    ("полугодие", "half-year"),
    ("полгода", "half-year"),
    ("год", "year"),
)
_REMARKS = (
    ("при", "необходимость"),
    ("по", "необходимость"),
    ("в", "случай", "необходимость"),
)
_PLAN_STEMS = (
    "реализац",
    "действи",
    "подготовк",
    "проведен",
    "мероприят",
    "программ",
    "проект",
    "впр",
    "оценочн",
    "процедур",
)


class Parser:
    """One phrase being read. `text` is what the tokens were cut from."""

    def __init__(self, tokens: Sequence[Token], text: str, period: Period) -> None:
        """Stand before the first token."""
        self.tokens = tokens
        self.text = text
        self.period = period
        self.i = 0
        self.budget = _BUDGET

    # -- walking -------------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token:
        """The token `ahead` of the current one; an «end» token beyond the last."""
        index = self.i + ahead
        return self.tokens[index] if index < len(self.tokens) else _END

    def at(self, *values: str, ahead: int = 0) -> bool:
        """Whether a word (lemma) or sign stands there."""
        token = self.peek(ahead)
        return token.value in values and token.kind in ("w", "p")

    def take(self, *values: str) -> bool:
        """Step over one of the words or signs, if it stands there."""
        if self.at(*values):
            self.i += 1
            return True
        return False

    def take_all(self, *values: str) -> bool:
        """Step over the words in this order, all or none."""
        if all(self.at(value, ahead=ahead) for ahead, value in enumerate(values)):
            self.i += len(values)
            return True
        return False

    def take_stem(self, *stems: str) -> bool:
        """Step over a word beginning with one of the stems, whatever the grammar takes it for."""
        if self.stem_at(*stems):
            self.i += 1
            return True
        return False

    def stem_at(self, *stems: str, ahead: int = 0) -> bool:
        """Whether a word beginning with one of the stems stands there."""
        token = self.peek(ahead)
        return token.kind in ("x", "w") and token.form.startswith(stems)

    # -- the phrase ----------------------------------------------------------------------------------------------

    def phrase(self) -> tuple[Part, ...]:
        """Read the whole phrase. Raises Doubt."""
        pieces: list[Piece] = []
        while True:
            self._skip_separators()
            if self.peek() is _END:
                break
            if not (self._skip_remark(pieces) or self._weekday_remark(pieces)):
                pieces.append(self._expected_piece())
        if not pieces:
            raise Doubt("Срок не указан. Напишите дату, месяц или событие.")
        return Merger(pieces, self.period).parts()

    def _skip_separators(self) -> None:
        while True:
            token = self.peek()
            bullet = token.value == "-" and (self.i == 0 or self._ends_here(1) or self._after(";"))
            joining = (
                token.kind == "w"
                and token.value in ("и", "также", "а")
                and self.i > 0
                and not self._ends_here(1)
            )
            if not (token.kind == "p" and (token.value in _SEPARATORS or bullet)) and not joining:
                return
            self.i += 1

    def _after(self, sign: str) -> bool:
        return self.i > 0 and self.tokens[self.i - 1].value == sign

    def _ends_here(self, ahead: int) -> bool:
        return self.peek(ahead) is _END

    def _skip_remark(self, before: Sequence[Piece]) -> bool:
        """Step over «(при необходимости)», «(включительно)»: they say whether or how, not when."""
        if not before:
            return False
        return self.take("включительно") or any(self.take_all(*remark) for remark in _REMARKS)

    def _expected_piece(self) -> Piece:
        piece = self.piece()
        if piece is None:
            raise Doubt(self._misunderstood())
        return piece

    def _misunderstood(self) -> str:
        token = self.peek()
        stray = next((t for t in self.tokens if t.kind == "x" and not is_known(t)), None)
        if stray and stray.raw.isalpha():
            return f"Не понято слово «{stray.raw}». Напишите срок датой, месяцем или событием."
        return f"Не понято: «{self.text[token.start :].strip()[:60]}». Напишите срок датой, месяцем или событием."

    def _weekday_remark(self, before: Sequence[Piece]) -> bool:
        """«15.03.2022 (вторник)»: true and passed over, or a question when the two disagree."""
        if not (self.peek().kind == "weekday" and self._after("(") and self.at(")", ahead=1) and before):
            return False
        last = before[-1]
        if not isinstance(last, Dated) or len(last.spans) != 1 or not last.spans[0].ends.is_day:
            return False
        window = resolve(last.spans, self.period)[0]
        if _WEEKDAY_NAMES[window.last.weekday()] != self.peek().value:
            raise Doubt(f"{window.last:%d.%m.%Y} — не {self.peek().raw}. Что верно: дата или день недели?")
        self.i += 1
        return True

    def piece(self, rules: dict[str, tuple[Rule, ...]] | None = None) -> Piece | None:
        """Read one piece by the rules its first token starts; None (and no step) when none fits."""
        self.budget -= 1
        if self.budget < 0:
            raise Doubt("Фраза слишком запутана. Напишите срок короче.")
        token = self.peek()
        key = str(token.value) if token.kind == "w" else token.kind
        for rule in (RULES if rules is None else rules).get(key, ()):
            start = self.i
            found = rule(self)
            if found is not None:
                return found
            self.i = start
        return None

    # -- years, points, spans ------------------------------------------------------------------------------------

    def year(self) -> tuple[int, bool] | None:
        """«2022», «22 г.», «2022 года», «2022-2023 уч. года»: the year and whether it is a school year."""
        start = self.i
        comma = self.take(",")
        token = self.peek()
        value = token.value if token.kind == "n" and isinstance(token.value, int) else 0
        named = self.at("год", ahead=1)
        short = 10 <= value <= 99 and named and len(token.raw) == 2
        if not (1990 <= value <= 2099 or short) or (comma and not named and not self._ends_here(1)):
            self.i = start
            return None
        self.i += 1
        year = value + 2000 if short else value
        pair = not short and self._second_year(year)
        if pair and not self.take("учебный") and self.peek().form == "у" and self.at("год", ahead=1):
            self.i += 1
        self._year_word()
        return year, pair

    def _second_year(self, year: int) -> bool:
        second = self.peek(1)
        if not (self.at("-", "/") and second.kind == "n" and self.peek(2).kind != "month"):
            return False
        if second.value not in (year + 1, (year + 1) % 100):
            return False
        self.i += 2
        return True

    def _year_word(self) -> None:
        while self.take("год"):
            pass

    def _this_year(self) -> None:
        """«текущего года», «с.г.», «т.г.»: the period knows which."""
        start = self.i
        if (
            self.take("текущий")
            or self.take_stem("сего")
            or (self.peek().form in ("с", "т") and self._step())
        ):
            self.take("учебный")
            if self.take("год"):
                return
        self.i = start

    def _step(self) -> bool:
        self.i += 1
        return True

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
            self._year_word()
            return [Span(_dated(month(month_number), year))]
        if token.kind == "month":
            self.i += 1
            return [Span(self._with_year(month(int(str(token.value)))))]
        if token.kind in ("n", "ord", "roman"):
            return self._numbered()
        if self.at("квартал") and self.peek(1).kind in ("n", "roman") and self._small(1) <= 4:
            self.i += 2
            return [Span(self._with_year(_quarter(self._small(-1))))]
        return None

    def _small(self, ahead: int) -> int:
        value = self.peek(ahead).value
        return value if isinstance(value, int) else 0

    def _with_year(self, point: Point) -> Point:
        if point.year is not None:
            self._year_word()
            return point
        year = self.year()
        if year is None:
            self._this_year()
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
            month_number = self._small(-1)
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
            more = self._range() if not self._recurs() else None
            if more is None:
                self.i = start
                return found
            found += more

    def _recurs(self) -> bool:
        """«март, 2 раза в год»: the number begins another piece."""
        return self.peek().kind == "n" and self.at("раз", ahead=1)

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
            return self._step()
        if self.at("-") and self.at("по", ahead=1):
            self.i += 2
            return True
        if self.at("по") and self.peek(1).kind in ("n", "date", "ym", "month", "bad"):
            return self._step()
        dated = self.peek(1).kind in ("date", "bad") or (
            self.peek(1).kind == "n" and self.peek(2).kind == "month"
        )
        return begun and self.at("до") and dated and self._step()

    # -- durations and noun phrases ------------------------------------------------------------------------------

    def duration(self) -> Offset | None:
        """«трех рабочих дней», «5 дн.», «двух недель», «месяца», «3 (трех) дней»."""
        start = self.i
        count = 1
        token = self.peek()
        if token.kind == "n" and isinstance(token.value, int):
            count = token.value
            self.i += 1
            self._repeated_number(count)
        elif token.kind in ("ord", "roman"):
            return None
        working = self.take("рабочий")
        if not working:
            self.take("календарный")
        unit = next((unit for lemma, unit in _UNITS if self.take(lemma)), None)
        if unit == "half":
            unit, count = "month", count * 6
        if unit is None or (working and unit != "day") or not 1 <= count <= 366:
            self.i = start
            return None
        return Offset(count, "workday" if working else unit)

    def _repeated_number(self, count: int) -> None:
        if (
            self.at("(")
            and self.peek(1).kind == "n"
            and self.peek(1).value == count
            and self.at(")", ahead=2)
        ):
            self.i += 3

    def event(self, *, about_results: bool = False) -> str:
        """The noun phrase of an event, up to where another piece begins. Raises Doubt."""
        start = self.i
        self.take("окончание", "завершение")
        if self._numbered_term():
            return OTHER
        self.i = start
        stop = self._noun_phrase_end()
        while stop > start and self.tokens[stop - 1].value in (",", "-", "и"):
            stop -= 1
        words = [token for token in self.tokens[start:stop] if token.kind != "p"]
        if not words or words[0].kind not in ("x", "w"):
            raise Doubt("Какое событие имеется в виду? Выберите событие.")
        self.i = stop
        return name_event(words, about_results=about_results)

    def _numbered_term(self) -> bool:
        """«(по итогам) I полугодия», «каждой четверти», «учебного года», «2022 года»: its end is an event."""
        start = self.i
        self.take("каждый", "весь", "текущий")
        if self.peek().kind in ("n", "ord", "roman") and not self.year():
            self.i += 1
        self.take("учебный", "календарный")
        found = self.take("четверть", "полугодие", "триместр", "квартал", "год", "месяц")
        found = found or (self.i > start and self.tokens[self.i - 1].value == "год")
        if found:
            self.year()
            if self._noun_phrase_end() == self.i:
                return True
        self.i = start
        return False

    def _noun_phrase_end(self) -> int:
        index = self.i
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.kind == "p" and token.value in (";", "(", ")", ":"):
                break
            if token.kind == "x" and is_verb(str(token.value)):
                break
            if index > self.i and self._begins_piece(index, RULES if token.value == "," else _INSIDE_EVENT):
                break
            index += 1
        return index

    def _begins_piece(self, index: int, rules: dict[str, tuple[Rule, ...]]) -> bool:
        """Whether another piece begins at the token (or after it, when it is a comma)."""
        token = self.tokens[index]
        if token.kind == "x":
            return False
        here = self.i
        self.i = index + 1 if token.value in (",", "и") else index
        try:
            if self._belongs_to_noun(index):
                return False
            return self.piece(rules) is not None
        except Doubt:
            return True
        finally:
            self.i = here

    def _belongs_to_noun(self, index: int) -> bool:
        """«план на март», «итоги 1 полугодия», «в 2022 году»: a time that only describes the noun."""
        token = self.tokens[index]
        before = self.tokens[index - 1] if index else _END
        if before.value in ("на", "за", "-", "/"):
            return True
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else _END
        if token.value == "в" and isinstance(following.value, int) and following.value >= 1990:
            return True
        if token.kind == "month":
            return token.form.endswith(("я", "а"))
        if token.kind in ("n", "ord", "roman") and following.kind == "w":
            genitive = following.value in ("полугодие", "квартал", "четверть") and following.form[-1] in "яаи"
            return genitive or following.value in ("год", "учебный")
        return False

    # -- pieces: going on, years -----------------------------------------------------------------------------------

    def going_on(self) -> Piece | None:
        """«в течение …», «на протяжении …»: a named range, the year, the period, or an offset."""
        begun = (
            self.take_all("в", "течение")
            or self.take_all("в", "продолжение")
            or self.take_all("на", "протяжение")
        )
        if not begun and not self.take("втечение", "течение"):
            return None
        return self.stretch() or self._offset_to_event()

    def stretch(self) -> Piece | None:
        """What «в течение» and «весь» are followed by when it is a range."""
        while self.take("весь", "заявленный"):
            pass
        current = self.take("текущий")
        for rule in (Parser._explicit_years, Parser._plain_year, Parser._whole_period):
            start = self.i
            found = rule(self)
            if found is not None:
                return found
            self.i = start
        if current:
            return None
        spans = self.spans()
        return Dated(tuple(spans), Throughout) if spans else None

    def _explicit_years(self) -> Piece | None:
        many = self._many_years()
        if many is not None:
            return many
        school = self.take("учебный")
        self.take("год")
        year = self.year()
        if year is None:
            return None
        if year[1]:
            return self._school_years(year[0])
        if school:
            raise Doubt("Какого учебного года? Напишите оба года: «2022-2023».")
        return Throughout(make_date(year[0], 1, 1), make_date(year[0], 12, 31))

    def _many_years(self) -> Piece | None:
        first, last = self.peek(), self.peek(2)
        if not (first.kind == last.kind == "n" and self.at("-", ahead=1) and self.at("год", ahead=3)):
            return None
        years = self._small(0), self._small(2)
        if not 1990 <= years[0] < years[1] - 1 < 2099:
            return None
        self.i += 4
        if not self.period.is_calendar_year:
            raise Doubt("С какого по какое число? Напишите даты.")
        return Throughout(date(years[0], 1, 1), date(years[1], 12, 31))

    def _school_years(self, year: int) -> Piece:
        """«2022-2023 гг.»: the school year, or two calendar years in a calendar plan without the word «учебный»."""
        says_school = any(token.value == "учебный" for token in self.tokens[max(0, self.i - 6) : self.i])
        if self.period.is_calendar_year and not says_school:
            return Throughout(date(year, 1, 1), date(year + 1, 12, 31))
        return Throughout(date(year, 9, 1), date(year + 1, 8, 31))

    def _plain_year(self) -> Piece | None:
        """«года», «учебного года», «календарного года»: the plan's own."""
        school, calendar = self.take("учебный"), self.take("календарный")
        if not self.take("год"):
            return None
        if (self.period.last - self.period.first).days > 370:
            raise Doubt("Какого года? План охватывает несколько лет.")
        if (school and self.period.is_calendar_year) or (calendar and not self.period.is_calendar_year):
            raise Doubt("Какого года, учебного или календарного? Напишите годы.")
        return Goes(named=True)

    def _whole_period(self) -> Piece | None:
        """«периода», «периода подготовки к ВПР», «срока реализации плана»; «периода проведения ВПР» is the schedule."""
        if not self.take("период", "срок") or self.at("с", "-", ":"):
            return None
        start = self.i
        while self._of_the_plan():
            self.i += 1
        words = self.tokens[start : self.i]
        if not words or any(t.value in ("подготовка", "реализация", "действие") for t in words):
            return Goes(named=True)
        if is_assessment(words):
            return BySchedule(VPR)
        raise Doubt("Какой период? Напишите даты.")

    def _of_the_plan(self) -> bool:
        ahead = 1 if self.at("к", "и", "по") else 0
        return self.at("план", "план-график", "дорожная", "карта", ahead=ahead) or self.stem_at(
            *_PLAN_STEMS, ahead=ahead
        )

    def in_period(self) -> Piece | None:
        """«в период подготовки к ВПР», «период реализации плана»."""
        self.take("в")
        return self._whole_period() if self.at("период") else None

    def whole(self) -> Piece | None:
        """«весь период», «весь год», «весь сентябрь», «на весь период»."""
        self.take("на")
        return self.stretch() if self.take("весь") else None

    def bare_year(self) -> Piece | None:
        """«2022-2023 учебный год», «2021 г.», «в 2022 году», «учебный год», «2022 год: сентябрь, май»."""
        inside = self.take("в")
        if self.at("учебный", "календарный", "текущий"):
            self.take("текущий")
            return self._explicit_years() if self._year_follows() else self._plain_year()
        if self.at("год") and not inside and (self._ends_here(1) or self._year_follows()):
            return self._explicit_years() if self._year_follows() else self._plain_year()
        start = self.i
        found = self._explicit_years()
        if isinstance(found, Throughout) and found.first.month == 1 and self.i - start <= 2:
            return self._months_after_year(found.first.year) or self._named_year(found)
        return found

    def _year_follows(self) -> bool:
        ahead = next((k for k in (1, 2) if self.peek(k).kind == "n"), 0)
        return ahead > 0 and self._small(ahead) >= 1990

    def _named_year(self, found: Throughout) -> Piece | None:
        """A bare number is a year when it says so or stands alone."""
        says = self.tokens[self.i - 1].value == "год"
        return found if says or len(self.tokens) == 1 else None

    def _months_after_year(self, year: int) -> Piece | None:
        start = self.i
        self.take(",", ":", "-", "(")
        spans = self.spans() if self.peek().kind == "month" else None
        if spans is None or any(span.has_year for span in spans):
            self.i = start
            return None
        return Dated(tuple(_dated_span(span, year) for span in spans), Window)

    def goes(self) -> Piece | None:
        """«постоянно», «систематически»."""
        self.i += 1
        return Goes()

    def goes_in_words(self) -> Piece | None:
        """«на постоянной основе», «в постоянном режиме»."""
        regular = self.peek(1).kind == "goes" or self.stem_at("постоянн", "регулярн", "систем", ahead=1)
        if regular and self.at("основа", "режим", ahead=2):
            self.i += 3
            return Goes()
        return None

    def round_year(self) -> Piece | None:
        """«круглый год»."""
        if self.take_stem("кругл") and self.take("год"):
            return Goes()
        return None

    # -- pieces: windows and days ----------------------------------------------------------------------------------

    def windows(self) -> Piece | None:
        """«март», «с 1 по 15 марта», «в апреле», «в период с … по …»."""
        if self.take("в"):
            self.take("период", "срок", "дата")
        elif self.take("период"):
            self.take("-", ":")
        spans = self.spans() if not self._recurs() else None
        return Dated(tuple(spans), Window) if spans else None

    def dates_word(self) -> Piece | None:
        """«срок исполнения: …», «в срок до …»: the word only announces."""
        self.take("в")
        if not self.take("срок"):
            return None
        self.take("исполнение", "реализация", "проведение")
        self.take("-", ":")
        return self.piece()

    def by(self) -> Piece | None:
        """«до 1 марта», «не позднее 01.03.2022», «к 15 сентября и 15 января», «по 31 мая»."""
        marker = self._by_marker()
        if not marker:
            return None
        if marker == "до" and self.at("конец", "окончание", "завершение"):
            self.i += 1
            return self._until_end()
        spans = self._days_in_row()
        if spans is None:
            return self._no_day(marker)
        return Dated(tuple(spans), By)

    def _by_marker(self) -> str | None:
        if self.take_all("не", "позднее"):
            self._than()
            self.take("до")
            return "не позднее"
        if self.at("по") and self.i > 0 and self.peek(-1).value not in (",", ";", "(", "срок", "-", ":"):
            return None
        return str(self.tokens[self.i - 1].value) if self.take("до", "к", "по") else None

    def _than(self) -> None:
        """«не позднее(, чем)»."""
        if not self.take("чем"):
            self.take_all(",", "чем")

    def _days_in_row(self) -> list[Span] | None:
        found: list[Span] = []
        while True:
            start = self.i
            if found:
                if not self.take(",", "и", ";"):
                    return found
                self._by_marker()
            spans = self.point() if not self._recurs() else None
            if spans is None or not all(span.right is None and span.left.is_day for span in spans):
                self.i = start
                if spans is not None and not found:
                    raise Doubt("До какого числа? Напишите день.")
                return found or None
            self.take("включительно")
            found += spans

    def _no_day(self, marker: str) -> Piece | None:
        token = self.peek()
        if marker == "до" and (self.stem_at("начал", "проведен", "старт", "подготов") or token.raw.isupper()):
            raise Doubt("За сколько дней до этого? Напишите «за N дней до …» или дату.")
        return None

    def _until_end(self) -> Piece | None:
        """«до конца марта», «до конца 2022 года», «до окончания I квартала»."""
        if self.at("учебный", "месяц", "четверть", "неделя", "период", "срок"):
            raise Doubt("До какого числа? Напишите день.")
        if self.take_all("календарный", "год") or self.take_all("текущий", "календарный", "год"):
            return self._end_of_calendar_year()
        if self.take("год"):
            if not self.period.is_calendar_year:
                raise Doubt("До конца учебного или календарного года? Напишите день.")
            return By(self.period.last)
        year = self.year() if self.peek().kind == "n" and self._small(0) >= 1990 else None
        if year is not None:
            if year[1]:
                raise Doubt("До какого числа? Напишите день.")
            return By(make_date(year[0], 12, 31))
        spans = self.point()
        if spans is None or len(spans) != 1 or spans[0].ends.is_day:
            return None
        return Dated((Span(spans[0].ends),), By)

    def _end_of_calendar_year(self) -> Piece:
        ends = [date(year, 12, 31) for year in range(self.period.first.year, self.period.last.year + 1)]
        inside = [end for end in ends if self.period.first <= end <= self.period.last]
        if len(inside) != 1:
            raise Doubt("Какого года? Напишите день.")
        return By(inside[0])

    def vague(self) -> Piece | None:
        """«в начале года», «конец августа», «в середине месяца»: a question."""
        self.take("в", "к")
        if self.take("начало", "середина", "конец"):
            raise Doubt("Какими числами? «Начало», «середина» и «конец» у каждого свои: напишите дни.")
        return None

    def week_of_month(self) -> Piece | None:
        """«первая неделя сентября»: a question."""
        self.take("в", "на")
        ordinal = self.peek().kind in ("n", "ord", "roman") or self.stem_at("последн")
        if ordinal and self.at("неделя", ahead=1) and self.peek(2).kind == "month":
            raise Doubt("Какими числами эта неделя? Напишите дни.")
        return None

    # -- pieces: recurrence ----------------------------------------------------------------------------------------

    def loop(self) -> Piece | None:
        """«ежемесячно», «ежемесячно до 5 числа», «еженедельно по пятницам»."""
        every = str(self.peek().value)
        self.i += 1
        start = self.i
        self.take(",", "-", "(")
        on = self._day_of_month() if every == "month" else self._week_day() if every == "week" else None
        if on is None:
            self.i = start
        return Loop(every, on)

    def _week_day(self) -> str | None:
        self.take("по", "в", "каждый")
        if self.peek().kind != "weekday":
            return None
        self.i += 1
        if self.at("и", ",") and self.peek(1).kind == "weekday":
            raise Doubt("Какой день недели контрольный? Назовите один.")
        return str(self.tokens[self.i - 1].value)

    def _day_of_month(self) -> int | None:
        """«до 25 числа (каждого месяца)», «25 числа месяца, следующего за отчетным»."""
        if not self.take("до", "к"):
            self.take_all("не", "позднее")
        if self.peek().kind != "n" or not self.at("число", ahead=1) or not 1 <= self._small(0) <= 31:
            return None
        on = self._small(0)
        self.i += 2
        start = self.i
        self.take("каждый", "текущий")
        if self.take("месяц"):
            self._following_report()
        else:
            self.i = start
        return on

    def _following_report(self) -> None:
        start = self.i
        self.take(",")
        if self.take("следующий") and self.take("за") and self.take("отчетный"):
            self.take("месяц")
            return
        self.i = start

    def on_day(self) -> Piece | None:
        """«до 25 числа каждого месяца»; «до 25 числа» waits for a recurrence beside it."""
        self.take("каждый")
        on = self._day_of_month()
        if on is None:
            return None
        said = self.tokens[max(0, self.i - 7) : self.i]
        monthly = any(t.value == "месяц" for t in said) and any(
            t.value in ("каждый", "отчетный") for t in said
        )
        return Loop("month", on) if monthly else OnDay(on)

    def week_days(self) -> Piece | None:
        """«по пятницам»."""
        if not self.take("по"):
            return None
        plural = self.peek().form.endswith(("ам", "ям"))
        on = self._week_day() if plural else None
        return Loop("week", on) if on else None

    def by_terms(self) -> Piece | None:
        """«по кварталам», «по полугодиям»."""
        if not self.take("по"):
            return None
        plural = self.peek().form.endswith(("ам", "ям"))
        if plural and self.at("четверть", "триместр"):
            raise Doubt("Учебные четверти и триместры у каждой школы свои. Напишите даты.")
        unit = next((unit for lemma, unit in _TERMS if plural and self.take(lemma)), None)
        return Loop(unit) if unit else None

    def each(self) -> Piece | None:
        """«каждый месяц», «каждую пятницу», «каждый понедельник»."""
        self.take("в")
        if not self.take("каждый"):
            return None
        if self.peek().kind == "weekday":
            return Loop("week", self._week_day())
        if self.at("четверть", "триместр"):
            raise Doubt("Учебные четверти и триместры у каждой школы свои. Напишите даты.")
        self.take("рабочий", "учебный")
        unit = next((unit for lemma, unit in _TERMS if self.take(lemma)), None)
        if unit == "week" and self.peek().kind == "weekday":
            return Loop(unit, self._week_day())
        return Loop(unit) if unit else None

    def times(self) -> Piece | None:
        """«1 раз в месяц», «не реже одного раза в квартал», «2 раза в год», «дважды в год»."""
        if not self.take("минимум") and self.take("не") and not (self.take("реже", "менее")):
            return None
        self.take("чем")
        count = self._count_of_times()
        if count is None:
            return None
        if not self.take("в", "за", "втечение"):
            in_year = any(token.value in ("год", "период") for token in self.tokens)
            return Loop(f"{count} times") if in_year and count > 1 else None
        self.take("течение")
        if self.at("четверть", "триместр"):
            raise Doubt("Учебные четверти у каждой школы свои. Сколько раз в год?")
        return self._times_scope(count)

    def _count_of_times(self) -> int | None:
        if self.take("дважды"):
            return 2
        if self.take("трижды"):
            return 3
        count = 1
        if self.peek().kind == "n":
            count = self._small(0)
            self.i += 1
            if self.at("-") and self.peek(1).kind == "n" and self.at("раз", ahead=2):
                raise Doubt("Сколько именно раз? Напишите одно число.")
        return count if self.take("раз") and 1 <= count <= 366 else None

    def _times_scope(self, count: int) -> Piece | None:
        if self.peek().kind == "n" and self._small(0) == 3 and self.at("месяц", ahead=1) and count == 1:
            self.i += 2
            return Loop("quarter")
        if self.peek().kind == "n" and self._small(0) < 1990:
            raise Doubt("Как часто за весь срок? Напишите число раз в год.")
        self.take("каждый", "текущий")
        self.take("учебный", "календарный")
        unit = next((unit for lemma, unit in _TERMS if self.take(lemma)), None)
        if unit is None:
            return None
        if count == 1:
            return Loop(unit)
        if unit != "year":
            raise Doubt("Сколько раз за год? Напишите «N раз в год» или «ежемесячно».")
        return Loop(f"{count} times")

    # -- pieces: events --------------------------------------------------------------------------------------------

    def event_of(self) -> Piece | None:
        """«по мере …», «по итогам …», «после …», «при …», «в случае …», with an offset after it or not."""
        about_results = self._event_trigger()
        if about_results is None:
            return None
        during = self.peek(-1).value in ("при", "день")
        event = self._triggered(about_results)
        if during and event == ASSESSMENT:
            raise Doubt(
                "Во время оценочной процедуры или после неё? Напишите «в день проведения» или «после»."
            )
        start = self.i
        self.take(",")
        late = self._late_offset()
        if late is None:
            self.i = start
            return OnEvent(event)
        return OnEvent(event, after=offset(late.count, late.unit))

    def _event_trigger(self) -> bool | None:
        """Step over the trigger; whether it speaks of results, None when there is none."""
        if self.take("по"):
            if self.take("итог", "результат"):
                return True
            if self.take("мера", "факт"):
                return False
            return False if self._process_noun() else None
        if self.take("при", "после"):
            return False
        if self.take("сразу"):
            return False if self.take("после") or self.take_all("по", "окончание") else None
        if self.take_all("в", "случай") or self.take_all("в", "день"):
            return False
        if self.take("с", "от") and self.take("момент", "день", "дата"):
            return False
        return None

    def _process_noun(self) -> bool:
        """«по окончании», «по завершению», «по получении», «по запросу», «по необходимости»: part of the event."""
        return self.at(
            "окончание", "завершение", "запрос", "заявка", "обращение", "необходимость"
        ) or self.stem_at("получен", "поступлен", "выявлен", "прибыт", "выход", "опубликован")

    def _triggered(self, about_results: bool) -> str:
        if self.tokens[self.i - 1].value == "факт" and self._nothing_more():
            return OTHER
        if self.at("необходимость"):
            self.i += 1
            return OTHER
        if self.at("запрос", "заявка", "обращение") and self.tokens[self.i - 1].value == "по":
            self.event()
            return OTHER
        if self.at("окончание", "завершение") and self._nothing_more(1):
            raise Doubt("По окончании чего? Выберите событие.")
        return self.event(about_results=about_results)

    def _nothing_more(self, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token is _END or (token.kind == "p" and token.value in (",", ";", ")", "("))

    def _late_offset(self) -> Offset | None:
        """The offset after an event: «… в течение трех дней», «… не позднее 5 дней», «… в 3-дневный срок»."""
        if self.take_all("в", "течение") or self.take("втечение"):
            return self.duration()
        if self.take_all("не", "позднее"):
            self._than()
            self.take("через")
            return self.duration()
        if self.take("через"):
            return self.duration()
        return self._term()

    def _term(self) -> Offset | None:
        """«в трехдневный срок», «в 10-дневный срок», «в срок не позднее 5 дней»."""
        if not self.take("в"):
            return None
        token = self.peek()
        if token.kind == "term" and self.at("срок", ahead=1):
            self.i += 2
            count, unit = str(token.value).split()
            return Offset(int(count), unit)
        if token.kind == "n" and self.at("срок", ahead=2 if not self.at("-", ahead=1) else 3):
            return self._numbered_day_term(token)
        if self.take("срок"):
            if self.take_all("не", "позднее") or self.take_all("не", "более"):
                self._than()
            return self.duration()
        return None

    def _numbered_day_term(self, token: Token) -> Offset | None:
        self.i += 1
        self.take("-")
        if not self.take_stem("дневн"):
            return None
        self.take("срок")
        return Offset(int(str(token.value)), "day")

    def _offset_to_event(self) -> Piece | None:
        """The duration after «в течение», and the event it is counted from when that follows."""
        length = self.duration()
        if length is None:
            return None
        return self._counted_from(length)

    def _counted_from(self, length: Offset) -> Piece:
        start = self.i
        self.take(",")
        about_results = self._event_trigger()
        if about_results is None:
            self.i = start
            return length
        event = self._triggered(about_results)
        return OnEvent(event, after=offset(length.count, length.unit))

    def term(self) -> Piece | None:
        """«в трехдневный срок (со дня …)»."""
        length = self._term()
        return self._counted_from(length) if length else None

    def not_later(self) -> Piece | None:
        """«не позднее (чем за) N дней до …», «не позднее (чем через) N дней после …», «через N дней после …»."""
        if self.take_all("не", "позднее") or self.take_all("не", "более"):
            self._than()
            self.take("через", "за")
        elif not self.take("через", "за"):
            return None
        length = self.duration()
        if length is None:
            return None
        return self._before(length) or self._counted_from(length)

    def not_less_before(self) -> Piece | None:
        """«не менее чем за 10 дней до …», «не ранее …» is a question."""
        if self.take_all("не", "раньше"):
            raise Doubt("Раньше нельзя, а до какого дня? Напишите конец срока.")
        if not self.take_all("не", "менее"):
            return None
        self._than()
        if not self.take("за"):
            return None
        length = self.duration()
        return self._before(length) if length else None

    def days_before(self) -> Piece | None:
        """«3 дня до …», «5 дней после …»."""
        if self.peek().kind == "n" and self._small(0) >= 1990:
            return None
        length = self.duration()
        if length is None or self.i < 1:
            return None
        before = self._before(length)
        if before is not None:
            return before
        found = self._counted_from(length)
        return found if isinstance(found, OnEvent) else None

    def _before(self, length: Offset) -> Piece | None:
        start = self.i
        if not self.take("до"):
            return None
        if self.take("начало") and self.at("учебный", "год", "четверть", "полугодие"):
            raise Doubt("До какого числа? Напишите день.")
        if self.peek().kind not in ("w", "x"):
            self.i = start
            return None
        return OnEvent(self.event(), before=offset(length.count, length.unit))

    def eve(self) -> Piece | None:
        """«накануне проведения ВПР»."""
        self.i += 1
        return OnEvent(self.event(), before="1 day")

    def next_day(self) -> Piece | None:
        """«на следующий день после …»."""
        if not (self.take("на") and self.take("следующий")):
            return None
        working = self.take("рабочий")
        if not self.take("день"):
            return None
        found = self._counted_from(Offset(1, "workday" if working else "day"))
        if not isinstance(found, OnEvent):
            raise Doubt("После чего отсчитывать? Выберите событие.")
        return found

    def at_once(self) -> Piece | None:
        """«незамедлительно после …»; alone it is a question."""
        self.i += 1
        self.take(",")
        found = self.event_of()
        if not isinstance(found, OnEvent):
            raise Doubt("После какого события? Выберите событие.")
        return found

    # -- pieces: schedules -----------------------------------------------------------------------------------------

    def during_vpr(self) -> Piece | None:
        """«в период / дни / день / сроки / ходе проведения ВПР», «во время ВПР», «при проведении ВПР»."""
        if not (self.take("при") and self.at("проведение")):
            if not (self.take_all("в", "соответствие", "с") or self.take("согласно")):
                self.take("в", "на", "по")
            if not self.take("период", "день", "срок", "ход", "время", "дата", "процесс", "этап"):
                return None
        start = self.i
        stop = self._noun_phrase_end()
        words = [token for token in self.tokens[start:stop] if token.kind != "p"]
        bare = len(words) == 1 and words[0].value == "проведение"
        if not words or not (bare or is_assessment(words)):
            return None
        self.i = stop
        return BySchedule(VPR)

    def schedule(self) -> Piece | None:
        """«по графику …», «согласно плану …», «в соответствии с планом …», «в сроки, установленные графиком …»."""
        prefix = self._schedule_prefix()
        if prefix is None:
            return None
        adjectives = self._adjectives()
        head = self.peek()
        stem = schedules.head_of(head)
        if stem is None:
            return None
        self.i += 1
        start = self.i
        stop = self._name_end()
        tail_tokens = self.tokens[start:stop]
        if schedules.is_weak(stem) and (prefix not in ("согласно", "соответствие") or not tail_tokens):
            return None
        self.i = stop
        return self._named_schedule(adjectives, head, tail_tokens)

    def _named_schedule(self, adjectives: list[Token], head: Token, tail: Sequence[Token]) -> Piece:
        words = [token for token in tail if token.kind != "p"]
        if schedules.is_vpr(adjectives, head, words):
            return BySchedule(VPR)
        return BySchedule(schedules.name(adjectives, head, self._printed_tail(head, tail)))

    def _printed_tail(self, head: Token, tail: Sequence[Token]) -> str:
        """The rest of the name as printed; «графику, утвержденному …» becomes «график, утвержденный …»."""
        if not tail:
            return ""
        end = self._printed_end(tail[-1])
        for comma, participle in pairwise(tail):
            if (
                comma.value == ","
                and participle.kind == "x"
                and schedules.is_adjective(str(participle.value))
            ):
                before, after = self.text[head.end : comma.start], self.text[participle.end : end]
                return _squeezed(f"{before}, {schedules.agreed(participle, head)}{after}")
        return _squeezed(self.text[head.end : end])

    def _printed_end(self, last: Token) -> int:
        """Where the name ends in the text: a closing quote and an abbreviation's dot belong to it."""
        end = last.end
        following = self.text[end : end + 1]
        abbreviated = following == "." and last.value == "год" and last.form in ("г", "гг")
        return end + (following in ("»", "”", '"') or abbreviated)

    def _schedule_prefix(self) -> str | None:
        if self.take("по"):
            return "по"
        if self.take("согласно"):
            self.take("с")
            return "согласно"
        if self.take_all("в", "соответствие", "с"):
            return "соответствие"
        if self.at("план", "график", "план-график", "расписание") or self.peek().kind == "x":
            return "named"
        return None

    def _adjectives(self) -> list[Token]:
        found: list[Token] = []
        while len(found) < 4 and schedules.head_of(self.peek()) is None:
            token = self.peek()
            if token.kind not in ("x", "w", "loop", "goes") or not schedules.is_adjective(token.form):
                break
            found.append(token)
            self.i += 1
        return found

    def _name_end(self) -> int:
        index = self.i
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.kind == "p" and token.value in (";", "(", ")", ":"):
                break
            rules = RULES if token.value in (",", "и") else _INSIDE_NAME
            if self._begins_piece(index, rules):
                break
            index += 1
        return index

    def agreed_terms(self) -> Piece | None:
        """«в сроки, установленные Рособрнадзором», «в установленные сроки» (a question)."""
        if not self.take_all("в", "срок"):
            return None
        start = self.i - 1
        self.take(",")
        if not self.take_stem("установлен", "утвержден", "определен", "указан", "предусмотр"):
            return None
        self.take("в", "согласно")
        adjectives = self._adjectives()
        head, tail_from = self.peek(), self.i + 1
        stop = self._name_end()
        if stop == self.i:
            raise Doubt("Кем установлены сроки? Назовите график или напишите даты.")
        self.i = stop
        tail = [token for token in self.tokens[tail_from:stop] if token.kind != "p"]
        if schedules.head_of(head) and schedules.is_vpr(adjectives, head, tail):
            return BySchedule(VPR)
        printed = self.text[self.tokens[start].end : self._printed_end(self.tokens[stop - 1])]
        return BySchedule(f"{self.tokens[start].form.replace('ках', 'ки')}{_squeezed(printed)}")


# -- shapes of time ----------------------------------------------------------------------------------------------------


def _squeezed(text: str) -> str:
    return " ".join(text.split()).rstrip(" ,;:-").lstrip(" ;:-")


def _numbers_of(token: Token) -> tuple[int, ...]:
    """What a numeric date or month holds; a year not printed is None."""
    return cast(tuple[int, ...], token.value)


def _dated(point: Point, year: int) -> Point:
    return replace(point, year=year)


def _dated_span(span: Span, year: int) -> Span:
    """A span after «2022 год:»; a range over New Year ends in the next year by itself."""
    return Span(_dated(span.left, year), span.right)


def _days(first: int, last: int | None, month_number: int) -> Span:
    return Span(day(first, month_number), None if last is None else day(last, month_number))


def _stretch(first: int, last: int | None, shape: Callable[[int], Point]) -> Span:
    return Span(shape(first), None if last is None else shape(last))


def _quarter(number: int) -> Point:
    return months(3 * _numbered_from(number, 4, "квартала") - 2, 3 * number)


def _school_half(number: int) -> Point:
    """The first half-year is September to December, the second January to May: lessons end in May."""
    return months(9, 12) if _numbered_from(number, 2, "полугодия") == 1 else months(1, 5)


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


# -- which rules a token starts ----------------------------------------------------------------------------------------

Rule: TypeAlias = Callable[[Parser], Piece | None]

_DATE_RULES: dict[str, tuple[Rule, ...]] = {
    "date": (Parser.windows,),
    "ym": (Parser.windows,),
    "bad": (Parser.windows,),
    "month": (Parser.windows,),
    "с": (Parser.windows,),
    "n": (Parser.times, Parser.windows),
    "ord": (Parser.week_of_month, Parser.windows),
    "roman": (Parser.windows,),
    "до": (Parser.on_day, Parser.by),
    "раз": (Parser.times,),
    "минимум": (Parser.times,),
    "дважды": (Parser.times,),
    "трижды": (Parser.times,),
    "loop": (Parser.loop,),
    "goes": (Parser.goes,),
    "каждый": (Parser.each,),
    "весь": (Parser.whole,),
    "втечение": (Parser.going_on,),
}
# What ends the free words of a schedule's name…
_INSIDE_NAME: dict[str, tuple[Rule, ...]] = {
    **_DATE_RULES,
    "в": (Parser.going_on, Parser.windows),
    "не": (Parser.times, Parser.on_day, Parser.by),
    "на": (Parser.going_on, Parser.whole),
}
# … and of an event's: a schedule too («… по предложенному графику»).
_INSIDE_EVENT: dict[str, tuple[Rule, ...]] = {
    **_INSIDE_NAME,
    "в": (Parser.going_on, Parser.schedule, Parser.term, Parser.windows),
    "не": (Parser.times, Parser.on_day, Parser.not_later, Parser.by),
    "по": (Parser.schedule,),
    "согласно": (Parser.schedule,),
    "через": (Parser.not_later,),
}
RULES: dict[str, tuple[Rule, ...]] = {
    **_DATE_RULES,
    "n": (
        Parser.times,
        Parser.on_day,
        Parser.windows,
        Parser.bare_year,
        Parser.days_before,
        Parser.week_of_month,
    ),
    "квартал": (Parser.windows,),
    "roman": (Parser.windows, Parser.week_of_month),
    "в": (
        Parser.going_on,
        Parser.during_vpr,
        Parser.agreed_terms,
        Parser.schedule,
        Parser.event_of,
        Parser.term,
        Parser.windows,
        Parser.in_period,
        Parser.dates_word,
        Parser.each,
        Parser.vague,
        Parser.week_of_month,
        Parser.bare_year,
        Parser.goes_in_words,
    ),
    "на": (
        Parser.going_on,
        Parser.whole,
        Parser.during_vpr,
        Parser.next_day,
        Parser.goes_in_words,
        Parser.week_of_month,
    ),
    "течение": (Parser.going_on,),
    "по": (Parser.by_terms, Parser.week_days, Parser.event_of, Parser.schedule, Parser.by, Parser.during_vpr),
    "к": (Parser.on_day, Parser.by, Parser.vague),
    "не": (Parser.times, Parser.on_day, Parser.not_later, Parser.not_less_before, Parser.by),
    "за": (Parser.not_later,),
    "через": (Parser.not_later,),
    "каждый": (Parser.on_day, Parser.each),
    "согласно": (Parser.during_vpr, Parser.schedule),
    "план": (Parser.schedule,),
    "график": (Parser.schedule,),
    "план-график": (Parser.schedule,),
    "расписание": (Parser.schedule,),
    "учебный": (Parser.bare_year,),
    "календарный": (Parser.bare_year,),
    "текущий": (Parser.bare_year,),
    "год": (Parser.bare_year,),
    "после": (Parser.event_of,),
    "при": (Parser.during_vpr, Parser.event_of),
    "сразу": (Parser.event_of,),
    "незамедлительно": (Parser.at_once,),
    "накануне": (Parser.eve,),
    "срок": (Parser.during_vpr, Parser.dates_word),
    "период": (Parser.windows, Parser.during_vpr, Parser.in_period),
    "день": (Parser.during_vpr,),
    "дата": (Parser.during_vpr,),
    "время": (Parser.during_vpr,),
    "начало": (Parser.vague,),
    "середина": (Parser.vague,),
    "конец": (Parser.vague,),
    "x": (Parser.round_year, Parser.schedule, Parser.week_of_month),
}
