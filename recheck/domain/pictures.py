"""The charts of a recheck, for the page and for paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.lib import charts
from recheck.divergence import Pair


def marks(pairs: Sequence[tuple[int | None, int | None]]) -> charts.Chart | None:
    """Marks before and after; none where some are not known."""
    if not pairs or any(None in pair for pair in pairs):
        return None
    groups = [
        (name, {mark: sum(str(pair[side]) == mark for pair in pairs) for mark in "2345"})
        for side, name in enumerate(("Школа", "Эксперты"))
    ]
    return charts.marks(groups, title="Отметки до и после перепроверки")


def tasks(pairs: Sequence[Pair], known: Sequence[dict[str, Any]]) -> charts.Chart | None:
    """How each task was done by the school's scores and by the experts'."""
    if not pairs:
        return None
    school, experts = (
        [_done([getattr(pair, side) for pair in pairs], task) for task in known]
        for side in ("school", "expert")
    )
    return charts.tasks(
        [task["number"] for task in known], school, experts,
        title="Выполнение заданий: доля наибольшего балла", whose="по оценке школы", others="по оценке экспертов",
    )  # fmt: skip


def _done(scores: list[Any], task: dict[str, Any]) -> float:
    return sum(score.get(task["number"]) or 0 for score in scores) / (task["max"] * len(scores))
