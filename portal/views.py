"""Start pages, search and public pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.domain import people
from accounts.middleware import SESSION_KEY, PortalRequest
from accounts.models import Membership, Role, User
from accounts.permissions import role_required
from portal import guides, health, summaries
from portal import search as finding
from portal.catalogue import samples
from portal.context import VIEW_COOKIE, news_unread
from portal.lib.numbers import row_number

YEAR = 60 * 60 * 24 * 365


@require_safe
def start(request: PortalRequest) -> HttpResponse:
    """The start page of the role: what must I do now."""
    membership = request.membership
    if membership is None:
        if request.user.is_operator:
            return redirect("accounts:departments")
        return render(request, "portal/nobody.html")
    if membership.role == Role.DEPUTY:
        return redirect("roadmaps:mine")
    if membership.role == Role.OBSERVER:
        return redirect("observers:visits")
    pages = {Role.HEAD: head, Role.ADMIN: admin}
    return pages.get(Role(membership.role), methodist)(request, membership)


def methodist(request: PortalRequest, membership: Membership) -> HttpResponse:
    """«Сводка»: what came in, what is late, what comes, what is unclear. A viewer reads the same."""
    shared = control(membership)
    questions, questions_in_all = summaries.questions(membership)
    ahead = summaries.ahead(membership, shared["today"])
    acts = membership.role == Role.METHODIST
    reported = reverse("roadmaps:assignments", query={"state": "reported"})
    context = {
        **shared,
        "came_in": summaries.came_in(membership),
        "ahead": ahead,
        "further": shared["totals"].ahead - sum(row["bearers"] for row in ahead),
        "questions": questions,
        "questions_in_all": questions_in_all,
        "acts": acts,
        "reports": reverse("roadmaps:review") if acts else reported,
    }
    return render(request, "portal/start_methodist.html", context)


def head(request: PortalRequest, membership: Membership) -> HttpResponse:
    """«На подпись и контроль»: orders that wait, what burns by school and by official, one number for the year."""
    context = {**control(membership), "orders": summaries.to_sign(membership)}
    return render(request, "portal/start_head.html", context)


def control(membership: Membership) -> dict[str, Any]:
    """What whoever watches over the duties sees: methodist, head and viewer."""
    today = timezone.localdate()
    return {
        "today": today,
        "totals": summaries.totals(membership, today),
        "late_schools": summaries.late_schools(membership, today),
        "late_officials": summaries.late_officials(membership, today),
        "alarms": summaries.alarms(membership, today),
        "roadmaps": summaries.roadmaps(membership, today),
        "clocks": summaries.running(membership, summaries.flags(membership)),
    }


def admin(request: PortalRequest, membership: Membership) -> HttpResponse:
    """«Обзор»: people, schools, letterhead, health of the background, the last of the audit log."""
    context = {
        "numbers": summaries.household(membership, timezone.now()),
        "missing": summaries.staff_gaps(membership),
        "gaps": summaries.letterhead_gaps(membership),
        "jobs": summaries.recent_jobs(membership),
        "events": summaries.recent_events(membership),
        "health": health.look(),
        "run": summaries.stopped_morning(membership),
    }
    return render(request, "portal/start_admin.html", context)


@require_safe
@role_required()
def search(request: PortalRequest) -> HttpResponse:
    """Everything one may see that holds all the words asked for."""
    query = request.GET.get("q", "").strip()
    kind = request.GET.get("kind", "")
    found = finding.search(request.membership, query, kind)
    return render(request, "portal/search.html", {"query": query, "kind": kind, "found": found})


@login_not_required
@require_POST
def view(request: HttpRequest) -> HttpResponse:
    """Switch «Для слабовидящих»; the choice stays with the person, for others in a cookie."""
    contrast = request.POST.get("view") == User.View.CONTRAST
    response = HttpResponseRedirect(safe_next(request))
    if isinstance(request.user, User):
        people.choose_view(request.user, User.View.CONTRAST if contrast else User.View.USUAL)
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
    membership = get_object_or_404(own, pk=row_number(request.POST.get("membership", "")))
    request.session[SESSION_KEY] = membership.pk
    messages.info(request, f"Теперь вы {membership.get_role_display()}: {membership.department}.")
    return redirect("portal:start")


@require_safe
@role_required(*Role)
def help(request: PortalRequest) -> HttpResponse:
    """Every guide, the reader's own first with all its tasks."""
    found = guides.for_role(request.membership.role)
    return render(request, "portal/help.html", {"guides": found, "news_day": guides.newest()})


@require_safe
@role_required(*Role)
def guide(request: PortalRequest, slug: str) -> HttpResponse:
    """One guide with its contents beside it."""
    found = guides.for_role(request.membership.role)
    shown = next((one for one in found if one.slug == slug), None)
    if shown is None:
        raise Http404(f"Руководства «{slug}» нет.")
    return render(request, "portal/guide.html", {"guide": shown, "guides": found})


@require_safe
@role_required(*Role)
def news(request: PortalRequest) -> HttpResponse:
    """«Что нового»; opening it takes the mark away."""
    if news_unread(request.user):
        people.read_news(request.user, guides.newest())
    found = guides.for_role(request.membership.role)
    return render(request, "portal/guide.html", {"guide": guides.read(guides.NEWS), "guides": found})


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every part of the house's look, alive; for those who build and serve it."""
    if not (settings.DEBUG or getattr(request.user, "is_staff", False)):
        raise PermissionDenied("Каталог открыт тем, кто обслуживает портал.")
    return render(request, "portal/catalogue.html", samples())


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database, beat and workers are alive and no work has waited long, else 503; nothing private.

    ``?part=web``: only this process and its database, for what would restart this process.
    """
    if request.GET.get("part") == "web":
        good = health.database_answers()
        return JsonResponse({"status": "ok" if good else "failing"}, status=200 if good else 503)
    found = health.look()
    return JsonResponse(found.as_json(), status=200 if found.is_good else 503)
