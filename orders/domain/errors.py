"""Why the domain of orders says no; every message is Russian and meant for the person at the screen."""

from __future__ import annotations


class OrderRefused(Exception):
    """The order is not in a state, or not of a content, that allows what was asked."""


class OrderConflict(OrderRefused):
    """Somebody else saved first. ``theirs`` maps field names to what stands in the row now."""

    def __init__(self, theirs: dict[str, str], version: int) -> None:
        super().__init__(
            "Пока вы писали, этот текст изменил другой человек. Ниже оба текста: решите, какой верен."
        )
        self.theirs = theirs
        self.version = version
