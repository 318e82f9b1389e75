"""Start pages, search and public pages."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import SESSION_KEY
from accounts.models import Membership, User
from portal.context import VIEW_COOKIE

YEAR = 60 * 60 * 24 * 365


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The start page of the role."""
    return render(request, "portal/nobody.html")


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/search.html")


@login_not_required
@require_POST
def view(request: HttpRequest) -> HttpResponse:
    """Switch «Для слабовидящих»; the choice stays with the person, for others in a cookie."""
    contrast = request.POST.get("view") == User.View.CONTRAST
    response = HttpResponseRedirect(safe_next(request))
    if isinstance(request.user, User):
        request.user.view = User.View.CONTRAST if contrast else User.View.USUAL
        request.user.save(update_fields=["view"])
    elif contrast:
        response.set_cookie(VIEW_COOKIE, User.View.CONTRAST, max_age=YEAR, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(VIEW_COOKIE)
    return response


def safe_next(request: HttpRequest) -> str:
    """The address to go back to, only inside the portal."""
    address = request.POST.get("next", "/")
    inside = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if inside else "/"


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Work in another of one's own memberships."""
    own = Membership.objects.active().filter(user=request.user.pk).select_related("department")
    number = request.POST.get("membership", "")
    membership = get_object_or_404(own, pk=int(number) if number.isdecimal() else 0)
    request.session[SESSION_KEY] = membership.pk
    messages.info(request, f"Теперь вы {membership.get_role_display()}: {membership.department}.")
    return redirect("portal:start")


def catalogue(request: HttpRequest) -> HttpResponse:
    """Every part of the house's look, alive; for those who build and serve it."""
    if not (settings.DEBUG or getattr(request.user, "is_staff", False)):
        raise PermissionDenied("Каталог открыт тем, кто обслуживает портал.")
    return render(request, "portal/catalogue.html")


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """The process serves and its database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok"})
