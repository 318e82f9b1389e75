"""The schedule of the VPR: the department's month board, a school's own days, the same as files, the history."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.downloads import attachment
from portal.lib.numbers import row_number
from schools.domain import board as boards
from schools.domain import campaigns, imports, printing, schedule
from schools.forms_schedule import BoardFilter
from schools.models import Exam, SessionEvent, VprCampaign

PAGE = 50


def today(request: PortalRequest) -> datetime.date:
    return timezone.now().astimezone(request.membership.department.tz).date()


def campaigns_of(request: PortalRequest) -> Any:
    return VprCampaign.objects.visible_to(request.membership).select_related("department", "locked_by__user")


def chosen(request: PortalRequest) -> tuple[VprCampaign | None, list[VprCampaign]]:
    """The campaign that the address names (404 when there is none), else the one to look at first; and all."""
    every = list(campaigns_of(request))
    if pk := row_number(request.GET.get("campaign", "")):
        return get_object_or_404(campaigns_of(request), pk=pk), every
    return campaigns.current(every, today(request)), every


def shown(request: PortalRequest, campaign: VprCampaign, **other: Any) -> tuple[BoardFilter, boards.Board]:
    """The filter in the address and the board it leaves; ``other`` is wanted in place of what the filter says."""
    exams = Exam.objects.visible_to(request.membership).filter(campaign=campaign)
    form = BoardFilter(request.GET, exams=exams, campaigns=campaigns_of(request), campaign=campaign)
    return form, boards.board(campaign, request.membership, replace(form.wanted(), **other), today(request))


@require_safe
@role_required(*DEPARTMENT_ROLES, Role.DEPUTY)
def schedule_page(request: PortalRequest) -> HttpResponse:
    """The department's board, or a deputy's own school."""
    campaign, every = chosen(request)
    names: dict[str, Any] = {"campaign": campaign, "campaigns": every, "today": today(request)}
    names["may_plan"] = request.membership.role in schedule.PLANNERS
    if campaign is None:
        return render(request, "schools/schedule_empty.html", names)
    if request.membership.role == Role.DEPUTY:
        names["own"] = boards.own(campaign, request.membership)
        names["history"] = history_of(request, campaign)[:10]
        return render(request, "schools/schedule_own.html", names)
    form, board = shown(request, campaign)
    names |= {"filter": form, "board": board, "back": request.get_full_path()}
    return render(request, "schools/schedule.html", names)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def schedule_export(request: PortalRequest) -> HttpResponse:
    """The board exactly as shown, as a workbook; ``?as=list``: every day of the campaign, one a row."""
    campaign = get_object_or_404(campaigns_of(request), pk=row_number(request.GET.get("campaign", "")))
    if request.GET.get("as") == "list":
        content = boards.list_workbook(campaign, request.membership)
    else:
        content = boards.workbook(shown(request, campaign)[1])
    return attachment(content, imports.today_name("График ВПР"))


@require_safe
@role_required(*DEPARTMENT_ROLES)
def schedule_pdf(request: PortalRequest) -> HttpResponse:
    """The board exactly as shown, on paper."""
    campaign = get_object_or_404(campaigns_of(request), pk=row_number(request.GET.get("campaign", "")))
    content = printing.board_pdf(shown(request, campaign)[1], request.membership.department, today(request))
    name = content_disposition_header(False, "График ВПР.pdf") or ""
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": name})


def history_of(request: PortalRequest, campaign: VprCampaign) -> Any:
    events = SessionEvent.objects.visible_to(request.membership).filter(exam__campaign=campaign)
    return events.select_related("exam", "school", "by__user")


@require_safe
@role_required(*DEPARTMENT_ROLES, Role.DEPUTY)
def schedule_history(request: PortalRequest, pk: int) -> HttpResponse:
    """Who changed which day of the campaign, newest first; ``?school=`` only that school's."""
    campaign = get_object_or_404(campaigns_of(request), pk=pk)
    events = history_of(request, campaign)
    if school := row_number(request.GET.get("school", "")):
        events = events.filter(school=school)
    page = Paginator(events, PAGE).get_page(request.GET.get("page"))
    return render(request, "schools/schedule_history.html", {"campaign": campaign, "page": page})
