"""Works of a case, or an expert's scores, from Excel or the clipboard: read, shown, applied, taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from jobs.forms import ColumnsForm
from portal.lib import excel
from portal.lib.refusals import Refused
from recheck import permissions
from recheck.domain import intakes as domain
from recheck.forms import SheetForm
from recheck.models import RecheckCase, Seat, SheetImport
from recheck.views.cases import case_or_404, page
from recheck.views.entry import own_seat, typist

SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def works_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Take the list of works and show what the portal reads in it."""
    case = case_or_404(request, pk)
    if not case.tasks:
        messages.warning(request, "Сначала запишите задания: по ним проверяются баллы.")
        return redirect("recheck:tasks", pk)
    return take(request, case, None)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def scores_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Take an expert's scores from the table they sent."""
    seat = own_seat(request, pk)
    return take(request, seat.case, seat)


def take(request: PortalRequest, case: RecheckCase, seat: Seat | None) -> HttpResponse:
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        data = file.read() if file else domain.pasted(form.cleaned_data["text"])
        name = file.name if file else f"Вставлено {timezone.localtime():%d.%m.%Y %H:%M}"
        try:
            staged = domain.stage(case, by=request.membership, file_name=name, data=data, seat=seat)
            return redirect("recheck:sheet", staged.pk)
        except (excel.Unreadable, Refused) as refusal:
            form.add_error("file" if file else "text", str(refusal))
    return page(request, "recheck/sheet_new.html", {"case": case, "seat": seat}, form)


def sheet_or_404(request: PortalRequest, pk: int) -> SheetImport:
    staged = SheetImport.objects.visible_to(request.membership).select_related(
        "case__department",
        "case__school",
        "case__exam",
        "seat__case__exam",
        "seat__expert__membership",
        "department",
    )
    return get_object_or_404(staged, pk=pk)


def way_back(staged: SheetImport) -> str:
    if staged.seat_id:
        return reverse("recheck:entry", args=[staged.seat_id])
    return reverse("recheck:case", args=[staged.case_id])


@require_safe
@role_required(*permissions.MANAGERS)
def sheet(request: PortalRequest, pk: int) -> HttpResponse:
    """What would be taken in, and every fault by its cell."""
    staged = sheet_or_404(request, pk)
    tasks = [task["number"] for task in staged.case.tasks]
    rows = [
        row | {"cells": [shown(row["scores"].get(n)) for n in tasks]}
        for row in staged.preview["rows"][:SHOWN]
    ]
    names = {"staged": staged, "case": staged.case, "tasks": tasks, "rows": rows, "back": way_back(staged)}
    return render(request, "recheck/sheet.html", names | {"more": len(staged.preview["rows"]) - len(rows)})


def shown(score: int | None) -> str:
    return "Х" if score is None else str(score)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def sheet_columns(request: PortalRequest, pk: int) -> HttpResponse:
    """Let a person say which column is what."""
    staged = sheet_or_404(request, pk)
    try:
        sheets, tables = domain.columns_of(staged)
        form = ColumnsForm(
            request.POST or None,
            sheets=sheets,
            shape=domain.shape_of(staged.case, staged.seat),
            tables=tables,
        )
        if form.is_valid():
            domain.reread(staged, form.mapping, by=request.membership)
            return redirect("recheck:sheet", pk)
    except (excel.Unreadable, Refused) as refusal:
        messages.error(request, str(refusal))
        return redirect("recheck:sheet", pk)
    return page(request, "recheck/sheet_columns.html", {"staged": staged, "case": staged.case}, form)


@require_POST
@role_required(*permissions.MANAGERS)
def sheet_apply(request: PortalRequest, pk: int) -> HttpResponse:
    """Take it in as a whole."""
    staged = sheet_or_404(request, pk)
    by = typist(request, staged.seat) if staged.seat else request.membership
    try:
        count = domain.apply(staged, by=by)
        messages.success(request, f"Внесено работ: {count}.")
        return redirect(way_back(staged))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("recheck:sheet", pk)


@require_POST
@role_required(*permissions.MANAGERS)
def sheet_undo(request: PortalRequest, pk: int) -> HttpResponse:
    """Take the works out again."""
    try:
        domain.undo(sheet_or_404(request, pk), by=request.membership)
        messages.success(request, "Внесение отменено.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("recheck:sheet", pk)


@require_POST
@role_required(*permissions.MANAGERS)
def sheet_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Throw a preview away."""
    staged = sheet_or_404(request, pk)
    try:
        domain.discard(staged)
        messages.success(request, "Таблица отброшена, ничего не записано.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(way_back(staged))
