"""Names of classes as people write them: «4 а», «4-А», «4«А»», «А», «4» → «4А» or nothing for the whole grade."""

from __future__ import annotations

import re

_LATIN = str.maketrans("ABEKMHOPCTX", "АВЕКМНОРСТХ")
_WRITTEN = re.compile(r"(\d{1,2})?(?:КЛАСС[АЫ]?|КЛ)?([А-ЯЁ]{0,2}\d?)(?:КЛАСС|КЛ)?")
_WHOLE = {"", "ВСЕ", "ПАРАЛЛЕЛЬ", "ВСЯПАРАЛЛЕЛЬ"}


class NoClass(ValueError):
    """Not a class of the grade; the text says in Russian what it looks like."""


def class_name(text: str, grade: int) -> str:
    """«4А», or "" for the whole grade («4», «4 классы», «все»). Raises `NoClass`.

    >>> class_name("4 «б»", 4), class_name("в", 4), class_name("4 класс", 4)
    ('4Б', '4В', '')
    """
    bare = re.sub(r"[\s«»\"'`.\-–—_]+", "", text).upper().translate(_LATIN)
    if bare in _WHOLE:
        return ""
    found = _WRITTEN.fullmatch(bare)
    if found is None:
        raise NoClass(
            f"«{text.strip()}» не похоже на класс. Напишите, например, «{grade}А» или оставьте пустым."
        )
    number, letter = found.groups()
    if number and int(number) != grade:
        raise NoClass(f"Класс «{text.strip()}» не {grade}-й, а работа для {grade} класса.")
    return f"{grade}{letter}" if letter else ""


def grade_of(text: str) -> int | None:
    """The grade that the text begins with: «10 Б» is 10; None when there is none from 1 to 11."""
    found = re.match(r"\s*(\d{1,2})(?!\d)", text)
    grade = int(found[1]) if found else 0
    return grade if 1 <= grade <= 11 else None
