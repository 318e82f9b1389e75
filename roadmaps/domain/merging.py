"""What becomes of the open duties of a school that is joined to another."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Membership
from roadmaps.domain.history import note, step
from roadmaps.models import Assignment, AssignmentEvent
from schools.models import School


def _open(school: School, into: School) -> Any:
    """The open duties of ``school``; ``double``: the heir bears the very same one."""
    same = Assignment.objects.filter(
        Q(item=OuterRef("item")) | Q(clause=OuterRef("clause")),
        school=into,
        occurrence=OuterRef("occurrence"),
    )
    return Assignment.objects.filter(school=school).open().annotate(double=Exists(same))


def outlook(school: School, into: School) -> list[str]:
    """What `carry_over` would do, in sentences."""
    doubles = list(_open(school, into).values_list("double", flat=True))
    waiting = Assignment.objects.filter(school=school, state=Assignment.State.REPORTED).count()
    said = []
    if doubles.count(True):
        said.append(
            f"Незакрытых поручений, которые есть и у преемника: {doubles.count(True)}. Они будут сняты."
        )
    if doubles.count(False):
        said.append(
            f"Незакрытых поручений, которых у преемника нет: {doubles.count(False)}. Они перейдут к нему."
        )
    if waiting:
        said.append(
            f"Отчётов на проверке: {waiting}. Они останутся за прежней школой: примите или верните их."
        )
    return said


@transaction.atomic
def carry_over(school: School, into: School, *, by: Membership) -> None:
    """Duties the heir bears too are withdrawn, the others pass over to it with their proof; each with its history."""
    comment = f"Школа «{school}» присоединена к школе «{into}»."
    for duty in _open(school, into):
        if duty.double:
            step(duty, Assignment.State.CLOSED, by, comment, decided_at=timezone.now(), decided_by=by)
        else:
            Assignment.objects.filter(pk=duty.pk).update(school=into)
            note(duty, AssignmentEvent.Kind.HANDED, by=by, comment=comment)
