"""A schedule or a list of uploads from a file: read, look, correct its columns, apply, undo."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from jobs import wizard
from jobs.forms import TableFileForm
from schools import tasks
from schools.domain import schedule_files as domain
from schools.domain.schedule import PLANNERS
from schools.models import ScheduleImport
from schools.views.schedule import campaigns_of


def trail(staged: ScheduleImport) -> list[tuple[str, str]]:
    start = reverse("schools:schedule_import", args=[staged.campaign_id])
    return [("График ВПР", reverse("schools:schedule")), ("Из файла", f"{start}?kind={staged.kind}")]


WIZARD = wizard.Wizard(
    model=ScheduleImport,
    domain=domain,
    roles=PLANNERS,
    page="schools:schedule_import_preview",
    trail=trail,
    related=("campaign__department",),
    later=tasks.apply_schedule_later,
    told={
        "apply": "Загружено.",
        "undo": "Загрузка отменена: график такой же, как был до неё.",
        "discard": "Файл отброшен, график не изменился.",
    },
    faults="Ошибки графика",
)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PLANNERS)
def schedule_import(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a file, read it, show what it would do. ``?kind=uploads``: days of upload."""
    campaign = get_object_or_404(campaigns_of(request), pk=pk)
    kind = "uploads" if request.GET.get("kind") == "uploads" else "days"
    form = TableFileForm(request.POST or None, request.FILES or None)
    stage = partial(domain.stage, campaign, kind, by=request.membership)
    return wizard.taken(WIZARD, form, stage) or wizard.new_page(
        request,
        WIZARD,
        "schools/schedule_import.html",
        form,
        of={"campaign": campaign, "kind": kind},
        campaign=campaign,
        kind=kind,
    )


@require_safe
@role_required(*PLANNERS)
def schedule_import_preview(request: PortalRequest, pk: int) -> HttpResponse:
    """What the file would do: heaps of rows, faults by cell, warnings, the file as it was read."""
    staged = WIZARD.row(request, pk)
    rows = partial(rows_of, staged.preview)
    names = wizard.shown(request, WIZARD, staged, sizes=staged.preview["counts"], rows=rows)
    names |= {"campaign": staged.campaign, "tables": staged.preview["tables"]}
    return render(request, "schools/schedule_import_preview.html", names)


def rows_of(preview: dict[str, Any], heap: str) -> list[dict[str, Any]]:
    """A heap's rows for the page, days read."""
    return [
        row | {name: domain.as_day(row[name]) for name in ("before", "after") if row.get(name)}
        for row in wizard.rows_of(preview, heap)
    ]
