"""Text as people type it into cells, made regular: blanks, letters of the wrong alphabet, quotes, «№»."""

from __future__ import annotations

import re

LATIN = "AaBCcEeHKMOoPpTXxyYk"
CYRILLIC = "АаВСсЕеНКМОоРрТХхуУк"
TO_CYRILLIC = str.maketrans(LATIN, CYRILLIC)
TO_LATIN = str.maketrans(CYRILLIC, LATIN)

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_WORD = re.compile(r"[^\W\d_]+")
_HAS_LATIN = re.compile(r"[A-Za-z]")
_HAS_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_NUMBER_SIGN = re.compile(r"(?:№|(?<!\w)[Nn][oо]?\.?(?=\s*\d))\s*(?=\d)")
_OPENING = re.compile(r"(?<![^\s(«\[])\"(?=\S)")


def tidy(text: str) -> str:
    """Invisible characters out, every run of blanks and line breaks one blank, ends trimmed."""
    return " ".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())


def one_alphabet(text: str) -> str:
    """Mend words written in two alphabets: «CОШ» with a Latin C. A word that cannot be mended surely is left alone."""
    if not (_HAS_LATIN.search(text) and _HAS_CYRILLIC.search(text)):
        return text
    return _WORD.sub(_mend, text)


def _mend(match: re.Match[str]) -> str:
    word = match[0]
    if not (_HAS_LATIN.search(word) and _HAS_CYRILLIC.search(word)):
        return word
    cyrillic = word.translate(TO_CYRILLIC)
    if not _HAS_LATIN.search(cyrillic):
        return cyrillic
    latin = word.translate(TO_LATIN)
    return word if _HAS_CYRILLIC.search(latin) else latin


def to_latin(text: str) -> str:
    """Look-alikes to Latin, for codes and e-mail addresses."""
    return text.translate(TO_LATIN)


def quotes(text: str) -> str:
    """Straight and English quotes to «ёлочки»; «№9» and «N 9» to «№ 9»."""
    text = text.replace("“", "«").replace("„", "«").replace("”", "»")
    if '"' in text:
        text = _OPENING.sub("«", text).replace('"', "»")
    return _NUMBER_SIGN.sub("№ ", text)


_NOT_WORD = re.compile(r"[^\w№]+")


def fold(text: str) -> str:
    """The form in which names are compared: case, ё/е, look-alikes, quotes, blanks and «№» make no difference."""
    text = quotes(tidy(text))
    if _HAS_LATIN.search(text):
        text = text.translate(TO_CYRILLIC)
    text = text.casefold().replace("ё", "е")
    return _NOT_WORD.sub(" ", text.replace("№", " ")).strip()


def name_case(text: str) -> str:
    """«ПЕТРОВА-ВОДКИНА АННА» → «Петрова-Водкина Анна»; anything not all in capitals is left as it was typed."""
    if not text.isupper() or "." in text:
        return text
    return _WORD.sub(lambda match: match[0].capitalize(), text)
