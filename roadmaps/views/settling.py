"""Questions answered by a person: what a deadline means, whom a phrase of responsible people names."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.refusals import Refused
from portal.templatetags.portal import plural
from roadmaps.domain import compiling, fanout, items, questions, responsibles
from roadmaps.domain.responsibles import Directory
from roadmaps.forms import DeadlineForm, ReachForm
from roadmaps.forms_duties import ProofsForm
from roadmaps.models import ActionItem, Roadmap
from roadmaps.views.items import editable_item, posted, row_answer, row_context

QUESTIONS = 50


@require_GET
@role_required(*DEPARTMENT_ROLES)
def unclear(request: PortalRequest) -> HttpResponse:
    """Every deadline the portal did not understand, with what it asks."""
    page = Paginator(questions.unclear(request.membership), QUESTIONS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(item, questions.reason(item)) for item in page],
        "edits": request.membership.role == Role.METHODIST,
    }
    return render(request, "roadmaps/questions.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def item_deadline(request: PortalRequest, pk: int) -> HttpResponse:
    item = editable_item(request, pk)
    period = compiling.period(item.section.roadmap)
    alike = len(items.alike(item))
    form = DeadlineForm(posted(request), item=item, period=period, alike=alike, initial=_meaning(item))
    if form.is_valid():
        try:
            everywhere = form.cleaned_data.get("everywhere", False)
            item = items.settle_deadline(item, form.parts(), request.membership, everywhere=everywhere)
            if not item.section.roadmap.is_editable:
                return _given_out(request, item)
            return row_answer(request, item, "Срок уточнён")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _question(request, item, form, "roadmaps/_item_deadline.html")


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def item_reach(request: PortalRequest, pk: int, piece: int) -> HttpResponse:
    item = editable_item(request, pk)
    directory = Directory(item.section.roadmap.department)
    compiling.fill_reach([item], item.section.roadmap, directory)
    target = item.reach[piece] if piece < len(item.reach) else {"phrase": item.responsible}
    form = ReachForm(posted(request), membership=request.membership, initial=_chosen(target))
    if form.is_valid():
        try:
            item = _answered(request, item, piece, form)
            return row_answer(request, item, "Исполнители уточнены")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    maybe = [responsibles.label(each, directory) for each in _candidates(target)]
    return _question(
        request, item, form, "roadmaps/_item_reach.html", piece=piece, target=target, maybe=maybe
    )


def _given_out(request: PortalRequest, item: ActionItem) -> HttpResponse:
    """The plan is in force: what has its days now becomes duties at once."""
    made = fanout.fan_out(item.section.roadmap, request.membership)
    words = f"Срок уточнён. Создано: {plural(made, 'поручение,поручения,поручений')}."
    messages.success(request, words if made else "Срок уточнён")
    return redirect("roadmaps:gaps", item.section.roadmap_id)


def _candidates(target: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of whom the phrase may speak, as targets."""
    return [{"kind": next(iter(each)), **each} for each in target.get("candidates", ())]


def _answered(request: PortalRequest, item: ActionItem, piece: int, form: ReachForm) -> ActionItem:
    by, targets = request.membership, form.targets()
    if not item.reach:
        return items.settle_reach(
            item, [{**target, "phrase": item.responsible, "label": ""} for target in targets], by
        )
    phrase = request.POST.get("phrase", "")
    return items.answer(item, piece, phrase, targets, by=by, remember=form.cleaned_data["remember"])


def _question(request: PortalRequest, item: ActionItem, form: Any, part: str, **more: Any) -> HttpResponse:
    """The form below its row, or on a page of its own."""
    context = row_context(item) | {"form": form, "question": part, **more}
    template = "roadmaps/_item.html" if request.htmx else "roadmaps/roadmap_question.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def _meaning(item: ActionItem) -> dict[str, Any]:
    """The present meaning as the form's first answer, where it is one of the simple ones."""
    part = item.deadline_parts[0] if len(item.deadline_parts) == 1 else {}
    if len(item.deadline_parts) > 1 and not item.deadline_by_hand:
        return {"meaning": "window" if compiling.is_undated(item.deadline_parts) else "confirmed"}
    match part:
        case {"by": day}:
            return {"meaning": "by", "last": day}
        case {"window": [first, last]}:
            return {"meaning": "window", "first": first, "last": last}
        case {"throughout": _, **rest}:
            return {"meaning": "throughout", "every": rest.get("every", "")}
        case {"event": event, **rest}:
            count, _, unit = str(rest.get("after", "")).partition(" ")
            return {
                "meaning": "event",
                "event": event,
                "count": count or None,
                "unit": unit.rstrip("s") or "workday",
            }
        case {"schedule": "vpr"}:
            return {"meaning": "vpr" if item.deadline_by_hand else "window"}
    return {"meaning": "event" if part.get("unclear") else "by"}


def _chosen(target: dict[str, Any]) -> dict[str, Any]:
    """The present target as the form's first answer; candidates are no answer yet."""
    match target.get("kind"):
        case "all_schools":
            return {"everyone": True}
        case "flagged_schools":
            return {"flagged": True}
        case "school":
            return {"schools": [target["school"]]}
        case "official":
            return {"officials": [target["official"]]}
        case "body":
            return {"officials": target.get("members", []), "outside": target.get("outside", False)}
    return {}


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def proofs(request: PortalRequest, pk: int) -> HttpResponse:
    """What each item asks as proof; it is not printed, so a signed plan may be settled too."""
    roadmap = get_object_or_404(Roadmap.objects.visible_to(request.membership), pk=pk)
    rows = ActionItem.objects.visible_to(request.membership).filter(section__roadmap=roadmap)
    form = ProofsForm(request.POST or None, items=rows.select_related("section"))
    if request.method == "POST" and form.is_valid():
        changed = items.set_proofs(roadmap, form.chosen(), by=request.membership)
        messages.success(request, f"Сохранено: {plural(changed, 'пункт,пункта,пунктов')} изменено.")
        return redirect("roadmaps:proofs", pk)
    context = {"roadmap": roadmap, "form": form}
    return render(request, "roadmaps/roadmap_proofs.html", context, status=422 if form.errors else 200)
