"""The observer's own door and own visits."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from observers.domain import links, sheets
from observers.domain import visits as domain
from observers.forms import ReasonForm
from observers.models import ObserverAssignment
from observers.permissions import SESSION_KEY, ObserverRequest, observer_required
from portal.lib.refusals import Refused

CLOSED = {
    links.Reason.UNKNOWN: "Такой ссылки нет. Проверьте, что адрес скопирован целиком.",
    links.Reason.USED: "По этой ссылке уже вошли в другом браузере. Попросите отдел образования дать новую.",
    links.Reason.OVER: "Срок ссылки вышел, или её отозвали. Попросите отдел образования дать новую.",
}


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: PortalRequest, token: str) -> HttpResponse:
    """Show whose visits the link opens; the button opens them in this browser."""
    try:
        if request.method != "POST":
            return render(request, "observers/enter.html", {"link": links.verify(token)})
        link = links.use(token)
    except links.Closed as closed:
        return render(request, "observers/outside.html", {"remedy": CLOSED[closed.reason]}, status=404)
    request.session.cycle_key()
    request.session[SESSION_KEY] = link.pk
    if not request.user.is_authenticated:
        request.session.set_expiry(link.expires_at)
    return redirect("observers:visits")


@login_not_required
@require_safe
def outside(request: PortalRequest) -> HttpResponse:
    """For a browser that no link has let in, or whose link is over."""
    remedy = "Откройте ссылку, которую вам дал отдел образования, или войдите, если у вас есть пароль."
    return render(request, "observers/outside.html", {"remedy": remedy}, status=403)


@require_safe
@observer_required
def visits(request: ObserverRequest) -> HttpResponse:
    """Where and when the observer is expected, and whose sheets are still to be sent."""
    own = sheets.of_observer(request.observer, timezone.localdate())
    return render(request, "observers/visits.html", {"observer": request.observer, "own": own})


@require_POST
@observer_required
def visit_decline(request: ObserverRequest, pk: int) -> HttpResponse:
    """The observer cannot come and says why."""
    visit = get_object_or_404(ObserverAssignment.objects.of_observer(request.observer).active(), pk=pk)
    form = ReasonForm(request.POST)
    try:
        domain.decline(visit, comment=form.data.get("comment", ""))
        messages.success(request, "Отдел узнает, что вы не сможете прийти.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:visits")
