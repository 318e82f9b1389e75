"""Beat's errands: take nothing, fetch, call the domain, be safe twice."""

from celery import shared_task
from django.utils import timezone


@shared_task(ignore_result=True)
def remind_due() -> None:
    """Every few minutes; what is due at which local hour the domain decides."""
    from roadmaps.domain import reminders

    reminders.sweep(timezone.now())
