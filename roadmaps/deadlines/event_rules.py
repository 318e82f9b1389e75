"""Rules for what waits for an event."""

from __future__ import annotations

from roadmaps.deadlines.events import ASSESSMENT, OTHER, Doubt, name_event
from roadmaps.deadlines.merging import Offset, Piece
from roadmaps.deadlines.parts import OnEvent, offset
from roadmaps.deadlines.points import PointReader
from roadmaps.deadlines.reader import END
from roadmaps.deadlines.tokens import Token

_UNITS = (("день", "day"), ("неделя", "week"), ("месяц", "month"), ("полгода", "half"))


class EventRules(PointReader):
    """«по итогам ВПР», «в течение трех дней после …», «за неделю до …», «накануне …»."""

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
        if late is None or self._another_trigger():
            self.i = start
            return OnEvent(event)
        return OnEvent(event, after=offset(late.count, late.unit))

    def _another_trigger(self) -> bool:
        """«по запросу, в течение трёх дней после ВПР»: the term is the second event's."""
        start = self.i
        found = self._event_trigger() is not None
        self.i = start
        return found

    def another_event(self) -> Piece | None:
        """A second event inside a name: «по запросу», «и по итогам …»; else what a new line begins with."""
        always = self.at("мера", "факт", "запрос", ahead=1) or self.peek(-1).value == "и"
        return self.event_of() if always or self.begins_line() else None

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
        ) or self.stem_at(
            "получен", "поступлен", "выявлен", "прибыт", "выход", "опубликован", "требован", "поручен"
        )

    def _triggered(self, about_results: bool) -> str:
        if self.at("необходимость"):
            raise Doubt("Когда понадобится, из срока не видно. Напишите даты или выберите событие.")
        if self.at("запрос", "заявка", "обращение") and self.tokens[self.i - 1].value == "по":
            self.event()
            return OTHER
        if self.at("окончание", "завершение") and self._nothing_more(1):
            raise Doubt("По окончании чего? Выберите событие.")
        return self.event(about_results=about_results)

    def _nothing_more(self, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token is END or (token.kind == "p" and token.value in (",", ";", ")", "("))

    def event(self, *, about_results: bool = False) -> str:
        """The noun phrase of an event, up to where another piece begins. Raises Doubt."""
        start = self.i
        self.take("окончание", "завершение")
        if self._numbered_term():
            raise Doubt("Какого числа это кончается? Напишите день.")
        self.i = start
        stop = self.noun_phrase_end()
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
            if self.noun_phrase_end() == self.i:
                return True
        self.i = start
        return False

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

    def _late_offset(self) -> Offset | None:
        """The offset after an event: «… в течение трех дней», «… не позднее 5 дней», «… в 3-дневный срок»."""
        if self.take_all("в", "течение") or self.take("втечение"):
            return self.duration()
        if self.take_all("не", "позднее"):
            self.than()
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
                self.than()
            return self.duration()
        return None

    def _numbered_day_term(self, token: Token) -> Offset | None:
        self.i += 1
        self.take("-")
        unit = "day"
        if self.peek().kind == "term" and str(self.peek().value).startswith("1 "):
            unit = str(self.peek().value).split()[1]
            self.i += 1
        elif not self.take_stem("дневн"):
            return None
        self.take("срок")
        return Offset(int(str(token.value)), unit)

    def within(self) -> Piece | None:
        """«в течение трех дней», and the event it is counted from when that follows."""
        if not self.begun_stretch():
            return None
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
            self.than()
        elif not self.at("через", "за"):
            return None
        ahead_of = self.take("за")
        self.take("через")
        length = self.duration()
        if length is None:
            return None
        return self._before(length) or (None if ahead_of else self._counted_from(length))

    def not_less_before(self) -> Piece | None:
        """«не менее чем за 10 дней до …», «не ранее …» is a question."""
        if self.take_all("не", "раньше"):
            raise Doubt("Раньше нельзя, а до какого дня? Напишите конец срока.")
        if not self.take_all("не", "менее"):
            return None
        self.than()
        if not self.take("за"):
            return None
        length = self.duration()
        return self._before(length) if length else None

    def days_before(self) -> Piece | None:
        """«3 дня до …», «5 дней после …»."""
        if self.peek().kind == "n" and self.small(0) >= 1990:
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
        if self.at("день", "дата") and self.peek(1).kind in ("w", "x"):  # «за 3 дня до даты проведения»
            self.i += 1
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
