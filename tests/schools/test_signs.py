"""Signs: what is found, what is left in peace, and what each says; the contract of the command."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from django.core.management import call_command
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schools import signs
from schools.signs import model
from schools.signs.judging import beta_binomial_tail
from schools.signs.spike import Curve, benjamini_hochberg, holm
from tests.schools import simulator

LINE = {
    "grade": 4,
    "subject": "МА",
    "max_score": 18,
    "thresholds": {"3": 5, "4": 9, "5": 14},
    "histogram": [0, 0, 1, 1, 1, 2, 2, 0, 0, 9, 2, 2, 1, 1, 1, 1, 1, 0, 0],
}
SMOOTH = [1, 2, 3, 5, 7, 9, 11, 12, 13, 13, 13, 12, 11, 9, 7, 5, 3, 2, 1]


def answer(**changes):
    return signs.answer(json.dumps(LINE | changes))


def by_code(found, code):
    return [sign for sign in found["signs"] if sign["code"] == code]


def test_a_spike_is_found_where_it_stands():
    spikes = by_code(answer(), "threshold_spike")
    assert [(sign["at"], sign["found"]) for sign in spikes] == [(5, False), (9, True), (14, False)]
    assert {(sign["n"], sign["enough_data"]) for sign in spikes} == {(25, True)}
    assert spikes[1]["p"] < 0.01
    assert "На границе «4» (9 баллов) учеников 9" in spikes[1]["text"]
    assert spikes[1]["text"].endswith(model.CAUTION)


def test_a_smooth_distribution_has_no_sign():
    spikes = by_code(answer(histogram=SMOOTH), "threshold_spike")
    assert [sign["found"] for sign in spikes] == [False] * 3


def test_every_sign_answers_when_nothing_is_known():
    found = signs.answer("{}")["signs"]
    assert [(sign["code"], sign["found"], sign["p"], sign["enough_data"]) for sign in found] == [
        (code, False, None, False) for code in signs.CODES
    ]


def test_few_pupils_are_not_judged():
    few = answer(histogram=[0, 0, 0, 0, 0, 3, *[0] * 13], journal={"raised": 3}, peers={"histogram": SMOOTH})
    assert {(sign["found"], sign["enough_data"]) for sign in few["signs"]} == {(False, False)}
    assert all("Мало данных: учеников 3" in sign["text"] for sign in by_code(few, "threshold_spike"))


def test_a_mean_above_the_peers_is_found_and_an_advanced_school_left_in_peace():
    high = {"histogram": [0] * 15 + [5, 6, 8, 6], "peers": {"histogram": SMOOTH}}
    assert by_code(answer(**high), "mean_outlier")[0]["found"]
    assert not by_code(answer(**high, advanced=True), "mean_outlier")[0]["found"]
    low = {"histogram": [6, 8, 6, 5] + [0] * 15, "peers": {"histogram": SMOOTH}}
    assert not by_code(answer(**low), "mean_outlier")[0]["found"]


def test_small_schools_may_stand_further_out():
    def limit(pupils):
        histogram = [0] * 9 + [pupils] + [0] * 9
        (sign,) = by_code(answer(histogram=histogram, peers={"histogram": SMOOTH}), "mean_outlier")
        return sign["numbers"]["limit"]

    assert limit(10) > limit(30) > limit(100)


def test_known_schools_narrow_or_widen_the_interval():
    def limit(means):
        peers = {"histogram": SMOOTH, "schools": [[mean, 50] for mean in means]}
        return by_code(answer(histogram=SMOOTH, peers=peers), "mean_outlier")[0]["numbers"]["limit"]

    assert limit([8.9, 9, 9.1] * 5) < limit([5, 9, 13] * 5)


def test_raised_marks_against_the_department_or_the_set_share():
    journal = {"lowered": 1, "confirmed": 9, "raised": 15}
    (alone,) = by_code(answer(journal=journal), "raised_marks")
    assert alone["found"]
    assert "заданная отделом" in alone["text"]
    peers = {"journal": {"lowered": 100, "confirmed": 400, "raised": 600}}
    (usual,) = by_code(answer(journal=journal, peers=peers), "raised_marks")
    assert not usual["found"]


def test_hard_tasks_better_and_easy_worse_than_the_peers():
    def tasks(easy, hard):
        return [{"level": "basic", "max": 1, "mean": easy, "peer_mean": 0.8}] * 6 + [
            {"level": "high", "max": 2, "mean": hard, "peer_mean": 0.3}
        ] * 4

    def found(easy, hard):
        return by_code(answer(tasks=tasks(easy, hard), participants=60), "hard_over_easy")[0]["found"]

    assert found(0.6, 0.6)
    assert not found(0.95, 0.6)  # a strong school is better in both
    assert not found(0.4, 0.25)  # a weak one worse in both


def test_a_cohort_that_falls_back_is_found():
    before = {"histogram": [0] * 14 + [10, 10, 10, 5, 0], "peers": {"histogram": SMOOTH}}
    peers = {"histogram": SMOOTH}
    assert by_code(answer(histogram=SMOOTH[::-1], previous=before, peers=peers), "cohort_break")[0]["found"]
    same = answer(histogram=before["histogram"], previous=before, peers=peers)
    assert not by_code(same, "cohort_break")[0]["found"]


def test_a_sign_that_is_switched_off_is_not_computed():
    rules = signs.Rules(levels={model.SPIKE: 0.02})
    found = signs.compute(signs.read(json.dumps(LINE)), rules)
    assert {sign.code for sign in found} == {"threshold_spike"}


def test_a_department_judged_at_once_finds_less():
    one = signs.compute(signs.read(json.dumps(LINE)))
    honest = signs.compute(signs.read(json.dumps(LINE | {"histogram": SMOOTH})))
    weak = [replace(sign, p=0.019, found=True) if sign.at == 9 else sign for sign in one]
    for control in ("bh", "holm"):
        judged = signs.together([weak, *[honest] * 60], signs.Rules(control=control))
        assert [sign.found for sign in judged[0]] == [False] * len(one)
        assert all(sign.adjusted is None for sign in judged[0] if not sign.enough_data)
    assert signs.together([weak], signs.Rules(control="none")) == [weak]


def test_adjustments_agree_with_statsmodels():
    from statsmodels.stats.multitest import multipletests

    chances = [0.01, 0.5, 0.03, 0.002, 0.04, 1.0, 0.03]
    assert holm(chances) == pytest.approx(list(multipletests(chances, method="holm")[1]))
    assert benjamini_hochberg(chances) == pytest.approx(list(multipletests(chances, method="fdr_bh")[1]))


def test_the_tail_of_raised_marks_agrees_with_scipy():
    from scipy import stats

    for successes, n, share in ((0, 5, 0.3), (15, 25, 0.2), (40, 90, 0.31)):
        a, b = share * 19, (1 - share) * 19
        tail = stats.betabinom.sf(successes - 1, n, a, b)
        assert beta_binomial_tail(successes, n, share, 0.05) == pytest.approx(tail)
        binomial = stats.binom.sf(successes - 1, n, share)
        assert beta_binomial_tail(successes, n, share, 0) == pytest.approx(binomial, rel=1e-4)


def test_the_tail_of_a_spike_agrees_with_chance():
    """The formula's p against the share of as high heaps among distributions drawn from the curve itself."""
    rng = np.random.default_rng(5)
    curve = Curve([round(n / 4) for n in SMOOTH])
    chances = curve.expected / curve.expected.sum()
    drawn = rng.multinomial(int(curve.total), chances, size=1500)
    p = np.array([Curve(histogram).heap(9, 0.0)[0] for histogram in drawn])
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.02)
    assert (p <= 0.01).mean() == pytest.approx(0.01, abs=0.008)


# --- the contract --------------------------------------------------------------------------------------------------

FAULTS = {
    "{": "не является JSON",
    "[1]": "«строка»: ожидается объект",
    '{"histogram": 5}': "«histogram»: ожидается список",
    '{"histogram": [1, -2]}': "«histogram[1]»: ожидается целое число",
    '{"histogram": [1, true]}': "получено true",
    '{"histogram": [1, NaN]}': "«histogram[1]»",
    '{"histogram": [1, 2], "max_score": 5}': "нужно 6 значений",
    '{"thresholds": {"3": 9, "4": 5}}': "должны возрастать",
    '{"thresholds": {"6": 9}}': "неизвестная отметка",
    '{"thresholds": {"3": 25}, "max_score": 18}': "от 1 до 18",
    '{"journal": [1]}': "«journal»: ожидается объект",
    '{"tasks": [{"level": "лёгкий", "mean": 0.5}]}': "basic, raised или high",
    '{"tasks": [{"level": "basic", "mean": 70}]}': "доля от 0 до 1, получено 70",
    '{"histogram": [1, 2], "peers": {"histogram": [1]}}': "«peers.histogram»: значений 1",
    '{"peers": {"schools": [[1]]}}': "«peers.schools[1]»",
    '{"previous": 5}': "«previous»: ожидается объект",
    '{"max_score": 100000}': "от 0 до 1000",
}  # fmt: skip


@pytest.mark.parametrize("line", FAULTS)
def test_a_bad_line_says_what_and_where(line):
    given_back = signs.answer(line)
    assert list(given_back) == ["error"]
    assert FAULTS[line] in given_back["error"]


def test_the_command_answers_each_line_and_goes_on_after_a_bad_one(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{json.dumps(LINE)}\n\nчушь\n{{}}\n"))
    call_command("compute_signs", "--json", stdout=out)
    first, bad, last = (json.loads(line) for line in out.getvalue().splitlines())
    assert [sign["at"] for sign in by_code(first, "threshold_spike")] == [5, 9, 14]
    assert list(bad) == ["error"]
    assert len(last["signs"]) == 5


def test_the_command_speaks_without_json(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{json.dumps(LINE)}\n[]\n"))
    call_command("compute_signs", stdout=out)
    assert "▲ Всплеск на границе отметки: На границе «4»" in out.getvalue()
    assert "Ошибка: «строка»" in out.getvalue()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**12) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from(list(LINE)), inner),
    max_leaves=12,
)
PARTS = [*LINE, "journal", "peers", "tasks", "previous", "participants", "advanced"]


@given(st.dictionaries(st.sampled_from(PARTS), JSON) | JSON)
@example({"histogram": [0] * 30, "thresholds": {"3": 5}})
def test_whatever_is_sent_gets_an_answer(value):
    given_back = signs.answer(json.dumps(value))
    assert set(given_back) in ({"signs"}, {"error"})


@settings(max_examples=200)
@given(
    histogram=st.lists(st.integers(0, 40) | st.just(0), min_size=1, max_size=60),
    pupils=st.integers(1, 1000),
    cut=st.integers(1, 30),
)
@example(histogram=[0, 0, 0, 0, 0, 0, 0, 25], pupils=1, cut=4)
@example(histogram=[10**6] * 40, pupils=1000, cut=9)
def test_any_distribution_is_judged_without_a_fault(histogram, pupils, cut):
    result = signs.Result(
        histogram=[n * pupils for n in histogram],
        thresholds={"3": cut, "4": cut + 3, "5": cut + 9},
        peers=signs.Group(histogram=histogram),
    )
    for sign in signs.compute(result):
        assert sign.p is None or 0 <= sign.p <= 1
        assert sign.enough_data or not sign.found


# --- the simulator -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pupils", [10, 15, 20, 25, 35, 60, 120])
def test_honest_schools_are_left_in_peace(pupils):
    """Any of the signs at most in one of twenty honest schools, whatever the test; four standard errors allowed."""
    judged = simulator.judged_schools(seed=pupils, pupils=pupils, papers=12, schools=20)
    alarms = sum(any(sign.found for sign in found) for found in judged)
    assert alarms / len(judged) <= 0.05 + 4 * (0.05 * 0.95 / len(judged)) ** 0.5 / 2


@pytest.mark.parametrize(("pupils", "share", "least"), [(25, 0.9, 0.6), (50, 0.6, 0.6), (100, 0.5, 0.8)])
def test_lifted_pupils_are_found(pupils, share, least):
    judged = simulator.judged_schools(seed=1, pupils=pupils, papers=15, schools=8, lifted=share)
    found = sum(any(sign.found and sign.code == "threshold_spike" for sign in one) for one in judged)
    assert found / len(judged) >= least


def test_told_answers_are_found():
    judged = simulator.judged_schools(seed=2, pupils=50, papers=15, schools=8, told=0.5)
    found = sum(any(sign.found for sign in one) for one in judged)
    assert found / len(judged) >= 0.4
