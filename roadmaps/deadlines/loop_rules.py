"""Rules for what recurs."""

from __future__ import annotations

from roadmaps.deadlines.events import Doubt
from roadmaps.deadlines.merging import Loop, OnDay, Piece
from roadmaps.deadlines.reader import Reader

_TERMS = (
    ("день", "day"),
    ("неделя", "week"),
    ("месяц", "month"),
    ("квартал", "quarter"),
    ("полугодие", "half-year"),
    ("полгода", "half-year"),
    ("год", "year"),
)


class LoopRules(Reader):
    """«ежемесячно», «1 раз в квартал», «до 25 числа каждого месяца», «по пятницам»."""

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
        if self.peek().kind != "n" or not self.at("число", ahead=1) or not 1 <= self.small(0) <= 31:
            return None
        on = self.small(0)
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
        each = any(t.value == "месяц" for t in said) and any(t.value == "каждый" for t in said)
        monthly = each or [t.value for t in said[-2:]] == ["отчетный", "месяц"]
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
            count = self.small(0)
            self.i += 1
            if self.at("-") and self.peek(1).kind == "n" and self.at("раз", ahead=2):
                raise Doubt("Сколько именно раз? Напишите одно число.")
        return count if self.take("раз") and 1 <= count <= 366 else None

    def _times_scope(self, count: int) -> Piece | None:
        if self.peek().kind == "n" and self.small(0) == 3 and self.at("месяц", ahead=1) and count == 1:
            self.i += 2
            return Loop("quarter")
        if self.peek().kind == "n" and self.small(0) < 1990:
            raise Doubt("Как часто за весь срок? Напишите число раз в год.")
        self.take("каждый", "текущий")
        self.take("учебный", "календарный")
        unit = next((unit for lemma, unit in _TERMS if self.take(lemma)), None)
        if unit is None:
            return None
        if count == 1:
            return Loop(unit)
        if unit != "year" or (self.period.last - self.period.first).days > 370:
            raise Doubt("Сколько раз за год? Напишите «N раз в год» или «ежемесячно».")
        return Loop(f"{count} times")
