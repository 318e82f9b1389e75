"""The list of schools, a school's card, its passport."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.downloads import attachment
from portal.lib.refusals import Refused
from schools import card
from schools.domain import directory, imports
from schools.domain import schools as domain
from schools.forms import CloseForm, SchoolFilter, SchoolForm
from schools.models import School

PAGE = 50


def asked(request: PortalRequest) -> tuple[SchoolFilter, list[School]]:
    """The filter in the address and the schools it leaves."""
    form = SchoolFilter(request.GET, kinds=directory.kinds(request.membership))
    form.is_valid()
    return form, directory.shown(request.membership, **form.cleaned_data)


@require_safe
@role_required()
def school_list(request: PortalRequest) -> HttpResponse:
    """The schools one may see; the filter lives in the address."""
    form, found = asked(request)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    template = "schools/_schools.html" if request.htmx else "schools/school_list.html"
    return render(request, template, {"filter": form, "page": page})


@require_safe
@role_required()
def school_export(request: PortalRequest) -> HttpResponse:
    """Exactly what the list shows, all its pages, as a workbook or, asked so, as .csv."""
    _, found = asked(request)
    if request.GET.get("as") == "csv":
        text = directory.text(found, request.membership.department)
        return attachment(text, imports.today_name("Школы", "csv"))
    content = directory.workbook(found, request.membership.department)
    return attachment(content, imports.today_name("Школы"))


@require_safe
@role_required()
def school(request: PortalRequest, pk: int) -> HttpResponse:
    """The card: the passport, and what each app knows of the school."""
    found = get_object_or_404(School.objects.visible_to(request.membership), pk=pk)
    blocks = card.blocks(found, request.membership)
    names = {"school": found, "blocks": blocks, "may_edit": request.membership.role == Role.ADMIN}
    return render(request, "schools/school.html", names)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def school_new(request: PortalRequest) -> HttpResponse:
    return edit(request, School())


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def school_edit(request: PortalRequest, pk: int) -> HttpResponse:
    return edit(request, get_object_or_404(School.objects.visible_to(request.membership), pk=pk))


def edit(request: PortalRequest, found: School) -> HttpResponse:
    """One form for a new school and for an old one."""
    membership, title = request.membership, found.name
    form = SchoolForm(
        request.POST or None, instance=found, membership=membership, department=membership.department
    )
    if form.is_valid():
        try:
            domain.save_school(form.instance, by=membership, changed=form.changed_data)
            messages.success(request, "Сохранено.")
            return redirect("schools:school", form.instance.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {"form": form, "school": found, "title": title}
    return render(request, "schools/school_edit.html", names, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def school_close(request: PortalRequest, pk: int) -> HttpResponse:
    """Close a school: it keeps its past and takes no new duties."""
    found = get_object_or_404(School.objects.visible_to(request.membership), pk=pk)
    form = CloseForm(request.POST or None)
    if form.is_valid():
        try:
            domain.close(found, by=request.membership, **form.cleaned_data)
            messages.success(request, "Школа закрыта.")
            return redirect("schools:school", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {"form": form, "school": found}
    return render(request, "schools/school_close.html", names, status=422 if form.is_bound else 200)


@require_POST
@role_required(Role.ADMIN)
def school_reopen(request: PortalRequest, pk: int) -> HttpResponse:
    """A closed school works again."""
    found = get_object_or_404(School.objects.visible_to(request.membership), pk=pk)
    try:
        domain.reopen(found, by=request.membership)
        messages.success(request, "Школа снова открыта.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:school", pk)
