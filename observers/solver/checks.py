"""Why an observer cannot go to a session, whatever else is planned; and whether somebody should rather not."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from observers.solver.problem import Impossible, Observer, Problem, Session


class Cause(StrEnum):
    """What stands in the way; the last two depend on the rest of the plan."""

    UNTRAINED = "untrained"
    NO_CONSENT = "no_consent"
    OWN_SCHOOL = "own_school"
    CHILD_SCHOOL = "child_school"
    DAY = "day"
    BUSY = "busy"
    FULL = "full"


CAUSES = {
    Cause.UNTRAINED: "не обучены",
    Cause.NO_CONSENT: "нет согласия",
    Cause.OWN_SCHOOL: "работают в этой школе",
    Cause.CHILD_SCHOOL: "в школе учится ребёнок",
    Cause.DAY: "не могут в этот день",
    Cause.BUSY: "в это время в другом месте",
    Cause.FULL: "больше посещений не берут",
}
ONE = {
    Cause.UNTRAINED: "не обучен",
    Cause.NO_CONSENT: "нет согласия на обработку персональных данных",
    Cause.OWN_SCHOOL: "работает в этой школе",
    Cause.CHILD_SCHOOL: "в этой школе учится ребёнок",
    Cause.DAY: "не может в этот день",
    Cause.BUSY: "в это время в другом месте",
    Cause.FULL: "больше посещений не берёт",
}


def cause(observer: Observer, session: Session) -> Cause | None:
    """The first reason of the pair itself, or None: they may meet."""
    if not observer.trained:
        return Cause.UNTRAINED
    if not observer.consent:
        return Cause.NO_CONSENT
    if session.school in observer.works_at:
        return Cause.OWN_SCHOOL
    if session.school in observer.childrens_schools:
        return Cause.CHILD_SCHOOL
    if observer.available is not None and session.day not in observer.available:
        return Cause.DAY
    return None


def hindrance(observer: Observer, session: Session, planned: Iterable[Session]) -> Cause | None:
    """The same in view of where the observer already goes; ``planned`` holds no visit to this very session."""
    if found := cause(observer, session):
        return found
    planned = list(planned)
    if any(session.meets(other) for other in planned):
        return Cause.BUSY
    return Cause.FULL if observer.max is not None and len(planned) >= observer.max else None


def teaches_it(observer: Observer, session: Session) -> bool:
    """Own subject, though at a strange school: allowed, but others go first."""
    return session.subject.casefold() in {subject.casefold() for subject in observer.subjects}


def is_far(observer: Observer, session: Session) -> bool:
    """Both places are known and differ."""
    return bool(observer.place and session.place) and observer.place.casefold() != session.place.casefold()


def check_fixed(problem: Problem) -> None:
    """Raises `Impossible` for the first pair that must stand and cannot."""
    planned: dict[object, list[Session]] = {}
    for session_id, observer_id in dict.fromkeys(problem.fixed):
        session = problem.session_by_id.get(session_id)
        observer = problem.observer_by_id.get(observer_id)
        if session is None or observer is None:
            what = f"проведения «{session_id}»" if session is None else f"наблюдателя «{observer_id}»"
            raise Impossible(
                f"Закреплённая пара [{session_id}, {observer_id}]: такого {what} во входных данных нет."
            )
        before = planned.setdefault(observer.id, [])
        if found := hindrance(observer, session, before):
            raise Impossible(
                f"Закреплённая пара невозможна: {observer.title} и {session.title}: {ONE[found]}. "
                "Снимите закрепление или исправьте данные."
            )
        before.append(session)
