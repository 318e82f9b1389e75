"""Journal, order, PDF, public check. Edits answer with a redirect to the order's page; htmx picks the part it needs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import PortalRequest
from accounts.models import Membership, Role
from accounts.permissions import role_required
from orders import permissions
from orders.domain import checklist, drafts, journal, paper, publishing, registering, repealing, signing
from orders.domain.errors import OrderConflict
from orders.domain.numbering import numbered
from orders.forms import (
    CheckForm,
    ClauseForm,
    NewClauseForm,
    NewOrderForm,
    OrderForm,
    ReasonForm,
    RegisterForm,
    RegistrationForm,
    journal_of,
)
from orders.models import Clause, Order, OrderEvent, Register
from portal.lib.downloads import attachment
from portal.lib.pdf import PdfUnavailable
from portal.lib.refusals import Refused

SHOWN_ROWS = 60  # of an annex, on the screen; the PDF beside it has them all
REMOVED = "orders.removed"


@require_GET
@role_required(*permissions.READERS)
def order_list(request: PortalRequest) -> HttpResponse:
    form, orders = journal_of(request.membership, request.GET)
    page = Paginator(orders, 50).get_page(request.GET.get("page"))
    return render(request, "orders/order_list.html", {"form": form, "page": page, "orders": page.object_list})


@require_GET
@role_required(*permissions.READERS)
def export(request: PortalRequest) -> HttpResponse:
    """Exactly the rows that the list shows under the same filter, all pages."""
    _, orders = journal_of(request.membership, request.GET)
    content = journal.workbook(orders, request.membership.department)
    name = f"Журнал приказов {timezone.localdate():%d.%m.%Y}.xlsx"
    return attachment(content, name)


@require_http_methods(["GET", "POST"])
@role_required(*permissions.WRITERS)
def new(request: PortalRequest) -> HttpResponse:
    form = NewOrderForm(request.POST or None)
    if form.is_valid():
        member = request.membership
        fresh = drafts.create(department=member.department, by=member, **form.cleaned_data)
        return redirect("orders:order", pk=fresh.pk)
    return render(request, "orders/order_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_GET
@role_required(*permissions.READERS)
def order(request: PortalRequest, pk: int) -> HttpResponse:
    return _order_page(request, _whole_order(request, pk))


@require_GET
@role_required(*permissions.READERS)
def pdf(request: PortalRequest, pk: int) -> HttpResponse:
    """The stored PDF of a signed order; of the others one made now, with «ПРОЕКТ» on it."""
    row = _whole_order(request, pk)
    if row.state in Order.ISSUED and not row.pdf:
        return render(request, "orders/pdf_waiting.html", {"order": row}, status=202)
    tag = f'"{row.pdf_sha256 or paper.digest(paper.compose(row))}-{row.state}"'
    disposition = content_disposition_header("download" in request.GET, paper.filename(row)) or ""
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Content-Disposition": disposition}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    try:
        content = signing.stored(row) if row.pdf else paper.preview(row)
    except PdfUnavailable as error:
        return render(request, "orders/pdf_waiting.html", {"order": row, "problem": error}, status=503)
    answer = HttpResponse(content, content_type="application/pdf", headers=headers)
    # A browser's own PDF viewer is a page of its own that our policy would switch off.
    answer._csp_exempt = True  # type: ignore[attr-defined]
    return answer


@require_http_methods(["GET", "POST"])
@role_required(*permissions.WRITERS)
def texts(request: PortalRequest, pk: int) -> HttpResponse:
    """Everything of a draft but its clauses; «?suggest» fills the distribution list from the department's schools."""
    row, member = _whole_order(request, pk), request.membership
    initial: dict[str, Any] = {"version": row.version}
    if "suggest" in request.GET:
        initial["distribution"] = drafts.suggest_distribution(member.department)
    form = OrderForm(request.POST or None, instance=row, initial=initial, membership=member)
    theirs: dict[str, str] = {}
    if form.is_valid():
        try:
            fresh = _whole_order(request, pk)  # the form has written into the other
            drafts.change_texts(fresh, by=member, **form.cleaned_data)
        except OrderConflict as conflict:
            theirs, form.data = conflict.theirs, _with_version(request, conflict.version)
            form.add_error(None, str(conflict))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, row, f"Сохранено в {timezone.localtime():%H:%M}")
    context = {"form": form, "order": row, "theirs": _differences(form, theirs)}
    return render(request, "orders/order_texts.html", context, status=422 if form.is_bound else 200)


@require_POST
@role_required(*permissions.WRITERS)
def clause(request: PortalRequest, pk: int) -> HttpResponse:
    """Save a clause's text and, when asked, move or remove it."""
    row = get_object_or_404(Clause.objects.visible_to(request.membership).select_related("order"), pk=pk)
    form, member = ClauseForm(request.POST), request.membership
    if form.data.get("do") != "remove" and not form.is_valid():
        return _order_page(request, _whole_order(request, row.order_id), clause_form=form, clause_pk=pk)
    what = form.data.get("do", "save")
    try:
        if what == "remove":
            request.session[REMOVED] = drafts.remove_clause(row, by=member)
            return _undoable(request, row.order)
        drafts.change_clause(
            row, text=form.cleaned_data["text"], version=form.cleaned_data["version"], by=member
        )
        if what != "save":
            drafts.move_clause(row, what, by=member)
    except OrderConflict as conflict:
        form.data = _with_version(request, conflict.version)
        context = {"clause_form": form, "clause_pk": pk, "conflict": conflict}
        return _order_page(request, _whole_order(request, row.order_id), **context)
    except Refused as refusal:
        return _refused(request, row.order, refusal)
    return redirect(f"{reverse('orders:order', args=[row.order_id])}#clause-{pk}")


@require_POST
@role_required(*permissions.WRITERS)
def clause_add(request: PortalRequest, pk: int) -> HttpResponse:
    row, form = _whole_order(request, pk), NewClauseForm(request.POST)
    if not form.is_valid():
        return _order_page(request, row, new_clause_form=form)
    after = row.clauses.filter(pk=form.cleaned_data["after"] or 0).first()
    try:
        fresh = drafts.add_clause(row, text=form.cleaned_data["text"], after=after, by=request.membership)
    except Refused as refusal:
        return _refused(request, row, refusal)
    return redirect(f"{reverse('orders:order', args=[pk])}#clause-{fresh.pk}")


@require_POST
@role_required(*permissions.WRITERS)
def clause_restore(request: PortalRequest, pk: int) -> HttpResponse:
    row = _whole_order(request, pk)
    removed = request.session.pop(REMOVED, None)
    if not removed or removed["order"] != pk:
        return _refused(request, row, Refused("Вернуть уже нечего: был удалён другой пункт."))
    return _act(request, row, "Пункт возвращён", drafts.restore_clause, removed)


@require_POST
@role_required(*permissions.WRITERS)
def register(request: PortalRequest, pk: int) -> HttpResponse:
    row, member = _whole_order(request, pk), request.membership
    form = RegistrationForm(request.POST, membership=member, order=row)
    if not form.is_valid():
        return _order_page(request, row, registration_form=form)
    try:
        registering.register(row, by=member, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _order_page(request, row, registration_form=form)
    return _done(request, row, f"Приказ зарегистрирован: № {row.number} от {row.date:%d.%m.%Y}")


@require_POST
@role_required(Role.HEAD)
def sign(request: PortalRequest, pk: int) -> HttpResponse:
    return _act(request, _whole_order(request, pk), "Приказ подписан. PDF изготавливается.", signing.sign)


@require_POST
@role_required(*permissions.RETURNERS)
def return_(request: PortalRequest, pk: int) -> HttpResponse:
    row, form = _whole_order(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _order_page(request, row, return_form=form)
    return _act(
        request, row, "Приказ возвращён на доработку", registering.return_for_rework, **form.cleaned_data
    )


@require_POST
@role_required(*permissions.RETURNERS)
def void(request: PortalRequest, pk: int) -> HttpResponse:
    row, form = _whole_order(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _order_page(request, row, void_form=form)
    annul = drafts.discard if row.state == Order.State.DRAFT else registering.void
    return _act(request, row, "Приказ аннулирован", annul, **form.cleaned_data)


@require_POST
@role_required(Role.HEAD)
def repeal(request: PortalRequest, pk: int) -> HttpResponse:
    """A signed order goes out of force."""
    row, form = _whole_order(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _order_page(request, row, repeal_form=form)
    return _act(request, row, "Приказ отменён", repealing.repeal, **form.cleaned_data)


@require_POST
@role_required(*permissions.PUBLISHERS)
def publish(request: PortalRequest, pk: int) -> HttpResponse:
    """A signed order is shown to everybody."""
    return _act(request, _whole_order(request, pk), "Приказ опубликован", publishing.publish)


@require_POST
@role_required(*permissions.PUBLISHERS)
def withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    return _act(request, _whole_order(request, pk), "Приказ снят с публикации", publishing.withdraw)


@require_GET
@role_required(*permissions.WRITERS, Role.ADMIN)
def registers(request: PortalRequest) -> HttpResponse:
    member = request.membership
    registering.default_register(member.department)
    year = timezone.localdate().year
    rows = [(row, registering.next_number(row, year)) for row in Register.objects.visible_to(member)]
    return render(request, "orders/register_list.html", {"registers": rows, "year": year})


@require_http_methods(["GET", "POST"])
@role_required(*permissions.WRITERS, Role.ADMIN)
def register_new(request: PortalRequest) -> HttpResponse:
    return _register_page(request, Register(department=request.membership.department))


@require_http_methods(["GET", "POST"])
@role_required(*permissions.WRITERS, Role.ADMIN)
def register_edit(request: PortalRequest, pk: int) -> HttpResponse:
    return _register_page(request, get_object_or_404(Register.objects.visible_to(request.membership), pk=pk))


@login_not_required
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, token: str) -> HttpResponse:
    """For anyone with the printed code: the facts of the order, and whether a file is the very one. Keeps nothing."""
    rows = Order.objects.exclude(state=Order.State.DRAFT).exclude(number="").select_related("department")
    row = get_object_or_404(rows, check_token=token)
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    found = None
    if form.is_valid():
        found = hashlib.file_digest(form.cleaned_data["file"], "sha256").hexdigest()
    context = {"order": row, "form": form, "found": found, "same": bool(found) and found == row.pdf_sha256}
    return render(request, "orders/check.html", context, status=422 if form.is_bound and not found else 200)


# Helpers


def _whole_order(request: PortalRequest, pk: int) -> Order:
    """The order with all that its page shows: five queries, however long it is."""
    events = OrderEvent.objects.select_related("by__user")
    orders = Order.objects.visible_to(request.membership).select_related(
        "department", "register", "controller__user", "created_by__user", "signed_by__user"
    )
    parts = ("clauses", "annexes", Prefetch("events", events))
    return get_object_or_404(orders.prefetch_related(*parts), pk=pk)


def _order_page(request: PortalRequest, row: Order, **more: Any) -> HttpResponse:
    """The order's page; with a bound form in ``more`` it is an answer to what was not accepted."""
    member = request.membership
    edit, sheet = permissions.may_edit(member, row), row.snapshot or paper.compose(row)
    checks = [] if row.is_frozen else checklist.before_signing(row)
    context = {
        "order": row,
        "sheet": sheet,
        "clauses": numbered(row.clauses.all()) if edit else [],
        "annexes": [_shown(annex) for annex in sheet["annexes"]],
        "words": [paper.word(sheet["department"][name]) for name in ("order_word", "order_word_second")],
        "resolution": paper.word(sheet["resolution_word"]),
        "may_edit": edit,
        **_acts(member, row),
        "checks": checks,
        "checks_ok": sum(check.ok for check in checks),
        "job": signing.rendering_job(row) if permissions.may_follow_rendering(member, row) else None,
        "registration_form": RegistrationForm(membership=member, order=row) if edit else None,
        **dict.fromkeys(("return_form", "void_form", "repeal_form"), ReasonForm(prefix=None)),
        "new_clause_form": NewClauseForm(),
    } | more
    return render(request, "orders/order_detail.html", context, status=422 if more else 200)


def _acts(member: Membership, row: Order) -> dict[str, Any]:
    """What the member may do with the order besides writing it, and what would follow."""
    doubts = publishing.doubts(row) if permissions.may_publish(member, row) else None
    return {
        "may_sign": permissions.may_sign(member, row),
        "may_return": permissions.may_return(member, row),
        "may_void": permissions.may_void(member, row),
        "repealing": repealing.outlook(row) if permissions.may_repeal(member, row) else None,
        "doubts": doubts,
        "may_publish": doubts is not None and not any(doubt.blocking for doubt in doubts),
        "may_withdraw": permissions.may_withdraw(member, row),
    }


def _shown(annex: Mapping[str, Any]) -> dict[str, Any]:
    """An annex for the screen: its first rows, and how many are not shown."""
    content, left, sections = annex["content"], SHOWN_ROWS, []
    keys = [column["key"] for column in content["columns"]]
    total = sum(len(section["items"]) for section in content["sections"])
    for section in content["sections"]:
        rows = [[item.get(key) or "" for key in keys] for item in section["items"][:left]]
        left -= len(rows)
        if rows:
            sections.append({"heading": section["heading"], "rows": rows})
    parts = [{**part, "chart": paper.chart(part), "table": None} for part in content.get("parts", [])]
    hidden = max(0, total - SHOWN_ROWS)
    return {**content, "number": annex["number"], "sections": sections, "parts": parts, "hidden": hidden}


def _act(
    request: PortalRequest, row: Order, done: str, action: Any, *args: Any, **kwargs: Any
) -> HttpResponse:
    try:
        action(row, *args, by=request.membership, **kwargs)
    except Refused as refusal:
        return _refused(request, row, refusal)
    return _done(request, row, done)


def _done(request: PortalRequest, row: Order, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("orders:order", pk=row.pk)


def _refused(request: PortalRequest, row: Order, refusal: Refused) -> HttpResponse:
    messages.error(request, str(refusal))
    return redirect("orders:order", pk=row.pk)


def _undoable(request: PortalRequest, row: Order) -> HttpResponse:
    undo = reverse("orders:clause_restore", args=[row.pk])
    messages.success(request, "Пункт удалён", extra_tags=f"undo {undo}")
    return redirect("orders:order", pk=row.pk)


def _with_version(request: HttpRequest, version: int) -> Any:
    """What was typed, now based on the version just seen: sending it again is a decision, not an accident."""
    data = request.POST.copy()
    data["version"] = str(version)
    return data


def _differences(form: OrderForm, theirs: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and the other person's text, for the fields in which the two differ."""
    return [
        (str(form.fields[name].label).capitalize(), str(form.fields[name].prepare_value(value) or "пусто"))
        for name, value in theirs.items()
        if value != form.cleaned_data.get(name)
    ]


def _register_page(request: PortalRequest, row: Register) -> HttpResponse:
    member, year = request.membership, timezone.localdate().year
    form = RegisterForm(request.POST or None, instance=row, membership=member)
    if form.is_valid():
        try:
            first = form.cleaned_data["first"]
            registering.save_register(form.save(commit=False), by=member, year=year, first=first)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Журнал «{row.name}» сохранён")
            return redirect("orders:registers")
    context = {"form": form, "register": row, "year": year}
    return render(request, "orders/register_form.html", context, status=422 if form.is_bound else 200)
