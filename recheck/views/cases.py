"""The list of rechecks, a case's page, its opening and its ends."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.names import folded
from portal.lib.numbers import row_number
from portal.lib.refusals import Refused
from recheck import permissions
from recheck.domain import cases as domain
from recheck.domain import clocks, draws, results, seats
from recheck.domain.words import ground
from recheck.forms import CaseFilter, CaseForm, DrawForm, ReasonForm, TasksForm
from recheck.models import RecheckCase, Seat
from roadmaps.models import ActionItem, Assignment
from schools.models import ObjectivityFlag

PAGE = 30


def visible(request: PortalRequest) -> QuerySet[RecheckCase]:
    rows = RecheckCase.objects.visible_to(request.membership)
    return rows.select_related(
        "department", "school", "checker", "exam__campaign", "commission__chair__user", "commission__order", "flag",
        "item", "assignment__item", "protocol", "results_order", "twin__school",
    )  # fmt: skip


def case_or_404(request: PortalRequest, pk: int) -> RecheckCase:
    return get_object_or_404(visible(request), pk=pk)


def page(request: PortalRequest, name: str, names: dict[str, Any], form: Any = None) -> HttpResponse:
    """A page with a form: 422 when what was sent is not taken."""
    return render(
        request, name, names | {"form": form}, status=422 if form is not None and form.is_bound else 200
    )


@require_safe
@role_required(*permissions.READERS)
def case_list(request: PortalRequest) -> HttpResponse:
    """The department's rechecks; for a school, its tasks and what was found in its works."""
    form = CaseFilter(request.GET)
    form.is_valid()
    found = Paginator(filtered(visible(request), form.cleaned_data), PAGE).get_page(request.GET.get("page"))
    names = {
        "filter": form,
        "page": found,
        "rows": [(case, clocks.due(case) if case.is_live else None) for case in found],
        "own": seats.with_progress(seats.waiting_for(request.membership)).select_related(
            "case__school", "case__exam"
        ),
        "may_manage": permissions.may_manage(request.membership),
    }
    return render(request, "recheck/case_list.html", names)


def filtered(rows: QuerySet[RecheckCase], asked: dict[str, str]) -> list[RecheckCase]:
    """The rows asked for; words are compared here, for SQLite knows no case of Russian letters."""
    state, kind, words = (asked.get(name, "") for name in ("state", "kind", "q"))
    if state in RecheckCase.State.values:
        rows = rows.filter(state=state)
    elif state != "all":
        rows = rows.exclude(state__in=[RecheckCase.State.WITHDRAWN])
    if kind:
        rows = rows.filter(kind=kind)
    wanted = folded(words).split()
    found = [row for row in rows if all(word in folded(f"{row.school} {row.exam}") for word in wanted)]
    today = timezone.localdate()
    return [row for row in found if clocks.is_late(row, today)] if state == "late" else found


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def case_new(request: PortalRequest) -> HttpResponse:
    """Open a recheck by hand, or from a flag, a point of a plan or a duty named in the address."""
    grounds = grounds_of(request)
    form = CaseForm(request.POST or None, membership=request.membership, grounds=grounds)
    if form.is_valid():
        try:
            case = domain.open_case(by=request.membership, **form.cleaned_data, **grounds)
            messages.success(request, "Перепроверка открыта.")
            return redirect("recheck:case", case.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return page(request, "recheck/case_new.html", {"grounds": grounds}, form)


def grounds_of(request: PortalRequest) -> dict[str, Any]:
    """What the address names and the member may see; nothing else."""
    tables = {"flag": ObjectivityFlag, "item": ActionItem, "assignment": Assignment}
    asked = {name: row_number(request.GET.get(name, "")) for name in tables}
    return {
        name: get_object_or_404(table.objects.visible_to(request.membership), pk=asked[name])  # type: ignore[attr-defined]
        for name, table in tables.items()
        if asked[name]
    }


@require_safe
@role_required(*permissions.READERS)
def case(request: PortalRequest, pk: int) -> HttpResponse:
    """The whole case; a school sees its task, or the signed result."""
    found = case_or_404(request, pk)
    names = task_page(request, found)
    if request.membership.role == Role.DEPUTY:
        return render(request, "recheck/task.html", names)
    return render(request, "recheck/case.html", names | office_page(found))


def task_page(request: PortalRequest, found: RecheckCase) -> dict[str, Any]:
    places = Seat.objects.visible_to(request.membership).filter(case=found).select_related("expert__school")
    return {
        "case": found,
        "seats": list(seats.with_progress(places)),
        "clocks": clocks.clocks(found),
        "ground": ground(found),
        "is_task": found.checker_id is not None
        and found.checker_id == permissions.school_of(request.membership),
        "may_manage": permissions.may_manage(request.membership),
        "may_appoint": permissions.may_appoint(request.membership, found),
        "may_sign": permissions.may_sign(request.membership, found),
    }


def office_page(found: RecheckCase) -> dict[str, Any]:
    checking = found.state == RecheckCase.State.CHECKING
    return {
        "works": found.works.count(),
        "samples": list(found.samples.select_related("drawn_by__user")),
        "imports": found.imports.filter(seat=None).order_by("-pk")[:5],
        "disputes": len(seats.disputes(found)) if checking else 0,
        "missing": results.missing(found) if checking else "",
        "result": results.result(found) if found.compared_at and found.state != "withdrawn" else None,
        "events": found.events.select_related("by__user"),
        "measures": found.measures.select_related("item__section__roadmap"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def case_tasks(request: PortalRequest, pk: int) -> HttpResponse:
    """Tasks and scale, when the test itself does not say them."""
    found = case_or_404(request, pk)
    scale = found.thresholds
    maxima = ", ".join(f"{task['number']}: {task['max']}" for task in found.tasks)
    initial = {"maxima": maxima, "three": scale.get("3"), "four": scale.get("4"), "five": scale.get("5")}
    form = TasksForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            domain.set_tasks(
                found, by=request.membership, maxima=form.cleaned_data["maxima"], thresholds=form.thresholds
            )
            return redirect("recheck:case", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return page(request, "recheck/case_tasks.html", {"case": found}, form)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def draw(request: PortalRequest, pk: int) -> HttpResponse:
    """Draw the sample, after a look at what will be done."""
    found = case_or_404(request, pk)
    form = DrawForm(request.POST or None) if found.seed_source and not found.seed else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            draws.draw(found, by=request.membership, seed=form.cleaned_data["seed"] if form else "")
            messages.success(request, "Выборка сделана. Теперь назначьте экспертов.")
            return redirect("recheck:case", pk)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("recheck:case", pk)
    works = found.works.count()
    size = found.sample_size(works) if works else 0
    return page(request, "recheck/draw.html", {"case": found, "works": works, "size": size}, form)


def with_reason(request: PortalRequest, found: RecheckCase, act: Any, words: dict[str, str]) -> HttpResponse:
    """One page for every step that needs a reason: ``act(reason)``, then back to the case."""
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            act(form.cleaned_data["reason"])
            messages.success(request, words["done"])
            return redirect("recheck:case", found.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return page(request, "recheck/reason.html", {"case": found, "words": words}, form)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def redraw(request: PortalRequest, pk: int) -> HttpResponse:
    """A new draw, seen by everybody."""
    found = case_or_404(request, pk)
    words = {
        "title": "Сделать выборку заново",
        "about": "Прежняя выборка останется в деле и в протоколе вместе с причиной. Зерно то же, к нему добавится "
        "номер выборки: подобрать удобную нельзя.",
        "button": "Сделать заново",
        "done": "Выборка сделана заново.",
    }
    return with_reason(
        request, found, lambda why: draws.redraw(found, by=request.membership, reason=why), words
    )


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    """End a case without a result."""
    found = case_or_404(request, pk)
    words = {
        "title": "Отменить перепроверку",
        "about": "Работы, оценки и история останутся в деле. Открыть его снова будет нельзя, но можно начать новое.",
        "button": "Отменить перепроверку",
        "done": "Перепроверка отменена.",
    }
    return with_reason(
        request, found, lambda why: domain.withdraw(found, by=request.membership, reason=why), words
    )


@require_POST
@role_required(*permissions.MANAGERS)
def bring_together(request: PortalRequest, pk: int) -> HttpResponse:
    """Compare what everybody has handed in."""
    found = case_or_404(request, pk)
    try:
        results.bring_together(found, by=request.membership)
        messages.success(request, "Оценки сведены. Посмотрите расхождения и подпишите протокол.")
        return redirect("recheck:result", pk)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("recheck:case", pk)
