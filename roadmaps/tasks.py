"""Beat's errands and long work: take ids, fetch, call the domain, be safe twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import shared_task
from django.utils import timezone

from jobs.domain import work
from jobs.models import Job

if TYPE_CHECKING:
    from accounts.models import Membership
    from roadmaps.models import Roadmap


@shared_task(ignore_result=True)
def remind_due() -> None:
    """Every few minutes; what is due at which local hour the domain decides."""
    from roadmaps.domain import reminders

    reminders.sweep(timezone.now())


@work.handler("roadmaps.print_matrix")
def print_matrix(job: Job, progress: work.Progress) -> None:
    """A matrix as PDF, kept with the job; ``chosen`` is the filter under which it was asked for."""
    from roadmaps.domain import matrix_paper
    from roadmaps.models import Roadmap

    assert job.created_by is not None  # noqa: S101 -- a person asked for it
    roadmap = Roadmap.objects.select_related("department", "order", "school").get(
        pk=job.args["roadmap"], department=job.department
    )
    progress.start(1, step="Печатаю матрицу")
    data = matrix_paper.render(roadmap, job.created_by, **job.args["chosen"])
    work.keep(job, f"Матрица. {roadmap.name}.pdf", data)
    progress.advance(step="")


def print_matrix_later(roadmap: Roadmap, *, by: Membership, chosen: dict[str, Any]) -> Job:
    """Have the worker print it; a second click with the same filter finds the first one's job."""
    return work.enqueue(
        "roadmaps.print_matrix",
        title=f"Матрица «{roadmap.name}»"[:200],
        department=roadmap.department,
        by=by,
        key=f"matrix-{roadmap.pk}-{by.pk}-{'-'.join(str(value) for value in chosen.values())}"[:150],
        roadmap=roadmap.pk,
        chosen=chosen,
    )
