"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recheck.models import Measure
from tests.factories.recheck import (
    CaseFactory,
    CommissionFactory,
    ExpertFactory,
    SeatFactory,
    SheetImportFactory,
    TieFactory,
)


def case() -> dict[str, Any]:
    return {"pk": CaseFactory().pk}


def seat() -> dict[str, Any]:
    return {"pk": SeatFactory().pk}


def sheet() -> dict[str, Any]:
    return {"pk": SheetImportFactory().pk}


def measure() -> dict[str, Any]:
    found = CaseFactory()
    return {"pk": Measure.objects.create(case=found, text="Обучить", created_by=found.opened_by).pk}


# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = {
    **{
        f"recheck:{name}": ({}, case)
        for name in (
            "case", "tasks", "works", "draw", "redraw", "withdraw", "together", "seat_new", "result", "close",
            "measure_new", "order",
        )
    },
    "recheck:paper": ({}, lambda: {"pk": CaseFactory().pk, "kind": "protocol", "suffix": "pdf"}),
    "recheck:measure_plan": ({}, measure),
    **{
        f"recheck:{name}": ({}, sheet)
        for name in ("sheet", "sheet_columns", "sheet_apply", "sheet_undo", "sheet_discard", "sheet_faults")
    },
    **{
        f"recheck:{name}": ({}, seat)
        for name in ("entry", "entry_hand", "scores", "seat_link", "seat_release", "seat_give_back")
    },
    "recheck:entry_row": ({}, lambda: {"pk": SeatFactory().pk, "row": 1}),
    "recheck:expert": ({}, lambda: {"pk": ExpertFactory().pk}),
    "recheck:tie_new": ({}, lambda: {"pk": ExpertFactory().pk}),
    "recheck:expert_leave": ({}, lambda: {"pk": ExpertFactory().pk}),
    "recheck:tie_end": ({}, lambda: {"pk": TieFactory().pk}),
    "recheck:commission": ({}, lambda: {"pk": CommissionFactory().pk}),
}  # fmt: skip

# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {
    "recheck:link": "the expert's personal secret; only its hash is kept",
    "recheck:link_row": "the same",
    "recheck:link_hand": "the same",
}
