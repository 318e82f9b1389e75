"""How an annex's table divides its page: column widths in millimetres, rows that may break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LETTER = 2.15  # mean width of a Cyrillic letter at 12 pt, mm
PADDING = 3.4  # both sides and the border of a cell, mm
LINE = 5.1  # height of a line at 12 pt, mm
NARROWEST = 20.0
TALLEST = 110.0  # a row higher than this may break over two pages


def widths(content: Mapping[str, Any], *, page: float) -> list[float]:
    """Widths of the columns in mm; together they fill ``page``.

    A number column is as wide as its longest number. The others share the rest by how much they hold, none narrower
    than its longest word (within reason), for rows are as high as their highest cell.
    """
    keys = [column["key"] for column in content["columns"]]
    cells = {column["key"]: _texts(content, column["key"]) for column in content["columns"]}
    fixed = {key: _number_width(cells[key]) for key in keys if key == "number"}
    free = [key for key in keys if key not in fixed]
    rest = page - sum(fixed.values())
    least = {key: _least(cells[key], [column for column in content["columns"] if column["key"] == key]) for key in free}
    shared = _share({key: _weight(cells[key]) for key in free}, least, rest)
    return [round(fixed.get(key) or shared[key], 1) for key in keys]


def is_tall(item: Mapping[str, str], keys: Sequence[str], columns: Sequence[float]) -> bool:
    """Whether the row would be too high to be kept on one page."""
    return max(_lines(item.get(key) or "", width) for key, width in zip(keys, columns, strict=True)) * LINE > TALLEST


def _lines(text: str, width: float) -> int:
    letters = max(1.0, (width - PADDING) / LETTER)
    return sum(1 + int(len(line) / letters) for line in text.split("\n"))


def _texts(content: Mapping[str, Any], key: str) -> list[str]:
    return [item.get(key) or "" for section in content["sections"] for item in section["items"]] or [""]


def _number_width(texts: Sequence[str]) -> float:
    return min(24.0, max(11.0, PADDING + LETTER * max(len(text) for text in texts)))


def _least(texts: Sequence[str], columns: Sequence[Mapping[str, str]]) -> float:
    words = [word for text in [*texts, *(column["heading"] for column in columns)] for word in text.split()]
    longest = max((len(word) for word in words), default=0)
    return min(45.0, max(NARROWEST, PADDING + LETTER * min(longest, 16)))


def _weight(texts: Sequence[str]) -> float:
    """The length of a long cell (four of five are shorter), softened: width is shared, height is what costs."""
    lengths = sorted(len(text) for text in texts)
    return float(max(lengths[int(len(lengths) * 0.8) - 1 if len(lengths) > 1 else 0], 8)) ** 0.62


def _share(weights: Mapping[str, float], least: Mapping[str, float], rest: float) -> dict[str, float]:
    if sum(least.values()) >= rest:
        scale = rest / sum(least.values())
        return {key: width * scale for key, width in least.items()}
    spare = rest - sum(least.values())
    ideal = {key: weight * rest / sum(weights.values()) for key, weight in weights.items()}
    wanting = {key: max(0.0, ideal[key] - least[key]) for key in weights}
    total = sum(wanting.values()) or 1.0
    return {key: least[key] + spare * wanting[key] / total for key in weights}
