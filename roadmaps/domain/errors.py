"""Two people at the same text."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass
class Conflict(Exception):
    """Another person changed the same text first. Nothing is lost: both texts are here."""

    mine: str
    theirs: str
    version: int
    by: str
    at: datetime.datetime

    def __str__(self) -> str:
        return f"Этот текст одновременно изменил(а) {self.by}."
