"""A list of schools out of whatever Excel file there is: pure Python, no Django.

``read(data)`` finds the table, tells schools from titles, groups and totals, repairs what can be repaired for
certain and names everything else by its cell. Nothing is guessed.
"""

from portal.lib.excel import Unreadable
from schools.listing.reading import Reading, Unfound, read
from schools.listing.rows import FIELDS, Fault, Listing, Row, Skipped, Table, named
from schools.listing.shape import SHAPE
from schools.listing.text import fold

__all__ = [
    "FIELDS",
    "SHAPE",
    "Fault",
    "Listing",
    "Reading",
    "Row",
    "Skipped",
    "Table",
    "Unfound",
    "Unreadable",
    "fold",
    "named",
    "read",
]
