"""What stays undone when a role ends: each app above tells of its own, so that accounts need to know none of them.

An app registers a teller in a module that its ``AppConfig.ready`` imports::

    @leaving.teller
    def duties(member: Membership) -> Iterable[leaving.Left]:
        …

Tellers count and do not list: a person may leave behind thousands of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from accounts.models import Membership


@dataclass(frozen=True)
class Left:
    """«3 открытых поручения»; the list that shows them, and where they are given to another (words and address)."""

    words: str
    address: str = ""
    remedy: str = ""
    remedy_address: str = ""


Teller = Callable[[Membership], Iterable[Left]]
_tellers: list[Teller] = []


def teller(ask: Teller) -> Teller:
    _tellers.append(ask)
    return ask


def left_by(member: Membership) -> list[Left]:
    """What waits for this person in this role; nothing of it goes away with the role."""
    return [left for ask in _tellers for left in ask(member)]
