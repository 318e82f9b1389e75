"""The department's people: list, one person, roles, invitations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import leaving
from accounts.domain import invitations, passwords
from accounts.domain import people as domain
from accounts.domain.people import Person
from accounts.forms import NewPersonForm, PeopleFilter, PersonForm, PositionForm, RoleForm
from accounts.middleware import PortalRequest
from accounts.models import Invitation, Membership, MembershipQuerySet, Role, User
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib import mail
from portal.lib.refusals import Refused

PAGE = 50


@require_safe
@role_required(*DEPARTMENT_ROLES)
def people(request: PortalRequest) -> HttpResponse:
    """Everybody of the department; the filter lives in the address."""
    form = PeopleFilter(request.GET)
    form.is_valid()
    rows = filtered(Membership.objects.visible_to(request.membership), **form.cleaned_data)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    template = "accounts/_people.html" if request.htmx else "accounts/people.html"
    return render(request, template, {"filter": form, "page": page})


def filtered(
    memberships: MembershipQuerySet, *, q: str = "", role: str = "", state: str = ""
) -> list[Person]:
    rows = memberships.select_related("user", "post__school").with_invitation()
    rows = rows.exclude(ended_at=None) if state == "left" else rows.active()
    if state == "waiting":
        rows = rows.never_entered()
    if role:
        rows = rows.filter(role=role)
    return domain.persons(domain.found(rows, q))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def person_new(request: PortalRequest) -> HttpResponse:
    """Add a person with their roles and send the invitation."""
    form = NewPersonForm(request.POST or None)
    if form.is_valid():
        try:
            memberships = domain.add_person(
                department=request.membership.department, by=request.membership, **form.cleaned_data
            )
            report(request, invitations.invite(memberships[0], by=request.membership))
            return redirect("accounts:person", memberships[0].user_id)
        except Refused as refusal:
            form.add_error("email", str(refusal))
    return render(request, "accounts/person_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def person(request: PortalRequest, pk: int) -> HttpResponse:
    """One person: data, roles, the way in."""
    found = person_of(request, pk)
    form = PersonForm(request.POST or None, instance=User.objects.get(pk=pk))
    if form.is_valid():
        try:
            domain.change_person(found.user, by=request.membership, **form.cleaned_data)
            messages.success(request, "Сохранено.")
            return redirect("accounts:person", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return person_page(request, found, form=form)


def person_of(request: PortalRequest, pk: int) -> Person:
    memberships = Membership.objects.visible_to(request.membership).filter(user=pk)
    rows = (
        memberships.select_related("user", "department", "post__school")
        .with_invitation()
        .order_by("ended_at", "created_at", "pk")
    )
    found = domain.persons(rows)
    if not found:
        raise Http404("В этом отделе такого человека нет.")
    return found[0]


def person_page(request: PortalRequest, found: Person, **forms: Any) -> HttpResponse:
    bound = any(form.is_bound for form in forms.values())
    for one in found.memberships:
        one.left = leaving.left_by(one)  # type: ignore[attr-defined]
    context = {
        "person": found,
        "form": PersonForm(instance=User.objects.get(pk=found.user.pk)),
        "role_form": RoleForm(),
        "is_ours": domain.belongs_only_to(found.user, request.membership.department),
        **forms,
    }
    return render(request, "accounts/person.html", context, status=422 if bound else 200)


@require_POST
@role_required(Role.ADMIN)
def person_role(request: PortalRequest, pk: int) -> HttpResponse:
    """One more role for a person who is, or was, here."""
    found = person_of(request, pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            user = found.user
            names = {"email": user.email, "last_name": user.last_name}
            domain.add_member(
                department=request.membership.department, by=request.membership, **names, **form.cleaned_data
            )
            messages.success(request, "Роль добавлена.")
            return redirect("accounts:person", pk)
        except Refused as refusal:
            form.add_error("role", str(refusal))
    return person_page(request, found, role_form=form)


@require_POST
@role_required(Role.ADMIN)
def person_invite(request: PortalRequest, pk: int) -> HttpResponse:
    """Send the invitation again; to whoever has a password already, the letter for a new one."""
    found = person_of(request, pk)
    if found.is_working and found.user.has_usable_password():
        reset(request, found.user.email)
    else:
        try:
            report(request, invitations.invite(invited(found), by=request.membership))
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("accounts:person", pk)


def reset(request: PortalRequest, email: str) -> None:
    if mail.leaves():
        passwords.request_reset(email)
        messages.success(request, f"Письмо для нового пароля отправляется на {email}.")
    else:
        messages.error(
            request,
            "Почта портала не настроена, письмо не ушло. Новую ссылку для входа даст тот, кто обслуживает портал.",
        )


@never_cache
@require_POST
@role_required(Role.ADMIN)
def person_link(request: PortalRequest, pk: int) -> HttpResponse:
    """A link to hand over in person, shown this once: it is kept nowhere, so there is no page to come back to."""
    found = person_of(request, pk)
    try:
        invitation = invitations.invite(invited(found), by=request.membership, way=invitations.Way.HANDED)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:person", pk)
    return render(request, "accounts/person_link.html", {"person": found, "invitation": invitation})


def invited(found: Person) -> Membership:
    """The membership an invitation is for: one that has not ended, if there is any."""
    return next((one for one in found.memberships if one.is_active), found.memberships[0])


def report(request: PortalRequest, invitation: Invitation) -> None:
    email = invitation.membership.user.email
    if not mail.leaves():
        messages.warning(
            request, f"Почта портала не настроена, письмо на {email} не ушло. {way_on(invitation)}"
        )
    elif invitation.delivered is False:
        messages.error(
            request,
            f"Почтовый сервер не принял письмо на {email}. Проверьте адрес и отправьте ещё раз "
            "или передайте человеку ссылку сами.",
        )
    elif invitation.link:
        messages.success(request, f"Приглашение отправлено на {email}.")
    else:
        messages.success(
            request, f"У человека уже есть вход в портал. Письмо о новой роли отправлено на {email}."
        )


def way_on(invitation: Invitation) -> str:
    """What an admin does where no letter leaves."""
    if invitation.link:
        return "Передайте ссылку сами: кнопка «Передать ссылку самому» на странице человека."
    return "Скажите человеку сами: входит он как раньше, с прежним паролем."


@require_POST
@role_required(Role.ADMIN)
def membership(request: PortalRequest, pk: int) -> HttpResponse:
    """Another position for one role."""
    found = member_of(request, pk)
    form = PositionForm(request.POST)
    if form.is_valid():
        domain.change_position(found, by=request.membership, position=form.cleaned_data["position"])
        messages.success(request, "Должность сохранена.")
    else:
        messages.error(request, "Должность длиннее 200 знаков: сократите её.")
    return redirect("accounts:person", found.user_id)


@require_POST
@role_required(Role.ADMIN)
def membership_end(request: PortalRequest, pk: int) -> HttpResponse:
    """The person leaves one role."""
    found = member_of(request, pk)
    try:
        domain.end_membership(found, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:person", found.user_id)
    undo = f"undo {reverse('accounts:membership_restore', args=[pk])}"
    left = "; ".join(one.words for one in leaving.left_by(found))
    said = f"{found.user}: роль снята, доступа больше нет." + (f" Осталось: {left}." if left else "")
    messages.success(request, said, extra_tags=undo)
    if found.user_id == request.user.pk:
        return redirect("portal:start")
    return redirect("accounts:person", found.user_id)


@require_POST
@role_required(Role.ADMIN)
def membership_restore(request: PortalRequest, pk: int) -> HttpResponse:
    """Undo: the person has the role again."""
    found = member_of(request, pk)
    try:
        domain.restore_membership(found, by=request.membership)
        messages.success(request, f"{found.user} снова работает в этой роли.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("accounts:person", found.user_id)


def member_of(request: PortalRequest, pk: int) -> Membership:
    rows = Membership.objects.visible_to(request.membership).select_related("user", "department")
    return get_object_or_404(rows, pk=pk)
