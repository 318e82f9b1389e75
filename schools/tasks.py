"""Long work of the schools."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import Membership
from jobs.domain import work
from jobs.models import Job
from schools.models import SchoolImport


@work.handler("schools.apply_import")
def apply_import(job: Job, progress: work.Progress) -> dict[str, Any]:
    """Apply a staged list. A second run finds it applied and only reports."""
    from schools.domain import imports

    staged = SchoolImport.objects.select_related("department").get(
        pk=job.args["school_import"], department=job.department
    )
    total = len(staged.preview["rows"])
    progress.start(total, step="Записываю школы")
    if staged.state != SchoolImport.State.APPLIED:
        imports.apply(staged, by=job.created_by)
    progress.advance(total, step="")
    return {"counts": staged.preview["counts"], "url": reverse("schools:import_preview", args=[staged.pk])}


def apply_later(staged: SchoolImport, *, by: Membership | None) -> Job:
    """Have the worker apply the list; a second click finds the first one's job."""
    return work.enqueue(
        "schools.apply_import",
        title=f"Список школ «{staged.file_name}»"[:200],
        department=staged.department,
        by=by,
        key=f"school-import-{staged.pk}",
        school_import=staged.pk,
    )
