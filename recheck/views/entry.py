"""The expert's grid: by log-in, typed in for the expert, or by a personal link without any log-in."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Membership
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from recheck import permissions
from recheck.domain import reading, seats
from recheck.models import Seat
from recheck.views.seats import seat_or_404

CELL = re.compile(r"s-(\d{1,18})-(.{1,20})")


def typed_in(request: HttpRequest) -> dict[int, dict[str, str]]:
    """Row → task → what was typed, from fields «s-<row>-<task>»."""
    found: dict[int, dict[str, str]] = {}
    for name, text in request.POST.items():
        if cell := CELL.fullmatch(name):
            found.setdefault(int(cell[1]), {})[cell[2]] = str(text)[:10]
    return found


class Way:
    """The addresses of one sheet: by its number for who is logged in, by the token for who has the link."""

    def __init__(self, name: str, key: Any) -> None:
        self.name, self.key = name, key

    @property
    def sheet(self) -> str:
        return reverse(f"recheck:{self.name}", args=[self.key])

    @property
    def hand(self) -> str:
        return reverse(f"recheck:{self.name}_hand", args=[self.key])

    def row(self, pk: int) -> str:
        return reverse(f"recheck:{self.name}_row", args=[self.key, pk])


def grid(request: HttpRequest, seat: Seat, way: Way, *, by: Membership | None) -> HttpResponse:
    """The sheet. A POST keeps all its rows, as a page without scripts sends them."""
    typed = typed_in(request) if request.method == "POST" else {}
    try:
        for pk, cells in typed.items():
            reading.write(seat, pk, cells, by=by)
    except Refused as refusal:
        messages.error(request, str(refusal))
    sheet = reading.sheet(seat, typed=typed)
    faulty = [row for row in sheet.rows if row.errors]
    if typed and not faulty:
        messages.success(request, "Сохранено.")
        return redirect(way.sheet)
    rows = [(row, way.row(row.pk)) for row in sheet.rows]
    names = {
        "sheet": sheet,
        "rows": rows,
        "seat": seat,
        "case": seat.case,
        "faulty": faulty,
        "way": way,
        "typist": by,
    }
    return render(request, "recheck/entry.html", names, status=422 if faulty else 200)


def one_row(request: HttpRequest, seat: Seat, pk: int, *, by: Membership | None) -> HttpResponse:
    """Keep a row as soon as it changes; the answer is what stands beside it and how far the whole is."""
    try:
        row = reading.write(seat, pk, typed_in(request).get(pk, {}), by=by)
    except Refused as refusal:
        return render(request, "recheck/_entry_refused.html", {"refusal": str(refusal)})
    names = {"row": row, **progress(seat)}
    return render(request, "recheck/_entry_saved.html", names, status=422 if row.errors else 200)


def progress(seat: Seat) -> dict[str, Any]:
    rows = seat.scorings.current()
    return {"done": rows.done().count(), "given": rows.count()}


def hand(request: HttpRequest, seat: Seat, way: Way, *, by: Membership | None) -> HttpResponse:
    """Rows typed in without scripts are kept first; then the expert's word."""
    try:
        for pk, cells in typed_in(request).items():
            reading.write(seat, pk, cells, by=by)
        reading.hand_in(seat, by=by)
        messages.success(request, "Оценки сданы. Спасибо!")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(way.sheet)


# --- with a log-in ---------------------------------------------------------------------------------------------------


def own_seat(request: PortalRequest, pk: int) -> Seat:
    seat = seat_or_404(request, pk)
    if not permissions.may_enter(request.membership, seat):
        raise PermissionDenied("Оценки вносит сам эксперт или сотрудник отдела с его листа.")
    return seat


def typist(request: PortalRequest, seat: Seat) -> Membership | None:
    """Who types in for the expert; none when it is the expert."""
    own = seat.expert.membership
    return None if own is not None and own.user_id == request.membership.user_id else request.membership


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.READERS)
def entry(request: PortalRequest, pk: int) -> HttpResponse:
    seat = own_seat(request, pk)
    return grid(request, seat, Way("entry", pk), by=typist(request, seat))


@require_POST
@role_required(*permissions.READERS)
def entry_row(request: PortalRequest, pk: int, row: int) -> HttpResponse:
    seat = own_seat(request, pk)
    return one_row(request, seat, row, by=typist(request, seat))


@require_POST
@role_required(*permissions.READERS)
def entry_hand(request: PortalRequest, pk: int) -> HttpResponse:
    seat = own_seat(request, pk)
    return hand(request, seat, Way("entry", pk), by=typist(request, seat))


# --- by the personal link --------------------------------------------------------------------------------------------


def linked_seat(token: str) -> Seat:
    seat = seats.by_link(token)
    if seat is None:
        raise Http404("Ссылка не действует.")
    return seat


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The grid of whoever has the link."""
    seat = seats.by_link(token)
    if seat is None:
        return render(request, "recheck/link_closed.html", status=404)
    return grid(request, seat, Way("link", token), by=None)


@login_not_required
@require_POST
def link_row(request: HttpRequest, token: str, row: int) -> HttpResponse:
    return one_row(request, linked_seat(token), row, by=None)


@login_not_required
@require_POST
def link_hand(request: HttpRequest, token: str) -> HttpResponse:
    return hand(request, linked_seat(token), Way("link", token), by=None)
