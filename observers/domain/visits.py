"""Visits and what becomes of them: assign, confirm, decline, take off, replace, tell again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership
from observers.domain import telling
from observers.models import Observer, ObserverAssignment, Stage
from orders.models import Order
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from schools.models import VprSession

State = ObserverAssignment.State
# What the database says no to (migration 0002 and the constraints), in words for the screen.
REFUSALS = {
    "observer_own_school": "{who} работает в этой школе: своей школе никто не наблюдатель. Выберите другого.",
    "observer_child_school": "В этой школе учится ребёнок: {who} здесь наблюдать не может. Выберите другого.",
    "observer_overlap": "{who} в этот день и час уже в другом месте. Выберите другого или другое время.",
    "observer_foreign": "{who} из банка другого отдела.",
    "visit_once": "{who} уже назначен сюда.",
    # SQLite names columns, not constraints
    "observer_id, observers_observerassignment.session_id": "{who} уже назначен сюда.",
}


def refusal(error: IntegrityError, who: object) -> Refused | None:
    """The Russian words for what the database refused, if it is one of the hard rules."""
    text = str(error)
    return next((Refused(words.format(who=who)) for name, words in REFUSALS.items() if name in text), None)


@transaction.atomic
def assign(
    *,
    observer: Observer,
    session: VprSession,
    by: Membership,
    stage: str = Stage.RUNNING,
    fixed: bool = False,
    replaces: ObserverAssignment | None = None,
    comment: str = "",
) -> ObserverAssignment:
    """Send an observer to a stage of a session. Raises `Refused` for whoever may not go there at all.

    Only those in the bank, with a standing consent; own school, child's school and overlapping hours are refused by
    the database itself.
    """
    check_may_go(observer)
    try:
        with transaction.atomic():
            visit = ObserverAssignment.objects.create(
                observer=observer,
                session=session,
                stage=stage,
                fixed=fixed,
                replaces=replaces,
                created_by=by,
                told_day=session.day,
                told_starts_at=session.starts_at,
                told_school_id=session.school_id,
            )
    except IntegrityError as error:
        raise refusal(error, observer) or error from None
    visit.events.create(state=State.PROPOSED, by=by, comment=comment)
    return visit


def check_may_go(observer: Observer) -> None:
    """Raises `Refused` for one who left the bank or whose consent is missing or withdrawn."""
    if observer.left_on is not None:
        raise Refused(f"{observer} выбыл из банка. Сначала верните его в карточке.")
    if not observer.consents.filter(withdrawn_on=None).exists():
        raise Refused(
            f"{observer}: нет действующего согласия на обработку персональных данных. Внесите его в карточке."
        )


@transaction.atomic
def confirm(
    visits: Iterable[ObserverAssignment], *, by: Membership | None, order: Order | None = None
) -> int:
    """The visits stand: by an order, or by a person's word. Those confirmed or closed already are left alone.

    Raises `Refused`, and confirms none, when one of them has become impossible.
    """
    count = 0
    for visit in visits:
        if visit.state == State.PROPOSED:
            _move(visit, State.CONFIRMED, by=by, comment=str(order or ""), confirmed_at=timezone.now())
            count += 1
    return count


@transaction.atomic
def decline(visit: ObserverAssignment, *, comment: str, by: Membership | None = None) -> ObserverAssignment:
    """The observer will not come; without ``by`` it is the observer who says so. The reason is kept."""
    if not comment.strip():
        raise Refused("Напишите, почему наблюдатель не сможет прийти: по этим словам ищут замену.")
    gone = _move(visit, State.DECLINED, by=by, comment=comment, closed_at=timezone.now())
    if by is None:
        telling.declined(gone, comment.strip())
    return gone


@transaction.atomic
def cancel(visit: ObserverAssignment, *, by: Membership, comment: str = "") -> ObserverAssignment:
    """Take the visit off the board; it stays in the history."""
    return _move(visit, State.CANCELLED, by=by, comment=comment, closed_at=timezone.now())


@transaction.atomic
def replace(
    visit: ObserverAssignment, *, observer: Observer, by: Membership, comment: str = ""
) -> ObserverAssignment:
    """Send another one instead: both or, with `Refused`, neither."""
    cancel(visit, by=by, comment=comment or f"Замена: {observer}")
    return assign(
        observer=observer,
        session=visit.session,
        stage=visit.stage,
        by=by,
        fixed=True,
        replaces=visit,
        comment=f"Вместо: {visit.observer}",
    )


@transaction.atomic
def acknowledge_move(visit: ObserverAssignment, *, by: Membership) -> None:
    """The observer was told of the new day: from now on it is the one they know."""
    session = visit.session
    ObserverAssignment.objects.filter(pk=visit.pk).update(
        told_day=session.day, told_starts_at=session.starts_at, told_school=session.school_id
    )
    visit.events.create(state=visit.state, by=by, comment=f"Сообщено о переносе на {session.day:%d.%m.%Y}")
    audit.record("observers.moved", f"{visit.observer} знает о переносе: {session}", by=by, subject=visit)


def _move(
    visit: ObserverAssignment, to: str, *, by: Membership | None, comment: str, **changes: Any
) -> ObserverAssignment:
    try:
        with transaction.atomic():
            move(visit, to, **changes)
    except StaleTransition:
        raise Refused("Это назначение уже изменил другой человек. Обновите страницу.") from None
    except IntegrityError as error:
        raise refusal(error, visit.observer) or error from None
    visit.events.create(
        state=to, by=by, by_observer=by is None and to == State.DECLINED, comment=comment.strip()[:500]
    )
    return visit
