"""The methodist publishes a signed order; a stranger reads its very paper, on any screen and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import Membership
from orders.domain import signing
from orders.models import Order
from tests.browser.people import Person
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.orders import give_pdf, make_published, make_signed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order() -> Order:
    methodist = MembershipFactory(department=DepartmentFactory(code="okrug"))
    give_pdf(make_signed(methodist, title="О том, чего не видно"))
    shown = make_signed(methodist, title="Об утверждении дорожной карты")
    signing.render(shown)  # a true one: the page before publishing shows it in a frame
    return shown


def test_published_by_the_methodist_read_by_a_stranger_and_taken_back(
    browser: Browser,
    live_server,
    enter: Callable[[Membership], Person],
    order: Order,
    no_barriers: Callable[[Page], None],
) -> None:
    methodist = enter(order.created_by)
    methodist.open(f"/orders/{order.pk}/")
    methodist.press("Опубликовать")
    methodist.sees("Его читает каждый")
    methodist.check(methodist.page)

    stranger = Person(browser, live_server.url, no_barriers, java_script_enabled=False)
    stranger.open("/login/")
    stranger.press("Документы для всех")
    stranger.sees("Об утверждении дорожной карты")
    expect(stranger.page.get_by_text("О том, чего не видно")).to_have_count(0)
    address = stranger.page.get_by_role("link", name="Об утверждении дорожной карты").get_attribute("href")
    file = stranger.context.request.get(live_server.url + str(address))
    assert (file.status, file.body(), file.headers["content-type"]) == (
        200,
        signing.stored(order),
        "application/pdf",
    )

    methodist.press("Снять с публикации")
    methodist.sees("Без входа увидят")
    assert stranger.context.request.get(live_server.url + str(address)).status == 404
    stranger.leave()


@pytest.mark.parametrize("width", [360, 768, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_every_screen_and_hinders_nobody(
    browser: Browser, live_server, no_barriers: Callable[[Page], None], order: Order, width: int, scheme: str
) -> None:
    make_published(order.created_by, title="О " + "сверхдлинномнеразделимомслове" * 3)
    context = browser.new_context(
        locale="ru-RU", viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    for path in ("/documents/okrug/", "/documents/nobody/"):
        page.goto(live_server.url + path)
        no_barriers(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()
