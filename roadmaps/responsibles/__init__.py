"""Who a printed phrase of responsible people names: pure Russian grammar, no database, no Django.

`parse` cuts the phrase into pieces, each naming one addressee. Cells are written by hand and scanned by machines, so
addressees may stand one under another, behind commas, or glued without any sign; what separates them is grammar: an
addressee begins with a noun in the nominative or dative («руководители», «методисту»), its complements stand in the
genitive («школ», «управления образования»). What the grammar does not know becomes a piece of kind ``unknown``.
"""

from __future__ import annotations

from dataclasses import replace

from roadmaps.responsibles.comparing import folded, head_lemmas, is_plural, lemmas, surname_forms
from roadmaps.responsibles.cutting import addressees
from roadmaps.responsibles.pieces import Kind, Piece, SchoolName, classified, school_name
from roadmaps.responsibles.tokens import tokenized
from roadmaps.responsibles.vocabulary import CONTROL

__all__ = [
    "Kind",
    "Piece",
    "SchoolName",
    "folded",
    "head_lemmas",
    "is_plural",
    "lemmas",
    "parse",
    "school_name",
    "surname_forms",
]


def parse(phrase: str, *, own_school: bool = False) -> tuple[Piece, ...]:
    """Cut the phrase into pieces, in printed order; every word belongs to exactly one of them.

    ``own_school``: the plan is a school's own, where «администрация» or «руководители МО» mean that school's.
    """
    tokens = tokenized(phrase)
    controls = False
    pieces: list[Piece] = []
    for first, last in addressees(tokens):
        controls = controls or tokens[first].fold in CONTROL
        piece = replace(classified(phrase, tokens[first:last], own_school), controls=controls)
        pieces.append(_inheriting(piece, pieces))
    return tuple(pieces)


def _inheriting(piece: Piece, before: list[Piece]) -> Piece:
    """«СОШ № 5, 6»: the bare «6» is a СОШ too."""
    if piece.school and piece.text.isdigit() and before and before[-1].school:
        return replace(piece, school=replace(piece.school, sort=before[-1].school.sort))
    return piece
