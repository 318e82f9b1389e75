"""The rows of a campaign as a question for the solver, and who could be sent where."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from observers import solver
from observers.models import (
    CampaignNeeds,
    Observer,
    ObserverAssignment,
    ObserverAvailability,
    SessionNeed,
    Stage,
)
from observers.solver import Cause
from portal.lib.names import folded
from schools.models import VprCampaign, VprSession

# A visit that a person chose may stand in spite of these; the solver never chooses them itself.
BY_HAND = {Cause.UNTRAINED, Cause.DAY}


def needs(campaign: VprCampaign) -> dict[str, int]:
    """How many observers each stage of a session needs unless it says otherwise; one while it runs is our beginning."""
    row = CampaignNeeds.objects.filter(campaign=campaign).first() or CampaignNeeds(campaign=campaign)
    return {stage: getattr(row, stage) for stage in Stage.values}


def sessions_of(campaign: VprCampaign) -> Any:
    found = VprSession.objects.filter(exam__campaign=campaign).select_related("school", "exam")
    return found.order_by("day", "starts_at", "school__name", "class_name", "pk")


def needed(campaign: VprCampaign, stage: str) -> dict[int, int]:
    """The sessions that say for themselves how many they need at this stage."""
    own = SessionNeed.objects.filter(session__exam__campaign=campaign, stage=stage)
    return dict(own.values_list("session", "observers"))


def as_session(row: VprSession, seats: int, key: Any = None) -> solver.Session:
    return solver.Session(
        id=key or row.pk,
        school=row.school_id,
        day=row.day,
        start=row.starts_at,
        end=row.ends_at,
        class_name=row.class_name,
        grade=row.exam.grade,
        subject=row.exam.subject,
        needs=seats,
        name=f"{row.school.name}, {row.day:%d.%m}",
        place=row.school.address,
    )


def people(campaign: VprCampaign) -> list[solver.Observer]:
    """Everybody in the bank, as the solver sees them."""
    days = dict(ObserverAvailability.objects.filter(campaign=campaign).values_list("observer", "days"))
    bank = Observer.objects.filter(department=campaign.department).active().with_standing()
    return [as_observer(one, days.get(one.pk)) for one in bank.prefetch_related("works_at", "children")]


def as_observer(one: Any, days: list[str] | None) -> solver.Observer:
    return solver.Observer(
        id=one.pk,
        works_at=frozenset(school.pk for school in one.works_at.all()),
        children=tuple(solver.Child(child.school_id, child.class_name) for child in one.children.all()),
        subjects=frozenset(one.subjects),
        trained=one.is_trained,
        consent=one.has_consent,
        available=None if days is None else frozenset(datetime.date.fromisoformat(day) for day in days),
        max=one.max_load,
        place=one.place,
        name=one.short_name,
    )


def near(places: set[str], address: str) -> str:
    """The place of the bank that a school's address names; "" when none does or the address is not known."""
    words = folded(address)
    return max((place for place in places if folded(place) in words), key=len, default="")


@dataclass
class Question:
    """What is asked of the solver, and the visits as they stand: ``kept`` by a person, ``loose`` ones it may change."""

    problem: solver.Problem
    kept: set[tuple[int, int]] = field(default_factory=set)
    loose: dict[tuple[int, int], ObserverAssignment] = field(default_factory=dict)


def question(campaign: VprCampaign, stage: str, *, today: datetime.date) -> Question:
    """The sessions from ``today`` on. Visits that have become impossible count as loose: somebody else is sought.

    Visits at other stages and of other campaigns hold their people too: each is a session of its own that must stand.
    """
    usual, own = needs(campaign)[stage], needed(campaign, stage)
    rows = {row.pk: row for row in sessions_of(campaign).filter(day__gte=today)}
    bank = {one.id: one for one in people(campaign)}
    places = {one.place for one in bank.values() if one.place}
    seats = {pk: own.get(pk, usual) for pk in rows}
    visits = ObserverAssignment.objects.active().filter(
        observer__department=campaign.department, session__day__gte=today
    )
    fixed: list[tuple[Any, Any]] = []
    extra: list[solver.Session] = []
    asked = Question(solver.Problem((), ()))
    planned: dict[Any, list[solver.Session]] = defaultdict(list)
    ordered = visits.select_related("observer", "session__school", "session__exam").order_by("-fixed", "pk")
    for visit in ordered:
        pair = (visit.session_id, visit.observer_id)
        one = bank.get(visit.observer_id)
        here = visit.stage == stage and visit.session_id in rows
        if here and not (visit.fixed or visit.state == ObserverAssignment.State.CONFIRMED):
            asked.loose[pair] = visit
            continue
        key = visit.session_id if here else ("elsewhere", visit.pk)
        session = as_session(visit.session, seats.get(visit.session_id, 0) if here else 0, key)
        hindered = solver.hindrance(one, session, planned[visit.observer_id]) if one else Cause.NO_CONSENT
        if hindered in BY_HAND:
            asked.kept.add(pair)
            seats[visit.session_id] = max(seats.get(visit.session_id, 0) - here, 0)
        elif hindered and here:
            asked.loose[pair] = visit
        elif not hindered:
            planned[visit.observer_id].append(session)
            fixed.append((key, visit.observer_id))
            if here:
                asked.kept.add(pair)
            else:
                extra.append(session)
    sessions = [placed(as_session(row, seats[pk]), places) for pk, row in rows.items()]
    asked.problem = solver.Problem(
        (*sessions, *extra), tuple(bank.values()), tuple(fixed), tuple(asked.loose)
    )
    return asked


def placed(session: solver.Session, places: set[str]) -> solver.Session:
    """With the town of the bank's people in place of the school's whole address."""
    return replace(session, place=near(places, session.place))


@dataclass(frozen=True)
class Choice:
    """Somebody who could be sent: ``cause`` is a hard reason against, ``warnings`` soft ones."""

    observer: solver.Observer
    load: int
    cause: str
    warnings: tuple[str, ...]


def choices(session: VprSession, stage: str) -> tuple[list[Choice], list[Choice]]:
    """Who may be sent to this session, the least busy first; and who may not, with the reason. Six queries."""
    campaign = session.exam.campaign
    bank = people(campaign)
    here = as_session(session, 0)
    active = ObserverAssignment.objects.active().filter(observer__department=campaign.department)
    declined = ObserverAssignment.objects.filter(session=session, state=ObserverAssignment.State.DECLINED)
    refused = set(declined.values_list("observer", flat=True))
    planned: dict[Any, list[solver.Session]] = defaultdict(list)
    taken = set()
    for visit in active.select_related("session__school", "session__exam"):
        if visit.session_id == session.pk:
            taken |= {visit.observer_id} if visit.stage == stage else set()
        else:
            planned[visit.observer_id].append(as_session(visit.session, 0))
    places = {one.place for one in bank if one.place}
    town = near(places, session.school.address)
    found = [
        choice(one, here, planned[one.id], town, refused=one.id in refused)
        for one in bank
        if one.id not in taken
    ]
    found.sort(key=lambda one: (bool(one.warnings), one.load, folded(one.observer.name)))
    return [one for one in found if not one.cause], [one for one in found if one.cause]


def choice(
    one: solver.Observer, session: solver.Session, planned: list[solver.Session], town: str, *, refused: bool
) -> Choice:
    cause = solver.cause(replace(one, trained=True, available=None), session)
    if cause is None and any(session.meets(other) for other in planned):
        cause = Cause.BUSY
    warnings = ["отказался от этого посещения"] if refused else []
    if not one.trained:
        warnings.append("не обучен")
    if one.available is not None and session.day not in one.available:
        warnings.append("в этот день не собирался")
    if one.max is not None and len(planned) >= one.max:
        warnings.append("больше посещений не берёт")
    if solver.teaches_it(one, session):
        warnings.append("преподаёт этот предмет")
    if one.place and town and folded(one.place) != folded(town):
        warnings.append(f"ехать: {one.place}")
    return Choice(one, len(planned), solver.ONE[cause] if cause else "", tuple(warnings))
