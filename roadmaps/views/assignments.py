"""The department's view of all duties, and what became no duty."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Case, F, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.downloads import attachment
from portal.templatetags.portal import plural
from roadmaps.domain import agenda, duty_book, fanout
from roadmaps.forms_duties import ListFilter
from roadmaps.models import Assignment, AssignmentQuerySet, Roadmap
from roadmaps.models.duties import due_in

PER_PAGE = 50


@require_GET
@role_required(*DEPARTMENT_ROLES)
def assignments(request: PortalRequest) -> HttpResponse:
    narrowed = ListFilter(request.GET, membership=request.membership)
    rows = _narrowed(Assignment.objects.visible_to(request.membership), narrowed)
    page = agenda.paged(rows, PER_PAGE, request.GET.get("page"))
    context = {"page": page, "filter": narrowed, "chosen": narrowed.chosen(), "today": timezone.localdate()}
    return render(request, "roadmaps/assignments.html", context)


@require_GET
@role_required(*DEPARTMENT_ROLES)
def assignments_excel(request: PortalRequest) -> HttpResponse:
    narrowed = ListFilter(request.GET, membership=request.membership)
    rows = _narrowed(Assignment.objects.visible_to(request.membership), narrowed)
    today = timezone.localdate()
    return attachment(duty_book.sheet(rows, today), f"Поручения на {today:%d.%m.%Y}.xlsx")


@require_GET
@role_required(Role.METHODIST, Role.HEAD)
def gaps(request: PortalRequest, pk: int) -> HttpResponse:
    roadmap = _approved(request, pk)
    found = fanout.gaps(roadmap, request.membership)
    context = {"roadmap": roadmap, "gaps": found, "made": fanout.of_roadmap(roadmap).count()}
    return render(request, "roadmaps/assignment_gaps.html", context)


@require_POST
@role_required(Role.METHODIST)
def fan_out(request: PortalRequest, pk: int) -> HttpResponse:
    """Once more, after meanings were settled or a school was added; what exists stays."""
    made = fanout.fan_out(_approved(request, pk), request.membership)
    if made:
        messages.success(request, f"Создано: {plural(made, 'поручение,поручения,поручений')}.")
    else:
        messages.info(request, "Новых поручений нет: всё, что понято, уже поручено.")
    return redirect("roadmaps:gaps", pk)


def _approved(request: PortalRequest, pk: int) -> Roadmap:
    frozen = [Roadmap.State.APPROVED, Roadmap.State.ARCHIVED]
    rows = Roadmap.objects.visible_to(request.membership).filter(state__in=frozen)
    return get_object_or_404(rows.select_related("order", "department"), pk=pk)


def _narrowed(rows: AssignmentQuerySet, narrowed: ListFilter) -> AssignmentQuerySet:
    chosen = narrowed.chosen()
    rows = rows.filter(
        **{name: chosen[name] for name in ("school", "official", "item", "clause", "event") if name in chosen}
    )
    if year := chosen.get("year"):
        rows = rows.filter(due_in(year))
    if day := chosen.get("day"):
        rows = rows.filter(last_day=day)
    if roadmap := chosen.get("roadmap"):
        rows = rows.filter(fanout.asked_by([roadmap]))
    if "state" in chosen:
        return _in_state(rows, chosen["state"])
    over = [Assignment.State.ACCEPTED, *Assignment.VOID_STATES]
    is_over = Case(When(state__in=over, then=1), default=0)
    return rows.order_by(is_over, F("last_day").asc(nulls_last=True), "pk")


def _in_state(rows: AssignmentQuerySet, state: str) -> AssignmentQuerySet:
    """As `ListFilter` offers: the stored states and those that are reckoned."""
    today = timezone.localdate()
    reckoned = {
        "overdue": rows.overdue(today),
        "open": rows.open(),
        "ahead": rows.ahead(today),
        "counted": rows.counted(),
        "asking": rows.asking(),
        "nobody": rows.without_bearer(),
    }
    return reckoned[state] if state in reckoned else rows.filter(state=state)
