"""The methodist drafts the year's report, changes a part, sends it into an order."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import Membership
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, AssignmentFactory, RoadmapFactory, SectionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def methodist() -> Membership:
    member = MembershipFactory()
    ours = {"department": member.department}
    today = datetime.date.today()
    plan = RoadmapFactory(
        **ours,
        state="approved",
        order=OrderFactory(**ours),
        name="Карта округа",
        first_day=today - datetime.timedelta(days=90),
        last_day=today + datetime.timedelta(days=90),
    )
    item = ActionItemFactory(section=SectionFactory(roadmap=plan), text="Провести проверку работ")
    AssignmentFactory(item=item, school__name="СОШ № 17", last_day=today - datetime.timedelta(days=9))
    return member


def test_the_report_from_facts_to_the_order(
    browser: Browser, live_server, methodist: Membership, no_barriers: Callable[[Page], None]
) -> None:
    client = Client()
    client.force_login(methodist.user, backend="django.contrib.auth.backends.ModelBackend")
    value = client.cookies["sessionid"].value
    context = browser.new_context(locale="ru-RU", reduced_motion="reduce")
    page = context.new_page()
    context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
    page.goto(f"{live_server.url}/roadmaps/reports/")
    page.get_by_role("link", name="Отчёт за год").click()
    page.get_by_role("link", name="Составить отчёт").first.click()
    page.get_by_role("button", name="Составить", exact=True).click()
    expect(page.get_by_role("heading", name="Что не исполнено и почему")).to_be_visible()
    expect(page.get_by_role("cell", name="СОШ № 17")).to_be_visible()
    no_barriers(page)
    page.get_by_role("link", name="Изменить часть «Выводы и предложения»").click()
    no_barriers(page)
    page.get_by_label("Текст").fill("Обучить экспертов.\nПовторить проверку.")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("Повторить проверку.")).to_be_visible()
    page.get_by_role("button", name="Составить заново всё").click()
    expect(page.get_by_text("Обучить экспертов.")).to_be_visible()
    page.get_by_role("button", name="В приказ").click()
    expect(page.get_by_role("heading", name="Приказ без номера")).to_be_visible()
    expect(page.get_by_text("Повторить проверку.")).to_be_visible()
    no_barriers(page)
    context.close()
