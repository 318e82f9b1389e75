"""Long work of the schools."""

from __future__ import annotations

from typing import Any

from accounts.domain.refusals import Refused
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
        try:
            imports.apply(staged, by=job.created_by)
        except Refused as refused:
            raise work.Refused(str(refused)) from refused
    progress.advance(total, step="")
    return {"counts": staged.preview["counts"]}
