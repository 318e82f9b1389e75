"""Who comes in where: the bank is the department's own, the visits are the observer's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.middleware import PortalRequest
from accounts.models import Membership, Role
from accounts.permissions import DEPARTMENT_ROLES, sent_as_another
from observers.domain import links
from observers.models import Observer

READERS = DEPARTMENT_ROLES
WRITERS = (Role.ADMIN, Role.METHODIST)
SESSION_KEY = "observer_link"
View = Callable[..., HttpResponse]


class ObserverRequest(PortalRequest):
    """A request of an observer, by link or by an account of their own."""

    observer: Observer


def may_write(member: Membership | None) -> bool:
    return member is not None and member.role in WRITERS


def observer_of(request: PortalRequest) -> Observer | None:
    """The observer whom this browser stands for: by a link it came in with, else by the member's own account."""
    came_by = request.session.get(SESSION_KEY)
    if came_by and (observer := links.inside(came_by)):
        return observer
    member = request.membership
    if member is None or member.role != Role.OBSERVER:
        return None
    own = Observer.objects.active().filter(membership=member)
    return own.select_related("department").first()


def observer_required(view: View) -> View:
    """Let in an observer, with or without an account: ``request.observer``; rows start from ``of_observer``.

    The department's time zone is active, as for its members. Everybody else is told where the way in is.
    """

    @wraps(view)
    def wrapped(request: ObserverRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        observer = observer_of(request)
        if observer is None:
            return _nobody(request)
        if request.membership is not None and sent_as_another(request):
            return render(request, "412.html", status=412)
        request.observer = observer
        with timezone.override(observer.department.tz):
            return view(request, *args, **kwargs)

    return login_not_required(wrapped)


def _nobody(request: PortalRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("observers:outside")
    raise PermissionDenied(
        "Эта страница для наблюдателя: по его ссылке или в роли «общественный наблюдатель»."
    )
