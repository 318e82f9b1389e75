"""Works of a case, or an expert's scores, from Excel or the clipboard: read, shown, applied, taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from jobs import wizard
from portal.lib import excel
from portal.lib.refusals import Refused
from recheck import permissions
from recheck.domain import intakes as domain
from recheck.forms import SheetForm
from recheck.models import RecheckCase, Seat, SheetImport
from recheck.views.cases import case_or_404, page
from recheck.views.entry import own_seat, typist

SHOWN = 100


def way_back(staged: SheetImport) -> str:
    if staged.seat_id:
        return reverse("recheck:entry", args=[staged.seat_id])
    return reverse("recheck:case", args=[staged.case_id])


def again(staged: SheetImport) -> str:
    if staged.seat_id:
        return reverse("recheck:scores", args=[staged.seat_id])
    return reverse("recheck:works", args=[staged.case_id])


WIZARD = wizard.Wizard(
    model=SheetImport,
    domain=domain,
    roles=permissions.MANAGERS,
    page="recheck:sheet",
    trail=lambda staged: [
        ("Перепроверка", reverse("recheck:list")),
        (staged.case.school.name, way_back(staged)),
    ],
    again=again,
    related=(
        "case__department",
        "case__school",
        "case__exam",
        "seat__case__exam",
        "seat__expert__membership",
    ),
    told={"undo": "Внесение отменено.", "discard": "Таблица отброшена, ничего не записано."},
    faults="Ошибки в таблице",
)


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


@require_safe
@role_required(*permissions.MANAGERS)
def sheet(request: PortalRequest, pk: int) -> HttpResponse:
    """What would be taken in, and every fault by its cell."""
    staged = WIZARD.row(request, pk)
    tasks = [task["number"] for task in staged.case.tasks]
    rows = [
        row | {"cells": [shown(row["scores"].get(n)) for n in tasks]}
        for row in staged.preview["rows"][:SHOWN]
    ]
    names = {"case": staged.case, "tasks": tasks, "rows": rows, "back": way_back(staged)}
    names |= {"more": len(staged.preview["rows"]) - len(rows)}
    return render(request, "recheck/sheet.html", WIZARD.names(staged) | names)


def shown(score: int | None) -> str:
    return "Х" if score is None else str(score)


@require_POST
@role_required(*permissions.MANAGERS)
def sheet_apply(request: PortalRequest, pk: int) -> HttpResponse:
    """Take it in as a whole."""
    staged = WIZARD.row(request, pk)
    by = typist(request, staged.seat) if staged.seat else request.membership
    try:
        count = domain.apply(staged, by=by)
        messages.success(request, f"Внесено работ: {count}.")
        return redirect(way_back(staged))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("recheck:sheet", pk)
