"""The cells of a row under the columns of the head."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from roadmaps.reading.columns import Head, Leaf
from roadmaps.reading.grid import Cell, Row
from roadmaps.reading.text import is_item_number


@dataclass(slots=True)
class Placed:
    """Cells by the key of their column; `spare` are those that stand under none."""

    cells: dict[str, list[Cell]]
    spare: list[Cell] = field(default_factory=list)

    def all(self, key: str) -> list[Cell]:
        """The cells of a column, merged ones included."""
        return self.cells.get(key, [])

    def printed(self, key: str) -> str:
        """What holds for the row in a column, cells merged from above included."""
        return "\n".join(dict.fromkeys(cell.printed for cell in self.all(key) if cell.printed))

    def own(self, key: str) -> str:
        """What the row itself prints in a column."""
        return "\n".join(cell.printed for cell in self.all(key) if cell.printed and not cell.merged)

    @property
    def shared(self) -> bool:
        """Whether number and name share a cell."""
        numbers, texts = self.all("number"), self.all("text")
        return bool(numbers and texts) and numbers[0] is texts[0]

    @property
    def labelled(self) -> bool:
        """Whether the row has an automatic number of its own."""
        return any(cell.label and not cell.merged for key in ("number", "text") for cell in self.all(key))


def place(row: Row, head: Head) -> Placed:
    """By the lines of the grid where they agree with the head's, else by counting cells."""
    if row.width == head.width and _lines_agree(head.leaves, row.cells):
        return _by_grid(head.leaves, row.cells)
    keys = [leaf.key or "" for leaf in head.leaves]
    cells = _without_empty_ends(row.cells, len(keys))
    if len(cells) == len(keys) - 1 and keys[:2] == ["number", "text"] and not is_item_number(cells[0].text):
        placed = {key: [cell] for key, cell in zip(keys[1:], cells, strict=True)}
        return Placed({"number": [cells[0]], **placed})
    return Placed({key: [cell] for key, cell in zip(keys, cells, strict=False)}, list(cells[len(keys) :]))


def _by_grid(leaves: Sequence[Leaf], cells: Sequence[Cell]) -> Placed:
    placed: dict[str, list[Cell]] = {}
    for leaf in leaves:
        under = [cell for cell in cells if cell.column < leaf.end and leaf.start < cell.end]
        placed.setdefault(leaf.key or "", []).extend(under)
    return Placed(placed)


def _lines_agree(leaves: Sequence[Leaf], cells: Sequence[Cell]) -> bool:
    """Whether every cell lies within one column or covers whole ones; otherwise someone has dragged the borders."""
    for cell in cells:
        for leaf in leaves:
            apart = cell.end <= leaf.start or leaf.end <= cell.column
            inside = leaf.start <= cell.column and cell.end <= leaf.end
            around = cell.column <= leaf.start and leaf.end <= cell.end
            if not (apart or inside or around):
                return False
    return True


def _without_empty_ends(cells: Sequence[Cell], wanted: int) -> Sequence[Cell]:
    """Leave out empty cells at the ends while there are more cells than columns."""
    first, last = 0, len(cells)
    while last - first > wanted and not cells[last - 1].printed:
        last -= 1
    while last - first > wanted and not cells[first].printed:
        first += 1
    return cells[first:last]
