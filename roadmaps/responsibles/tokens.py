"""Words of a phrase with the signs before them, people's names marked; what each word can be in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from portal.lib.names import folded
from roadmaps.deadlines.lexicon import analyzer
from roadmaps.responsibles.vocabulary import HEADS, NO_SURNAMES, SORTS

_PATRONYMIC = re.compile(r"(?:вич|вича|вичу|вичем|вна|вны|вне|вну|вной|ична|ичны|ичне|ичну|ичной|оглы|кызы)$")
_INITIALS = r"[А-ЯЁA-Z]\.\s?(?:[А-ЯЁA-Z]\.?(?!\w))?"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a pair of initials or a number, with the signs that stand before it.

    ``deep``: inside quotes. ``name``: 1 where a person's name begins, 2 where it goes on.
    """

    kind: Literal["word", "initials", "number"]
    text: str
    fold: str
    start: int
    end: int
    gap: str
    deep: bool = False
    name: int = 0

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def parted(self) -> bool:
        """A sign that may part addressees stands before it."""
        return any(sign in self.gap for sign in ",;.\n:/|•·")


_TOKEN = re.compile(
    rf"(?P<initials>(?<!\w){_INITIALS})|(?P<number>\d+(?:[-\s]?бис|[а-яё](?!\w))?)|(?P<word>\w+(?:[-‐‑–]\w+)*)"
)
_ABBREVIATED = re.compile(
    r"(?:^|\W)(?:г|гор|ул|им|с|п|пос|р|обл|о|д|зам|нач|гл|вед|спец|отв|уч|пед|рук)$", re.I
)


def tokenized(phrase: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    for found in _TOKEN.finditer(phrase):
        gap = phrase[at : found.start()]
        if tokens and "." in gap and "\n" not in gap and _ABBREVIATED.search(tokens[-1].text):
            gap = gap.replace(".", " ")  # «г. Рубежный»: no end of a sentence
        kind: Literal["word", "initials", "number"] = found.lastgroup  # type: ignore[assignment]
        text = found[0].rstrip()
        tokens.append(Token(kind, text, folded(text), found.start(), found.start() + len(text), gap))
        at = found.start() + len(text)
    tokens = [replace(token, deep=deep) for token, deep in zip(tokens, _depths(phrase, tokens), strict=True)]
    return _with_names(tokens)


def _with_names(tokens: list[Token]) -> list[Token]:
    """Mark the people's names, from the left, so that of «Орлова А.А. Белов В.В.» no initials serve twice."""
    index = 0
    while index < len(tokens):
        end = _name_end(tokens, index)
        for at in range(index, end):
            tokens[at] = replace(tokens[at], name=1 if at == index else 2)
        index = max(end, index + 1)
    return tokens


def _name_end(tokens: list[Token], index: int) -> int:
    """Where the person's name that begins here ends; the same index when none does."""
    token = tokens[index]
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    third = tokens[index + 2] if index + 2 < len(tokens) else None
    if after is None or after.gap.strip(" \xa0"):
        return index
    if (_is_surname(token) and after.kind == "initials") or (token.kind == "initials" and _is_surname(after)):
        return index + 2
    whole = third and not third.gap.strip(" \xa0") and third.capital and _PATRONYMIC.search(third.fold)
    return index + 3 if whole and _is_surname(token) and after.capital else index


def _is_surname(token: Token) -> bool:
    return (
        token.kind == "word"
        and token.capital
        and len(token.text) > 1
        and not token.text.isupper()
        and not token.deep
        and token.fold not in NO_SURNAMES
        and not forms_of(token.fold).lemmas & HEADS
    )


_QUOTED = re.compile(r"«[^«»;\n]*(?:«[^«»;\n]*»[^«»;\n]*)*»|\"[^\"\n;]*\"|„[^“”\n;]*[“”]")


def _depths(phrase: str, tokens: list[Token]) -> Iterator[bool]:
    """Whether each token stands inside quotes; a quote that is never closed counts for nothing."""
    quoted = [found.span() for found in _QUOTED.finditer(phrase)]
    for token in tokens:
        yield any(first < token.start < last for first, last in quoted)


@dataclass(frozen=True, slots=True)
class Forms:
    lemmas: frozenset[str]
    starts: bool  # may stand in the nominative or dative
    genitive: bool
    plural: bool
    adjective: bool
    participle: bool = False


CYRILLIC = re.compile(r"[а-я]+(?:-[а-я]+)*")


@lru_cache(maxsize=20_000)
def forms_of(word: str) -> Forms:
    """What a folded word can be; the second half of «учителя-предметники» settles what its first leaves open."""
    if not CYRILLIC.fullmatch(word):
        return Forms(frozenset({word}), starts=True, genitive=True, plural=False, adjective=False)
    parses = analyzer().parse(word)
    cases = {parse.tag.case for parse in parses}
    if "-" in word:
        cases &= {parse.tag.case for parse in analyzer().parse(word.rsplit("-", 1)[1])} or cases
    lemmas = {parse.normal_form.replace("ё", "е") for parse in parses}
    if "-" in word:
        lemmas |= {form.replace("ё", "е").split("-")[0] for form in lemmas}
        lemmas |= {parse.normal_form.replace("ё", "е") for parse in analyzer().parse(word.split("-", 1)[0])}
    return Forms(
        frozenset(lemmas),
        bool(cases & {"nomn", "datv"}),
        "gent" in cases,
        any(parse.tag.number == "plur" and parse.tag.case in {"nomn", "datv"} for parse in parses),
        any(parse.tag.POS in {"ADJF", "PRTF"} for parse in parses[:2]),
        any(parse.tag.POS == "PRTF" for parse in parses[:2]),
    )


def sort_of(token: Token) -> str | None:
    if token.kind != "word":
        return None
    return next(
        (SORTS[lemma] for lemma in sorted(forms_of(token.fold).lemmas | {token.fold}) if lemma in SORTS), None
    )
