"""Beat's sweep over the ledger; running twice or missing a run is harmless."""

from celery import shared_task

from notifications.domain import delivery


@shared_task(ignore_result=True, expires=30)
def sweep() -> None:
    delivery.sweep()
