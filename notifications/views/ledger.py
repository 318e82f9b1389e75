"""The admin's ledger: who was told what, when, by which way, with what result."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from notifications.domain import book, mailboxes
from notifications.domain import ledger as domain
from notifications.forms import LedgerFilter
from notifications.models import Reminder, ReminderQuerySet, Run
from portal.lib.downloads import attachment
from portal.lib.names import counted

PAGE = 50


@require_safe
@role_required(Role.ADMIN)
def ledger(request: PortalRequest) -> HttpResponse:
    narrowed = LedgerFilter(request.GET)
    rows = _narrowed(request, narrowed)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    failed = Reminder.objects.visible_to(request.membership).filter(state=Reminder.State.FAILED)
    runs = Run.objects.visible_to(request.membership)
    context = {
        "page": page,
        "filter": narrowed,
        "is_filtered": narrowed.has_changed(),
        "failed": failed.count(),
        "refused": mailboxes.of_department(request.membership.department).count(),
        "run": runs.filter(day=timezone.localdate()).first(),
    }
    return render(request, "notifications/ledger.html", context)


@require_safe
@role_required(Role.ADMIN)
def export(request: PortalRequest) -> HttpResponse:
    """The same rows as a book."""
    rows = _narrowed(request, LedgerFilter(request.GET))
    return attachment(book.sheet(rows), f"reminders-{timezone.localdate():%Y-%m-%d}.xlsx")


@require_POST
@role_required(Role.ADMIN)
def retry(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Reminder.objects.visible_to(request.membership), pk=pk)
    if domain.retry(row):
        messages.success(request, "Письмо поставлено в очередь ещё раз.")
    else:
        messages.info(request, "Это письмо уже отправлено или ещё в очереди.")
    return redirect(f"{reverse('notifications:ledger')}?{request.GET.urlencode()}")


@require_POST
@role_required(Role.ADMIN)
def retry_failed(request: PortalRequest) -> HttpResponse:
    """All that failed, once more."""
    count = domain.retry_all(Reminder.objects.visible_to(request.membership))
    messages.success(request, f"Поставлено в очередь ещё раз: {counted(count, 'письмо', 'письма', 'писем')}.")
    return redirect("notifications:ledger")


def _narrowed(request: PortalRequest, narrowed: LedgerFilter) -> ReminderQuerySet:
    rows: ReminderQuerySet = Reminder.objects.visible_to(request.membership).select_related("recipient")
    if not narrowed.is_valid():
        return rows.none()
    chosen = {name: value for name, value in narrowed.cleaned_data.items() if value}
    rows = rows.filter(**{name: chosen[name] for name in ("kind",) if name in chosen})
    if state := chosen.get("state"):
        reckoned = {"failed_lately": rows.failed_lately, "stuck": rows.stuck}
        rows = reckoned[state](timezone.now()) if state in reckoned else rows.filter(state=state)
    for word in chosen.get("q", "").split():
        rows = rows.filter(
            Q(recipient__last_name__icontains=word.capitalize())
            | Q(recipient__first_name__icontains=word.capitalize())
            | Q(recipient__email__icontains=word)
        )
    if since := chosen.get("since"):
        rows = rows.filter(created_at__gte=_midnight(since))
    if until := chosen.get("until"):
        rows = rows.filter(created_at__lt=_midnight(until + datetime.timedelta(days=1)))
    return rows


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
