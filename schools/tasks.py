"""Long work of the schools."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.urls import reverse

from accounts.models import Membership
from jobs.domain import staged as staged_file
from jobs.domain import work
from jobs.models import Job
from portal.lib.refusals import Refused
from schools.domain import imports, judging, notes, result_imports, schedule_files
from schools.listing import Unreadable
from schools.models import ResultImport, ResultNote, ScheduleImport, SchoolImport, VprCampaign


def _staged(job: Job) -> SchoolImport:
    rows = SchoolImport.objects.select_related("department")
    return rows.get(pk=job.args["staged"], department=job.department)


def _over(staged: SchoolImport) -> dict[str, Any]:
    counts = staged.preview.get("counts", {})
    return {"counts": counts, "url": reverse("schools:import_preview", args=[staged.pk])}


def _size(staged: SchoolImport, choice: dict[str, str]) -> int:
    return sum(staged.preview["counts"][heap] for heap in imports.Choice(**choice).written)


@work.handler("schools.read_import")
def read_import(job: Job, progress: work.Progress) -> dict[str, Any]:
    """Read a long list. A second run reads it again and puts the same in place."""
    staged = _staged(job)
    progress.start(0, step="Читаю и сверяю строки")
    try:
        imports.keep(staged, imports.draft(staged.department, staged_file.content(staged)))
    except Unreadable as unreadable:
        raise Refused(str(unreadable)) from unreadable
    return _over(staged)


@work.handler("schools.apply_import")
def apply_import(job: Job, progress: work.Progress) -> dict[str, Any]:
    """Apply a staged list. A second run finds it applied and only reports."""
    staged = _staged(job)
    progress.start(_size(staged, job.args["choice"]), step="Сверяю школы перед записью")
    if staged.state != SchoolImport.State.APPLIED:
        choice = imports.Choice(**job.args["choice"])
        imports.apply(staged, by=job.created_by, choice=choice, progress=progress)
    progress.start(total := _size(staged, job.args["choice"]))
    progress.advance(total, step="")
    return _over(staged)


@work.handler("schools.undo_import")
def undo_import(job: Job, progress: work.Progress) -> dict[str, Any]:
    """Take an applied list back. A second run finds it undone and only reports."""
    staged = _staged(job)
    progress.start(_size(staged, staged.before["choice"]), step="Сверяю школы перед отменой")
    if staged.state != SchoolImport.State.UNDONE:
        imports.undo(staged, by=job.created_by, progress=progress)
    return _over(staged)


read_later = partial(staged_file.later, "schools.read_import")
apply_later = partial(staged_file.later, "schools.apply_import")
undo_later = partial(staged_file.later, "schools.undo_import")

apply_schedule_later = staged_file.applier(
    "schools.apply_schedule",
    ScheduleImport,
    schedule_files.apply,
    step="Записываю дни",
    page="schools:schedule_import_preview",
)


@work.handler("schools.compute_signs")
def compute_signs(job: Job, progress: work.Progress) -> dict[str, Any]:
    """Compute a campaign's signs; a second run only computes them once more."""
    campaign = VprCampaign.objects.get(pk=job.args["campaign"], department=job.department)
    progress.start(campaign.exams.count(), step="Считаю признаки")
    found = judging.compute(campaign, by=job.created_by, step=progress.advance)
    return {"counts": {"found": found}, "url": f"{reverse('schools:results')}?campaign={campaign.pk}"}


def compute_signs_later(campaign: VprCampaign, *, by: Membership | None) -> Job:
    """Have the worker compute the campaign's signs; while that waits or runs, asking again finds the same job."""
    return work.enqueue(
        "schools.compute_signs",
        title=f"Признаки: {campaign}"[:200],
        department=campaign.department,
        by=by,
        key=f"signs-{campaign.pk}",
        campaign=campaign.pk,
    )


def follow_results(staged: ResultImport, *, by: Membership | None) -> None:
    """What the portal computes from the rows that the file has changed."""
    if staged.campaign:
        compute_signs_later(staged.campaign, by=by)


def apply_results(staged: ResultImport, *, by: Membership | None) -> None:
    result_imports.apply(staged, by=by)
    follow_results(staged, by=by)


apply_results_later = staged_file.applier(
    "schools.apply_results",
    ResultImport,
    apply_results,
    step="Записываю результаты",
    page="schools:results_preview",
)


@work.handler("schools.make_note")
def make_note(job: Job, progress: work.Progress) -> dict[str, Any]:
    """Make a note's papers; a second run only makes them once more."""
    rows = ResultNote.objects.select_related("department", "campaign")
    note = rows.get(pk=job.args["note"], department=job.department)
    progress.start(len(notes.MAKERS), step="Собираю сведения")
    notes.make(note, by=job.created_by, step=lambda doing: progress.advance(step=doing))
    return {"url": reverse("schools:note", args=[note.campaign_id])}


def note_key(note: ResultNote) -> str:
    return f"note-{note.campaign_id}"


def make_note_later(note: ResultNote, *, by: Membership | None) -> Job:
    """Have the worker make the papers; a second click finds the first one's job."""
    return work.enqueue(
        "schools.make_note",
        title=f"{note}"[:200],
        department=note.department,
        by=by,
        key=note_key(note),
        note=note.pk,
    )
