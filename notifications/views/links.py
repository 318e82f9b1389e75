"""Where the links of a letter lead: one page, or out of one kind of mail."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import SESSION_KEY, PortalRequest
from notifications.domain import links
from notifications.domain.links import Closed, Reason

STATUS = {Reason.BROKEN: 404, Reason.FOREIGN: 403, Reason.EXPIRED: 410, Reason.USED: 410}


@require_GET
def go(request: PortalRequest, token: str) -> HttpResponse:
    """The reader's page, in the role they were written to; whoever is not logged in has logged in first."""
    try:
        target = links.follow(token, by=request.user)
    except Closed as closed:
        return _closed(request, closed)
    if target.membership:
        request.session[SESSION_KEY] = target.membership.pk
    return redirect(target.path)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Asks, and on the button (or the mail program's own, RFC 8058) leaves this kind of mail; the same way back."""
    try:
        user, kind = links.leaving(token)
    except Closed as closed:
        return _closed(request, closed)
    left = request.method == "POST" and "back" not in request.POST
    if request.method == "POST":
        links.choose(user, kind, mail=not left)
    context = {"kind": kind, "asked": request.method != "POST", "left": left}
    return render(request, "notifications/unsubscribe.html", context)


def _closed(request: HttpRequest, closed: Closed) -> HttpResponse:
    context = {"reason": closed.reason.value, "path": closed.path}
    return render(request, "notifications/link_closed.html", context, status=STATUS[closed.reason])
