"""A school list from Excel: upload, look, apply, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from jobs.forms import ColumnsForm
from jobs.models import Job
from portal.lib.refusals import Refused
from schools import tasks
from schools.domain import imports as domain
from schools.forms import ListForm
from schools.listing import FIELDS, SHAPE, Unreadable, named
from schools.models import SchoolImport
from schools.views.cards import workbook_response

PAGE = 50
AT_ONCE = 300  # rows written while the clerk waits: tenths of a second; longer lists go to the worker
HEAPS = {
    "faulty": "Ошибки",
    "new": "Новые",
    "changed": "Изменятся",
    "same": "Без изменений",
    "skipped": "Не школы",
}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def import_new(request: PortalRequest) -> HttpResponse:
    """Take a file, read it, show what it would do."""
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, membership = form.cleaned_data["file"], request.membership
        try:
            staged = domain.stage(
                department=membership.department, by=membership, file_name=file.name, data=file.read()
            )
            return redirect("schools:import_preview", staged.pk)
        except Unreadable as unreadable:
            form.add_error("file", str(unreadable))
    earlier = SchoolImport.objects.visible_to(request.membership).select_related("created_by__user")
    names = {
        "form": form,
        "earlier": earlier.defer("preview", "before")[:10],
        "fields": [named(field) for field in FIELDS],
    }
    return render(request, "schools/import_new.html", names, status=422 if request.method == "POST" else 200)


def staged_or_404(request: PortalRequest, pk: int) -> SchoolImport:
    staged = SchoolImport.objects.visible_to(request.membership).select_related(
        "department", "created_by__user"
    )
    return get_object_or_404(staged, pk=pk)


@require_safe
@role_required(Role.ADMIN)
def import_preview(request: PortalRequest, pk: int) -> HttpResponse:
    """What the file would do: heaps of rows, faults by cell, columns as recognised."""
    staged = staged_or_404(request, pk)
    heaps = heap_sizes(staged.preview)
    heap = request.GET.get("heap", "")
    if heap not in HEAPS:
        heap = next((name for name, (_, size) in heaps.items() if size), "new")
    page = Paginator(rows_of(staged.preview, heap), PAGE).get_page(request.GET.get("page"))
    job = Job.objects.visible_to(request.membership).filter(key=f"school-import-{pk}").first()
    names = {"staged": staged, "heaps": heaps, "heap": heap, "page": page, "job": job}
    names |= {"news": heaps["new"][1] + heaps["changed"][1], "tables": tables_of(staged.preview)}
    return render(request, "schools/import_preview.html", names)


def heap_sizes(preview: dict[str, Any]) -> dict[str, tuple[str, int]]:
    sizes = preview["counts"] | {"faulty": len(preview["faults"]), "skipped": len(preview["skipped"])}
    return {name: (title, sizes[name]) for name, title in HEAPS.items()}


def tables_of(preview: dict[str, Any]) -> list[dict[str, Any]]:
    """The tables read, each with pairs of a heading and what the portal took it for."""
    return [
        table | {"pairs": [(heading, named(field)) for field, heading in table["columns"].items()]}
        for table in preview["tables"]
    ]


def rows_of(preview: dict[str, Any], heap: str) -> list[dict[str, Any]]:
    """A heap's rows for the page: faults one by one, changed ones with the names of fields."""
    if heap == "faulty":
        return preview["faults"]
    if heap == "skipped":
        return preview["skipped"]
    rows = [row for row in preview["rows"] if row["action"] == heap]
    return [row | {"news": [(named(f), *pair) for f, pair in row["changes"].items()]} for row in rows]


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def import_columns(request: PortalRequest, pk: int) -> HttpResponse:
    """Correct which sheet, head and column is what; the department remembers it."""
    staged, data = staged_or_404(request, pk), request.POST or None
    try:
        sheets, tables = domain.columns_of(staged)
        form = ColumnsForm(data, sheets=sheets, shape=SHAPE, tables=tables)
        asked = form.is_bound and "look" not in request.POST
        if asked and form.is_valid():
            domain.reread(staged, form.mapping, by=request.membership)
            messages.success(request, "Файл прочитан, как вы указали.")
            return redirect("schools:import_preview", pk)
    except (Refused, Unreadable) as problem:
        messages.error(request, str(problem))
        return redirect("schools:import_preview", pk)
    names = {"staged": staged, "form": form}
    return render(request, "schools/import_columns.html", names, status=422 if asked else 200)


@require_POST
@role_required(Role.ADMIN)
def import_apply(request: PortalRequest, pk: int) -> HttpResponse:
    """Apply a short list at once, hand a long one to the worker."""
    staged = staged_or_404(request, pk)
    counts = staged.preview["counts"]
    try:
        if counts["new"] + counts["changed"] <= AT_ONCE or staged.state != SchoolImport.State.PREVIEW:
            domain.apply(staged, by=request.membership)
            messages.success(request, "Список загружен.")
        else:
            domain.check_clean(staged)
            tasks.apply_later(staged, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:import_preview", pk)


@require_POST
@role_required(Role.ADMIN)
def import_undo(request: PortalRequest, pk: int) -> HttpResponse:
    """Take the whole import back."""
    staged = staged_or_404(request, pk)
    try:
        domain.undo(staged, by=request.membership)
        messages.success(request, "Загрузка отменена: школы такие же, как были до неё.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:import_preview", pk)


@require_POST
@role_required(Role.ADMIN)
def import_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Throw a preview away."""
    try:
        domain.discard(staged_or_404(request, pk), by=request.membership)
        messages.success(request, "Список отброшен, школы не изменились.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:import")


@require_safe
@role_required(Role.ADMIN)
def import_faults(request: PortalRequest, pk: int) -> HttpResponse:
    """The faulty rows as a workbook, with cells and remedies."""
    staged = staged_or_404(request, pk)
    return workbook_response(domain.faulty_rows(staged), domain.today_name("Строки с ошибками"))
