"""Signs of non-objectivity that one can defend: tested statistics of counts, each with its rule, numbers, p and N.

Pure: no Django, no database; numpy is imported when first needed. `compute` judges one school's result in one test,
`together` takes into account that a whole department was judged at once, `read` and `as_json` are the contract of
``manage.py compute_signs``. Method, sources, figures and limits: docs/signs.md.
"""

from schools.signs.judging import chance, compute, fitted, together
from schools.signs.lines import Unreadable, answer, as_json, read
from schools.signs.model import (
    CAUTION,
    CODES,
    DEFAULTS,
    RULES,
    Cohort,
    Group,
    Result,
    Rule,
    Rules,
    Sign,
    Task,
)

__all__ = [
    "CAUTION",
    "CODES",
    "DEFAULTS",
    "RULES",
    "Cohort",
    "Group",
    "Result",
    "Rule",
    "Rules",
    "Sign",
    "Task",
    "Unreadable",
    "answer",
    "as_json",
    "chance",
    "compute",
    "fitted",
    "read",
    "together",
]
