"""Coming in: log-in, lock-out, invitation, forgotten password. The only pages of this app open to strangers."""

from __future__ import annotations

import math
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.domain import invitations, passwords
from accounts.forms import AcceptForm, ForgottenForm, LoginForm, NewPasswordForm
from accounts.middleware import SESSION_KEY, memberships_of
from accounts.throttle import client_address, typed_email

BACKEND = "django.contrib.auth.backends.ModelBackend"

# Why a link opens nothing, and what to do; keys are `invitations.Reason`.
CLOSED = {
    "unknown": (
        "Такого приглашения нет",
        (
            "Ссылка скопирована не целиком или её не было. Откройте письмо и нажмите на ссылку в нём "
            "или скопируйте её от начала до конца."
        ),
    ),
    "used": (
        "Приглашение уже принято",
        (
            "Ссылка срабатывает один раз. Если пароль задавали вы, войдите с ним. Если вы его не помните, "
            "задайте новый. Если вы его не задавали, скажите об этом администратору отдела."
        ),
    ),
    "expired": (
        "Срок приглашения истёк",
        "Ссылка действует 14 дней. Попросите администратора отдела выслать приглашение ещё раз: это одна кнопка.",
    ),
    "replaced": (
        "Приглашение заменено или отозвано",
        (
            "Если вам выслали новое приглашение, откройте самое последнее письмо. Если его нет, "
            "обратитесь к администратору отдела."
        ),
    ),
    "left": (
        "Доступ закрыт",
        "Вы больше не числитесь в этом отделе. Если это ошибка, обратитесь к администратору отдела.",
    ),
}


class LoginView(auth.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Whoever only looks after the portal has no start page but the list of departments."""
        user = self.request.user
        if user.is_authenticated and user.is_operator and not memberships_of(self.request):
            return reverse("accounts:departments")
        return super().get_default_redirect_url()

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def lockout(request: HttpRequest, _response: HttpResponse | None, _credentials: dict | None) -> HttpResponse:
    """Too many wrong passwords for this e-mail from this address: until when, and what helps."""
    attempts = AccessAttempt.objects.filter(username=typed_email(request), ip_address=client_address(request))
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first() or timezone.now()
    left = last + get_cool_off(request) - timezone.now()
    minutes = max(1, math.ceil(left.total_seconds() / 60))
    return render(request, "accounts/lockout.html", {"minutes": minutes}, status=429)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A new person checks their name, chooses a password and is in."""
    try:
        opened = invitations.open_by(token)
        form = AcceptForm(request.POST or None, user=opened.membership.user)
        if form.is_valid():
            return accepted(request, token, form)
    except invitations.Closed as closed:
        return closed_page(request, closed.reason)
    context = {"invitation": opened, "form": form}
    return render(request, "accounts/invitation.html", context, status=422 if form.is_bound else 200)


def accepted(request: HttpRequest, token: str, form: AcceptForm) -> HttpResponse:
    names = {name: form.cleaned_data[name] for name in ("last_name", "first_name", "patronymic")}
    membership = invitations.accept(token, password=form.cleaned_data["password"], **names)
    login(request, membership.user, backend=BACKEND)
    request.session[SESSION_KEY] = membership.pk
    messages.success(request, "Добро пожаловать! В следующий раз входите с вашей почтой и этим паролем.")
    return redirect("portal:start")


def closed_page(request: HttpRequest, reason: invitations.Reason) -> HttpResponse:
    title, remedy = CLOSED[reason]
    status = 404 if reason == invitations.Reason.UNKNOWN else 410
    return render(
        request, "accounts/invitation_closed.html", {"title": title, "remedy": remedy}, status=status
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a letter; the answer is the same whether there is such a person or not."""
    form = ForgottenForm(request.POST or None)
    if form.is_valid():
        passwords.request_reset(form.cleaned_data["email"])
        return redirect("accounts:forgotten_sent")
    return render(request, "accounts/forgotten.html", {"form": form}, status=422 if form.is_bound else 200)


@login_not_required
@require_safe
def forgotten_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/forgotten_sent.html")


class NewPasswordView(auth.PasswordResetConfirmView):
    """Behind the letter's link; Django keeps the token out of the address and of the Referer."""

    template_name = "accounts/new_password.html"
    form_class = NewPasswordForm
    post_reset_login = True
    post_reset_login_backend = BACKEND
    success_url = reverse_lazy("portal:start")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Новый пароль сохранён, вы вошли.")
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
