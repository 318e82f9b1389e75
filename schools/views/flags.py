"""Flags of non-objectivity, opened and moved by people; the list of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.downloads import attachment
from portal.lib.refusals import Refused
from schools.domain import flag_history, imports
from schools.domain import flags as domain
from schools.forms_flags import FlagFilter, FlagForm, FlagMoveForm
from schools.models import ComputedSign, ObjectivityFlag, School

PAGE = 50


def asked(request: PortalRequest) -> tuple[FlagFilter, list[ObjectivityFlag]]:
    """The filter in the address and the flags it leaves."""
    member = request.membership
    form = FlagFilter(request.GET, years=flag_history.years(member), subjects=flag_history.subjects(member))
    form.is_valid()
    return form, flag_history.shown(member, **form.cleaned_data)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def flag_list(request: PortalRequest) -> HttpResponse:
    """All flags of the department with each school's three years; the filter lives in the address."""
    form, found = asked(request)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    schools = [flag.school for flag in page]
    history = flag_history.of_schools(request.membership, schools, timezone.localdate())
    names = {"filter": form, "page": page, "rows": [(flag, history[flag.school_id]) for flag in page]}
    template = "schools/_flags.html" if request.htmx else "schools/flag_list.html"
    return render(request, template, names)


@require_safe
@role_required(*DEPARTMENT_ROLES)
def flag_export(request: PortalRequest) -> HttpResponse:
    """Exactly what the list shows, all its pages, as a workbook."""
    _, found = asked(request)
    book = flag_history.workbook(request.membership, found, timezone.localdate())
    return attachment(book, imports.today_name("Признаки необъективности"))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN, Role.METHODIST)
def flag_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Open a flag with its grounds; ``?sign=`` fills them from what the portal computed."""
    found = get_object_or_404(School.objects.visible_to(request.membership).open(), pk=pk)
    sign = computed(request, found)
    subjects = flag_history.subjects(request.membership)
    initial = domain.grounds_of(sign) if sign else {}
    form = FlagForm(request.POST or None, membership=request.membership, subjects=subjects, initial=initial)
    if form.is_valid():
        origin = ObjectivityFlag.Origin.COMPUTED if sign else ObjectivityFlag.Origin.HAND
        try:
            domain.open_flag(found, by=request.membership, origin=origin, **form.cleaned_data)
            messages.success(request, "Признак открыт, сроки «в случае выявления…» пошли.")
            return redirect("schools:school", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {"form": form, "school": found, "sign": sign}
    return render(request, "schools/flag_new.html", names, status=422 if form.is_bound else 200)


def computed(request: PortalRequest, school: School) -> ComputedSign | None:
    """The sign named in the address, if it is this school's; a number that means nothing is passed over."""
    asked_for: Any = request.GET.get("sign", "")
    signs = ComputedSign.objects.visible_to(request.membership).select_related("exam__campaign")
    return signs.filter(school=school, pk=int(asked_for)).first() if asked_for.isdecimal() else None


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN, Role.METHODIST)
def flag_move(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a flag a step on, with the reason."""
    flags = ObjectivityFlag.objects.visible_to(request.membership).select_related("school")
    flag = get_object_or_404(flags, pk=pk)
    form = FlagMoveForm(request.POST or None, flag=flag)
    if form.is_valid():
        try:
            domain.move_flag(flag, by=request.membership, **form.cleaned_data)
            messages.success(request, "Записано.")
            return redirect("schools:school", flag.school_id)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {"form": form, "flag": flag, "school": flag.school}
    return render(request, "schools/flag_move.html", names, status=422 if form.is_bound else 200)
