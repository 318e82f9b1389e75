"""Rows pasted from Word or Excel: first shown as the plan would have them, then added."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from portal.templatetags.portal import plural
from roadmaps.domain import compiling, editing, items, pasting, sections
from roadmaps.domain.sheet import Sheet
from roadmaps.forms import PasteForm
from roadmaps.models import Roadmap, Section
from roadmaps.views.items import posted, whole_plan


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def rows_paste(request: PortalRequest, pk: int) -> HttpResponse:
    """Without ``save`` what was pasted is only shown; it travels in the form, nothing is kept between."""
    plan = whole_plan(request, pk)
    form = PasteForm(posted(request), roadmap=plan, initial={"section": plan.sections.last()})
    shown: dict[str, Any] = {}
    if form.is_valid():
        try:
            shown = _shown(plan, form)
            if "save" in request.POST:
                return _added(request, plan, form, shown)
        except Refused as refusal:
            form.add_error("text", str(refusal))
    context = {"roadmap": plan, "form": form, **shown}
    return render(request, "roadmaps/roadmap_paste.html", context, status=422 if form.errors else 200)


def _shown(plan: Roadmap, form: PasteForm) -> dict[str, Any]:
    """The rows, understood, as the table that they will make."""
    said = form.cleaned_data
    editing.refuse_locked(plan)
    rows = pasting.rows(plan, html=said["html"], text=said["text"])
    after = said["after"]
    section = (after and after.section) or said["section"] or plan.sections.last() or Section(roadmap=plan)
    fresh = [items.unsaved(section, row) for row in rows]
    compiling.fill(fresh, plan)
    sheet = Sheet(plan, timezone.localdate(), [(section, fresh)])
    return {"sheet": sheet, "rows": rows, "section": section, "after": after}


def _added(request: PortalRequest, plan: Roadmap, form: PasteForm, shown: dict[str, Any]) -> HttpResponse:
    section = (
        shown["section"] if shown["section"].pk else sections.add(plan, "Мероприятия", by=request.membership)
    )
    fresh = items.add_rows(section, shown["rows"], by=request.membership, after=shown["after"])
    messages.success(request, f"Добавлено: {plural(len(fresh), 'пункт,пункта,пунктов')}")
    return redirect(f"{reverse('roadmaps:roadmap', args=[plan.pk])}#item-{fresh[0].pk}")
