"""The board: the sessions of a campaign by day, who watches them, where somebody is missing."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction

from accounts.domain import audit
from accounts.models import Membership
from observers.domain import planning
from observers.models import CampaignNeeds, ObserverAssignment, SessionNeed
from schools.models import VprCampaign, VprSession


@dataclass
class Row:
    """A session with its visits; ``missing`` are seats nobody holds."""

    session: VprSession
    seats: int
    visits: list[ObserverAssignment] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return max(self.seats - len(self.visits), 0)

    @property
    def trouble(self) -> bool:
        return any(visit.trouble for visit in self.visits)


@dataclass
class Day:
    day: datetime.date
    rows: list[Row]

    @property
    def missing(self) -> int:
        return sum(row.missing for row in self.rows)


def rows(campaign: VprCampaign, stage: str) -> list[Row]:
    """Every session of the campaign, in order of time. Four queries, however many there are."""
    usual, own = planning.needs(campaign)[stage], planning.needed(campaign, stage)
    visits: dict[int, list[ObserverAssignment]] = defaultdict(list)
    active = ObserverAssignment.objects.active().filter(session__exam__campaign=campaign, stage=stage)
    for visit in active.with_trouble().select_related("observer"):
        visits[visit.session_id].append(visit)
    return [
        Row(session, own.get(session.pk, usual), visits[session.pk])
        for session in planning.sessions_of(campaign)
    ]


def by_day(found: list[Row], *, show: str = "", school: int | None = None) -> list[Day]:
    """The rows a filter leaves, by day: ``holes``, ``trouble``, or all."""
    days: dict[datetime.date, list[Row]] = defaultdict(list)
    for row in found:
        wanted = {"holes": row.missing > 0, "trouble": row.trouble}.get(show, True)
        if wanted and (school is None or row.session.school_id == school):
            days[row.session.day].append(row)
    return [Day(day, rows) for day, rows in days.items()]


@transaction.atomic
def set_needs(campaign: VprCampaign, *, by: Membership, **stages: int) -> None:
    """How many observers a session of the campaign needs at each stage."""
    CampaignNeeds.objects.update_or_create(campaign=campaign, defaults=stages)
    audit.record("observers.needs", f"Сколько нужно наблюдателей: {campaign}", by=by, stages=stages)


@transaction.atomic
def set_need(session: VprSession, *, stage: str, observers: int, by: Membership) -> None:
    """This one session needs another number."""
    SessionNeed.objects.update_or_create(session=session, stage=stage, defaults={"observers": observers})
    audit.record("observers.need", f"Нужно наблюдателей: {observers}. {session}", by=by, subject=session)
