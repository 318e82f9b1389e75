"""Numbers of a report: cells with a decimal comma, percentages, and how percentages become pupils."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from portal.lib.excel import Broken
from schools.listing.text import tidy
from schools.listing.values import DASHES, Bad, as_text

TOLERANCE = 0.2  # of 100 %, by which rounded percentages of few parts may miss it
_NUMBER = re.compile(r"([-−]?\d+(?:[.,]\d+)?) ?%?")
NO_NUMBER = ("Это не число.", "Впишите число, например 25,5.")
_WHOLE = re.compile(r"\d+(?:[.,]0+)?")


@dataclass(frozen=True)
class Number:
    """A number and to how many decimals it was written."""

    value: float
    decimals: int = 0


def number(cell: Any) -> Number | None:
    """The number in a cell; None when it is empty or a dash; raises `Bad`."""
    if isinstance(cell, Broken):
        raise Bad(f"В ячейке ошибка формулы: {cell}.", "Впишите само число вместо формулы.")
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _finite(float(cell))
    return _written(cell if isinstance(cell, str) else as_text(cell) and "?")


@lru_cache(maxsize=8192)
def _written(text: str) -> Number | None:
    """A number typed as text: the same few percentages fill a whole report."""
    text = tidy(text)
    if not text or text in DASHES:
        return None
    match = _NUMBER.fullmatch(text.replace(" ", "") if text[:1].isdigit() else text)
    if match is None:
        raise Bad(*NO_NUMBER)
    _, _, fraction = match[1].replace(",", ".").partition(".")
    return Number(float(match[1].replace(",", ".").replace("−", "-")), len(fraction))


def _finite(value: float) -> Number:
    if not math.isfinite(value):
        raise Bad(*NO_NUMBER)
    _, _, fraction = repr(round(value, 6)).partition(".")
    return Number(value, 0 if fraction == "0" else min(len(fraction), 4))


def whole(cell: Any, what: str) -> int | None:
    """A whole number not below 0 in a cell, None when empty; raises `Bad` naming ``what``."""
    if isinstance(cell, str) and cell and not _WHOLE.fullmatch(tidy(cell).replace(" ", "")):
        raise Bad(f"Это не {what}: нужно целое число.", "Впишите целое число, без слов.")
    found = number(cell.replace(" ", "").replace("\N{NO-BREAK SPACE}", "") if isinstance(cell, str) else cell)
    if found is None:
        return None
    if found.value < 0 or found.value != int(found.value) or found.value > 10**7:
        raise Bad(f"Это не {what}: нужно целое число.", "Впишите целое число, без слов.")
    return int(found.value)


def slack(parts: Sequence[Number]) -> float:
    """By how much the sum of these rounded percentages may miss 100: what the rounding of many parts can make."""
    filled = [part for part in parts if part.value]
    decimals = max([1, *(part.decimals for part in filled)])
    return max(TOLERANCE, len(filled) * 0.5 * 10**-decimals if len(filled) > len("2345") else 0)


def pupils(shares: Sequence[float], total: int) -> list[int]:
    """``total`` pupils shared out by percentages, by largest remainders: always whole, always ``total`` in all.

    >>> pupils([33.3, 33.3, 33.4, 0], 10)
    [3, 3, 4, 0]
    """
    whole_sum = sum(shares) or 1
    exact = [share * total / whole_sum for share in shares]
    counts = [math.floor(value + 1e-9) for value in exact]
    rest = total - sum(counts)
    by_remainder = sorted(range(len(exact)), key=lambda place: (counts[place] - exact[place], place))
    for place in by_remainder[:rest]:
        counts[place] += 1
    return counts


def impossible(part: Number, total: int) -> bool:
    """Whether no whole number of ``total`` pupils makes this percentage, however it was rounded."""
    exact = part.value * total / 100
    rounding = total * 0.5 * 10**-part.decimals / 100
    return abs(exact - round(exact)) > rounding + 0.1
