"""The kinds of messages: how people call them, whether one may do without their mail, what is still true at sending.

An app registers its kinds beside the code that records them, and imports that module in its ``ready``.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notifications.models import Reminder


@dataclass(frozen=True)
class Letter:
    """What a message says; ``groups`` as in `notifications.models.Reminder`."""

    subject: str
    body: str
    groups: list[dict[str, Any]] = field(default_factory=list)


# The letter as of that moment, or None when nothing is left to be said.
Refresh = Callable[["Reminder", datetime.datetime], "Letter | None"]


@dataclass(frozen=True)
class Kind:
    """``optional``: a person may refuse its mail; ``urgent``: quiet hours do not hold it back."""

    name: str
    title: str
    optional: bool = False
    urgent: bool = False
    refresh: Refresh | None = None


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    KINDS[kind.name] = kind
    return kind


def of(name: str) -> Kind:
    """The kind of this name; one nobody registers any more is plain and obligatory."""
    return KINDS.get(name) or Kind(name, name)


def optional() -> list[Kind]:
    return [kind for kind in KINDS.values() if kind.optional]


REFUSED = register(Kind("refused", "Почта не принимает писем", urgent=True))
STOPPED = register(Kind("stopped", "Утренняя рассылка остановлена", urgent=True))
