"""Beat's errands: take nothing, fetch, call the domain, be safe twice."""

from celery import shared_task
from django.utils import timezone


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
