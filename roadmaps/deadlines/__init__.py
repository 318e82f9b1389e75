"""The deadline compiler: what a Russian deadline phrase means, in days a computer can watch. Knows nothing of Django.

>>> from datetime import date
>>> compile("До 15 марта", Period(date(2021, 9, 1), date(2022, 8, 31)))
(By(day=datetime.date(2022, 3, 15)),)
"""

from __future__ import annotations

from roadmaps.deadlines.events import ASSESSMENT, EVENT_TITLES, Doubt, Impossible
from roadmaps.deadlines.finding import Found, find
from roadmaps.deadlines.grammar import Parser
from roadmaps.deadlines.occurrences import Occurrence, Run, counted_anew, hangs_on_run, occurrences, on_runs
from roadmaps.deadlines.parts import (
    VPR,
    By,
    BySchedule,
    OnEvent,
    Part,
    Period,
    Throughout,
    Unclear,
    Window,
    from_json,
    to_json,
)
from roadmaps.deadlines.sense import Sense, sense
from roadmaps.deadlines.shifting import moved, school_year, shifted
from roadmaps.deadlines.tokens import nfc, tokenize

__all__ = [
    "ASSESSMENT",
    "EVENT_TITLES",
    "VPR",
    "By",
    "BySchedule",
    "Found",
    "Occurrence",
    "OnEvent",
    "Part",
    "Period",
    "Run",
    "Sense",
    "Throughout",
    "Unclear",
    "Window",
    "compile",
    "counted_anew",
    "find",
    "from_json",
    "hangs_on_run",
    "moved",
    "occurrences",
    "on_runs",
    "school_year",
    "sense",
    "shifted",
    "to_json",
]

_MOST_TOKENS = 80


def compile(phrase: str, period: Period) -> tuple[Part, ...]:
    """What a deadline phrase means within the plan's period: one or more parts, never none.

    A phrase that cannot be understood to the last word is a single `Unclear` with a Russian question as its `reason`.
    Never raises.
    """
    text = nfc(phrase)
    tokens = tokenize(text)
    if len(tokens) > _MOST_TOKENS:
        return (Unclear("Слишком длинно для срока. Напишите короче: дата, месяц или событие."),)
    try:
        return Parser(tokens, text, period).phrase()
    except Doubt as doubt:
        return (Unclear(str(doubt), isinstance(doubt, Impossible)),)
