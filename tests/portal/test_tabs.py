"""Two tabs, one session: what was written in one role is never kept in another."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from orders.models import Order
from tests.factories.accounts import MembershipFactory

pytestmark = pytest.mark.django_db
NEW = reverse("orders:new")


@pytest.fixture
def two_places(login):
    """A person who works in two departments, and their client, now in the first."""
    first = MembershipFactory()
    second = MembershipFactory(user=first.user)
    return first, second, login(first)


def stamp(page: str) -> str:
    found = re.search(r'name="as" value="(\d+)"', page[page.index("<main") :])
    assert found
    return found[1]


def test_form_of_the_other_tab_writes_nothing_after_a_switch(two_places):
    first, second, client = two_places
    opened = client.get(NEW).content.decode()
    client.post(reverse("portal:switch"), {"membership": second.pk, "as": first.pk})
    answer = client.post(NEW, {"title": "О проверке", "as": stamp(opened)})
    assert answer.status_code == 412
    assert "Ничего не записано" in answer.content.decode()
    assert not Order.objects.exists()
    client.post(reverse("portal:switch"), {"membership": first.pk})
    assert client.post(NEW, {"title": "О проверке", "as": stamp(opened)}).status_code == 302
    assert Order.objects.get().department == first.department


def test_part_of_a_page_says_its_role_in_a_header(two_places):
    first, second, client = two_places
    page = client.get(NEW).content.decode()
    assert f'"x-membership": "{first.pk}"' in page
    answer = client.post(NEW, {"title": "О проверке"}, HTTP_X_MEMBERSHIP=str(second.pk))
    assert answer.status_code == 412
    assert not Order.objects.exists()


def test_form_opened_before_the_membership_ended_is_not_kept_elsewhere(two_places):
    first, _, client = two_places
    opened = client.get(NEW).content.decode()
    first.ended_at = first.created_at
    first.save()
    assert client.post(NEW, {"title": "О проверке", "as": stamp(opened)}).status_code == 412
    assert not Order.objects.exists()
