"""The pages by which a table comes in from a file. An import of the house consists of

- a `StagedImport` of its own (`jobs.staging`): the file, what it would do (``preview``), what was before (``before``);
- a domain module: ``shape``, ``reread``, ``apply``, ``undo`` of its own, ``check_clean``, ``discard`` and
  ``faulty_rows`` mostly those of `jobs.domain.staged`;
- a `Wizard` beside its views, which describes it, and ``*wizard.steps(WIZARD, "import/", …)`` among its addresses;
- two views of its own: one takes a file (`taken` and `new_page` help), one shows what it would do (`shown` helps);
- two templates of its own, which extend ``jobs/import_new.html`` and ``jobs/import.html``.

`observers/views/imports.py` is the plainest one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from jobs.domain import staged as domain
from jobs.forms import ColumnsForm
from jobs.models import Job
from jobs.staging import StagedImport
from portal.lib.downloads import attachment
from portal.lib.excel import Unreadable
from portal.lib.refusals import Refused

PAGE = 50
EARLIER = 10
HEAPS = {"faulty": "Ошибки", "new": "Новые", "changed": "Изменятся", "same": "Без изменений"}


@dataclass(frozen=True, kw_only=True)
class Wizard:
    """One import, as its pages need to know it.

    ``trail``: the way to a file's page, pairs of title and address; a discarded file leads to its last step.
    ``again``: where another file is given. ``told``: words after «apply», «undo» and «discard».
    ``later`` hands a file of more than ``at_once`` rows to the worker; without it all are written at once.
    ``after`` is told of every file written or taken back here: what follows from the rows is computed anew.
    """

    model: type[StagedImport]
    domain: ModuleType
    roles: tuple[Role, ...]
    page: str  # name of the address of a file's page
    trail: Callable[[Any], list[tuple[str, str]]]
    told: Mapping[str, str]
    again: Callable[[Any], str] | None = None
    related: tuple[str, ...] = ()
    later: Callable[..., Job] | None = None
    after: Callable[..., object] | None = None
    at_once: int = 300  # written while the clerk waits: tenths of a second
    faults: str = "Ошибки"

    def row(self, request: PortalRequest, pk: int) -> Any:
        """The file with what its pages show of it, or 404."""
        rows = self.model._default_manager.visible_to(request.membership)
        return get_object_or_404(rows.select_related("department", "created_by__user", *self.related), pk=pk)

    def names(self, staged: Any) -> dict[str, Any]:
        """What every page of a file says."""
        trail = self.trail(staged)
        again = self.again(staged) if self.again else trail[-1][1]
        return {"staged": staged, "trail": trail, "again": again, "page_name": self.page}


# --- taking a file, showing it: for the wizard's own views


def taken(wizard: Wizard, form: forms.BaseForm, stage: Callable[..., StagedImport]) -> HttpResponse | None:
    """Where a file leads: to its page, or None with the reason why not among the form's errors.

    ``stage`` gets ``file_name`` and ``data``.
    """
    if not form.is_valid():
        return None
    file = form.cleaned_data["file"]
    try:
        return redirect(wizard.page, stage(file_name=file.name, data=file.read()).pk)
    except Unreadable as unreadable:
        form.add_error("file", str(unreadable))
        return None


def new_page(
    request: PortalRequest,
    wizard: Wizard,
    template: str,
    form: forms.BaseForm,
    *,
    of: Mapping[str, Any] | None = None,
    **names: Any,
) -> HttpResponse:
    """The page that asks for a file, below it the files given ``earlier``, of them those that are ``of`` this."""
    earlier = wizard.model._default_manager.visible_to(request.membership)
    earlier = earlier.filter(**of or {}).select_related("created_by__user")
    names |= {"form": form, "page_name": wizard.page, "earlier": earlier.defer("preview", "before")[:EARLIER]}
    return render(request, template, names, status=422 if form.is_bound else 200)


def shown(
    request: PortalRequest,
    wizard: Wizard,
    staged: Any,
    *,
    sizes: Mapping[str, int],
    rows: Callable[[str], Any],
    heaps: Mapping[str, str] = HEAPS,
) -> dict[str, Any]:
    """What a file would do, in heaps: names for ``jobs/import.html``. ``rows`` gives a heap's rows, sliceable."""
    sized = {name: (title, sizes[name]) for name, title in heaps.items()}
    heap = request.GET.get("heap", "")
    if heap not in heaps:
        heap = next((name for name, (_, size) in sized.items() if size), "new")
    page = Paginator(rows(heap), PAGE).get_page(request.GET.get("page"))
    names: dict[str, Any] = {"heaps": sized, "heap": heap, "page": page, "counts": sizes}
    names |= {"news": sizes["new"] + sizes["changed"], "job": domain.job_of(staged, request.membership)}
    return wizard.names(staged) | names


def rows_of(preview: Mapping[str, Any], heap: str) -> list[dict[str, Any]]:
    """A heap of a preview that keeps its rows with their ``action``; of the faulty ones the faults, one by one."""
    if heap == "faulty":
        return list(preview["faults"])
    return [row for row in preview["rows"] if row["action"] == heap]


# --- the steps that are the same everywhere


def steps(wizard: Wizard, under: str, *chosen: str, name: str) -> list[URLPattern]:
    """The addresses of these steps: ``import/7/undo/`` named ``{name}_undo`` and so on."""
    closed = role_required(*wizard.roles)
    return [
        path(f"{under}<int:pk>/{step}/", closed(VIEWS[step]), {"wizard": wizard}, name=f"{name}_{step}")
        for step in chosen
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: PortalRequest, pk: int, wizard: Wizard) -> HttpResponse:
    """Correct which sheet, head and column is what; the department remembers it."""
    staged, asked = wizard.row(request, pk), False
    try:
        shape = wizard.domain.shape(staged)
        sheets, tables = domain.columns_of(staged, shape)
        form = ColumnsForm(request.POST or None, sheets=sheets, shape=shape, tables=tables)
        asked = form.is_bound and "look" not in request.POST
        if asked and form.is_valid():
            wizard.domain.reread(staged, form.mapping, by=request.membership)
            messages.success(request, "Файл прочитан, как вы указали.")
            return redirect(wizard.page, pk)
    except (Refused, Unreadable) as problem:
        messages.error(request, str(problem))
        return redirect(wizard.page, pk)
    names = wizard.names(staged) | {"form": form}
    return render(request, "jobs/import_columns.html", names, status=422 if asked else 200)


@require_POST
def apply(request: PortalRequest, pk: int, wizard: Wizard) -> HttpResponse:
    """Apply a short file at once, hand a long one to the worker."""
    staged = wizard.row(request, pk)
    short = len(staged.preview["rows"]) <= wizard.at_once or staged.state != StagedImport.State.PREVIEW
    if wizard.later is None or short:
        return decided(request, wizard, staged, "apply")
    try:
        wizard.domain.check_clean(staged)
        wizard.later(staged, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(wizard.page, pk)


@require_POST
def undo(request: PortalRequest, pk: int, wizard: Wizard) -> HttpResponse:
    """Take the whole file back."""
    return decided(request, wizard, wizard.row(request, pk), "undo")


@require_POST
def discard(request: PortalRequest, pk: int, wizard: Wizard) -> HttpResponse:
    """Throw a preview away."""
    return decided(request, wizard, wizard.row(request, pk), "discard")


def decided(request: PortalRequest, wizard: Wizard, staged: Any, step: str, **given: Any) -> HttpResponse:
    """Do it and say how it went."""
    try:
        getattr(wizard.domain, step)(staged, by=request.membership, **given)
        if wizard.after and step != "discard":
            wizard.after(staged, by=request.membership)
        messages.success(request, wizard.told[step])
        if step == "discard":
            return redirect(wizard.trail(staged)[-1][1])
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(wizard.page, staged.pk)


@require_safe
def faults(request: PortalRequest, pk: int, wizard: Wizard) -> HttpResponse:
    """The faults as a workbook, with cells and remedies."""
    staged = wizard.row(request, pk)
    name = f"{wizard.faults} {timezone.localdate():%Y-%m-%d}.xlsx"
    return attachment(wizard.domain.faulty_rows(staged), name)


VIEWS = {"columns": columns, "apply": apply, "undo": undo, "discard": discard, "faults": faults}
