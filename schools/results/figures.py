"""The figures every report gives of a result: shares of marks, успеваемость, качество, moves against the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from schools.results.records import MARKS, MOVES


class Result(Protocol):
    """What is counted of one test of one school or group; `schools.models.VprResult` is one."""

    participants: int | None
    marks: Any
    journal: Any
    histogram: Any
    tasks: Any


@dataclass(frozen=True)
class Figures:
    """Counts are pupils; shares are of one, None where nothing is known."""

    participants: int | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    journal: Mapping[str, int] = field(default_factory=dict)
    histogram: list[int] = field(default_factory=list)
    tasks: Mapping[str, float] = field(default_factory=dict)

    def share(self, mark: str) -> float | None:
        return _share(self.marks.get(mark, 0), self.marks)

    def moved(self, move: str) -> float | None:
        return _share(self.journal.get(move, 0), self.journal)

    @property
    def success(self) -> float | None:
        """Успеваемость: «3», «4» and «5» of all."""
        return _share(sum(self.marks.get(mark, 0) for mark in "345"), self.marks)

    @property
    def quality(self) -> float | None:
        """Качество: «4» and «5» of all."""
        return _share(sum(self.marks.get(mark, 0) for mark in "45"), self.marks)


def _share(part: int, counts: Mapping[str, int]) -> float | None:
    total = sum(counts.values())
    return part / total if total else None


def of(result: Result) -> Figures:
    return Figures(result.participants, result.marks, result.journal, result.histogram, result.tasks)


def summed(results: Iterable[Result]) -> Figures:
    """Several results of one test as one: every pupil counts once, tasks are weighted by participants."""
    rows = list(results)
    width = max((len(row.histogram) for row in rows), default=0)
    return Figures(
        participants=sum(row.participants or 0 for row in rows) or None,
        marks=_added((row.marks for row in rows), MARKS),
        journal=_added((row.journal for row in rows), MOVES),
        histogram=[
            sum(row.histogram[score] for row in rows if score < len(row.histogram)) for score in range(width)
        ],
        tasks=_weighted(rows),
    )


def completed(own: Result | None, schools: Iterable[Result]) -> tuple[Figures, bool]:
    """A group's own figures, and where it has none those of its schools; whether anything was computed so."""
    given = of(own) if own else Figures()
    counted = summed(schools)
    names = ("marks", "journal", "histogram", "tasks")
    taken = {name: getattr(given, name) or getattr(counted, name) for name in names}
    computed = any(taken[name] and not getattr(given, name) for name in names)
    return Figures(given.participants or counted.participants, **taken), computed


def _added(parts: Iterable[Mapping[str, int]], keys: Iterable[str]) -> dict[str, int]:
    filled = [part for part in parts if part]
    return {key: sum(part.get(key, 0) for part in filled) for key in keys} if filled else {}


def _weighted(rows: Iterable[Result]) -> dict[str, float]:
    points: dict[str, float] = {}
    pupils: dict[str, int] = {}
    for row in rows:
        for task, share in row.tasks.items():
            points[task] = points.get(task, 0.0) + share * (row.participants or 0)
            pupils[task] = pupils.get(task, 0) + (row.participants or 0)
    return {task: round(points[task] / pupils[task], 4) for task in points if pupils[task]}
