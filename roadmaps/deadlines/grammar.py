"""The grammar of deadline phrases: tokens in, parts out; every meaningful word is used or the phrase is in doubt.

The parser reads *pieces* (a window, a recurrence, an event, an offset…), each rule started by its first token, and then
merges what belongs together: «в течение года» + «ежемесячно» is one going-on part with control points. A rule that does
not fit returns None and gives its tokens back; a rule that fits but leaves a question raises Doubt.
"""

from __future__ import annotations

from collections.abc import Sequence

from roadmaps.deadlines.date_rules import DateRules
from roadmaps.deadlines.dates import resolve
from roadmaps.deadlines.event_rules import EventRules
from roadmaps.deadlines.events import Doubt, is_known
from roadmaps.deadlines.loop_rules import LoopRules
from roadmaps.deadlines.merging import Dated, Merger, Piece
from roadmaps.deadlines.parts import WEEKDAYS, Part, Throughout
from roadmaps.deadlines.reader import END, Rules
from roadmaps.deadlines.schedule_rules import ScheduleRules

_SEPARATORS = frozenset(",;:()")
_REMARKS = (
    ("при", "необходимость"),
    ("по", "необходимость"),
    ("в", "случай", "необходимость"),
)


class Parser(DateRules, LoopRules, EventRules, ScheduleRules):
    """Reads a phrase piece by piece, each piece by a rule that its first token starts."""

    def phrase(self) -> tuple[Part, ...]:
        """Read the whole phrase. Raises Doubt."""
        pieces: list[Piece] = []
        while True:
            self._skip_separators()
            if self.peek() is END:
                break
            if not (self._skip_remark(pieces) or self._weekday_remark(pieces) or self._year_remark(pieces)):
                pieces.append(self._expected_piece())
        if not pieces:
            raise Doubt("Срок не указан. Напишите дату, месяц или событие.")
        return Merger(pieces, self.period).parts()

    def _skip_separators(self) -> None:
        while True:
            token = self.peek()
            bullet = token.value == "-" and (self.i == 0 or self.ends_here(1) or self.stands_after(";"))
            joining = (
                token.kind == "w"
                and token.value in ("и", "также", "а")
                and self.i > 0
                and not self.ends_here(1)
            )
            if not (token.kind == "p" and (token.value in _SEPARATORS or bullet)) and not joining:
                return
            self.i += 1

    def _skip_remark(self, before: Sequence[Piece]) -> bool:
        """Step over «(при необходимости)», «(включительно)»: they say whether or how, not when."""
        if not before:
            return False
        if (
            self.take("включительно")
            or self._skip_time(before[-1])
            or self.take_all("в", "любой", "день", "неделя")
        ):
            return True
        return any(self.take_all(*remark) for remark in _REMARKS)

    def _skip_time(self, before: Piece) -> bool:
        """«15.03.2023 (до 18:00 мск)»: the hour changes nothing about the day."""
        if not (isinstance(before, Dated) and before.spans[-1].ends.is_day):
            return False
        start = self.i
        if not self.take_all("не", "позднее"):
            self.take("до", "в", "к")
        if self.time_of_day():
            return True
        self.i = start
        return False

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
        if not (
            self.peek().kind == "weekday" and self.stands_after("(") and self.at(")", ahead=1) and before
        ):
            return False
        last = before[-1]
        if not isinstance(last, Dated) or len(last.spans) != 1 or not last.spans[0].ends.is_day:
            return False
        window = resolve(last.spans, self.period)[0]
        if WEEKDAYS[window.last.weekday()] != self.peek().value:
            raise Doubt(f"{window.last:%d.%m.%Y} — не {self.peek().raw}. Что верно: дата или день недели?")
        self.i += 1
        return True

    def _year_remark(self, before: Sequence[Piece]) -> bool:
        """«октябрь, февраль (2022-2023 учебный год)»: the year of the months, not a stretch beside them."""
        last = before[-1] if before else None
        if not (self.stands_after("(") and isinstance(last, Dated)) or any(
            span.has_year for span in last.spans
        ):
            return False
        start = self.i
        year = self.bare_year()
        if not (isinstance(year, Throughout) and self.at(")")):
            self.i = start
            return False
        if (year.first, year.last) != (self.period.first, self.period.last):
            raise Doubt("К каким месяцам относится этот год? Допишите год у каждого.")
        return True


# -- which rules a token starts ----------------------------------------------------------------------------------------


_DATE_RULES: Rules = {
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
    "втечение": (
        Parser.going_on,
        Parser.within,
    ),
}
# What ends the free words of a schedule's name…
_INSIDE_NAME: Rules = {
    **_DATE_RULES,
    "в": (Parser.going_on, Parser.within, Parser.during_vpr, Parser.schedule, Parser.windows),
    "к": (Parser.by,),
    "не": (Parser.times, Parser.on_day, Parser.not_later, Parser.by),
    "по": (Parser.another_schedule, Parser.another_event),
    "при": (Parser.another_event,),
    "через": (Parser.not_later,),
    "за": (Parser.not_later,),
    "после": (Parser.event_of,),
    "накануне": (Parser.eve,),
    "согласно": (Parser.schedule,),
    "на": (Parser.going_on, Parser.within, Parser.whole),
}
# … and of an event's: a schedule too («… по предложенному графику»).
_INSIDE_EVENT: Rules = {
    **_INSIDE_NAME,
    "в": (
        Parser.going_on,
        Parser.within,
        Parser.during_vpr,
        Parser.schedule,
        Parser.term,
        Parser.windows,
    ),
    "не": (Parser.times, Parser.on_day, Parser.not_later, Parser.by),
    "по": (Parser.schedule, Parser.another_event),
    "согласно": (Parser.schedule,),
    "через": (Parser.not_later,),
}
RULES: Rules = {
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
        Parser.within,
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
        Parser.within,
        Parser.whole,
        Parser.during_vpr,
        Parser.next_day,
        Parser.goes_in_words,
        Parser.week_of_month,
    ),
    "течение": (
        Parser.going_on,
        Parser.within,
    ),
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

Parser.RULES, Parser.INSIDE_NAME, Parser.INSIDE_EVENT = RULES, _INSIDE_NAME, _INSIDE_EVENT
