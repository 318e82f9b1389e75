"""Pages of errors say in Russian what happened and what to do; the last resort needs no database."""

from __future__ import annotations

import pytest
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from tests.factories.accounts import MembershipFactory


@pytest.mark.django_db
def test_unknown_page_keeps_the_frame(login):
    response = login(MembershipFactory()).get("/no/such/page/")
    assert response.status_code == 404
    page = response.content.decode()
    assert "Такой страницы нет" in page
    assert reverse("roadmaps:list") in page


@pytest.mark.django_db
def test_wrong_role_is_told_so(login):
    response = login(MembershipFactory(viewer=True)).get(reverse("portal:catalogue"))
    assert response.status_code == 403
    assert "Каталог открыт тем, кто обслуживает портал." in response.content.decode()


@pytest.mark.django_db
def test_stale_form_is_explained():
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("portal:view"), {"view": "contrast"})
    assert response.status_code == 403
    assert "Страница устарела" in response.content.decode()


@pytest.mark.django_db
def test_address_of_a_button_opened_by_hand_is_explained(login):
    response = login(MembershipFactory()).get(reverse("portal:switch"))
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "Здесь нечего открыть" in response.content.decode()


def test_servers_fault_is_told_without_the_database():
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Портал не справился" in response.content.decode()


@pytest.mark.parametrize(
    "name",
    ["400.html", "403.html", "403_csrf.html", "404.html", "405.html", "412.html", "413.html", "500.html"],
)
def test_error_page_needs_no_context(name):
    assert "<h1>" in get_template(name).render()
