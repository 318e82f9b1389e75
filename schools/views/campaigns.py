"""Campaigns of the VPR: the list, a new one, its settings, its tests and scales."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.refusals import Refused
from portal.templatetags.portal import plural
from schools.domain import campaigns as domain
from schools.domain.schedule import PLANNERS
from schools.forms_schedule import ExamForm, NewCampaignForm, ScaleForm, SettingsForm
from schools.models import Exam, VprCampaign
from schools.views.schedule import campaigns_of


@require_safe
@role_required(*DEPARTMENT_ROLES)
def campaign_list(request: PortalRequest) -> HttpResponse:
    """Year by year, the latest first."""
    found = campaigns_of(request).annotate(
        tests=Count("exams", distinct=True), days=Count("exams__sessions", distinct=True)
    )
    names = {"campaigns": found, "may_edit": request.membership.role in PLANNERS}
    return render(request, "schools/campaign_list.html", names)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PLANNERS)
def campaign_new(request: PortalRequest) -> HttpResponse:
    """A new campaign: from last year's, from the starting set, or empty; its dates are asked."""
    previous = list(campaigns_of(request)[:3])
    form = NewCampaignForm(request.POST or None, membership=request.membership, previous=previous)
    if form.is_valid():
        try:
            by, fields = request.membership, form.fields_of_campaign()
            made = domain.create(by.department, by=by, **form.beginning(), **fields)
            messages.success(request, "Кампания создана. Проверьте работы и шкалы.")
            return redirect("schools:campaign", made.pk)
        except Refused as refusal:
            form.add_error("name", str(refusal))
    names = {"form": form, "sets": domain.starting_sets()}
    return render(request, "schools/campaign_new.html", names, status=422 if form.is_bound else 200)


def campaign_of(request: PortalRequest, pk: int) -> VprCampaign:
    return get_object_or_404(campaigns_of(request), pk=pk)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def campaign(request: PortalRequest, pk: int) -> HttpResponse:
    """A campaign: window, document, its tests with scales."""
    found = campaign_of(request, pk)
    exams = Exam.objects.visible_to(request.membership).filter(campaign=found)
    names: dict[str, Any] = {"campaign": found, "exams": exams.annotate(days=Count("sessions"))}
    names["may_edit"] = request.membership.role in PLANNERS
    return render(request, "schools/campaign.html", names)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PLANNERS)
def campaign_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Window, days off, limits, upload."""
    found, title = campaign_of(request, pk), campaign_of(request, pk).name
    form = SettingsForm(request.POST or None, instance=found, membership=request.membership)
    if form.is_valid():
        try:
            domain.save(form.instance, by=request.membership, changed=form.changed_data)
            messages.success(request, "Сохранено.")
            return redirect("schools:campaign", pk)
        except Refused as refusal:
            form.add_error("name", str(refusal))
    names = {"form": form, "campaign": found, "title": title}
    return render(request, "schools/campaign_edit.html", names, status=422 if form.is_bound else 200)


@require_POST
@role_required(*PLANNERS)
def campaign_lock(request: PortalRequest, pk: int) -> HttpResponse:
    """Close the schedule for schools, or open it again."""
    found, locked = campaign_of(request, pk), request.POST.get("locked") == "1"
    if domain.lock(found, by=request.membership, locked=locked):
        words = "График закрыт: школы видят его, но не меняют." if locked else "График снова открыт для школ."
        messages.success(request, words)
    return redirect(f"{reverse('schools:schedule')}?campaign={pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PLANNERS)
def campaign_remove(request: PortalRequest, pk: int) -> HttpResponse:
    """Take away a campaign nothing rests on: asked once more."""
    found = campaign_of(request, pk)
    if request.method != "POST":
        return render(request, "schools/campaign_remove.html", {"campaign": found})
    try:
        domain.remove(found, by=request.membership)
        messages.success(request, f"Кампания «{found}» удалена.")
        return redirect("schools:campaigns")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("schools:campaign", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PLANNERS)
def campaign_scales(request: PortalRequest, pk: int) -> HttpResponse:
    """The scales of all tests in one compact table."""
    found = campaign_of(request, pk)
    exams = Exam.objects.visible_to(request.membership).filter(campaign=found)
    rows = [ScaleForm(request.POST or None, exam=exam) for exam in exams]
    if request.method == "POST" and all(row.is_valid() for row in rows):
        scales = {row.exam.pk: row.scale() for row in rows}
        changed = domain.save_scales(found, scales, by=request.membership)
        messages.success(request, f"Сохранено, изменено: {plural(changed, 'работа,работы,работ')}.")
        return redirect("schools:campaign", pk)
    names = {"campaign": found, "rows": rows, "faulty": any(row.errors for row in rows)}
    return render(request, "schools/campaign_scales.html", names, status=422 if names["faulty"] else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PLANNERS)
def exam_new(request: PortalRequest, pk: int) -> HttpResponse:
    return edit_exam(request, Exam(campaign=campaign_of(request, pk)))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PLANNERS)
def exam_edit(request: PortalRequest, pk: int) -> HttpResponse:
    exams = Exam.objects.visible_to(request.membership).select_related("campaign")
    return edit_exam(request, get_object_or_404(exams, pk=pk))


def edit_exam(request: PortalRequest, exam: Exam) -> HttpResponse:
    """One form for a new test and for an old one."""
    title = str(exam) if exam.pk else ""
    form = ExamForm(request.POST or None, instance=exam, membership=request.membership)
    if form.is_valid():
        try:
            domain.save_exam(form.instance, by=request.membership)
            messages.success(request, "Сохранено.")
            return redirect("schools:campaign", exam.campaign_id)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {"form": form, "exam": exam, "campaign": exam.campaign, "title": title}
    return render(request, "schools/exam_edit.html", names, status=422 if form.is_bound else 200)


@require_POST
@role_required(*PLANNERS)
def exam_remove(request: PortalRequest, pk: int) -> HttpResponse:
    """Take away a test nothing rests on."""
    exam = get_object_or_404(
        Exam.objects.visible_to(request.membership).select_related("campaign__department"), pk=pk
    )
    try:
        domain.remove_exam(exam, by=request.membership)
        messages.success(request, "Работа убрана.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:campaign", exam.campaign_id)
