"""Events that start waiting duties: recorded after a look at what they start, listed, corrected, withdrawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.refusals import Refused
from portal.templatetags.portal import plural
from roadmaps.deadlines.events import OTHER
from roadmaps.domain import events
from roadmaps.forms_events import AHEAD, DayForm, EventForm, WithdrawForm
from roadmaps.models import RecordedEvent

PER_PAGE, NAMED = 50, 20
DUTIES = "поручение,поручения,поручений"


@require_GET
@role_required(*DEPARTMENT_ROLES)
def event_list(request: PortalRequest) -> HttpResponse:
    rows = RecordedEvent.objects.visible_to(request.membership).select_related("school", "by__user")
    counted = rows.annotate(number=Count("assignments")).order_by("-day", "-pk")
    page = Paginator(counted, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "roadmaps/event_list.html", {"page": page})


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def event_new(request: PortalRequest) -> HttpResponse:
    """First what would start, then, confirmed, it starts; what was changed since it was shown is shown again."""
    posted = request.POST if request.method == "POST" else None
    form = EventForm(posted, membership=request.membership)
    if not form.is_valid():
        return _new_page(request, form)
    shown, pressed = request.POST.get("shown") == form.key, request.POST.get("confirm")
    chosen = request.POST.getlist("source")
    if pressed and shown and (chosen or (pressed == "bare" and not form.is_ahead)):
        return _record(request, form, chosen)
    starts = events.starting(request.membership.department, by=request.membership, **form.happened)
    if form.is_ahead and not starts:
        form.add_error("day", AHEAD)
        return _new_page(request, form)
    every = [] if form.cleaned_data["event"] == OTHER else [start.source.key for start in starts]
    context = {
        "starts": starts,
        "total": events.Bunch([duty for start in starts for duty in start.assignments]),
        "ticked": chosen if shown else every,
        "changed": pressed and not shown,
        "none_ticked": pressed and shown and not chosen and bool(starts),
    }
    return _new_page(request, form, **context)


def _new_page(request: PortalRequest, form: EventForm, **context: Any) -> HttpResponse:
    past = RecordedEvent.objects.visible_to(request.membership).select_related("school", "by__user")[:10]
    told = {"form": form, "past": past, "other": OTHER, **context}
    status = 422 if form.errors or context.get("none_ticked") else 200
    return render(request, "roadmaps/event_new.html", told, status=status)


def _record(request: PortalRequest, form: EventForm, chosen: list[str]) -> HttpResponse:
    member = request.membership
    recorded, made = events.record(
        member.department, by=member, note=form.cleaned_data["note"], only=chosen, **form.happened
    )
    started = f"Начато: {plural(made, DUTIES)}." if made else "Новых поручений нет."
    messages.success(request, f"Событие записано. {started}")
    return redirect("roadmaps:event", recorded.pk)


@require_GET
@role_required(*DEPARTMENT_ROLES)
def event(request: PortalRequest, pk: int) -> HttpResponse:
    return _event_page(request, _recorded(request, pk))


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def event_day(request: PortalRequest, pk: int) -> HttpResponse:
    """First which days move to which, then, confirmed, they move."""
    row = _recorded(request, pk)
    if request.method == "GET":  # the address alone says nothing
        return redirect("roadmaps:event", pk)
    form = DayForm(request.POST, event=row)
    if not form.is_valid():
        return _event_page(request, row, day_form=form)
    day = form.cleaned_data["day"]
    if request.POST.get("shown") != str(day):
        return _event_page(request, row, day_form=form, day=day, shifts=events.shifts(row, day))
    try:
        moved = events.correct_day(row, by=request.membership, day=day)
    except Refused as refusal:
        form.add_error("day", str(refusal))
        return _event_page(request, _recorded(request, pk), day_form=form)
    told = f"Сроки изменены: {plural(moved, DUTIES)}." if moved else "Незакрытых поручений по нему нет."
    messages.success(request, f"День события исправлен. {told}")
    return redirect("roadmaps:event", pk)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def event_withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    row = _recorded(request, pk)
    if request.method == "GET":
        return redirect("roadmaps:event", pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _event_page(request, row, withdraw_form=form)
    try:
        closed = events.withdraw(row, by=request.membership, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _event_page(request, _recorded(request, pk), withdraw_form=form)
    messages.success(request, f"Событие отозвано. Снято: {plural(closed, DUTIES)}.")
    return redirect("roadmaps:event", pk)


def _recorded(request: PortalRequest, pk: int) -> RecordedEvent:
    rows = RecordedEvent.objects.visible_to(request.membership)
    return get_object_or_404(
        rows.select_related("department", "school", "by__user", "withdrawn_by__user"), pk=pk
    )


def _event_page(request: PortalRequest, row: RecordedEvent, **more: Any) -> HttpResponse:
    """The event, what it started and what of it is done; ``more``: a form that was refused, what a new day moves."""
    started = events.started_by(row)
    kept = events.kept(row)
    context = {
        "event": row,
        "started": started,
        "total": sum(line["total"] for line in started),
        "open": sum(line["open"] for line in started),
        "done": sum(line["sent"] + line["ok"] for line in started),
        "kept": kept[:NAMED],
        "may_mend": request.membership.role == Role.METHODIST and not row.withdrawn_at,
        "mended": events.mended(row),
        "day_form": DayForm(event=row),
        "withdraw_form": WithdrawForm(),
        **more,
    }
    refused = any(form.errors for form in (context["day_form"], context["withdraw_form"]))
    return render(request, "roadmaps/event.html", context, status=422 if refused else 200)
