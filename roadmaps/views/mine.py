"""«Мои поручения» and one duty: what is to be done, its proof, its report."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from roadmaps import permissions
from roadmaps.domain import agenda, events, evidence, handover, reports
from roadmaps.domain import messages as messaging
from roadmaps.domain.digest import bearer_name
from roadmaps.forms_duties import DenyForm, GrantForm, MessageForm, ReportForm
from roadmaps.models import Assignment, AssignmentRequest, Evidence

GROUP_PAGE = 40


@require_GET
@role_required()
def mine(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    chosen = request.GET.get("group", "")
    if chosen in agenda.GROUPS:
        rows = agenda.of_group(request.membership, today, chosen)
        page = agenda.paged(rows, GROUP_PAGE, request.GET.get("page"))
        agenda.with_days(page, request.membership.department)
        agenda.with_bearer(page, request.membership)
        context = {"title": agenda.GROUPS[chosen], "page": page, "today": today, "group": chosen}
        return render(request, "roadmaps/mine_group.html", context)
    groups = {group.key: group for group in agenda.agenda(request.membership, today)}
    total, done = sum(group.total for group in groups.values()), groups.pop("done", None)
    context = {
        "groups": groups,
        "to_do": sum(groups[key].total for key in agenda.TO_DO if key in groups),
        "done": done.total if done else 0,
        "total": total,
        "today": today,
        "may_hand_over": request.membership.role in permissions.HANDERS,
    }
    return render(request, "roadmaps/mine.html", context)


@require_GET
@role_required()
def assignment(request: PortalRequest, pk: int) -> HttpResponse:
    return assignment_page(request, pk)


def assignment_page(request: PortalRequest, pk: int, *, status: int = 200, **more: Any) -> HttpResponse:
    """The whole page of a duty: the card, requests, helpers, history and messages; ``more``: what was refused."""
    row = _card(request, pk)
    member = request.membership
    context = {
        **_context(request, row),
        "asked": row.requests.filter(state=AssignmentRequest.State.ASKED)
        .select_related("asked_by__user")
        .first(),
        "may_answer": row.is_open and permissions.may_decide(row, member),
        "may_hand_over": row.is_open and handover.may_hand_over(row, member),
        "may_name": row.is_open
        and (permissions.may_help(row, member) or member.role in permissions.DECIDERS),
        "started_by": events.of(row, member),
        "helpers": row.helpers.select_related("user"),
        "events": row.events.select_related("by__user").prefetch_related("mentions__user"),
        "message_form": MessageForm(people=messaging.audience(row))
        if permissions.may_speak(row, member)
        else None,
        "grant_form": GrantForm(),
        "deny_form": DenyForm(),
        **more,
    }
    return render(request, "roadmaps/assignment.html", context, status=status)


@require_http_methods(["GET", "POST"])
@role_required()
def assignment_report(request: PortalRequest, pk: int) -> HttpResponse:
    """GET: the form, in place or on the duty's page. POST: files, link and note at once, then the report."""
    row = _card(request, pk)
    _ask_reporter(request, row)
    if request.method == "GET":
        return _form_or_page(request, row)
    form = report_form(row, request.POST)
    problems = _take_files(request, row)
    if not form.is_valid() or problems:
        return _kept(request, row, form, problems)
    try:
        reports.report(row, by=request.membership, **form.cleaned_data)
    except Refused as refusal:
        return _kept(request, _card(request, pk), form, [str(refusal)])
    return _done(request, _card(request, pk), "Доклад отправлен на проверку.")


@require_POST
@role_required()
def assignment_progress(request: PortalRequest, pk: int) -> HttpResponse:
    """The same form sent as an interim report: it says how the work goes and closes nothing."""
    row = _card(request, pk)
    _ask_helper(request, row)
    form = report_form(row, request.POST)
    problems = _take_files(request, row)
    if not form.is_valid() or problems:
        return _kept(request, row, form, problems)
    try:
        reports.report_progress(row, by=request.membership, **form.cleaned_data)
    except Refused as refusal:
        return _kept(request, _card(request, pk), form, [str(refusal)])
    return _done(request, _card(request, pk), "Доклад о ходе отправлен. Поручение остаётся за вами.")


@require_POST
@role_required()
def assignment_take_up(request: PortalRequest, pk: int) -> HttpResponse:
    row = _card(request, pk)
    _ask_helper(request, row)
    try:
        reports.take_up(row, by=request.membership)
    except Refused as refusal:
        return _refused(request, _card(request, pk), str(refusal))
    return _form_or_page(request, _card(request, pk))


@require_POST
@role_required()
def assignment_withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    row = _card(request, pk)
    _ask_reporter(request, row)
    try:
        reports.withdraw(row, by=request.membership)
    except Refused as refusal:
        return _refused(request, _card(request, pk), str(refusal))
    return _form_or_page(request, _card(request, pk))


@require_POST
@role_required()
def assignment_draft(request: PortalRequest, pk: int) -> HttpResponse:
    row = _card(request, pk)
    _ask_helper(request, row)
    _save_draft(row, request.POST)
    if request.htmx:
        return render(request, "roadmaps/_assignment_draft.html", {"assignment": row})
    messages.success(request, "Черновик сохранён: можно закрыть и вернуться.")
    return redirect("roadmaps:assignment", pk)


@require_POST
@role_required()
def evidence_add(request: PortalRequest, pk: int) -> HttpResponse:
    """The files alone, each as soon as it is chosen; answers with the list and what was refused."""
    row = _card(request, pk)
    _ask_helper(request, row)
    problems = _take_files(request, row)
    context = {**_context(request, row), "problems": problems}
    if request.headers.get("x-requested-with") == "portal-upload":
        return render(request, "roadmaps/_evidence_list.html", context, status=422 if problems else 200)
    return (
        _kept(request, row, report_form(row, request.POST), problems)
        if problems
        else redirect("roadmaps:assignment", pk)
    )


@require_GET
@role_required()
def evidence_file(request: PortalRequest, pk: int) -> Any:
    """Never rendered inline, whatever the browser thinks of it."""
    proofs = Evidence.objects.visible_to(request.membership).present().filter(kind=Evidence.Kind.FILE)
    row = get_object_or_404(proofs, pk=pk)
    response = FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name)
    response["Content-Type"] = "application/octet-stream"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@role_required()
def evidence_remove(request: PortalRequest, pk: int) -> HttpResponse:
    return _change_proof(
        request, pk, evidence.remove, "Подтверждение убрано.", undo="roadmaps:evidence_restore"
    )


@require_POST
@role_required()
def evidence_restore(request: PortalRequest, pk: int) -> HttpResponse:
    return _change_proof(request, pk, evidence.restore, "Подтверждение возвращено.")


def _change_proof(request: PortalRequest, pk: int, change: Any, said: str, undo: str = "") -> HttpResponse:
    proof = get_object_or_404(Evidence.objects.visible_to(request.membership), pk=pk)
    row = _card(request, proof.assignment_id)
    _ask_helper(request, row)
    if "note" in request.POST:  # without scripts the button sends the whole form along
        _save_draft(row, request.POST)
    problems = []
    try:
        change(proof)
    except Refused as refusal:
        problems = [str(refusal)]
    if request.htmx:
        context = {**_context(request, row), "problems": problems}
        return render(request, "roadmaps/_evidence_list.html", context, status=422 if problems else 200)
    if problems:
        messages.error(request, problems[0])
    else:
        messages.success(request, said, extra_tags=f"undo {reverse(undo, args=[pk])}" if undo else "")
    return redirect("roadmaps:assignment", row.pk)


def _card(request: PortalRequest, pk: int) -> Assignment:
    row = get_object_or_404(agenda.for_cards(Assignment.objects.visible_to(request.membership)), pk=pk)
    agenda.with_days([row], request.membership.department)
    return row


def _ask_reporter(request: PortalRequest, row: Assignment) -> None:
    if not permissions.may_report(row, request.membership):
        raise PermissionDenied(f"{reports.NOT_YOURS} Сейчас это {bearer_name(row)}.")


def _ask_helper(request: PortalRequest, row: Assignment) -> None:
    if not permissions.may_help(row, request.membership):
        raise PermissionDenied(reports.NOT_YOURS)


def _save_draft(row: Assignment, typed: QueryDict) -> None:
    evidence.save_draft(row, **{name: typed.get(name, "") for name in ("link", "note", "number")})


def _take_files(request: PortalRequest, row: Assignment) -> list[str]:
    """Attach what is sound; the others are named with the reason."""
    problems = []
    for upload in [*request.FILES.getlist("files"), *request.FILES.getlist("photo")]:
        assert isinstance(upload, UploadedFile)  # noqa: S101 -- what getlist gives
        try:
            evidence.add_file(row, upload, by=request.membership)
        except Refused as refusal:
            problems.append(str(refusal))
    return problems


def _context(request: PortalRequest, row: Assignment) -> dict[str, Any]:
    """All that the card, the form and the page of one duty show."""
    member = request.membership
    proofs = list(row.evidence.select_related("added_by__user"))
    row.present = [proof for proof in proofs if proof.removed_at is None]  # type: ignore[attr-defined]
    undoable = timezone.now() - evidence.UNDO_FOR
    return {
        "assignment": row,
        "today": timezone.localdate(),
        "proofs": row.present,  # type: ignore[attr-defined]
        "current": [proof for proof in row.present if proof.round == row.round],  # type: ignore[attr-defined]
        "removed": [p for p in proofs if p.round == row.round and p.removed_at and p.removed_at > undoable],
        "may_report": permissions.may_report(row, member),
        "may_help": permissions.may_help(row, member),
        "may_decide": row.state == Assignment.State.REPORTED and permissions.may_decide(row, member),
        "form": report_form(row),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
    }


def report_form(row: Assignment, data: QueryDict | None = None) -> ReportForm:
    """Several forms may stand open on one page: each has ids of its own."""
    return ReportForm(data, initial=row.draft, auto_id=f"report-{row.pk}-%s", proof=evidence.wanted(row))


def _form_or_page(request: PortalRequest, row: Assignment) -> HttpResponse:
    if not request.htmx:
        return redirect("roadmaps:assignment", row.pk)
    template = "roadmaps/_assignment_card.html"
    opened = row.is_open and "closed" not in request.GET
    return render(request, template, {**_context(request, row), "opened": opened})


def _kept(request: PortalRequest, row: Assignment, form: ReportForm, problems: list[str]) -> HttpResponse:
    """Nothing typed is lost: it is in the form and in the draft; sound files are attached already."""
    _save_draft(row, cast(QueryDict, form.data))
    unsent = "" if row.is_open else form.data.get("note", "")
    return _card_or_page(request, row, form=form, problems=problems, unsent=unsent)


def _refused(request: PortalRequest, row: Assignment, problem: str) -> HttpResponse:
    return _card_or_page(request, row, problems=[problem])


def _card_or_page(request: PortalRequest, row: Assignment, **more: Any) -> HttpResponse:
    """What went wrong, in place or on the duty's whole page."""
    if not request.htmx:
        return assignment_page(request, row.pk, status=422, **more)
    context = {**_context(request, row), "opened": row.is_open, **more}
    return render(request, "roadmaps/_assignment_card.html", context, status=422)


def _done(request: PortalRequest, row: Assignment, said: str) -> HttpResponse:
    if request.htmx:
        return render(request, "roadmaps/_assignment_card.html", {**_context(request, row), "said": said})
    messages.success(request, said)
    return redirect("roadmaps:mine")
