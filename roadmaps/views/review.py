"""«На проверке»: what came in; accept, return with a remark, accept many."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Prefetch, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.numbers import row_number
from portal.lib.refusals import Refused
from portal.templatetags.portal import plural
from roadmaps import permissions
from roadmaps.domain import agenda, reports
from roadmaps.forms_duties import ListFilter, RemarkForm
from roadmaps.models import Assignment, AssignmentQuerySet, AssignmentRequest, Evidence

PER_PAGE = 25
ASKED_PAGE = 50


@require_GET
@role_required(Role.METHODIST, Role.HEAD)
def review(request: PortalRequest) -> HttpResponse:
    return review_page(request)


def review_page(request: PortalRequest, status: int = 200, **more: Any) -> HttpResponse:
    """``more``: what was typed into a form that was refused."""
    member = request.membership
    narrowed = ListFilter(request.GET, membership=member)
    chosen = narrowed.chosen()
    waiting = _waiting(request)
    schools = waiting.exclude(school=None).order_by("school__name").values("school", "school__name")
    rows = waiting.filter(school=chosen["school"]) if "school" in chosen else waiting
    mine_first = Case(When(controller=member, then=Value(0)), default=Value(1))
    ordered = rows.order_by(mine_first, "reported_at", "pk")
    page = agenda.paged(ordered, PER_PAGE, request.GET.get("page"), _cards)
    for row in page:
        row.decidable = permissions.may_decide(row, member)  # type: ignore[attr-defined]
    context = {
        "page": page,
        "schools": schools.annotate(n=Count("pk")),
        "school": chosen.get("school"),
        "asked": _asked(request),
        "today": timezone.localdate(),
    }
    return render(request, "roadmaps/review.html", context | more, status=status)


@require_POST
@role_required(Role.METHODIST, Role.HEAD)
def review_accept(request: PortalRequest) -> HttpResponse:
    """Those ticked, each asked for on its own; what cannot be accepted is said and stays."""
    wanted = list(filter(None, map(row_number, request.POST.getlist("assignment"))))
    bulk = reports.accept_many(_cards(_visible(request)).filter(pk__in=wanted), by=request.membership)
    if bulk.accepted:
        messages.success(request, f"Принято: {plural(len(bulk.accepted), 'доклад,доклада,докладов')}.")
    for row, why in bulk.refused:
        messages.error(request, f"{row.school or row.official}: {why}")
    if not wanted:
        messages.error(request, "Отметьте доклады, которые хотите принять.")
    return redirect("roadmaps:review")


@require_POST
@role_required(Role.METHODIST, Role.HEAD)
def assignment_accept(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_cards(_visible(request)), pk=pk)
    _ask_decider(request, row)
    try:
        reports.accept(row, by=request.membership, comment=request.POST.get("comment", ""))
    except Refused as refusal:
        return _answer(request, row, problem=str(refusal))
    return _answer(request, row, said="Принято.")


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST, Role.HEAD)
def assignment_return(request: PortalRequest, pk: int) -> HttpResponse:
    """GET: the row with the remark's field, POST: the report goes back."""
    row = get_object_or_404(_cards(_visible(request)), pk=pk)
    _ask_decider(request, row)
    form = RemarkForm(request.POST or None)
    if request.method == "GET":
        return _answer(request, row, form=form)
    if not form.is_valid():
        return _answer(request, row, form=form, status=422)
    try:
        reports.return_(row, by=request.membership, comment=form.cleaned_data["comment"])
    except Refused as refusal:
        return _answer(request, row, form=form, problem=str(refusal))
    return _answer(request, row, said="Возвращено с замечанием, исполнителю отправлено письмо.")


def _visible(request: PortalRequest) -> AssignmentQuerySet:
    return Assignment.objects.visible_to(request.membership)


def _waiting(request: PortalRequest) -> AssignmentQuerySet:
    return _visible(request).filter(state=Assignment.State.REPORTED)


def _asked(request: PortalRequest) -> Page[AssignmentRequest]:
    """Requests that wait for an answer, each ``answerable`` or not; this member's own to decide come first."""
    rows = AssignmentRequest.objects.visible_to(request.membership).waiting()
    mine_first = Case(When(assignment__controller=request.membership, then=Value(0)), default=Value(1))
    known = rows.select_related(
        "assignment__item", "assignment__clause", "assignment__school", "assignment__official__user", "asked_by__user"
    ).order_by(mine_first, "asked_at", "pk")  # fmt: skip
    page = Paginator(known, ASKED_PAGE).get_page(request.GET.get("asked"))
    for one in page:
        one.answerable = permissions.may_decide(one.assignment, request.membership)  # type: ignore[attr-defined]
    return page


def _cards(rows: AssignmentQuerySet) -> AssignmentQuerySet:
    present = Evidence.objects.filter(removed_at=None).order_by("-round", "pk")
    return agenda.for_cards(rows).prefetch_related(Prefetch("evidence", present, to_attr="present"))


def _ask_decider(request: PortalRequest, row: Assignment) -> None:
    """A report nobody waits for any more is a matter of state, told in words; the rest is 403."""
    if not permissions.may_decide(row, request.membership):
        raise PermissionDenied("Этот доклад принимает другой человек.")


def _answer(
    request: PortalRequest,
    row: Assignment,
    *,
    form: RemarkForm | None = None,
    said: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The row as it is now for htmx; else the duty's page with the message."""
    row.decidable = row.state == Assignment.State.REPORTED  # type: ignore[attr-defined]
    context = {"assignment": row, "remark_form": form, "said": said, "problem": problem}
    day = {"today": timezone.localdate()}
    if request.htmx:
        status = 422 if problem else status
        return render(request, "roadmaps/_assignment_review.html", context | day, status=status)
    if form is not None and not problem:
        return render(request, "roadmaps/assignment_return.html", context | day, status=status)
    if problem:
        messages.error(request, problem)
        return redirect("roadmaps:assignment", row.pk)
    messages.success(request, said)
    return redirect("roadmaps:review")
