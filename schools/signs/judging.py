"""The five judgements of one result, and the control when a whole department is judged at once."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import replace

from schools.signs.model import (
    CAUTION,
    CODES,
    COHORT,
    DEFAULTS,
    HARD,
    MEAN,
    RAISED,
    SPIKE,
    Group,
    Result,
    Rules,
    Sign,
)
from schools.signs.spike import LEAST_SCORES, Curve, benjamini_hochberg, holm, normal_tail

PRIOR_SCHOOLS = 8  # how many schools' worth the assumed spread weighs against the observed one


def compute(result: Result, rules: Rules = DEFAULTS) -> list[Sign]:
    """Every sign that is switched on: found, not found, or not enough data; a spike for each threshold."""
    judges = {MEAN: _mean, RAISED: _raised, HARD: _hard, COHORT: _cohort}
    found: list[Sign] = []
    for code in CODES:
        if code in rules.levels:
            found += _spikes(result, rules) if code == SPIKE else [judges[code](result, rules)]
    return found


def together(judged: Sequence[Sequence[Sign]], rules: Rules = DEFAULTS) -> list[list[Sign]]:
    """The same judgements when all were made at once: each sign's p is adjusted over all results.

    A sign stays found only if its own p and the adjusted one both hold.
    """
    adjust = {"bh": benjamini_hochberg, "holm": holm}.get(rules.control)
    rows = [list(signs) for signs in judged]
    if adjust is None:
        return rows
    for code in CODES:
        places = [
            (row, place)
            for row, signs in enumerate(rows)
            for place, sign in enumerate(signs)
            if sign.code == code and sign.enough_data and sign.p is not None
        ]
        adjusted = adjust([rows[row][place].p or 0.0 for row, place in places])
        for (row, place), p in zip(places, adjusted, strict=True):
            sign = rows[row][place]
            rows[row][place] = replace(sign, adjusted=p, found=sign.found and p <= rules.false_share)
    return rows


def fitted(histogram: Sequence[int]) -> list[float]:
    """The smooth curve by which a distribution is judged, for a plot; empty when there is too little of it."""
    if len(histogram) < LEAST_SCORES or not sum(histogram):
        return []
    return [float(value) for value in Curve(histogram).expected]


# --- the five ------------------------------------------------------------------------------------------------------


def _mean(result: Result, rules: Rules) -> Sign:
    n, peers = sum(result.histogram), result.peers
    if not n:
        return _nothing(MEAN, 0, "Нет распределения первичных баллов школы.")
    if not sum(peers.histogram):
        return _nothing(MEAN, n, "Не с чем сравнить: нет распределения баллов муниципалитета или региона.")
    if n < rules.least_group:
        return _few(MEAN, n, rules.least_group)
    if result.advanced and not rules.judge_advanced:
        words = "Школа с углублённым изучением: высокий средний балл ожидаем и признаком не считается."
        return Sign(MEAN, False, None, n, True, f"{words} {CAUTION}")
    mean, _ = moments(result.histogram)
    usual, deviation = moments(peers.histogram)
    between = _between(peers, deviation, rules)
    error = math.sqrt(between + deviation**2 * (1 - rules.school_share) / n)
    z = (mean - usual) / error if error else 0.0
    p = normal_tail(z)
    limit = usual + _quantile(rules.levels[MEAN]) * error
    numbers = {"mean": mean, "usual": usual, "limit": limit, "z": z}
    said = (
        f"Средний балл {_fine(mean)}, у сравниваемых {_fine(usual)}; "
        f"при числе учеников {n} ожидается не выше {_fine(limit)}."
    )
    return _judged(MEAN, p, n, said, level=rules.levels[MEAN], numbers=numbers)


def _raised(result: Result, rules: Rules) -> Sign:
    n = sum(result.journal.values())
    if not n:
        return _nothing(RAISED, 0, "Нет сравнения отметок с журналом.")
    if n < rules.least_group:
        return _few(RAISED, n, rules.least_group)
    raised, others = result.journal.get("raised", 0), sum(result.peers.journal.values())
    known = others >= rules.least_group
    usual = (result.peers.journal.get("raised", 0) + 1) / (others + 2) if known else rules.expected_raised
    p = beta_binomial_tail(raised, n, usual, rules.journal_share)
    whose = "доля у сравниваемых" if known else "ожидаемая доля, заданная отделом"
    said = f"Повысили {raised} из {n} ({_percent(raised / n)}), {whose} {_percent(usual)}."
    return _judged(
        RAISED,
        p,
        n,
        said,
        level=rules.levels[RAISED],
        numbers={"raised": raised, "share": raised / n, "usual": usual},
    )


def _spikes(result: Result, rules: Rules) -> list[Sign]:
    histogram, n = result.histogram, sum(result.histogram)
    places = sorted({at for at in result.thresholds.values() if 1 <= at < len(histogram)})
    if not n:
        return [_nothing(SPIKE, 0, "Нет распределения первичных баллов.")]
    if not places:
        return [_nothing(SPIKE, n, "Нет шкалы отметок: границы «3», «4» и «5» не указаны.")]
    if n < rules.least_distribution:
        return [replace(_few(SPIKE, n, rules.least_distribution), at=at) for at in places]
    if len(histogram) < LEAST_SCORES:
        few = "Слишком мало различных баллов, чтобы судить о форме распределения."
        return [replace(_nothing(SPIKE, n, few), at=at) for at in places]
    curve = Curve(histogram)
    heaps = [curve.heap(at, rules.roughness) for at in places]
    chances = holm([heap[0] for heap in heaps])
    return [
        _spike(result, at, p, heap[1:], rules) for at, p, heap in zip(places, chances, heaps, strict=True)
    ]


def _spike(result: Result, at: int, p: float, expected: tuple[float, float], rules: Rules) -> Sign:
    n, here = sum(result.histogram), result.histogram[at]
    below = sum(result.histogram[max(0, at - 2) : at])
    mark = next(mark for mark, least in sorted(result.thresholds.items()) if least == at)
    said = (
        f"На границе «{mark}» ({at} баллов) учеников {here}, по плавной кривой {_fine(expected[0])}; на двух баллах "
        f"ниже {below}, по кривой {_fine(expected[1])}."
    )
    if n < rules.informative:
        said += f" Оценка приблизительная: учеников меньше {rules.informative}."
    numbers = {"here": here, "expected": expected[0], "below": below, "expected_below": expected[1]}
    return replace(_judged(SPIKE, p, n, said, level=rules.levels[SPIKE], numbers=numbers), at=at)


def _hard(result: Result, rules: Rules) -> Sign:
    n = result.pupils
    compared = bool(result.tasks) and all(task.peer_mean is not None for task in result.tasks)
    gaps: dict[bool, list[float]] = {False: [], True: []}
    variance = {False: 0.0, True: 0.0}
    for task in result.tasks:
        share = (task.mean * n + 0.5) / (n + 1)
        theirs = _logit(min(0.99, max(0.01, task.peer_mean or 0.0))) if compared else 0.0
        gaps[task.level != "basic"].append(_logit(share) - theirs)
        variance[task.level != "basic"] += 1 / ((n + 1) * share * (1 - share)) + rules.task_spread**2
    if not (gaps[True] and gaps[False]):
        return _nothing(HARD, n, "Нет выполнения лёгких и трудных заданий или не указаны их уровни.")
    if n < rules.least_group:
        return _few(HARD, n, rules.least_group)
    hard, easy = statistics.fmean(gaps[True]), statistics.fmean(gaps[False])
    error = math.sqrt(sum(variance[kind] / len(gaps[kind]) ** 2 for kind in gaps))
    z = (hard - easy) / error
    fits = not compared or (hard > 0 > easy)
    p = normal_tail(z) if fits else 1.0
    if compared:
        said = f"Трудные задания относительно сравниваемых {_signed(hard)}, лёгкие {_signed(easy)} логита."
    else:
        of = {
            kind: statistics.fmean(t.mean for t in result.tasks if (t.level != "basic") == kind)
            for kind in gaps
        }
        said = f"Трудные задания выполнены на {_percent(of[True])}, лёгкие на {_percent(of[False])}."
    return _judged(HARD, p, n, said, level=rules.levels[HARD], numbers={"hard": hard, "easy": easy, "z": z})


def _cohort(result: Result, rules: Rules) -> Sign:
    n, before = sum(result.histogram), result.previous
    if before is None or not sum(before.histogram) or not sum(before.peers):
        return _nothing(COHORT, n, "Нет прошлогоднего результата тех же учеников и сравниваемых с ними.")
    if not n or not sum(result.peers.histogram):
        return _nothing(COHORT, n, "Нет распределения баллов школы или сравниваемых за этот год.")
    fewest = min(n, sum(before.histogram))
    if fewest < rules.least_group:
        return _few(COHORT, fewest, rules.least_group)
    then, now = _standing(before.histogram, before.peers), _standing(result.histogram, result.peers.histogram)
    sampling = 1 / n + 1 / sum(before.histogram)
    z = (then - now) / math.sqrt(2 * rules.cohort_spread**2 + sampling)
    said = f"Год назад отклонение от сравниваемых {_signed(then)}, сейчас {_signed(now)} (в долях разброса учеников)."
    return _judged(
        COHORT,
        normal_tail(z),
        fewest,
        said,
        level=rules.levels[COHORT],
        numbers={"then": then, "now": now, "z": z},
    )


# --- numbers and words ---------------------------------------------------------------------------------------------


def _judged(code: str, p: float, n: int, said: str, *, level: float, numbers: dict[str, float]) -> Sign:
    found = p <= level
    verdict = "случайностью это объяснить трудно" if found else "это может быть случайностью"
    words = f"{said} p\N{NO-BREAK SPACE}{chance(p)} при уровне {_number(level)}, учеников {n}: {verdict}. {CAUTION}"
    return Sign(code, found, p, n, True, words, numbers=numbers)


def _few(code: str, n: int, least: int) -> Sign:
    words = f"Мало данных: учеников {n}, нужно не меньше {least}. {CAUTION}"
    return Sign(code, False, None, n, False, words)


def _nothing(code: str, n: int, why: str) -> Sign:
    return Sign(code, False, None, n, False, f"{why} {CAUTION}")


def moments(histogram: Sequence[int]) -> tuple[float, float]:
    """Mean and standard deviation of the scores."""
    n = sum(histogram)
    mean = sum(score * count for score, count in enumerate(histogram)) / n
    variance = sum(count * (score - mean) ** 2 for score, count in enumerate(histogram)) / max(n - 1, 1)
    return mean, math.sqrt(variance)


def _standing(histogram: Sequence[int], peers: Sequence[int]) -> float:
    """How far the school's mean is from its peers', in standard deviations of pupils."""
    mean, _ = moments(histogram)
    usual, deviation = moments(peers)
    return (mean - usual) / deviation if deviation else 0.0


def _between(peers: Group, deviation: float, rules: Rules) -> float:
    """Variance of honest schools' means: the assumed share, mended by the robust spread of the means that are known."""
    assumed = rules.school_share * deviation**2
    known = [(mean, n) for mean, n in peers.schools if n >= rules.least_group]
    if len(known) < 3:
        return assumed
    middle = statistics.median(mean for mean, _ in known)
    spread = 1.4826 * statistics.median(abs(mean - middle) for mean, _ in known)
    sampling = statistics.median((deviation**2 - assumed) / n for _, n in known)
    seen = max(0.0, spread**2 - sampling)
    return (PRIOR_SCHOOLS * assumed + len(known) * seen) / (PRIOR_SCHOOLS + len(known))


def beta_binomial_tail(successes: int, n: int, share: float, correlation: float) -> float:
    """P(X ≥ successes), X of n with that mean share and intraclass correlation (0: binomial); exact."""
    share = min(0.999, max(0.001, share))
    spread = (1 - correlation) / correlation if correlation else 1e9
    a, b = share * spread, (1 - share) * spread
    whole = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    logs = (
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        + math.lgamma(k + a) + math.lgamma(n - k + b) - math.lgamma(n + a + b) - whole
        for k in range(successes, n + 1)
    )  # fmt: skip
    return min(1.0, math.fsum(math.exp(log) for log in logs))


def _quantile(level: float) -> float:
    return statistics.NormalDist().inv_cdf(1 - level)


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _fine(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace(".", ",").replace("-", "−")


def _percent(share: float) -> str:
    return f"{share * 100:.0f}\N{NO-BREAK SPACE}%"


def chance(p: float) -> str:
    """«= 0,057» or «< 0,001»."""
    return "< 0,001" if p < 0.001 else f"= {_number(p)}"


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".").replace(".", ",")
