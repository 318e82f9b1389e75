"""What the worker runs."""

from celery import shared_task

from jobs.domain import pulse as signs
from jobs.domain import work


@shared_task(ignore_result=True)
def run_job(pk: int) -> None:
    work.run(pk)


@shared_task(ignore_result=True, expires=10)
def sweep() -> None:
    work.sweep()


@shared_task(ignore_result=True, expires=60)
def pulse() -> None:
    """Beat sent it, a worker got it: the whole way works."""
    signs.beat(signs.WORKER)
