"""Is there a heap at a threshold and a dip below it? A score test against a smooth curve, valid at small N.

The counts are Poisson around exp(polynomial of the score). For the direction d (+1 at the threshold, −1 and −½ below)
the efficient score is the part of Σ dₛ(nₛ − μₛ) that no polynomial explains: a linear statistic Σ cₛ nₛ of a
multinomial, whose upper tail the Lugannani–Rice saddlepoint formula gives without asymptotics in N. Log-linear
smoothing of scores: Holland & Thayer 1987, 2000; the idea of heap and missing mass: Burgstahler & Dichev 1997, McCrary
2008, Kleven 2016.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

BELOW = (1.0, 0.5)  # weights of the scores one and two under the threshold
LEAST_SCORES = 6  # fewer different scores leave nothing to fit a curve to


def normal_tail(z: float) -> float:
    return 0.5 * math.erfc(z / math.sqrt(2))


class Curve:
    """The smooth curve of a distribution: ``expected`` pupils at each score."""

    def __init__(self, histogram: Sequence[int]) -> None:
        import numpy as np

        self.np = np
        self.counts = np.asarray(histogram, float)
        self.total = float(self.counts.sum())
        degree = min(_degree(self.total), max(1, len(histogram) - 4))
        self.basis = np.polynomial.legendre.legvander(np.linspace(-1, 1, len(histogram)), degree)
        self.expected = self._fit()

    def _fit(self) -> Any:
        """Maximum likelihood by Newton's steps, with a breath of ridge for the empty ends."""
        np, basis, counts = self.np, self.basis, self.counts
        start = np.convolve(counts, np.array([1, 2, 3, 2, 1]) / 9, "same")[: len(counts)] + 0.1
        root = np.sqrt(start)
        beta = np.linalg.lstsq(basis * root[:, None], np.log(start) * root, rcond=None)[0]
        ridge = np.diag([0.0] + [1e-3] * (basis.shape[1] - 1))
        for _ in range(30):
            expected = np.exp(np.clip(basis @ beta, -30, 25))
            slope = basis.T @ (counts - expected) - ridge @ beta
            step = np.linalg.solve((basis * expected[:, None]).T @ basis + ridge, slope)
            longest = float(np.abs(step).max())
            beta = beta + step * min(1.0, 2 / max(longest, 1e-12))
            if longest < 1e-6:
                break
        return np.exp(np.clip(basis @ beta, -30, 25))

    def heap(self, at: int, roughness: float) -> tuple[float, float, float]:
        """(p, expected at the threshold, expected at the two scores below): p = 1 unless heap and dip both stand.

        ``roughness`` is the relative unevenness granted to honest distributions around the curve.
        """
        np, expected = self.np, self.expected
        direction = np.zeros(len(expected))
        direction[at] = 1
        for distance, weight in enumerate(BELOW, start=1):
            if at - distance >= 0:
                direction[at - distance] = -weight
        below = slice(max(0, at - len(BELOW)), at)
        heap, dip = float(expected[at]), float(expected[below].sum())
        if self.counts[at] <= heap or self.counts[below].sum() >= dip:
            return 1.0, heap, dip
        weighted = (self.basis * expected[:, None]).T
        gram = weighted @ self.basis + 1e-9 * np.eye(self.basis.shape[1])
        clean = direction - self.basis @ np.linalg.solve(gram, weighted @ direction)
        chances = expected / expected.sum()
        clean = clean - chances @ clean
        variance = float(expected @ clean**2)
        uneven = roughness**2 * float(expected**2 @ clean**2)
        statistic = float(clean @ self.counts) * math.sqrt(variance / (variance + uneven))
        return self._tail(clean, chances, statistic, variance), heap, dip

    def _tail(self, weights: Any, chances: Any, statistic: float, variance: float) -> float:
        """P(Σ c n ≥ statistic) for n multinomial with those chances; the mean of the sum is nought."""
        np, total = self.np, self.total
        z = statistic / math.sqrt(variance)
        if z < 0.5:  # the formula is singular at the mean, and the answer is no
            return normal_tail(z)
        if statistic >= total * float(weights.max()) * 0.9999:
            return float(chances[weights.argmax()] ** total)
        t = z / math.sqrt(variance)
        for _ in range(40):
            tilted = chances * np.exp(np.clip(t * weights, -60, 60))
            mass = float(tilted.sum())
            mean = float(tilted @ weights) / mass
            spread = float(tilted @ weights**2) / mass - mean**2
            if spread <= 1e-14:
                return 0.0
            step = (total * mean - statistic) / (total * spread)
            t -= max(-1.0, min(1.0, step))
            if abs(step) < 1e-9:
                break
        w = math.sqrt(max(2 * (t * statistic - total * math.log(mass)), 1e-12))
        u = t * math.sqrt(total * spread)
        density = math.exp(-w * w / 2) / math.sqrt(2 * math.pi)
        return min(1.0, max(0.0, normal_tail(w) + density * (1 / u - 1 / w)))


def _degree(pupils: float) -> int:
    """The more pupils, the finer the shape that can be told from chance."""
    return 2 + sum(pupils >= many for many in (100, 300, 1000))


def holm(chances: Sequence[float]) -> list[float]:
    """p-values adjusted so that any false one among them is as rare as the level (Holm 1979)."""
    adjusted = [1.0] * len(chances)
    worst = 0.0
    for place, index in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        worst = max(worst, min(1.0, chances[index] * (len(chances) - place)))
        adjusted[index] = worst
    return adjusted


def benjamini_hochberg(chances: Sequence[float]) -> list[float]:
    """p-values adjusted so that the share of false ones among the found is at most the level (1995)."""
    adjusted = [1.0] * len(chances)
    best, many = 1.0, len(chances)
    for place, index in enumerate(sorted(range(many), key=chances.__getitem__, reverse=True)):
        best = min(best, chances[index] * many / (many - place))
        adjusted[index] = best
    return adjusted
