"""Duties change hands: one to a colleague, all of one who leaves; who helps with a duty."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.middleware import PortalRequest
from accounts.models import Membership
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from portal.templatetags.portal import plural
from roadmaps import permissions
from roadmaps.domain import agenda, handover
from roadmaps.forms_duties import HandOverForm, HelpersForm
from roadmaps.models import Assignment


@require_http_methods(["GET", "POST"])
@role_required()
def hand_over(request: PortalRequest, pk: int) -> HttpResponse:
    row = _duty(request, pk)
    if not handover.may_hand_over(row, request.membership):
        raise PermissionDenied(
            "Передать можно поручение должностного лица: своё или как методист, начальник и администратор."
        )
    form = HandOverForm(request.POST or None, people=handover.officials(row))
    if request.method == "POST" and form.is_valid():
        try:
            handover.hand_over(row, by=request.membership, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, f"Коллеге сообщено. Передано: {form.cleaned_data['to'].user.short_name}"
            )
            return redirect("roadmaps:assignment", pk)
    context = {"assignment": row, "form": form}
    return render(request, "roadmaps/handover_one.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@role_required()
def helpers(request: PortalRequest, pk: int) -> HttpResponse:
    row = _duty(request, pk)
    member = request.membership
    if member.role not in permissions.DECIDERS and not permissions.may_help(row, member):
        raise PermissionDenied("Соисполнителей называет исполнитель, методист или начальник.")
    initial = {"helpers": row.helpers.all()}
    form = HelpersForm(request.POST or None, people=handover.colleagues(row), initial=initial)
    if request.method == "POST" and form.is_valid():
        handover.set_helpers(row, by=member, **form.cleaned_data)
        messages.success(request, "Соисполнители записаны.")
        return redirect("roadmaps:assignment", pk)
    context = {"assignment": row, "form": form}
    return render(request, "roadmaps/assignment_helpers.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@role_required(*permissions.HANDERS)
def handover_all(request: PortalRequest, pk: int) -> HttpResponse:
    """All that waits for one person, to be given to another: those ticked."""
    leaver = get_object_or_404(
        Membership.objects.visible_to(request.membership).select_related("user"), pk=pk
    )
    rows = handover.grouped(leaver)
    form = HandOverForm(request.POST or None, people=_others(request, leaver))
    if request.method == "POST" and form.is_valid():
        only = request.POST.getlist("left")
        done = handover.hand_over_all(leaver, by=request.membership, only=only, **form.cleaned_data)
        _say_what_came(request, done, bool(only))
        return redirect("roadmaps:handover_all", pk)
    context = {"leaver": leaver, "rows": rows, "form": form, "ticked": request.POST.getlist("left")}
    return render(request, "roadmaps/handover_all.html", context, status=422 if form.errors else 200)


def _duty(request: PortalRequest, pk: int) -> Assignment:
    return get_object_or_404(agenda.for_cards(Assignment.objects.visible_to(request.membership)), pk=pk)


def _others(request: PortalRequest, leaver: Membership) -> list[Membership]:
    people = Membership.objects.visible_to(request.membership).active().exclude(user=leaver.user_id)
    return list(people.exclude(role__in=handover.OUTSIDERS).select_related("user"))


def _say_what_came(request: PortalRequest, done: handover.Handed, ticked: bool) -> None:
    if done.bore or done.controls:
        bore = plural(done.bore, "поручение,поручения,поручений")
        controls = plural(done.controls, "поручению,поручениям,поручениям")
        messages.success(request, f"Передано {bore}; докладов принимать по {controls}.")
    elif not done.refused:
        gone = "Отмеченное уже передано или выполнено: ниже то, что осталось."
        messages.error(request, gone if ticked else "Отметьте, что передать.")
    for row, why in done.refused:
        messages.error(request, f"{row}: {why}")
