"""How an annex's table divides its page: column widths in millimetres, rows that may break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LETTER = 2.15  # mean width of a Cyrillic letter at 12 pt, mm
BOLD = 2.5  # the same in bold, as headings are
WIDE = 4.7  # «№» in bold
PADDING = 3.4  # both sides and the border of a cell, mm
LINE = 5.1  # height of a line at 12 pt, mm
NARROWEST = 20.0
TALLEST = 0.33  # of the page's height: a row higher than this may break over two pages


def widths(content: Mapping[str, Any], *, page: float) -> list[float]:
    """Widths of the columns in mm; together they fill ``page``.

    A number column is as wide as its longest number. The others share the rest by how much they hold, none narrower
    than its longest word (within reason), for rows are as high as their highest cell. Columns of figures take no more
    than they need as long as words stand beside them.
    """
    headings = {column["key"]: column["heading"] for column in content["columns"]}
    cells = {key: _texts(content, key) for key in headings}
    fixed = {key: _number_width(cells[key], headings[key]) for key in headings if key == "number"}
    free = [key for key in headings if key not in fixed]
    rest = page - sum(fixed.values())
    least = {key: _least(cells[key], headings[key]) for key in free}
    weights = {key: _weight(cells[key]) for key in free}
    if set(free) - (of_figures := figures(content)):
        weights |= dict.fromkeys(of_figures, 0.0)
    shared = _share(weights, least, rest)
    return [round(fixed.get(key) or shared[key], 1) for key in headings]


def figures(content: Mapping[str, Any]) -> set[str]:
    """Keys of the columns that hold figures alone (and dashes): they stand one under another at the right."""
    cells = {
        column["key"]: [text for text in _texts(content, column["key"]) if text]
        for column in content["columns"]
    }
    of_figures = {key: [text for text in texts if text.isdecimal()] for key, texts in cells.items()}
    return {
        key
        for key, texts in cells.items()
        if key != "number" and of_figures[key] and set(texts) - set(of_figures[key]) <= {"—"}
    }


def is_tall(item: Mapping[str, str], columns: Mapping[str, float], *, page: float) -> bool:
    """Whether the row would leave too much of a page of this height (mm) empty when kept whole."""
    lines = max(_lines(item.get(key) or "", width) for key, width in columns.items())
    return lines * LINE > page * TALLEST


def _lines(text: str, width: float) -> int:
    letters = max(1.0, (width - PADDING) / LETTER)
    return sum(1 + int(len(line) / letters) for line in text.split("\n"))


def _texts(content: Mapping[str, Any], key: str) -> list[str]:
    return [item.get(key) or "" for section in content["sections"] for item in section["items"]] or [""]


def _number_width(texts: Sequence[str], heading: str) -> float:
    longest = max(LETTER * max(len(text) for text in texts), WIDE * _longest_word(heading))
    return min(24.0, max(11.0, PADDING + longest))


def _least(texts: Sequence[str], heading: str) -> float:
    word = max(LETTER * max(_longest_word(text) for text in texts), BOLD * _longest_word(heading))
    return min(40.0, max(NARROWEST, PADDING + word))


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=0)


def _weight(texts: Sequence[str]) -> float:
    """The length of a long cell (four of five are shorter), softened: width is shared, height is what costs."""
    lengths = sorted(len(text) for text in texts)
    return float(max(lengths[int(len(lengths) * 0.8) - 1 if len(lengths) > 1 else 0], 8)) ** 0.5


def _share(weights: Mapping[str, float], least: Mapping[str, float], rest: float) -> dict[str, float]:
    if sum(least.values()) >= rest:
        scale = rest / sum(least.values())
        return {key: width * scale for key, width in least.items()}
    spare = rest - sum(least.values())
    ideal = {key: weight * rest / sum(weights.values()) for key, weight in weights.items()}
    wanting = {key: max(0.0, ideal[key] - least[key]) for key in weights}
    total = sum(wanting.values()) or 1.0
    return {key: least[key] + spare * wanting[key] / total for key in weights}
