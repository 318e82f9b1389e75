"""Where a table begins, and what stands over its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from portal.lib.excel.model import Merge, Sheet


@dataclass(frozen=True)
class Head:
    """Where the table begins: the head's rows (zero-based, ``bottom`` included) and the text of each column."""

    top: int
    bottom: int
    headings: dict[int, str]


def find_head(sheet: Sheet, score: Callable[[dict[int, str]], int], *, within: int = 40) -> Head | None:
    """The row among the first ``within`` whose headings ``score`` highest (the first of equals); 0 is no head.

    A head of several rows (merged cells) is read as one: «Наименование» over «полное» is «Наименование полное».
    """
    best, best_score = None, 0
    for top in range(min(within, len(sheet.rows))):
        head = head_at(sheet, top)
        points = score(head.headings)
        if points > best_score:
            best, best_score = head, points
    return best


def head_at(sheet: Sheet, top: int) -> Head:
    """The head that begins in zero-based row ``top``; merged cells say how many rows it takes."""
    starting = [merge for merge in sheet.merges if merge.top == top]
    bottom = max((merge.bottom for merge in starting), default=top)
    if (
        bottom == top
        and any(merge.right > merge.left for merge in starting)
        and _has_subheadings(sheet, starting)
    ):
        bottom = top + 1
    bottom = min(bottom, top + 3, len(sheet.rows) - 1)
    headings: dict[int, list[str]] = {}
    for row in range(top, bottom + 1):
        spread = {
            column: merge.left
            for merge in sheet.merges
            if merge.top == row and merge.right > merge.left
            for column in range(merge.left, min(merge.right, 500) + 1)
        }
        width = max([len(sheet.rows[row]), *(column + 1 for column in spread)], default=0)
        for column in range(width):
            text = str(_at(sheet.rows[row], spread.get(column, column))).strip()
            if text and text not in headings.setdefault(column, []):
                headings[column].append(text)
    return Head(top, bottom, {column: " ".join(parts) for column, parts in headings.items() if parts})


def _has_subheadings(sheet: Sheet, merges: Sequence[Merge]) -> bool:
    """A merged heading of a true head stands beside other headings; a title's merge stands alone."""
    top = merges[0].top
    if top + 1 >= len(sheet.rows) or sum(1 for cell in sheet.rows[top] if cell != "") < 2:
        return False
    below = sheet.rows[top + 1]
    beside = [
        column
        for column, cell in enumerate(below)
        if cell != "" and not any(merge.left <= column <= merge.right for merge in merges)
    ]
    return not beside and any(cell != "" for cell in below)


def _at(row: Sequence[Any], column: int) -> Any:
    return row[column] if column < len(row) else ""
