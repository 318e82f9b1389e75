"""The sample: the same everywhere, fair by strata, deaf to the order of its input."""

from __future__ import annotations

import io
import json
import random
import sys
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.refusals import Refused
from recheck.sampling import Entry, allot, commitment, digest, draw

WORKS = [Entry(f"{70000 + n}", "4А" if n % 3 else "4Б", str(2 + n * 7 % 4)) for n in range(40)]


@st.composite
def lists(draw_from):
    codes = draw_from(
        st.lists(st.text("0123456789АБВ", min_size=1, max_size=6), min_size=1, max_size=60, unique=True)
    )
    return [
        Entry(code, draw_from(st.sampled_from(["4А", "4Б", "5В"])), draw_from(st.sampled_from("2345")))
        for code in codes
    ]


def test_golden_values():
    """Written down once: another machine, Python or version of the portal must find the same."""
    drawn = draw("Белый аист 2026", 6, WORKS)
    assert drawn.codes == ("70016", "70007", "70002", "70005", "70000", "70027")
    assert drawn.works_digest == "defeb2c0dd9a4a66451f440783820fb4a21d9c64d8bbdcbd95488f1e66e96594"
    assert digest("зерно", "10001") == "6a7d316469b8e5b1d08acbb0700b851d0932f0db8b3499ea79fc70c55ed51d4a"


@given(lists(), st.integers(0, 10**9), st.data())
def test_is_a_stratified_sample_of_the_size_asked(works, number, data):
    size = data.draw(st.integers(1, len(works)))
    drawn = draw(str(number), size, works)
    assert len(set(drawn.codes)) == len(drawn.codes) == size
    of = Counter(work.stratum for work in works)
    assert {(s.class_name, s.mark): s.works for s in drawn.strata} == dict(of)
    stratum_of = {work.code: work.stratum for work in works}
    for stratum in drawn.strata:
        assert {stratum_of[code] for code in stratum.drawn} <= {(stratum.class_name, stratum.mark)}
        exact = size * stratum.works / len(works)
        assert abs(len(stratum.drawn) - exact) < 1


@given(lists(), st.randoms(use_true_random=False))
def test_order_of_the_input_changes_nothing(works, luck):
    mixed = list(works)
    luck.shuffle(mixed)
    size = max(1, len(works) // 3)
    assert draw("зерно", size, mixed) == draw("зерно", size, works)


def test_every_work_of_a_stratum_has_the_same_chance():
    """Over 600 seeds each of 40 works comes up 150 times, within five standard deviations."""
    alike = [Entry(work.code, "4А", "3") for work in WORKS]
    seen = Counter(code for seed in range(600) for code in draw(str(seed), 10, alike).codes)
    deviation = (600 * 0.25 * 0.75) ** 0.5
    assert max(abs(seen[work.code] - 150) for work in alike) < 5 * deviation


def test_remainders_go_to_the_largest():
    places = allot("s", 5, {("4А", "3"): 6, ("4А", "4"): 3, ("4А", "5"): 1})
    assert sum(places.values()) == 5
    assert places[("4А", "3")] == 3


def test_letters_written_in_two_ways_are_the_same_code():
    assert draw("s", 1, [Entry("Й1")]).codes == draw("s", 1, [Entry("И\N{COMBINING BREVE}1")]).codes


def test_commitment_is_of_the_seed_itself():
    assert commitment(" abc ") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("seed", "size", "works", "words"),
    [
        ("", 1, WORKS, "Нет зерна"),
        ("s", 1, [], "Список работ пуст"),
        ("s", 0, WORKS, "не меньше 1"),
        ("s", 41, WORKS, "В выборке 41 работ, а всего их 40"),
        ("s", 1, [Entry("7"), Entry("7 ")], "Код «7» встречается дважды"),
        ("s", 1, [Entry(" ")], "У работы 1 нет кода"),
    ],
)
def test_refuses_in_words(seed, size, works, words):
    with pytest.raises(Refused, match=words):
        draw(seed, size, works)


def ask(monkeypatch, data: bytes) -> str:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    out = io.StringIO()
    call_command("draw_sample", "--json", stdout=out)
    return out.getvalue()


def test_command_answers_in_json(monkeypatch):
    works = [{"code": 1, "class": "4А", "mark": 3}, {"code": "2", "class": "4А", "mark": 3}]
    answer = json.loads(ask(monkeypatch, json.dumps({"seed": "s", "size": 1, "works": works}).encode()))
    assert answer["drawn"] == answer["strata"][0]["drawn"]
    assert answer["strata"] == [{"class": "4А", "mark": "3", "works": 2, "drawn": answer["drawn"]}]
    assert (answer["algorithm"], answer["version"]) == ("sha256-strata", 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "не JSON"),
        (b"[]", "Нужен объект"),
        (b'{"seed": "s"}', "size, works"),
        (b'{"seed": "s", "size": "1", "works": []}', "целым числом"),
        (b'{"seed": "s", "size": true, "works": []}', "целым числом"),
        (b'{"seed": null, "size": 1, "works": []}', "строкой"),
        (b'{"seed": "s", "size": 1, "works": {}}', "списком"),
        (b'{"seed": "s", "size": 1, "works": [1]}', "Работа 1"),
        (b'{"seed": "s", "size": 1, "works": [{"code": [1]}]}', "Работа 1: «code»"),
        (b'{"seed": "s", "size": 2, "works": [{"code": 1}]}', "всего их 1"),
        ("{}".encode("utf-16"), "не в кодировке UTF-8"),
    ],
)
def test_command_says_what_is_wrong(monkeypatch, data, words):
    with pytest.raises(CommandError, match=words):
        ask(monkeypatch, data)


def test_random_is_not_used():
    random.seed(1)
    first = draw("s", 5, WORKS)
    random.seed(2)
    assert draw("s", 5, WORKS) == first


def test_command_answers_a_fault_in_json_too(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("э".encode())))
    out = io.StringIO()
    with pytest.raises(CommandError, match="строка 1, знак 1"):
        call_command("draw_sample", "--json", stdout=out)
    assert json.loads(out.getvalue())["error"].startswith("Это не JSON: строка 1")
