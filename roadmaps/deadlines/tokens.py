"""From a printed phrase to tokens: numbers, numeric dates, months, words, punctuation.

Normalisation never changes lengths, so that every token keeps its place in the phrase. Quotes, dots and brackets of
markup mean nothing to a deadline and are dropped; an unknown sign stays, and makes the phrase unclear.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from roadmaps.deadlines.lexicon import WORDS, look_up, to_cyrillic


class Token(NamedTuple):
    """One token. Kinds: n, ord, roman, date (day, month, year|None), ym (month, year), bad (no such date), time, month,
    weekday, loop, goes, term, w (value: lemma), x (unknown word, value: normal form), p (punctuation)."""

    kind: str
    value: object
    start: int
    end: int
    raw: str

    @property
    def form(self) -> str:
        """The word lowered, ё as е, Latin look-alikes made Cyrillic."""
        return str(self.value) if self.kind == "x" else to_cyrillic(self.raw)


_INVISIBLE = "\u0301\u00ad\u200b\u200c\u200d\u2060\ufeff"
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−_~", "-"))
_HIDDEN = str.maketrans(dict.fromkeys(_INVISIBLE))
_LETTER = f"[a-zа-яёіїөәңӧ{_INVISIBLE}]"
_PATTERN = re.compile(
    rf"""
      (?P<iso>(?<!\d)\d{{4}}-\d\d-\d\d(?!\d))
    | (?P<dmy>(?<![\d.])\d{{1,2}}
        (?:\.\s?\d{{1,2}}\.\s?(?:\d{{4}}|\d\d)|/\d{{1,2}}/(?:\d{{4}}|\d\d)|-\d\d-\d{{4}})(?!\d))
    | (?P<my>(?<![\d.])\d{{1,2}}[.]\s?\d{{4}}(?![\d]))
    | (?P<dm>(?<![\d.])\d{{1,2}}\.\d\d(?![\d]))
    | (?P<time>(?<![\d.])(?:[01]?\d|2[0-3]):[0-5]\d(?!\d))
    | (?P<half>\bп/г(?![а-я]))
    | (?P<ordinal>\d{{1,3}}(?:\s?-\s?)?(?:го|ого|ый|ий|ой|ая|ую|ое|му|ти|ух|ех|[йяехиму])(?!{_LETTER}))
    | (?P<number>\d+)
    | (?P<word>{_LETTER}+)
    | (?P<sign>[-,;:()/])
    | (?P<skip>[\s.«»„“”"'*…•·]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# Letters that scanners read for digits: 2О22, О1.03, 1З.05
_OCR = re.compile(
    r"(?<![^\W\d])з(?=\d\.\d)|(?<=\d)[оo](?=[\d.])|(?<![^\W\d])[оo](?=\d[\d.])|(?<=\.)[оo](?=\d)|(?<=\d)з(?=\.\d)|(?<=\.)з(?=\.)"
)
_OCR_DIGIT = {"о": "0", "o": "0", "з": "3"}
_GLUE = re.compile(r"-\s*\n?\s*")


def lowered(text: str) -> str:
    """Lower the text, ё as е, every dash as «-», same length."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    return low.replace("ё", "е").translate(_DASHES)


def tokenize(text: str) -> list[Token]:
    """Split a phrase (NFC) into tokens; nothing but blanks, dots and quotes gets lost."""
    low = lowered(text)
    if any(letter in low for letter in "оoз"):
        low = _OCR.sub(lambda found: _OCR_DIGIT[found[0]], low)
    tokens: list[Token] = []
    for found in _PATTERN.finditer(low):
        kind = found.lastgroup
        if kind != "skip":
            start, end = found.span()
            tokens.append(_TOKENS[kind or "other"](found[0], start, end, text[start:end]))
    return _joined(tokens)


def nfc(text: str) -> str:
    """Compose letters: и + breve is й."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _word(low: str, start: int, end: int, raw: str) -> Token:
    known = WORDS.get(low)
    if known is None:
        if not low.isalpha():
            low, raw = low.translate(_HIDDEN), raw.translate(_HIDDEN)
        known = look_up(low, raw)
    if known is None:
        return Token("x", to_cyrillic(raw), start, end, raw)
    return Token(known.kind, known.value, start, end, raw)


def _number(low: str, start: int, end: int, raw: str) -> Token:
    return Token("n", int(low), start, end, raw) if len(low) <= 4 else Token("x", low, start, end, raw)


def _ordinal(low: str, start: int, end: int, raw: str) -> Token:
    return Token("n", int(re.match(r"\d+", low)[0]), start, end, raw)  # type: ignore[index]


def _iso(low: str, start: int, end: int, raw: str) -> Token:
    year, month, day = map(int, low.split("-"))
    return _dated((day, month, year), start, end, raw)


def _dmy(low: str, start: int, end: int, raw: str) -> Token:
    day, month, year = map(int, re.findall(r"\d+", low))
    return _dated((day, month, year + 2000 if year < 100 else year), start, end, raw)


def _dm(low: str, start: int, end: int, raw: str) -> Token:
    day, month = map(int, low.split("."))
    if not 1 <= month <= 12:  # «9.00» is a time of the day
        return _time(low, start, end, raw)
    return _dated((day, month, None), start, end, raw)


def _my(low: str, start: int, end: int, raw: str) -> Token:
    month, year = map(int, re.findall(r"\d+", low))
    good = 1 <= month <= 12 and 1990 <= year <= 2099
    return Token("ym", (month, year), start, end, raw) if good else Token("bad", raw, start, end, raw)


def _time(low: str, start: int, end: int, raw: str) -> Token:
    hour, minute = map(int, re.split("[.:]", low))
    return Token("time" if hour < 24 and minute < 60 else "x", low, start, end, raw)


def _dated(day_month_year: tuple[int, int, int | None], start: int, end: int, raw: str) -> Token:
    day, month, year = day_month_year
    if not (1 <= month <= 12 and 1 <= day <= 31) or (year is not None and not 1990 <= year <= 2099):
        return Token("bad", raw, start, end, raw)
    return Token("date", (day, month, year), start, end, raw)


def _sign(low: str, start: int, end: int, raw: str) -> Token:
    return Token("p", low, start, end, raw)


def _half(_low: str, start: int, end: int, raw: str) -> Token:
    return Token("w", "полугодие", start, end, raw)


def _other(low: str, start: int, end: int, raw: str) -> Token:
    return Token("x", low, start, end, raw)


_TOKENS = {
    "iso": _iso,
    "dmy": _dmy,
    "my": _my,
    "dm": _dm,
    "time": _time,
    "half": _half,
    "ordinal": _ordinal,
    "number": _number,
    "word": _word,
    "sign": _sign,
    "other": _other,
}


def _joined(tokens: list[Token]) -> list[Token]:
    """Put together what belongs together: «план - график», and a word broken by a hyphen at a line's end."""
    result: list[Token] = []
    for token in tokens:
        result.append(token)
        if len(result) >= 2 and token.kind == "w" and token.value in ("квартал", "полугодие"):
            _read_roman(result)
        elif len(result) >= 2 and token.kind == "w" and token.value == "график":
            _join_plan(result)
        elif len(result) >= 3 and result[-2].raw == "-" and "x" in (token.kind, result[-3].kind):
            _join_broken(result)
    return result


def _read_roman(tokens: list[Token]) -> None:
    """«П квартал», «Ш квартал»: scanners read Ⅱ and Ⅲ so."""
    number = {"п": 2, "ш": 3}.get(str(tokens[-2].value))
    if tokens[-2].kind == "x" and number:
        tokens[-2] = tokens[-2]._replace(kind="roman", value=number)


def _join_plan(tokens: list[Token]) -> None:
    back = 3 if tokens[-2].value == "-" else 2
    if len(tokens) >= back and tokens[-back].value == "план":
        first, last = tokens[-back], tokens[-1]
        tokens[-back:] = [Token("w", "план-график", first.start, last.end, f"{first.raw}-{last.raw}")]


def _join_broken(tokens: list[Token]) -> None:
    left, right = tokens[-3], tokens[-1]
    if left.kind in ("x", "w", "month") and right.kind in ("x", "w", "month"):
        whole = WORDS.get(lowered(left.raw + right.raw))
        if whole:
            tokens[-3:] = [Token(whole.kind, whole.value, left.start, right.end, left.raw + right.raw)]
