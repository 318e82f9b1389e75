"""The head's signature freezes an order: the snapshot is what was signed, its hash is printed, the PDF is made once."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership, Role
from jobs.domain import work
from jobs.models import Job
from orders.domain import checklist, paper
from orders.models import Order
from orders.signals import order_signed
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move

State = Order.State
RENDER = "orders.render"
PATIENCE = timedelta(minutes=1)  # an order signed less than this ago has its first job under way
AFTER_FAILURE = timedelta(hours=1)


@transaction.atomic
def sign(order: Order, *, by: Membership) -> Order:
    """Freeze a registered order as the department's head; nothing of it changes afterwards.

    Sends `order_signed` inside the transaction and has the PDF made on commit. Raises `Refused`.
    """
    if by.role != Role.HEAD or by.department_id != order.department_id or not by.is_active:
        raise Refused("Подписать приказ может только начальник отдела.")
    held = Order.objects.filter(pk=order.pk, state=State.REGISTERED).update(updated_at=timezone.now())
    if not held:
        raise Refused("Подписать можно только зарегистрированный и ещё не подписанный приказ.")
    order.refresh_from_db()
    checklist.refuse_faults(checklist.before_signing(order))
    snapshot = paper.compose(order)
    try:
        move(
            order,
            State.SIGNED,
            snapshot=snapshot,
            sha256=paper.digest(snapshot),
            signed_at=timezone.now(),
            signed_by=by,
            updated_at=timezone.now(),
        )
    except StaleTransition:
        raise Refused("Приказ только что подписал другой человек. Обновите страницу.") from None
    order.events.create(state=State.SIGNED, by=by, details={"sha256": order.sha256})
    audit.record("order.signed", f"Подписан {order}", by=by, subject=order, sha256=order.sha256)
    order_signed.send(sender=Order, order=order, by=by)
    enqueue_rendering(order, by=by)
    return order


def enqueue_rendering(order: Order, *, by: Membership | None = None) -> Job:
    return work.enqueue(
        RENDER,
        title=f"PDF приказа № {order.number}",
        department=order.department,
        by=by,
        key=rendering_key(order),
        order=order.pk,
    )


def rendering_key(order: Order) -> str:
    return f"order:{order.pk}"


def rendering_job(order: Order) -> Job | None:
    """The newest job that makes this order's PDF."""
    jobs = Job.objects.filter(kind=RENDER, key=rendering_key(order), department_id=order.department_id)
    return jobs.order_by("-pk").first()


def render(order: Order) -> bool:
    """Make the PDF of a signed order, once; False when it was there already. Safe twice and at the same time.

    The file is whole before the row names it; who comes second throws their own away.
    """
    if order.state not in Order.ISSUED or order.snapshot is None:
        raise Refused("PDF для архива изготавливается только из подписанного приказа.")
    if order.pdf:
        return False
    content = paper.render(order.snapshot, sha256=order.sha256)
    name = default_storage.save(
        f"orders/{order.year}/{order.pk}-{order.sha256[:16]}.pdf", ContentFile(content)
    )
    stored = Order.objects.filter(pk=order.pk, state__in=Order.ISSUED, pdf="").update(
        pdf=name, pdf_sha256=hashlib.sha256(content).hexdigest(), rendered_at=timezone.now()
    )
    if not stored:
        default_storage.delete(name)
    order.refresh_from_db()
    return bool(stored)


def stored(order: Order) -> bytes:
    """The bytes of the order's only PDF, as they were made."""
    with order.pdf.open("rb") as file:
        return bytes(file.read())


def sweep_unrendered() -> int:
    """Have the PDFs made that got lost on the way; one that failed is tried again an hour later. Return how many."""
    now = timezone.now()
    waiting = Order.objects.filter(state__in=Order.ISSUED, pdf="", signed_at__lt=now - PATIENCE)
    count = 0
    for order in waiting.select_related("department").order_by("pk")[:100]:
        job = rendering_job(order)
        if job and (job.is_live or (job.finished_at and job.finished_at > now - AFTER_FAILURE)):
            continue
        enqueue_rendering(order)
        count += 1
    return count
