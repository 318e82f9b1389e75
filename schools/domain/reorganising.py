"""Schools renamed, joined and parted: what was stays readable, what is open finds its new bearer."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from accounts.domain import audit, people
from accounts.models import Membership
from portal.lib.names import counted
from portal.lib.refusals import Refused
from schools.models import ObjectivityFlag, School, SchoolChange, VprSession
from schools.signals import school_merged, school_merging

Kind = SchoolChange.Kind


@transaction.atomic
def rename(
    school: School, *, by: Membership, name: str, full_name: str, day: datetime.date, document: str
) -> SchoolChange:
    """Give the school a new name; the old one stays in its history, and searches and lists still know it by it.

    Raises `Refused` when the name is the same.
    """
    if (name, full_name) == (school.name, school.full_name):
        raise Refused("Название то же самое: менять нечего.")
    old = school.name
    _remember_names(school, school.name, school.full_name)
    school.name, school.full_name = name, full_name
    school.save(update_fields=["name", "full_name", "former_names", "updated_at"])
    return _record(school, Kind.RENAMED, by=by, day=day, document=document, old_name=old)


@transaction.atomic
def merge(
    school: School, into: School, *, by: Membership, day: datetime.date, document: str, keep_people: bool
) -> SchoolChange:
    """Join ``school`` to ``into``: it is closed from ``day``, its history stays on its card, reached from the heir's.

    Its people answer for the heir from now on (``keep_people``) or lose access; what else passes over is the business
    of those who hear `school_merged`. Raises `Refused` when either school is closed or another department's.
    """
    _check_pair(school, into)
    now = timezone.now()
    if not School.objects.filter(pk=school.pk, closed_on=None).update(closed_on=day, updated_at=now):
        raise Refused("Школа уже закрыта.")
    school.closed_on = day
    _remember_names(into, school.name, school.full_name, *school.former_names.splitlines())
    into.save(update_fields=["former_names", "updated_at"])
    for post in school.posts.active().select_related("membership__user", "membership__department"):
        if keep_people:
            post.school, post.is_director = into, False
            post.save(update_fields=["school", "is_director"])
        else:
            people.end_membership(post.membership, by=by)
    change = _record(school, Kind.MERGED, by=by, day=day, document=document, other=into, old_name=school.name)
    school_merged.send(School, school=school, into=into, day=day, by=by)
    return change


@transaction.atomic
def split(
    school: School, other: School, *, by: Membership, day: datetime.date, document: str
) -> SchoolChange:
    """Record that ``other`` came out of ``school``: both work on, each card leads to the other."""
    _check_pair(school, other)
    return _record(school, Kind.SPLIT, by=by, day=day, document=document, other=other)


def outlook(school: School, into: School, *, keep_people: bool) -> list[str]:
    """What joining would do, in sentences, before it is done."""
    posts = school.posts.active().count()
    flags = ObjectivityFlag.objects.filter(school=school).standing().count()
    ahead = VprSession.objects.filter(school=school, day__gte=timezone.localdate()).count()
    said = [f"Закроется {school}; её история останется на её странице, ссылка на неё — на странице {into}."]
    if posts:
        who = counted(posts, "человек", "человека", "человек")
        said.append(
            f"Отвечают за школу: {who}. "
            + (f"Будут отвечать за {into}." if keep_people else "Доступ закроется.")
        )
    if flags:
        said.append(
            f"Признаков в работе: {flags}. Они останутся за прежней школой; новый признак открывают у преемника."
        )
    if ahead:
        said.append(f"Дней ВПР впереди: {ahead}. Они останутся за прежней школой: перенесите их в графике.")
    for _, sentences in school_merging.send(School, school=school, into=into):
        said += sentences or []
    return said


def _check_pair(school: School, other: School) -> None:
    if school.department_id != other.department_id or school.pk == other.pk:
        raise Refused("Выберите другую школу этого же отдела.")
    if other.closed_on or school.closed_on:
        raise Refused("Обе школы должны быть действующими.")


def _remember_names(school: School, *names: str) -> None:
    known = school.former_names.splitlines()
    school.former_names = "\n".join(dict.fromkeys([*known, *(name for name in names if name)]))


def _record(school: School, kind: Kind, *, by: Membership, **told: object) -> SchoolChange:
    change = SchoolChange.objects.create(
        department_id=school.department_id, school=school, kind=kind, by=by, **told
    )
    words = f" → «{change.other}»" if change.other else f", прежде «{change.old_name}»"
    audit.record(f"schools.school_{kind}", f"Школа «{school}» {kind.label}{words}", by=by, subject=school)
    return change
