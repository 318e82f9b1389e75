"""How far the experts' scores lie from the school's: by work, by task, as shares with intervals. Pure: no Django.

Scores are points by task number; None is «Х» (не приступал) and counts 0. A positive difference means that the school
gave more (завышено). Intervals are of 95 %: Wilson's for shares, the asymptotic one of statsmodels for kappa.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Scores = Mapping[str, int | None]
Direction = Literal["", "завышено", "занижено"]
ALPHA = 0.05


@dataclass(frozen=True)
class Scale:
    """A test: the greatest score of each task in order, and the least first score of each mark (empty: unknown)."""

    tasks: Mapping[str, int]
    thresholds: Mapping[str, int]

    def mark(self, total: int) -> int | None:
        """The mark of a first score; None without a scale."""
        if not self.thresholds:
            return None
        return max((int(mark) for mark, least in self.thresholds.items() if total >= least), default=2)


@dataclass(frozen=True)
class Rule:
    """What is substantial: ``kind`` «mark», «points» or «either»; ``tolerance`` in points of the first score."""

    kind: str = "either"
    tolerance: int = 1


@dataclass(frozen=True)
class Pair:
    """One work twice: as the school scored it and as the experts did. ``mark``: the school's own, if it is known."""

    code: str
    class_name: str
    school: Scores
    expert: Scores
    mark: int | None = None


@dataclass(frozen=True)
class WorkResult:
    """A work compared. ``tasks``: number → difference, only where there is one."""

    code: str
    class_name: str
    before: int
    after: int
    mark_before: int | None
    mark_after: int | None
    tasks: Mapping[str, int]
    substantial: bool

    @property
    def difference(self) -> int:
        return self.before - self.after

    @property
    def direction(self) -> Direction:
        return direction(self.difference)

    @property
    def differs(self) -> bool:
        return bool(self.tasks)

    @property
    def mark_changed(self) -> bool:
        return self.mark_after is not None and self.mark_before != self.mark_after


@dataclass(frozen=True)
class TaskResult:
    """A task over all works: in how many the school gave more or less, and by how many points in all."""

    number: str
    most: int
    works: int
    raised: int
    lowered: int
    points_raised: int
    points_lowered: int

    @property
    def differs(self) -> int:
        return self.raised + self.lowered


@dataclass(frozen=True)
class Share:
    """``count`` of ``of``, with the interval of the share; without works there is none."""

    count: int
    of: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None


@dataclass(frozen=True)
class Agreement:
    """Weighted kappa (linear) of ``what``; None: it cannot be computed, all lie in one cell or nothing to compare."""

    what: str
    kappa: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def words(self) -> str:
        """How strong the agreement is, by the usual bounds of Landis and Koch."""
        if self.kappa is None:
            return "не определяется"
        bounds = (
            (0.8, "почти полное"),
            (0.6, "значительное"),
            (0.4, "умеренное"),
            (0.2, "слабое"),
            (0.0, "очень слабое"),
        )
        return next((words for least, words in bounds if self.kappa > least), "согласия нет")


@dataclass(frozen=True)
class Result:
    """A recheck compared."""

    works: tuple[WorkResult, ...]
    tasks: tuple[TaskResult, ...]
    any: Share
    substantial: Share
    objective: Share
    marks_changed: Share
    agreement: Agreement

    @property
    def raised(self) -> int:
        return sum(work.difference > 0 for work in self.works)

    @property
    def lowered(self) -> int:
        return sum(work.difference < 0 for work in self.works)

    @property
    def typical(self) -> tuple[TaskResult, ...]:
        """Tasks with differences, those that occur most first."""
        found = [task for task in self.tasks if task.differs]
        return tuple(sorted(found, key=lambda t: (-t.differs, -t.points_raised - t.points_lowered)))


def compare(pairs: Sequence[Pair], scale: Scale, rule: Rule) -> Result:
    """Compare every work and sum up. ``objective`` are the works without substantial difference."""
    works = tuple(_work(pair, scale, rule) for pair in pairs)
    substantial = sum(work.substantial for work in works)
    return Result(
        works=works,
        tasks=tuple(_task(number, most, works) for number, most in scale.tasks.items()),
        any=share(sum(work.differs for work in works), len(works)),
        substantial=share(substantial, len(works)),
        objective=share(len(works) - substantial, len(works)),
        marks_changed=share(sum(work.mark_changed for work in works), len(works)),
        agreement=_agreement(works, scale),
    )


def settled(first: Scores, second: Scores, third: Scores) -> dict[str, int | None]:
    """One score by task: what two experts agree on, else the third's. «Х» and 0 are no dispute over points."""
    return {
        number: third[number] if number in disputed(first, second) else score
        for number, score in first.items()
    }


def disputed(first: Scores, second: Scores) -> list[str]:
    """Tasks to which two experts gave different points."""
    return [number for number in first if (first[number] or 0) != (second.get(number) or 0)]


def direction(difference: int) -> Direction:
    return "завышено" if difference > 0 else "занижено" if difference < 0 else ""


def _work(pair: Pair, scale: Scale, rule: Rule) -> WorkResult:
    gaps = {n: (pair.school.get(n) or 0) - (pair.expert.get(n) or 0) for n in scale.tasks}
    before = sum(pair.school.get(n) or 0 for n in scale.tasks)
    after = before - sum(gaps.values())
    mark_before = pair.mark if pair.mark is not None else scale.mark(before)
    mark_after = scale.mark(after)
    changed = mark_after is not None and mark_before != mark_after
    beyond = abs(before - after) > rule.tolerance
    substantial = {"mark": changed, "points": beyond}.get(rule.kind, changed or beyond)
    return WorkResult(
        pair.code, pair.class_name, before, after, mark_before, mark_after,
        {n: gap for n, gap in gaps.items() if gap}, substantial,
    )  # fmt: skip


def _task(number: str, most: int, works: Sequence[WorkResult]) -> TaskResult:
    gaps = [work.tasks.get(number, 0) for work in works]
    return TaskResult(
        number, most, len(works),
        raised=sum(gap > 0 for gap in gaps),
        lowered=sum(gap < 0 for gap in gaps),
        points_raised=sum(gap for gap in gaps if gap > 0),
        points_lowered=-sum(gap for gap in gaps if gap < 0),
    )  # fmt: skip


def share(count: int, of: int) -> Share:
    """A share with Wilson's interval."""
    if not of:
        return Share(0, 0, None, None)
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, of, alpha=ALPHA, method="wilson")
    return Share(count, of, max(0.0, float(low)), min(1.0, float(high)))


def _agreement(works: Sequence[WorkResult], scale: Scale) -> Agreement:
    """Of marks where both are known for every work, else of first scores."""
    marks = [(work.mark_before, work.mark_after) for work in works]
    if marks and all(None not in pair for pair in marks):
        return kappa("отметки", marks)
    return kappa("первичные баллы", [(work.before, work.after) for work in works])


def kappa(what: str, pairs: Sequence[tuple[Any, Any]]) -> Agreement:
    """Cohen's kappa with linear weights over pairs of whole numbers, with its interval."""
    grades = sorted({grade for pair in pairs for grade in pair})
    if len(grades) < 2:
        return Agreement(what)
    import numpy as np
    from statsmodels.stats.inter_rater import cohens_kappa

    low, high = grades[0], grades[-1]
    table = np.zeros((high - low + 1, high - low + 1))
    for before, after in pairs:
        table[before - low, after - low] += 1
    with np.errstate(divide="ignore", invalid="ignore"):
        found = cohens_kappa(table, wt="linear")
        value, least, most = float(found.kappa), float(found.kappa_low), float(found.kappa_upp)
    if not np.isfinite(value):
        return Agreement(what)
    if not (np.isfinite(least) and np.isfinite(most)):  # the variance rounds below zero for a few works alike
        return Agreement(what, value)
    return Agreement(what, value, max(-1.0, least), min(1.0, most))
