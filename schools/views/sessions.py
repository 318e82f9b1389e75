"""One day of the VPR at one school: given, moved by drag or by key, taken away, held."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.refusals import Refused
from portal.templatetags.portal import plural
from schools.domain import board as boards
from schools.domain import schedule
from schools.forms_schedule import AbsentForm, MoveForm, OnDayForm, SessionForm
from schools.models import School, SessionEvent, VprSession
from schools.views.schedule import campaigns_of, history_of, shown, today

EDITORS = (Role.ADMIN, Role.METHODIST, Role.DEPUTY)


def session_of(request: PortalRequest, pk: int) -> VprSession:
    sessions = VprSession.objects.visible_to(request.membership)
    return get_object_or_404(
        sessions.select_related("school", "exam__campaign__department", "exam__campaign__locked_by"), pk=pk
    )


def back(request: PortalRequest, campaign: int) -> str:
    """The board with its filter, as the form was opened from it."""
    address = request.POST.get("back") or request.GET.get("back") or ""
    inside = address.startswith("/") and url_has_allowed_host_and_scheme(address, None)
    return address if inside else f"{reverse('schools:schedule')}?campaign={campaign}"


def undo_tag(event: SessionEvent | None) -> str:
    return f"undo {reverse('schools:session_restore', args=[event.pk])}" if event else ""


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*EDITORS)
def session_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a school of the campaign a day for a test."""
    campaign, by = get_object_or_404(campaigns_of(request), pk=pk), request.membership
    asked = {
        "exam": request.GET.get("exam"),
        "school": request.GET.get("school"),
        "day": request.GET.get("day"),
    }
    asked |= {"class_name": request.GET.get("class", "")}
    form = SessionForm(request.POST or None, membership=by, campaign=campaign, initial=asked)
    if form.is_valid():
        exam, data = form.cleaned_data["exam"], form.cleaned_data
        try:
            exam.campaign = campaign
            made = schedule.plan(
                exam, data["school"], data["day"], by=by, written_class=data["class_name"], **form.hours()
            )
            messages.success(request, f"Назначено: {made.exam}, {made.day:%d.%m.%Y}.")
            return redirect(back(request, pk))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {"form": form, "campaign": campaign, "back": back(request, pk)}
    return render(request, "schools/session_new.html", names, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*DEPARTMENT_ROLES, Role.DEPUTY)
def session(request: PortalRequest, pk: int) -> HttpResponse:
    """A day: move it, name the class and hours, take it away, say that the test was held. Others read it."""
    if request.method == "POST" and request.membership.role not in EDITORS:
        raise PermissionDenied
    found, by = session_of(request, pk), request.membership
    form = SessionForm(request.POST or None, membership=by, campaign=found.exam.campaign, instance=found)
    if form.is_valid():
        data = form.cleaned_data
        try:
            fresh = session_of(request, pk)
            schedule.change(fresh, by=by, day=data["day"], written_class=data["class_name"], **form.hours())
            messages.success(request, "Сохранено.")
            return redirect(back(request, found.exam.campaign_id))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = session_names(request, session_of(request, pk)) | {"form": form}
    return render(request, "schools/session.html", names, status=422 if form.is_bound else 200)


def session_names(request: PortalRequest, found: VprSession) -> dict[str, Any]:
    campaign, by = found.exam.campaign, request.membership
    events = history_of(request, campaign).filter(
        exam=found.exam, school=found.school, class_name=found.class_name
    )
    return {
        "session": found,
        "campaign": campaign,
        "may_plan": schedule.may_plan(campaign, found.school_id, by),
        "may_mark": schedule.may_mark(found, by),
        "earlier": boards.neighbour(campaign, found.day, -1),
        "later": boards.neighbour(campaign, found.day, 1),
        "why_not": schedule.rules(campaign).why_not(found.day),
        "today": today(request),
        "history": events,
        "back": back(request, campaign.pk),
    }


@require_POST
@role_required(*EDITORS)
def session_move(request: PortalRequest, pk: int) -> HttpResponse:
    """To a day, or a free day earlier or later. For htmx: the school's row of the board, and what to look at."""
    found, form = session_of(request, pk), MoveForm(request.POST)
    day = form.cleaned_data["day"] if form.is_valid() else None
    if form.is_valid() and not day and form.cleaned_data["step"]:
        day = boards.neighbour(found.exam.campaign, found.day, form.cleaned_data["step"])
    try:
        if day is None:
            raise Refused(
                "В эту сторону свободных дней в окне нет." if form.is_valid() else "Такого дня нет."
            )
        schedule.change(found, by=request.membership, day=day)
        last = SessionEvent.objects.visible_to(request.membership).filter(school=found.school).first()
        messages.success(request, f"{found.exam}: теперь {day:%d.%m.%Y}.", extra_tags=undo_tag(last))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return answer(request, found.exam.campaign_id, found.school)


def answer(request: PortalRequest, campaign_pk: int, school: School) -> HttpResponse:
    """Back to the board; for htmx its row of this school, whatever the filter by state says now."""
    if not request.htmx:
        return redirect(back(request, campaign_pk))
    campaign = get_object_or_404(campaigns_of(request), pk=campaign_pk)
    board = shown(request, campaign, show="")[1]
    row = next((row for row in board.rows if row.school == school), None)
    here = f"{reverse('schools:schedule')}?{request.GET.urlencode()}"
    names = {"board": board, "row": row, "campaign": campaign, "back": here}
    return render(request, "schools/_schedule_moved.html", names)


@require_POST
@role_required(*EDITORS)
def session_remove(request: PortalRequest, pk: int) -> HttpResponse:
    """Take the day away; the message offers to undo it."""
    found = session_of(request, pk)
    try:
        event = schedule.remove(found, by=request.membership)
        messages.success(request, f"Убрано: {found.exam}, {found.school}.", extra_tags=undo_tag(event))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back(request, found.exam.campaign_id))


@require_POST
@role_required(*EDITORS)
def session_restore(request: PortalRequest, pk: int) -> HttpResponse:
    """Undo one change of a day."""
    events = SessionEvent.objects.visible_to(request.membership)
    event = get_object_or_404(events.select_related("exam__campaign__department", "school"), pk=pk)
    try:
        restored = schedule.restore(event, by=request.membership)
        messages.success(request, f"Вернули: {restored.exam}, {restored.day:%d.%m.%Y}.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back(request, event.exam.campaign_id))


@require_POST
@role_required(*EDITORS)
def session_mark(request: PortalRequest, pk: int, what: str) -> HttpResponse:
    """Held or uploaded on a day; without a day the mark is taken back."""
    found, form = session_of(request, pk), OnDayForm(request.POST)
    on = form.cleaned_data["on"] if form.is_valid() else None
    try:
        if on is None and "on" in request.POST:
            raise Refused("Впишите день числом: например, 21.04.2027.")
        schedule.mark([found], what, on, by=request.membership)
        messages.success(request, "Отмечено." if on else "Отметка снята.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back(request, found.exam.campaign_id))


@require_POST
@role_required(*EDITORS)
def session_absent(request: PortalRequest, pk: int) -> HttpResponse:
    """The school has no such grade, or has one after all."""
    campaign = get_object_or_404(campaigns_of(request), pk=pk)
    form = AbsentForm(request.POST, schools=School.objects.visible_to(request.membership))
    try:
        if not form.is_valid():
            raise Refused("Такой школы или класса нет: обновите страницу.")
        schedule.set_absent(campaign, by=request.membership, **form.cleaned_data)
        messages.success(request, "Записано.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back(request, pk))


@require_POST
@role_required(*schedule.PLANNERS)
def schedule_held(request: PortalRequest, pk: int) -> HttpResponse:
    """Every test whose day has come is taken as held on its day: the department says so for all schools at once."""
    campaign = get_object_or_404(campaigns_of(request), pk=pk)
    try:
        made = schedule.hold_past(campaign, by=request.membership, today=today(request))
        messages.success(request, f"Отмечено проведёнными: {plural(made, 'работа,работы,работ')}.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back(request, pk))
