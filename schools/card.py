"""The school's card is a frame; each app fills its own block, so that schools need to know nobody above.

An app registers a provider in a module that its ``AppConfig.ready`` imports::

    @card.block(order=30)
    def visits(school: School, membership: Membership) -> card.Block | None:
        rows = Visit.objects.visible_to(membership).filter(school=school)[:8]
        return card.Block("visits", "Наблюдатели", "observers/_card.html", data=list(rows))

The provider starts from ``visible_to(membership)``, is bounded in rows and queries, and gives None where this member
has nothing to look for (an empty block with its first step is better than None for those who work there).
The template sees ``data``, ``school`` and ``membership``.

Orders taken: 10 duties, 20 flags, 30 results, 40 visits, 50 rechecks, 60 orders; beside the sheet: 10 people,
90 history.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import Membership
from schools.models import School


@dataclass(frozen=True)
class Block:
    """One part of the card. ``key`` is its place in the address (#key); ``side``: beside the sheet, not on it.

    ``states`` stand under the school's name: pairs of a state and its words, ``("late", "1 просрочено")``.
    """

    key: str
    title: str
    template: str
    data: Any = None
    count: int | None = None
    link: str = ""
    link_text: str = ""
    states: tuple[tuple[str, str], ...] = ()
    side: bool = False


Provider = Callable[[School, Membership], Block | None]
_providers: list[tuple[int, Provider]] = []


def block(order: int) -> Callable[[Provider], Provider]:
    """Register a provider; blocks stand by ``order``."""

    def register(provider: Provider) -> Provider:
        _providers.append((order, provider))
        _providers.sort(key=lambda pair: pair[0])
        return provider

    return register


def blocks(school: School, membership: Membership) -> list[Block]:
    """Everything the member may see of the school, in order."""
    made = (provider(school, membership) for _, provider in _providers)
    return [found for found in made if found is not None]
