"""The analytic note of a campaign: words typed, papers made by the worker, files handed out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import DEPARTMENT_ROLES, role_required
from jobs.models import Job
from portal.lib.refusals import Refused
from schools import tasks
from schools.domain import notes as domain
from schools.models import NoteSchool, ResultNote, School, VprCampaign
from schools.result_forms import NoteForm, NoteSchoolForm
from schools.views.result_imports import WORKERS


def campaign_or_404(request: PortalRequest, pk: int) -> VprCampaign:
    campaigns = VprCampaign.objects.visible_to(request.membership).select_related("department")
    return get_object_or_404(campaigns, pk=pk)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def note(request: PortalRequest, pk: int) -> HttpResponse:
    """What stands in the note, and its papers."""
    campaign = campaign_or_404(request, pk)
    found = domain.note_of(campaign)
    known = domain.content(found)
    names = {
        "campaign": campaign,
        "note": found,
        "known": known,
        "grounds": domain.grounds(known),
        "written": {one.school_id: one for one in known.schools},
        "schools": School.objects.visible_to(request.membership)
        .filter(results__exam__campaign=campaign)
        .distinct(),
        "job": Job.objects.visible_to(request.membership).filter(key=tasks.note_key(found)).first(),
        "may_edit": request.membership.role in WORKERS,
    }
    return render(request, "schools/note.html", names)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WORKERS)
def note_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """The introduction and the conclusions."""
    campaign = campaign_or_404(request, pk)
    found = domain.kept_note(campaign) if request.method == "POST" else domain.note_of(campaign)
    form = NoteForm(request.POST or None, instance=found)
    names = {"campaign": campaign, "form": form, "title": "Вступление и выводы"}
    return saved(request, names) or render(
        request, "schools/note_edit.html", names, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WORKERS)
def note_school(request: PortalRequest, pk: int, school: int) -> HttpResponse:
    """Causes, measures and recommendations of one school."""
    campaign = campaign_or_404(request, pk)
    of = get_object_or_404(School.objects.visible_to(request.membership), pk=school)
    written_in = domain.kept_note(campaign) if request.method == "POST" else domain.note_of(campaign)
    form = NoteSchoolForm(request.POST or None, instance=domain.school_of(written_in, of))
    names = {"campaign": campaign, "form": form, "title": of.name}
    return saved(request, names) or render(
        request, "schools/note_edit.html", names, status=422 if form.is_bound else 200
    )


def saved(request: PortalRequest, names: dict[str, Any]) -> HttpResponse | None:
    """Keep a valid form and go back to the note; a later edit of another is shown beside what was typed."""
    form = names["form"]
    if not form.is_valid():
        return None
    try:
        domain.save(form.instance, seen=form.cleaned_data["version"], by=request.membership)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        names["theirs"] = theirs(request, form.instance)
        if names["theirs"]:
            form.data = form.data.copy()
            form.data["version"] = str(names["theirs"].version)
        return None
    messages.success(request, "Сохранено.")
    return redirect("schools:note", names["campaign"].pk)


def theirs(request: PortalRequest, row: ResultNote | NoteSchool) -> ResultNote | NoteSchool | None:
    """What another has saved meanwhile."""
    if isinstance(row, ResultNote):
        return ResultNote.objects.visible_to(request.membership).filter(pk=row.pk).first()
    return (
        NoteSchool.objects.visible_to(request.membership)
        .filter(note=row.note_id, school=row.school_id)
        .first()
    )


@require_POST
@role_required(*WORKERS)
def note_make(request: PortalRequest, pk: int) -> HttpResponse:
    """Have the worker make the papers."""
    tasks.make_note_later(domain.kept_note(campaign_or_404(request, pk)), by=request.membership)
    return redirect("schools:note", pk)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def note_file(request: PortalRequest, pk: int, kind: str) -> Any:
    """One of the papers."""
    notes = ResultNote.objects.visible_to(request.membership).select_related("campaign")
    found = get_object_or_404(notes, campaign=pk)
    file = getattr(found, kind)
    if not file:
        raise Http404
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"Справка {found.campaign}.{kind}")
