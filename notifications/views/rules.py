"""When the department reminds, with what it means in plain words beside the form."""

from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from notifications.domain import explaining
from notifications.domain import rules as domain
from notifications.forms import RulesForm
from notifications.models import Rules


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def rules(request: PortalRequest) -> HttpResponse:
    own = domain.rules_of(request.membership.department)
    form = RulesForm(request.POST or None, instance=copy(own))
    if form.is_valid():
        domain.change(own, by=request.membership, **form.cleaned_data)
        messages.success(request, "Сохранено. Правила действуют с ближайшего утра.")
        return redirect("notifications:rules")
    return _page(request, form, own if form.errors else form.instance)


@require_POST
@role_required(Role.ADMIN)
def rules_preview(request: PortalRequest) -> HttpResponse:
    """What stands in the form now, in words; nothing is saved."""
    own = domain.rules_of(request.membership.department)
    form = RulesForm(request.POST, instance=copy(own))
    if not form.is_valid():
        return _page(request, form, own)
    if request.htmx:
        return render(request, "notifications/_rules_meaning.html", _meaning(form.instance))
    return _page(request, form, form.instance, is_preview=True)


def _page(request: PortalRequest, form: RulesForm, shown: Rules, *, is_preview: bool = False) -> HttpResponse:
    context = {"form": form, "is_preview": is_preview, **_meaning(shown)}
    if request.htmx:
        return render(request, "notifications/_rules_meaning.html", {**context, "faulty": bool(form.errors)})
    return render(request, "notifications/rules.html", context, status=422 if form.errors else 200)


def _meaning(shown: Rules) -> dict[str, object]:
    return {
        "sentences": explaining.sentences(shown),
        "examples": explaining.examples(shown, timezone.localdate()),
    }
