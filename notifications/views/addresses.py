"""Whom letters do not reach: refused addresses, those a letter came back from, people without mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from notifications.domain import mailboxes
from notifications.forms import CameBackForm
from portal.lib.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def addresses(request: PortalRequest) -> HttpResponse:
    """The list, and the form for a letter that came back."""
    form = CameBackForm(request.POST or None)
    if form.is_valid():
        try:
            row = mailboxes.came_back(by=request.membership, **form.cleaned_data)
            messages.success(request, f"Отмечено: письма на {row.address} больше не уходят.")
            return redirect("notifications:addresses")
        except Refused as refusal:
            form.add_error("address", str(refusal))
    department = request.membership.department
    context = {
        "form": form,
        "refused": mailboxes.of_department(department),
        "without_mail": mailboxes.without_mail(department),
    }
    return render(request, "notifications/addresses.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(Role.ADMIN)
def address_checked(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(mailboxes.of_department(request.membership.department), pk=pk)
    mailboxes.checked(row, by=request.membership)
    messages.success(request, f"Письма на {row.address} пойдут снова.")
    return redirect("notifications:addresses")
