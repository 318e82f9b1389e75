"""``script/figures``: draws what docs/signs.md shows, by the simulator of the tests and the portal's own charts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from portal.lib import charts
from schools import signs
from tests.bench import signs as bench
from tests.schools import simulator

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "signs"


def power() -> charts.Chart:
    series = [charts.Series(f"N = {pupils}", points) for pupils, points in bench.power_curve().items()]
    title = "Power: schools in which a spike is found"
    return charts.lines(series, title=title, across="share of pupils just below lifted over", upward="found")


def alarms() -> charts.Chart:
    found = bench.alarms()
    series = [
        charts.Series("any sign", list(found.items())),
        charts.Series("promised", [(pupils, 0.05) for pupils in found]),
    ]
    title = "Honest schools with any sign, by the number of pupils"
    return charts.lines(series, title=title, across="pupils", upward="schools with a sign", top=0.08)


def school(share: float, title: str) -> charts.Chart:
    """One school of 60 pupils, the same pupils each time."""
    rng = np.random.default_rng(11)
    test = simulator.paper(rng, tasks=14, shares=(0.15, 0.5, 0.8))
    scores = simulator.sit(rng, test, rng.normal(0, 0.8, 60)).sum(axis=1)
    histogram = simulator.histogram(simulator.lift(rng, scores, test, share), test)
    found = signs.compute(signs.Result(histogram=histogram, thresholds=test.thresholds))
    suspects = [sign.at for sign in found if sign.found and sign.at is not None]
    return charts.histogram(
        histogram,
        title=title,
        thresholds=test.thresholds,
        suspects=suspects,
        expected=signs.fitted(histogram),
    )


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    pictures = {
        "power": power(),
        "alarms": alarms(),
        "honest": school(0.0, "An honest school"),
        "helped": school(0.8, "The same school, 80 % of those just below lifted"),
    }
    for name, chart in pictures.items():
        (FOLDER / f"{name}.svg").write_text(chart.svg + "\n", encoding="utf-8")
        print(chart.title)
        for row in chart.rows:
            print("  ", *row)


if __name__ == "__main__":
    main()
