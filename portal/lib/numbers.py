"""Numbers as they come in a request."""

from __future__ import annotations

LARGEST = 2**63 - 1  # what a database keeps


def row_number(text: str) -> int:
    """The number of a row that a form names; 0, which no row has, for anything else."""
    number = int(text) if text.isdecimal() and len(text) < 20 else 0
    return number if number <= LARGEST else 0
