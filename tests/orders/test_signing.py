"""Signed means frozen: one signature, one snapshot, one PDF, whatever dies on the way."""

from __future__ import annotations

import datetime
import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from jobs.domain import work
from jobs.models import Job
from orders.domain import paper, registering, signing
from orders.models import Order
from orders.signals import order_signed
from orders.tasks import sweep_unrendered
from portal.lib.pdf import PdfUnavailable
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import make_draft, make_registered, make_signed
from tests.threads import race

pytestmark = pytest.mark.django_db
MARCH = datetime.date(2026, 3, 16)


@pytest.fixture
def order():
    return make_registered()


@pytest.fixture
def head(order):
    return MembershipFactory(head=True, department=order.department)


def stored_pdf(order):
    with order.pdf.open("rb") as file:
        return file.read()


def test_signature_freezes_what_will_be_printed(order, head):
    expected = paper.compose(order)
    heard = []
    order_signed.connect(
        lambda order, by, **_: heard.append((order.state, by.pk)), weak=False, dispatch_uid="test"
    )
    try:
        signing.sign(order, by=head)
    finally:
        order_signed.disconnect(dispatch_uid="test")
    order.refresh_from_db()
    assert (order.state, order.signed_by, order.snapshot) == (Order.State.SIGNED, head, expected)
    assert order.sha256 == paper.digest(expected)
    assert heard == [("signed", head.pk)]
    assert [event.state for event in order.events.all()] == ["draft", "registered", "signed"]


def test_later_changes_elsewhere_do_not_reach_a_signed_order(order, head):
    signing.sign(order, by=head)
    order.department.letterhead = "ДРУГОЙ БЛАНК"
    order.department.save()
    order.refresh_from_db()
    assert "ДРУГОЙ БЛАНК" not in str(order.snapshot)
    assert paper.digest(order.snapshot) == order.sha256


@pytest.mark.parametrize("traits", [{}, {"admin": True}, {"viewer": True}, {"deputy": True}])
def test_only_the_head_signs(order, traits):
    with pytest.raises(Refused, match="только начальник"):
        signing.sign(order, by=MembershipFactory(department=order.department, **traits))


def test_the_head_of_another_department_does_not_sign(order):
    with pytest.raises(Refused, match="только начальник"):
        signing.sign(order, by=MembershipFactory(head=True))


def test_a_draft_is_not_signed(head, order):
    registering.return_for_rework(order, by=head, reason="Поправить")
    with pytest.raises(Refused, match="только зарегистрированный"):
        signing.sign(order, by=head)


def test_a_fault_stops_the_signature(order, head):
    order.clauses.update(text="")
    with pytest.raises(Refused, match="Пустые пункты"):
        signing.sign(order, by=head)
    order.refresh_from_db()
    assert (order.state, order.snapshot) == ("registered", None)


def test_a_receiver_that_fails_undoes_the_signature(order, head):
    def fail(**_):
        raise ValueError("fan-out failed")

    order_signed.connect(fail, dispatch_uid="test")
    try:
        with pytest.raises(ValueError, match="fan-out failed"):
            signing.sign(order, by=head)
    finally:
        order_signed.disconnect(dispatch_uid="test")
    order.refresh_from_db()
    assert (order.state, order.snapshot, Job.objects.count()) == ("registered", None, 0)


@pytest.mark.parametrize(
    "half", [{"sha256": ""}, {"signed_at": None}, {"signed_by": None}, {"snapshot": None}, {"state": "draft"}]
)
def test_the_database_refuses_half_a_signature(half):
    order = make_signed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**half)


def test_the_pdf_is_made_on_commit_and_once(order, head, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        signing.sign(order, by=head)
    order.refresh_from_db()
    stored = stored_pdf(order)
    assert stored.startswith(b"%PDF-")
    assert order.pdf_sha256 == hashlib.sha256(stored).hexdigest()
    assert Job.objects.get().state == Job.State.DONE
    assert signing.render(order) is False
    assert (order.pdf.name, default_storage.listdir(f"orders/{order.year}")[1]) == (
        order.pdf.name,
        [order.pdf.name.rsplit("/", 1)[1]],
    )


def test_the_same_snapshot_gives_the_same_bytes(order, head):
    signing.sign(order, by=head)
    first = paper.render(order.snapshot, sha256=order.sha256)
    assert first == paper.render(Order.objects.get(pk=order.pk).snapshot, sha256=order.sha256)


def test_what_died_while_rendering_is_taken_up_again(
    order, head, monkeypatch, django_capture_on_commit_callbacks
):
    def killed(*args, **kwargs):
        raise SystemExit("killed in the middle")

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "save", killed)
        with pytest.raises(SystemExit), django_capture_on_commit_callbacks(execute=True):
            signing.sign(order, by=head)
    order.refresh_from_db()
    assert (order.state, order.pdf.name, order.pdf_sha256) == ("signed", "", "")
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + timedelta(minutes=5)):
        work.sweep()
    order.refresh_from_db()
    assert order.pdf_sha256 == hashlib.sha256(stored_pdf(order)).hexdigest()


def test_the_sweep_renders_what_has_no_job_left(order, head, django_capture_on_commit_callbacks):
    signing.sign(order, by=head)
    Job.objects.all().delete()
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + timedelta(minutes=2)):
        with django_capture_on_commit_callbacks(execute=True):
            sweep_unrendered()
        assert signing.sweep_unrendered() == 0
    order.refresh_from_db()
    assert order.pdf.name


def test_a_failed_rendering_is_tried_again_an_hour_later_not_at_once(order, head, monkeypatch):
    def unavailable(*args, **kwargs):
        raise PdfUnavailable("Нет шрифта")

    monkeypatch.setattr(paper, "render", unavailable)
    signing.sign(order, by=head)
    work.run(signing.rendering_job(order).pk)
    assert (signing.rendering_job(order).state, signing.rendering_job(order).problem) == (
        "failed",
        "Нет шрифта",
    )
    now = datetime.datetime.now(datetime.UTC)
    with time_machine.travel(now + timedelta(minutes=10)):
        assert signing.sweep_unrendered() == 0
    with time_machine.travel(now + timedelta(minutes=70)):
        assert signing.sweep_unrendered() == 1


def test_a_fresh_signature_is_left_to_its_own_job(order, head):
    signing.sign(order, by=head)
    Job.objects.all().delete()
    assert signing.sweep_unrendered() == 0


@pytest.mark.django_db(transaction=True)
def test_one_of_two_heads_signs():
    order = make_registered()
    heads = [MembershipFactory(head=True, department=order.department) for _ in range(2)]
    rows = [Order.objects.get(pk=order.pk) for _ in heads]
    outcomes = race(
        *[lambda row=row, by=by: signing.sign(row, by=by) for row, by in zip(rows, heads, strict=True)]
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Order", "Refused"]
    assert order.events.filter(state="signed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_edit_that_races_the_signature_never_slips_past_it():
    from orders.domain import drafts

    for _ in range(4):
        order = make_draft()
        methodist, clause = order.created_by, order.clauses.first()
        rows = [Order.objects.get(pk=order.pk) for _ in range(2)]
        race(
            lambda row=rows[0], by=methodist: registering.register(row, by=by, date=MARCH),
            lambda row=clause, by=methodist: drafts.change_clause(row, text="Правка", version=1, by=by),
        )
        order.refresh_from_db()
        head = MembershipFactory(head=True, department=order.department)
        signing.sign(order, by=head)
        assert order.snapshot["clauses"][0]["text"] == order.clauses.first().text


@pytest.mark.django_db(transaction=True)
def test_two_renderings_at_once_leave_one_file():
    order = make_signed()
    order.refresh_from_db()
    Order.objects.filter(pk=order.pk).update(pdf="", pdf_sha256="", rendered_at=None)
    rows = [Order.objects.get(pk=order.pk) for _ in range(3)]
    outcomes = race(*[lambda row=row: signing.render(row) for row in rows])
    assert sorted(outcomes) == [False, False, True]
    order.refresh_from_db()
    assert order.pdf_sha256 == hashlib.sha256(stored_pdf(order)).hexdigest()
