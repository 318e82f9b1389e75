"""The bank from a file: read, look, correct its columns, apply, undo."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from jobs import wizard
from jobs.forms import TableFileForm
from observers import tasks
from observers.domain import imports as domain
from observers.models import ObserverImport
from observers.permissions import WRITERS

WIZARD = wizard.Wizard(
    model=ObserverImport,
    domain=domain,
    roles=WRITERS,
    page="observers:import",
    trail=lambda staged: [
        ("Наблюдатели", reverse("observers:list")),
        ("Из файла", reverse("observers:import_new")),
    ],
    later=tasks.apply_import_later,
    at_once=100,
    told={
        "apply": "Список загружен.",
        "undo": "Загрузка отменена: банк такой же, как был до неё.",
        "discard": "Файл отброшен, банк не изменился.",
    },
    faults="Ошибки в списке наблюдателей",
)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def import_new(request: PortalRequest) -> HttpResponse:
    """Take a file, read it, show what it would do."""
    form = TableFileForm(request.POST or None, request.FILES or None)
    stage = partial(domain.stage, department=request.membership.department, by=request.membership)
    return wizard.taken(WIZARD, form, stage) or wizard.new_page(
        request, WIZARD, "observers/import_new.html", form
    )


@require_safe
@role_required(*WRITERS)
def import_preview(request: PortalRequest, pk: int) -> HttpResponse:
    """What the file would do: heaps of rows, faults by cell, the file as it was read."""
    staged = WIZARD.row(request, pk)
    preview = staged.preview
    sizes = preview["counts"] | {"faulty": len(preview["faults"])}
    names = wizard.shown(request, WIZARD, staged, sizes=sizes, rows=partial(wizard.rows_of, preview))
    return render(request, "observers/import.html", names | {"tables": preview["tables"]})
