"""Who watches which session: a plan without conflicts of interest, found by HiGHS, explained in Russian.

Pure Python: knows nothing of Django or the database. `read` takes the JSON of ``manage.py solve_observers``, `solve`
plans, `cause` says why one observer cannot go to one session.
"""

from observers.solver.checks import CAUSES, ONE, Cause, cause, hindrance, teaches_it
from observers.solver.planning import Plan, Unfilled, solve
from observers.solver.problem import Child, Impossible, Observer, Problem, Session
from observers.solver.reading import read

__all__ = [
    "CAUSES",
    "ONE",
    "Cause",
    "Child",
    "Impossible",
    "Observer",
    "Plan",
    "Problem",
    "Session",
    "Unfilled",
    "cause",
    "hindrance",
    "read",
    "solve",
    "teaches_it",
]
