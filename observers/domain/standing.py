"""What must be there before somebody is sent to a school: consent, training; and on which days they can come."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, cast
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from accounts.domain import audit
from accounts.models import Membership
from observers.domain import bank, links
from observers.models import Observer, ObserverAvailability, ObserverConsent, ObserverTraining
from portal.lib import files
from portal.lib.refusals import Refused
from schools.models import VprCampaign


@transaction.atomic
def give_consent(
    observer: Observer, *, given_on: datetime.date, upload: UploadedFile | None, by: Membership
) -> ObserverConsent:
    """Keep a signed consent; the file is checked by content. One stands at a time."""
    consent = ObserverConsent(observer=observer, given_on=given_on, recorded_by=by)
    data = b""
    if upload is not None:
        consent.file_name, data, kind = _checked(upload)
        consent.content_type = kind.value
    try:
        with transaction.atomic():
            if data:
                consent.file.save(uuid4().hex, ContentFile(data), save=False)
            consent.save()
    except IntegrityError:
        raise Refused("Действующее согласие уже есть. Если оно отозвано, сначала отметьте это.") from None
    audit.record("observers.consent", f"Внесено согласие: {observer.full_name}", by=by, subject=observer)
    return consent


@transaction.atomic
def withdraw_consent(observer: Observer, *, on: datetime.date, by: Membership) -> int:
    """The observer took the consent back: no visit from today on is left, nor a link. How many visits fell."""
    standing = observer.consents.filter(withdrawn_on=None).first()
    if standing is None:
        raise Refused("Действующего согласия нет: отзывать нечего.")
    if on < standing.given_on:
        raise Refused(f"Согласие дано {standing.given_on:%d.%m.%Y}: отозвать его раньше нельзя.")
    ObserverConsent.objects.filter(pk=standing.pk).update(withdrawn_on=on)
    fallen = bank.free_from_visits(observer, by=by, comment="Согласие отозвано")
    links.revoke(observer, by=by, silent=True)
    audit.record(
        "observers.consent_withdrawn", f"Отозвано согласие: {observer.full_name}", by=by, subject=observer
    )
    return fallen


def _checked(upload: UploadedFile) -> tuple[str, bytes, files.Kind]:
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


@transaction.atomic
def record_training(
    observers: Iterable[Observer], *, day: datetime.date, material: str, by: Membership
) -> list[Observer]:
    """The same training for several people; who has it already is left alone. Those for whom it is new."""
    people = list(observers)
    known = set(
        ObserverTraining.objects.filter(observer__in=people, day=day, material=material).values_list(
            "observer", flat=True
        )
    )
    fresh = [one for one in people if one.pk not in known]
    ObserverTraining.objects.bulk_create(
        ObserverTraining(observer=one, day=day, material=material, recorded_by=by) for one in fresh
    )
    if fresh:
        audit.record(
            "observers.trained", f"Обучение {day:%d.%m.%Y}, человек: {len(fresh)}. {material}", by=by
        )
    return fresh


@transaction.atomic
def set_days(
    observer: Observer, campaign: VprCampaign, *, days: Sequence[datetime.date] | None, by: Membership
) -> None:
    """On which days of the campaign the observer can come; None: any. A day outside its window is refused."""
    if days is None:
        ObserverAvailability.objects.filter(observer=observer, campaign=campaign).delete()
        return
    outside = [day for day in days if not campaign.first_day <= day <= campaign.last_day]
    if outside:
        raise Refused(f"{outside[0]:%d.%m.%Y} вне кампании «{campaign}».")
    ObserverAvailability.objects.update_or_create(
        observer=observer, campaign=campaign, defaults={"days": sorted(day.isoformat() for day in set(days))}
    )
    audit.record("observers.days", f"Дни наблюдателя: {observer.full_name}", by=by, subject=observer)


def campaigns(observer: Observer, membership: Membership) -> list[VprCampaign]:
    """The latest campaigns, each with ``days``: on how many the observer can come; None: any."""
    found: list[Any] = list(VprCampaign.objects.visible_to(membership)[:3])
    known = {row.campaign_id: len(row.days) for row in observer.availability.all()}
    for campaign in found:
        campaign.days = known.get(campaign.pk)
    return found
