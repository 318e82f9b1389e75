"""Whom to tell that a visit changed under them: the observer, and whoever assigned one without an account."""

from __future__ import annotations

import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format

from notifications.domain import kinds, ledger
from notifications.domain.kinds import Kind, Letter
from notifications.models import Reminder
from observers.models import ObserverAssignment


def refresh(reminder: Reminder, _now: datetime.datetime) -> Letter | None:
    """Nothing is said of what has been settled since."""
    pk = int(reminder.key.split(":")[1])
    visit = ObserverAssignment.objects.active().with_trouble().filter(pk=pk).first()
    return Letter(reminder.subject, reminder.body) if visit is not None and visit.trouble else None


CHANGED = kinds.register(Kind("visit_changed", "Посещение наблюдателя изменилось", refresh=refresh))
DECLINED = kinds.register(Kind("visit_declined", "Наблюдатель отказался"))


def sweep(today: datetime.date) -> int:
    """Record a message for every visit ahead that something stands against; once for each new day or conflict."""
    ahead = ObserverAssignment.objects.active().filter(session__day__gte=today).with_trouble()
    troubled = [
        visit
        for visit in ahead.select_related(
            "observer__department", "observer__membership__user", "session__school", "created_by__user"
        )
        if visit.trouble
    ]
    for visit in troubled:
        tell(visit)
    return len(troubled)


def tell(visit: Any) -> None:
    session, member, moved = visit.session, visit.observer.membership, visit.moved
    when = f"{date_format(session.day, 'j E')}{f', {session.starts_at:%H:%M}' if session.starts_at else ''}"
    key = f"visit-changed:{visit.pk}:{session.day}:{session.starts_at}:{session.school_id}"
    conflict = visit.own_school or visit.child_school or visit.double
    if moved and not conflict and member is not None and member.is_active:
        ledger.record(
            key=f"{key}:{member.user_id}",
            recipient=member.user,
            department=visit.observer.department,
            membership=member,
            kind=CHANGED.name,
            subject=f"Ваше посещение перенесено: {when}",
            body=f"{session.school}: теперь {when}. Если не сможете прийти, откажитесь на странице «Мои посещения».",
            path=reverse("observers:visits"),
        )
    by = visit.created_by
    if by is not None and by.is_active:
        why = "стало невозможным" if conflict else "перенесено, наблюдатель об этом ещё не знает"
        ledger.record(
            key=f"{key}:{int(bool(conflict))}:{by.user_id}",
            recipient=by.user,
            department=visit.observer.department,
            membership=by,
            kind=CHANGED.name,
            subject=f"Посещение требует внимания: {visit.observer}, {when}",
            body=f"{visit.observer}, {session.school}, {when}: посещение {why}. Замените наблюдателя или сообщите ему.",
            path=reverse("observers:session", args=[visit.session_id, visit.stage]),
        )


def declined(visit: ObserverAssignment, comment: str) -> None:
    """An observer said themself that they will not come: whoever assigned them looks for another."""
    by = visit.created_by
    if by is None or not by.is_active:
        return
    when = date_format(visit.session.day, "j E")
    ledger.record(
        key=f"visit-declined:{visit.pk}:{by.user_id}",
        recipient=by.user,
        department=visit.observer.department,
        membership=by,
        kind=DECLINED.name,
        subject=f"Наблюдатель отказался: {visit.observer}",
        body=f"{visit.observer} не сможет прийти: {visit.session.school}, {when}. {comment}",
        path=reverse("observers:session", args=[visit.session_id, visit.stage]),
    )
