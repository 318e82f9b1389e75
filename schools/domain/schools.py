"""A school's life: created, edited, given deputies, closed, opened again."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.domain import audit, invitations, people
from accounts.models import Department, Membership, Role
from portal.lib.refusals import Refused
from schools.models import ObjectivityFlag, Post, School, SchoolChange


@transaction.atomic
def save_school(school: School, *, by: Membership, changed: list[str]) -> School:
    """Keep a school as its form has it; the journal says which fields changed. Raises `Refused` on a raced double."""
    new = school.pk is None
    try:
        with transaction.atomic():
            school.save()
    except IntegrityError as error:
        raise Refused("Школа с таким кодом или ИНН уже есть.") from error
    names = [str(School._meta.get_field(field).verbose_name) for field in changed]  # type: ignore[union-attr]
    audit.record(
        "schools.school_added" if new else "schools.school_changed",
        f"Добавлена школа «{school}»" if new else f"Изменена школа «{school}»: {', '.join(names)}",
        by=by,
        subject=school,
    )
    return school


@transaction.atomic
def close(school: School, *, by: Membership, on: datetime.date, reason: str) -> None:
    """From ``on`` the school takes no new duties; all that was stays. Raises `Refused` when it is closed already."""
    if not School.objects.filter(pk=school.pk, closed_on=None).update(
        closed_on=on, updated_at=timezone.now()
    ):
        raise Refused("Школа уже закрыта.")
    school.closed_on = on
    SchoolChange.objects.create(
        department=school.department,
        school=school,
        kind=SchoolChange.Kind.CLOSED,
        day=on,
        document=reason,
        by=by,
    )
    audit.record(
        "schools.school_closed", f"Закрыта школа «{school}»: {reason}", by=by, subject=school, reason=reason
    )


@transaction.atomic
def reopen(school: School, *, by: Membership) -> None:
    """Undo a closing. Raises `Refused` when it is open."""
    opened = School.objects.filter(pk=school.pk, closed_on__isnull=False).update(
        closed_on=None, updated_at=timezone.now()
    )
    if not opened:
        raise Refused("Школа не закрыта.")
    school.closed_on = None
    SchoolChange.objects.create(
        department=school.department,
        school=school,
        kind=SchoolChange.Kind.REOPENED,
        day=timezone.localdate(),
        by=by,
    )
    audit.record("schools.school_reopened", f"Школа «{school}» снова открыта", by=by, subject=school)


@transaction.atomic
def assign_deputy(
    membership: Membership, school: School, by: Membership | None, is_director: bool = False
) -> Post:
    """Tie a deputy's membership to the school they answer for; a membership holds one post.

    Raises `Refused` for another department's membership, another role, or a post held already.
    """
    if membership.department_id != school.department_id or membership.role != Role.DEPUTY:
        raise Refused("Школу можно поручить только сотруднику школ этого же отдела.")
    try:
        with transaction.atomic():
            post = Post.objects.create(membership=membership, school=school, is_director=is_director)
    except IntegrityError as error:
        raise Refused(f"{membership.user} уже работает в школе.") from error
    audit.record(
        "schools.deputy_assigned",
        f"{membership.user.get_full_name()} отвечает за школу «{school}»",
        by=by,
        department=school.department,
        subject=post,
    )
    return post


@transaction.atomic
def add_deputy(
    school: School, *, by: Membership, is_director: bool = False, **person: Any
) -> tuple[Post, Any]:
    """Give a person access to the school and send the invitation; ``person`` as in `people.add_member`.

    Returns the post and the invitation. Raises `Refused` when the same person answers for the school already.
    """
    email = person["email"].strip()
    if school.posts.active().filter(membership__user__email__iexact=email).exists():
        raise Refused(f"Человек с почтой {email} уже отвечает за эту школу.")
    member = people.add_member(department=school.department, by=by, role=Role.DEPUTY, **person)
    post = assign_deputy(member, school, by, is_director)
    return post, invitations.invite(member, by=by)


@transaction.atomic
def end_post(post: Post, *, by: Membership) -> None:
    """The person no longer answers for the school: access ends, history stays."""
    people.end_membership(post.membership, by=by)


def flagged_schools(department: Department, on: datetime.date) -> QuerySet[School]:
    """Schools in the risk zone on that day: open then, with a flag opened by then and not yet closed."""
    flags = ObjectivityFlag.objects.filter(
        Q(closed_on=None) | Q(closed_on__gt=on), school=OuterRef("pk"), opened_on__lte=on
    )
    schools = School.objects.filter(Q(closed_on=None) | Q(closed_on__gt=on), department=department)
    return schools.filter(Exists(flags))
