"""The year's report: drafted from facts, read and edited part by part, handed out, put into an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from orders.domain import paper
from portal.lib.downloads import attachment
from portal.lib.refusals import Refused
from roadmaps.domain import year_paper, year_report
from roadmaps.domain.errors import Conflict
from roadmaps.domain.sheet import compared
from roadmaps.forms_year import YearHeadForm, YearNewForm, YearPartForm
from roadmaps.models import YearReport, YearReportPart
from roadmaps.views.items import posted


@require_GET
@role_required(*DEPARTMENT_ROLES)
def year_list(request: PortalRequest) -> HttpResponse:
    rows = YearReport.objects.visible_to(request.membership).select_related("order", "roadmap")
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    return render(request, "roadmaps/year_list.html", {"page": page, "edits": _edits(request)})


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def year_new(request: PortalRequest) -> HttpResponse:
    first = {"day": timezone.localdate(), **request.GET.dict()}
    form = YearNewForm(posted(request), initial=first, membership=request.membership)
    if form.is_valid():
        report = year_report.draft(by=request.membership, **form.cleaned_data)
        return redirect("roadmaps:year_report", report.pk)
    status = 422 if form.is_bound else 200
    return render(request, "roadmaps/year_new.html", {"form": form}, status=status)


@require_GET
@role_required(*DEPARTMENT_ROLES)
def year(request: PortalRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    parts = report.parts.select_related("updated_by__user")
    context = {
        "report": report,
        "parts": [(part, paper.part_context(year_report.printed(part))) for part in parts],
        "events": report.events.select_related("by__user")[:12],
        "editable": _edits(request) and report.is_editable,
        "edits": _edits(request),
    }
    return render(request, "roadmaps/year_report.html", context)


@require_GET
@role_required(*DEPARTMENT_ROLES)
def year_file(request: PortalRequest, pk: int, kind: str) -> HttpResponse:
    """PDF, Word or Excel."""
    report = _report(request, pk)
    if kind not in year_paper.WRITERS:
        raise Http404
    return attachment(year_paper.WRITERS[kind](report), f"Отчёт за год на {report.day:%d.%m.%Y}.{kind}")


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def year_head(request: PortalRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    first = {name: getattr(report, name) for name in ("title", "day", "version")}
    form = YearHeadForm(posted(request), initial=first)
    if form.is_valid():
        try:
            year_report.change_head(report, by=request.membership, **form.cleaned_data)
            return redirect("roadmaps:year_report", pk)
        except Conflict as conflict:
            form = YearHeadForm(initial={**form.cleaned_data, "version": conflict.version})
            return _form(request, report, form, "Заголовок и день", conflict=conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _form(request, report, form, "Заголовок и день")


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def year_part(request: PortalRequest, pk: int) -> HttpResponse:
    part = _part(request, pk)
    first = {name: getattr(part, name) for name in ("heading", "text", "version")}
    form = YearPartForm(posted(request), initial=first)
    if form.is_valid():
        try:
            year_report.change_part(part, by=request.membership, **form.cleaned_data)
            return _back(part)
        except Conflict as conflict:
            form = YearPartForm(initial={**form.cleaned_data, "version": conflict.version})
            return _form(request, part.report, form, part.heading, conflict=conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _form(request, part.report, form, part.heading)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def year_part_new(request: PortalRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    form = YearPartForm(posted(request))
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("heading", "text")}
        try:
            return _back(year_report.add_part(report, by=request.membership, **said))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _form(request, report, form, "Новая часть")


@require_POST
@role_required(Role.METHODIST)
def year_part_redraft(request: PortalRequest, pk: int) -> HttpResponse:
    part = _part(request, pk)
    _tried(request, "Часть составлена заново", year_report.redraft, part)
    return _back(part)


@require_POST
@role_required(Role.METHODIST)
def year_part_remove(request: PortalRequest, pk: int) -> HttpResponse:
    part = _part(request, pk)
    _tried(request, f"Часть «{part.heading}» убрана", year_report.remove_part, part)
    return redirect("roadmaps:year_report", part.report_id)


@require_POST
@role_required(Role.METHODIST)
def year_redraft(request: PortalRequest, pk: int) -> HttpResponse:
    done = "Составлено заново. Части, изменённые вами, сохранили свой текст"
    _tried(request, done, year_report.redraft_all, _report(request, pk))
    return redirect("roadmaps:year_report", pk)


@require_POST
@role_required(Role.METHODIST)
def year_assemble(request: PortalRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    done = "Приказ собран: проверьте текст и зарегистрируйте"
    order = _tried(request, done, year_report.assemble, report)
    return redirect("orders:order", order.pk) if order else redirect("roadmaps:year_report", pk)


@require_POST
@role_required(Role.METHODIST)
def year_reopen(request: PortalRequest, pk: int) -> HttpResponse:
    _tried(request, "Отчёт снова можно править", year_report.reopen, _report(request, pk))
    return redirect("roadmaps:year_report", pk)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def year_delete(request: PortalRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    if request.method == "GET":
        return render(request, "roadmaps/year_delete.html", {"report": report})
    try:
        year_report.delete(report, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("roadmaps:year_report", pk)
    messages.success(request, "Черновик отчёта удалён")
    return redirect("roadmaps:year_list")


def _report(request: PortalRequest, pk: int) -> YearReport:
    rows = YearReport.objects.visible_to(request.membership)
    return get_object_or_404(rows.select_related("department", "order", "roadmap", "created_by__user"), pk=pk)


def _part(request: PortalRequest, pk: int) -> YearReportPart:
    rows = YearReportPart.objects.visible_to(request.membership)
    return get_object_or_404(rows.select_related("report__department", "report__roadmap"), pk=pk)


def _back(part: YearReportPart) -> HttpResponse:
    return redirect(f"{reverse('roadmaps:year_report', args=[part.report_id])}#part-{part.pk}")


def _form(
    request: PortalRequest, report: YearReport, form: Any, title: str, *, conflict: Conflict | None = None
) -> HttpResponse:
    """The form; after a conflict with both texts, a second «Сохранить» is made knowing the other's."""
    context: dict[str, Any] = {"report": report, "form": form, "title": title, "conflict": conflict}
    if conflict is not None:
        context["theirs"] = compared(conflict.theirs, conflict.mine)
        return render(request, "roadmaps/year_form.html", context, status=409)
    return render(request, "roadmaps/year_form.html", context, status=422 if form.is_bound else 200)


def _tried(request: PortalRequest, done: str, action: Callable[..., Any], row: Any) -> Any:
    """What the action gives; a refusal becomes a message, and None."""
    try:
        result = action(row, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, done)
    return result


def _edits(request: PortalRequest) -> bool:
    return request.membership.role == Role.METHODIST
