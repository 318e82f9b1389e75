"""The bank: the list, a card, writing in, leaving, forgetting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.permissions import role_required
from observers.domain import bank, directory, standing
from observers.forms import BankFilter, ChildFormSet, ObserverForm
from observers.models import Observer, ObserverAssignment
from observers.permissions import READERS, WRITERS, may_write
from portal.lib.downloads import attachment
from portal.lib.refusals import Refused

PAGE = 50


def found(request: PortalRequest, pk: int) -> Observer:
    """The observer of this address with standing; 404 for another department's."""
    people = Observer.objects.visible_to(request.membership).with_standing()
    return get_object_or_404(people.select_related("department", "membership__user"), pk=pk)


@require_safe
@role_required(*READERS)
def observer_list(request: PortalRequest) -> HttpResponse:
    """The bank; the filter lives in the address."""
    form = BankFilter(request.GET)
    people = directory.shown(request.membership, **form.chosen)
    page = Paginator(people, PAGE).get_page(request.GET.get("page"))
    template = "observers/_observers.html" if request.htmx else "observers/list.html"
    return render(
        request, template, {"filter": form, "page": page, "may_write": may_write(request.membership)}
    )


@require_safe
@role_required(*WRITERS)
def observer_export(request: PortalRequest) -> HttpResponse:
    """Exactly what the list shows, as a workbook that can come back corrected."""
    people = directory.shown(request.membership, **BankFilter(request.GET).chosen)
    return attachment(directory.workbook(people), f"Наблюдатели {timezone.localdate():%Y-%m-%d}.xlsx")


@require_safe
@role_required(*READERS)
def observer(request: PortalRequest, pk: int) -> HttpResponse:
    """The card: ties, consent, training, days, visits, the way in."""
    one = found(request, pk)
    visits = ObserverAssignment.objects.visible_to(request.membership).filter(observer=one).with_trouble()
    names = {
        "observer": one,
        "visits": visits.select_related("session__school", "session__exam", "order")[:30],
        "consents": one.consents.all(),
        "trainings": one.trainings.all(),
        "campaigns": standing.campaigns(one, request.membership),
        "link": one.links.filter(revoked_at=None, expires_at__gt=timezone.now()).first(),
        "certificates": one.certificates.all(),
        "may_write": may_write(request.membership) and not one.forgotten_at,
        "today": timezone.localdate(),
    }
    return render(request, "observers/observer.html", names)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def observer_new(request: PortalRequest) -> HttpResponse:
    return edit(request, Observer())


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def observer_edit(request: PortalRequest, pk: int) -> HttpResponse:
    return edit(request, found(request, pk))


def edit(request: PortalRequest, one: Observer) -> HttpResponse:
    """One form for a new person and for one known."""
    membership, title = request.membership, one.full_name if one.pk else ""
    form = ObserverForm(request.POST or None, instance=one, membership=membership)
    learn = [{"school": child.school_id, "class_name": child.class_name} for child in children_of(one)]
    children = ChildFormSet(request.POST or None, initial=learn, form_kwargs={"membership": membership})
    if form.is_valid() & children.is_valid():
        rows = [child for child in children.cleaned_data if child.get("school")]
        try:
            bank.save(form.instance, by=membership, works_at=form.cleaned_data["works_at"], children=rows)
            messages.success(request, "Сохранено.")
            return redirect("observers:observer", form.instance.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    names = {"form": form, "children": children, "title": title, "observer": one}
    return render(request, "observers/edit.html", names, status=422 if form.is_bound else 200)


def children_of(one: Observer) -> Any:
    return one.children.all() if one.pk else []


CHANGES = {
    "leave": (bank.leave, "Выбыл из банка. Будущие посещения сняты, прошлые сохранены."),
    "back": (bank.come_back, "Снова в банке."),
    "forget": (bank.forget, "Личные данные удалены. Посещения остались в статистике без имени."),
    "account": (bank.open_account, "Приглашение отправлено на почту наблюдателя."),
}


@require_POST
@role_required(*WRITERS)
def observer_change(request: PortalRequest, pk: int, change: str) -> HttpResponse:
    """Leave, come back, be forgotten, get an account: one button each on the card."""
    act, said = CHANGES[change]
    try:
        act(found(request, pk), by=request.membership)
        messages.success(request, said)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("observers:observer", pk)
