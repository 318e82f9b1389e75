"""What a query with slips may have meant: the nearest words among those the member may see.

Trigrams (three letters in a row) choose the candidates, as PostgreSQL's pg_trgm would; the number of slips decides.
The words come from visible rows and from nowhere else, so no hint can tell what stands in another department.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nlargest

from portal.lib.names import folded
from portal.search.words import PIECE, Word, pattern, words
from roadmaps.deadlines.lexicon import analyzer, edit_distance

SHORTEST = 4  # letters of a word in which a slip can be told from another word
CANDIDATES = 24
# What comes out when «приказ» is typed with the keyboard left in Latin.
LAYOUT = str.maketrans("`qwertyuiop[]asdfghjkl;'zxcvbnm,.", "ейцукенгшщзхъфывапролджэячсмитьбю")

Vocabulary = dict[str, str]  # folded word → as it is printed


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """Each word once, in small letters if it is ever printed so."""
    known: Vocabulary = {}
    for word in {word for text in texts for word in PIECE.findall(text)}:
        key = folded(word)
        if key not in known or word.islower():
            known[key] = word
    return known


def corrected(query: str, known: Vocabulary) -> str:
    """The query with each unknown word replaced by the nearest known one; nothing when that is no other query."""
    latin = query.lower()
    for typed in (query, latin.translate(LAYOUT)) if latin.isascii() else (query,):
        asked = words(typed)
        meant = [nearest(word, known) for word in asked]
        if all(meant) and words(" ".join(meant)) != words(query):
            return " ".join(meant)
    return ""


def nearest(word: Word, known: Vocabulary) -> str:
    """The word itself when it is known or a number, else the one with the fewest slips; nothing when none is near."""
    if not word.text.isalpha() or pattern([word]).search(" ".join(known)):
        return word.text
    if len(word.text) < SHORTEST:
        return ""
    sought = trigrams(word.text)
    likely = nlargest(CANDIDATES, known, key=lambda other: shared(sought, other))
    slips, _, best = min(
        ((slips_between(word.text, other), -shared(sought, other), other) for other in likely),
        default=(9, 0, ""),
    )
    return known[best] if slips <= allowed(word.text) else ""


def trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


def shared(sought: set[str], other: str) -> float:
    """How much of both words is the same, 0 to 1: trigrams in common of all trigrams."""
    found = trigrams(other)
    return len(sought & found) / len(sought | found)


def allowed(word: str) -> int:
    return 1 if len(word) < 8 else 2


def slips_between(word: str, other: str) -> int:
    """The fewest over the words as they stand and their dictionary forms."""
    limit = allowed(word)
    plain = edit_distance(word, other, limit)
    return min(plain, edit_distance(normal(word), normal(other), limit)) if plain > 1 else plain


def normal(word: str) -> str:
    return folded(analyzer().parse(word)[0].normal_form)
