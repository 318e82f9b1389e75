"""Flags of non-objectivity: a suspicion with evidence, opened and lifted by people."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from schools.models import ComputedSign, ObjectivityFlag, School
from schools.signals import school_flagged

State = ObjectivityFlag.State
FINAL = {State.REFUTED, State.LIFTED}


@transaction.atomic
def open_flag(school: School, *, by: Membership, **fields: Any) -> ObjectivityFlag:
    """Open a flag with its grounds and tell those whose clocks it starts.

    ``fields``: year, subject, grade, source, grounds, opened_on, origin. Raises `Refused` when the same suspicion
    (school, year, subject, grade) stands already, or the school is closed.
    """
    if school.closed_on:
        raise Refused("Школа закрыта: новый признак открыть нельзя.")
    same = {name: fields.get(name) for name in ("year", "subject", "grade")}
    if school.flags.standing().filter(**same).exists():
        raise Refused(
            "Такой признак у этой школы уже открыт. Новые сведения запишите вместе с решением по нему."
        )
    flag = ObjectivityFlag.objects.create(school=school, opened_by=by, **fields)
    flag.events.create(state=flag.state, by=by, comment=flag.grounds)
    audit.record("schools.flag_opened", f"Открыт признак: {flag}", by=by, subject=flag)
    school_flagged.send(ObjectivityFlag, flag=flag, by=by)
    return flag


@transaction.atomic
def move_flag(flag: ObjectivityFlag, to: str, *, by: Membership, comment: str) -> None:
    """Take the flag a step on, with a reason. Raises `Refused` when somebody was first or the step does not exist."""
    closed = {"closed_on": timezone.localdate()} if to in FINAL else {}
    try:
        move(flag, to, **closed)
    except StaleTransition as stale:
        raise Refused("Признак уже в другом состоянии. Обновите страницу.") from stale
    flag.events.create(state=to, by=by, comment=comment)
    audit.record(
        "schools.flag_moved", f"Признак «{flag}»: {State(to).label}", by=by, subject=flag, comment=comment
    )


def grounds_of(sign: ComputedSign) -> dict[str, Any]:
    """What a flag would say that a person opens on a computed sign; ``sign.exam.campaign`` is at hand."""
    rule = sign.rule
    return {
        "year": sign.exam.campaign.year,
        "subject": sign.exam.subject,
        "grade": sign.exam.grade,
        "source": f"расчёт портала по результатам «{sign.exam.campaign}», {sign.exam}"[:300],
        "grounds": f"{rule.title}. {sign.text}\n\nПравило: {rule.rule}",
    }
