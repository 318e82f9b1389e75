"""Where one addressee ends and the next begins, and which words belong to one person."""

from __future__ import annotations

from itertools import pairwise

from roadmaps.responsibles.tokens import Token, forms_of, sort_of
from roadmaps.responsibles.vocabulary import (
    ABBREVIATIONS,
    BODIES,
    CONJUNCTIONS,
    CONTROL,
    FORMS,
    HEADS,
    LEADERS,
    OF_DEPARTMENT,
    OF_SCHOOL,
    PEOPLE,
    SCHOOL_FORMS,
    SCHOOL_NOUNS,
    UNITS,
)


def addressees(tokens: list[Token]) -> list[tuple[int, int]]:
    """Half-open ranges of tokens, one an addressee; every token is in exactly one."""
    return _merged(tokens, _spans(tokens))


def _spans(tokens: list[Token]) -> list[tuple[int, int]]:
    """Half-open ranges of tokens, one an addressee."""
    starts: list[int] = []
    for index in range(len(tokens)):
        if starts and all(is_lead(tokens, at) for at in range(starts[-1], index)):
            continue  # «Контроль: методист», «и руководители»: the word belongs to whom it leads to
        if not starts or _begins(tokens, index, starts[-1]):
            starts.append(index)
    return list(pairwise([*starts, len(tokens)]))


def is_lead(tokens: list[Token], index: int) -> bool:
    token = tokens[index]
    announces = (
        token.fold in LEADERS and index + 1 < len(tokens) and bool(set(tokens[index + 1].gap) & set(":-–—"))
    )
    return announces or token.fold in CONTROL | CONJUNCTIONS


def _begins(tokens: list[Token], index: int, start: int) -> bool:
    token, before = tokens[index], tokens[index - 1]
    if token.name:
        return token.name == 1
    if token.fold in CONTROL and (token.capital or token.parted):
        return True
    if token.fold in CONJUNCTIONS:
        return not (token.deep and before.deep) and _conjoined(tokens, index + 1)
    if token.deep and before.deep and not _listed_school(tokens, index):
        return False
    if _listed_school(tokens, index) or (_school_at(tokens, index) and token.parted and not token.deep):
        return True
    if token.parted:
        return _head_at(tokens, index) or not _continues(tokens, index)
    return _glued_head(tokens, index, start)


def _conjoined(tokens: list[Token], index: int) -> bool:
    """Whether behind «и» or «совместно с» another addressee follows."""
    if index >= len(tokens):
        return False
    if tokens[index].fold in CONJUNCTIONS:
        return _conjoined(tokens, index + 1)
    return _head_at(tokens, index) or _person_at(tokens, index) or _listed_school(tokens, index)


def _person_at(tokens: list[Token], index: int) -> bool:
    return tokens[index].name == 1


def _school_at(tokens: list[Token], index: int) -> bool:
    """«СОШ № 5», «МБОУ «Лицей № 1»», «гимназия имени …» begins here."""
    token = tokens[index]
    numbered = index + 1 < len(tokens) and "№" in tokens[index + 1].gap
    return token.fold in SCHOOL_FORMS or (sort_of(token) is not None and (numbered or token.text.isupper()))


def _listed_school(tokens: list[Token], index: int) -> bool:
    """The «6» and «8» of «СОШ № 5, 6, 8»."""
    token, before = tokens[index], tokens[index - 1]
    if token.kind != "number" or not (token.parted or before.fold == "и"):
        return False
    first = index - 2 if before.fold == "и" else index - 1
    while first >= 0 and tokens[first].kind == "number":
        if "№" in tokens[first].gap and first and _names_schools(tokens[first - 1]):
            return True
        first -= 2 if tokens[first - 1].fold == "и" else 1
    return False


def _names_schools(token: Token) -> bool:
    return sort_of(token) is not None or token.fold in SCHOOL_FORMS


def _head_at(tokens: list[Token], index: int) -> bool:
    """Adjectives and a noun that name an addressee begin here, in the nominative or dative."""
    for at in range(index, min(index + 4, len(tokens))):
        token = tokens[at]
        if at > index and (token.parted or token.deep):
            return False
        if _is_abbreviation(token) or (sort_of(token) is not None and token.text.isupper()):
            return True
        forms = forms_of(token.fold)
        if not forms.starts:
            return False
        if forms.lemmas & HEADS or token.fold in {"зам", "вед", "спец"}:
            return True
        if not forms.adjective:
            return False
    return False


def _is_abbreviation(token: Token) -> bool:
    return token.kind == "word" and token.fold in ABBREVIATIONS and token.text[:2].isupper()


def _continues(tokens: list[Token], index: int) -> bool:
    """After a sign, the addressee before goes on: genitives, prepositions, places, adverbs."""
    token = tokens[index]
    if token.kind == "number":
        return True
    if token.deep and tokens[index - 1].deep:
        return True
    if _head_at(tokens, index) or _person_at(tokens, index) or token.capital:
        return False
    forms = forms_of(token.fold)
    return not forms.starts or forms.genitive or forms.participle or len(token.fold) <= 3


def _glued_head(tokens: list[Token], index: int, start: int) -> bool:
    """A new addressee without any sign before it: «… по УВР руководители объединений»."""
    token, before = tokens[index], tokens[index - 1]
    if (
        token.deep
        or "(" in token.gap
        or before.fold in CONJUNCTIONS
        or not _head_at(tokens, index)
        or _is_preposition(before)
    ):
        return False
    if _is_abbreviation(token):
        return _closed_by(tokens, index, start)
    if sort_of(token) is not None and token.text.isupper():
        return before.kind == "number"  # «директор СОШ № 5» is one, «СОШ № 5 СОШ № 7» are two
    forms, last = forms_of(token.fold), forms_of(before.fold)
    if (
        before.kind == "word"
        and last.adjective
        and last.starts
        and not before.deep
        and not last.lemmas & HEADS
    ):
        return False  # «муниципальный координатор»: the adjective began it
    if not forms.genitive:
        return not (_is_abbreviation(before) and before.fold in FORMS and not forms.plural)
    return token.capital and forms.plural and not (last.lemmas & PEOPLE) and not forms.lemmas & BODIES


def _closed_by(tokens: list[Token], index: int, start: int) -> bool:
    """Whether an abbreviation («МБУ …») begins a new addressee: not when it owns the unit or the position before it."""
    lemmas = frozenset[str]().union(
        *(forms_of(token.fold).lemmas for token in tokens[start:index] if not token.deep)
    )
    if tokens[index].fold not in FORMS or any(_is_abbreviation(token) for token in tokens[start:index]):
        return False
    return bool(lemmas & BODIES) and not lemmas & (
        PEOPLE | OF_DEPARTMENT | OF_SCHOOL | UNITS | {"администрация"}
    )


def _is_preposition(token: Token) -> bool:
    return token.fold in {"по", "за", "от", "из", "при", "на", "для", "в", "во", "об", "о", "под", "у"}


def _merged(tokens: list[Token], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a person with the position printed before or behind the name."""
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and _belongs(tokens, merged[-1], (first, last)):
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged


def _belongs(tokens: list[Token], one: tuple[int, int], two: tuple[int, int]) -> bool:
    head = tokens[two[0]]
    if ";" in head.gap or head.fold in CONTROL:
        return False
    if _person_at(tokens, two[0]):
        return (
            not _named(tokens, one) and not set(head.gap) & set(",.\n/:") and _could_be_position(tokens, one)
        )
    if not _named(tokens, one) or "\n" in head.gap or head.capital:
        return False
    return _singular_head(tokens, two) and not (_generic_school(tokens, two) and _has_position(tokens, one))


def _named(tokens: list[Token], span: tuple[int, int]) -> bool:
    return any(_person_at(tokens, index) for index in range(*span))


def _has_position(tokens: list[Token], span: tuple[int, int]) -> bool:
    return span[1] - span[0] > 2 and any(
        forms_of(token.fold).lemmas & HEADS for token in tokens[span[0] : span[1]]
    )


def _could_be_position(tokens: list[Token], span: tuple[int, int]) -> bool:
    """One person's position, or an organisation with the name of who answers in brackets."""
    return _singular_head(tokens, span) or "(" in tokens[span[1]].gap


def _singular_head(tokens: list[Token], span: tuple[int, int]) -> bool:
    for token in tokens[span[0] : span[1]]:
        forms = forms_of(token.fold)
        if forms.lemmas & (PEOPLE | OF_DEPARTMENT | OF_SCHOOL) or token.fold in {"зам", "вед", "спец"}:
            return not forms.plural
        if not forms.adjective and token.fold not in CONTROL | CONJUNCTIONS:
            return False
    return False


def _generic_school(tokens: list[Token], span: tuple[int, int]) -> bool:
    return any(token.fold in SCHOOL_NOUNS or _is_organisation(token) for token in tokens[span[0] : span[1]])


def _is_organisation(token: Token) -> bool:
    return bool(forms_of(token.fold).lemmas & {"школа", "организация", "учреждение"})
