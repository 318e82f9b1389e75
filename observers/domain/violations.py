"""What was seen at a school: told to it, answered, returned, closed. Each move is a row of the history."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, Membership, Role
from notifications.domain import kinds, ledger
from observers.domain import photos
from observers.models import SheetFile, Violation, ViolationEvent
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from schools.models import Post

State = Violation.State
LONGEST_COMMENT = 4000
KIND = kinds.register(kinds.Kind("violation", "Нарушение: запись наблюдателя, ответ школы"))


def open_all(violations: list[Violation]) -> None:
    """Write what a sheet brought, and tell the school's deputies and the department. Inside the sheet's transaction."""
    for violation in violations:
        violation.save(force_insert=True)
        violation.events.create(state=State.OPEN, comment="Записано наблюдателем")
    if violations:
        _tell_school(
            violations[0], f"sheet:{violations[0].sheet_id}", "Наблюдатель записал нарушение", violations
        )
        _tell_department(violations[0], f"sheet:{violations[0].sheet_id}", "Наблюдатель записал нарушение")


@transaction.atomic
def answer(
    violation: Violation, *, by: Membership, comment: str, upload: UploadedFile | None = None
) -> ViolationEvent:
    """The school's word, with a file if it likes. Raises `Refused` without words or when it is not its turn."""
    comment = _said(comment, "Напишите, что произошло и что сделала школа.")
    event = _move(violation, State.ANSWERED, by=by, comment=comment, upload=upload)
    _tell_department(violation, f"answer:{event.pk}", "Школа ответила на нарушение")
    return event


@transaction.atomic
def return_(violation: Violation, *, by: Membership, comment: str) -> ViolationEvent:
    """The answer does not do: the school reads why and answers again."""
    comment = _said(comment, "Напишите, чего не хватает в ответе: школа увидит эти слова.")
    event = _move(violation, State.RETURNED, by=by, comment=comment)
    _tell_school(violation, f"return:{event.pk}", "Ответ на нарушение возвращён", [violation])
    return event


@transaction.atomic
def close(violation: Violation, *, by: Membership, comment: str = "") -> ViolationEvent:
    """The matter is settled; the violation stays in the reports."""
    said = comment.strip()[:LONGEST_COMMENT]
    return _move(violation, State.CLOSED, by=by, comment=said, closed_at=timezone.now(), closed_by=by)


def photos_of(violation: Violation) -> QuerySet[SheetFile]:
    """What the observer photographed of it."""
    return SheetFile.objects.filter(sheet=violation.sheet_id, place=str(violation.key))


def _said(comment: str, remedy: str) -> str:
    comment = comment.replace("\x00", "").strip()
    if not comment:
        raise Refused(remedy)
    if len(comment) > LONGEST_COMMENT:
        raise Refused(f"Текст длиннее {LONGEST_COMMENT} знаков: сократите или приложите файлом.")
    return comment


def _move(
    violation: Violation,
    to: str,
    *,
    by: Membership,
    comment: str,
    upload: UploadedFile | None = None,
    **changes: Any,
) -> ViolationEvent:
    name, data = photos.document(upload) if upload else ("", b"")
    try:
        move(violation, to, **changes)
    except StaleTransition:
        violation.refresh_from_db()
        raise Refused(
            f"Сейчас это нарушение: «{violation.get_state_display()}», поэтому так сделать нельзя. "
            "Обновите страницу и посмотрите историю."
        ) from None
    event = ViolationEvent(violation=violation, state=to, comment=comment, by=by, file_name=name)
    if data:
        event.file.save(uuid4().hex, ContentFile(data), save=False)
    event.save()
    return event


def _tell_school(violation: Violation, key: str, subject: str, about: list[Violation]) -> None:
    posts = Post.objects.active().filter(school=violation.school_id, membership__user__is_active=True)
    lines = "\n\n".join(f"— {one.kind}: {one.text[:500]}" for one in about)
    deputies = [post.membership for post in posts.select_related("membership__user")]
    _tell(deputies, violation, key, subject, f"{lines}\n\nОткройте нарушение и ответьте, что сделала школа.")


def _tell_department(violation: Violation, key: str, subject: str) -> None:
    members = methodists(violation.school.department)
    _tell(
        members, violation, key, f"{subject}: {violation.school}", f"{violation.kind}: {violation.text[:500]}"
    )


def methodists(department: Department) -> list[Membership]:
    """Who watches over the observers."""
    members = Membership.objects.active().filter(
        department=department, role=Role.METHODIST, user__is_active=True
    )
    return list(members.select_related("user"))


def _tell(members: list[Membership], violation: Violation, key: str, subject: str, body: str) -> None:
    for member in members:
        ledger.record(
            key=f"violation:{key}:{member.user_id}",
            recipient=member.user,
            department=violation.school.department,
            membership=member,
            kind=KIND.name,
            subject=subject,
            body=f"{violation.school}\n\n{body}",
            path=reverse("observers:violation", args=[violation.pk]),
        )
