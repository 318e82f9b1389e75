"""A schedule or a list of uploads from a file: read, look, correct its columns, apply, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from jobs.forms import ColumnsForm
from jobs.models import Job
from portal.lib.excel import Unreadable
from portal.lib.refusals import Refused
from schools import tasks
from schools.domain import imports
from schools.domain import schedule_files as domain
from schools.domain.schedule import PLANNERS
from schools.forms import ListForm
from schools.models import ScheduleImport
from schools.views.cards import workbook_response
from schools.views.schedule import campaigns_of

PAGE = 50
AT_ONCE = 300  # rows written while the clerk waits; longer files go to the worker
HEAPS = {"faulty": "Ошибки", "new": "Новые", "changed": "Изменятся", "same": "Без изменений"}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PLANNERS)
def schedule_import(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a file, read it, show what it would do. ``?kind=uploads``: days of upload."""
    campaign = get_object_or_404(campaigns_of(request), pk=pk)
    kind = "uploads" if request.GET.get("kind") == "uploads" else "days"
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            name, data = file.name, file.read()
            staged = domain.stage(campaign, kind, by=request.membership, file_name=name, data=data)
            return redirect("schools:schedule_import_preview", staged.pk)
        except Unreadable as unreadable:
            form.add_error("file", str(unreadable))
    earlier = ScheduleImport.objects.visible_to(request.membership).filter(campaign=campaign, kind=kind)
    earlier = earlier.select_related("created_by__user").defer("preview", "before")[:10]
    names = {"form": form, "campaign": campaign, "kind": kind, "earlier": earlier}
    return render(
        request, "schools/schedule_import.html", names, status=422 if request.method == "POST" else 200
    )


def staged_or_404(request: PortalRequest, pk: int) -> ScheduleImport:
    staged = ScheduleImport.objects.visible_to(request.membership)
    return get_object_or_404(
        staged.select_related("department", "campaign__department", "created_by__user"), pk=pk
    )


@require_safe
@role_required(*PLANNERS)
def schedule_import_preview(request: PortalRequest, pk: int) -> HttpResponse:
    """What the file would do: heaps of rows, faults by cell, warnings, the file as it was read."""
    staged = staged_or_404(request, pk)
    sizes = staged.preview["counts"]
    heaps = {name: (title, sizes[name]) for name, title in HEAPS.items()}
    heap = request.GET.get("heap", "")
    if heap not in HEAPS:
        heap = next((name for name, (_, size) in heaps.items() if size), "new")
    page = Paginator(rows_of(staged.preview, heap), PAGE).get_page(request.GET.get("page"))
    job = Job.objects.visible_to(request.membership).filter(key=f"schedule-import-{pk}").first()
    names = {"staged": staged, "heaps": heaps, "heap": heap, "page": page, "job": job}
    names |= {"news": sizes["new"] + sizes["changed"], "campaign": staged.campaign}
    return render(request, "schools/schedule_import_preview.html", names)


def rows_of(preview: dict[str, Any], heap: str) -> list[dict[str, Any]]:
    """A heap's rows for the page, days read; each fault as a row of its own."""
    if heap == "faulty":
        return [{"faults": [fault]} for fault in preview["faults"]]
    return [
        row | {name: domain.as_day(row[name]) for name in ("before", "after") if row[name]}
        for row in preview["rows"]
        if row["action"] == heap
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PLANNERS)
def import_columns(request: PortalRequest, pk: int) -> HttpResponse:
    """Correct which sheet, head and column is what; the department remembers it."""
    staged, data, asked = staged_or_404(request, pk), request.POST or None, False
    try:
        sheets, tables = domain.columns_of(staged)
        form = ColumnsForm(data, sheets=sheets, shape=domain.shape(staged.kind), tables=tables)
        asked = form.is_bound and "look" not in request.POST
        if asked and form.is_valid():
            domain.reread(staged, form.mapping, by=request.membership)
            messages.success(request, "Файл прочитан, как вы указали.")
            return redirect("schools:schedule_import_preview", pk)
    except (Refused, Unreadable) as problem:
        messages.error(request, str(problem))
        return redirect("schools:schedule_import_preview", pk)
    names = {"staged": staged, "form": form}
    return render(request, "schools/schedule_import_columns.html", names, status=422 if asked else 200)


@require_POST
@role_required(*PLANNERS)
def import_apply(request: PortalRequest, pk: int) -> HttpResponse:
    """Apply a short file at once, hand a long one to the worker."""
    staged = staged_or_404(request, pk)
    try:
        if len(staged.preview["rows"]) <= AT_ONCE or staged.state != ScheduleImport.State.PREVIEW:
            domain.apply(staged, by=request.membership)
            messages.success(request, "Загружено.")
        else:
            domain.check_clean(staged)
            tasks.apply_schedule_later(staged, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:schedule_import_preview", pk)


@require_POST
@role_required(*PLANNERS)
def import_undo(request: PortalRequest, pk: int) -> HttpResponse:
    """Take the whole file back."""
    try:
        domain.undo(staged_or_404(request, pk), by=request.membership)
        messages.success(request, "Загрузка отменена: график такой же, как был до неё.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:schedule_import_preview", pk)


@require_POST
@role_required(*PLANNERS)
def import_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Throw a preview away."""
    staged = staged_or_404(request, pk)
    try:
        domain.discard(staged, by=request.membership)
        messages.success(request, "Файл отброшен, график не изменился.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:schedule_import", staged.campaign_id)


@require_safe
@role_required(*PLANNERS)
def import_faults(request: PortalRequest, pk: int) -> HttpResponse:
    """The faults as a workbook, with cells and remedies."""
    content = domain.faulty_rows(staged_or_404(request, pk))
    return workbook_response(content, imports.today_name("Ошибки графика"))
