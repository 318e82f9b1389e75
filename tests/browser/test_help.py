"""The guide: from any page to a task's steps, with and without scripts, on a screen and on a phone."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import expect

from accounts.models import Role
from tests.factories.accounts import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"screen": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.mark.parametrize(("size", "scripts"), [("screen", True), ("phone", True), ("screen", False)])
def test_a_deputy_finds_how_to_report_and_the_mark_of_news_goes(
    browser, live_server, no_barriers, size, scripts
):
    client = Client()
    deputy = MembershipFactory(role=Role.DEPUTY)
    client.force_login(deputy.user, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(locale="ru-RU", viewport=SIZES[size], java_script_enabled=scripts)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(live_server.url + "/orders/")
    page.locator(".foot").get_by_role("link", name="Помощь").click()
    if scripts:
        no_barriers(page)
    page.locator("main").get_by_role("link", name="Отметить мероприятие выполненным").first.click()
    task = page.get_by_role("heading", name="Отметить мероприятие выполненным")
    expect(task).to_be_in_viewport()
    if scripts:
        no_barriers(page)
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]
    assert page.locator(".foot .dot").count() == 1
    page.locator(".foot").get_by_role("link", name="Что нового").click()
    page.goto(live_server.url + "/orders/")
    assert page.locator(".dot").count() == 0
    context.close()
