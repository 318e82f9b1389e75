"""The plan: a first one by hand, improved by HiGHS (in SciPy), completed until nobody free is left, explained.

Priorities, each far heavier than the next: seats filled; the previous plan kept; nobody at the own subject; loads even
(their squares least); visits within the own place. Fixed pairs always stand.

A district has some 50 000 possible pairs, far more than a plan needs. The solver first sees a few candidates of every
session, and more of them only while seats stay empty that `most_seats` does not prove to be beyond reach.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from observers.solver.checks import CAUSES, Cause, cause, check_fixed, hindrance, is_far, teaches_it
from observers.solver.problem import Id, Observer, Pair, Problem, Session

SEAT, KEPT, SUBJECT, EVEN, NEAR = 1_000_000, 10_000, 1_000, 10, 1
WHOLE = 12_000  # so many pairs are solved at once, and the plan is proven the best
WIDTHS = (12, 36)  # otherwise: candidates of a session in each round
NODES = 200  # of the search, rather than seconds: the same plan on a slow machine, only later
NAMED = 3  # observers named for one cause
Step = Callable[[int, int, str], None]  # done, of how many, at what


@dataclass(frozen=True)
class Unfilled:
    session: Id
    missing: int
    reason: str


@dataclass(frozen=True)
class Plan:
    """``assigned`` in the order of sessions and observers as given; ``load`` names every observer.

    ``status``: ``optimal`` when no better plan exists by the priorities above, else ``feasible``.
    """

    status: str
    assigned: tuple[Pair, ...]
    unfilled: tuple[Unfilled, ...]
    load: dict[Id, int]

    def as_json(self) -> dict[str, object]:
        """The answer of ``manage.py solve_observers``."""
        return {
            "status": self.status,
            "assigned": [list(pair) for pair in self.assigned],
            "unfilled": [
                {"session": one.session, "missing": one.missing, "reason": one.reason}
                for one in self.unfilled
            ],
            "load": self.load,
        }


def solve(problem: Problem, *, step: Step | None = None) -> Plan:
    """Raises `Impossible` when a fixed pair cannot stand. ``step`` is told of progress."""
    tell = step or (lambda done, total, what: None)
    check_fixed(problem)
    tell(0, 4, "Кто куда может")
    field = Field(problem)
    tell(1, 4, "Первый вариант")
    pairs = first_plan(field)
    tell(2, 4, "Улучшаем")
    pairs, proven = improved(field, pairs)
    tell(3, 4, "Объясняем, кого не хватило")
    pairs = completed(field, pairs)
    return explained(field, pairs, "optimal" if proven else "feasible")


class Field:
    """The problem by indices: who may go where, and what a pair is worth."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.sessions, self.observers = problem.sessions, problem.observers
        place = {session.id: index for index, session in enumerate(self.sessions)}
        person = {observer.id: index for index, observer in enumerate(self.observers)}
        self.fixed = frozenset((place[s], person[o]) for s, o in problem.fixed)
        self.previous = frozenset(
            (place[s], person[o]) for s, o in problem.previous if s in place and o in person
        )
        fixed_seats: dict[int, int] = defaultdict(int)
        for at, _ in self.fixed:
            fixed_seats[at] += 1
        self.seats = [max(session.needs, fixed_seats[at]) for at, session in enumerate(self.sessions)]

    @cached_property
    def eligible(self) -> list[list[int]]:
        """By session, the observers nothing speaks against."""
        return [
            [who for who, observer in enumerate(self.observers) if cause(observer, session) is None]
            if self.seats[at]
            else []
            for at, session in enumerate(self.sessions)
        ]

    @cached_property
    def meeting(self) -> list[list[int]]:
        """By session, the others nobody can be at as well."""
        by_day: dict[datetime.date, list[int]] = defaultdict(list)
        for at, session in enumerate(self.sessions):
            by_day[session.day].append(at)
        return [
            [other for other in by_day[session.day] if other != at and session.meets(self.sessions[other])]
            for at, session in enumerate(self.sessions)
        ]

    def limit(self, who: int) -> int:
        most = self.observers[who].max
        return len(self.sessions) if most is None else most

    def worth(self, at: int, who: int) -> int:
        """What the solver gains by the pair, loads aside."""
        session, observer = self.sessions[at], self.observers[who]
        return (
            SEAT
            + KEPT * ((at, who) in self.previous)
            - SUBJECT * teaches_it(observer, session)
            - NEAR * is_far(observer, session)
        )


class Draft:
    """A plan being made: who is where, kept free of meetings and within everybody's limit."""

    def __init__(self, field: Field, pairs: Iterable[tuple[int, int]] = ()) -> None:
        self.field = field
        self.at_session: list[set[int]] = [set() for _ in field.sessions]
        self.of_observer: list[set[int]] = [set() for _ in field.observers]
        for at, who in pairs:
            self.add(at, who)

    def add(self, at: int, who: int) -> None:
        self.at_session[at].add(who)
        self.of_observer[who].add(at)

    def is_free(self, at: int, who: int) -> bool:
        mine = self.of_observer[who]
        if at in mine or len(mine) >= self.field.limit(who):
            return False
        return not any(other in mine for other in self.field.meeting[at])

    def missing(self, at: int) -> int:
        return self.field.seats[at] - len(self.at_session[at])

    @property
    def pairs(self) -> frozenset[tuple[int, int]]:
        return frozenset((at, who) for at, people in enumerate(self.at_session) for who in people)

    def fill(self) -> None:
        """Take whoever is free and has least to do, the hardest sessions first."""
        eligible = self.field.eligible
        for at in sorted(range(len(eligible)), key=lambda one: (len(eligible[one]), one)):
            for _ in range(self.missing(at)):
                free = [who for who in eligible[at] if self.is_free(at, who)]
                if not free:
                    break
                self.add(at, min(free, key=partial(self._order, at)))

    def _order(self, at: int, who: int) -> tuple[int, int, int]:
        return -self.field.worth(at, who) // SUBJECT, len(self.of_observer[who]), who


def first_plan(field: Field) -> frozenset[tuple[int, int]]:
    """The fixed pairs, what may stay of the previous plan, then whoever is free."""
    draft = Draft(field, sorted(field.fixed))
    for at, who in sorted(field.previous - field.fixed):
        if who in field.eligible[at] and draft.missing(at) > 0 and draft.is_free(at, who):
            draft.add(at, who)
    draft.fill()
    return draft.pairs


def completed(field: Field, pairs: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """Nobody free is left where somebody is missing."""
    draft = Draft(field, sorted(field.fixed))
    for at, who in sorted(pairs - field.fixed):
        if draft.missing(at) > 0 and draft.is_free(at, who):  # a solver works in fractions: trust, but look
            draft.add(at, who)
    draft.fill()
    return draft.pairs


def improved(field: Field, pairs: frozenset[tuple[int, int]]) -> tuple[frozenset[tuple[int, int]], bool]:
    """A better plan, and whether it is proven that no better one exists."""
    everything = [(at, who) for at, people in enumerate(field.eligible) for who in people]
    if len(everything) <= WHOLE:
        return solved(field, pairs, everything)
    most = most_seats(field)
    for width in WIDTHS:
        pairs, _ = solved(field, pairs, candidates(field, width, pairs))
        if len(pairs) >= most:
            break
    return pairs, False


def candidates(field: Field, width: int, pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Up to ``width`` observers of every session, half of them the best, half others for each; and ``pairs``."""
    chosen = set(pairs) | field.fixed
    count = len(field.observers)
    for at, people in enumerate(field.eligible):
        turn = at * 7919 % max(count, 1)  # each session starts at another place of the list of observers
        by_turn = [who for who in people if who >= turn] + [who for who in people if who < turn]
        best = sorted(by_turn, key=partial(field.worth, at), reverse=True)[: width // 2]
        chosen.update((at, who) for who in best)
        chosen.update((at, who) for who in [who for who in by_turn if who not in best][: width - len(best)])
        chosen.update((at, who) for who in people if (at, who) in field.previous)
    return sorted(chosen)


def solved(
    field: Field, before: frozenset[tuple[int, int]], offered: list[tuple[int, int]]
) -> tuple[frozenset[tuple[int, int]], bool]:
    """The best plan among the pairs offered, and whether that is proven; ``before`` when none was found.

    One variable a pair, and for each observer as many steps as visits: the n-th visit costs 2n - 1, the sum is the
    square of the load.
    """
    import numpy as np  # heavy: only the worker and the command load them
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    if not offered:
        return before, True
    place = {pair: index for index, pair in enumerate(offered)}
    cost = [-field.worth(*pair) for pair in offered]
    rows: list[tuple[list[int], list[int], int]] = []  # (variables up, variables down, at most)
    for at, mine in grouped(offered, 0).items():
        rows.append(([place[pair] for pair in mine], [], field.seats[at]))
    rows += [([place[pair] for pair in crowd], [], 1) for crowd in crowds(field, offered)]
    for who, mine in grouped(offered, 1).items():
        steps = [len(cost) + rank for rank in range(min(len(mine), field.limit(who)))]
        cost += [EVEN * (2 * rank + 1) for rank in range(len(steps))]
        rows.append(([place[pair] for pair in mine], steps, 0))
    entries = [(row, index, 1) for row, (up, _, _) in enumerate(rows) for index in up]
    entries += [(row, index, -1) for row, (_, down, _) in enumerate(rows) for index in down]
    row, column, sign = np.array(entries).T
    whole = np.zeros(len(cost))
    whole[: len(offered)] = 1
    lowest = np.zeros(len(cost))
    lowest[[place[pair] for pair in field.fixed]] = 1
    answer = milp(
        np.array(cost, dtype=float),
        constraints=LinearConstraint(
            coo_array((sign, (row, column)), shape=(len(rows), len(cost))).tocsr(),
            ub=np.array([most for _, _, most in rows]),
        ),
        integrality=whole,
        bounds=Bounds(lowest, 1),
        options={"node_limit": NODES, "mip_rel_gap": 0},
    )
    if answer.x is None:
        return before, False
    return frozenset(
        pair for pair, value in zip(offered, answer.x, strict=False) if value > 0.5
    ), answer.status == 0


def grouped(pairs: Iterable[tuple[int, int]], by: int) -> dict[int, list[tuple[int, int]]]:
    groups: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pair in pairs:
        groups[pair[by]].append(pair)
    return groups


def crowds(field: Field, offered: Iterable[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], ...]]:
    """Pairs of one observer of which one at most can be: the sessions that run at one moment of a day."""
    for mine in grouped(offered, 1).values():
        by_day: dict[datetime.date, list[tuple[int, int]]] = defaultdict(list)
        for pair in mine:
            by_day[field.sessions[pair[0]].day].append(pair)
        for day in by_day.values():
            yield from running_together(field, day)


def running_together(field: Field, day: list[tuple[int, int]]) -> set[tuple[tuple[int, int], ...]]:
    """For each beginning, what runs then: two sessions meet exactly when one begins while the other runs."""
    found = set()
    for at, _ in day:
        begins = field.sessions[at].span[0]
        crowd = tuple(
            pair
            for pair in day
            if field.sessions[pair[0]].span[0] <= begins < field.sessions[pair[0]].span[1]
        )
        if len(crowd) > 1:
            found.add(crowd)
    return found


def most_seats(field: Field) -> int:
    """No plan fills more: a flow that forgets only which of an observer's sessions of a day meet each other."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import maximum_flow

    node: dict[object, int] = {"source": 0, "sink": 1}
    arcs: list[tuple[int, int, int]] = []

    def arc(start: object, end: object, capacity: int) -> None:
        arcs.append((node.setdefault(start, len(node)), node.setdefault(end, len(node)), capacity))

    days: dict[tuple[int, datetime.date], list[Session]] = defaultdict(list)
    for at, people in enumerate(field.eligible):
        arc("source", ("session", at), field.seats[at])
        for who in people:
            days[who, field.sessions[at].day].append(field.sessions[at])
            arc(("session", at), (who, field.sessions[at].day), 1)
    for (who, day), sessions in days.items():
        arc((who, day), ("observer", who), apart(sessions))
    for who in {who for who, _ in days}:
        arc(("observer", who), "sink", field.limit(who))
    start, end, capacity = np.array(arcs or [(0, 1, 0)]).T
    graph = coo_array((capacity, (start, end)), shape=(len(node), len(node))).tocsr()
    return int(maximum_flow(graph.astype(np.int32), 0, 1).flow_value)


def apart(sessions: list[Session]) -> int:
    """How many of a day's sessions one person can see at most."""
    count, free_from = 0, 0
    for begins, ends in sorted((session.span for session in sessions), key=lambda span: span[1]):
        if begins >= free_from:
            count, free_from = count + 1, ends
    return count


def explained(field: Field, pairs: frozenset[tuple[int, int]], status: str) -> Plan:
    draft = Draft(field, pairs)
    observers, sessions = field.observers, field.sessions
    unfilled = [
        Unfilled(sessions[at].id, draft.missing(at), why_nobody(draft, at))
        for at in range(len(sessions))
        if draft.missing(at) > 0
    ]
    return Plan(
        status=status,
        assigned=tuple((sessions[at].id, observers[who].id) for at, who in sorted(pairs)),
        unfilled=tuple(unfilled),
        load={observer.id: len(draft.of_observer[who]) for who, observer in enumerate(observers)},
    )


def why_nobody(draft: Draft, at: int) -> str:
    """«нет свободных без конфликта: работают в этой школе — 2 (…); …» over everybody who does not go there."""
    session = draft.field.sessions[at]
    groups: dict[Cause, list[Observer]] = defaultdict(list)
    for who, observer in enumerate(draft.field.observers):
        if who not in draft.at_session[at]:
            planned = (draft.field.sessions[other] for other in draft.of_observer[who])
            if found := hindrance(observer, session, planned):
                groups[found].append(observer)
    if not groups:
        return "в банке больше нет наблюдателей" if draft.field.observers else "в банке нет наблюдателей"
    parts = [f"{CAUSES[one]} — {len(groups[one])} ({names(groups[one])})" for one in Cause if groups[one]]
    return "нет свободных без конфликта: " + "; ".join(parts)


def names(observers: list[Observer]) -> str:
    shown = ", ".join(observer.title for observer in observers[:NAMED])
    return f"{shown} и ещё {len(observers) - NAMED}" if len(observers) > NAMED else shown
