"""Schedules named in a phrase: «в соответствии с годовым планом работы ММО» is «годовой план работы ММО»."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from roadmaps.deadlines.events import is_assessment
from roadmaps.deadlines.lexicon import WORDS, parses
from roadmaps.deadlines.tokens import Token

# stem of the head noun: nominative, nominative plural, gender; the endings that make it plural
_HEADS = {
    "план-график": ("план-график", "планы-графики", "masc"),
    "план": ("план", "планы", "masc"),
    "график": ("график", "графики", "masc"),
    "расписание": ("расписание", "расписания", "neut"),
    "циклограмма": ("циклограмма", "циклограммы", "femn"),
    "карта": ("карта", "карты", "femn"),
    "программ": ("программа", "программы", "femn"),
    "регламент": ("регламент", "регламенты", "masc"),
    "порядк": ("порядок", "порядки", "masc"),
    "приказ": ("приказ", "приказы", "masc"),
    "распоряжени": ("распоряжение", "распоряжения", "neut"),
    "положени": ("положение", "положения", "neut"),
    "постановлени": ("постановление", "постановления", "neut"),
    "письм": ("письмо", "письма", "neut"),
    "календар": ("календарь", "календари", "masc"),
}
_WEAK = frozenset(("регламент", "порядк", "приказ", "распоряжени", "положени", "постановлени", "письм"))
_PLURAL = re.compile(r"(ам|ям|ами|ями|ах|ях|ов|ы)$")
_LENGTH = 6  # a head noun's ending is no longer than this allows beyond the stem
_VPR_HEADS = ("план-график", "график", "план", "расписание")
_VPR_ADJECTIVES = ("утвержденн", "установленн", "федеральн", "действующ")
_FEDERAL = ("рособрнадзор", "фиоко", "федеральн", "утвержденн", "приказ")


def head_of(token: Token) -> str | None:
    """The stem under which the word heads a schedule's name, or None."""
    if token.kind == "w":
        return str(token.value) if token.value in _HEADS else None
    if token.kind != "x":
        return None
    form = str(token.value)
    stem = next((stem for stem in _HEADS if form.startswith(stem) and len(form) <= len(stem) + 3), None)
    return None if stem is None or is_adjective(form) else stem  # «календарным планом» is headed by the plan


def is_weak(head: str) -> bool:
    """Whether the noun (приказ, порядок…) is a schedule only when the phrase says whose."""
    return head in _WEAK


@lru_cache(maxsize=4096)
def is_adjective(form: str) -> bool:
    """Whether the lowered word is an adjective, a participle or an adverb."""
    return any({"ADJF", "PRTF", "ADVB"} & set(parse.tag.grammemes) for parse in parses(form))


def is_nominative(head: Token) -> bool:
    """Whether the head noun stands as a name by itself: «план ВШК», not «плану ВШК»."""
    return head.form in _HEADS[head_of(head) or ""] or (head.kind == "w" and head.form not in WORDS)


def _is_plural(head: Token) -> bool:
    singular, _, gender = _HEADS[head_of(head) or ""]
    return bool(_PLURAL.search(head.form)) and gender != "neut" and head.form != singular


def name(adjectives: Sequence[Token], head: Token, tail: str) -> str:
    """The schedule's name in the nominative; `tail` is kept as printed."""
    stem = head_of(head) or ""
    singular, plural, gender = _HEADS[stem]
    many = _is_plural(head)
    words = [_nominative(token.raw.lower(), "plur" if many else gender) for token in adjectives]
    gap = "" if tail.startswith(",") else " "
    return f"{' '.join([*words, plural if many else singular])}{gap}{tail}".strip()


def agrees(participle: Token, head: Token) -> bool:
    """Whether the participle after a comma is the head noun's: «графику …, утвержденному», not «…, расположенных»."""
    number = "plur" if _is_plural(head) else "sing"
    return any(number in parse.tag.grammemes for parse in parses(participle.form))


def agreed(participle: Token, head: Token) -> str:
    """The participle after a comma in the head noun's nominative."""
    return _nominative(participle.raw.lower(), _HEADS[head_of(head) or ""][2])


@lru_cache(maxsize=4096)
def _nominative(word: str, gender: str) -> str:
    wanted = {"nomn", "plur"} if gender == "plur" else {"nomn", "sing", gender}
    for parse in parses(word):
        if {"ADJF", "PRTF"} & set(parse.tag.grammemes):
            inflected = parse.inflect(wanted)
            if inflected:
                return str(inflected.word) if "ё" in word else str(inflected.word).replace("ё", "е")
    return word


def is_vpr(adjectives: Sequence[Token], head: Token, tail: Sequence[Token]) -> bool:
    """Whether the name means the portal's own VPR schedule."""
    stem = head_of(head)
    if any(not str(token.value).startswith(_VPR_ADJECTIVES) for token in adjectives):
        return False
    if stem == "план-график":
        return all(_is_federal(token) for token in tail) or is_assessment(tail, _FEDERAL)
    bare = [token.value for token in tail] == ["проведение"]
    return stem in _VPR_HEADS and (bare or is_assessment(tail, _FEDERAL))


def _is_federal(token: Token) -> bool:
    return str(token.value).startswith(_FEDERAL)
