"""Who may come in at all: the role is asked before any row is fetched (wrong role 403, foreign row 404)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import PortalRequest
from accounts.models import INSIDERS, Role

View = Callable[..., HttpResponse]

DEPARTMENT_ROLES = (Role.ADMIN, Role.METHODIST, Role.HEAD, Role.VIEWER)


STAMP = "as"  # the field that `csrf_token` adds to every form; the header says the same for forms without one


def sent_as_another(request: PortalRequest) -> bool:
    """Whether the form was opened in another role, department or log-in than the one in force now.

    Tabs share one session: without this, what was written for one department would be kept in the other.
    """
    if request.method != "POST":
        return False
    opened_as = request.POST.get(STAMP) or request.headers.get("X-Membership")
    return bool(opened_as) and opened_as != str(request.membership.pk)


def role_required(*roles: Role) -> Callable[[View], View]:
    """Let only these roles in; without roles, all but observers of the tests, who come in only where named."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.membership is None:
                raise PermissionDenied("Сейчас у вас нет роли ни в одном отделе.")
            if sent_as_another(request):
                return render(request, "412.html", status=412)
            if request.membership.role not in (roles or INSIDERS):
                raise PermissionDenied("Эта страница не для вашей роли.")
            return view(request, *args, **kwargs)

        return wrapped

    return decorate
