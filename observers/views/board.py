"""The board: who watches which session, by hand or as the portal proposes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from jobs.models import Job
from observers.domain import board as domain
from observers.domain import planning, proposals, visits
from observers.forms import AssignForm, BoardForm, NeedForm, NeedsForm, ReasonForm
from observers.models import AssignmentProposal, CampaignNeeds, Observer, ObserverAssignment, Stage
from observers.permissions import READERS, WRITERS, may_write
from observers.views.standing import form_page
from portal.lib.refusals import Refused
from schools.models import VprCampaign, VprSession


@require_safe
@role_required(*READERS)
def board(request: PortalRequest) -> HttpResponse:
    """The campaign's days with their sessions; the filter lives in the address."""
    form = BoardForm(request.GET, membership=request.membership)
    campaign, stage, show, school = form.chosen(timezone.localdate())
    names: dict[str, Any] = {"form": form, "campaign": campaign, "stage": stage, "show": show}
    if campaign is not None:
        rows = domain.rows(campaign, stage)
        open_ones = AssignmentProposal.objects.visible_to(request.membership).filter(state="open")
        jobs = Job.objects.visible_to(request.membership).filter(kind=proposals.KIND)
        names |= {
            "days": domain.by_day(rows, show=show, school=school.pk if school else None),
            "seats": sum(row.seats for row in rows),
            "missing": sum(row.missing for row in rows),
            "troubled": sum(row.trouble for row in rows),
            "proposal": open_ones.filter(campaign=campaign, stage=stage).first(),
            "job": jobs.filter(key=f"{campaign.pk}:{stage}").first(),
            "may_write": may_write(request.membership),
        }
    return render(request, "observers/board.html", names)


def board_of(campaign: VprCampaign, stage: str) -> str:
    return reverse("observers:board", query={"campaign": campaign.pk, "stage": stage})


def known_stage(stage: str) -> str:
    if stage not in Stage.values:
        raise Http404
    return stage


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def needs(request: PortalRequest, pk: int) -> HttpResponse:
    """How many observers a session of the campaign needs."""
    campaign = get_object_or_404(VprCampaign.objects.visible_to(request.membership), pk=pk)
    row = CampaignNeeds.objects.visible_to(request.membership).filter(campaign=campaign).first()
    form = NeedsForm(request.POST or None, instance=row or CampaignNeeds(campaign=campaign))
    if form.is_valid():
        domain.set_needs(campaign, by=request.membership, **form.cleaned_data)
        messages.success(request, "Сохранено.")
        return redirect(board_of(campaign, Stage.RUNNING))
    lede = "Сколько наблюдателей нужно на одно проведение. Федеральных норм для ВПР не найдено: решает отдел."
    return form_page(request, form, title="Сколько нужно наблюдателей", button="Сохранить", lede=lede)


@require_POST
@role_required(*WRITERS)
def propose(request: PortalRequest, pk: int, stage: str) -> HttpResponse:
    """Let the worker look for a plan."""
    campaign = get_object_or_404(VprCampaign.objects.visible_to(request.membership), pk=pk)
    proposals.ask(campaign, stage=known_stage(stage), by=request.membership)
    return redirect(board_of(campaign, stage))


def session_or_404(request: PortalRequest, pk: int) -> VprSession:
    sessions = VprSession.objects.visible_to(request.membership)
    return get_object_or_404(sessions.select_related("school", "exam__campaign__department"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*READERS)
def session(request: PortalRequest, pk: int, stage: str) -> HttpResponse:
    """One session: who goes, who could, who may not and why."""
    row, stage = session_or_404(request, pk), known_stage(stage)
    form = AssignForm(request.POST or None, membership=request.membership)
    if form.is_bound and may_write(request.membership) and form.is_valid():
        try:
            send(request, row, stage, form.cleaned_data["observer"], form.cleaned_data["instead"])
            return redirect("observers:session", pk, stage)
        except Refused as refusal:
            form.add_error("observer", str(refusal))
    names = session_names(request, row, stage, form)
    return render(request, "observers/session.html", names, status=422 if form.is_bound else 200)


def session_names(request: PortalRequest, row: VprSession, stage: str, form: AssignForm) -> dict[str, Any]:
    may, may_not = planning.choices(row, stage)
    mine = ObserverAssignment.objects.visible_to(request.membership).filter(session=row, stage=stage)
    rows = list(mine.with_trouble().select_related("observer", "order"))
    seats = planning.needed(row.exam.campaign, stage).get(row.pk, planning.needs(row.exam.campaign)[stage])
    active = [one for one in rows if one.is_active]
    return {
        "session": row, "stage": stage, "stage_title": Stage(stage).label, "form": form, "seats": seats,
        "visits": active, "past": [one for one in rows if not one.is_active], "may": may, "may_not": may_not,
        "missing": max(seats - len(active), 0), "may_write": may_write(request.membership),
        "back": board_of(row.exam.campaign, stage),
    }  # fmt: skip


def send(
    request: PortalRequest, row: VprSession, stage: str, observer: Observer, instead: int | None
) -> None:
    """Assign, or replace the visit that the form names."""
    if instead is None:
        visits.assign(observer=observer, session=row, stage=stage, by=request.membership, fixed=True)
        messages.success(request, f"Назначен: {observer}.")
        return
    mine = ObserverAssignment.objects.visible_to(request.membership).active()
    visit = get_object_or_404(
        mine.select_related("observer", "session"), pk=instead, session=row, stage=stage
    )
    visits.replace(visit, observer=observer, by=request.membership)
    messages.success(request, f"Вместо {visit.observer} идёт {observer}.")


@require_POST
@role_required(*WRITERS)
def session_need(request: PortalRequest, pk: int, stage: str) -> HttpResponse:
    row, form = session_or_404(request, pk), NeedForm(request.POST)
    if form.is_valid():
        domain.set_need(row, stage=known_stage(stage), by=request.membership, **form.cleaned_data)
        messages.success(request, "Сохранено.")
    else:
        messages.error(request, "Нужно число от 0 до 20.")
    return redirect("observers:session", pk, stage)


CHANGES: dict[str, tuple[Callable[..., object], str]] = {
    "cancel": (visits.cancel, "Снят с этого проведения."),
    "decline": (visits.decline, "Отказ записан. Назначьте замену."),
    "told": (visits.acknowledge_move, "Отмечено: наблюдатель знает о переносе."),
}


@require_POST
@role_required(*WRITERS)
def visit_change(request: PortalRequest, pk: int, change: str) -> HttpResponse:
    """Take off, decline with the observer's reason, or say that the observer knows of the new day."""
    mine = ObserverAssignment.objects.visible_to(request.membership).active()
    visit = get_object_or_404(mine.select_related("observer", "session__school", "session__exam"), pk=pk)
    if change not in CHANGES:
        raise Http404
    act, said = CHANGES[change]
    form = ReasonForm(request.POST)
    reason = {} if change == "told" else {"comment": form.data.get("comment", "")[:500]}
    try:
        act(visit, by=request.membership, **reason)
        messages.success(request, said)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:session", visit.session_id, visit.stage)


def proposal_or_404(request: PortalRequest, pk: int) -> AssignmentProposal:
    found = AssignmentProposal.objects.visible_to(request.membership).select_related(
        "campaign", "created_by__user"
    )
    return get_object_or_404(found, pk=pk)


@require_safe
@role_required(*WRITERS)
def proposal(request: PortalRequest, pk: int) -> HttpResponse:
    """The plan as a difference: who is added, who is taken off, what nobody can fill and why."""
    one = proposal_or_404(request, pk)
    rows, unfilled = proposals.shown(one, request.membership)
    names = {"proposal": one, "rows": rows, "unfilled": unfilled, "back": board_of(one.campaign, one.stage)}
    names["left"] = sum(not row["done"] for row in rows)
    return render(request, "observers/proposal.html", names)


@require_POST
@role_required(*WRITERS)
def proposal_take(request: PortalRequest, pk: int) -> HttpResponse:
    """Take the rows ticked, or with «all» everything that is left."""
    one = proposal_or_404(request, pk)
    ticked = {int(n) for n in request.POST.getlist("row") if n.isdecimal() and len(n) < 6}
    try:
        done = proposals.take(one, by=request.membership, only=None if "all" in request.POST else ticked)
        messages.success(request, f"Принято изменений: {done}.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:proposal", pk)


@require_POST
@role_required(*WRITERS)
def proposal_discard(request: PortalRequest, pk: int) -> HttpResponse:
    one = proposal_or_404(request, pk)
    try:
        proposals.discard(one)
        messages.success(request, "Предложение отброшено.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(board_of(one.campaign, one.stage))
