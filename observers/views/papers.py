"""Papers: the order that names the observers, certificates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from jobs.models import Job
from observers.domain import certificates as domain
from observers.domain import naming
from observers.forms import CertificatesForm
from observers.permissions import WRITERS
from observers.views.board import board_of
from observers.views.standing import form_page
from portal.lib.refusals import Refused
from schools.models import VprCampaign


@require_POST
@role_required(Role.METHODIST)
def order_new(request: PortalRequest, pk: int) -> HttpResponse:
    """The list of observers into an order, or anew into its draft."""
    campaign = get_object_or_404(VprCampaign.objects.visible_to(request.membership), pk=pk)
    try:
        order = naming.assemble(campaign, by=request.membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(board_of(campaign, "running"))
    messages.success(request, "Список наблюдателей собран в приказ. Проверьте текст и зарегистрируйте его.")
    return redirect("orders:order", order.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITERS)
def certificates(request: PortalRequest) -> HttpResponse:
    """Certificates for those ticked; the worker prints them."""
    form = CertificatesForm(request.POST or None, membership=request.membership)
    if form.is_valid():
        chosen = dict(form.cleaned_data)
        try:
            rows = domain.issue(chosen.pop("observers"), by=request.membership, **chosen)
            return redirect("jobs:job", domain.print_later(rows, by=request.membership).pk)
        except Refused as refusal:
            form.add_error("valid_until", str(refusal))
    lede = "По восемь на листе, с линиями для разрезания. Номера идут подряд в пределах года."
    return form_page(request, form, title="Удостоверения", button="Выдать и напечатать", lede=lede)


@never_cache
@require_safe
@role_required(*WRITERS)
def certificates_file(request: PortalRequest, pk: int) -> Any:
    job = get_object_or_404(
        Job.objects.visible_to(request.membership).filter(kind=domain.KIND, state="done"), pk=pk
    )
    name = f"Удостоверения {timezone.localtime(job.created_at):%Y-%m-%d}.pdf"
    response = FileResponse(default_storage.open(job.result["file"]), as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
