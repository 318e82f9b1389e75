"""Sets ``request.membership``: the person in the role and department they work in now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import middleware as auth
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from accounts.domain import audit
from accounts.models import Membership, User
from accounts.throttle import client_address

SESSION_KEY = "membership"


class PortalRequest(HttpRequest):
    """The request as views see it behind `MembershipMiddleware`."""

    user: User
    # None for strangers and for people without a membership: `role_required` keeps both out of every view that asks.
    membership: Membership
    memberships: list[Membership]
    htmx: HtmxDetails


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Nothing typed is lost when a log-in ends while a page is open.

    A part of a page is answered with 401, never with the log-in page in its place: ``frame.js`` says what to do.
    A sent form leads, after the log-in, back to the page it stood on: its own address may take no GET.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if "HX-Request" in request.headers or request.headers.get("X-Requested-With") == "portal-upload":
            return HttpResponse(status=401)
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        messages.warning(request, EXPIRED)
        return redirect_to_login(page_before(request), settings.LOGIN_URL)


EXPIRED = (
    "Вход истёк, отправленное не записано. Войдите и повторите; "
    "введённое обычно возвращается кнопкой браузера «Назад»."
)


def page_before(request: HttpRequest) -> str:
    """The path of the portal's page that sent this request; the start page when unknown or foreign."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure()):
        return "/"
    came = urlsplit(referer)
    return f"{came.path}?{came.query}" if came.query else came.path


class MembershipMiddleware:
    """One query: the person's active memberships; the chosen one is kept in the session.

    The department's own time zone is active while its request is served; audit events carry the client's address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        request.memberships = memberships_of(request)
        membership = chosen(request)
        request.membership = membership  # type: ignore[assignment]
        token = audit.address.set(client_address(request))
        try:
            with timezone.override(membership.department.tz if membership else None):
                return self.get_response(request)
        finally:
            audit.address.reset(token)


def memberships_of(request: HttpRequest) -> list[Membership]:
    if not request.user.is_authenticated:
        return []
    memberships = Membership.objects.active().filter(user=request.user).select_related("department", "user")
    return list(memberships.order_by("created_at", "pk"))


def chosen(request: PortalRequest) -> Membership | None:
    wanted = request.session.get(SESSION_KEY) if request.memberships else None
    by_id = {membership.pk: membership for membership in request.memberships}
    return by_id.get(wanted or 0) or next(iter(request.memberships), None)
