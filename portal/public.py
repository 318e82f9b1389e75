"""Pages for anyone: the documents that a department has published, each as the very file that was signed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from orders.domain import paper, signing
from portal import documents

ON_A_PAGE = 20
# A page shows who has logged in and in which look: it is this browser's own.
fresh_page = cache_control(private=True, no_cache=True)


@login_not_required
@require_safe
@fresh_page
def department_list(request: HttpRequest) -> HttpResponse:
    """Departments that publish; with one alone its documents at once."""
    found = list(documents.departments())
    if not found:
        return nothing_here(request)
    if len(found) == 1:
        return redirect("portal:department_documents", found[0].code)
    return render(request, "portal/documents_departments.html", {"departments": found})


@login_not_required
@require_safe
@fresh_page
def department(request: HttpRequest, code: str) -> HttpResponse:
    """The department's published orders with their annexes, by academic year."""
    owner = documents.departments().filter(code=code).first()
    if owner is None:
        return nothing_here(request)
    orders = documents.published(code)
    form = documents.DocumentsFilter(request.GET, orders=orders)
    page = Paginator(form.apply(orders), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"department": owner, "form": form, "page": page, "documents": documents.read(list(page))}
    return render(request, "portal/documents.html", context)


@login_not_required
@require_safe
def document(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The PDF, byte for byte as stored; kept copies are asked about each time, for an order may be withdrawn."""
    order = documents.published(code).filter(pk=pk).first()
    if order is None:
        return nothing_here(request)
    tag = f'"{order.pdf_sha256}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "public, no-cache",
        "Content-Disposition": content_disposition_header(False, paper.filename(order)) or "",
    }
    known = HttpResponse(headers=headers)
    if (unchanged := get_conditional_response(request, etag=tag, response=known)) is not known:
        return unchanged or known  # without reading the file
    answer = HttpResponse(signing.stored(order), content_type="application/pdf", headers=headers)
    # A browser's own PDF viewer is a page of its own that our policy would switch off.
    answer._csp_exempt = True  # type: ignore[attr-defined]
    return answer


def nothing_here(request: HttpRequest) -> HttpResponse:
    """The same for a department that publishes nothing and for one that is not: a stranger learns neither."""
    return render(request, "portal/documents_nothing.html", {"others": documents.departments()}, status=404)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read what is published, and need nothing else."""
    shown = reverse("portal:documents")
    return HttpResponse(
        f"User-agent: *\nAllow: {shown}\nAllow: /static/\nDisallow: /\n", content_type="text/plain"
    )
