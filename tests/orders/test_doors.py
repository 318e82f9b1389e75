"""What a school and a stranger get of an order, and under which policy its PDF travels."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orders.domain import registering, signing
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import make_draft, make_registered, make_signed
from tests.factories.schools import PostFactory

pytestmark = pytest.mark.django_db
POLICY = "Content-Security-Policy"


def test_school_reads_the_order_but_not_how_it_came_to_be(login):
    methodist = MembershipFactory()
    order = make_registered(methodist)
    registering.return_for_rework(order, by=methodist, reason="Перепутаны сроки")
    registering.register(order, by=methodist, date=order.date)
    signing.sign(order, by=MembershipFactory(head=True, department=order.department))
    deputy = PostFactory(school__department=order.department).membership
    address = reverse("orders:order", args=[order.pk])
    assert "Перепутаны" in login(methodist).get(address).content.decode()
    page = login(deputy).get(address).content.decode()
    assert "Утвердить план мероприятий" in page
    assert "Перепутаны" not in page


def test_only_the_file_itself_is_without_a_policy(login):
    methodist = MembershipFactory()
    client = login(methodist)
    shown = client.get(reverse("orders:pdf", args=[make_draft(methodist).pk]))
    assert shown["Content-Type"] == "application/pdf"
    assert POLICY not in shown
    assert shown["X-Content-Type-Options"] == "nosniff"
    waiting = client.get(reverse("orders:pdf", args=[make_signed(methodist).pk]))
    assert waiting.status_code == 202
    assert "default-src 'self'" in waiting[POLICY]


@pytest.mark.parametrize("token", ["%00", "a%00b", "..%2f..", "%3Cscript%3E", "9" * 4000])
def test_check_of_a_code_that_is_none_finds_nothing(client, token):
    assert client.get(f"/orders/check/{token}/").status_code == 404
