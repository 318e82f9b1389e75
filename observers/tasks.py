"""Beat's errands, which take nothing, and long work. All fetch, call the domain, are safe twice."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from jobs.domain import work
from jobs.models import Job
from observers.models import ObserverImport


@shared_task(ignore_result=True)
def remind_missing() -> None:
    """Every few minutes; whose sheet is missing at which local hour the domain decides."""
    from observers.domain import alarms

    alarms.sweep(timezone.now())


@shared_task(ignore_result=True)
def tell_changes() -> None:
    """Every few minutes: visits that were moved or became impossible."""
    from observers.domain import telling

    telling.sweep(timezone.localdate())


@work.handler("observers.apply_import")
def apply_import(job: Job, progress: work.Progress) -> dict[str, Any]:
    """Apply a staged list. A second run finds it applied and only reports."""
    from observers.domain import imports

    rows = ObserverImport.objects.select_related("department")
    staged = rows.get(pk=job.args["observer_import"], department=job.department)
    total = len(staged.preview["rows"])
    progress.start(total, step="Записываю наблюдателей")
    if staged.state != ObserverImport.State.APPLIED and job.created_by is not None:
        imports.apply(staged, by=job.created_by)
    progress.advance(total, step="")
    return {"counts": staged.preview["counts"], "url": reverse("observers:import", args=[staged.pk])}


def apply_import_later(staged: ObserverImport, *, by: Membership) -> Job:
    """Have the worker apply the list; a second click finds the first one's job."""
    return work.enqueue(
        "observers.apply_import",
        title=f"Список наблюдателей «{staged.file_name}»"[:200],
        department=staged.department,
        by=by,
        key=f"observer-import-{staged.pk}",
        observer_import=staged.pk,
    )
