"""The observer's own sheet: a page that works with a lost connection, as a plain form, and once sent to be read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from observers.content import device_key
from observers.domain import photos, sheets
from observers.models import ObservationSheet, ObserverAssignment, SheetFile
from observers.permissions import ObserverRequest, observer_required
from observers.views import filling as page
from portal.lib.numbers import row_number
from portal.lib.refusals import Refused

LATER = "Лист уже отправлен с другого устройства. Ваш текст тоже сохранён: отдел видит оба."


@never_cache
@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the observer's pages on the phone; its address is its scope."""
    return render(request, "observers/sheet_worker.js", content_type="text/javascript; charset=utf-8")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@observer_required
def visit_sheet(request: ObserverRequest, pk: int) -> HttpResponse:
    """GET: the form, or the sheet once it is sent. POST: keep or send, as a form or from the page's script."""
    visit = _own(request, pk)
    if request.method == "POST":
        return _received(request, visit)
    sheet = sheets.of_visit(visit)
    if sheet is not None and sheet.is_sent:
        context = {"visit": visit, "add_url": reverse("observers:visit_addition", args=[pk])}
        return render(request, "observers/sheet_sent.html", context | page.reading(sheet))
    try:
        sheets.check_may_fill(visit)
        return _form(request, page.kept_form(request, visit))
    except Refused as refusal:
        context = {"visit": visit, "why": str(refusal)}
        return render(request, "observers/sheet_closed.html", context, status=409)


@require_POST
@observer_required
def visit_arrive(request: ObserverRequest, pk: int) -> HttpResponse:
    """«Я на месте»."""
    visit, by_script = _own(request, pk), _is_script(request)
    at, now = (row_number(request.POST.get(name, "")) for name in ("arrived_phone", "phone_now"))
    try:
        sheet = sheets.arrive(visit, at_phone=at, phone_now=now)
    except Refused as refusal:
        if by_script:
            return JsonResponse({"state": "refused", "why": str(refusal)}, status=409)
        messages.error(request, str(refusal))
        return redirect("observers:visit_sheet", pk)
    if by_script:
        return JsonResponse({"state": "arrived", "at": _clock(sheet.arrived_at)})
    messages.success(request, f"Приход записан: {_clock(sheet.arrived_at)}.")
    return redirect("observers:visit_sheet", pk)


@require_POST
@observer_required
def visit_photo(request: ObserverRequest, pk: int) -> HttpResponse:
    """One photo from the page's script, before the sheet it belongs to or after it; the same key is the same photo."""
    visit, upload = _own(request, pk), request.FILES.get("photo")
    key = device_key(request.POST.get("key", ""))
    if not isinstance(upload, UploadedFile) or not key:
        return JsonResponse({"state": "refused", "why": "Фото не дошло. Выберите его ещё раз."}, status=422)
    try:
        copy = page.sent_form(request, visit)
        sheets.check_may_fill(visit)
        sheet = sheets.started(visit, copy.form)
        photos.add(sheet, upload, key=key, place=request.POST.get("place", "")[:40])
    except Refused as refusal:
        return JsonResponse({"state": "refused", "why": str(refusal)}, status=422)
    return JsonResponse({"state": "kept"})


@require_POST
@observer_required
def visit_addition(request: ObserverRequest, pk: int) -> HttpResponse:
    """A correction of the sent sheet."""
    sheet = get_object_or_404(ObservationSheet.objects.of_observer(request.observer), assignment=pk)
    try:
        text, key = request.POST.get("text", ""), page.form_key(request)
        sheets.add(sheet, key=key, text=text, author=request.observer.full_name)
        messages.success(request, "Дополнение записано.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:visit_sheet", pk)


@require_safe
@observer_required
def visit_file(request: ObserverRequest, pk: int) -> Any:
    """A photo of one's own sheet."""
    row = get_object_or_404(SheetFile.objects.of_observer(request.observer), pk=pk)
    return download(row.file, row.name)


def download(file: Any, name: str) -> FileResponse:
    """Never rendered inline, whatever the browser thinks of it."""
    response = FileResponse(file.open("rb"), as_attachment=True, filename=name)
    response["Content-Type"] = "application/octet-stream"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _own(request: ObserverRequest, pk: int) -> ObserverAssignment:
    mine = ObserverAssignment.objects.of_observer(request.observer).with_trouble()
    rows = mine.select_related("observer__department", "session__school", "session__exam__campaign")
    return get_object_or_404(rows, pk=pk)


def _received(request: ObserverRequest, visit: ObserverAssignment) -> HttpResponse:
    """Send, or without scripts keep as a draft; whatever happens, what was typed is kept."""
    answer = _told_script if _is_script(request) else _told_person
    try:
        filled = page.sent_form(request, visit)
        page.take_files(request, filled)
        if filled.problems or "more" in request.POST or request.POST.get("do") == "keep":
            sheets.keep(visit, form=filled.form, key=filled.key, content=filled.content)
            return answer(request, filled)
        phone_now = row_number(request.POST.get("phone_now", ""))
        sent = sheets.send(
            visit, form=filled.form, key=filled.key, content=filled.content, phone_now=phone_now
        )
    except sheets.Problems as problems:
        filled.problems = problems.fields
        return answer(request, filled)
    except Refused as refusal:
        return answer(request, None, refused=str(refusal), visit=visit)
    return answer(request, filled, sent=sent)


def _told_script(
    request: ObserverRequest, filled: page.Filling | None, sent: Any = None, refused: str = "", **_: Any
) -> HttpResponse:
    if refused:
        return JsonResponse({"state": "refused", "why": refused}, status=409)
    if filled is not None and filled.problems:
        return JsonResponse({"state": "problems", "fields": filled.problems}, status=422)
    if sent is None:
        return JsonResponse({"state": "kept", "at": _clock(timezone.now())})
    state = {"state": "second", "why": LATER} if sent.is_second else {"state": "sent"}
    return JsonResponse({**state, "at": _clock(sent.sheet.sent_at)})


def _told_person(
    request: ObserverRequest, filled: page.Filling | None, sent: Any = None, refused: str = "", **context: Any
) -> HttpResponse:
    if filled is None:
        return render(request, "observers/sheet_closed.html", {"why": refused, **context}, status=409)
    if filled.problems:
        return _form(request, filled, status=422)
    if sent is None:
        messages.success(request, f"Черновик сохранён в {_clock(timezone.now())}. Лист ещё не отправлен.")
        filled.blank_rows += "more" in request.POST
        return _form(request, filled)
    if sent.is_second:
        messages.warning(request, LATER)
    else:
        messages.success(request, f"Лист отправлен в {_clock(sent.sheet.sent_at)}. Спасибо!")
    return redirect("observers:visit_sheet", filled.visit.pk)


def _form(request: ObserverRequest, filled: page.Filling, status: int = 200) -> HttpResponse:
    sheet = sheets.of_visit(filled.visit)
    context = {
        "visit": filled.visit,
        "filling": filled,
        "arrived_at": sheet.arrived_at if sheet else None,
        "observer": request.observer,
        "max_bytes": page.MAX_BYTES,
    }
    return render(request, "observers/sheet_fill.html", context, status=status)


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "portal-sheet"


def _clock(moment: Any) -> str:
    """«14:02» in the department's time."""
    return date_format(timezone.localtime(moment), "H:i")
