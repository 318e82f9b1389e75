"""The form in which meanings are kept, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from roadmaps.deadlines import (
    By,
    BySchedule,
    OnEvent,
    Period,
    Throughout,
    Unclear,
    Window,
    from_json,
    to_json,
)
from tests.roadmaps.deadline_parts import (
    D,
)


def test_json_form_is_the_contracts() -> None:
    parts = (
        By(D("2022-03-01")),
        Window(D("2022-03-01"), D("2022-03-31")),
        Throughout(D("2021-09-01"), D("2022-08-31"), "month", 25),
        OnEvent("assessment_held", after="3 workdays"),
        BySchedule("vpr"),
        Unclear("Какого года?"),
    )
    assert to_json(parts) == [
        {"by": "2022-03-01"},
        {"window": ["2022-03-01", "2022-03-31"]},
        {"throughout": ["2021-09-01", "2022-08-31"], "every": "month", "on": 25},
        {"event": "assessment_held", "after": "3 workdays"},
        {"schedule": "vpr"},
        {"unclear": True},
    ]
    assert from_json(to_json(parts)) == parts


@pytest.mark.parametrize(
    "data",
    [
        {"by": "2022-03-01"},
        "by",
        [1],
        [{}],
        [{"by": "01.03.2022"}],
        [{"by": 5}],
        [{"by": "2022-03-01", "every": "month"}],
        [{"window": ["2022-03-02", "2022-03-01"]}],
        [{"window": ["2022-03-02"]}],
        [{"throughout": ["2022-01-01", "2022-12-31"], "every": "fortnight"}],
        [{"throughout": ["2022-01-01", "2022-12-31"], "on": 25}],
        [{"throughout": ["2022-01-01", "2022-12-31"], "every": "month", "on": 32}],
        [{"event": "assessment_held", "after": "three days"}],
        [{"event": "assessment_held", "after": "1 day", "before": "1 day"}],
        [{"event": ""}],
        [{"schedule": " "}],
        [{"unclear": False}],
    ],
)
def test_json_that_is_no_deadline_is_refused_in_russian(data: object) -> None:
    with pytest.raises(ValueError, match=r"[а-я]"):
        from_json(data)  # type: ignore[arg-type]


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="раньше"):
        Period(date(2022, 9, 1), date(2022, 8, 31))


def test_the_compiler_needs_no_django() -> None:
    code = "import sys, roadmaps.deadlines; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
