"""The year of a plan by weeks."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from roadmaps.domain.timeline import Timeline, legend
from roadmaps.views.items import whole_plan


@require_GET
@role_required()
def timeline(request: PortalRequest, pk: int) -> HttpResponse:
    """Whoever sees the plan; a school sees in it what was asked of itself."""
    plan = whole_plan(request, pk)
    found = Timeline(plan, request.membership, timezone.localdate())
    return render(request, "roadmaps/timeline.html", {"roadmap": plan, "timeline": found, "legend": legend()})
