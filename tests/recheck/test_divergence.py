"""Divergence: worked by hand, and against the formulas written out anew."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recheck.divergence import Pair, Rule, Scale, compare, disputed, kappa, settled, share

SCALE = Scale({"1": 1, "2": 2, "3": 3}, {"3": 2, "4": 4, "5": 6})


def pair(code, school, expert, mark=None):
    return Pair(
        code, "4А", dict(zip("123", school, strict=True)), dict(zip("123", expert, strict=True)), mark
    )


def test_worked_by_hand():
    result = compare(
        [
            pair("1", (1, 2, 3), (1, 2, 3)),  # nothing
            pair("2", (1, 2, 2), (1, 1, 2)),  # 5 → 4, the mark stays «4»
            pair("3", (1, 2, 1), (1, 1, 0)),  # 4 → 2: «4» → «3»
            pair("4", (0, 1, 0), (0, 2, None)),  # 1 → 2: «2» → «3», lowered
        ],
        SCALE,
        Rule("either", 1),
    )
    assert [(w.before, w.after, w.mark_before, w.mark_after, w.direction) for w in result.works] == [
        (6, 6, 5, 5, ""),
        (5, 4, 4, 4, "завышено"),
        (4, 2, 4, 3, "завышено"),
        (1, 2, 2, 3, "занижено"),
    ]
    assert [w.substantial for w in result.works] == [False, False, True, True]
    assert (result.any.count, result.substantial.count, result.objective.value) == (3, 2, 0.5)
    assert (result.raised, result.lowered, result.marks_changed.count) == (2, 1, 2)
    second = result.tasks[1]
    assert (second.raised, second.lowered, second.points_raised, second.points_lowered) == (2, 1, 2, 1)
    assert [task.number for task in result.typical] == ["2", "3"]
    assert result.agreement.what == "отметки"


@pytest.mark.parametrize(
    ("rule", "substantial"),
    [
        (Rule("mark", 0), 1),
        (Rule("points", 0), 2),
        (Rule("points", 1), 1),
        (Rule("points", 2), 0),
        (Rule("either", 2), 1),
    ],
)
def test_what_is_substantial_is_the_commissions_rule(rule, substantial):
    pairs = [pair("1", (1, 2, 2), (1, 1, 2)), pair("2", (1, 2, 1), (1, 1, 0))]
    assert compare(pairs, SCALE, rule).substantial.count == substantial


def test_zero_and_not_attempted_are_the_same_points():
    result = compare([pair("1", (1, None, 3), (1, 0, 3))], SCALE, Rule())
    assert (result.any.count, result.works[0].tasks) == (0, {})


def test_differences_that_cancel_are_still_differences():
    work = compare([pair("1", (1, 0, 3), (0, 1, 3))], SCALE, Rule()).works[0]
    assert (work.difference, work.differs, work.substantial) == (0, True, False)


def test_without_a_scale_scores_are_compared_and_no_mark_is_invented():
    result = compare(
        [pair("1", (1, 2, 3), (0, 2, 3)), pair("2", (0, 0, 0), (0, 0, 0))], Scale(SCALE.tasks, {}), Rule()
    )
    assert result.agreement.what == "первичные баллы"
    assert (result.works[0].mark_after, result.marks_changed.count) == (None, 0)


def test_the_schools_own_mark_wins_over_the_scale():
    work = compare([pair("1", (1, 2, 1), (1, 2, 1), mark=5)], SCALE, Rule("mark")).works[0]
    assert (work.mark_before, work.mark_after, work.substantial) == (5, 4, True)


def test_nothing_to_compare():
    result = compare([], SCALE, Rule())
    assert (result.any.value, result.any.low, result.agreement.kappa, result.agreement.words) == (
        None, None, None, "не определяется",
    )  # fmt: skip


def test_third_settles_only_what_two_dispute():
    first, second = {"1": 1, "2": 2, "3": None}, {"1": 1, "2": 1, "3": 0}
    assert disputed(first, second) == ["2"]
    assert settled(first, second, {"2": 0}) == {"1": 1, "2": 0, "3": None}


@given(st.integers(0, 60), st.integers(1, 60))
def test_interval_is_wilsons(count, of):
    count = min(count, of)
    found, z = share(count, of), 1.959963984540054
    p, middle = count / of, (count / of + z * z / 2 / of) / (1 + z * z / of)
    half = z / (1 + z * z / of) * (p * (1 - p) / of + z * z / 4 / of / of) ** 0.5
    assert found.low == pytest.approx(max(0, middle - half), abs=1e-9)
    assert found.high == pytest.approx(min(1, middle + half), abs=1e-9)
    assert found.low <= p + 1e-12
    assert p <= found.high + 1e-12


def weighted_kappa(pairs):
    """Cohen's formula, written out: 1 − observed / expected disagreement, weights |i − j|."""
    n = len(pairs)
    observed = sum(abs(a - b) for a, b in pairs) / n
    expected = sum(abs(a - b) for a, _ in pairs for _, b in pairs) / n / n
    return 1 - observed / expected


@given(st.lists(st.tuples(st.integers(2, 5), st.integers(2, 5)), min_size=2, max_size=40))
def test_kappa_is_cohens_with_linear_weights(pairs):
    found = kappa("отметки", pairs)
    if found.kappa is None:
        assert len({a for a, _ in pairs}) == 1 or len({b for _, b in pairs}) == 1
        return
    assert found.kappa == pytest.approx(weighted_kappa(pairs), abs=1e-9)
    assert found.low is None or -1 <= found.low <= found.kappa + 1e-9 <= found.high + 2e-9


def test_heavy_libraries_wait_until_they_are_needed():
    """Web processes that only show lists stay small."""
    code = "import sys, recheck.divergence; print({'numpy', 'scipy', 'statsmodels'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
