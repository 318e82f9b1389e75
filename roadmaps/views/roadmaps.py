"""Plans as a whole: the list, a new one, a file coming in, the editor, the way into an order."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from roadmaps.domain import approval, basing, blanks, importing, revisions, sections
from roadmaps.domain.errors import Conflict
from roadmaps.domain.sheet import Sheet
from roadmaps.forms import HeadForm, ImportForm, NewForm, PastForm, PeriodForm
from roadmaps.models import Roadmap, RoadmapImport
from roadmaps.views.items import posted, whole_plan

PER_PAGE = 30


@require_GET
@role_required()
def roadmap_list(request: PortalRequest) -> HttpResponse:
    rows = Roadmap.objects.visible_to(request.membership).select_related("school", "order")
    rows = rows.annotate(rows=Count("sections__items", distinct=True)).order_by("-first_day", "name", "pk")
    if request.GET.get("archive") != "1":
        rows = rows.exclude(state=Roadmap.State.ARCHIVED)
    page = Paginator(rows.distinct(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "editable": _edits(request), "archive": request.GET.get("archive") == "1"}
    context["past"] = basing.offered(request.membership)
    return render(request, "roadmaps/roadmap_list.html", context)


@require_GET
@role_required()
def roadmap(request: PortalRequest, pk: int) -> HttpResponse:
    plan = whole_plan(request, pk)
    sheet = Sheet(plan, timezone.localdate())
    editable = _edits(request) and plan.is_editable
    context = {"sheet": sheet, "roadmap": plan, "editable": editable, "edits": _edits(request)}
    context["as_base"] = _edits(request) and basing.is_offered(plan, request.membership)
    context["story"] = basing.story(plan) if _edits(request) and "copied" in request.GET else None
    return render(request, "roadmaps/roadmap_editor.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def new(request: PortalRequest) -> HttpResponse:
    member = request.membership
    form = NewForm(posted(request), membership=member)
    if form.is_valid():
        plan = blanks.create(member.department, by=member, **form.cleaned_data)
        return redirect("roadmaps:roadmap", plan.pk)
    past = PastForm(request.GET if "past" in request.GET else None, membership=member)
    if past.is_valid():
        return redirect("roadmaps:copy", past.cleaned_data["past"].pk)
    context = {"form": form, "past": past}
    status = 422 if form.is_bound or past.is_bound else 200
    return render(request, "roadmaps/roadmap_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def import_new(request: PortalRequest) -> HttpResponse:
    member = request.membership
    form = ImportForm(posted(request), request.FILES or None, membership=member)
    if form.is_valid():
        file, school = form.cleaned_data["file"], form.cleaned_data["school"]
        try:
            pending = importing.keep_for_preview(importing.read(file), file.name, by=member, school=school)
            return redirect("roadmaps:import", pending.pk)
        except Refused as refusal:
            form.add_error("file", str(refusal))
    status = 422 if form.is_bound else 200
    return render(request, "roadmaps/roadmap_import.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def import_preview(request: PortalRequest, pk: int) -> HttpResponse:
    pending = get_object_or_404(
        RoadmapImport.objects.visible_to(request.membership).select_related("school"), pk=pk
    )
    if pending.saved_as_id:
        return redirect("roadmaps:roadmap", pending.saved_as_id)
    first = {"first_day": pending.first_day, "last_day": pending.last_day}
    form = PeriodForm(posted(request), initial=first)
    if form.is_valid():
        importing.change_period(pending, form.cleaned_data["first_day"], form.cleaned_data["last_day"])
        if "save" in request.POST:
            return _saved(request, pending)
        return redirect("roadmaps:import", pending.pk)
    shown = importing.preview(pending)
    sheet = Sheet(shown.roadmap, timezone.localdate(), shown.grouped)
    context = {"pending": pending, "preview": shown, "form": form, "sheet": sheet, "roadmap": shown.roadmap}
    return render(request, "roadmaps/roadmap_preview.html", context, status=422 if form.is_bound else 200)


def _saved(request: PortalRequest, pending: RoadmapImport) -> HttpResponse:
    try:
        plan = importing.save(pending, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("roadmaps:import", pending.pk)
    messages.success(request, "Карта сохранена черновиком")
    return redirect("roadmaps:roadmap", plan.pk)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def head(request: PortalRequest, pk: int) -> HttpResponse:
    plan = whole_plan(request, pk)
    lines = {name: "\n".join(getattr(plan, name)) for name in ("title_lines", "goals")}
    plain = {name: getattr(plan, name) for name in ("name", "first_day", "last_day", "version")}
    form = HeadForm(posted(request), initial=lines | plain)
    if form.is_valid():
        try:
            sections.change_head(
                plan, version=form.cleaned_data["version"], by=request.membership, **form.changes()
            )
            return redirect("roadmaps:roadmap", pk)
        except (Refused, Conflict) as trouble:
            return _head_trouble(request, plan, form, trouble)
    context = {"roadmap": plan, "form": form, "title": "Название и период", "action": "Сохранить"}
    return render(request, "roadmaps/roadmap_form.html", context, status=422 if form.is_bound else 200)


def _head_trouble(
    request: PortalRequest, plan: Roadmap, form: HeadForm, trouble: Refused | Conflict
) -> HttpResponse:
    """The form with one's own words; a second «Сохранить» after a conflict is made knowing the other's."""
    context = {"roadmap": plan, "title": "Название и период", "action": "Сохранить"}
    if isinstance(trouble, Refused):
        form.add_error(None, str(trouble))
        return render(request, "roadmaps/roadmap_form.html", context | {"form": form}, status=422)
    again = HeadForm(initial={**form.cleaned_data, "version": trouble.version})
    context |= {"form": again, "conflict": trouble, "action": "Оставить мой текст"}
    return render(request, "roadmaps/roadmap_form.html", context, status=409)


@require_POST
@role_required(Role.METHODIST)
def assemble(request: PortalRequest, pk: int) -> HttpResponse:
    plan = whole_plan(request, pk)
    try:
        order = approval.assemble(plan, request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("roadmaps:roadmap", pk)
    messages.success(request, "Приказ собран: проверьте текст и зарегистрируйте")
    return redirect("orders:order", order.pk)


@require_POST
@role_required(Role.METHODIST)
def reopen(request: PortalRequest, pk: int) -> HttpResponse:
    plan = whole_plan(request, pk)
    try:
        approval.reopen(plan, request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("roadmaps:roadmap", pk)


@require_POST
@role_required(Role.METHODIST)
def revise(request: PortalRequest, pk: int) -> HttpResponse:
    plan = whole_plan(request, pk)
    try:
        return redirect("roadmaps:roadmap", revisions.new_revision(plan, request.membership).pk)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("roadmaps:roadmap", pk)


@require_http_methods(["GET", "POST"])
@role_required(Role.METHODIST)
def delete(request: PortalRequest, pk: int) -> HttpResponse:
    plan = whole_plan(request, pk)
    if request.method == "GET":
        return render(request, "roadmaps/roadmap_delete.html", {"roadmap": plan})
    try:
        blanks.delete(plan, by=request.membership)
        messages.success(request, f"Черновик «{plan}» удалён")
        return redirect("roadmaps:list")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("roadmaps:roadmap", pk)


@require_GET
@role_required(Role.ADMIN, Role.METHODIST, Role.HEAD, Role.VIEWER)
def history(request: PortalRequest, pk: int) -> HttpResponse:
    plan = whole_plan(request, pk)
    events = plan.events.select_related("by__user", "item")
    page = Paginator(events, 50).get_page(request.GET.get("page"))
    return render(request, "roadmaps/roadmap_history.html", {"roadmap": plan, "page": page})


def _edits(request: PortalRequest) -> bool:
    return request.membership.role == Role.METHODIST
