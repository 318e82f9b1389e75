"""The matrix of an approved plan: on the page, as Excel, as PDF, each as the filter shows it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import PortalRequest
from accounts.permissions import DEPARTMENT_ROLES, role_required
from portal.lib.downloads import attachment
from roadmaps import tasks
from roadmaps.domain.matrix import COLUMNS, ORDER, SHOWN, WORDS, Matrix, workbook
from roadmaps.forms_duties import MatrixFilter
from roadmaps.models import Roadmap


@require_GET
@role_required(*DEPARTMENT_ROLES)
def matrix(request: PortalRequest, pk: int) -> HttpResponse:
    found, form = _matrix(request, pk)
    context = {
        "roadmap": found.roadmap,
        "matrix": found,
        "filter": form,
        "shown": SHOWN,
        "columns": COLUMNS,
        "legend": [
            (sign, WORDS[sign]) for sign in ("ok", "sent", *(s for s in ORDER if s not in {"ok", "sent"}))
        ],
        "rows": sum(len(group.rows) for group in found.groups),
    }
    return render(request, "roadmaps/matrix.html", context)


@require_GET
@role_required(*DEPARTMENT_ROLES)
def matrix_excel(request: PortalRequest, pk: int) -> HttpResponse:
    found, _ = _matrix(request, pk)
    return attachment(workbook(found), f"Матрица. {found.roadmap.name}.xlsx")


@require_POST
@role_required(*DEPARTMENT_ROLES)
def matrix_pdf(request: PortalRequest, pk: int) -> HttpResponse:
    """The worker prints it: a large matrix takes a while."""
    roadmap = _roadmap(request, pk)
    job = tasks.print_matrix_later(roadmap, by=request.membership, chosen=_chosen(request, roadmap))
    return redirect("jobs:job", job.pk)


def _roadmap(request: PortalRequest, pk: int) -> Roadmap:
    frozen = [Roadmap.State.APPROVED, Roadmap.State.ARCHIVED]
    rows = Roadmap.objects.visible_to(request.membership).filter(state__in=frozen)
    return get_object_or_404(rows.select_related("order", "department", "school"), pk=pk)


def _chosen(request: PortalRequest, roadmap: Roadmap) -> dict[str, Any]:
    return MatrixFilter(request.GET, roadmap=roadmap, membership=request.membership).chosen()


def _matrix(request: PortalRequest, pk: int) -> tuple[Matrix, MatrixFilter]:
    roadmap = _roadmap(request, pk)
    form = MatrixFilter(request.GET, roadmap=roadmap, membership=request.membership)
    return Matrix(roadmap, request.membership, timezone.localdate(), **form.chosen()), form
