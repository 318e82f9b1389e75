"""Consent, training, days, the one-time link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from observers.domain import links, standing
from observers.forms import ConsentForm, DaysForm, TrainingForm, WithdrawForm
from observers.models import ObserverConsent
from observers.permissions import WRITERS
from observers.views.bank import found
from portal.lib.names import counted
from portal.lib.numbers import row_number
from portal.lib.refusals import Refused
from schools.models import VprCampaign


def form_page(request: PortalRequest, form: Any, **names: Any) -> HttpResponse:
    """One small form on a page of its own: ``title``, ``button``, ``observer`` (may be None), ``lede``."""
    status = 422 if form.is_bound else 200
    return render(
        request, "observers/form.html", {"form": form, "observer": None, "lede": "", **names}, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def consent_new(request: PortalRequest, pk: int) -> HttpResponse:
    one = found(request, pk)
    form = ConsentForm(
        request.POST or None, request.FILES or None, initial={"given_on": timezone.localdate()}
    )
    if form.is_valid():
        day, upload = form.cleaned_data["given_on"], form.cleaned_data["file"]
        try:
            standing.give_consent(one, given_on=day, upload=upload, by=request.membership)
            messages.success(request, "Согласие внесено.")
            return redirect("observers:observer", pk)
        except Refused as refusal:
            form.add_error("file", str(refusal))
    lede = "Согласие на обработку персональных данных даётся отдельным документом (152-ФЗ)."
    return form_page(request, form, observer=one, title="Внести согласие", button="Сохранить", lede=lede)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def consent_withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    one = found(request, pk)
    form = WithdrawForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        try:
            fallen = standing.withdraw_consent(one, on=form.cleaned_data["on"], by=request.membership)
            taken = f" Снято с {counted(fallen, 'посещения', 'посещений', 'посещений')}." if fallen else ""
            messages.success(request, f"Согласие отозвано.{taken}")
            return redirect("observers:observer", pk)
        except Refused as refusal:
            form.add_error("on", str(refusal))
    lede = "Наблюдатель будет снят со всех посещений с сегодняшнего дня, его ссылка закроется. Прошлые останутся."
    return form_page(request, form, observer=one, title="Отозвать согласие", button="Отозвать", lede=lede)


@never_cache
@require_safe
@role_required(*WRITERS)
def consent_file(request: PortalRequest, pk: int) -> Any:
    """Only to be saved, never shown by the browser itself."""
    consents = ObserverConsent.objects.visible_to(request.membership).exclude(file="")
    consent = get_object_or_404(consents, pk=pk)
    response = FileResponse(consent.file.open("rb"), as_attachment=True, filename=consent.file_name)
    response["Content-Type"] = "application/octet-stream"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def training(request: PortalRequest) -> HttpResponse:
    """The same training for many people at once; ``?who=`` ticks one."""
    chosen = [row_number(request.GET.get("who", ""))]
    initial = {"day": timezone.localdate(), "observers": [pk for pk in chosen if pk]}
    form = TrainingForm(request.POST or None, membership=request.membership, initial=initial)
    if form.is_valid():
        fresh = standing.record_training(by=request.membership, **form.cleaned_data)
        messages.success(
            request, f"Обучение внесено: {counted(len(fresh), 'человек', 'человека', 'человек')}."
        )
        return redirect("observers:list")
    return form_page(request, form, title="Внести обучение", button="Сохранить")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def days(request: PortalRequest, pk: int, campaign: int) -> HttpResponse:
    """On which days of a campaign the observer can come."""
    one = found(request, pk)
    held = get_object_or_404(VprCampaign.objects.visible_to(request.membership), pk=campaign)
    row = one.availability.filter(campaign=held).first()
    initial = {"any_day": row is None, "days": row.days if row else []}
    form = DaysForm(request.POST or None, campaign=held, initial=initial)
    if form.is_valid():
        standing.set_days(one, held, days=form.chosen, by=request.membership)
        messages.success(request, "Дни сохранены.")
        return redirect("observers:observer", pk)
    lede = f"{held}: {held.first_day:%d.%m} – {held.last_day:%d.%m.%Y}."
    return form_page(request, form, observer=one, title="Когда может прийти", button="Сохранить", lede=lede)


@never_cache
@require_POST
@role_required(*WRITERS)
def link_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Make a one-time link and show it once."""
    one = found(request, pk)
    try:
        link, address = links.issue(one, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("observers:observer", pk)
    return render(request, "observers/link.html", {"observer": one, "link": link, "address": address})


@require_POST
@role_required(*WRITERS)
def link_revoke(request: PortalRequest, pk: int) -> HttpResponse:
    closed = links.revoke(found(request, pk), by=request.membership)
    messages.success(request, "Ссылка отозвана, вход по ней закрыт." if closed else "Действующей ссылки нет.")
    return redirect("observers:observer", pk)
