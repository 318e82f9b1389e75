"""Photos and scans of a sheet: checked by content, drawn anew, each kept once."""

from __future__ import annotations

import hashlib
from typing import BinaryIO, cast
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from accounts.models import Membership
from observers.models import ObservationSheet, SheetFile
from portal.lib import files, pictures
from portal.lib.files import Kind
from portal.lib.refusals import Refused

MOST_FILES = 60
SCANS = frozenset({Kind.PDF, *pictures.PICTURES})


def add(
    sheet: ObservationSheet, upload: UploadedFile, *, key: str, place: str, by: Membership | None = None
) -> SheetFile:
    """Keep a photo of a question or of a violation; the same key again is the same photo. Raises `Refused`.

    After the sheet was sent a photo is an addition: its own time shows it.
    """
    if kept := SheetFile.objects.filter(key=key).first():
        return _same(kept, sheet)
    data, shown = _read(upload)
    try:
        data = pictures.redrawn(data, max_bytes=settings.EVIDENCE_MAX_BYTES)
    except files.RefusedFile as refusal:
        raise Refused(f"«{shown}». {refusal.message}") from None
    return _keep(sheet, files.safe_name(shown, Kind.JPEG), data, key=key, place=place, by=by)


def add_scan(sheet: ObservationSheet, upload: UploadedFile, *, key: str, by: Membership) -> SheetFile:
    """Keep the scanned paper: a PDF as it is, a picture drawn anew."""
    data, shown = _read(upload)
    try:
        kind = files.check_upload(data, allowed=SCANS, max_bytes=settings.EVIDENCE_MAX_BYTES)
        if kind is not Kind.PDF:
            data, kind = pictures.redrawn(data, max_bytes=settings.EVIDENCE_MAX_BYTES), Kind.JPEG
    except files.RefusedFile as refusal:
        raise Refused(f"«{shown}». {refusal.message}") from None
    return _keep(sheet, files.safe_name(shown, kind), data, key=key, place=SheetFile.SCAN, by=by)


def document(upload: UploadedFile) -> tuple[str, bytes]:
    """The safe name and the bytes of a document that answers a violation. Raises `Refused`."""
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
    return files.safe_name(shown, kind), upload.read()


def _read(upload: UploadedFile) -> tuple[bytes, str]:
    """The bytes, read no further than is allowed: what is larger is refused by the check that follows."""
    upload.seek(0)
    return upload.read(settings.EVIDENCE_MAX_BYTES + 1), files.safe_name(upload.name or "фото")


def _keep(
    sheet: ObservationSheet, name: str, data: bytes, *, key: str, place: str, by: Membership | None
) -> SheetFile:
    if sheet.files.count() >= MOST_FILES:
        raise Refused(f"«{name}»: к одному листу можно приложить не больше {MOST_FILES} фото.")
    row = SheetFile(
        sheet=sheet,
        key=key,
        place=place,
        name=name,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        added_by=by,
    )
    # On disk only a random name: nothing of what a person typed becomes a path.
    row.file.save(uuid4().hex, ContentFile(data), save=False)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the same photo came twice at once
        row.file.delete(save=False)
        return _same(SheetFile.objects.get(key=key), sheet)
    return row


def _same(row: SheetFile, sheet: ObservationSheet) -> SheetFile:
    if row.sheet_id != sheet.pk:
        raise Refused("Это фото относится к другому посещению. Выберите его ещё раз.")
    return row
