"""Deadlines inside the sentences of an order's clause: «… представить отчёт в срок до 31 марта 2022 года.»

A clause is full of days that are no deadlines (dates of other orders, school years in titles), so only what says
plainly that it is one counts: «до», «не позднее», «в срок», «в течение», «с … по …», «ежемесячно», «за N дней до».
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from roadmaps.deadlines.events import DayInDoubt, Doubt, Impossible
from roadmaps.deadlines.grammar import Parser
from roadmaps.deadlines.merging import Merger, Offset, Piece
from roadmaps.deadlines.parts import Part, Period, Unclear
from roadmaps.deadlines.reader import Rules
from roadmaps.deadlines.tokens import Token, nfc, tokenize

_SENTENCE_END = re.compile(r"(?<=[^\W\d_])[.!?](?=\s+[А-ЯЁ«\"])|[\n;]")
_BUDGET = 60  # pieces tried for one deadline
_GLUE = (",", "(", "и")


@dataclass(frozen=True, slots=True)
class Found:
    """A deadline in a text: `text[start:end]` is how it is printed."""

    start: int
    end: int
    parts: tuple[Part, ...]


def find(text: str, period: Period) -> tuple[Found, ...]:
    """The deadlines said plainly in a clause's text, in its order; () when there is none.

    A term without its event («в течение трех дней»), a day in doubt («до конца учебного года») and a day that does not
    exist are found as `Unclear`.
    """
    composed = nfc(text)
    found = [
        found for start, end in _sentences(composed) for found in _in_sentence(composed, start, end, period)
    ]
    return tuple(found if composed is text else (_moved(one, text) for one in found))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in _SENTENCE_END.finditer(text):
        yield start, stop.start()
        start = stop.end()
    yield start, len(text)


def _in_sentence(text: str, start: int, end: int, period: Period) -> Iterator[Found]:
    sentence = text[start:end]
    parser = Parser(tokenize(sentence), sentence, period)
    while parser.i < len(parser.tokens):
        first = parser.i
        parts = _parts_at(parser, period)
        if parts is None:
            parser.i = first + 1
            continue
        yield Found(
            start + parser.tokens[first].start, start + _printed_end(sentence, parser.peek(-1)), parts
        )


def _parts_at(parser: Parser, period: Period) -> tuple[Part, ...] | None:
    """The parts of a deadline beginning at the parser's token, the parser left behind it; None when there is none."""
    parser.budget = _BUDGET
    first = parser.i
    pieces: list[Piece] = []
    try:
        while (piece := _next_piece(parser, bool(pieces))) is not None:
            pieces.append(piece)
        return Merger(pieces, period).parts() if pieces else None
    except Impossible as doubt:
        parser.i = max(parser.i + (parser.peek().kind == "bad"), first + 1)
        return (Unclear(str(doubt), impossible=True),)
    except DayInDoubt as doubt:
        parser.i = max(parser.i, first + 1)
        return (Unclear(str(doubt)),)
    except Doubt as doubt:
        return (Unclear(str(doubt)),) if any(isinstance(piece, Offset) for piece in pieces) else None


def _next_piece(parser: Parser, more: bool) -> Piece | None:
    start = parser.i
    while more and parser.take(*_GLUE):
        pass
    piece = parser.piece(_RULES) if _is_plain(parser) else None
    if piece is None:
        parser.i = start
    return piece


def _is_plain(parser: Parser) -> bool:
    """«ежемесячно» is a deadline, «ежемесячный отчет» is none."""
    token = parser.peek()
    return token.kind != "loop" or token.form.endswith("о")


def _printed_end(sentence: str, last: Token) -> int:
    abbreviated = (
        last.value == "год" and last.form in ("г", "гг") and sentence[last.end : last.end + 1] == "."
    )
    return last.end + abbreviated


def _moved(found: Found, text: str) -> Found:
    """The place in a text whose letters were not composed."""
    lengths = [len(nfc(text[:index])) for index in range(len(text) + 1)]
    return Found(_first_at(lengths, found.start), _first_at(lengths, found.end), found.parts)


def _first_at(lengths: list[int], length: int) -> int:
    return next(index for index in reversed(range(len(lengths))) if lengths[index] <= length)


def _announced(parser: Parser) -> Piece | None:
    """«срок исполнения: …», «в срок до …»."""
    start = parser.i
    inside = parser.take("в")
    if parser.take("срок"):
        named = parser.take("исполнение", "реализация") | parser.take("-", ":")
        if inside or named or parser.at("до", "не", "с"):
            return parser.piece(_RULES) if inside else parser.piece()
    parser.i = start
    return None


def _range(parser: Parser) -> Piece | None:
    """«с 1 по 15 марта», «в период с 1 по 15 марта»."""
    if parser.take("в") and not parser.take("период", "срок"):
        return None
    return parser.windows() if parser.at("с") else None


_RULES: Rules = {
    "до": (Parser.on_day, Parser.by),
    "к": (Parser.by,),
    "не": (Parser.times, Parser.on_day, Parser.not_later, Parser.by),
    "в": (_range, _announced, Parser.going_on, Parser.within, Parser.term),
    "срок": (_announced,),
    "втечение": (Parser.going_on, Parser.within),
    "с": (_range,),
    "за": (Parser.not_later,),
    "через": (Parser.not_later,),
    "накануне": (Parser.eve,),
    "loop": (Parser.loop,),
    "n": (Parser.times,),
    "раз": (Parser.times,),
    "дважды": (Parser.times,),
}
