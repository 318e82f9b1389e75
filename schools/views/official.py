"""Official lists of schools with signs: by years, file in, taken over, a flag opened from a mark."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.refusals import Refused
from schools.domain import official as domain
from schools.models import OfficialList, OfficialMark
from schools.result_forms import OfficialListForm
from schools.results import Unreadable
from schools.views.result_imports import WORKERS

State = OfficialList.State


@require_safe
@role_required(*DEPARTMENT_ROLES)
def official(request: PortalRequest) -> HttpResponse:
    """Who was in the lists, year by year, with the documents."""
    marks = OfficialMark.objects.visible_to(request.membership).select_related("school", "source", "flag")
    lists = OfficialList.objects.visible_to(request.membership).exclude(state=State.DISCARDED)
    names = {
        "years": by_years(marks.order_by("-year", "school__name", "grade", "subject")),
        "lists": lists.select_related("created_by__user"),
        "may_import": request.membership.role in WORKERS,
    }
    return render(request, "schools/official.html", names)


def by_years(marks: Iterable[OfficialMark]) -> list[tuple[str, str, list[OfficialMark]]]:
    """The marks year by year: the section's title, its anchor, its marks."""
    years: dict[int, list[OfficialMark]] = {}
    for mark in marks:
        years.setdefault(mark.year, []).append(mark)
    return [(f"ВПР {year} года", f"year-{year}", of_year) for year, of_year in years.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WORKERS)
def official_import(request: PortalRequest) -> HttpResponse:
    """Take a list with its document, show what it says."""
    form = OfficialListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["upload"]
        try:
            source = domain.stage(form.instance, by=request.membership, file_name=file.name, data=file.read())
            return redirect("schools:official_list", source.pk)
        except Unreadable as unreadable:
            form.add_error("upload", str(unreadable))
    return render(
        request, "schools/official_import.html", {"form": form}, status=422 if form.is_bound else 200
    )


def list_or_404(request: PortalRequest, pk: int) -> OfficialList:
    lists = OfficialList.objects.visible_to(request.membership).select_related("department")
    return get_object_or_404(lists, pk=pk)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def official_list(request: PortalRequest, pk: int) -> HttpResponse:
    """One list: its document, its schools, what is wrong in it."""
    names = {"source": list_or_404(request, pk), "may_import": request.membership.role in WORKERS}
    return render(request, "schools/official_list.html", names)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def official_file(request: PortalRequest, pk: int) -> Any:
    """The file as it came; never rendered inline, whatever the browser thinks of it."""
    source = list_or_404(request, pk)
    response = FileResponse(source.file.open("rb"), as_attachment=True, filename=source.file_name)
    response["Content-Type"] = "application/octet-stream"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@role_required(*WORKERS)
def official_decide(request: PortalRequest, pk: int, what: str) -> HttpResponse:
    """Take the list over, throw it away, or take it back."""
    source = list_or_404(request, pk)
    ways: dict[str, tuple[Callable[..., None], str]] = {
        "apply": (domain.apply, "Перечень загружен."),
        "undo": (domain.undo, "Загрузка перечня отменена."),
        "discard": (domain.discard, "Перечень отброшен."),
    }
    work, told = ways[what]
    try:
        work(source, by=request.membership)
        messages.success(request, told)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:official") if what == "discard" else redirect("schools:official_list", pk)


@require_POST
@role_required(*WORKERS)
def official_flag(request: PortalRequest, pk: int) -> HttpResponse:
    """Open a flag whose ground is the list."""
    marks = OfficialMark.objects.visible_to(request.membership).select_related("school", "source")
    mark = get_object_or_404(marks, pk=pk)
    try:
        domain.open_flag(mark, by=request.membership)
        messages.success(request, f"Признак открыт: {mark}.")
        return redirect("schools:school", mark.school_id)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("schools:official")
