"""The VPR board: a day moved by drag, by key and without scripts; the duty by the schedule moves along."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from roadmaps.domain import fanout
from roadmaps.models import Assignment
from schools.models import VprSession
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import CampaignFactory, ExamFactory, PostFactory, SchoolFactory, SessionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def monday() -> datetime.date:
    return datetime.date(2030, 4, 15)


@pytest.fixture
def session(monday) -> VprSession:
    campaign = CampaignFactory(first_day=monday, last_day=monday + datetime.timedelta(days=11), year=2029)
    school = SchoolFactory(department=campaign.department, name="Лицей")
    return SessionFactory(exam=ExamFactory(campaign=campaign, short="МА"), school=school, day=monday)


@pytest.fixture
def methodist(session):
    return MembershipFactory(department=session.school.department)


@pytest.fixture
def duty(session, methodist) -> Assignment:
    """The school's duty «по графику ВПР» of an approved plan."""
    order = OrderFactory(department=methodist.department)
    period = {"first_day": datetime.date(2029, 9, 1), "last_day": datetime.date(2030, 8, 31)}
    plan = RoadmapFactory(department=methodist.department, state="approved", order=order, **period)
    reach = [{"kind": "all_schools", "phrase": "Руководители ОО", "label": ""}]
    ActionItemFactory(
        section=SectionFactory(roadmap=plan), text="Провести работы", deadline="по графику ВПР",
        deadline_parts=[{"schedule": "vpr"}], reach=reach,
    )  # fmt: skip
    fanout.fan_out(plan, methodist)
    return Assignment.objects.get()


@pytest.fixture
def enter(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """``enter(member, path, **context)`` → the page; a script's fault fails the test."""
    contexts, faults = [], []

    def open_page(member, path: str, **options: object) -> Page:
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        contexts.append(browser.new_context(locale="ru-RU", reduced_motion="reduce", **options))
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        contexts[-1].add_cookies([cookie])
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def test_a_day_moved_on_the_board_moves_the_duty(enter, session, methodist, duty, monday, no_barriers):
    page = enter(methodist, "/schools/schedule/")
    chip = page.get_by_role("link", name="4А МА")
    chip.drag_to(page.locator(f"td[data-portal-day='{monday + datetime.timedelta(days=2)}']"))
    expect(page.get_by_role("status").filter(has_text="теперь 17.04.2030")).to_be_visible()
    expect(page.locator(f"td[data-portal-day='{monday + datetime.timedelta(days=2)}'] .chip")).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(f"td[data-portal-day='{monday + datetime.timedelta(days=3)}'] .chip")).to_be_focused()
    no_barriers(page)
    session.refresh_from_db()
    assert session.day == monday + datetime.timedelta(days=3)
    page.goto(page.url.replace("/schools/schedule/", f"/roadmaps/assignments/{duty.pk}/"))
    expect(page.locator("main")).to_contain_text("18 апреля")
    expect(page.locator("main")).to_contain_text("По графику")


def test_undo_brings_the_day_back(enter, session, methodist, monday):
    page = enter(methodist, "/schools/schedule/")
    page.get_by_role("link", name="4А МА").focus()
    page.keyboard.press("Alt+ArrowRight")
    page.get_by_role("button", name="Отменить").click()
    expect(page.get_by_text("Вернули")).to_be_visible()
    session.refresh_from_db()
    assert session.day == monday


def test_the_same_without_scripts(enter, session, methodist, monday):
    page = enter(methodist, "/schools/schedule/", java_script_enabled=False)
    page.get_by_role("link", name="4А МА").click()
    page.get_by_role("button", name="на 16 апреля").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Математика, 4А класс")
    page.get_by_role("button", name="Убрать из графика").click()
    expect(page.locator("tbody")).to_contain_text("ни одного дня")
    page.get_by_role("link", name="ни одного дня").click()
    page.get_by_label("Работа").select_option(label="математика, 4 класс")
    page.get_by_label("День").fill("2030-04-20")
    page.get_by_role("button", name="Назначить").click()
    expect(page.get_by_role("alert")).to_contain_text("суббота")
    page.get_by_label("День").fill("2030-04-22")
    page.get_by_role("button", name="Назначить").click()
    assert VprSession.objects.get().day == monday + datetime.timedelta(days=7)


@pytest.mark.parametrize("width", [360, 1440])
def test_a_deputy_chooses_days_at_a_phone_and_at_a_desk(enter, session, monday, no_barriers, width):
    ExamFactory(campaign=session.exam.campaign, subject="русский язык")
    post = PostFactory(school=session.school)
    page = enter(post.membership, "/schools/schedule/", viewport={"width": width, "height": 800})
    expect(page.get_by_role("heading", level=1)).to_have_text("Наш график ВПР")
    no_barriers(page)
    page.get_by_role("link", name="4 класс, русский язык").click()
    page.get_by_label("День").fill(f"{monday + datetime.timedelta(days=1)}")
    page.get_by_role("button", name="Назначить").click()
    expect(page.locator(".lede")).to_contain_text("Дни назначены")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
