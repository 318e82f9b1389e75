"""The printed numbers of rows: followed where they are regular, left alone where they are not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"(?P<prefix>(?:\d+\.)*)(?P<last>\d+)(?P<suffix>\.?\)?)")
_HEADING = re.compile(
    r"(?P<lead>(?:Раздел|Задача|Направление|Этап|Блок)\s+)?(?P<number>[IVXLC]+|\d+)(?=[.):\s])[.):]?\s+(?P<title>.+)",
    re.S,
)


@dataclass(frozen=True)
class Scheme:
    """«2.1.», «2.2.», …: what stands before and after the last number, and where it began."""

    prefix: str
    first: int
    suffix: str

    def number(self, index: int) -> str:
        return f"{self.prefix}{self.first + index}{self.suffix}"


def scheme(numbers: Sequence[str]) -> Scheme | None:
    """The scheme that gives exactly these numbers, None when there is none (or no numbers at all)."""
    found = _NUMBER.fullmatch(numbers[0]) if numbers else None
    if not found:
        return None
    guess = Scheme(found["prefix"], int(found["last"]), found["suffix"])
    return guess if all(number == guess.number(index) for index, number in enumerate(numbers)) else None


def scheme_of_empty_section(ordinal: int, all_numbers: Sequence[Sequence[str]]) -> Scheme | None:
    """How rows of an empty section are numbered, by the other ones: beside «2.1.» stands «3.1.», beside «1» «1»."""
    for place, numbers in enumerate(all_numbers, start=1):
        known = scheme(numbers)
        if known:
            return Scheme(known.prefix.replace(str(place), str(ordinal), 1), 1, known.suffix)
    return None


def split_heading(heading: str) -> tuple[str, str]:
    """«II. Контроль» → («II», «Контроль»); without a number, the whole is the title."""
    found = _HEADING.match(heading.strip())
    return (found["number"], found["title"].strip()) if found else ("", heading.strip())


def next_heading(headings: Sequence[str], title: str) -> str:
    """A new section's printed heading in the manner of the last one: «III. …» after «II. …»."""
    found = _HEADING.match(headings[-1].strip()) if headings else None
    if not found:
        return title
    number = found["number"]
    following = str(int(number) + 1) if number.isdigit() else roman(_arabic(number) + 1)
    mark = headings[-1].strip()[found.end("number") : found.start("title")]
    return f"{found['lead'] or ''}{following}{mark}{title}"


_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


_VALUES = {letters: value for value, letters in _ROMAN}


def roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        while number >= value:
            text, number = text + letters, number - value
    return text


def _arabic(text: str) -> int:
    values = [_VALUES[letter] for letter in text]
    return sum(-one if one < two else one for one, two in zip(values, [*values[1:], 0], strict=True))
