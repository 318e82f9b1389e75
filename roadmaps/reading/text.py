"""Folding of Russian office text: blanks, look-alike letters, numbers of items and of sections."""

import re
from typing import NamedTuple

from portal.lib.names import folded

_BLANKS = re.compile(r"[ \t\r\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_UNTIDY = re.compile(r"[^\S ]|  |^ | $|[\u00ad\u200b\u200c\u200d\u2060\ufeff]")

_LATIN_AS_CYRILLIC = str.maketrans("aceopxykmthb", "асеорхукмтнв")
# What a scanner or a Russian keyboard makes of I, V and X.
_ROMAN_LOOKALIKES = str.maketrans(
    {"У": "V", "П": "II", "Ш": "III", "Х": "X", "І": "I", "l": "I", "1": "I", "|": "I"}
)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")


def tidy(text: str) -> str:
    """One blank for every run of blanks, no blanks round a line, no empty lines; line ends stay."""
    if not _UNTIDY.search(text):
        return text
    lines = _LINE_ENDS.sub("\n", _INVISIBLE.sub("", text)).split("\n")
    return "\n".join(filter(None, (_BLANKS.sub(" ", line).strip() for line in lines)))


def one_line(text: str) -> str:
    """The text with every run of blanks and line ends folded to one blank."""
    return tidy(text).replace("\n", " ")


def comparable(text: str) -> str:
    """For comparing headings: one line, lower case, ё as е, Latin look-alikes as Cyrillic."""
    return folded(one_line(text)).translate(_LATIN_AS_CYRILLIC)


def roman(value: int) -> str:
    """A number from 1 to 39 in Roman figures."""
    tens, ones = divmod(value, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


def roman_value(figures: str) -> int | None:
    """The value of well-formed Roman figures up to 39, else None."""
    if not figures or not _ROMAN.fullmatch(figures):
        return None
    values = [_ROMAN_VALUES[figure] for figure in figures]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


# --- numbers of items -------------------------------------------------------------------------------------

_ITEM_NUMBER = re.compile(
    r"(?:№ ?)?(?:(?:\d{1,3}|[IVX]{1,5})(?: ?\. ?\d{1,3}){0,5} ?[.)]{0,2}|[а-яёa-z] ?[.)])", re.IGNORECASE
)
_LEADING_NUMBER = re.compile(
    r"(\d{1,3}(?:\.\d{1,3})+[.)]?|\d{1,3}[.)]|[а-яё]\))(?:\s+(?=\S)|(?=[«\"(А-ЯЁA-Z]))", re.IGNORECASE
)


def is_item_number(text: str) -> bool:
    """Whether a cell of the number column holds a number («4», «2.13.», «а)», «№ 5») and nothing else."""
    return bool(_ITEM_NUMBER.fullmatch(one_line(text)))


def split_item_number(text: str) -> tuple[str, str] | None:
    """«4.3. Участие …» → («4.3.», «Участие …»); None when the text does not begin with a number.

    A text whose later lines are numbered too is a list, not a numbered item.
    """
    found = _LEADING_NUMBER.match(text)
    if not found or not re.match(r"[«\"(А-ЯЁA-Zа-яёa-z]", text[found.end() :]):
        return None
    if any(_LEADING_NUMBER.match(line) for line in text.split("\n")[1:]):
        return None
    return found[1], text[found.end() :]


def is_letter_number(number: str) -> bool:
    """«а)», «б.»: a sub-item of the item above."""
    return bool(re.fullmatch(r"[а-яёa-z] ?[.)]", number))


# --- headings of sections ---------------------------------------------------------------------------------


class Heading(NamedTuple):
    """A section's heading taken apart. `repaired` is the heading with the number set right, if it was misread."""

    number: str | None
    title: str
    printed: str
    dotted: bool = False
    repaired: bool = False


_WORDS = r"раздел|задача|направление|этап|блок|цель|модуль|глава|часть|подраздел"
_WORD_FIRST = re.compile(
    rf"(?:{_WORDS})\s*№?\s*(\d{{1,2}}(?:\.\d{{1,2}})?|[IVXУПШХІ]{{1,5}})(?:\s*[.:)]+|\s*[–—-](?=\s)|(?=\s|$))\s*(.*)",
    re.IGNORECASE,
)
_WORD_SECOND = re.compile(
    rf"(\d{{1,2}}|[IVX]{{1,5}})(?:\s*-?\s*(?:й|я|ый|ая|ой))?\s+(?:{_WORDS})\b\s*[.:)–—-]*\s*(.*)",
    re.IGNORECASE,
)
_ROMAN_FIRST = re.compile(r"([IVXУПШХІl1|Ⅰ-Ⅻ]{1,6})\s*([.)])\s*(?=[^\s.\d])(?![А-ЯЁA-Z]\.)(.*)")
_ROMAN_BARE = re.compile(r"([IVX]{1,5})\s+(?=[«А-ЯЁ])(.*)")
_ARABIC_FIRST = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)\s*([.)])\s*(?=[^\s.\d])(.*)")
_UNICODE_ROMAN = {chr(0x2160 + value): roman(value + 1) for value in range(12)}


def section_heading(text: str, previous: str | None = None) -> Heading | None:
    """Take a numbered section heading apart; None when it carries no number.

    «II. Контроль», «Задача 2. …», «Раздел III …», «2 этап: …», «1. Меры …». Letters that only look like Roman
    figures («У. Работа …») count when they are the number that follows `previous`.
    """
    printed = one_line(text)
    if found := _WORD_FIRST.fullmatch(printed):
        return Heading(_figures(found[1]), found[2] or printed, printed)
    if found := _WORD_SECOND.fullmatch(printed):
        return Heading(_figures(found[1]), found[2] or printed, printed)
    if found := _ROMAN_FIRST.fullmatch(printed):
        return _roman_heading(found, printed, previous)
    if found := _ROMAN_BARE.fullmatch(printed):
        return Heading(found[1], found[2], printed) if roman_value(found[1]) else None
    if found := _ARABIC_FIRST.fullmatch(printed):
        return Heading(found[1], found[3], printed, dotted=found[2] == ".")
    return None


def _figures(number: str) -> str:
    figures = number.upper().translate(_ROMAN_LOOKALIKES)
    return number if number[0].isdigit() or not roman_value(figures) else figures


def _roman_heading(found: re.Match[str], printed: str, previous: str | None) -> Heading | None:
    written, dot, title = found[1], found[2], found[3]
    figures = "".join(_UNICODE_ROMAN.get(letter, letter) for letter in written)
    if value := roman_value(figures):
        return Heading(roman(value), title, printed, dotted=dot == ".")
    if written.isdigit():
        return Heading(written, title, printed, dotted=dot == ".")
    value = roman_value(figures.translate(_ROMAN_LOOKALIKES))
    if value and value == (roman_value(previous or "") or 0) + 1:
        return Heading(roman(value), title, f"{roman(value)}{dot} {title}", dotted=dot == ".", repaired=True)
    return None
