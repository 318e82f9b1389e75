"""State machines whose moves have exactly one winner, on PostgreSQL and on SQLite."""

from typing import Any


class StaleTransition(Exception):
    """The row is no longer in the state the caller saw, or the move is not in its ``TRANSITIONS``."""


def move(row: Any, to: str, **changes: Any) -> None:
    """Compare-and-set ``row.state`` to ``to`` together with ``changes``; raise `StaleTransition` for the loser.

    ``update()`` skips ``auto_now``: pass such fields explicitly.
    """
    if to not in row.TRANSITIONS[row.state]:
        raise StaleTransition(f"{row!r}: {row.state} → {to}")
    changes["state"] = to
    if not type(row).objects.filter(pk=row.pk, state=row.state).update(**changes):
        raise StaleTransition(f"{row!r}: уже не {row.state}")
    for name, value in changes.items():
        setattr(row, name, value)
