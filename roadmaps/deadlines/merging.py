"""The pieces a phrase is read in, and how they become parts: «в течение года» + «ежемесячно» is one part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from roadmaps.deadlines.dates import Span, resolve
from roadmaps.deadlines.events import DayInDoubt, Doubt
from roadmaps.deadlines.parts import VPR, By, BySchedule, OnEvent, Part, Period, Throughout, Window, offset


@dataclass(frozen=True, slots=True)
class Dated:
    """Spans whose years are settled when the whole phrase is known; `form` is how they are meant."""

    spans: tuple[Span, ...]
    form: type[By] | type[Window] | type[Throughout]


@dataclass(frozen=True, slots=True)
class Goes:
    """«постоянно», «весь период»: through the whole period; `named` when the phrase names the range itself."""

    named: bool = False


@dataclass(frozen=True, slots=True)
class Loop:
    """A recurrence without its range."""

    every: str
    on: int | str | None = None


@dataclass(frozen=True, slots=True)
class OnDay:
    """«до 25 числа», «по пятницам»: the day of a recurrence still to be found."""

    on: int | str


@dataclass(frozen=True, slots=True)
class Offset:
    """«в течение трех дней» without its event."""

    count: int
    unit: str


_FAR = 3  # years
_HALF_YEAR = 180  # days

Piece: TypeAlias = Part | Dated | Goes | Loop | OnDay | Offset


class Merger:
    """Puts the pieces of one phrase together: recurrence to its range, offset to its event, «постоянно» to a range."""

    def __init__(self, pieces: Sequence[Piece], period: Period) -> None:
        """Take the pieces as read, in the phrase's order."""
        self.pieces = list(pieces)
        self.period = period
        self.yearly = Loop("year") in self.pieces

    def parts(self) -> tuple[Part, ...]:
        """The parts of the phrase. Raises Doubt."""
        self._join_offsets()
        self._join_on_day()
        self._join_goes()
        self._join_schedules()
        self._drop_yearly()
        parts: list[Part | Loop] = []
        for piece in self.pieces:
            parts += self._as_parts(piece)
        found = tuple(dict.fromkeys(self._looped(parts)))
        for part in found:
            self._refuse_far(part)
        return found

    def _refuse_loose(self, loop: Loop, rest: Sequence[Part]) -> None:
        """«еженедельно в период ВПР»: a recurrence in a time nobody knows yet; beside a named plan it stands alone."""
        named = all(isinstance(part, BySchedule) and part.schedule != VPR for part in rest)
        if not named or (rest and loop.every == "year"):
            raise Doubt("К какому времени относится повторение? Напишите даты.")

    def _refuse_far(self, part: Part) -> None:
        """A year far from the plan's is a slip of the pen or the scanner."""
        match part:
            case By(day):
                years = [day.year]
            case Window(first, last) | Throughout(first, last):
                years = [first.year, last.year]
            case _:
                years = []
        for year in years:
            if not self.period.first.year - _FAR <= year <= self.period.last.year + _FAR:
                raise DayInDoubt(f"{year} год далеко от периода плана. Верен ли год?")

    def _as_parts(self, piece: Piece) -> Sequence[Part | Loop]:
        match piece:
            case Dated(spans, form):
                windows = resolve(spans, self.period, yearly=self.yearly)
                if form is By and not any(span.has_year for span in spans):
                    self._refuse_first_day(windows)
                return [_of_form(form, window) for window in windows]
            case Goes():
                return [Throughout(self.period.first, self.period.last)]
            case OnDay():
                raise Doubt("До этого числа какого месяца? Напишите «каждого месяца» или назовите месяц.")
            case Offset():
                raise Doubt("После чего отсчитывать? Выберите событие.")
        return [piece]

    def _refuse_first_day(self, windows: Sequence[Window]) -> None:
        """«до 1 сентября» in a plan that begins then: before it begins, or a year later?"""
        first = self.period.first
        if any(window.last == first for window in windows):
            raise DayInDoubt(f"{first:%d.%m} какого года: {first.year} или {first.year + 1}? Допишите год.")

    def _join_offsets(self) -> None:
        """«в течение трех дней, по итогам ВПР»: the offset and its one event beside it."""
        for index, piece in enumerate(self.pieces):
            if not isinstance(piece, Offset):
                continue
            beside = [i for i in (index - 1, index + 1) if 0 <= i < len(self.pieces)]
            events = [(i, event) for i in beside if isinstance(event := self.pieces[i], OnEvent)]
            if len(events) != 1 or events[0][1].after or events[0][1].before:
                raise Doubt("После чего отсчитывать? Выберите событие.")
            self.pieces[events[0][0]] = OnEvent(events[0][1].event, after=offset(piece.count, piece.unit))
            del self.pieces[index]
            return self._join_offsets()
        return None

    def _join_on_day(self) -> None:
        """«до 25 числа, ежемесячно»."""
        for piece in self.pieces:
            if isinstance(piece, OnDay) and Loop("month") in self.pieces:
                self.pieces[self.pieces.index(Loop("month"))] = Loop("month", piece.on)
                self.pieces.remove(piece)
                return

    def _join_goes(self) -> None:
        """«постоянно, в течение 2022 года»: one going-on part, the named range."""
        if self.pieces[0] == Goes() and BySchedule(VPR) in self.pieces:
            raise Doubt("Весь год или только в период проведения? Оставьте одно.")
        if Goes() in self.pieces and any(
            isinstance(piece, Dated) and piece.form is By for piece in self.pieces
        ):
            raise Doubt("Постоянно до этого дня или это два срока? Оставьте один.")
        if any(_is_range(piece) for piece in self.pieces):
            self.pieces = [piece for piece in self.pieces if piece != Goes()]

    def _join_schedules(self) -> None:
        """«в дни проведения ВПР согласно графику»: the bare «график» is the VPR's."""
        if BySchedule(VPR) in self.pieces:
            self.pieces = [piece for piece in self.pieces if piece != BySchedule("график")]

    def _drop_yearly(self) -> None:
        """«ежегодно до 1 октября»: the dates of each year say it already."""
        others = [piece for piece in self.pieces if isinstance(piece, Loop) and piece.every != "year"]
        if any(isinstance(piece, Dated) for piece in self.pieces) or others:
            self.pieces = [piece for piece in self.pieces if piece != Loop("year")]

    def _looped(self, parts: list[Part | Loop]) -> list[Part]:
        """Give the recurrence its range: the one going on, the one window of months, else the whole period."""
        loops = _most_exact({part for part in parts if isinstance(part, Loop)})
        rest = [part for part in parts if not isinstance(part, Loop)]
        if not loops:
            return rest
        if len(loops) > 1:
            raise Doubt("Названы две разные повторяемости. Оставьте одну.")
        loop = loops.pop()
        ranges = [part for part in dict.fromkeys(rest) if isinstance(part, Throughout)]
        dated = [part for part in rest if isinstance(part, By | Window)]
        if not ranges and not dated:
            self._refuse_loose(loop, rest)
            whole = Throughout(self.period.first, self.period.last, loop.every, loop.on)
            return [whole if isinstance(part, Loop) else part for part in parts]
        if not ranges and loop.every == f"{len(dated)} times":
            return rest
        if not ranges and len(dated) == 1 and isinstance(dated[0], Window):
            ranges = [Throughout(*_long_enough(dated[0], loop))]
            rest = [ranges[0] if part is dated[0] else part for part in rest]
        if len(ranges) != 1 or (ranges[0].every or ranges[0].on):
            raise Doubt("К какому сроку относится повторение? Разделите срок на два.")
        looped = Throughout(ranges[0].first, ranges[0].last, loop.every, loop.on)
        return [looped if part == ranges[0] else part for part in rest]


def _of_form(form: type[By | Window | Throughout], window: Window) -> Part:
    if form is By:
        return By(window.last)
    return window if form is Window else Throughout(window.first, window.last)


def _most_exact(loops: set[Loop]) -> set[Loop]:
    """«еженедельно, по пятницам»: the recurrence with its day says the one without."""
    return loops - {Loop(loop.every) for loop in loops if loop.on is not None}


def _long_enough(window: Window, loop: Loop) -> tuple[date, date]:
    """«ежемесячно, апрель – май» recurs within; «2 раза в год, апрель – май» is perhaps April and May."""
    length = (window.last - window.first).days
    if length < 31 or (loop.every.endswith(" times") and length < _HALF_YEAR):
        raise Doubt("Повторение в таком коротком сроке непонятно. Напишите даты.")
    return window.first, window.last


def _is_range(piece: Piece) -> bool:
    if isinstance(piece, Dated):
        return piece.form is Throughout
    return isinstance(piece, Throughout) or (isinstance(piece, Goes) and piece.named)
