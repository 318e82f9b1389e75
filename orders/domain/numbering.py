"""Numbers of clauses from their places in the tree: «1.», «2.1.», «2.1.1.»."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orders.models import Clause

DEEPEST = 3


@dataclass(frozen=True)
class Numbered:
    """A clause with its printed number and its depth (1 for «2.», 2 for «2.1.»)."""

    clause: Clause
    number: str
    depth: int
    is_first: bool
    is_last: bool


def numbered(clauses: Iterable[Clause]) -> list[Numbered]:
    """All clauses of one order, in the order they print."""
    children: dict[int | None, list[Clause]] = defaultdict(list)
    for clause in sorted(clauses, key=lambda clause: (clause.position, clause.pk or 0)):
        children[clause.parent_id].append(clause)
    return list(_walk(children, None, ""))


def _walk(children: dict[int | None, list[Clause]], parent: int | None, prefix: str) -> Iterator[Numbered]:
    siblings = children.get(parent, [])
    depth = prefix.count(".") + 1
    for place, clause in enumerate(siblings, start=1):
        number = f"{prefix}{place}."
        yield Numbered(clause, number, depth, place == 1, place == len(siblings))
        yield from _walk(children, clause.pk, number)
