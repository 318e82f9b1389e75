"""The masthead's row of sections: whole from 1280 px for everybody; what is rarely used waits under «Ещё»."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect

from accounts.models import Membership, Role
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OVERFLOW = "row => row.scrollWidth - row.clientWidth"


def page_of(browser: Browser, site: str, member: Membership, path: str, **options: object):
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(locale="ru-RU", **options)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    page = context.new_page()
    page.goto(site + path)
    return page


@pytest.mark.parametrize("role", [Role.ADMIN, Role.METHODIST, Role.HEAD, Role.VIEWER, Role.DEPUTY])
def test_the_row_of_sections_fits_from_1280(browser, live_server, role):
    member = MembershipFactory(role=role)
    place = {"item__section__roadmap__department": member.department}
    AssignmentFactory.create_batch(12, **place, reported=True, reported_by=member)
    page = page_of(browser, live_server.url, member, "/roadmaps/", viewport={"width": 1280, "height": 800})
    assert page.locator(".nav__row").evaluate(OVERFLOW) == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 1280
    page.context.close()


@pytest.mark.parametrize("role", [Role.METHODIST, Role.HEAD])
def test_counters_do_not_widen_a_phones_page(browser, live_server, role):
    member = MembershipFactory(role=role)
    place = {"item__section__roadmap__department": member.department}
    AssignmentFactory.create_batch(3, **place, reported=True, reported_by=member)
    page = page_of(browser, live_server.url, member, "/orders/", viewport={"width": 390, "height": 800})
    expect(page.locator(".nav__row .sr").first).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_rarely_used_section_is_two_keys_away_and_says_where_one_is(browser, live_server, scripts):
    member = MembershipFactory(role=Role.ADMIN)
    page = page_of(browser, live_server.url, member, "/", java_script_enabled=scripts)
    more = page.locator(".nav__more summary")
    more.focus()
    page.keyboard.press("Enter")
    page.locator(".nav").get_by_role("link", name="Журнал действий").click()
    page.wait_for_url(f"**{reverse('accounts:audit')}")
    expect(more).to_have_text("Ещё: Журнал действий")
    page.context.close()
