"""A signed order goes out of force: by the head, with a reason; its number, signature and paper stay."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from orders.domain import registering, repealing, signing
from orders.models import Order
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import make_registered, make_signed
from tests.threads import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_signed()


def head_of(order):
    return order.signed_by


def test_repealed_order_keeps_what_was_signed(order):
    signing.render(order)
    before = (order.number, order.sha256, order.snapshot, order.signed_at, order.pdf_sha256)
    repealing.repeal(order, by=head_of(order), reason=" Издан новый приказ ")
    order.refresh_from_db()
    assert (order.state, order.void_reason) == ("repealed", "Издан новый приказ")
    assert (order.number, order.sha256, order.snapshot, order.signed_at, order.pdf_sha256) == before
    assert [event.state for event in order.events.all()][-1] == "repealed"
    assert AuditEvent.objects.filter(action="order.repealed").count() == 1
    assert registering.next_number(order.register, 2026) == "2"


def test_only_the_head_with_a_reason_and_only_what_is_signed(order):
    head = head_of(order)
    foreign = MembershipFactory(head=True)
    for by, reason, said in [
        (order.created_by, "Так", "только начальник"),
        (foreign, "Так", "только начальник"),
        (head, "  ", "почему"),
    ]:
        with pytest.raises(Refused, match=said):
            repealing.repeal(order, by=by, reason=reason)
    with pytest.raises(Refused, match="только подписанный"):
        repealing.repeal(make_registered(order.created_by), by=head, reason="Так")
    repealing.repeal(order, by=head, reason="Так")
    with pytest.raises(Refused, match="только подписанный"):
        repealing.repeal(order, by=head, reason="Ещё раз")


def test_paper_that_was_not_made_yet_is_made_all_the_same(order):
    repealing.repeal(order, by=head_of(order), reason="Так")
    assert signing.render(order)
    order.refresh_from_db()
    assert order.pdf


def test_everybody_reads_that_it_is_out_of_force(client, login, order):
    login(head_of(order)).post(reverse("orders:repeal", args=[order.pk]), {"reason": "Замена"})
    page = client.get(reverse("orders:order", args=[order.pk])).content.decode()
    assert "отменён" in page
    assert "Замена" in page
    assert "Отменить приказ" not in page
    deputy = MembershipFactory(deputy=True, department=order.department)
    assert login(deputy).get(reverse("orders:order", args=[order.pk])).status_code == 200
    assert "Отменён: Замена" in client.get(reverse("orders:list")).content.decode()
    client.logout()
    public = client.get(reverse("orders:check", args=[order.check_token])).content.decode()
    assert "больше не действует" in public.replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_asks_for_a_reason_and_offers_it_to_the_head_alone(login, order):
    address = reverse("orders:order", args=[order.pk])
    assert "Отменить приказ" in login(head_of(order)).get(address).content.decode()
    assert login(head_of(order)).post(reverse("orders:repeal", args=[order.pk]), {}).status_code == 422
    assert "Отменить приказ" not in login(order.created_by).get(address).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_repeal_once():
    order = make_signed()
    head = head_of(order)
    rows = [Order.objects.get(pk=order.pk) for _ in range(3)]
    outcomes = race(*[lambda row=row: repealing.repeal(row, by=head, reason="Так") for row in rows])
    assert sorted(type(one).__name__ for one in outcomes) == ["Order", "Refused", "Refused"]
    assert order.events.filter(state="repealed").count() == 1
