"""The people of the bank: written in, changed, taken out, forgotten on request."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.domain import audit, invitations, people
from accounts.models import Membership, Role
from observers.domain import links, sheets, visits
from observers.models import Observer, ObserverAssignment, ObserverChild
from portal.lib.refusals import Refused
from schools.models import School

FORGOTTEN = "Данные удалены"


@transaction.atomic
def save(
    observer: Observer,
    *,
    by: Membership,
    works_at: Iterable[School] = (),
    children: Iterable[Mapping[str, Any]] = (),
) -> Observer:
    """Write a person with all ties to schools. Visits that the ties make impossible stay and are shown as conflicts.

    ``children``: ``{"school": School, "class_name": str}`` each; they replace what was there.
    """
    is_new = observer.pk is None
    if is_new:
        observer.department, observer.created_by = by.department, by
    _check_alone(observer)
    observer.save()
    observer.works_at.set(works_at)
    observer.children.all().delete()
    unique = {
        (child["school"].pk, child["class_name"].strip().upper()): child["school"] for child in children
    }
    ObserverChild.objects.bulk_create(
        ObserverChild(observer=observer, school=school, class_name=name)
        for (_, name), school in unique.items()
    )
    said = "Внесён наблюдатель" if is_new else "Изменены данные наблюдателя"
    audit.record("observers.saved", f"{said}: {observer.full_name}", by=by, subject=observer)
    return observer


def _check_alone(observer: Observer) -> None:
    """The same name with the same phone or e-mail twice is one person twice."""
    twins = Observer.objects.active().filter(
        department=observer.department,
        last_name__iexact=observer.last_name,
        first_name__iexact=observer.first_name,
        patronymic__iexact=observer.patronymic,
    )
    twins = twins.exclude(pk=observer.pk)
    if any(_same_contact(observer, twin) for twin in twins):
        raise Refused(
            f"{observer.full_name} с такими же телефоном и почтой уже в банке. Откройте его карточку."
        )


def _same_contact(one: Observer, other: Observer) -> bool:
    return (one.phone, one.email.lower()) == (other.phone, other.email.lower())


@transaction.atomic
def leave(observer: Observer, *, by: Membership, day: datetime.date | None = None) -> None:
    """Out of future assignments: visits to come are taken off, links and the account close; the past stays."""
    if not Observer.objects.filter(pk=observer.pk, left_on=None).update(left_on=day or timezone.localdate()):
        raise Refused(f"{observer} уже выбыл.")
    observer.refresh_from_db(fields=["left_on"])
    free_from_visits(observer, by=by, comment="Выбыл из банка")
    links.revoke(observer, by=by, silent=True)
    if observer.membership and observer.membership.is_active:
        people.end_membership(observer.membership, by=by)
    audit.record("observers.left", f"Выбыл из банка: {observer.full_name}", by=by, subject=observer)


@transaction.atomic
def come_back(observer: Observer, *, by: Membership) -> None:
    """Into the bank again; a forgotten person is written in anew instead."""
    if observer.forgotten_at:
        raise Refused("Личные данные этого человека удалены: внесите его заново.")
    Observer.objects.filter(pk=observer.pk).update(left_on=None)
    observer.left_on = None
    audit.record("observers.back", f"Вернулся в банк: {observer.full_name}", by=by, subject=observer)


@transaction.atomic
def forget(observer: Observer, *, by: Membership) -> None:
    """Remove everything personal on request (152-ФЗ): name, contacts, ties, consent files. Visits stay as numbers.

    The history says that it was done and by whom, not whom it was about.
    """
    if observer.left_on is None:
        leave(observer, by=by)
    for consent in observer.consents.exclude(file=""):
        transaction.on_commit(partial(consent.file.storage.delete, str(consent.file.name)))
    observer.consents.filter(withdrawn_on=None).update(withdrawn_on=timezone.localdate())
    observer.consents.update(file="", file_name="", content_type="")
    observer.children.all().delete()
    observer.works_at.clear()
    observer.availability.all().delete()
    blank = {"phone": "", "email": "", "workplace": "", "place": "", "note": "", "subjects": []}
    name = {"last_name": FORGOTTEN, "first_name": f"№ {observer.pk}", "patronymic": ""}
    changes: dict[str, Any] = blank | name | {"membership": None, "forgotten_at": timezone.now()}
    Observer.objects.filter(pk=observer.pk).update(**changes)
    observer.refresh_from_db()
    sheets.forget(observer)
    audit.record(
        "observers.forgotten", f"Удалены личные данные наблюдателя № {observer.pk}", by=by, subject=observer
    )


def free_from_visits(observer: Observer, *, by: Membership, comment: str) -> int:
    """Take the observer off every visit from today on; how many there were. Call inside a transaction."""
    ahead = (
        ObserverAssignment.objects.of_observer(observer)
        .active()
        .filter(session__day__gte=timezone.localdate())
    )
    count = 0
    for visit in ahead.select_related("observer", "session"):
        visits.cancel(visit, by=by, comment=comment)
        count += 1
    return count


@transaction.atomic
def open_account(observer: Observer, *, by: Membership) -> None:
    """An account of their own, in the role of an observer; the letter with the way in goes to their e-mail."""
    if observer.left_on is not None:
        raise Refused(f"{observer} выбыл из банка.")
    if not observer.email:
        raise Refused("Впишите почту наблюдателя: на неё придёт приглашение. Без почты дайте ссылку.")
    member = observer.membership
    if member is None or not member.is_active:
        member = people.add_member(
            department=observer.department,
            by=by,
            email=observer.email,
            last_name=observer.last_name,
            first_name=observer.first_name,
            patronymic=observer.patronymic,
            role=Role.OBSERVER,
        )
        Observer.objects.filter(pk=observer.pk).update(membership=member)
        observer.membership = member
    invitations.invite(member, by=by)
