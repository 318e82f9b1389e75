"""The frame of every page: without barriers in each view and width, by keyboard alone, without scripts."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Membership
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import FlagFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (320, 360, 720, 1024, 1440, 2560)  # 320 and 720: a screen of 1280 at 400 %, of 1440 at 200 %


@pytest.fixture
def methodist() -> Membership:
    """A methodist of a department where something waits, is late and comes soon."""
    member = MembershipFactory(user=UserFactory(is_staff=True))
    today = datetime.date.today()
    place = {"item__section__roadmap__department": member.department}
    AssignmentFactory(**place, reported=True, reported_by=member)
    late = {"first_day": today - datetime.timedelta(days=4), "last_day": today - datetime.timedelta(days=4)}
    AssignmentFactory(**place, **late, school__name="МБОУ «СОШ с. Верхнее Заозёрное имени Героя Труда»")
    AssignmentFactory(**place, first_day=today, last_day=today)
    FlagFactory(school__department=member.department)
    return member


@pytest.fixture
def enter(browser: Browser, live_server, methodist) -> Iterator[Callable[..., Page]]:
    """``enter(path, **context)`` → the page, opened by the methodist; a console error fails the test."""
    client = Client()
    client.force_login(methodist.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies["sessionid"].value
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(path: str, **options: object) -> Page:
        context = browser.new_context(locale="ru-RU", **options)
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("view", ["light", "dark", "contrast"])
@pytest.mark.parametrize("name", ["portal:start", "portal:catalogue"])
def test_no_barriers_and_no_sideways_scroll(enter, methodist, no_barriers, name, view):
    if view == "contrast":
        methodist.user.view = "contrast"
        methodist.user.save()
    page = enter(reverse(name), color_scheme="dark" if view == "dark" else "light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        no_barriers(page)


def test_first_key_leads_past_the_masthead(enter):
    page = enter("/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("К содержанию")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_window_opens_and_closes_by_keyboard_and_gives_the_focus_back(enter):
    page = enter(reverse("portal:catalogue"))
    opener = page.get_by_role("link", name="Открыть окно")
    opener.press("Enter")
    window = page.get_by_role("dialog", name="Вернуть доклад СОШ № 9?")
    expect(window).to_be_visible()
    page.keyboard.press("Escape")
    expect(window).to_be_hidden()
    expect(opener).to_be_focused()


def test_menu_closes_by_escape_and_by_a_click_elsewhere(enter, methodist):
    page = enter("/")
    menu = page.locator("summary", has_text=methodist.user.last_name)
    leave = page.get_by_role("button", name="Выйти")
    menu.press("Enter")
    expect(leave).to_be_visible()
    leave.press("Escape")
    expect(leave).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    page.locator("h1").click()
    expect(leave).to_be_hidden()


def test_everything_of_the_frame_works_without_scripts(enter, methodist):
    other = MembershipFactory(user=methodist.user, head=True)
    page = enter("/", java_script_enabled=False)
    page.get_by_role("button", name="Для слабовидящих").click()
    expect(page.locator("html")).to_have_attribute("data-view", "contrast")
    page.locator("summary", has_text=methodist.user.last_name).click()
    page.get_by_role("button", name=str(other.department)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("На подпись и контроль")
    expect(page.get_by_role("status")).to_contain_text("Теперь вы начальник")
    page.get_by_role("searchbox").fill("ничего такого")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("heading", name="Ничего не нашлось")).to_be_visible()


def test_message_can_be_closed(enter, methodist):
    MembershipFactory(user=methodist.user, head=True)
    page = enter("/")
    page.locator("summary", has_text=methodist.user.last_name).click()
    page.get_by_role("button", name="Начальник").click()
    told = page.get_by_text("Теперь вы начальник")
    expect(told).to_be_visible()
    page.get_by_role("button", name="Закрыть").click()
    expect(told).to_be_hidden()


def test_dropped_files_are_listed(enter):
    page = enter(reverse("portal:catalogue"))
    page.get_by_label("Файлы").set_input_files([
        {"name": "Протокол.pdf", "mimeType": "application/pdf", "buffer": b"x" * 2048},
        {"name": "Фото.jpg", "mimeType": "image/jpeg", "buffer": b"x"},
    ])  # fmt: skip
    expect(page.locator(".files li")).to_have_text(["Протокол.pdf, 2 КБ", "Фото.jpg, 1 Б"])
