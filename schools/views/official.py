"""Official lists of schools with signs: by years, file in, taken over, a flag opened from a mark."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import DEPARTMENT_ROLES, role_required
from jobs import wizard
from jobs.domain import staged
from portal.lib.downloads import attachment
from portal.lib.refusals import Refused
from schools.domain import official as domain
from schools.models import OfficialList, OfficialMark
from schools.result_forms import OfficialListForm
from schools.views.result_imports import WORKERS

State = OfficialList.State
WIZARD = wizard.Wizard(
    model=OfficialList,
    domain=domain,
    roles=WORKERS,
    page="schools:official_list",
    trail=lambda source: [("Перечни", reverse("schools:official"))],
    again=lambda source: reverse("schools:official_import"),
    told={
        "apply": "Перечень загружен.",
        "undo": "Загрузка перечня отменена.",
        "discard": "Перечень отброшен.",
    },
    faults="Ошибки в перечне",
)


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
    stage = partial(domain.stage, form.instance, by=request.membership)
    return wizard.taken(WIZARD, form, stage) or wizard.new_page(
        request, WIZARD, "schools/official_import.html", form
    )


@require_safe
@role_required(*DEPARTMENT_ROLES)
def official_list(request: PortalRequest, pk: int) -> HttpResponse:
    """One list: its document, its schools, what is wrong in it."""
    names = WIZARD.names(WIZARD.row(request, pk)) | {"may_import": request.membership.role in WORKERS}
    return render(request, "schools/official_list.html", names)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def official_file(request: PortalRequest, pk: int) -> HttpResponse:
    """The file as it came."""
    source = WIZARD.row(request, pk)
    try:
        return attachment(staged.content(source), source.file_name)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("schools:official_list", pk)


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
