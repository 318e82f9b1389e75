"""Requests about one duty: asked by its bearer, answered by whoever accepts its reports; messages in its history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.numbers import row_number
from portal.lib.refusals import Refused
from portal.templatetags.portal import plural
from roadmaps import permissions
from roadmaps.domain import agenda, requests
from roadmaps.domain import messages as messaging
from roadmaps.forms_duties import DenyForm, ExemptionForm, ExtensionForm, GrantForm, MessageForm
from roadmaps.models import Assignment, AssignmentRequest
from roadmaps.views.mine import assignment_page
from roadmaps.views.review import review_page

ASKING: dict[str, tuple[Any, Any, str]] = {
    "extension": (ExtensionForm, requests.ask_extension, "Попросить продлить срок"),
    "exemption": (ExemptionForm, requests.ask_exemption, "Сообщить, что пункт нас не касается"),
}


@require_http_methods(["GET", "POST"])
@role_required()
def request_new(request: PortalRequest, pk: int, kind: str) -> HttpResponse:
    row = _duty(request, pk)
    if kind not in ASKING:
        raise Http404
    if not permissions.may_report(row, request.membership):
        raise PermissionDenied("Просить может только исполнитель поручения.")
    form_class, ask, title = ASKING[kind]
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask(row, by=request.membership, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Просьба отправлена. Ответ придёт сообщением.")
            return redirect("roadmaps:assignment", pk)
    context = {"assignment": row, "form": form, "title": title, "today": timezone.localdate()}
    return render(request, "roadmaps/request_new.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(Role.METHODIST, Role.HEAD)
def request_grant(request: PortalRequest, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    form = GrantForm(request.POST)
    if form.is_valid():
        try:
            requests.grant(asked, by=request.membership, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("until", str(refusal))
        else:
            return _answered(request, asked, "Просьба удовлетворена, исполнителю сообщено.")
    return _unanswered(request, asked, grant_form=form)


@require_POST
@role_required(Role.METHODIST, Role.HEAD)
def request_deny(request: PortalRequest, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    form = DenyForm(request.POST)
    if form.is_valid():
        try:
            requests.deny(asked, by=request.membership, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _answered(request, asked, "В просьбе отказано, исполнителю сообщено.")
    return _unanswered(request, asked, deny_form=form)


@require_POST
@role_required(Role.METHODIST, Role.HEAD)
def requests_answer(request: PortalRequest) -> HttpResponse:
    """Those ticked, granted as asked or denied with one reason; what cannot be answered is said and stays."""
    ticked = list(filter(None, map(row_number, request.POST.getlist("request"))))
    rows = AssignmentRequest.objects.visible_to(request.membership).filter(pk__in=ticked)
    grants, reason = request.POST.get("answer") == "grant", request.POST.get("comment", "")
    if not ticked:
        messages.error(request, "Отметьте просьбы, на которые хотите ответить.")
        return review_page(request, 422, said=reason)
    asked = rows.select_related("assignment__official__user", "assignment__department", "assignment__school")
    try:
        answers = requests.answer_many(asked, by=request.membership, grants=grants, comment=reason)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return review_page(request, 422, ticked=ticked)
    if answers.given:
        done = "Удовлетворено" if grants else "Отказано"
        messages.success(request, f"{done}: {plural(len(answers.given), 'просьба,просьбы,просьб')}.")
    for one, why in answers.refused:
        messages.error(request, f"{one.assignment.school or one.assignment.official}: {why}")
    return redirect("roadmaps:review")


@require_POST
@role_required()
def request_drop(request: PortalRequest, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    try:
        requests.drop(asked, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Просьба отозвана.")
    return redirect("roadmaps:assignment", asked.assignment_id)


@require_POST
@role_required()
def message_new(request: PortalRequest, pk: int) -> HttpResponse:
    row = _duty(request, pk)
    form = MessageForm(request.POST, people=messaging.audience(row))
    if form.is_valid():
        try:
            event = messaging.say(row, by=request.membership, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            told = ", ".join(member.user.short_name for member in event.mentions.select_related("user"))
            messages.success(request, f"Сообщение записано. Узнают: {told or 'только те, кто зайдёт сюда'}")
            return redirect("roadmaps:assignment", pk)
    return assignment_page(request, pk, status=422, message_form=form)


def _duty(request: PortalRequest, pk: int) -> Assignment:
    return get_object_or_404(agenda.for_cards(Assignment.objects.visible_to(request.membership)), pk=pk)


def _asked(request: PortalRequest, pk: int) -> AssignmentRequest:
    rows = AssignmentRequest.objects.visible_to(request.membership)
    return get_object_or_404(rows.select_related("assignment__official", "assignment__department"), pk=pk)


def _answered(request: PortalRequest, asked: AssignmentRequest, said: str) -> HttpResponse:
    """Back to where requests wait, or to the duty when none is left."""
    messages.success(request, said)
    if AssignmentRequest.objects.visible_to(request.membership).waiting().exists():
        return redirect("roadmaps:review")
    return redirect("roadmaps:assignment", asked.assignment_id)


def _unanswered(request: PortalRequest, asked: AssignmentRequest, **form: Form) -> HttpResponse:
    """The duty's page with what was typed; a request that waits no more has no form there, so it is told above."""
    if not AssignmentRequest.objects.visible_to(request.membership).waiting().filter(pk=asked.pk).exists():
        messages.error(request, requests.ANSWERED)
        return redirect("roadmaps:assignment", asked.assignment_id)
    return assignment_page(request, asked.assignment_id, status=422, **form)
