"""«Контроль»: who is expected and who came; violations with the school's answers; coverage; the campaign's report."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from observers.domain import control as domain
from observers.domain import reports
from observers.domain import violations as deciding
from observers.forms_sheets import ControlForm, ViolationFilter
from observers.models import Stage, Violation, ViolationEvent
from observers.views.sheets import download
from portal.lib.downloads import attachment
from portal.lib.refusals import Refused
from schools.models import VprCampaign

PAGE = 50
DECIDE = {"close": deciding.close, "return": deciding.return_}
SAID = {"close": "Нарушение закрыто.", "return": "Ответ возвращён школе."}


@require_safe
@role_required(*DEPARTMENT_ROLES)
def control(request: PortalRequest) -> HttpResponse:
    """The visits of a day, of its week, or what somebody must see to (`domain.alarms`)."""
    today = timezone.localdate()
    form = ControlForm(request.GET)
    day, show = form.chosen(today)
    alarms = domain.alarms(request.membership, today)
    page = Paginator(_shown(request, show, day), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "show": show,
        "of_days": show in form.OF_DAYS,
        "day": day,
        "around": (day - datetime.timedelta(days=1), day + datetime.timedelta(days=1)),
        "page": page,
        "rows": _rows(show, page, today),
        "missing": alarms["missing"].count(),
        "waiting": alarms["answered"].count(),
        "unanswered": domain.violations(request.membership).unanswered().count(),
        "may_enter": request.membership.role in {Role.ADMIN, Role.METHODIST},
    }
    return render(request, "observers/control.html", context)


def _shown(request: PortalRequest, show: str, day: datetime.date) -> QuerySet[Any, Any]:
    member, today = request.membership, timezone.localdate()
    if show == "holes":
        return domain.all_holes(member, today)
    of_days = {"day": day, "week": day + domain.WEEK}
    return (
        domain.expected(member, day, of_days[show]) if show in of_days else domain.alarms(member, today)[show]
    )


def _rows(show: str, page: Page[Any], today: datetime.date) -> list[tuple[Any, ...]]:
    """Visits with their sign and words; for sessions without people the words of the stage."""
    if show == "holes":
        return [(hole, Stage(hole["stage"]).label) for hole in page]
    return [(visit, *domain.standing(visit, today)) for visit in page]


@require_safe
@role_required(*DEPARTMENT_ROLES)
def coverage(request: PortalRequest) -> HttpResponse:
    """Schools × days of a campaign, and its reports."""
    campaigns = VprCampaign.objects.visible_to(request.membership)
    chosen = request.GET.get("campaign", "")
    campaign = campaigns.filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 12 else None
    campaign = campaign or campaigns.first()
    context = {
        "campaigns": campaigns,
        "campaign": campaign,
        "coverage": domain.coverage(request.membership, campaign) if campaign else None,
    }
    return render(request, "observers/coverage.html", context)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def report(request: PortalRequest, pk: int, kind: str) -> HttpResponse:
    """The campaign's report as it stands now."""
    campaigns = VprCampaign.objects.visible_to(request.membership).select_related("department")
    campaign = get_object_or_404(campaigns, pk=pk)
    made = reports.compile_report(request.membership, campaign)
    write = {"pdf": reports.as_pdf, "xlsx": reports.as_xlsx}[kind]
    return attachment(write(made), reports.file_name(campaign, "Отчёт наблюдателей", kind))


@require_safe
@role_required(*DEPARTMENT_ROLES, Role.DEPUTY)
def violations(request: PortalRequest) -> HttpResponse:
    """What observers saw; a school's deputy sees what was seen at the own school. ``?format=xlsx``: the same rows."""
    form = ViolationFilter(request.GET, membership=request.membership)
    rows = form.narrow(domain.violations(request.membership))
    if request.GET.get("format") == "xlsx":
        return attachment(reports.violations_xlsx(list(rows)), "Нарушения.xlsx")
    of_school = request.membership.role == Role.DEPUTY
    context = {
        "form": form,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "kinds": domain.by_kind(rows),
        "schools": [] if of_school else domain.by_school(rows),
        "unanswered": rows.unanswered().count(),
        "answered": rows.filter(state=Violation.State.ANSWERED).count(),
        "of_school": of_school,
    }
    return render(request, "observers/violations.html", context)


@require_safe
@role_required(*DEPARTMENT_ROLES, Role.DEPUTY)
def violation(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, _violation(request, pk))


@require_POST
@role_required(Role.DEPUTY)
def violation_answer(request: PortalRequest, pk: int) -> HttpResponse:
    """The school's word, with a file if it likes."""
    row, upload = _violation(request, pk), request.FILES.get("file")
    comment = request.POST.get("comment", "")
    try:
        upload = upload if isinstance(upload, UploadedFile) else None
        deciding.answer(row, by=request.membership, comment=comment, upload=upload)
    except Refused as refusal:
        return _page(request, row, typed=comment, problem=str(refusal))
    messages.success(request, "Ответ отправлен в отдел образования.")
    return redirect("observers:violation", pk)


@require_POST
@role_required(Role.METHODIST, Role.HEAD)
def violation_decide(request: PortalRequest, pk: int, decision: str) -> HttpResponse:
    """Close the matter, or return the answer with the reason."""
    row, comment = _violation(request, pk), request.POST.get("comment", "")
    try:
        DECIDE[decision](row, by=request.membership, comment=comment)
    except Refused as refusal:
        return _page(request, row, typed=comment, problem=str(refusal))
    messages.success(request, SAID[decision])
    return redirect("observers:violation", pk)


@require_safe
@role_required(*DEPARTMENT_ROLES, Role.DEPUTY)
def violation_file(request: PortalRequest, pk: int) -> Any:
    """The file of a school's answer."""
    events = ViolationEvent.objects.visible_to(request.membership).exclude(file="")
    event = get_object_or_404(events, pk=pk)
    return download(event.file, event.file_name)


@require_safe
@role_required(*DEPARTMENT_ROLES, Role.DEPUTY)
def violation_photo(request: PortalRequest, pk: int, photo: int) -> Any:
    """A photo of this violation, for the department and the school it was seen at."""
    row = _violation(request, pk)
    file = get_object_or_404(deciding.photos_of(row), pk=photo)
    return download(file.file, file.name)


def _violation(request: PortalRequest, pk: int) -> Violation:
    return get_object_or_404(domain.violations(request.membership), pk=pk)


def _page(request: PortalRequest, row: Violation, typed: str = "", problem: str = "") -> HttpResponse:
    of_school = request.membership.role == Role.DEPUTY
    decides = request.membership.role in {Role.METHODIST, Role.HEAD} and row.state != Violation.State.CLOSED
    context = {
        "violation": row,
        "photos": deciding.photos_of(row),
        "events": row.events.select_related("by__user"),
        "may_answer": of_school and row.awaits_school,
        "may_decide": decides,
        "may_return": decides and row.state == Violation.State.ANSWERED,
        "of_school": of_school,
        "typed": typed,
        "problem": problem,
    }
    return render(request, "observers/violation.html", context, status=422 if problem else 200)
