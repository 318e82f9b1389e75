"""A school list from a file: upload, look, correct the columns, choose, apply, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
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
from schools.domain.staging import Heap
from schools.forms import ChoiceForm, ListForm
from schools.listing import FIELDS, SHAPE, Unfound, Unreadable, named
from schools.models import School, SchoolImport
from schools.views.cards import workbook_response

PAGE = 50
AT_ONCE = 300  # rows written while the clerk waits: tenths of a second; longer lists go to the worker
LARGE = 1024 * 1024  # bytes read while the clerk waits: about 8,000 rows
HEAPS = {
    "faulty": "С ошибками",
    "new": "Новые",
    "changed": "Изменятся",
    "same": "Без изменений",
    "skipped": "Не школы",
    "missing": "Нет в файле",
}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def import_new(request: PortalRequest) -> HttpResponse:
    """Take a file, read it, show what it would do; a long one is read by the worker."""
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return taken(request, form.cleaned_data["file"])
        except Unreadable as unreadable:
            form.add_error("file", str(unreadable))
    earlier = SchoolImport.objects.visible_to(request.membership).select_related("created_by__user")
    names = {
        "form": form,
        "earlier": earlier.defer("preview", "before", "mapping")[:10],
        "fields": [named(field) for field in FIELDS],
    }
    return render(request, "schools/import_new.html", names, status=422 if request.method == "POST" else 200)


def taken(request: PortalRequest, file: Any) -> HttpResponse:
    """Where an uploaded file leads: to its preview, or to its columns when no table was found."""
    membership = request.membership
    given = {
        "department": membership.department,
        "by": membership,
        "file_name": file.name,
        "data": file.read(),
    }
    if file.size > LARGE:
        staged = domain.receive(**given)
        tasks.later("read", staged, by=membership)
        return redirect("schools:import_preview", staged.pk)
    try:
        return redirect("schools:import_preview", domain.stage(**given).pk)
    except Unfound as unfound:
        messages.warning(request, f"{unfound} Если она есть, укажите её ниже.")
        return redirect("schools:import_columns", domain.receive(**given).pk)


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
    job = Job.objects.visible_to(request.membership).filter(key=f"school-import-{pk}").first()
    names: dict[str, Any] = {"staged": staged, "job": job, "page": None}
    if staged.preview:
        heaps = heap_sizes(staged.preview)
        heap = request.GET.get("heap", "")
        if heap not in HEAPS:
            heap = next((name for name, (_, size) in heaps.items() if size), "new")
        counts = staged.preview["counts"]
        names |= {"heaps": heaps, "heap": heap, "counts": counts, "tables": tables_of(staged.preview)}
        names |= {"page": page_of(request, staged, heap, heaps[heap][1])}
        names |= {"news": counts["new"] + counts["changed"], "choice": ChoiceForm(counts=counts)}
    return render(request, "schools/import_preview.html", names)


def page_of(request: PortalRequest, staged: SchoolImport, heap: str, size: int) -> Page[Any]:
    """A page of a heap; changed rows with the names of fields, «missing» the open schools the list does not name."""
    rows: Any = Heap(staged, heap, size)
    if heap == "missing":
        rows = School.objects.visible_to(request.membership).open().filter(pk__in=staged.preview["missing"])
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    if heap == "changed":
        for row in page.object_list:
            row["news"] = [(named(field), *pair) for field, pair in row["changes"].items()]
    return page


def heap_sizes(preview: dict[str, Any]) -> dict[str, tuple[str, int]]:
    sizes = preview["counts"] | {"skipped": preview["skipped"], "missing": len(preview["missing"])}
    return {name: (title, sizes[name]) for name, title in HEAPS.items()}


def tables_of(preview: dict[str, Any]) -> list[dict[str, Any]]:
    """The tables read, each with pairs of a heading and what the portal took it for."""
    return [
        table | {"pairs": [(heading, named(field)) for field, heading in table["columns"].items()]}
        for table in preview["tables"]
    ]


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
    counts = staged.preview.get("counts", {})
    form = ChoiceForm(request.POST, counts=counts)
    try:
        form.is_valid()
        choice = domain.Choice(**form.cleaned_data)
        domain.check(staged, choice)
        if sum(counts[heap] for heap in choice.written) <= AT_ONCE:
            domain.apply(staged, by=request.membership, choice=choice)
            messages.success(request, "Список загружен.")
        else:
            tasks.later("apply", staged, by=request.membership, choice=form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:import_preview", pk)


@require_POST
@role_required(Role.ADMIN)
def import_undo(request: PortalRequest, pk: int) -> HttpResponse:
    """Take the whole import back, a long one by the worker."""
    staged = staged_or_404(request, pk)
    counts = staged.preview.get("counts", {"new": 0, "changed": 0})
    try:
        if counts["new"] + counts["changed"] <= AT_ONCE or staged.state != SchoolImport.State.APPLIED:
            domain.undo(staged, by=request.membership)
            messages.success(request, "Загрузка отменена: школы такие же, как были до неё.")
        else:
            tasks.later("undo", staged, by=request.membership)
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
