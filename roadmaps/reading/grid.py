"""What every source is turned into before it is understood: lines of text and tables of cells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

Raw = float | int | date | datetime | time | None


class Paragraph(NamedTuple):
    """One paragraph of a cell or of the text: `label` is its automatic number or bullet."""

    text: str
    label: str = ""
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph outside tables; an empty `text` is an empty paragraph, which separates groups of lines."""

    text: str
    label: str = ""
    bold: bool = False
    centred: bool = False

    @property
    def printed(self) -> str:
        """The text as it is seen, with its automatic number."""
        return f"{self.label} {self.text}".strip()


@dataclass(slots=True)
class Cell:
    """One printed cell: where it begins in the grid, how many grid columns it spans.

    `merged`: the lower part of a cell merged downwards; `text` repeats the upper part's. `raw` is Excel's own
    number or date behind the text. `tables` are tables inside the cell.
    """

    text: str = ""
    label: str = ""
    bold: bool = False
    column: int = 0
    span: int = 1
    merged: bool = False
    raw: Raw = None
    tables: Sequence["Table"] = ()

    @property
    def end(self) -> int:
        """The first grid column after the cell."""
        return self.column + self.span

    @property
    def printed(self) -> str:
        """The text as it is seen, with its automatic number."""
        return f"{self.label} {self.text}".strip()


@dataclass(slots=True)
class Row:
    """The cells of one row from left to right, merged ones included; `where` names the place for a person."""

    cells: list[Cell]
    where: str

    @property
    def width(self) -> int:
        """Grid columns that the row covers."""
        return self.cells[-1].end if self.cells else 0

    def own(self) -> list[Cell]:
        """Cells that hold something printed in this very row."""
        return [cell for cell in self.cells if cell.printed and not cell.merged]


@dataclass(slots=True)
class Table:
    """A table, a worksheet or a pasted block; `name` as a person would call it."""

    rows: list[Row]
    name: str
    sheet: bool = False


Block = Line | Table


@dataclass(slots=True)
class Source:
    """A document as blocks in reading order, and remarks made while taking it apart: (where, message, remedy)."""

    blocks: list[Block] = field(default_factory=list)
    remarks: list[tuple[str, str, str]] = field(default_factory=list)


def cell_from(
    paragraphs: Sequence[Paragraph], *, column: int = 0, span: int = 1, tables: Sequence["Table"] = ()
) -> Cell:
    """A cell of several paragraphs, one line each; the first one's number becomes the cell's label."""
    filled = [each for each in paragraphs if each.text or each.label]
    if not filled:
        return Cell(column=column, span=span, tables=tables)
    first = filled[0]
    label = first.label if any(letter.isalnum() for letter in first.label) else ""
    opening = first.text if label else f"{first.label} {first.text}".strip()
    lines = [opening, *(f"{each.label} {each.text}".strip() for each in filled[1:])]
    texts = [each for each in filled if each.text]
    bold = bool(texts) and all(each.bold for each in texts)
    text = "\n".join(line for line in lines if line)
    return Cell(text, label, bold, column, span, tables=tables)


class GridBuilder:
    """Lays cells with column and row spans (HTML, Excel) out in rows, with the merged parts filled in."""

    def __init__(self) -> None:
        self._hanging: dict[
            int, tuple[Cell, int]
        ] = {}  # column → cell above and how many rows it still reaches

    def row(self, cells: Sequence[tuple[Cell, int]], where: str) -> Row:
        """The next row from its own cells, each with its row span."""
        laid: list[Cell] = []
        column = 0
        coming = list(cells)
        above, self._hanging = self._hanging, {}
        while coming or any(at >= column for at in above):
            if column in above:
                column = self._lower_part(*above[column], laid)
            elif coming:
                cell, rows = coming.pop(0)
                cell.column = column
                laid.append(cell)
                if rows > 1:
                    self._hanging[column] = (cell, rows - 1)
                column = cell.end
            else:
                laid.append(Cell(column=column))
                column += 1
        return Row(laid, where)

    def _lower_part(self, above: Cell, rows: int, laid: list[Cell]) -> int:
        laid.append(
            Cell(above.text, above.label, above.bold, above.column, above.span, merged=True, raw=above.raw)
        )
        if rows > 1:
            self._hanging[above.column] = (above, rows - 1)
        return above.end
