"""Who has uploaded results to ФИС ОКО: marked by hand, one or many, overdue first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.downloads import attachment
from portal.lib.numbers import row_number
from portal.lib.refusals import Refused
from portal.templatetags.portal import plural
from schools.domain import imports, schedule
from schools.domain import uploads as domain
from schools.forms_schedule import OnDayForm, UploadFilter
from schools.models import Exam, SessionEvent, VprCampaign, VprSession
from schools.views.schedule import campaigns_of, chosen, today
from schools.views.sessions import back

PAGE = 100


def asked(request: PortalRequest, campaign: VprCampaign) -> tuple[UploadFilter, domain.Uploads]:
    """The filter in the address and the uploads it leaves."""
    exams = Exam.objects.visible_to(request.membership).filter(campaign=campaign)
    form = UploadFilter(request.GET, exams=exams, campaigns=campaigns_of(request), campaign=campaign)
    wanted = form.wanted()
    narrowed: dict[str, Any] = {
        "q": wanted.q,
        "grade": wanted.grade,
        "subject": wanted.subject,
        "show": wanted.show,
    }
    return form, domain.uploads(campaign, request.membership, today(request), **narrowed)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def upload_list(request: PortalRequest) -> HttpResponse:
    """Tests whose day has come: late, waiting, uploaded."""
    campaign, every = chosen(request)
    names: dict[str, Any] = {"campaign": campaign, "campaigns": every, "today": today(request)}
    if campaign is None:
        return render(request, "schools/schedule_empty.html", names)
    form, found = asked(request, campaign)
    page = Paginator(found.rows, PAGE).get_page(request.GET.get("page"))
    names |= {"filter": form, "uploads": found, "page": page, "back": request.get_full_path()}
    names["may_mark"] = request.membership.role in schedule.PLANNERS
    return render(request, "schools/upload_list.html", names)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def upload_export(request: PortalRequest) -> HttpResponse:
    """Exactly what the list shows, all its pages."""
    campaign = get_object_or_404(campaigns_of(request), pk=row_number(request.GET.get("campaign", "")))
    content = domain.workbook(asked(request, campaign)[1])
    return attachment(content, imports.today_name("Загрузка в ФИС ОКО"))


@require_POST
@role_required(*schedule.PLANNERS)
def upload_mark(request: PortalRequest, pk: int) -> HttpResponse:
    """Many at once: those ticked were uploaded on the day."""
    campaign = get_object_or_404(campaigns_of(request), pk=pk)
    form, ticked = OnDayForm(request.POST), [row_number(text) for text in request.POST.getlist("session")]
    sessions = VprSession.objects.visible_to(request.membership).filter(
        pk__in=ticked, exam__campaign=campaign
    )
    try:
        if not form.is_valid():
            raise Refused("Впишите день загрузки.")
        found = list(sessions.select_related("exam__campaign__department", "school"))
        what, on = SessionEvent.What.UPLOADED, form.cleaned_data["on"]
        marked = schedule.mark(found, what, on, by=request.membership)
        messages.success(request, f"Отмечено: {plural(len(marked), 'работа,работы,работ')}.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back(request, pk))
