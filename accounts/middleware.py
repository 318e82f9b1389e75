"""Sets ``request.membership``: the person in the role and department they work in now."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership, User
from accounts.throttle import client_address

SESSION_KEY = "membership"
VIEW_COOKIE = "view"


class PortalRequest(HttpRequest):
    """The request as views see it behind `MembershipMiddleware`."""

    membership: Membership | None
    memberships: list[Membership]
    view: str  # accounts.models.User.View: how pages are to look


class MembershipMiddleware:
    """One query: the person's active memberships; the chosen one is kept in the session.

    The department's own time zone is active while its request is served; audit events carry the client's address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        request.memberships = memberships_of(request)
        request.membership = chosen(request)
        request.view = view_of(request)
        token = audit.address.set(client_address(request))
        try:
            with timezone.override(request.membership.department.tz if request.membership else None):
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


def view_of(request: HttpRequest) -> str:
    """The person's own choice; before log-in, the cookie's."""
    user = request.user
    wanted = user.view if isinstance(user, User) else request.COOKIES.get(VIEW_COOKIE, "")
    return wanted if wanted in User.View.values else User.View.USUAL.value
