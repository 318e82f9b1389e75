"""What a recheck found: the divergence, the protocol and its papers, measures, the order on results."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from recheck import permissions
from recheck.domain import measures, papers
from recheck.domain import results as domain
from recheck.domain.words import kappa_words, share_words, task_words
from recheck.forms import CloseForm, MeasureForm, PlanForm
from recheck.models import Measure, RecheckCase
from recheck.views.cases import case_or_404, page

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def compared_or_404(request: PortalRequest, pk: int) -> RecheckCase:
    """A case whose scores are brought together; before that there is no result to show to anybody."""
    case = case_or_404(request, pk)
    mine = request.membership.role != Role.DEPUTY or case.school_id == permissions.school_of(
        request.membership
    )
    if case.state not in {RecheckCase.State.COMPARED, RecheckCase.State.CLOSED} or not mine:
        raise Http404("Итогов ещё нет.")
    return case


@require_safe
@role_required(*permissions.OFFICE)
def result(request: PortalRequest, pk: int) -> HttpResponse:
    """Per work and per task, with shares, intervals and agreement."""
    case = compared_or_404(request, pk)
    found = domain.result(case)
    between = domain.between_experts(case)
    snapshot, _ = papers.current(case, found, between=between)
    names = {
        "case": case,
        "result": found,
        "summary": snapshot["summary"],
        "shares": [
            ("Есть расхождение", share_words(found.any)),
            ("Расхождение существенно", share_words(found.substantial)),
            ("Изменилась отметка", share_words(found.marks_changed)),
            ("Оценено объективно", share_words(found.objective)),
        ],
        "kappa": kappa_words(found.agreement),
        "between": kappa_words(between) if between else "",
        "works": list(zip(found.works, papers.rows(snapshot), strict=True)),
        "tasks": [(task, task_words(task)) for task in found.typical],
        "pictures": domain.drawn(case, found),
        "may_sign": permissions.may_sign(request.membership, case),
    }
    return render(request, "recheck/result.html", names)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.SIGNERS)
def close(request: PortalRequest, pk: int) -> HttpResponse:
    """Sign the protocol."""
    case = compared_or_404(request, pk)
    form = CloseForm(request.POST or None)
    if form.is_valid():
        try:
            domain.close(case, by=request.membership, **form.cleaned_data)
            messages.success(request, "Протокол подписан.")
            return redirect("recheck:case", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {"case": case, "found": papers.compose(case, domain.result(case))["summary"]}
    return page(request, "recheck/close.html", names, form)


@require_safe
@role_required(*permissions.READERS)
def paper(request: PortalRequest, pk: int, kind: str, suffix: str) -> HttpResponse:
    """A paper as PDF or for Word, from the signed snapshot; before the signature a draft."""
    case = compared_or_404(request, pk)
    if kind not in papers.KINDS or suffix not in TYPES:
        raise Http404("Такого документа нет.")
    snapshot, sha256 = papers.current(case, domain.result(case), between=domain.between_experts(case))
    make = papers.render if suffix == "pdf" else papers.word
    name = f"{papers.KINDS[kind]} {case.school.name}.{suffix}"
    headers = {"Content-Disposition": content_disposition_header(suffix == "docx", name) or ""}
    return HttpResponse(make(kind, snapshot, sha256=sha256), content_type=TYPES[suffix], headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def measure_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Write down what is to be done."""
    case = case_or_404(request, pk)
    form = MeasureForm(request.POST or None)
    if form.is_valid():
        try:
            measures.add(case, by=request.membership, **form.cleaned_data)
            messages.success(request, "Мера записана.")
            return redirect("recheck:case", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return page(request, "recheck/measure_new.html", {"case": case}, form)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.METHODIST)
def measure_plan(request: PortalRequest, pk: int) -> HttpResponse:
    """Make a point of a plan of a measure."""
    rows = Measure.objects.visible_to(request.membership).select_related("case__school", "case__exam", "item")
    measure = get_object_or_404(rows, pk=pk)
    form = PlanForm(request.POST or None, membership=request.membership)
    if form.is_valid():
        try:
            measures.into_plan(measure, form.cleaned_data["section"], by=request.membership)
            messages.success(request, "Мера внесена в план.")
            return redirect("recheck:case", measure.case_id)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return page(request, "recheck/measure_plan.html", {"measure": measure, "case": measure.case}, form)


@require_POST
@role_required(Role.METHODIST)
def order(request: PortalRequest, pk: int) -> HttpResponse:
    """Draft the order on the results: of this case, or of the whole pair when its other half is signed too."""
    case = case_or_404(request, pk)
    pair: list[Any] = [case]
    if case.twin_id:
        twin = case_or_404(request, case.twin_id)
        pair += [twin] if twin.state == RecheckCase.State.CLOSED and not twin.results_order_id else []
    try:
        fresh = measures.make_order(pair, by=request.membership)
        return redirect("orders:order", fresh.pk)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("recheck:case", pk)
