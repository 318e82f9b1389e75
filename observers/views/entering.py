"""Sheets at the methodist's desk: read, typed in from paper, scanned in, printed to be filled by hand."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from observers.domain import paper, photos, sheets
from observers.models import ObservationSheet, ObserverAssignment, SheetFile
from observers.views import filling as page
from observers.views.sheets import download
from portal.lib.numbers import row_number
from portal.lib.refusals import Refused

ENTER = (Role.METHODIST, Role.ADMIN)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def sheet(request: PortalRequest, pk: int) -> HttpResponse:
    """The sheet of a visit as it was sent; until then what is known of it."""
    visit = _visit(request, pk)
    row = sheets.of_visit(visit)
    context = {
        "visit": visit,
        "sheet": row,
        "add_url": reverse("observers:sheet_addition", args=[pk]),
        "may_enter": request.membership.role in ENTER,
        "new_key": str(uuid4()),
    }
    if row is not None and row.is_sent:
        context |= page.reading(row)
    return render(request, "observers/sheet.html", context)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def sheet_find(request: PortalRequest) -> HttpResponse:
    """By the number printed on the paper."""
    number = row_number(request.GET.get("number", "").strip().removeprefix("№").strip())
    visit = ObserverAssignment.objects.visible_to(request.membership).filter(pk=number).first()
    if visit is None:
        messages.error(
            request, "Листа с таким номером нет. Номер стоит вверху бумажного листа после знака №."
        )
        return redirect("observers:control")
    return redirect("observers:sheet", visit.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*ENTER)
def sheet_enter(request: PortalRequest, pk: int) -> HttpResponse:
    """Type in what stands on paper."""
    visit = _visit(request, pk)
    row = sheets.of_visit(visit)
    if row is not None and row.is_sent:
        messages.info(request, "Этот лист уже отправлен: его можно только дополнить.")
        return redirect("observers:sheet", pk)
    try:
        if request.method == "POST":
            return _entered(request, visit)
        return _form(request, page.Filling(visit, sheets.form_of(visit), str(uuid4())))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("observers:sheet", pk)


def _entered(request: PortalRequest, visit: ObserverAssignment) -> HttpResponse:
    filled = page.sent_form(request, visit)
    page.take_files(request, filled, by=request.membership)
    if "more" in request.POST or filled.problems:
        filled.blank_rows += "more" in request.POST
        return _form(request, filled, status=422 if filled.problems else 200)
    try:
        sent = sheets.send(
            visit, form=filled.form, key=filled.key, content=filled.content, by=request.membership
        )
    except sheets.Problems as problems:
        filled.problems = problems.fields
        return _form(request, filled, status=422)
    if sent.is_second:
        messages.warning(request, "Пока вы вводили, лист пришёл от наблюдателя. Ваш текст сохранён рядом.")
    else:
        messages.success(request, "Лист введён.")
    return redirect("observers:sheet", visit.pk)


def _form(request: PortalRequest, filled: page.Filling, status: int = 200) -> HttpResponse:
    context = {"visit": filled.visit, "filling": filled}
    return render(request, "observers/sheet_enter.html", context, status=status)


@require_POST
@role_required(*ENTER)
def sheet_scan(request: PortalRequest, pk: int) -> HttpResponse:
    """Attach the scanned paper, before or after it is typed in."""
    visit = _visit(request, pk)
    try:
        row = sheets.started(visit, sheets.form_of(visit))
        for upload in request.FILES.getlist("scans"):
            assert isinstance(upload, UploadedFile)  # noqa: S101 -- what getlist gives
            photos.add_scan(row, upload, key=str(uuid4()), by=request.membership)
            messages.success(request, f"Скан приложен: {upload.name}.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:sheet", pk)


@require_POST
@role_required(*ENTER)
def sheet_addition(request: PortalRequest, pk: int) -> HttpResponse:
    """What the methodist adds to a sent sheet."""
    rows = ObservationSheet.objects.visible_to(request.membership)
    row = get_object_or_404(rows, assignment=_visit(request, pk))
    member, key = request.membership, page.form_key(request)
    try:
        author = f"{member.user.short_name}, {member.work}"
        sheets.add(row, key=key, text=request.POST.get("text", ""), author=author, by=member)
        messages.success(request, "Дополнение записано.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:sheet", pk)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def sheet_paper(request: PortalRequest, pk: int) -> HttpResponse:
    """The sheet to be filled by hand, with the visit's own heading, number and code."""
    visit = _visit(request, pk)
    try:
        return HttpResponse(paper.of_visit(visit, sheets.form_of(visit)), content_type="application/pdf")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("observers:sheet", pk)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def sheet_file(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(SheetFile.objects.visible_to(request.membership), pk=pk)
    return download(row.file, row.name)  # type: ignore[return-value]


def _visit(request: PortalRequest, pk: int) -> ObserverAssignment:
    visits = ObserverAssignment.objects.visible_to(request.membership).with_trouble()
    rows = visits.select_related("observer__department", "session__school", "session__exam__campaign")
    return get_object_or_404(rows, pk=pk)
