"""Findings in Russian words, for screens and papers alike."""

from __future__ import annotations

from portal.lib.names import NBSP, counted
from recheck.divergence import Agreement, Share, TaskResult
from recheck.models import RecheckCase


def number(value: float, *, signed: bool = False) -> str:
    """«−2», «+1», «0»; with a comma for decimals."""
    text = f"{abs(value):g}".replace(".", ",")
    return text if not signed or not value else f"{'+' if value > 0 else '−'}{text}"


def percent(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f}".replace(".", ",") + f"{NBSP}%"


def share_words(share: Share) -> str:
    """«3 из 20, 15,0 % (от 5,2 % до 36,0 %)»."""
    if share.value is None:
        return "нет работ"
    return f"{share.count} из {share.of}, {percent(share.value)} (от {percent(share.low)} до {percent(share.high)})"


def kappa_words(agreement: Agreement) -> str:
    """«0,62 (от 0,41 до 0,83), значительное; отметки»."""
    if agreement.kappa is None:
        return f"не определяется: {agreement.what} почти одинаковы"
    value = f"{agreement.kappa:.2f}".replace(".", ",").replace("-", "−")
    if agreement.low is None or agreement.high is None:
        return f"{value}, {agreement.words} ({agreement.what})"
    span = f"от {agreement.low:.2f} до {agreement.high:.2f}".replace(".", ",").replace("-", "−")
    return f"{value} ({span}), {agreement.words} ({agreement.what})"


def task_words(task: TaskResult) -> str:
    """«школа ставила больше в 3 работах, всего на 4 балла»."""
    parts = []
    for works, points, how in (
        (task.raised, task.points_raised, "больше"),
        (task.lowered, task.points_lowered, "меньше"),
    ):
        if works:
            where = f"{works}{NBSP}{'работе' if works % 10 == 1 and works % 100 != 11 else 'работах'}"
            parts.append(f"{how} в {where}, всего на {counted(points, 'балл', 'балла', 'баллов')}")
    return f"школа ставила {'; '.join(parts)}" if parts else "расхождений нет"


def ground(case: RecheckCase) -> str:
    """Why the recheck was opened, in one sentence."""
    if case.flag is not None:
        return f"признак необъективности от {case.flag.opened_on:%d.%m.%Y}: {case.flag.source}"
    if case.item is not None:
        return f"пункт плана: {case.item.text}"
    if case.assignment is not None:
        return f"поручение: {case.assignment.item or case.assignment.clause}"
    return case.reason
