"""Rules for what has dates: going on through a range, windows, due days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from roadmaps.deadlines.dates import Span, make_date
from roadmaps.deadlines.events import DayInDoubt, Doubt, is_assessment
from roadmaps.deadlines.merging import Dated, Goes, Piece
from roadmaps.deadlines.parts import VPR, By, BySchedule, Throughout, Window
from roadmaps.deadlines.points import PointReader

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


class DateRules(PointReader):
    """«в течение года», «март», «с 1 по 15 марта», «до 1 марта»."""

    def going_on(self) -> Piece | None:
        """«в течение …», «на протяжении …»: a named range, the year or the period."""
        return self.stretch() if self.begun_stretch() else None

    def stretch(self) -> Piece | None:
        """What «в течение» and «весь» are followed by when it is a range."""
        while self.take("весь", "заявленный"):
            pass
        current = self.take("текущий")
        for rule in (DateRules._explicit_years, DateRules._plain_year, DateRules._whole_period):
            start = self.i
            found = self._refuse_crossing(rule(self))
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

    def _refuse_crossing(self, found: Piece | None) -> Piece | None:
        """«2023 год» in the plan of 2022-2023: all of it, or what of it the plan covers?"""
        if not isinstance(found, Throughout) or found.first.month != 1 or self.period.is_calendar_year:
            return found
        if not self.period.first <= found.first <= found.last <= self.period.last:
            raise DayInDoubt(f"Весь {found.first.year} год или только время плана? Напишите даты.")
        return found

    def _many_years(self) -> Piece | None:
        first, last = self.peek(), self.peek(2)
        if not (first.kind == last.kind == "n" and self.at("-", ahead=1) and self.at("год", ahead=3)):
            return None
        years = self.small(0), self.small(2)
        if not 1990 <= years[0] < years[1] - 1 < 2099:
            return None
        self.i += 4
        if not self.period.is_calendar_year:
            raise Doubt("С какого по какое число? Напишите даты.")
        return Throughout(date(years[0], 1, 1), date(years[1], 12, 31))

    def _school_years(self, year: int) -> Piece:
        """«2022-2023 гг.»: the school year, or two calendar years in a calendar plan without the word «учебный»."""
        says_school = any(token.value == "учебный" for token in self.tokens[max(0, self.i - 6) :])
        if self.period.is_calendar_year and not says_school:
            return Throughout(date(year, 1, 1), date(year + 1, 12, 31))
        return Throughout(date(year, 9, 1), date(year + 1, 8, 31))

    def _plain_year(self) -> Piece | None:
        """«года», «учебного года», «календарного года»: the plan's own."""
        school, calendar = self.take("учебный"), self.take("календарный")
        if not self.take("год"):
            return None
        if (self.period.last - self.period.first).days > 370:
            raise DayInDoubt("Какого года? План охватывает несколько лет.")
        if (school and self.period.is_calendar_year) or (calendar and not self.period.is_calendar_year):
            raise DayInDoubt("Какого года, учебного или календарного? Напишите годы.")
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
            return (
                self._refuse_crossing(self._explicit_years()) if self._year_follows() else self._plain_year()
            )
        if self.at("год") and not inside and self._year_follows():
            return self._refuse_crossing(self._explicit_years())
        start = self.i
        found = self._explicit_years()
        if isinstance(found, Throughout) and found.first.month == 1 and self.i - start <= 2:
            return self._months_after_year(found.first.year) or self._named_year(found)
        return found

    def _year_follows(self) -> bool:
        ahead = next((k for k in (1, 2) if self.peek(k).kind == "n"), 0)
        return ahead > 0 and self.small(ahead) >= 1990

    def _named_year(self, found: Throughout) -> Piece | None:
        """A bare number is a year when it says so or stands alone."""
        says = self.tokens[self.i - 1].value == "год"
        return self._refuse_crossing(found) if says or len(self.tokens) == 1 else None

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

    def windows(self) -> Piece | None:
        """«март», «с 1 по 15 марта», «в апреле», «в период с … по …»."""
        if self.take("в"):
            if not self.take("период", "срок", "дата") and self._day_follows():
                return None  # «в 15 мая» is nobody's Russian: «до», «к» or «с» was meant
        elif self.take("период"):
            self.take("-", ":")
        spans = self.spans() if not self.recurs() else None
        return Dated(tuple(spans), Window) if spans else None

    def _day_follows(self) -> bool:
        number = self.peek().kind == "n" and self.peek(1).kind == "month"
        return number or self.peek().kind == "date"

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
        if marker != "по" and self.at("конец", "окончание", "завершение"):
            self.i += 1
            return self._until_end()
        self.time_of_day()
        spans = self._days_in_row()
        if spans is None:
            return self._no_day(marker)
        return Dated(tuple(spans), By)

    def _by_marker(self) -> str | None:
        if self.take_all("не", "позднее"):
            self.than()
            self.take("до")
            return "не позднее"
        if self.at("по") and self.i > 0 and self.peek(-1).value not in (",", ";", "(", "срок", "-", ":"):
            return None
        return str(self.tokens[self.i - 1].value) if self.take("до", "к", "по") else None

    def _days_in_row(self) -> list[Span] | None:
        found: list[Span] = []
        while True:
            start = self.i
            if found:
                if not self.take(",", "и", ";"):
                    return found
                self._by_marker()
            spans = self.point() if not self.recurs() else None
            if spans is None or not all(span.right is None and span.left.is_day for span in spans):
                if spans is not None and not found:
                    raise DayInDoubt("До какого числа? Напишите день.")
                self.i = start
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
        if self.take("учебный", "месяц", "четверть", "неделя", "период", "срок"):
            self.take("год")
            raise DayInDoubt("До какого числа? Напишите день.")
        if self.take_all("календарный", "год") or self.take_all("текущий", "календарный", "год"):
            return self._end_of_calendar_year()
        if self.take("год") or self.take_all("текущий", "год"):
            if not self.period.is_calendar_year:
                raise DayInDoubt("До конца учебного или календарного года? Напишите день.")
            return By(self.period.last)
        year = self.year() if self.peek().kind == "n" and self.small(0) >= 1990 else None
        if year is not None:
            if year[1]:
                raise DayInDoubt("До какого числа? Напишите день.")
            return By(make_date(year[0], 12, 31))
        spans = self.point()
        if spans is None or len(spans) != 1 or spans[0].ends.is_day:
            return None
        return Dated((Span(spans[0].ends),), By)

    def _end_of_calendar_year(self) -> Piece:
        ends = [date(year, 12, 31) for year in range(self.period.first.year, self.period.last.year + 1)]
        inside = [end for end in ends if self.period.first <= end <= self.period.last]
        if len(inside) != 1:
            raise DayInDoubt("Какого года? Напишите день.")
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


def _dated_span(span: Span, year: int) -> Span:
    """A span after «2022 год:»; a range over New Year ends in the next year by itself."""
    return Span(replace(span.left, year=year), span.right)
