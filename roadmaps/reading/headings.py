"""Rows that are no items: sections, repeated heads, the count of columns."""

import re
from collections.abc import Sequence
from itertools import pairwise

from roadmaps.reading.columns import Head
from roadmaps.reading.grid import Cell, Row
from roadmaps.reading.place import place
from roadmaps.reading.text import Heading, is_item_number, one_line, section_heading

_LONG = 300


def is_count(cells: Sequence[Cell]) -> bool:
    """The row «1 2 3 4 5» under the head."""
    numbers = [one_line(cell.printed).rstrip(".") for cell in cells]
    if len(numbers) < 3 or not all(re.fullmatch(r"\d{1,2}", number) for number in numbers):
        return False
    return all(int(after) == int(before) + 1 for before, after in pairwise(numbers))


def heading_in(row: Row, head: Head, previous: str | None, following: Row | None) -> Heading | None:
    """The section heading that the row holds, None when it is no section row.

    One filled cell over (nearly) all columns, the same text in all of them, one cell in bold or with a section's
    number alone, or number and title in two cells. `previous` is the number of the section before.
    """
    own = row.own()
    if _repeats_one_text(own, head):
        return heading_of(own[0].printed, previous)
    if any(cell.merged and cell.printed for cell in row.cells):
        return None
    if len(own) == 1:
        return heading_of(own[0].printed, previous) if _is_lone_heading(own[0], row, head, previous) else None
    if len(own) == 2 and _is_numbered_heading(row, head, following):
        return _of_two_cells(one_line(own[0].printed), one_line(own[1].printed), previous)
    return None


def heading_of(text: str, previous: str | None) -> Heading:
    """Any text as a section's heading, with its number where it has one."""
    printed = one_line(text)
    return section_heading(text, previous) or Heading(None, printed, printed)


def _of_two_cells(number: str, title: str, previous: str | None) -> Heading:
    printed = f"{number} {title}"
    bare = number.rstrip(".) ")
    return section_heading(printed, previous) or Heading(bare, title, printed, dotted=number.endswith("."))


def _repeats_one_text(own: Sequence[Cell], head: Head) -> bool:
    enough = len(own) >= max(2, head.headed - 1)
    return enough and len({cell.printed for cell in own}) == 1 and not is_item_number(own[0].printed)


def _is_lone_heading(cell: Cell, row: Row, head: Head, previous: str | None) -> bool:
    if is_item_number(cell.printed) or len(cell.text) > 2 * _LONG:
        return False
    if _covers(cell, row, head, head.headed - 1):
        return True
    if len(row.cells) == 1:
        return not cell.text[:1].islower()
    if len(cell.text) > _LONG:
        return False
    in_number_column = any(leaf.key == "number" and cell.end <= leaf.end for leaf in head.leaves)
    heading = section_heading(cell.printed, previous)
    if cell.bold or (heading and "." not in (heading.number or "") and not cell.printed[0].isdigit()):
        return True
    return in_number_column and len(cell.text) > 3 and not cell.text[:1].islower()


def _covers(cell: Cell, row: Row, head: Head, wanted: int) -> bool:
    """Whether the cell spans at least so many named columns."""
    if cell.span == 1:
        return False
    if row.width != head.width:
        return cell.span >= row.width - (head.headed - wanted)
    named = [leaf for leaf in head.leaves if leaf.heading]
    return sum(cell.column < leaf.end and leaf.start < cell.end for leaf in named) >= wanted


def _is_numbered_heading(row: Row, head: Head, following: Row | None) -> bool:
    """The number stands in a cell of its own: «II | Контроль | | |»."""
    number, title = row.own()
    written = one_line(number.printed)
    if number is not next((cell for cell in row.cells if cell.printed), None) or is_item_number(
        title.printed
    ):
        return False
    if re.fullmatch(r"[IVX]+[.)]?", written):
        return True
    placed = place(row, head)
    if number not in placed.all("number") or title in placed.all("number") or title not in placed.all("text"):
        return False
    if not is_item_number(written):
        return section_heading(f"{written} {one_line(title.text)}") is not None  # «Раздел 2 | Контроль»
    return title.bold or _covers(title, row, head, head.headed - 2) or _opens_numbering(written, following)


def _opens_numbering(written: str, following: Row | None) -> bool:
    """Whether the row after «2.» is numbered 2.1 or begins anew: then «2.» is no item."""
    plain = re.fullmatch(r"(\d{1,2})\.?", written)
    if plain is None or following is None or not following.own():
        return False
    after = re.match(r"(\d{1,2})\.?(\d)?", one_line(following.own()[0].printed))
    if after is None or len(following.own()) < 3:
        return False
    return after[1] == plain[1] if after[2] else int(after[1]) <= int(plain[1])
