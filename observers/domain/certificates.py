"""Certificates (удостоверения): numbered without gaps in a year, printed by the worker, eight to a page."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Max
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Membership
from jobs.domain import work
from jobs.models import Job
from observers.models import Observer, ObserverCertificate
from portal.lib import pdf
from portal.lib.refusals import Refused

KIND = "observers.certificates"


@transaction.atomic
def issue(
    observers: Iterable[Observer], *, by: Membership, place: str, valid_until: datetime.date
) -> list[ObserverCertificate]:
    """A certificate for each, signed by whoever signs the department's orders. All or, with `Refused`, none.

    Two people who issue at once get numbers one after the other: the department's row is their lock.
    """
    people, today = list(observers), timezone.localdate()
    if valid_until < today:
        raise Refused("Срок действия уже прошёл: выберите день не раньше сегодняшнего.")
    Department.objects.filter(pk=by.department_id).update(code=F("code"))
    given = ObserverCertificate.objects.filter(department=by.department, year=today.year)
    last = given.aggregate(last=Max("sequence"))["last"] or 0
    rows = ObserverCertificate.objects.bulk_create(
        ObserverCertificate(
            department=by.department,
            observer=observer,
            year=today.year,
            sequence=number,
            place=place,
            issued_on=today,
            valid_until=valid_until,
            signatory_position=by.department.signatory_position,
            signatory_name=by.department.signatory_name,
            created_by=by,
        )
        for number, observer in enumerate(people, start=last + 1)
    )
    audit.record("observers.certificates", f"Выданы удостоверения наблюдателей: {len(rows)}", by=by)
    return rows


def print_later(certificates: Sequence[ObserverCertificate], *, by: Membership) -> Job:
    return work.enqueue(
        KIND,
        title=f"Удостоверения наблюдателей: {len(certificates)}",
        department=by.department,
        by=by,
        certificates=[one.pk for one in certificates],
    )


@work.handler(KIND)
def render(job: Job, progress: work.Progress) -> dict[str, Any]:
    """Safe twice: a second run makes another file and the job names the last."""
    rows = ObserverCertificate.objects.filter(department=job.department_id, pk__in=job.args["certificates"])
    progress.start(1, step="Вёрстка страниц")
    data = paper(list(rows.select_related("observer", "department").order_by("year", "sequence")))
    name = default_storage.save(f"certificates/{uuid4().hex}", ContentFile(data))
    progress.advance()
    return {"file": name, "url": reverse("observers:certificates_file", args=[job.pk])}


def paper(certificates: Sequence[ObserverCertificate]) -> bytes:
    """Eight to an A4 page, with lines to cut along."""
    printer = pdf.Printer(render_to_string("observers/pdf/certificates.css", {"family": pdf.FAMILY}))
    html = render_to_string("observers/pdf/certificates.html", {"certificates": certificates})
    return printer.join([printer.lay_out(html)])
