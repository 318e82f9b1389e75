"""Rows and sections of a draft: every address works as a plain page and, quicker, as a part of the editor."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from roadmaps.domain import items, sections
from roadmaps.domain.errors import Conflict
from roadmaps.domain.sheet import Sheet, compared
from roadmaps.forms import CellForm, SectionForm
from roadmaps.models import ActionItem, Roadmap, RoadmapEvent, Section


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def item_cell(request: PortalRequest, pk: int, column: int) -> HttpResponse:
    item = editable_item(request, pk)
    heading = _column(item, column)
    first = {"text": items.cell(item, heading["key"]), "version": item.version}
    form = CellForm(posted(request), initial=first)
    if form.is_valid():
        said = form.cleaned_data
        try:
            saved = items.change(item, heading["key"], said["text"], said["version"], request.membership)
            return row_answer(request, saved, column=column)
        except Conflict as conflict:
            return _conflict(request, item, column, heading, conflict)
        except Refused as refusal:
            form.add_error("text", str(refusal))
    return _cell_form(request, item, column, heading, form)


def _column(item: ActionItem, column: int) -> dict[str, str]:
    columns: list[dict[str, str]] = item.section.roadmap.columns
    if column >= len(columns):
        raise Http404
    return columns[column]


def _cell_form(
    request: PortalRequest, item: ActionItem, column: int, heading: dict[str, str], form: CellForm
) -> HttpResponse:
    """The row with this cell open, or a page with the one field."""
    context = row_context(item) | {"form": form, "open_column": column, "heading": heading}
    template = "roadmaps/_item.html" if request.htmx else "roadmaps/roadmap_cell.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def _conflict(
    request: PortalRequest, item: ActionItem, column: int, heading: dict[str, str], conflict: Conflict
) -> HttpResponse:
    """Both texts; nothing is written until the person has chosen."""
    item.refresh_from_db()
    context = row_context(item) | {
        "conflict": conflict,
        "open_column": None,
        "column": column,
        "heading": heading,
        "mine": compared(conflict.mine, conflict.theirs),
        "theirs": compared(conflict.theirs, conflict.mine),
    }
    template = "roadmaps/_item.html" if request.htmx else "roadmaps/roadmap_conflict.html"
    return render(request, template, context, status=409)


@require_GET
@role_required(Role.METHODIST)
def item(request: PortalRequest, pk: int) -> HttpResponse:
    """The row as it stands: where «Отмена» leads."""
    return row_answer(request, editable_item(request, pk), saved=False)


@require_POST
@role_required(Role.METHODIST)
def item_arrange(request: PortalRequest, pk: int) -> HttpResponse:
    """``do``: up, down, below (a new row), remove."""
    chosen, member, do = editable_item(request, pk), request.membership, request.POST.get("do", "")
    roadmap = chosen.section.roadmap
    try:
        if do == "remove":
            event = items.remove(chosen, by=member)
            undo = reverse("roadmaps:item_restore", args=[event.pk])
            messages.success(request, "Пункт удалён", extra_tags=f"undo {undo}")
            return sheet_answer(request, roadmap)
        if do == "below":
            fresh = items.add(chosen.section, by=member, after=chosen)
            return sheet_answer(request, roadmap, fresh, open_column=_first_written(roadmap))
        return sheet_answer(request, roadmap, items.move(chosen, do, by=member))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return sheet_answer(request, roadmap)


def _first_written(roadmap: Roadmap) -> int:
    """The column where one begins to write a new row."""
    keys = [column["key"] for column in roadmap.columns]
    return keys.index("text") if "text" in keys else 0


@require_POST
@role_required(Role.METHODIST)
def item_restore(request: PortalRequest, pk: int) -> HttpResponse:
    """Undo of a removal: ``pk`` is the event that took the row out."""
    event = get_object_or_404(RoadmapEvent.objects.visible_to(request.membership), pk=pk)
    try:
        back = items.restore(event, by=request.membership)
        return redirect(f"{reverse('roadmaps:roadmap', args=[event.roadmap_id])}#item-{back.pk}")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("roadmaps:roadmap", event.roadmap_id)


@require_POST
@role_required(Role.METHODIST)
def section_item(request: PortalRequest, pk: int) -> HttpResponse:
    """A new row at the end of a section."""
    section = _section(request, pk)
    try:
        fresh = items.add(section, by=request.membership)
        return sheet_answer(request, section.roadmap, fresh, open_column=_first_written(section.roadmap))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return sheet_answer(request, section.roadmap)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def section_new(request: PortalRequest, pk: int) -> HttpResponse:
    roadmap = get_object_or_404(Roadmap.objects.visible_to(request.membership), pk=pk)
    form = SectionForm(posted(request))
    if form.is_valid():
        try:
            section = sections.add(roadmap, form.cleaned_data["heading"], by=request.membership)
            return redirect(f"{reverse('roadmaps:roadmap', args=[pk])}#section-{section.pk}")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"roadmap": roadmap, "form": form, "title": "Новый раздел", "action": "Добавить раздел"}
    return render(request, "roadmaps/roadmap_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def section_edit(request: PortalRequest, pk: int) -> HttpResponse:
    section = _section(request, pk)
    form = SectionForm(posted(request), initial={"heading": section.heading, "version": section.version})
    if form.is_valid():
        try:
            said = form.cleaned_data
            sections.rename(section, said["heading"], said["version"], request.membership)
            return redirect(f"{reverse('roadmaps:roadmap', args=[section.roadmap_id])}#section-{pk}")
        except Conflict as conflict:
            return _heading_conflict(request, section, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "roadmap": section.roadmap,
        "form": form,
        "title": "Раздел",
        "action": "Сохранить",
        "section": section,
    }
    return render(request, "roadmaps/roadmap_form.html", context, status=422 if form.is_bound else 200)


def _heading_conflict(request: PortalRequest, section: Section, conflict: Conflict) -> HttpResponse:
    """The form again with one's own words, the other's beside it."""
    form = SectionForm(initial={"heading": conflict.mine, "version": conflict.version})
    context = {"roadmap": section.roadmap, "form": form, "title": "Раздел", "action": "Оставить мой текст"}
    return render(request, "roadmaps/roadmap_form.html", context | {"conflict": conflict}, status=409)


@require_POST
@role_required(Role.METHODIST)
def section_remove(request: PortalRequest, pk: int) -> HttpResponse:
    section = _section(request, pk)
    roadmap = section.roadmap
    try:
        sections.remove(section, by=request.membership)
        messages.success(request, "Раздел удалён")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("roadmaps:roadmap", roadmap.pk)


# --- shared ----------------------------------------------------------------------------------------------------------


def posted(request: PortalRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST is an answer too."""
    return request.POST if request.method == "POST" else None


def whole_plan(request: PortalRequest, pk: int) -> Roadmap:
    """The plan with what its page shows beside the rows."""
    plans = Roadmap.objects.visible_to(request.membership)
    related = ("department", "school", "order", "previous__order")
    return get_object_or_404(plans.select_related(*related).distinct(), pk=pk)


def editable_item(request: PortalRequest, pk: int) -> ActionItem:
    """The member's own row. Whether the plan may still be edited, the domain asks, inside its transaction."""
    rows = ActionItem.objects.visible_to(request.membership)
    related = ("section__roadmap__department", "section__roadmap__school")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _section(request: PortalRequest, pk: int) -> Section:
    rows = Section.objects.visible_to(request.membership)
    return get_object_or_404(rows.select_related("roadmap__department", "roadmap__school"), pk=pk)


def row_context(item: ActionItem) -> dict[str, Any]:
    """What a row of the editor is drawn from."""
    sheet = Sheet(item.section.roadmap, timezone.localdate())
    return {"sheet": sheet, "roadmap": sheet.roadmap, "row": sheet.row(item), "item": item, "editable": True}


def row_answer(
    request: PortalRequest,
    item: ActionItem,
    message: str = "",
    *,
    column: int | None = None,
    saved: bool = True,
) -> HttpResponse:
    """The row anew with the checks beside it; without htmx, back to the row on its page."""
    if not request.htmx:
        if message:
            messages.success(request, message)
        return redirect(f"{reverse('roadmaps:roadmap', args=[item.section.roadmap_id])}#item-{item.pk}")
    if message:  # a remembered answer may have changed other rows: the whole table
        return sheet_answer(request, item.section.roadmap, item)
    context = row_context(item) | {"saved_at": timezone.now() if saved else None}
    response = render(request, "roadmaps/_item.html", context)
    return _focused(response, f"cell-{item.pk}-{column}" if column is not None else "")


def sheet_answer(
    request: PortalRequest,
    roadmap: Roadmap,
    item: ActionItem | None = None,
    *,
    open_column: int | None = None,
) -> HttpResponse:
    """The whole table anew; without htmx, back to its page, at the row, or straight into the new row's cell."""
    if not request.htmx:
        if item and open_column is not None:
            return redirect("roadmaps:item_cell", item.pk, open_column)
        row = f"#item-{item.pk}" if item else ""
        return redirect(f"{reverse('roadmaps:roadmap', args=[roadmap.pk])}{row}")
    fresh = whole_plan(request, roadmap.pk)
    sheet = Sheet(fresh, timezone.localdate())
    context = {"sheet": sheet, "roadmap": fresh, "editable": True, "saved_at": timezone.now()}
    response = render(request, "roadmaps/_roadmap_sheet.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#sheet", "outerHTML"
    if item is None:
        return response
    return _focused(response, f"cell-{item.pk}-{open_column or 0}", opened=open_column is not None)


def _focused(response: HttpResponse, cell: str, *, opened: bool = False) -> HttpResponse:
    """Tell the page where the keyboard goes on."""
    if cell:
        response["HX-Trigger-After-Settle"] = json.dumps({"portal:cell": {"id": cell, "open": opened}})
    return response
