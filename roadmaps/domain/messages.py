"""Messages inside a duty: who wrote what to whom; whoever is meant is told, nobody else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Q

from accounts.models import Membership, Role
from portal.lib.names import folded
from portal.lib.refusals import Refused
from roadmaps.domain import letters
from roadmaps.domain.history import Kind, note
from roadmaps.models import Assignment, AssignmentEvent
from roadmaps.permissions import DECIDERS, may_speak

LONGEST = 5_000
MENTION = re.compile(
    r"(?<!\S)[(«\"']?@([А-ЯЁа-яё][А-ЯЁа-яё\-]*)"
)  # mail addresses and Latin names of sites are no mentions


@transaction.atomic
def say(
    assignment: Assignment, *, by: Membership, text: str, to: Iterable[Membership] = ()
) -> AssignmentEvent:
    """Write a message in the duty's history. Told: ``to``, whoever the text names («@Корнев»), else the other side.

    Raises `Refused` for an empty text, or for a person who does not see the duty: nobody is passed over in silence.
    """
    if not may_speak(assignment, by):
        raise Refused("Писать в поручении могут исполнитель, соисполнители и те, кто принимает доклад.")
    text = text.replace("\x00", "").strip()  # PostgreSQL keeps no such sign
    if not text:
        raise Refused("Напишите сообщение.")
    if len(text) > LONGEST:
        raise Refused(f"Сообщение длиннее {LONGEST} знаков: сократите его или приложите файл.")
    around = {member.pk: member for member in audience(assignment)}
    meant = {member.pk: member for member in [*to, *_named(text, around.values())]}
    if meant.keys() - around.keys():
        raise Refused("Сообщить можно только тому, кто видит это поручение.")
    event = note(assignment, Kind.COMMENT, by=by, comment=text)
    told = list(meant.values()) or _other_side(assignment, by, around.values())
    event.mentions.set(told)
    for member in told:
        if member.user_id != by.user_id:
            letters.mentioned(event, member)
    return event


def audience(assignment: Assignment) -> list[Membership]:
    """Who may be told: those who bear the duty or help with it, and the department's methodists and heads."""
    bear = Q(pk=assignment.official_id) | Q(helps=assignment)
    if assignment.school_id:
        bear |= Q(role=Role.DEPUTY, post__school=assignment.school_id)
    people = Membership.objects.active().filter(
        bear | Q(role__in=DECIDERS), department=assignment.department_id, user__is_active=True
    )
    return list(
        people.select_related("user").order_by("user__last_name", "user__first_name", "pk").distinct()
    )


def _named(text: str, people: Collection[Membership]) -> list[Membership]:
    """«@Михеева» names each person of that surname; words of the text are compared as names are."""
    surnames = {folded(person.user.last_name) for person in people}
    words = {folded(word): word for word in MENTION.findall(text)}
    if strange := [word for name, word in words.items() if name not in surnames]:
        known = ", ".join(person.user.short_name for person in people)
        raise Refused(
            f"Непонятно, кому сообщить: «@{strange[0]}». После «@» пишется фамилия в именительном падеже; "
            f"сообщить можно тому, кто видит это поручение: {known}."
        )
    return [person for person in people if folded(person.user.last_name) in words]


def _other_side(assignment: Assignment, by: Membership, people: Iterable[Membership]) -> list[Membership]:
    """Whom a message without an address is for: the bearers when the department writes, else the controller."""
    if by.role in DECIDERS and by.pk != assignment.official_id:
        return [
            person for person in people if person.role == Role.DEPUTY or person.pk == assignment.official_id
        ]
    return [person for person in people if person.pk == assignment.controller_id]
