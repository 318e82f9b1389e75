"""Flags of non-objectivity, opened and moved by people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from schools.domain import flags as domain
from schools.forms import FlagForm, FlagMoveForm
from schools.models import ObjectivityFlag, School


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN, Role.METHODIST)
def flag_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Open a flag with its grounds."""
    found = get_object_or_404(School.objects.visible_to(request.membership).open(), pk=pk)
    form = FlagForm(request.POST or None, membership=request.membership)
    if form.is_valid():
        try:
            domain.open_flag(found, by=request.membership, **form.cleaned_data)
            messages.success(request, "Признак открыт.")
            return redirect("schools:school", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {"form": form, "school": found}
    return render(request, "schools/flag_new.html", names, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN, Role.METHODIST)
def flag_move(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a flag a step on, with the reason."""
    flags = ObjectivityFlag.objects.visible_to(request.membership).select_related("school")
    flag = get_object_or_404(flags, pk=pk)
    form = FlagMoveForm(request.POST or None, flag=flag)
    if form.is_valid():
        try:
            domain.move_flag(flag, by=request.membership, **form.cleaned_data)
            messages.success(request, "Записано.")
            return redirect("schools:school", flag.school_id)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {"form": form, "flag": flag, "school": flag.school}
    return render(request, "schools/flag_move.html", names, status=422 if form.is_bound else 200)
