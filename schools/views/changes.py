"""A school is renamed, joined to another, parted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from schools.domain import reorganising
from schools.forms_changes import MergeForm, RenameForm, SplitForm
from schools.models import School


def open_school(request: PortalRequest, pk: int) -> School:
    return get_object_or_404(School.objects.visible_to(request.membership).open(), pk=pk)


def page(request: PortalRequest, school: School, form: Any, **about: Any) -> HttpResponse:
    """The one page of all changes: title, form, what the button says, what will happen."""
    status = 422 if form.errors else 200
    return render(
        request, "schools/school_change.html", {"school": school, "form": form, **about}, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def school_rename(request: PortalRequest, pk: int) -> HttpResponse:
    """A new name by a document; the old one stays known."""
    school = open_school(request, pk)
    form = RenameForm(request.POST or None, initial={"name": school.name, "full_name": school.full_name})
    if form.is_valid():
        try:
            reorganising.rename(school, by=request.membership, **form.cleaned_data)
            messages.success(request, "Название изменено, прежнее записано в историю.")
            return redirect("schools:school", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return page(request, school, form, title="Переименовать школу", verb="Переименовать")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def school_split(request: PortalRequest, pk: int) -> HttpResponse:
    """A new school came out of this one."""
    school = open_school(request, pk)
    form = SplitForm(request.POST or None, membership=request.membership, school=school)
    if form.is_valid():
        try:
            reorganising.split(school, by=request.membership, **form.cleaned_data)
            messages.success(request, "Записано в историю обеих школ.")
            return redirect("schools:school", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return page(request, school, form, title="Из школы выделилась новая", verb="Записать")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def school_merge(request: PortalRequest, pk: int) -> HttpResponse:
    """Join the school to another: first what will happen, then, confirmed, it happens."""
    school = open_school(request, pk)
    form = MergeForm(request.POST or None, membership=request.membership, school=school)
    about: dict[str, Any] = {"title": "Присоединить школу к другой", "verb": "Показать, что изменится"}
    if form.is_valid():
        given = dict(form.cleaned_data)
        into, keep = given.pop("other"), given["keep_people"]
        if "confirm" not in request.POST:
            about |= {"said": reorganising.outlook(school, into, keep_people=keep), "verb": "Показать снова"}
            return page(request, school, form, **about)
        try:
            reorganising.merge(school, into, by=request.membership, **given)
            messages.success(request, f"Школа присоединена к школе «{into}».")
            return redirect("schools:school", into.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return page(request, school, form, **about)
