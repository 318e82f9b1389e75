"""Beat's errands, which take nothing, and long work. All fetch, call the domain, are safe twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from jobs.domain import staged
from observers.domain import alarms, imports, telling
from observers.models import ObserverImport


@shared_task(ignore_result=True)
def remind_missing() -> None:
    """Every few minutes; whose sheet is missing at which local hour the domain decides."""
    alarms.sweep(timezone.now())


@shared_task(ignore_result=True)
def tell_changes() -> None:
    """Every few minutes: visits that were moved or became impossible."""
    telling.sweep(timezone.localdate())


apply_import_later = staged.applier(
    "observers.apply_import",
    ObserverImport,
    imports.apply,
    step="Записываю наблюдателей",
    page="observers:import",
)
