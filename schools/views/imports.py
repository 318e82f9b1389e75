"""A school list from a file: upload, look, correct the columns, choose, apply, undo."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from jobs import wizard
from jobs.forms import TableFileForm
from portal.lib.refusals import Refused
from schools import tasks
from schools.domain import imports as domain
from schools.domain.staging import Heap
from schools.forms import ChoiceForm
from schools.listing import FIELDS, Unfound, Unreadable, named
from schools.models import School, SchoolImport

LARGE = 1024 * 1024  # bytes read while the clerk waits: about 8,000 rows
HEAPS = wizard.HEAPS | {"faulty": "С ошибками", "skipped": "Не школы", "missing": "Нет в файле"}
WIZARD = wizard.Wizard(
    model=SchoolImport,
    domain=domain,
    roles=(Role.ADMIN,),
    page="schools:import_preview",
    trail=lambda staged: [
        ("Школы", reverse("schools:list")),
        ("Список из файла", reverse("schools:import")),
    ],
    told={
        "apply": "Список загружен.",
        "undo": "Загрузка отменена: школы такие же, как были до неё.",
        "discard": "Список отброшен, школы не изменились.",
    },
    faults="Строки с ошибками",
)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def import_new(request: PortalRequest) -> HttpResponse:
    """Take a file, read it, show what it would do; a long one is read by the worker."""
    form = TableFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return taken(request, form.cleaned_data["file"])
        except Unreadable as unreadable:
            form.add_error("file", str(unreadable))
    fields = [named(field) for field in FIELDS]
    return wizard.new_page(request, WIZARD, "schools/import_new.html", form, fields=fields)


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
        tasks.read_later(staged, by=membership)
        return redirect("schools:import_preview", staged.pk)
    try:
        return redirect("schools:import_preview", domain.stage(**given).pk)
    except Unfound:
        return redirect("schools:import_columns", domain.receive(**given).pk)


@require_safe
@role_required(Role.ADMIN)
def import_preview(request: PortalRequest, pk: int) -> HttpResponse:
    """What the file would do: heaps of rows, faults by cell, columns as recognised."""
    staged = WIZARD.row(request, pk)
    sizes, rows = sizes_of(staged.preview), partial(rows_of, request, staged)
    names = wizard.shown(request, WIZARD, staged, sizes=sizes, rows=rows, heaps=HEAPS)
    names |= {"choice": ChoiceForm(counts=sizes), "tables": tables_of(staged.preview)}
    names["written"] = written(staged, sizes)
    worded(names["heap"], names["page"])
    return render(request, "schools/import_preview.html", names)


def written(staged: SchoolImport, sizes: dict[str, int]) -> dict[str, int]:
    """How many new and changed schools the choice of then wrote."""
    heaps = domain.Choice(**staged.before.get("choice", {})).written
    return {heap: sizes[heap] if heap in heaps else 0 for heap in ("new", "changed")}


def worded(heap: str, page: Page[Any]) -> None:
    """Put a page's rows as they are drawn: changes with the names of fields, faulty rows fault by fault."""
    if heap == "changed":
        for row in page:
            row["news"] = [(named(field), *pair) for field, pair in row["changes"].items()]
    if heap == "faulty":
        page.object_list = [fault for row in page for fault in row["faults"]]


def rows_of(request: PortalRequest, staged: SchoolImport, heap: str) -> Any:
    """A heap's rows; of «missing» the open schools the list does not name."""
    if heap == "missing":
        missing = staged.preview.get("missing", [])
        return School.objects.visible_to(request.membership).open().filter(pk__in=missing)
    return Heap(staged, heap, sizes_of(staged.preview)[heap])


def sizes_of(preview: dict[str, Any]) -> dict[str, int]:
    """How many rows each heap has; none before the file is read."""
    if not preview:
        return dict.fromkeys(HEAPS, 0)
    return preview["counts"] | {"skipped": preview["skipped"], "missing": len(preview["missing"])}


def tables_of(preview: dict[str, Any]) -> list[dict[str, Any]]:
    """The tables read, each with pairs of a heading and what the portal took it for."""
    return [
        table | {"pairs": [(heading, named(field)) for field, heading in table["columns"].items()]}
        for table in preview.get("tables", [])
    ]


@require_POST
@role_required(Role.ADMIN)
def import_apply(request: PortalRequest, pk: int) -> HttpResponse:
    """Apply a short list as chosen at once, hand a long one to the worker."""
    staged = WIZARD.row(request, pk)
    sizes = sizes_of(staged.preview)
    form = ChoiceForm(request.POST, counts=sizes)
    form.is_valid()
    choice = domain.Choice(**form.cleaned_data)
    if sum(sizes[heap] for heap in choice.written) <= WIZARD.at_once:
        return wizard.decided(request, WIZARD, staged, "apply", choice=choice)
    try:
        domain.check(staged, choice)
        tasks.apply_later(staged, by=request.membership, choice=form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:import_preview", pk)


@require_POST
@role_required(Role.ADMIN)
def import_undo(request: PortalRequest, pk: int) -> HttpResponse:
    """Take the whole import back, a long one by the worker."""
    staged = WIZARD.row(request, pk)
    sizes = sizes_of(staged.preview)
    if sizes["new"] + sizes["changed"] <= WIZARD.at_once or staged.state != SchoolImport.State.APPLIED:
        return wizard.decided(request, WIZARD, staged, "undo")
    tasks.undo_later(staged, by=request.membership)
    return redirect("schools:import_preview", pk)
