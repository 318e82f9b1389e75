"""What one addressee is: a person, a position, a body, schools, one school, or not known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from roadmaps.responsibles.cutting import is_lead
from roadmaps.responsibles.tokens import Token, forms_of, sort_of, tokenized
from roadmaps.responsibles.vocabulary import (
    BODIES,
    COMMON,
    FORMS,
    GROUPS,
    HEADS,
    MUNICIPAL,
    OF_DEPARTMENT,
    OF_SCHOOL,
    ORGANISATIONS,
    OUTSIDERS,
    PEOPLE,
    RISK,
    SCHOOL_FORMS,
    SCHOOL_NOUNS,
    SOME,
    UNIONS,
    UNITS,
)

Kind = Literal["person", "position", "body", "schools", "school", "flagged", "outside", "unknown"]


@dataclass(frozen=True, slots=True)
class SchoolName:
    """What tells one school from another: its sort («сош», «лицей», "" when not said), number, and own words."""

    sort: str = ""
    number: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """One addressee. ``text`` is as printed; ``controls`` means it watches («Контроль: …») and does not carry out.

    ``surname`` and ``initials`` are given for a person, ``position`` for a person or a position of the department,
    ``school`` for one named school. ``outside`` are parents and public observers: no user of the portal.
    """

    kind: Kind
    text: str
    controls: bool = False
    surname: str = ""
    initials: str = ""
    position: str = ""
    school: SchoolName | None = None


def classified(phrase: str, tokens: list[Token], own_school: bool) -> Piece:
    while len(tokens) > 1 and is_lead(tokens, 0):
        tokens = tokens[1:]
    text = _trimmed(
        phrase[tokens[0].start - _opening(phrase, tokens[0]) : tokens[-1].end] + _tail(phrase, tokens[-1])
    )
    if any(token.name for token in tokens):
        return _person(phrase, tokens, text)
    kind, school = _kind(tokens, text, own_school)
    return Piece(kind, text, school=school, position=text if kind in {"position", "body"} else "")


def _opening(phrase: str, token: Token) -> int:
    return 1 if token.start and phrase[token.start - 1] in '«„"“(' else 0


def _tail(phrase: str, token: Token) -> str:
    return re.match(r"[»”“\")]*", phrase[token.end :])[0]  # type: ignore[index]


def _trimmed(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return text[1:] if text.startswith("(") and ")" not in text else text


def _person(phrase: str, tokens: list[Token], text: str) -> Piece:
    first = next(index for index, token in enumerate(tokens) if token.name == 1)
    last = next((index for index in range(first + 1, len(tokens)) if tokens[index].name != 2), len(tokens))
    words = tokens[first:last]
    if len(words) == 3:
        surname, initials = words[0].text, words[1].text[0] + words[2].text[0]
    else:
        surname = next(word.text for word in words if word.kind == "word")
        initials = "".join(re.findall(r"\w", next(word.text for word in words if word.kind == "initials")))
    rest = [*tokens[:first], *tokens[last:]]
    position = ""
    if rest:
        position = _trimmed(phrase[rest[0].start : rest[-1].end] + _tail(phrase, rest[-1]))
        position = position.replace(_trimmed(phrase[words[0].start : words[-1].end]), "")
    position = position.strip(" ,.()")
    return Piece(
        "person", text, surname=surname, initials=initials, position=position, school=_named_school(tokens)
    )


def _kind(tokens: list[Token], text: str, own_school: bool) -> tuple[Kind, SchoolName | None]:
    words = [(token.fold, forms_of(token.fold).lemmas) for token in tokens]
    lemmas = frozenset[str]().union(*(forms for _, forms in words), (fold for fold, _ in words))
    if lemmas & OUTSIDERS or any(fold.startswith("родительск") for fold, _ in words):
        return "outside", None
    if school := _named_school(tokens):
        return "school", school
    schoolish = _is_schoolish(tokens, words, lemmas)
    if RISK.search(text) and (schoolish or lemmas & {"школа", "организация", "учреждение"}):
        return "flagged", None
    if schoolish and _some_only(words, lemmas):
        return "unknown", None  # «школы, вошедшие в …»: some of them, and which ones the portal does not know
    if lemmas & UNIONS:
        return "body", None
    if schoolish or (own_school and _means_own_school(lemmas)):
        return "schools", None
    first = next((forms & HEADS for _, forms in words if forms & HEADS), frozenset[str]())
    if first & (OF_DEPARTMENT | PEOPLE) or {"зам", "вед", "спец"} & {fold for fold, _ in words[:2]}:
        return ("unknown" if _says_nothing(tokens, first) else "position"), None
    if first & (UNITS | BODIES | GROUPS) or lemmas & FORMS or ("администрация" in first and len(tokens) > 1):
        return "body", None
    return "unknown", None


def _some_only(words: list[tuple[str, frozenset[str]]], lemmas: frozenset[str]) -> bool:
    """Said of a part of the schools. «Учителя, работающие в …» are in every school; «расположенные в» tells nothing."""
    first = next((forms & HEADS for _, forms in words if forms & HEADS), frozenset[str]())
    chosen = any(forms_of(fold).participle and "расположить" not in forms for fold, forms in words)
    return bool(lemmas & SOME or (chosen and not first & OF_SCHOOL))


def _is_schoolish(
    tokens: list[Token], words: list[tuple[str, frozenset[str]]], lemmas: frozenset[str]
) -> bool:
    """Said of the schools of the department: their people by role, or they themselves."""
    first = next((forms & HEADS for _, forms in words if forms & HEADS), frozenset[str]())
    if lemmas & {"шмо", "школьный", "внутришкольный", "классный", "увр", "увп"} or first & OF_SCHOOL:
        return not first & OF_DEPARTMENT
    if first & (OF_DEPARTMENT | UNITS | BODIES) or MUNICIPAL & _adjectives(tokens):
        return bool(ORGANISATIONS & first)
    if (
        lemmas & {"начальник", "управление", "отдел", "сектор", "центр", "комитет"}
        or lemmas & FORMS - SCHOOL_FORMS
    ):
        return False
    if first & {"заместитель", "зам"}:
        return bool(lemmas & {"директор", "руководитель"})
    if first & {"директор"} and len(words) == 1:
        return forms_of(words[0][0]).plural
    return bool(
        lemmas & (SCHOOL_NOUNS | SCHOOL_FORMS | {"школа", "лицей", "гимназия"}) or _is_education(lemmas)
    )


def _adjectives(tokens: list[Token]) -> frozenset[str]:
    """Lemmas of the words before the noun that names the addressee."""
    found: set[str] = set()
    for token in tokens:
        forms = forms_of(token.fold)
        if forms.lemmas & HEADS:
            break
        found |= forms.lemmas
    return frozenset(found)


def _is_education(lemmas: frozenset[str]) -> bool:
    return bool(
        lemmas & {"организация", "учреждение"} and lemmas & {"образовательный", "общеобразовательный"}
    )


def _means_own_school(lemmas: frozenset[str]) -> bool:
    return bool(lemmas & (PEOPLE | GROUPS | {"администрация", "мо", "методсовет", "педсовет"}))


def _says_nothing(tokens: list[Token], first: frozenset[str]) -> bool:
    """«Руководители», «члены»: of what, the phrase does not say."""
    return len(tokens) == 1 and bool(first & PEOPLE)


def school_name(text: str) -> SchoolName | None:
    """What distinguishes the school of this name: «МБОУ «Зареченская СОШ № 4»» → сош, 4, («зареченская»,)."""
    return _named_school(tokenized(text), whole=True)


def _named_school(tokens: list[Token], whole: bool = False) -> SchoolName | None:
    at = next((index for index, token in enumerate(tokens) if sort_of(token) is not None), None)
    sort = "" if at is None else sort_of(tokens[at]) or ""
    form = any(token.fold in SCHOOL_FORMS for token in tokens)
    number = next((token.fold for index, token in enumerate(tokens) if _numbers_school(tokens, index)), "")
    if number and (at is not None or form or len(tokens) == 1):
        return SchoolName(sort, re.sub(r"[\s-]", "", number), _own(tokens) if whole else ())
    named = at is not None and (form or tokens[at].text.isupper() or tokens[at].deep)
    own = _own(tokens) if whole or named else ()
    quoted = form and sort and tokens[at or 0].deep  # «МОУ «Гимназия»»: the only one of its sort
    return SchoolName(sort, "", own) if quoted or (own and (at is not None or form)) else None


def _numbers_school(tokens: list[Token], index: int) -> bool:
    token = tokens[index]
    if token.kind != "number":
        return False
    return "№" in token.gap or len(tokens) == 1 or (index > 0 and sort_of(tokens[index - 1]) is not None)


def _own(tokens: list[Token]) -> tuple[str, ...]:
    """The words that only this school's name has: capitalised, not the sort, not the legal form."""
    return tuple(
        token.fold
        for token in tokens
        if token.kind == "word"
        and token.capital
        and sort_of(token) is None
        and token.fold not in FORMS
        and not forms_of(token.fold).lemmas & (COMMON | PEOPLE)
    )
