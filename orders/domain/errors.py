"""Two people at the same text."""

from __future__ import annotations

from portal.lib.refusals import Refused


class OrderConflict(Refused):
    """Somebody else saved first. ``theirs`` maps field names to what stands in the row now."""

    def __init__(self, theirs: dict[str, str], version: int) -> None:
        super().__init__(
            "Пока вы писали, этот текст изменил другой человек. Ниже оба текста: решите, какой верен."
        )
        self.theirs = theirs
        self.version = version
