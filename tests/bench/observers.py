"""Observers: the solver on a generated district."""

from __future__ import annotations

from tests.bench.measure import line, median


def solve_observers() -> None:
    """60 schools, 600 sessions, 150 observers; yardstick: the plan by hand, whoever is free and has least to do."""
    from observers import solver
    from observers.solver import planning
    from tests.observers.districts import district, faults

    question = district()
    problem = solver.read(question)
    plan = solver.solve(problem)
    assert faults(question, plan.as_json()) == [], "not feasible"
    took = median(lambda: solver.solve(problem), 3)
    by_hand = median(lambda: planning.first_plan(planning.Field(problem)), 3)
    line(
        f"solve 600 sessions, 150 observers ({plan.status})",
        f"{took:.2f} s",
        "< 10 s",
        f"{took / by_hand:.0f}× a plan by hand, {len(plan.unfilled)} sessions unfilled",
    )


BENCHES = (solve_observers,)
