"""Calendars: the page where one makes and closes their addresses, and the addresses themselves."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import http_date, parse_etags
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from portal.lib import ics
from roadmaps.domain import feeds
from roadmaps.forms_feeds import FeedForm
from roadmaps.models import Feed


@require_http_methods(["GET", "HEAD", "POST"])
@role_required()
def calendars(request: PortalRequest) -> HttpResponse:
    """One's own feeds; a new one shows its address, once."""
    form = FeedForm(request.POST or None, membership=request.membership)
    if form.is_valid():
        feed, address = feeds.create(request.membership, **form.thing())
        return _page(request, FeedForm(membership=request.membership), made=feed, address=address)
    return _page(request, form)


@require_POST
@role_required()
def calendar_renew(request: PortalRequest, pk: int) -> HttpResponse:
    """A new address for the same calendar, shown once."""
    feed, address = feeds.renew(_own(request, pk))
    return _page(request, FeedForm(membership=request.membership), made=feed, address=address)


@require_POST
@role_required()
def calendar_revoke(request: PortalRequest, pk: int) -> HttpResponse:
    feeds.revoke(_own(request, pk))
    messages.success(request, "Ссылка на календарь закрыта: по ней больше ничего не видно.")
    return redirect("roadmaps:calendars")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads, with the secret in the address as the only key."""
    row = feeds.opened_by(token)
    try:
        answer = feeds.read(row, _held(request)) if row else None
    except feeds.TooOften:
        return HttpResponse(
            "Слишком часто: следующий ответ через минуту.", status=429, headers={"Retry-After": "60"}
        )
    if answer is None:
        return _closed(token)
    response = (
        HttpResponseNotModified() if answer.body is None else HttpResponse(answer.body, ics.CONTENT_TYPE)
    )
    response["ETag"] = f'"{answer.etag}"'
    response["Last-Modified"] = http_date(answer.changed_at.timestamp())
    response["Cache-Control"] = "private, max-age=60"
    return response


def _closed(token: str) -> HttpResponse:
    """Gone for good, which a calendar program shows to its user; a secret that never was one is unknown."""
    if not feeds.was_open(token):
        raise Http404
    words = (
        "Этот календарь закрыт: ссылку отозвали или заменили новой, либо то, что она показывала, вам больше не "
        "видно. Новую ссылку дают в портале: «Мои данные» → «Сроки в моём календаре»."
    )
    return HttpResponse(words, status=410, content_type="text/plain; charset=utf-8")


def _held(request: HttpRequest) -> str:
    """The tag of what the reader holds; weak or strong is one to us."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return next((tag.removeprefix("W/").strip('"') for tag in tags), "")


def _own(request: PortalRequest, pk: int) -> Feed:
    return get_object_or_404(Feed.objects.visible_to(request.membership).open(), pk=pk)


def _page(
    request: PortalRequest, form: FeedForm, made: Feed | None = None, address: str = ""
) -> HttpResponse:
    rows = Feed.objects.visible_to(request.membership).open().select_related("school", "roadmap")
    context = {"form": form, "feeds": rows, "made": made, "address": address}
    return render(request, "roadmaps/calendars.html", context, status=422 if form.errors else 200)
