"""Duties that the order itself gives: a clause with an addressee («Руководителям …») and a deadline of its own.

A clause that stands above others («… до 15 сентября:») hands its addressee and deadline down to them. What is not
understood becomes no duty; it is listed for the methodist with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from orders.models import Clause, Order
from roadmaps.deadlines import Part, Period, Throughout, Unclear, find
from roadmaps.deadlines.lexicon import analyzer
from roadmaps.domain import responsibles

WORD = re.compile(r"[^\W\d_][\w-]*")
# Words whose dictionary form is an infinitive too, though in an order they never begin what is to be done.
NO_VERBS = {"пасть", "стать", "знать", "течь"}


@dataclass(frozen=True)
class ClauseDuty:
    """A clause with a deadline: its parts, whom it reaches, and in Russian what was not understood ("" when all)."""

    clause: Clause
    number: str
    text: str
    parts: tuple[Part, ...]
    reach: list[dict[str, Any]]
    problem: str = ""


@dataclass(frozen=True)
class _Above:
    """What a clause inherits: the words to whom, and by when."""

    addressee: str = ""
    parts: tuple[Part, ...] = field(default=())


def duties(order: Order, period: Period) -> list[ClauseDuty]:
    """Every clause of the order that has a deadline, in printed order."""
    return list(_Reader(order, period).walk(None, "", _Above()))


def addressee(text: str) -> str:
    """The words before the first infinitive: to whom the clause speaks; "" when it begins with what is to be done.

    >>> addressee("Руководителям школ до 1 марта представить планы")
    'Руководителям школ до 1 марта'
    """
    for word in WORD.finditer(text):
        if _is_infinitive(word[0].lower()):
            return text[: word.start()].strip(" ,:;")
    return text.strip(" ,:;.") if text.rstrip().endswith(":") else ""


def _deadline(text: str, period: Period) -> tuple[tuple[Part, ...], str]:
    """The clause's deadline, and its text without the deadline's words."""
    found = find(text, period)
    remainder = text
    for hit in reversed(found):
        remainder = f"{remainder[: hit.start]} {remainder[hit.end :]}"
    return tuple(part for hit in found for part in hit.parts), remainder


def _is_duty(here: _Above) -> bool:
    """Without an addressee a mere «в течение года» is how plans are titled, not a duty."""
    dated = [part for part in here.parts if not isinstance(part, Throughout) or part.every]
    return bool(dated) or bool(here.addressee and here.parts)


class _Reader:
    """Walks one order's tree of clauses; the department's people and schools are fetched once."""

    def __init__(self, order: Order, period: Period) -> None:
        self.order, self.period = order, period
        self.directory = responsibles.Directory(order.department)
        self.below: dict[int | None, list[Clause]] = {}
        for clause in order.clauses.all():
            self.below.setdefault(clause.parent_id, []).append(clause)

    def walk(self, parent: int | None, prefix: str, above: _Above) -> Iterator[ClauseDuty]:
        for place, clause in enumerate(self.below.get(parent, []), start=1):
            number = f"{prefix}{place}."
            parts, remainder = _deadline(clause.text, self.period)
            here = _Above(addressee(remainder) or above.addressee, parts or above.parts)
            if clause.pk in self.below:
                yield from self.walk(clause.pk, number, here)
            elif _is_duty(here):
                yield self.duty(clause, number, here)

    def duty(self, clause: Clause, number: str, here: _Above) -> ClauseDuty:
        whom = here.addressee
        reach = responsibles.understand(self.order.department, whom, directory=self.directory) if whom else []
        problem = ""
        if not whom:
            problem = "В пункте есть срок, но не сказано, кому он поручен."
        elif not reach or any(map(responsibles.needs_answer, reach)):
            problem = f"Непонятно, кому поручено: «{whom}»."
        elif any(isinstance(part, Unclear) for part in here.parts):
            problem = "Срок пункта понят не до конца."
        return ClauseDuty(clause, number, clause.text, here.parts, reach, problem)


def _is_infinitive(word: str) -> bool:
    if not word.endswith(("ть", "ти", "чь", "ться", "тись", "чься")) or word in NO_VERBS:
        return False
    return any(parse.tag.POS == "INFN" for parse in analyzer().parse(word)[:1])
