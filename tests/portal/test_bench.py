"""The arithmetic of `script/bench --scale`."""

from __future__ import annotations

from tests.bench.scale import Times, p95, sizes


def test_nineteen_of_twenty_are_within_p95():
    assert p95([float(n) for n in range(20, 0, -1)]) == 19
    assert p95([float(n) for n in range(1, 31)]) == 29
    assert p95([7.0]) == 7


def test_a_page_keeps_its_promise_by_time_and_by_ratio():
    assert Times([50.0, 60.0], [50.0, 60.0]).keeps
    assert not Times([50.0, 120.0], [50.0, 120.0]).keeps
    slower = Times([60.0, 70.0, 90.0], [50.0, 50.0, 50.0])
    assert (slower.ratio, slower.keeps) == (1.4, False)


def test_the_region_of_the_bench_is_the_one_promised():
    assert sizes([]) == {"departments": 100, "schools": 40, "items": 60}
    assert sizes(["--departments", "3"]) == {"departments": 3, "schools": 40, "items": 60}
