"""The bank of experts and the commissions."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from portal.lib.names import folded
from portal.lib.refusals import Refused
from recheck import permissions
from recheck.domain import experts as domain
from recheck.forms import CommissionForm, ExpertFilter, ExpertForm, TieForm
from recheck.models import Expert, ExpertTie, RecheckCommission
from recheck.views.cases import page


def expert_or_404(request: PortalRequest, pk: int) -> Expert:
    rows = Expert.objects.visible_to(request.membership).select_related("school", "membership__user")
    return get_object_or_404(rows, pk=pk)


@require_safe
@role_required(*permissions.READERS)
def expert_list(request: PortalRequest) -> HttpResponse:
    """The bank by surname, with subjects, ties and what each holds now; a school sees its own teachers."""
    form = ExpertFilter(request.GET)
    busy = Count("seats", filter=Q(seats__ended_at=None, seats__case__state="checking"), distinct=True)
    rows = (
        Expert.objects.visible_to(request.membership)
        .select_related("school")
        .prefetch_related("ties__school")
    )
    wanted = folded(form["q"].value() or "").split()
    found = [one for one in rows.annotate(busy=busy) if all(word in said(one) for word in wanted)]
    groups = [
        ("", [one for one in found if not one.left_on]),
        ("Выбыли", [one for one in found if one.left_on]),
    ]
    names = {"groups": groups, "filter": form, "may_manage": permissions.may_manage(request.membership)}
    return render(request, "recheck/expert_list.html", names)


def said(expert: Expert) -> str:
    """What the search of the bank looks in: SQLite knows no case of Russian letters."""
    return folded(f"{expert.full_name} {expert.subjects} {expert.school or ''}")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.APPOINTERS)
def expert_new(request: PortalRequest) -> HttpResponse:
    return edit(request, Expert())


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.APPOINTERS)
def expert(request: PortalRequest, pk: int) -> HttpResponse:
    return edit(request, expert_or_404(request, pk))


def edit(request: PortalRequest, found: Expert) -> HttpResponse:
    """One form for a new expert and for an old one; ties beside it."""
    form = ExpertForm(request.POST or None, instance=found, membership=request.membership)
    if form.is_valid():
        try:
            fresh = found.pk is None
            saved = domain.save_expert(form.instance, by=request.membership)
            messages.success(
                request, "Сохранено. Запишите связи со школами, если они есть." if fresh else "Сохранено."
            )
            return redirect("recheck:expert", saved.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    ties = ExpertTie.objects.visible_to(request.membership).filter(expert=found.pk).select_related("school")
    names = {"expert": found, "ties": ties, "may_manage": permissions.may_manage(request.membership)}
    return page(request, "recheck/expert.html", names, form)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def tie_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Write down what binds an expert to a school."""
    found = expert_or_404(request, pk)
    form = TieForm(request.POST or None, membership=request.membership, expert=found)
    if form.is_valid():
        try:
            domain.add_tie(form.instance, by=request.membership)
            return redirect("recheck:expert", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return page(request, "recheck/tie_new.html", {"expert": found}, form)


@require_POST
@role_required(*permissions.MANAGERS)
def tie_end(request: PortalRequest, pk: int) -> HttpResponse:
    """The tie is no more."""
    tie = get_object_or_404(
        ExpertTie.objects.visible_to(request.membership).select_related("expert", "school"), pk=pk
    )
    domain.end_tie(tie, by=request.membership)
    messages.success(request, "Связь убрана.")
    return redirect("recheck:expert", tie.expert_id)


@require_POST
@role_required(*permissions.MANAGERS)
def expert_leave(request: PortalRequest, pk: int) -> HttpResponse:
    """Off the list, or on it again."""
    found = expert_or_404(request, pk)
    try:
        (domain.come_back if found.left_on else domain.leave)(found, by=request.membership)
        messages.success(request, "Эксперт снова в списке." if found.left_on else "Эксперт выбыл из списка.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("recheck:expert", pk)


@require_safe
@role_required(*permissions.OFFICE)
def commission_list(request: PortalRequest) -> HttpResponse:
    rows = RecheckCommission.objects.visible_to(request.membership).select_related("chair__user", "order")
    names = {
        "commissions": rows.annotate(size=Count("members")),
        "may_manage": permissions.may_manage(request.membership),
    }
    return render(request, "recheck/commission_list.html", names)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def commission_new(request: PortalRequest) -> HttpResponse:
    return edit_commission(request, RecheckCommission())


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def commission(request: PortalRequest, pk: int) -> HttpResponse:
    return edit_commission(
        request, get_object_or_404(RecheckCommission.objects.visible_to(request.membership), pk=pk)
    )


def edit_commission(request: PortalRequest, found: RecheckCommission) -> HttpResponse:
    """One form for a new commission and for an old one."""
    form = CommissionForm(request.POST or None, instance=found, membership=request.membership)
    if form.is_valid():
        members = list(form.cleaned_data["members"])
        domain.save_commission(form.instance, members=members, by=request.membership)
        messages.success(request, "Сохранено.")
        return redirect("recheck:commissions")
    return page(request, "recheck/commission.html", {"commission": found}, form)
