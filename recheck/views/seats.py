"""Experts of a case: appointed, sent a personal link, let go."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from portal.lib.refusals import Refused
from recheck import permissions
from recheck.domain import conflicts, reading
from recheck.domain import seats as domain
from recheck.forms import SeatForm
from recheck.models import Expert, RecheckCase, Seat
from recheck.views.cases import case_or_404, page, with_reason


def seat_or_404(request: PortalRequest, pk: int) -> Seat:
    seats = Seat.objects.visible_to(request.membership).select_related(
        "case__department", "case__school", "case__checker", "case__exam__campaign", "expert__membership"
    )
    return get_object_or_404(seats, pk=pk)


def appointed_or_403(request: PortalRequest, case: RecheckCase) -> None:
    if not permissions.may_appoint(request.membership, case):
        raise PermissionDenied(
            "Экспертов назначает отдел, в перекрёстной проверке — школа, которая проверяет."
        )


def part_of(request: PortalRequest, case: RecheckCase) -> int:
    """The part named in the address, as far as this case and this person have it; the first otherwise."""
    asked = request.GET.get("part", "")
    allowed = [*case.parts, *([3] if case.two_experts and permissions.may_manage(request.membership) else [])]
    return int(asked) if asked in map(str, allowed) else allowed[0]


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.APPOINTERS)
def seat_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Choose an expert; whoever has a conflict of interest is shown with the reason and cannot be chosen."""
    case = case_or_404(request, pk)
    appointed_or_403(request, case)
    part = part_of(request, case)
    seated = case.seats.values("expert")
    experts = Expert.objects.visible_to(request.membership).active().exclude(pk__in=seated)
    verdicts = conflicts.verdicts(case, experts, part)
    free = sorted((one for one in verdicts if not one.hard), key=lambda one: len(one.soft))
    form = SeatForm(request.POST or None, experts=[one.expert for one in free])
    if form.is_valid():
        chosen = next(one.expert for one in free if str(one.expert.pk) == form.cleaned_data["expert"])
        try:
            domain.appoint(case, chosen, by=request.membership, part=part)
            messages.success(request, f"Назначен эксперт: {chosen}.")
            return redirect("recheck:case", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {
        "case": case,
        "free": free,
        "barred": [one for one in verdicts if one.hard],
        "part": Seat.Part(part),
    }
    return page(request, "recheck/seat_new.html", names, form)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.APPOINTERS)
def seat_release(request: PortalRequest, pk: int) -> HttpResponse:
    """Let an expert go; works not finished go to the others."""
    seat = seat_or_404(request, pk)
    appointed_or_403(request, seat.case)
    words = {
        "title": f"Освободить эксперта: {seat.expert}",
        "about": "Проверенные работы останутся как есть. Непроверенные перейдут другим экспертам, а если их нет — "
        "дождутся нового. Вернуть этого эксперта в перепроверку будет нельзя.",
        "button": "Освободить",
        "done": "Эксперт освобождён.",
    }
    return with_reason(
        request, seat.case, lambda why: domain.release(seat, by=request.membership, reason=why), words
    )


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*permissions.MANAGERS)
def seat_give_back(request: PortalRequest, pk: int) -> HttpResponse:
    """Let an expert correct what was handed in by mistake."""
    seat = seat_or_404(request, pk)
    words = {
        "title": f"Вернуть оценки эксперту: {seat.expert}",
        "about": "Эксперт снова сможет менять свои баллы, пока не сдаст их ещё раз.",
        "button": "Вернуть",
        "done": "Оценки возвращены.",
    }
    return with_reason(
        request, seat.case, lambda why: reading.give_back(seat, by=request.membership, reason=why), words
    )


@require_POST
@role_required(*permissions.APPOINTERS)
def seat_link(request: PortalRequest, pk: int) -> HttpResponse:
    """Make the expert's personal address and show it, this once."""
    seat = seat_or_404(request, pk)
    appointed_or_403(request, seat.case)
    try:
        address = request.build_absolute_uri(reverse("recheck:link", args=[domain.new_link(seat)]))
        return render(
            request, "recheck/seat_link.html", {"seat": seat, "case": seat.case, "address": address}
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("recheck:case", seat.case_id)
