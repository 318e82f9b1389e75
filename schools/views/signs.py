"""«Результаты и признаки»: the map of a campaign, one school in one test, the rules."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.downloads import attachment
from schools import signs, tasks
from schools.domain import heat, imports, judging
from schools.forms_signs import MapFilter, SignRulesForm
from schools.models import SignRun, VprCampaign, VprResult

WORKERS = (Role.ADMIN, Role.METHODIST)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def results(request: PortalRequest) -> HttpResponse:
    """The map schools × tests of a campaign; the filter lives in the address."""
    member = request.membership
    campaigns = heat.campaigns(member)
    campaign = heat.chosen(campaigns, request.GET.get("campaign", ""))
    form = MapFilter(request.GET, campaigns=campaigns, campaign=campaign)
    form.is_valid()
    names: dict[str, Any] = {
        "filter": form,
        "campaign": campaign,
        "may_compute": member.role in WORKERS,
    }
    if campaign:
        asked = {"q": form.cleaned_data["q"], "marked": form.cleaned_data["marked"]}
        names["map"] = heat.heat_map(member, campaign, **asked)
        names["run"] = SignRun.objects.visible_to(member).filter(campaign=campaign).first()
        names["stale"] = judging.is_stale(campaign)
    template = "schools/_map.html" if request.htmx and campaign else "schools/results.html"
    return render(request, template, names)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def found(request: PortalRequest) -> HttpResponse:
    """Every sign found in a campaign, by school; ``?xlsx`` gives the same as a workbook."""
    campaigns = heat.campaigns(request.membership)
    campaign = heat.chosen(campaigns, request.GET.get("campaign", ""))
    rows = heat.found_signs(request.membership, campaign) if campaign else []
    if "xlsx" in request.GET:
        return attachment(heat.workbook(rows), imports.today_name("Расчётные признаки"))
    names = {
        "campaigns": campaigns,
        "campaign": campaign,
        "signs": rows,
        "stale": bool(campaign and judging.is_stale(campaign)),
        "caution": signs.CAUTION,
        "may_flag": request.membership.role in WORKERS,
    }
    return render(request, "schools/sign_list.html", names)


@require_POST
@role_required(*WORKERS)
def sign_compute(request: PortalRequest, pk: int) -> HttpResponse:
    """Have the worker compute the campaign's signs anew."""
    campaign = get_object_or_404(VprCampaign.objects.visible_to(request.membership), pk=pk)
    return redirect("jobs:job", tasks.compute_signs_later(campaign, by=request.membership).pk)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def result(request: PortalRequest, exam: int, school: int) -> HttpResponse:
    """One school in one test: plots, every sign with its rule and numbers."""
    rows = VprResult.objects.visible_to(request.membership).select_related("exam__campaign", "school")
    row = get_object_or_404(rows, exam=exam, school=school)
    names = {
        "page": heat.page(request.membership, row),
        "stale": judging.is_stale(row.exam.campaign),
        "may_flag": request.membership.role in WORKERS,
        "caution": signs.CAUTION,
    }
    return render(request, "schools/result.html", names)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WORKERS)
def sign_rules(request: PortalRequest) -> HttpResponse:
    """The department's thresholds; after a change the newest results are judged anew."""
    member = request.membership
    settings = judging.settings_of(member.department)
    form = SignRulesForm(request.POST or None, instance=settings, membership=member)
    if form.is_valid():
        judging.save_settings(form.instance, by=member)
        campaign = heat.chosen(heat.campaigns(member), "")
        if campaign and judging.is_stale(campaign):
            tasks.compute_signs_later(campaign, by=member)
        messages.success(request, "Правила сохранены, признаки пересчитываются.")
        return redirect("schools:results")
    names = {
        "form": form,
        "rules": [(code, signs.RULES[code]) for code in signs.CODES],
        "caution": signs.CAUTION,
    }
    return render(request, "schools/sign_rules.html", names, status=422 if form.is_bound else 200)
