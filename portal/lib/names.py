"""How names of people and numbers of things are printed, and how words are compared."""

import re

NBSP = "\N{NO-BREAK SPACE}"


def surname_first(last: str, first: str, patronymic: str) -> str:
    """«Михеева Е. И.»: no line break inside, missing parts left out."""
    initials = [f"{part[0]}." for part in (first, patronymic) if part]
    return NBSP.join([last, *initials]).strip()


def counted(count: int, one: str, few: str, many: str) -> str:
    """«1 школа», «3 школы», «12 школ», with a no-break space."""
    last, teens = count % 10, 10 < count % 100 < 20
    word = one if last == 1 and not teens else few if 2 <= last <= 4 and not teens else many
    return f"{count}{NBSP}{word}"


def folded(text: str) -> str:
    """For comparing names and words: the case of letters and ё or е make no difference."""
    return text.lower().replace("ё", "е")


def natural(text: str) -> list[tuple[int, str]]:
    """A key by which «№ 3» stands before «№ 10»."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", folded(text))]
