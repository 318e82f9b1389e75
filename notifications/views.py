"""A person's own messages, and the admin's ledger: who was told what, when, with what result."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from notifications.domain import reminders
from notifications.models import Reminder


@require_GET
@role_required(*Role)
def inbox(request: PortalRequest) -> HttpResponse:
    mine = Reminder.objects.visible_to(request.membership).filter(recipient=request.membership.user)
    page = Paginator(mine, 30).get_page(request.GET.get("page"))
    response = render(request, "notifications/inbox.html", {"page": page})
    reminders.mark_read(page)
    return response


@require_GET
@role_required(Role.ADMIN)
def ledger(request: PortalRequest) -> HttpResponse:
    rows = Reminder.objects.visible_to(request.membership).select_related("recipient")
    if request.GET.get("state") == "failed":
        rows = rows.exclude(gave_up_at=None)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "notifications/ledger.html", {"page": page, "state": request.GET.get("state", "")})


@require_POST
@role_required(Role.ADMIN)
def retry(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Reminder.objects.visible_to(request.membership), pk=pk)
    if reminders.retry(row):
        messages.success(request, "Письмо поставлено в очередь ещё раз.")
    else:
        messages.info(request, "Это письмо уже отправлено или ещё в очереди.")
    return redirect("notifications:ledger")
