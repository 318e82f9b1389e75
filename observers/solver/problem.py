"""The question as plain data. Ids are whatever the asker uses: numbers or strings; equal input, equal plan."""

from __future__ import annotations

import datetime
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property

Id = Hashable
Pair = tuple[Id, Id]  # (session, observer)


class Impossible(Exception):
    """The question cannot be answered as put; the message is Russian and says what to change."""


@dataclass(frozen=True)
class Session:
    """A test of a class, or of a whole grade, at a school on a day. Without both hours it takes the whole day."""

    id: Id
    school: Id
    day: datetime.date
    start: datetime.time | None = None
    end: datetime.time | None = None
    class_name: str = ""
    grade: int | None = None
    subject: str = ""
    needs: int = 1
    place: str = ""
    name: str = ""

    @cached_property
    def span(self) -> tuple[int, int]:
        """Minutes of the day from which and until which it takes an observer."""
        if self.start is None or self.end is None:
            return 0, 24 * 60
        return self.start.hour * 60 + self.start.minute, self.end.hour * 60 + self.end.minute

    def meets(self, other: Session) -> bool:
        """Whether nobody can be at both; hours that only touch do not meet."""
        (begins, ends), (its_begin, its_end) = self.span, other.span
        return self.day == other.day and begins < its_end and its_begin < ends

    @property
    def title(self) -> str:
        return self.name or str(self.id)


@dataclass(frozen=True)
class Child:
    school: Id
    class_name: str = ""


@dataclass(frozen=True)
class Observer:
    """A person. ``available``: None means any day; ``max``: None means as many visits as needed."""

    id: Id
    works_at: frozenset[Id] = frozenset()
    children: tuple[Child, ...] = ()
    subjects: frozenset[str] = frozenset()
    trained: bool = False
    consent: bool = False
    available: frozenset[datetime.date] | None = None
    max: int | None = None
    place: str = ""
    name: str = ""

    @cached_property
    def childrens_schools(self) -> frozenset[Id]:
        return frozenset(child.school for child in self.children)

    @property
    def title(self) -> str:
        return self.name or str(self.id)


@dataclass(frozen=True)
class Problem:
    """Sessions, people, pairs that must stand, and the plan that should change as little as possible."""

    sessions: tuple[Session, ...]
    observers: tuple[Observer, ...]
    fixed: tuple[Pair, ...] = ()
    previous: tuple[Pair, ...] = ()
    session_by_id: dict[Id, Session] = field(init=False, repr=False, compare=False)
    observer_by_id: dict[Id, Observer] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "session_by_id", {session.id: session for session in self.sessions})
        object.__setattr__(self, "observer_by_id", {observer.id: observer for observer in self.observers})
