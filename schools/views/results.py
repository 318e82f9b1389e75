"""Results of a campaign: schools under what they are compared with, by name; the same as a workbook."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.downloads import attachment
from schools.domain import imports
from schools.domain import results as domain
from schools.models import Exam, VprCampaign
from schools.result_forms import ResultsFilter
from schools.views.result_imports import WORKERS

PAGE = 4  # tests on a page: sixty schools each


def asked(request: PortalRequest) -> dict[str, Any]:
    """The campaign and the filter in the address, and the tests they leave."""
    campaigns = list(VprCampaign.objects.visible_to(request.membership))
    campaign = chosen(request, campaigns)
    exams = Exam.objects.visible_to(request.membership).filter(campaign=campaign)
    tests = list(exams.values_list("grade", "subject"))
    form = ResultsFilter(request.GET, campaigns=campaigns, campaign=campaign, exams=tests)
    form.is_valid()
    said = {name: value for name, value in form.cleaned_data.items() if value and name != "campaign"}
    blocks = domain.blocks(request.membership, campaign, **said) if campaign else []
    return {
        "filter": form,
        "campaign": campaign,
        "campaigns": campaigns,
        "blocks": blocks,
        "narrowed": bool(said),
    }


def chosen(request: PortalRequest, campaigns: list[VprCampaign]) -> VprCampaign | None:
    """The campaign named in the address, else the latest."""
    named = request.GET.get("campaign", "")
    return next((one for one in campaigns if str(one.pk) == named), campaigns[0] if campaigns else None)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def results_table(request: PortalRequest) -> HttpResponse:
    """Every test of the campaign that has results; the filter lives in the address."""
    names = asked(request) | {"may_import": request.membership.role in WORKERS}
    names["page"] = Paginator(names["blocks"], PAGE).get_page(request.GET.get("page"))
    return render(
        request, "schools/_results_table.html" if request.htmx else "schools/results_table.html", names
    )


@require_safe
@role_required(*DEPARTMENT_ROLES)
def results_export(request: PortalRequest) -> HttpResponse:
    """Exactly what the page shows, as a workbook."""
    return attachment(domain.workbook(asked(request)["blocks"]), imports.today_name("Результаты ВПР"))
