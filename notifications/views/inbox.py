"""A person's own messages and which of them come by mail."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest, page_before
from accounts.models import Role
from accounts.permissions import role_required
from notifications.domain import inbox as domain
from notifications.domain import kinds, links
from notifications.domain.mailboxes import is_refused
from notifications.forms import ChoicesForm, InboxFilter
from notifications.models import Reminder

PAGE = 30


@require_safe
@role_required(*Role)
def inbox(request: PortalRequest) -> HttpResponse:
    """«Сообщения»: the same events as the mail, newest first."""
    narrowed = InboxFilter(request.GET)
    chosen = {k: v for k, v in narrowed.cleaned_data.items() if v} if narrowed.is_valid() else {}
    rows = domain.of(request.membership)
    new = rows.filter(read_at=None).count()
    if chosen.get("show"):
        rows = rows.filter(read_at=None)
    if chosen.get("kind"):
        rows = rows.filter(kind=chosen["kind"])
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "filter": narrowed, "chosen": chosen, "new": new}
    return render(request, "notifications/inbox.html", {**context, "refused": is_refused(request.user)})


@require_safe
@role_required(*Role)
def message(request: PortalRequest, pk: int) -> HttpResponse:
    """Opening a message marks it read and leads to its page; one that lists several duties is shown itself."""
    reminder = _own(request, pk)
    if request.method == "GET":
        domain.mark(reminder, read=True)
    if reminder.path and sum(len(group["lines"]) for group in reminder.groups) < 2:
        return redirect(reminder.path)
    return render(request, "notifications/message.html", {"letter": reminder})


@require_POST
@role_required(*Role)
def message_mark(request: PortalRequest, pk: int) -> HttpResponse:
    """Read, or unread to come back to it."""
    domain.mark(_own(request, pk), read=request.POST.get("read") == "1")
    return redirect(page_before(request))


@require_POST
@role_required(*Role)
def read_all(request: PortalRequest) -> HttpResponse:
    domain.mark_all_read(request.membership)
    messages.success(request, "Все сообщения отмечены прочитанными.")
    return redirect("notifications:inbox")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*Role)
def choices(request: PortalRequest) -> HttpResponse:
    """Which mail one must get, and which one may do without."""
    refused = links.refused_kinds(request.user)
    wanted = [kind.name for kind in kinds.optional() if kind.name not in refused]
    form = ChoicesForm(request.POST if request.method == "POST" else None, initial={"wanted": wanted})
    if form.is_valid():
        for kind in kinds.optional():
            links.choose(request.user, kind, mail=kind.name in form.cleaned_data["wanted"])
        messages.success(request, "Сохранено. В самом портале сообщения видны всегда.")
        return redirect("notifications:choices")
    obligatory = [kind for kind in kinds.KINDS.values() if not kind.optional]
    return render(request, "notifications/choices.html", {"form": form, "obligatory": obligatory})


def _own(request: PortalRequest, pk: int) -> Reminder:
    rows = Reminder.objects.visible_to(request.membership).filter(recipient=request.user.pk)
    return get_object_or_404(rows.told(), pk=pk)
