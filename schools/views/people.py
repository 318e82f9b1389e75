"""Who answers for a school."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from portal.lib import mail
from portal.lib.refusals import Refused
from schools.domain import directory
from schools.domain import schools as domain
from schools.forms import DeputyForm
from schools.models import Post, School


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def deputy_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a person access to the school and send the invitation."""
    found = get_object_or_404(School.objects.visible_to(request.membership).open(), pk=pk)
    form = DeputyForm(request.POST or None)
    others = [one for one in directory.shown(request.membership, state="nobody") if one != found]
    if form.is_valid():
        try:
            _, invitation = domain.add_deputy(found, by=request.membership, **form.cleaned_data)
            report(request, form.cleaned_data["email"], delivered=invitation.delivered)
            if "next" in request.POST and others:
                return redirect("schools:deputy_new", others[0].pk)
            return redirect("schools:school", pk)
        except Refused as refusal:
            form.add_error("email", str(refusal))
    names = {"form": form, "school": found, "others": others}
    return render(request, "schools/deputy_new.html", names, status=422 if form.is_bound else 200)


def report(request: PortalRequest, email: str, *, delivered: bool | None) -> None:
    if not mail.leaves():
        messages.warning(
            request,
            f"Доступ открыт, но почта портала не настроена, и письмо на {email} не ушло. "
            "Ссылку для входа возьмите на странице человека, в разделе «Люди».",
        )
    elif delivered is False:
        messages.error(
            request, f"Доступ открыт, но письмо на {email} не ушло. Пригласите ещё раз на странице человека."
        )
    else:
        messages.success(request, f"Доступ открыт, письмо отправлено на {email}.")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def post_end(request: PortalRequest, pk: int) -> HttpResponse:
    """The person no longer answers for the school: asked once more, then done."""
    posts = Post.objects.visible_to(request.membership).select_related("membership__user", "school")
    post = get_object_or_404(posts, pk=pk)
    if request.method != "POST":
        return render(request, "schools/post_end.html", {"post": post})
    domain.end_post(post, by=request.membership)
    messages.success(request, f"{post.membership.user.get_full_name()} больше не отвечает за школу.")
    return redirect("schools:school", post.school_id)
