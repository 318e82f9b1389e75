"""What people see and change about themselves."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.domain import people
from accounts.forms import ChangePasswordForm, OwnDataForm
from accounts.middleware import PortalRequest
from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PortalRequest) -> HttpResponse:
    """«Мои данные»: name, phone, where one works, the way to a new password."""
    user = User.objects.get(
        pk=request.user.pk
    )  # not the one the frame shows: a form writes into its instance
    form = OwnDataForm(request.POST or None, instance=user)
    if form.is_valid():
        own = User.objects.get(pk=user.pk)
        people.change_own_data(own, by=request.membership, **form.cleaned_data)
        messages.success(request, "Ваши данные сохранены.")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: PortalRequest) -> HttpResponse:
    """Change the password; this session goes on, the others end."""
    form = ChangePasswordForm(request.user, request.POST or None)
    if form.is_valid():
        user = form.save()
        update_session_auth_hash(request, user)
        messages.success(request, "Пароль изменён. На других устройствах войдите заново.")
        return redirect("accounts:profile")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.is_bound else 200)
