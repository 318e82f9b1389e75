"""The audit log of a department, for its admin."""

from __future__ import annotations

import datetime
from pathlib import Path

from django.apps import apps
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.domain.people import persons
from accounts.forms import AuditFilter
from accounts.middleware import PortalRequest
from accounts.models import AuditEvent, Membership, Role
from accounts.permissions import role_required
from accounts.tenancy import TenantQuerySet
from portal.lib.env import BASE

PAGE = 50


@require_safe
@role_required(Role.ADMIN)
def audit(request: PortalRequest) -> HttpResponse:
    """Who did what, when and from where; newest first, the filter lives in the address."""
    form = audit_filter(request)
    valid = form.is_valid()
    events = AuditEvent.objects.visible_to(request.membership).select_related("user")
    events = narrowed(events, **form.cleaned_data) if valid else events.none()
    page = Paginator(events, PAGE).get_page(request.GET.get("page"))
    template = "accounts/_audit.html" if request.htmx else "accounts/audit.html"
    return render(request, template, {"filter": form, "page": page, "is_filtered": form.has_changed()})


def audit_filter(request: PortalRequest) -> AuditFilter:
    rows = Membership.objects.visible_to(request.membership).select_related("user")
    people = [(one.user.pk, one.user.short_name) for one in persons(rows)]
    return AuditFilter(request.GET, people=people, sections=sections())


def sections() -> list[tuple[str, str]]:
    """The house's own apps: an event belongs to the app of its object, or of its action where there is none."""
    own = [config for config in apps.get_app_configs() if Path(config.path).parent == BASE]
    return [(config.label, str(config.verbose_name)) for config in own if config.label != "portal"]


def narrowed(
    events: TenantQuerySet[AuditEvent],
    *,
    person: int | None,
    section: str,
    since: datetime.date | None,
    until: datetime.date | None,
) -> TenantQuerySet[AuditEvent]:
    if person:
        events = events.filter(user=person)
    if section:
        events = events.filter(Q(object_kind__startswith=f"{section}.") | Q(action__startswith=f"{section}."))
    if since:
        events = events.filter(at__gte=midnight(since))
    if until:
        events = events.filter(at__lt=midnight(until + datetime.timedelta(days=1)))
    return events


def midnight(day: datetime.date) -> datetime.datetime:
    """The beginning of the day in the department's own time zone."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
