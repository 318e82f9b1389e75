"""A new plan on the ground of an earlier one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from roadmaps.domain import basing
from roadmaps.forms import CopyForm
from roadmaps.views.items import posted, whole_plan


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def copy(request: PortalRequest, pk: int) -> HttpResponse:
    base = whole_plan(request, pk)
    form = CopyForm(posted(request), initial=basing.suggested(base, timezone.localdate()))
    if form.is_valid():
        try:
            draft = basing.begin(base, by=request.membership, **form.cleaned_data)
            return redirect(f"{reverse('roadmaps:roadmap', args=[draft.pk])}?copied")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    offered = basing.is_offered(base, request.membership)
    context = {"form": form, "base": base, "offered": offered}
    return render(request, "roadmaps/roadmap_copy.html", context, status=422 if form.is_bound else 200)
