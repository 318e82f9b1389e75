"""A cross-check of two schools from the flag to the signed protocol: the office, the school that checks, its expert."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Membership
from recheck.models import RecheckCase, Scoring, Seat
from tests.factories.accounts import MembershipFactory
from tests.factories.recheck import CommissionFactory, ExpertFactory
from tests.factories.schools import ExamFactory, FlagFactory, PostFactory
from tests.recheck.stories import TASKS, drawn, read_all, seated

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TABLE = "Код\tКласс\tОтметка\t1\t2\t3\t4\n" + "".join(f"{n}\t4А\t5\t1\t2\t2\t3\n" for n in range(101, 111))


@pytest.fixture
def enter(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """``enter(path, member)`` → the page opened by the member (by nobody: without a log-in); faults of scripts fail."""
    faults: list[str] = []
    contexts = []

    def open_page(path: str, member: Membership | None = None, **context: object) -> Page:
        contexts.append(browser.new_context(locale="ru-RU", reduced_motion="reduce", **context))
        if member is not None:
            client = Client()
            client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
            cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
            contexts[-1].add_cookies([cookie])
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def methodist() -> Membership:
    return MembershipFactory()


def press(page: Page, name: str) -> None:
    found = page.get_by_role("button", name=name, exact=True).or_(
        page.get_by_role("link", name=name, exact=True)
    )
    found.first.click()
    page.wait_for_load_state()


def prepare(page: Page, case: RecheckCase) -> None:
    """Works in, sample drawn."""
    page.goto(page.url.split("/recheck/")[0] + f"/recheck/{case.pk}/")
    press(page, "Внести работы")
    page.get_by_label("Или вставьте таблицу из Excel").fill(TABLE)
    press(page, "Прочитать и показать")
    press(page, "Внести 10 работ")
    press(page, "Сделать выборку")
    press(page, "Сделать выборку")
    expect(page.locator("body")).to_contain_text("Отобрано 2 из 10")


def test_cross_check_from_the_flag_to_the_protocol(enter, methodist, no_barriers, live_server):
    ours = {"department": methodist.department}
    flag = FlagFactory(school__department=methodist.department, subject="математика")
    partner = PostFactory(school__department=methodist.department)
    ExamFactory(campaign__department=methodist.department, tasks=TASKS, thresholds={"3": 3, "4": 5, "5": 7})
    CommissionFactory(**ours, last_day=timezone.localdate() + datetime.timedelta(days=30))
    teacher = ExpertFactory(**ours, school=partner.school)
    own = ExpertFactory(**ours, school=flag.school)

    office = enter(f"/schools/{flag.school.pk}/", methodist)
    press(office, "Открыть перепроверку")
    no_barriers(office)
    office.get_by_label("Школа-партнёр").select_option(label=str(partner.school))
    office.get_by_label("Работа", exact=True).select_option(index=1)
    press(office, "Открыть перепроверку")
    case = RecheckCase.objects.get(flag=flag)
    twin = case.twin
    for one in (case, twin):
        prepare(office, one)
    no_barriers(office)

    deputy = enter("/recheck/", partner.membership)
    deputy.get_by_role("link", name=str(case.school)).click()
    press(deputy, "Назначить эксперта")
    expect(deputy.locator("main")).not_to_contain_text(own.last_name)
    deputy.get_by_text(teacher.full_name).click()
    no_barriers(deputy)
    press(deputy, "Назначить")
    press(deputy, "Личная ссылка")
    no_barriers(deputy)
    address = deputy.get_by_label("Адрес").input_value()

    expert = enter(address.removeprefix(live_server.url), **PHONE)
    no_barriers(expert)
    expert.locator(".grid__cell").first.focus()
    for _ in range(2):
        expert.keyboard.type("120")
        expert.keyboard.press("x")
    expect(expert.locator(".grid__said").first).to_contain_text("записана")
    expect(expert.locator("#entry-progress")).to_contain_text("2 из 2")
    press(expert, "Сдать оценки")
    expect(expert.locator("main")).to_contain_text("Вы сдали оценки")
    assert Scoring.objects.done().first().scores == {"1": 1, "2": 2, "3": 0, "4": None}

    office.goto(f"{live_server.url}/recheck/{case.pk}/")
    press(office, "Свести оценки")
    expect(office.locator("main")).to_contain_text("Существенно разошлись 2 работы из 2")
    no_barriers(office)
    press(office, "Подписать протокол")
    office.get_by_label("необъективность подтвердилась").check()
    office.get_by_label("Вывод комиссии").fill("Баллы за задания 3 и 4 завышены.")
    no_barriers(office)
    press(office, "Подписать протокол")
    case.refresh_from_db()
    flag.refresh_from_db()
    assert (case.state, flag.state) == ("closed", "confirmed")
    expect(office.locator("main")).to_contain_text(case.protocol.sha256)
    no_barriers(office)
    paper = office.request.get(f"{live_server.url}/recheck/{case.pk}/papers/protocol.pdf")
    assert paper.body().startswith(b"%PDF")
    office.goto(f"{live_server.url}/recheck/{twin.pk}/")
    expect(office.locator("main")).to_contain_text("Назначьте экспертов")


def test_keys_of_the_grid(enter, methodist, no_barriers):
    seat = seated(drawn(methodist, rules={"share": 50}))
    page = enter(f"/recheck/seats/{seat.pk}/", methodist)
    cells = page.locator(".grid__cell")
    cells.first.focus()
    page.keyboard.press("9")  # more than the greatest score: stays, in red, and is not kept
    expect(cells.first).to_be_focused()
    expect(cells.first).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("ArrowDown")
    expect(cells.nth(4)).to_be_focused()
    expect(page.locator(".grid__said").first).to_contain_text("больше наибольшего")
    no_barriers(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.type("1")
    expect(cells.nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(cells.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(cells.nth(1)).to_be_focused()
    page.keyboard.type("ч")  # X under the Russian layout
    expect(cells.nth(1)).to_have_value("Х")
    expect(cells.nth(2)).to_be_focused()
    expect(page.locator(".grid__said").first).to_contain_text("не вся")
    first = seat.scorings.order_by("work__class_name", "work__code").first()
    assert first.scores == {"1": 1, "2": None}


def test_grid_without_scripts(enter, methodist):
    seat = seated(drawn(methodist))
    page = enter(f"/recheck/seats/{seat.pk}/", methodist, java_script_enabled=False)
    cells = page.locator(".grid__cell")
    for place in range(cells.count()):
        cells.nth(place).fill("1")
    press(page, "Сдать оценки")
    expect(page.locator("body")).to_contain_text("Оценки сданы")
    assert Seat.objects.get().handed_at is not None


def test_expert_let_go_half_way_finds_the_door_closed(enter, methodist, no_barriers):
    case = drawn(methodist)
    seat = seated(case)
    office = enter(f"/recheck/{case.pk}/", methodist)
    press(office, "Освободить")
    office.get_by_label("Причина").fill("Заболела")
    no_barriers(office)
    press(office, "Освободить")
    expect(office.locator("main")).to_contain_text("освобождён")
    comes = seated(case)
    read_all(comes)
    assert not seat.scorings.current().exists()
