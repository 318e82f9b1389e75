"""The department's own settings; and, for whoever looks after the portal, the departments themselves."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.domain import departments as domain
from accounts.forms import DepartmentForm, NewDepartmentForm
from accounts.middleware import SESSION_KEY, PortalRequest
from accounts.models import Department, Role
from accounts.permissions import View, role_required
from accounts.views.people import report
from portal.lib.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def department(request: PortalRequest) -> HttpResponse:
    """Letterhead, place, signatory, calendar, with the letterhead as it prints beside them."""
    form = settings_form(request)
    if form.is_valid():
        followed = domain.change(request.membership.department, by=request.membership, **form.cleaned_data)
        saved = "Сохранено. Новые приказы выйдут с этим бланком, подписанные не изменятся."
        messages.success(request, " ".join([saved, *followed]))
        return redirect("accounts:department")
    return settings_page(request, form)


@require_POST
@role_required(Role.ADMIN)
def department_preview(request: PortalRequest) -> HttpResponse:
    """The letterhead with what stands in the form now; nothing is saved."""
    form = settings_form(request)
    form.is_valid()
    if request.htmx:
        return render(request, "accounts/_letterhead.html", {"department": form.instance})
    return settings_page(request, form, is_preview=True)


def settings_form(request: PortalRequest) -> DepartmentForm:
    """On a copy: a form writes into its instance, and the frame shows the department as it is."""
    copy = Department.objects.get(pk=request.membership.department_id)
    return DepartmentForm(request.POST or None, instance=copy)


def settings_page(request: PortalRequest, form: DepartmentForm, **context: Any) -> HttpResponse:
    context |= {"form": form, "department": form.instance}
    return render(request, "accounts/department.html", context, status=422 if form.errors else 200)


def operator_required(view: View) -> View:
    """Only whoever looks after the portal."""

    @wraps(view)
    def wrapped(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_operator:
            raise PermissionDenied("Отделы заводит тот, кто обслуживает портал.")
        return view(request, *args, **kwargs)

    return wrapped


@require_safe
@operator_required
def departments(request: PortalRequest) -> HttpResponse:
    """All tenants, with how many people each has; nothing of their work."""
    working = Count("memberships__user", filter=Q(memberships__ended_at=None), distinct=True)
    rows = Department.objects.annotate(people=working)
    return render(request, "accounts/departments.html", {"departments": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@operator_required
def department_new(request: PortalRequest) -> HttpResponse:
    """A new tenant with its first admin."""
    form = NewDepartmentForm(request.POST or None)
    if form.is_valid():
        try:
            return department_created(request, form)
        except Refused as refusal:
            form.add_error("admin_email", str(refusal))
    return render(
        request, "accounts/department_new.html", {"form": form}, status=422 if form.is_bound else 200
    )


def department_created(request: PortalRequest, form: NewDepartmentForm) -> HttpResponse:
    made = domain.establish(
        operator=request.user,
        admin=form.admin_fields() if form.cleaned_data["admin_email"] else None,
        joins=form.cleaned_data["join"],
        **form.department_fields(),
    )
    messages.success(request, f"Отдел «{made.department}» создан.")
    if made.invitation:
        report(request, made.invitation)
    if not made.own:
        return redirect("accounts:departments")
    request.session[SESSION_KEY] = made.own.pk
    return redirect("accounts:department")
