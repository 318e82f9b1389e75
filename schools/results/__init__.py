"""Results of the VPR out of the files of ФИС ОКО and of schools' own forms: pure Python, no Django.

``read(data)`` finds the tables by their heads, turns percentages into pupils, counts a school's form up to marks,
first scores and tasks, and names everything that does not fit by its cell. Nothing is guessed.
"""

from portal.lib.excel import Unreadable
from schools.results.reading import read
from schools.results.records import FORM_NAMES, MARKS, MOVES, Form, Given, Reading, Row, Scale, Table

__all__ = [
    "FORM_NAMES",
    "MARKS",
    "MOVES",
    "Form",
    "Given",
    "Reading",
    "Row",
    "Scale",
    "Table",
    "Unreadable",
    "read",
]
