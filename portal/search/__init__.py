"""Search across what one may see: ё = е, any form of a word, the beginning of a word; every word must be found.

`words` reads the query, `kinds` says where its words are looked for, `slips` what it may have meant when nothing is
found. The indexes are `portal.lib.fulltext`'s; why they are so is in docs/decisions/0013.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Window

from accounts.models import Membership
from portal.search.kinds import KINDS, Hit, Kind
from portal.search.slips import corrected, vocabulary
from portal.search.words import Word, pattern, words

SHOWN = 10  # results of one kind among others
SHOWN_ALONE = 100
READ_FOR_SLIPS = 2000  # rows of one kind, the newest first


@dataclass(frozen=True)
class Group:
    """Results of one kind, best first; ``total``: how many there are, shown or not."""

    key: str
    title: str
    hits: list[Hit]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.hits)


@dataclass(frozen=True)
class Found:
    """Kinds without results are left out; ``instead``: nothing holds what was asked for, this is what was sought."""

    groups: list[Group]
    instead: str = ""

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)


def search(membership: Membership, query: str, kind: str = "") -> Found:
    """What the member may see and what holds all the words of the query, or else of the nearest query."""
    kinds = [one for one in KINDS if one.key == kind] or KINDS
    asked = words(query)
    groups = look(membership, asked, kinds) if asked else []
    if groups or not asked:
        return Found(groups)
    texts = (text for one in KINDS for text in one.texts(membership, READ_FOR_SLIPS))
    instead = corrected(query, vocabulary(texts))
    groups = look(membership, words(instead), kinds) if instead else []
    return Found(groups, instead if groups else "")


def look(membership: Membership, asked: list[Word], kinds: Sequence[Kind]) -> list[Group]:
    groups = (group(membership, asked, kind, SHOWN_ALONE if len(kinds) == 1 else SHOWN) for kind in kinds)
    return [group for group in groups if group.hits]


def group(membership: Membership, asked: list[Word], kind: Kind, most: int) -> Group:
    rows = kind.found(membership, asked).annotate(in_all=Window(Count("pk")))[:most]
    marks = pattern(asked)
    hits = [kind.hit(membership, row, marks) for row in rows]
    return Group(kind.key, kind.title, hits, rows[0].in_all if hits else 0)
