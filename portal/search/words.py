"""The words of a query: in which forms each is looked for, and how found ones are marked in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from portal.lib.fulltext import Form
from portal.lib.names import folded
from roadmaps.deadlines.lexicon import analyzer

MOST_WORDS = 8
LONGEST = 120  # characters of a query
SHORTEST_STEM = 4
PIECE = re.compile(r"[^\W_]+")  # letters and digits
WORD = re.compile(rf"\d+(?:\.\d+)+(?![^\W_])|{PIECE.pattern}")
EXCERPT = 160  # characters


@dataclass(frozen=True)
class Word:
    """A folded word of a query. A number is whole («5» is not «15»), a word may be only begun, in any form."""

    text: str
    forms: tuple[Form, ...]


def words(query: str) -> list[Word]:
    """Words of a query; signs like № and quotes are left out, «2.3» stays together."""
    plain = folded(unicodedata.normalize("NFC", query[:LONGEST]))
    return [Word(word, tuple(forms(word))) for word in WORD.findall(plain)[:MOST_WORDS]]


def forms(word: str) -> Iterator[Form]:
    """What was typed as a beginning; the common stem of the word's forms, or the forms themselves if it is short."""
    if word[-1].isdigit():
        yield Form(tuple(word.split(".")))
        return
    yield Form((word,), is_beginning=True)
    if word.isalpha():
        every = sorted({folded(form.word) for form in analyzer().parse(word)[0].lexeme})
        stem = common_beginning(every)
        if len(stem) >= min(SHORTEST_STEM, len(word)):
            yield Form((stem,), is_beginning=True)
        else:
            yield from (Form((form,)) for form in every if form.isalnum())


def common_beginning(forms: list[str]) -> str:
    """Of sorted words: what the first and the last share, all the others share."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(forms[0], forms[-1], strict=False))
    return "".join(letter for letter, _ in same)


# Marks


def pattern(words: Iterable[Word]) -> re.Pattern[str]:
    """Finds any of the words in a text as it is printed; matches up to the end of the word."""
    any_of = "|".join(as_pattern(form) for word in words for form in word.forms)
    return re.compile(rf"(?<![^\W_])(?:{any_of})", re.IGNORECASE)


def as_pattern(form: Form) -> str:
    text = r"[\W_]+".join(re.escape(piece).replace("е", "[её]") for piece in form.pieces)
    return text + (r"[^\W_]*" if form.is_beginning else r"(?![^\W_])")


def marked(text: str, pattern: re.Pattern[str]) -> SafeString:
    """The text with the found words in `<mark>`."""
    pieces, end = [], 0
    for match in pattern.finditer(text):
        pieces += [conditional_escape(text[end : match.start()]), "<mark>"]
        pieces += [conditional_escape(match[0]), "</mark>"]
        end = match.end()
    return mark_safe("".join([*pieces, conditional_escape(text[end:])]))  # noqa: S308 -- escaped piece by piece


def excerpt(text: str, pattern: re.Pattern[str]) -> SafeString:
    """The part of a long text around its first found word, marked; nothing when nothing was found there."""
    text = " ".join(text.split())
    match = pattern.search(text)
    if match is None:
        return SafeString("")
    start = text.rfind(" ", 0, max(0, match.start() - EXCERPT // 3)) + 1
    stop = text.find(" ", start + EXCERPT)
    cut = text[start:] if stop < 0 else f"{text[start:stop]}…"
    return marked(f"…{cut}" if start else cut, pattern)
