"""Proof attached to a duty: files checked by content, links and notes; kept as long as a report rests on it."""

from __future__ import annotations

import datetime
import hashlib
from decimal import Decimal
from typing import Any, BinaryIO, cast
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership
from portal.lib import files
from portal.lib.refusals import Refused
from roadmaps.models import ActionItem, Assignment, Evidence, EvidenceQuerySet

Proof = ActionItem.Proof
UNDO_FOR = datetime.timedelta(minutes=30)
MAX_FILES = 30  # of one duty: more is an archive, not a proof
web_address = URLValidator(schemes=["http", "https"])


def of_round(assignment: Assignment) -> EvidenceQuerySet:
    """What the report of the present round rests, or would rest, on."""
    return Evidence.objects.filter(assignment=assignment, round=assignment.round, removed_at=None)


@transaction.atomic
def add_file(assignment: Assignment, upload: UploadedFile, *, by: Membership) -> Evidence:
    """Attach one file whose content is of an allowed kind and at most ``EVIDENCE_MAX_BYTES`` long.

    The same file twice in one round is one proof. Raises `Refused`.
    """
    name, data, kind = _checked(upload)
    _hold_open(assignment)
    sha256 = hashlib.sha256(data).hexdigest()
    if same := of_round(assignment).filter(sha256=sha256).first():
        return same
    if of_round(assignment).filter(kind=Evidence.Kind.FILE).count() >= MAX_FILES:
        raise Refused(f"«{name}»: к одному докладу можно приложить не больше {MAX_FILES} файлов.")
    row = Evidence(
        assignment=assignment,
        kind=Evidence.Kind.FILE,
        round=assignment.round,
        name=name,
        content_type=kind.value,
        size=len(data),
        sha256=sha256,
        added_by=by,
    )
    # On disk only a random name: nothing of what a person typed becomes a path.
    row.file.save(uuid4().hex, ContentFile(data), save=True)
    return row


def append_text(
    assignment: Assignment, *, by: Membership, link: str = "", note: str = "", number: Decimal | None = None
) -> None:
    """Write the link, the note and the number of a report down as its proof.

    Blank ones leave nothing, nor does what the round holds already: a withdrawn report sent again says it once.
    """
    said: list[dict[str, Any]] = []
    if number is not None:
        said.append({"kind": Evidence.Kind.NUMBER, "number": number})
    if link := clean_link(link):
        said.append({"kind": Evidence.Kind.LINK, "url": link})
    if note := note.strip():
        said.append({"kind": Evidence.Kind.NOTE, "text": note})
    for one in said:
        if not of_round(assignment).filter(**one).exists():
            Evidence.objects.create(assignment=assignment, round=assignment.round, added_by=by, **one)


MISSING = {
    Proof.ANY: "Приложите хотя бы одно подтверждение: файл, ссылку или пояснение.",
    Proof.FILE: "К этому пункту нужен файл: сфотографируйте или выберите документ.",
    Proof.LINK: "К этому пункту нужна ссылка: вставьте адрес страницы.",
    Proof.NUMBER: "К этому пункту нужно число: впишите его в поле «Число».",
}


def wanted(assignment: Assignment) -> Proof:
    """What the item asks as proof; a clause of an order takes any."""
    return Proof(assignment.item.proof) if assignment.item else Proof.ANY


def missing(assignment: Assignment) -> str:
    """What the present round still lacks, in Russian; "" when it is enough."""
    asked = wanted(assignment)
    if asked == Proof.NONE:
        return ""
    there = of_round(assignment)
    enough = there.exists() if asked == Proof.ANY else there.filter(kind=asked.value).exists()
    return "" if enough else MISSING[asked]


@transaction.atomic
def remove(row: Evidence) -> None:
    """Take a proof off before its report is sent. The row and the file stay, so that it can be undone."""
    _hold_open(row.assignment)
    mine = Evidence.objects.filter(pk=row.pk, round=row.assignment.round, removed_at=None)
    if not mine.update(removed_at=timezone.now()):
        raise Refused("На этом подтверждении держится доклад, или его уже убрали. Обновите страницу.")


@transaction.atomic
def restore(row: Evidence) -> None:
    """Undo a removal, for `UNDO_FOR` and while the duty is open in the same round."""
    _hold_open(row.assignment)
    since = timezone.now() - UNDO_FOR
    mine = Evidence.objects.filter(pk=row.pk, round=row.assignment.round, removed_at__gte=since)
    if not mine.update(removed_at=None):
        raise Refused("Вернуть подтверждение уже нельзя: приложите его ещё раз.")


def save_draft(assignment: Assignment, *, link: str, note: str, number: str = "") -> None:
    """Keep what was typed and not sent. A duty that is no longer open keeps nothing: there is nothing to send."""
    now = timezone.now()
    typed = {"link": link[:1000], "note": note[:10_000], "number": number[:40]}
    typed = {name: text.replace("\x00", "") for name, text in typed.items()}  # PostgreSQL keeps no such sign
    draft = {**typed, "at": now.isoformat()} if any(typed.values()) else {}
    open_ones = Assignment.objects.filter(pk=assignment.pk).open()
    if open_ones.update(draft=draft):
        assignment.draft = draft


def clean_link(link: str) -> str:
    """The address with its scheme; raises `Refused` for what is no web address."""
    link = link.strip()
    if not link:
        return ""
    if "://" not in link:
        link = f"https://{link}"
    try:
        web_address(link)
    except ValidationError:
        raise Refused(
            "Ссылка не похожа на адрес в интернете. Скопируйте её из строки браузера целиком."
        ) from None
    return link


def _checked(upload: UploadedFile) -> tuple[str, bytes, files.Kind]:
    """The safe name, the bytes and the kind of an upload; size and content are asked before all of it is read."""
    shown = files.safe_name(upload.name or "")
    try:
        kind = files.check_upload(
            cast("BinaryIO", upload.file),
            allowed=files.ALLOWED_EVIDENCE,
            max_bytes=settings.EVIDENCE_MAX_BYTES,
        )
    except files.RefusedFile as refusal:
        raise Refused(f"«{shown}». {refusal.message}") from None
    upload.seek(0)
    return files.safe_name(upload.name or "", kind), upload.read(), kind


def hold(assignment: Assignment) -> None:
    """Take the duty's row lock: no proof of it is removed until this transaction is over."""
    Assignment.objects.filter(pk=assignment.pk).update(state=F("state"))


def _hold_open(assignment: Assignment) -> None:
    """Take the duty's row lock, so that its report and a change of its proof come one after the other."""
    held = Assignment.objects.filter(pk=assignment.pk, round=assignment.round).open()
    if not held.update(state=F("state")):
        raise Refused("Доклад уже отправлен или принят: его подтверждения менять нельзя. Обновите страницу.")
