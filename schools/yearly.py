"""The year's report is a frame; each app that knows something of the year writes its own chapter of it.

So the report (in the roadmaps) needs to know nobody beside or above it. An app registers a chapter in a module that its
``AppConfig.ready`` imports::

    @yearly.chapter(order=30)
    def visits(membership: Membership, period: yearly.Period) -> yearly.Chapter | None:
        …

It starts from ``visible_to(membership)``, tells what was so at the end of ``period.day``, is bounded in queries, and
gives None where there is nothing to tell. The report may be signed as an annex that every school reads: what is the
department's own analysis (flags, violations, rechecks) is told in counts, never by a school's name.

Orders taken: 10 tests and results, 20 flags, 30 observers, 40 rechecks.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Department, Membership

Table = dict[str, Any]


@dataclass(frozen=True)
class Period:
    """The academic year that began in ``year``, as it stood at the end of ``day``."""

    year: int
    day: datetime.date

    @property
    def first_day(self) -> datetime.date:
        return datetime.date(self.year, 9, 1)

    def end(self, department: Department) -> datetime.datetime:
        """The first moment after the day, on the department's clock."""
        return datetime.datetime.combine(
            self.day + datetime.timedelta(days=1), datetime.time(), tzinfo=department.tz
        )


@dataclass(frozen=True)
class Chapter:
    """One part of the report. ``table`` and ``chart`` have the shape of a part of `orders.models.Annex`."""

    key: str
    heading: str
    paragraphs: Sequence[str]
    table: Table | None = None
    chart: Mapping[str, Any] | None = None


def table(
    columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]] = (), *, sections: Any = None
) -> Table:
    """A table of an annex; ``columns``: key → heading; ``sections``: pairs of a heading and rows, instead of rows."""
    parts = sections if sections is not None else [("", rows)]
    return {
        "columns": [{"key": key, "heading": heading} for key, heading in columns.items()],
        "sections": [
            {"heading": heading, "items": [{key: str(row[key]) for key in columns} for row in lines]}
            for heading, lines in parts
        ],
    }


Author = Callable[[Membership, Period], Chapter | None]
_authors: list[tuple[int, Author]] = []


def chapter(order: int) -> Callable[[Author], Author]:
    """Register an author; chapters stand by ``order``."""

    def register(author: Author) -> Author:
        _authors.append((order, author))
        _authors.sort(key=lambda pair: pair[0])
        return author

    return register


def chapters(membership: Membership, period: Period) -> list[Chapter]:
    """What the registered apps have to tell of the year, in order."""
    written = (author(membership, period) for _, author in _authors)
    return [found for found in written if found is not None]
