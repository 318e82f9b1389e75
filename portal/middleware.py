"""Answers that Django gives without a page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

Answer = Callable[[HttpRequest], HttpResponse]


def page_for_buttons_only(get_response: Answer) -> Answer:
    """Whoever opens by its address what only a button sends (a reload, the «Назад» of a refused form) reads why."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return answer


def refuse_endless(get_response: Answer) -> Answer:
    """A request larger than any of our forms sends is refused by its declared length, before it fills the disk.

    Django reads no more than is declared.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        size = int(declared) if declared.isdecimal() else 0
        if size <= settings.STRANGER_MAX_BYTES:
            return get_response(request)
        if size <= settings.REQUEST_MAX_BYTES and request.user.is_authenticated:
            return get_response(request)
        return render(request, "413.html", status=413)

    return answer
