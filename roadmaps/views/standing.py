"""Reports on the duties as of a day: discipline by school and official, progress by plan and section."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import PortalRequest
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.downloads import attachment
from roadmaps.domain import standing as stood
from roadmaps.domain import standing_paper
from roadmaps.forms_duties import StandingFilter


@require_GET
@role_required(*DEPARTMENT_ROLES)
def standing(request: PortalRequest) -> HttpResponse:
    form = StandingFilter(request.GET, membership=request.membership)
    roadmap, day = form.chosen()
    discipline, progress = stood.standing(request.membership, day, roadmap)
    context = {
        "filter": form,
        "day": day,
        "is_past": day < timezone.localdate(),
        "roadmap": roadmap,
        "headings": stood.HEADINGS,
        "discipline": discipline,
        "progress": progress,
    }
    return render(request, "roadmaps/standing.html", context)


@require_GET
@role_required(*DEPARTMENT_ROLES)
def standing_file(request: PortalRequest, kind: str) -> HttpResponse:
    """The same as Excel, Word or PDF."""
    if kind not in standing_paper.WRITERS:
        raise Http404
    roadmap, day = StandingFilter(request.GET, membership=request.membership).chosen()
    data = standing_paper.WRITERS[kind](standing_paper.gather(request.membership, day, roadmap))
    return attachment(data, f"Исполнение поручений на {day:%d.%m.%Y}.{kind}")
