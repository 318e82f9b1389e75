"""The bank from a file: read, look, correct its columns, apply, undo."""

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
from observers import tasks
from observers.domain import imports as domain
from observers.forms import BankFileForm
from observers.listing import SHAPE
from observers.models import ObserverImport
from observers.permissions import WRITERS
from portal.lib.excel import Unreadable
from portal.lib.refusals import Refused

PAGE = 50
AT_ONCE = 100  # people written while the clerk waits; longer lists go to the worker
HEAPS = {"faulty": "Ошибки", "new": "Новые", "changed": "Изменятся", "same": "Без изменений"}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def import_new(request: PortalRequest) -> HttpResponse:
    """Take a file, read it, show what it would do."""
    form = BankFileForm(request.POST or None, request.FILES or None)
    member, asked = request.membership, request.method == "POST"
    if asked and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            staged = domain.stage(
                department=member.department, by=member, file_name=file.name, data=file.read()
            )
            return redirect("observers:import", staged.pk)
        except Unreadable as unreadable:
            form.add_error("file", str(unreadable))
    earlier = ObserverImport.objects.visible_to(member).select_related("created_by__user")
    names = {"form": form, "earlier": earlier.defer("preview", "before")[:10]}
    return render(request, "observers/import_new.html", names, status=422 if asked else 200)


def staged_or_404(request: PortalRequest, pk: int) -> ObserverImport:
    staged = ObserverImport.objects.visible_to(request.membership)
    return get_object_or_404(staged.select_related("department"), pk=pk)


@require_safe
@role_required(*WRITERS)
def import_preview(request: PortalRequest, pk: int) -> HttpResponse:
    """What the file would do: heaps of rows, faults by cell, the file as it was read."""
    staged = staged_or_404(request, pk)
    counts = staged.preview["counts"]
    sizes = counts | {"faulty": len(staged.preview["faults"])}
    heaps = {name: (title, sizes[name]) for name, title in HEAPS.items()}
    heap = request.GET.get("heap", "")
    if heap not in HEAPS:
        heap = next((name for name, (_, size) in heaps.items() if size), "new")
    page = Paginator(rows_of(staged.preview, heap), PAGE).get_page(request.GET.get("page"))
    job = Job.objects.visible_to(request.membership).filter(key=f"observer-import-{pk}").first()
    names = {"staged": staged, "heaps": heaps, "heap": heap, "page": page, "job": job}
    names["news"] = counts["new"] + counts["changed"]
    return render(request, "observers/import.html", names)


def rows_of(preview: dict[str, Any], heap: str) -> list[dict[str, Any]]:
    """A heap's rows for the page; of the faulty ones their faults, one by one."""
    if heap == "faulty":
        return [{"faults": [fault]} for fault in preview["faults"]]
    return [row for row in preview["rows"] if row["action"] == heap]


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def import_columns(request: PortalRequest, pk: int) -> HttpResponse:
    """Correct which sheet, head and column is what; the department remembers it."""
    staged, asked = staged_or_404(request, pk), False
    try:
        sheets, tables = domain.columns_of(staged)
        form = ColumnsForm(request.POST or None, sheets=sheets, shape=SHAPE, tables=tables)
        asked = form.is_bound and "look" not in request.POST
        if asked and form.is_valid():
            domain.reread(staged, form.mapping, by=request.membership)
            messages.success(request, "Файл прочитан, как вы указали.")
            return redirect("observers:import", pk)
    except (Refused, Unreadable) as problem:
        messages.error(request, str(problem))
        return redirect("observers:import", pk)
    names = {"staged": staged, "form": form}
    return render(request, "observers/import_columns.html", names, status=422 if asked else 200)


@require_POST
@role_required(*WRITERS)
def import_apply(request: PortalRequest, pk: int) -> HttpResponse:
    """Apply a short list at once, hand a long one to the worker."""
    staged = staged_or_404(request, pk)
    try:
        if len(staged.preview["rows"]) <= AT_ONCE or staged.state != ObserverImport.State.PREVIEW:
            domain.apply(staged, by=request.membership)
            messages.success(request, "Список загружен.")
        else:
            domain.check_clean(staged)
            tasks.apply_import_later(staged, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:import", pk)


@require_POST
@role_required(*WRITERS)
def import_undo(request: PortalRequest, pk: int) -> HttpResponse:
    """Take the whole list back."""
    try:
        domain.undo(staged_or_404(request, pk), by=request.membership)
        messages.success(request, "Загрузка отменена: банк такой же, как был до неё.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:import", pk)


@require_POST
@role_required(*WRITERS)
def import_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Throw a preview away."""
    try:
        domain.discard(staged_or_404(request, pk), by=request.membership)
        messages.success(request, "Файл отброшен, банк не изменился.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:import_new")
