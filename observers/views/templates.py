"""The builder of the sheet's form: versions of a campaign, questions added, moved and changed, seen as on a phone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from observers import questions as asking
from observers.domain import forms as domain
from observers.domain import paper
from observers.forms_sheets import QuestionForm
from observers.models import SheetTemplate
from observers.views.filling import Asked
from portal.lib.numbers import row_number
from portal.lib.refusals import Refused
from schools.models import VprCampaign

STEPS = {"up": -1, "down": 1}


@require_safe
@role_required(*DEPARTMENT_ROLES)
def template_list(request: PortalRequest) -> HttpResponse:
    """The campaigns with the versions of their form."""
    campaigns = VprCampaign.objects.visible_to(request.membership).prefetch_related("sheet_templates")
    sources = domain.sources(request.membership)
    context = {"campaigns": campaigns, "sources": sources, "may_build": _may_build(request)}
    return render(request, "observers/template_list.html", context)


@require_POST
@role_required(Role.METHODIST, Role.ADMIN)
def template_new(request: PortalRequest, campaign: int) -> HttpResponse:
    """Begin the next version: from the named form, or from the questions offered to begin with."""
    row = get_object_or_404(VprCampaign.objects.visible_to(request.membership), pk=campaign)
    named = row_number(request.POST.get("source", ""))
    source = SheetTemplate.objects.visible_to(request.membership).published().filter(pk=named).first()
    form = domain.begin(row, by=request.membership, source=source)
    return redirect("observers:template", form.pk)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def template(request: PortalRequest, pk: int) -> HttpResponse:
    """The questions with their tools, and beside them the form as on a phone."""
    form = _form(request, pk)
    return render(request, "observers/template.html", _context(request, form))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.METHODIST, Role.ADMIN)
def question(request: PortalRequest, pk: int, key: str = "") -> HttpResponse:
    """One question: a new one, or that of the key."""
    form = _form(request, pk)
    questions = list(form.asked)
    place = next((n for n, each in enumerate(questions) if each.key == key), len(questions))
    if key and place == len(questions):
        raise Http404
    initial = QuestionForm.initial_of(questions[place]) if key else {"required": True}
    typed = QuestionForm(request.POST or None, earlier=questions[:place], initial=initial)
    if request.method == "POST" and typed.is_valid():
        asked = typed.question(key or asking.new_key(form.questions))
        try:
            domain.put_question(form, asked, edition=_edition(request))
            return redirect(f"{reverse('observers:template', args=[pk])}#question-{asked.key}")
        except (Refused, asking.Faulty) as refusal:
            typed.add_error(None, str(refusal))
    context = {"template": form, "form": typed, "key": key}
    return render(request, "observers/question.html", context, status=422 if typed.is_bound else 200)


@require_POST
@role_required(Role.METHODIST, Role.ADMIN)
def question_move(request: PortalRequest, pk: int, key: str, step: str) -> HttpResponse:
    form = _form(request, pk)

    def change() -> None:
        domain.move_question(form, key, STEPS[step], edition=_edition(request))

    return _changed(request, form, key, change)


@require_POST
@role_required(Role.METHODIST, Role.ADMIN)
def question_remove(request: PortalRequest, pk: int, key: str) -> HttpResponse:
    form = _form(request, pk)
    return _changed(request, form, key, lambda: domain.remove_question(form, key, edition=_edition(request)))


@require_POST
@role_required(Role.METHODIST, Role.ADMIN)
def template_kinds(request: PortalRequest, pk: int) -> HttpResponse:
    """The kinds of violations, one a line."""
    form, kinds = _form(request, pk), request.POST.get("kinds", "").splitlines()
    try:
        domain.set_kinds(form, kinds, edition=_edition(request))
    except Refused as refusal:
        context = _context(request, form) | {"kinds": "\n".join(kinds), "problem": str(refusal)}
        return render(request, "observers/template.html", context, status=422)
    messages.success(request, "Виды нарушений сохранены.")
    return redirect("observers:template", pk)


@require_POST
@role_required(Role.METHODIST, Role.ADMIN)
def template_publish(request: PortalRequest, pk: int) -> HttpResponse:
    form = _form(request, pk)
    try:
        domain.publish(form, by=request.membership)
        messages.success(request, f"Версия {form.version} действует: по ней заполняют новые листы.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:template", pk)


@require_POST
@role_required(Role.METHODIST, Role.ADMIN)
def template_discard(request: PortalRequest, pk: int) -> HttpResponse:
    form = _form(request, pk)
    try:
        domain.discard(form, by=request.membership)
        messages.success(request, "Черновик удалён.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:template_list")


@require_safe
@role_required(*DEPARTMENT_ROLES)
def template_paper(request: PortalRequest, pk: int, stage: str) -> HttpResponse:
    """The empty form on paper, for one stage."""
    form = _form(request, pk)
    if stage not in asking.STAGES:
        raise Http404
    return HttpResponse(paper.blank(form, stage), content_type="application/pdf")


def _form(request: PortalRequest, pk: int) -> SheetTemplate:
    forms = SheetTemplate.objects.visible_to(request.membership).select_related("campaign__department")
    return get_object_or_404(forms, pk=pk)


def _edition(request: PortalRequest) -> int:
    return row_number(request.POST.get("edition", ""))


def _may_build(request: PortalRequest) -> bool:
    return request.membership.role in {Role.METHODIST, Role.ADMIN}


def _context(request: PortalRequest, form: SheetTemplate) -> dict[str, object]:
    stage = request.GET.get("stage", "running")
    stage = stage if stage in asking.STAGES else "running"
    is_draft = form.state == SheetTemplate.State.DRAFT
    return {
        "template": form,
        "questions": form.asked,
        "by_key": {each.key: each for each in form.asked},
        "kinds": "\n".join(form.kinds),
        "stages": asking.STAGES,
        "stage": stage,
        "asked": [Asked(each) for each in asking.asked_at(form.asked, stage)],
        "key": str(uuid4()),
        "may_build": _may_build(request) and is_draft,
        "may_begin": _may_build(request) and not is_draft,
    }


def _changed(
    request: PortalRequest, form: SheetTemplate, key: str, change: Callable[[], None]
) -> HttpResponse:
    """Make the change and show the list; htmx gets the list alone, the page's preview with the next look at it."""
    problem = ""
    try:
        change()
    except (Refused, asking.Faulty) as refusal:
        problem = str(refusal)
    except StopIteration:
        raise Http404 from None
    if request.htmx:
        context = _context(request, form) | {"problem": problem}
        return render(request, "observers/_template_parts.html", context, status=422 if problem else 200)
    if problem:
        messages.error(request, problem)
    return redirect(f"{reverse('observers:template', args=[form.pk])}#question-{key}")
