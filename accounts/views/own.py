"""What people see and change about themselves."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.domain import addresses, people
from accounts.forms import ChangePasswordForm, EmailForm, OwnDataForm
from accounts.middleware import PortalRequest
from accounts.models import User
from portal.lib.refusals import Refused


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


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def email(request: PortalRequest) -> HttpResponse:
    """Ask for another e-mail; it changes when the letter's link is opened."""
    form = EmailForm(request.POST or None)
    if form.is_valid():
        try:
            new = addresses.ask(request.user, **form.cleaned_data)
            messages.success(
                request, f"Письмо отправлено на {new}. Откройте ссылку из него здесь же, не выходя."
            )
            return redirect("accounts:profile")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "accounts/email.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: PortalRequest, token: str) -> HttpResponse:
    """The letter's link: asks, and on the button changes the e-mail. Whoever is not logged in has logged in first."""
    try:
        if request.method == "POST":
            new = addresses.confirm(token, by=request.user, member=request.membership)
            messages.success(request, f"Теперь ваша почта {new}: с ней вы входите, на неё приходят письма.")
            return redirect("accounts:profile")
        new = addresses.asked(token, by=request.user)
    except Refused as refusal:
        return render(request, "accounts/email_confirm.html", {"problem": str(refusal)}, status=410)
    return render(request, "accounts/email_confirm.html", {"new": new})
