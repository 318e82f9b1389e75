"""Search as it is typed: results come by themselves, the keyboard reaches them, going back keeps the words."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import ActionItemFactory
from tests.factories.schools import SchoolFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (360, 768, 1440)


@pytest.fixture
def person(enter):
    methodist = MembershipFactory()
    for name in ("Гимназия № 4", "Лицей № 5"):
        SchoolFactory(department=methodist.department, name=name)
    ActionItemFactory(
        section__roadmap__department=methodist.department, text="Обучить наблюдателей в гимназии"
    )
    return enter(methodist)


def test_results_come_while_one_types_and_the_keyboard_reaches_them(person):
    page = person.page
    person.open("/search/")
    box = page.get_by_role("main").get_by_role("searchbox")
    expect(box).to_be_focused()
    page.keyboard.type("гимназ")
    expect(page.get_by_text("Найдено: 2")).to_be_visible()
    expect(box).to_be_focused()
    expect(page).to_have_url(f"{person.site}/search/?q=%D0%B3%D0%B8%D0%BC%D0%BD%D0%B0%D0%B7")
    page.keyboard.type("ия")
    found = page.get_by_role("link", name="Гимназия № 4")
    found.focus()  # before the answer to the last letters has come, which must not take the focus away
    expect(page).to_have_url(f"{person.site}/search/?q=%D0%B3%D0%B8%D0%BC%D0%BD%D0%B0%D0%B7%D0%B8%D1%8F")
    expect(found).to_be_focused()
    box.focus()
    person.check(page)
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.hits') !== null"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Гимназия № 4")
    page.go_back()
    expect(page.get_by_role("main").get_by_role("searchbox")).to_have_value("гимназия")
    expect(page.get_by_text("Найдено: 2")).to_be_visible()


def test_arrows_walk_through_the_results_and_back_to_the_words(person):
    page = person.page
    person.open("/search/?q=гимназия")
    box = page.get_by_role("main").get_by_role("searchbox")
    box.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Гимназия № 4")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Обучить наблюдателей")).to_be_focused()
    page.keyboard.press("ArrowDown")  # there is no further one
    expect(page.get_by_role("link", name="Обучить наблюдателей")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()


def test_nothing_found_a_slip_and_an_emptied_box_are_said_in_words(person):
    page = person.page
    person.open("/search/")
    box = page.get_by_role("main").get_by_role("searchbox")
    box.press_sequentially("космодром")
    expect(page.get_by_role("heading", name="Ничего не нашлось")).to_be_visible()
    person.check(page)
    box.fill("гимнaзия".replace("a", "о"))
    expect(page.get_by_text("показываем похожее")).to_be_visible()
    box.fill("")
    expect(page.get_by_role("heading", name="Как искать")).to_be_visible()
    expect(page.get_by_text("Ничего не нашлось")).to_have_count(0)


@pytest.mark.parametrize("path", ["/search/", "/search/?q=гимназия", "/search/?q=космодром"])
def test_no_barriers_and_no_sideways_scroll(person, path):
    person.open(path)
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        assert person.page.evaluate("document.documentElement.scrollWidth") <= width
        person.check(person.page)
