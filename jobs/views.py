"""Background work on the screen: one job with its progress, and the list for the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from jobs.domain import work
from jobs.forms import JobFilter
from jobs.models import Job


@require_GET
@role_required(Role.ADMIN)
def job_list(request: PortalRequest) -> HttpResponse:
    jobs = Job.objects.visible_to(request.membership)
    narrowed = JobFilter(request.GET)
    page = Paginator(narrowed.narrow(jobs).select_related("created_by__user"), 30)
    context = {"page": page.get_page(request.GET.get("page")), "filter": narrowed}
    return render(request, "jobs/job_list.html", context)


@require_GET
@role_required()
def job(request: PortalRequest, pk: int) -> HttpResponse:
    """The whole page, or for htmx the part that asks again each second until the work is over."""
    row = get_object_or_404(Job.objects.visible_to(request.membership), pk=pk)
    if not request.htmx:
        return render(request, "jobs/job_detail.html", {"job": row})
    response = render(request, "jobs/_progress.html", {"job": row})
    if not row.is_live:
        response["HX-Refresh"] = "true"  # the page around it shows what the work has made
    return response


@require_GET
@role_required()
def job_file(request: PortalRequest, pk: int) -> Any:
    """What the work made, never rendered inline."""
    row = get_object_or_404(Job.objects.visible_to(request.membership).exclude(file=""), pk=pk)
    response = FileResponse(row.file.open("rb"), as_attachment=True, filename=row.file_name)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@role_required()
def job_cancel(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Job.objects.visible_to(request.membership), pk=pk)
    if work.cancel(row):
        messages.info(request, "Останавливаем. То, что уже сделано, останется.")
    else:
        messages.info(request, "Работа уже закончена.")
    return redirect("jobs:job", row.pk)
