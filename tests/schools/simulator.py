"""Schools that sit a test honestly, and schools that help their results along.

A pupil has an ability; a task of ``points`` steps has a difficulty for each step and a slope (a graded response model).
First scores are whole numbers; thresholds are set where a given share of an average population falls, as scales are.
All randomness comes from the generator that is passed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from schools import signs

Generator = np.random.Generator


@dataclass(frozen=True)
class Paper:
    """A test: points, slope and difficulty of each task, the least score of each mark."""

    points: np.ndarray
    slopes: np.ndarray
    difficulty: np.ndarray
    thresholds: dict[str, int]

    @property
    def max_score(self) -> int:
        return int(self.points.sum())

    @property
    def levels(self) -> list[str]:
        """The easier half is basic, the rest raised and, at the end, high."""
        places = np.argsort(np.argsort(self.difficulty)) / len(self.difficulty)
        return ["basic" if place < 0.5 else "raised" if place < 0.8 else "high" for place in places]


def paper(rng: Generator, *, tasks: int = 12, ease: float = 0.0, most: int = 2, shares: Any = None) -> Paper:
    """A test of ``tasks`` tasks worth one to ``most`` points; ``ease`` shifts all difficulties (+: easier).

    ``shares``: which part of an average population gets less than 3, 4 and 5; drawn when not given.
    """
    points = rng.integers(1, most + 1, tasks)
    slopes = rng.uniform(0.8, 1.8, tasks)
    difficulty = rng.normal(-ease, 1.0, tasks)
    blank = Paper(points, slopes, difficulty, {})
    average = sit(rng, blank, rng.normal(0, 1, 4000)).sum(axis=1)
    if shares is None:
        shares = np.cumsum(rng.dirichlet([2, 5, 5, 3]))[:3]
    cuts = [int(np.quantile(average, share)) for share in shares]
    cuts = [max(cut, 1 + 2 * place) for place, cut in enumerate(cuts)]
    for place in (1, 2):
        cuts[place] = max(cuts[place], cuts[place - 1] + 2)
    top = blank.max_score
    cuts = [min(cut, top - 2 * (2 - place)) for place, cut in enumerate(cuts)]
    return Paper(points, slopes, difficulty, dict(zip("345", map(int, cuts), strict=True)))


def abilities(rng: Generator, pupils: int, *, spread: float = 0.45, shift: float = 0.0) -> np.ndarray:
    """A school's pupils: some schools are stronger, some have two kinds of classes, some are even."""
    centre = shift + rng.normal(0, spread)
    kind = rng.integers(0, 3)
    if kind == 0:
        return rng.normal(centre, rng.uniform(0.6, 1.0), pupils)
    if kind == 1:  # a strong class and a weak one
        gap = rng.uniform(0.6, 1.6)
        strong = rng.random(pupils) < rng.uniform(0.3, 0.7)
        return rng.normal(centre, 0.7, pupils) + np.where(strong, gap / 2, -gap / 2)
    return centre + rng.standard_t(5, pupils) * 0.7


def sit(rng: Generator, test: Paper, ability: np.ndarray) -> np.ndarray:
    """Points of each pupil (row) in each task (column)."""
    points = np.zeros((len(ability), len(test.points)), int)
    for step in range(int(test.points.max())):
        harder = test.difficulty + 0.6 * (step - (test.points - 1) / 2)
        chance = 1 / (1 + np.exp(-test.slopes * (ability[:, None] - harder)))
        points += ((rng.random(chance.shape) < chance) & (points == step) & (step < test.points)).astype(int)
    return points


def lift(rng: Generator, scores: np.ndarray, test: Paper, share: float, *, reach: int = 2) -> np.ndarray:
    """Of the pupils up to ``reach`` points below a threshold, a ``share`` is helped exactly onto it."""
    lifted = scores.copy()
    for at in test.thresholds.values():
        below = (lifted < at) & (lifted >= at - reach) & (rng.random(len(lifted)) < share)
        lifted[below] = at
    return lifted


def copied(rng: Generator, points: np.ndarray, test: Paper, share: float) -> np.ndarray:
    """A ``share`` of the pupils is told the answers to the hard tasks; the easy ones they do by themselves."""
    told = rng.random(len(points)) < share
    hard = np.array(test.levels) != "basic"
    helped = points.copy()
    helped[np.ix_(told, hard)] = test.points[hard]
    return helped


def histogram(scores: np.ndarray, test: Paper) -> list[int]:
    return [int(n) for n in np.bincount(scores, minlength=test.max_score + 1)]


def marks(scores: np.ndarray, test: Paper) -> np.ndarray:
    """Each pupil's mark: 2…5."""
    return 2 + np.searchsorted([test.thresholds[mark] for mark in "345"], scores, side="right")


def journal(rng: Generator, ability: np.ndarray, scores: np.ndarray, test: Paper) -> dict[str, int]:
    """The test's marks against those of the journal: a teacher sees the ability well, and is a bit kinder."""
    seen = sit(rng, test, ability + rng.normal(0.25, 0.2, len(ability))).sum(axis=1)
    difference = marks(scores, test) - marks(seen, test)
    parts = {"lowered": difference < 0, "confirmed": difference == 0, "raised": difference > 0}
    return {name: int(part.sum()) for name, part in parts.items()}


def department(
    rng: Generator, test: Paper, pupils: int, schools: int = 30
) -> tuple[signs.Group, list[float]]:
    """Honest schools to compare with, and how they did the tasks (shares)."""
    total, means, shares = np.zeros(test.max_score + 1, int), [], []
    parts = {"lowered": 0, "confirmed": 0, "raised": 0}
    for _ in range(schools):
        ability = abilities(rng, pupils)
        points = sit(rng, test, ability)
        scores = points.sum(axis=1)
        total += np.array(histogram(scores, test))
        means.append((float(scores.mean()), pupils))
        shares.append((points / test.points).mean(axis=0))
        for name, count in journal(rng, ability, scores, test).items():
            parts[name] += count
    return signs.Group([int(n) for n in total], parts, means), list(map(float, np.mean(shares, axis=0)))


def result(
    rng: Generator,
    test: Paper,
    pupils: int,
    peers: tuple[signs.Group, list[float]],
    *,
    lifted: float = 0.0,
    told: float = 0.0,
) -> signs.Result:
    """A school's result; ``lifted`` and ``told`` are the shares of pupils that were helped over a threshold or told."""
    ability = abilities(rng, pupils)
    points = copied(rng, sit(rng, test, ability), test, told)
    scores = lift(rng, points.sum(axis=1), test, lifted)
    means = (points / test.points).mean(axis=0)
    return signs.Result(
        histogram=histogram(scores, test),
        thresholds=test.thresholds,
        journal=journal(rng, ability, scores, test),
        tasks=[
            signs.Task(level, float(own), theirs)
            for level, own, theirs in zip(test.levels, means, peers[1], strict=True)
        ],
        peers=peers[0],
    )


def any_paper(rng: Generator) -> Paper:
    """Easy or hard, short or long, of one point a task or of several."""
    ease = float(rng.choice([-1.0, 0.0, 1.0, 2.0]))
    return paper(rng, tasks=int(rng.integers(8, 20)), ease=ease, most=int(rng.integers(1, 4)))


def judged_schools(
    *, seed: int, pupils: int, papers: int, schools: int, lifted: float = 0.0, told: float = 0.0
) -> list[list[signs.Sign]]:
    """``papers`` different tests, each sat by ``schools`` schools of that size: the signs of every one."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(papers):
        test = any_paper(rng)
        peers = department(rng, test, max(pupils, 20))
        found += [
            signs.compute(result(rng, test, pupils, peers, lifted=lifted, told=told)) for _ in range(schools)
        ]
    return found
