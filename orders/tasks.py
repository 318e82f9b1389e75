"""The PDF of a signed order is made by a worker; a sweep makes up for what got lost."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from jobs.domain.work import Progress, handler
from jobs.models import Job
from orders.domain import signing
from orders.models import Order


@handler(signing.RENDER)
def render(job: Job, progress: Progress) -> dict[str, Any]:
    order = Order.objects.select_related("department").get(pk=job.args["order"], department=job.department_id)
    progress.start(1, step="Вёрстка страниц")
    made = signing.render(order)
    progress.advance()
    return {"made": made, "sha256": order.pdf_sha256}


@shared_task(ignore_result=True, expires=60)
def sweep_unrendered() -> None:
    signing.sweep_unrendered()
