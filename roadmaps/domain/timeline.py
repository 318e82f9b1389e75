"""The year of one plan by weeks: each row's terms as bars, the days of the VPR, days off, today.

A plan in force shows its duties with what became of them; a draft shows what its deadlines will give. Places are
percents of the plan's period, as text for SVG.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count

from accounts.models import Membership, Role
from roadmaps.deadlines import BySchedule, OnEvent, Unclear
from roadmaps.domain import fanout
from roadmaps.domain.fanout import Source
from roadmaps.domain.matrix import WORDS
from roadmaps.models import Assignment, Roadmap
from schools.domain import schedule

State = Assignment.State
DAY = datetime.timedelta(days=1)
HOLIDAYS = 3  # days off in a row that are worth showing: more than a weekend
LABELLED = 3  # bars of one row that have room for words beside them
# Percents of the period: the least a bar takes, from where words stand inside it, from where before it.
NARROWEST, ROOMY, CROWDED = 0.7, 30, 70
LEGEND = ("ok", "sent", "late", "doing", "none", "loop")
MONTHS = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
Term = tuple[datetime.date | None, datetime.date | None]


@dataclass(frozen=True)
class Span:
    """A stretch of the period; ``x`` and ``width`` as SVG takes them."""

    x: str
    width: str
    words: str


@dataclass(frozen=True)
class Bar:
    """One term of a row. ``sign`` as in the matrix; ``label`` is written at ``label_x``: ``before`` it ends there."""

    span: Span
    sign: str
    label: str
    label_x: str
    before: bool


@dataclass(frozen=True)
class Line:
    """A row of the plan; ``waits`` says in words why it has no bars."""

    source: Source
    bars: Sequence[Bar]
    waits: str

    @property
    def words(self) -> str:
        """What the picture says, for whoever does not see it."""
        return "; ".join(bar.span.words for bar in self.bars) or self.waits


class Timeline:
    """What the page of one plan's year shows. Its queries do not grow with the plan; every part is worked out once."""

    def __init__(self, roadmap: Roadmap, member: Membership, today: datetime.date) -> None:
        self.roadmap, self.member, self.today = roadmap, member, today
        self.first, self.last = roadmap.first_day, roadmap.last_day
        self.days = (self.last - self.first).days + 1

    @cached_property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """Sections with their rows as printed; the order's own clauses come last."""
        found: dict[str, list[Line]] = defaultdict(list)
        for source in self._sources:
            heading = source.item.section.heading if source.item else "Пункты приказа"
            found[heading].append(self._line(source))
        return list(found.items())

    @cached_property
    def months(self) -> list[Span]:
        starts = [self.first]
        while (following := (starts[-1].replace(day=1) + 31 * DAY).replace(day=1)) <= self.last:
            starts.append(following)
        ends = [start - DAY for start in starts[1:]] + [self.last]
        return [
            self._span(first, last, MONTHS[first.month - 1]) for first, last in zip(starts, ends, strict=True)
        ]

    @cached_property
    def weeks(self) -> list[str]:
        """Where each Monday stands."""
        monday = self.first + (7 - self.first.weekday()) % 7 * DAY
        return [self._x(monday + n * 7 * DAY) for n in range((self.last - monday).days // 7 + 1)]

    @cached_property
    def holidays(self) -> list[Span]:
        calendar, found = self.roadmap.department.calendar, []
        run: list[datetime.date] = []
        for day in [*(self.first + n * DAY for n in range(self.days)), None]:
            if day is not None and not calendar.is_workday(day):
                run.append(day)
                continue
            if len(run) > HOLIDAYS - 1:
                found.append(self._span(run[0], run[-1], f"выходные {_days(run[0], run[-1])}"))
            run = []
        return found

    @cached_property
    def tests(self) -> list[Span]:
        """The days of each VPR campaign, all schools together; of a campaign without a schedule its window."""
        department = self.roadmap.department
        told = {
            run.campaign.pk: (run.first, run.last)
            for run in schedule.runs(department, self.first, self.last)
            if run.school_id is None
        }
        campaigns = schedule.touching(department, self.first, self.last)
        found = ((one, *told.get(one.pk, (one.first_day, one.last_day))) for one in campaigns)
        return [self._span(first, last, f"{one}: {_days(first, last)}") for one, first, last in found]

    @property
    def now(self) -> str:
        """Where today stands, "" outside the period."""
        return self._x(self.today) if self.first <= self.today <= self.last else ""

    # --- bars ------------------------------------------------------------------------------------

    def _line(self, source: Source) -> Line:
        terms = self._terms.get(source.key, {})
        labelled = len(terms) <= LABELLED
        order = sorted(terms, key=lambda term: (term[1] or self.last, term[0] or self.first))
        bars = [self._bar(term, terms[term], labelled=labelled) for term in order]
        return Line(source, bars, "" if bars else self._waits(source))

    @cached_property
    def _sources(self) -> list[Source]:
        return list(fanout.sources(self.roadmap))

    @cached_property
    def _terms(self) -> dict[str, dict[Term, Counter[str]]]:
        """By source and term, how many duties stand in each state."""
        found: dict[str, dict[Term, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        goes_on: dict[str, datetime.date] = {}
        for key, (first, last), state, number in self._counted():
            if last is None:  # started by this and that event, it goes on as one
                goes_on[key] = min(first or self.first, goes_on.get(key, self.last))
            found[key][None if last is None else first, last][state] += number
        for key, first in goes_on.items():
            found[key][first, None] = found[key].pop((None, None))
        return found

    def _counted(self) -> Iterator[tuple[str, Term, str, int]]:
        if self.roadmap.state in {Roadmap.State.APPROVED, Roadmap.State.ARCHIVED}:
            mine = Assignment.objects.visible_to(self.member).filter(fanout.asked_by([self.roadmap]))
            rows = mine.exclude(state=State.CLOSED).order_by()
            for item, clause, first, last, state, number in rows.values_list(
                "item", "clause", "first_day", "last_day", "state"
            ).annotate(Count("pk")):
                yield f"item:{item}" if item else f"clause:{clause}", (first, last), state, number
            return
        maker = fanout.Maker(self.roadmap, self.member)
        for source in self._sources:
            for row in maker.assignments(source):
                yield source.key, (row.first_day, row.last_day), State.ASSIGNED, 1

    def _bar(self, term: Term, states: Counter[str], *, labelled: bool) -> Bar:
        first, last = term
        sign = self._sign(first, last, states)
        words = _told(sign, states[State.ACCEPTED], states.total() - states[State.EXEMPT])
        until = f"до {last:%d.%m.%Y}" if last else "без крайнего дня"
        left, width = self._place(first or self.first, last or self.last)
        inside, before = width > ROOMY, left + width > CROWDED
        label_x = left if inside or before else left + width
        return Bar(
            Span(_percent(left), _percent(width), f"{until}: {words}"),
            sign,
            words if labelled else "",
            _percent(label_x),
            before and not inside,
        )

    def _sign(self, first: datetime.date | None, last: datetime.date | None, states: Counter[str]) -> str:
        if any(states[state] for state in Assignment.OPEN_STATES):
            if last is None:
                return "loop"
            if last < self.today:
                return "late"
            return "doing" if first is not None and first <= self.today else "none"
        return "sent" if states[State.REPORTED] else "ok" if states[State.ACCEPTED] else "na"

    def _waits(self, source: Source) -> str:
        kinds = {type(part) for part in source.parts}
        if source.problem or not source.parts or Unclear in kinds:
            return "срок не понят"
        if OnEvent in kinds:
            return "ждёт события"
        if BySchedule in kinds:
            return "ждёт графика"
        return "не касается" if self.member.role == Role.DEPUTY else "поручений нет"

    # --- places ----------------------------------------------------------------------------------

    def _span(self, first: datetime.date, last: datetime.date, words: str) -> Span:
        left, width = self._place(first, last)
        return Span(_percent(left), _percent(width), words)

    def _place(self, first: datetime.date, last: datetime.date) -> tuple[float, float]:
        """Left edge and width, cut to the period; a single day stays wide enough to be seen."""
        left = self._share(first)
        width = max(self._share(last + DAY) - left, NARROWEST)
        return min(left, 100 - width), width

    def _share(self, day: datetime.date) -> float:
        return (min(max(day, self.first), self.last + DAY) - self.first).days * 100 / self.days

    def _x(self, day: datetime.date) -> str:
        return _percent(self._share(day))


def _percent(share: float) -> str:
    return f"{share:.2f}%"


def _told(sign: str, accepted: int, asked: int) -> str:
    if asked < 2 or sign in {"ok", "na"}:
        return WORDS[sign]
    return f"{WORDS[sign]}, принято {accepted} из {asked}"


def _days(first: datetime.date, last: datetime.date) -> str:
    return f"{first:%d.%m} – {last:%d.%m}" if last > first else f"{first:%d.%m}"


def legend() -> Iterable[tuple[str, str]]:
    """Signs and words of the bars, from what is over to what has no end."""
    return [(sign, WORDS[sign]) for sign in LEGEND]
