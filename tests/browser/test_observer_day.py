"""An observer's day at a phone of 390 px: the network goes in the middle, nothing is lost, nothing arrives twice."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from observers.content import Content
from observers.domain import links, sheets
from observers.models import ObservationSheet, ObserverAssignment, SheetTemplate
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import VisitFactory
from tests.factories.sheets import SheetFileFactory, TemplateFactory
from tests.processes import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ASKED = [
    {"key": "present", "kind": "number", "text": "Сколько участников?", "required": True},
    {"key": "outsiders", "kind": "yesno", "text": "Были посторонние?", "required": True},
    {"key": "who", "kind": "text", "text": "Кто входил?", "required": True, "if": {"key": "outsiders", "is": "yes"}},
    {"key": "room", "kind": "photo", "text": "Фото кабинета", "required": True},
]  # fmt: skip


def picture() -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "navy").save(out, "JPEG")
    return {"name": "Кабинет.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def visit() -> ObserverAssignment:
    """Today, by the clock of the department."""
    today = timezone.localdate()
    visit = VisitFactory(session__day=today, session__school__department__time_zone="Europe/Moscow")
    TemplateFactory(campaign=visit.session.exam.campaign, questions=ASKED, kinds=["посторонние", "другое"])
    return visit


@pytest.fixture
def phones(browser: Browser, live_server, visit) -> Iterator[Callable[[], BrowserContext]]:
    """``phones()`` → one more phone of the observer, let in by a link of its own; a script's fault fails the test."""
    methodist = MembershipFactory(department=visit.observer.department)
    faults: list[str] = []
    opened: list[BrowserContext] = []

    def one() -> BrowserContext:
        context = browser.new_context(
            locale="ru-RU", timezone_id="Europe/Moscow", reduced_motion="reduce", **PHONE
        )
        opened.append(context)
        context.on("weberror", lambda fault: faults.append(str(fault.error)))
        page = context.new_page()
        _, address = links.issue(visit.observer, by=methodist)
        page.goto(live_server.url + address[address.index("/observers/") :])
        page.get_by_role("button").last.click()
        page.wait_for_url("**/observers/mine/")
        return context

    yield one
    for context in opened:
        context.close()
    assert faults == []


def at_hand(page: Page, visit: ObserverAssignment) -> None:
    """The worker has put the sheet's page on the phone."""
    page.wait_for_function(
        "async (path) => Boolean(await (await caches.open('portal-visits')).match(path))",
        arg=f"/observers/mine/{visit.pk}/sheet/",
    )


def fill(page: Page, present: str = "24") -> None:
    page.get_by_label("Время прихода").fill("00:01")
    page.get_by_label("Время ухода").fill("00:02")
    page.get_by_label("Сколько участников?").fill(present)
    page.get_by_role("group", name="Были посторонние?").get_by_text("Нет").click()
    page.locator("[data-portal-ask=room] input[type=file]").set_input_files(picture())
    expect(page.locator("[data-portal-ask=room] li")).to_contain_text("Кабинет.jpg")
    page.get_by_label("Нарушений не выявлено").check()


def test_day_with_the_network_cut_in_the_middle(phones, visit, no_barriers):
    context = phones()
    page = context.pages[0]
    at_hand(page, visit)
    no_barriers(page)
    page.get_by_role("link", name="Лист наблюдения").click()
    page.get_by_role("button", name="Я на месте").click()
    until(lambda: ObservationSheet.objects.exclude(arrived_at=None).exists())
    stands = page.locator("[data-portal-sheet-state]")
    expect(stands).to_contain_text("Сохранено на телефоне в")
    no_barriers(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    context.set_offline(True)
    page.get_by_label("Сколько участников?").fill("24")
    outsiders = page.get_by_role("group", name="Были посторонние?")
    expect(page.get_by_label("Кто входил?")).to_be_hidden()
    outsiders.get_by_text("Да").click()
    page.get_by_label("Кто входил?").fill("Техник за проектором")
    page.locator("[data-portal-ask=room] input[type=file]").set_input_files(picture())
    page.get_by_role("button", name="Записать нарушение").click()
    page.get_by_label("Что нарушено").select_option("посторонние")
    page.get_by_label("Что произошло").fill("Техник вошёл во время работы.")
    page.locator("[data-portal-line] input[type=file]").set_input_files(picture())
    expect(page.locator("[data-portal-line] li")).to_contain_text("Кабинет.jpg")

    page.reload()  # the page comes from the phone, with all that was typed
    expect(page.get_by_label("Что произошло")).to_have_value("Техник вошёл во время работы.")
    expect(page.get_by_label("Кто входил?")).to_have_value("Техник за проектором")
    expect(page.locator("[data-portal-ask=room] li")).to_contain_text("Кабинет.jpg")
    page.get_by_role("button", name="Отправить лист").click()
    expect(page.get_by_text("Укажите время ухода.")).to_be_visible()
    page.get_by_role("button", name="Ухожу сейчас").click()
    page.get_by_role("button", name="Отправить лист").click()
    expect(stands).to_contain_text("Уйдёт само, когда появится связь")
    no_barriers(page)
    page.goto(page.url.replace(f"{visit.pk}/sheet/", ""))
    expect(page.locator("[data-portal-stands]")).to_contain_text("Ждёт связи")
    assert ObservationSheet.objects.get().state == "open"

    context.set_offline(False)
    until(lambda: ObservationSheet.objects.get().is_sent)
    expect(page.locator("[data-portal-stands]")).to_contain_text("Отправлен в")
    page.reload()
    page.get_by_role("link", name=visit.session.school.name).click()
    expect(page.locator("body")).to_contain_text("Техник вошёл во время работы.")
    no_barriers(page)
    sheet = ObservationSheet.objects.get()
    assert sheet.answers == {"present": 24, "outsiders": "yes", "who": "Техник за проектором", "room": 1}
    violation = sheet.violations.get()
    assert sorted(sheet.files.values_list("place", flat=True)) == sorted(["room", str(violation.key)])
    assert sheet.left_at - sheet.arrived_at < datetime.timedelta(minutes=5)


def test_two_phones_with_one_sheet_lose_neither_text(phones, visit):
    first = phones()
    page = first.pages[0]
    page.get_by_role("link", name="Лист наблюдения").click()
    fill(page)
    first.set_offline(True)
    page.get_by_role("button", name="Отправить лист").click()
    expect(page.locator("[data-portal-sheet-state]")).to_contain_text("Уйдёт само")

    form = SheetTemplate.objects.get()
    SheetFileFactory(sheet=sheets.started(visit, form))
    other = Content(
        answers={"present": "25", "outsiders": "no"}, arrived="00:01", left="00:02", clean=True, name="Зорина"
    )
    sheets.send(visit, form=form, key="7d9f3c1e-1111-4111-8111-000000000001", content=other)

    first.set_offline(False)
    expect(page.locator("body")).to_contain_text("Второй текст этого листа")
    expect(page.get_by_role("region", name="Где тексты расходятся")).to_contain_text("24")
    assert sorted(ObservationSheet.objects.get().copies.values_list("fate", flat=True)) == ["second", "sent"]


def test_sheet_is_filled_without_scripts(browser, live_server, visit):
    context = browser.new_context(locale="ru-RU", java_script_enabled=False, **PHONE)
    page = context.new_page()
    methodist = MembershipFactory(department=visit.observer.department)
    _, address = links.issue(visit.observer, by=methodist)
    page.goto(live_server.url + address[address.index("/observers/") :])
    page.get_by_role("button").last.click()
    page.get_by_role("link", name="Лист наблюдения").click()
    page.get_by_label("Сколько участников?").fill("24")
    page.get_by_role("button", name="Отправить лист").click()
    expect(page.locator("body")).to_contain_text("Укажите время прихода.")
    expect(page.get_by_label("Сколько участников?")).to_have_value("24")
    page.get_by_label("Время прихода").fill("00:01")
    page.get_by_label("Время ухода").fill("00:02")
    page.get_by_role("group", name="Были посторонние?").get_by_text("Нет").click()
    page.locator("[data-portal-ask=room] input[type=file]").set_input_files(picture())
    page.get_by_label("Нарушений не выявлено").check()
    page.get_by_role("button", name="Отправить лист").click()
    expect(page.locator("body")).to_contain_text("Лист отправлен")
    assert ObservationSheet.objects.get().answers == {"present": 24, "outsiders": "no", "room": 1}
    context.close()


def test_form_is_built_by_keyboard_and_seen_as_on_a_phone(browser, live_server, no_barriers):
    form = TemplateFactory(draft=True, questions=ASKED)
    member = MembershipFactory(department=form.campaign.department)
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(locale="ru-RU", viewport={"width": 1440, "height": 900})
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/observers/forms/{form.pk}/")
    no_barriers(page)
    page.locator("#question-present").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".askrow").first).to_contain_text("Были посторонние?")
    expect(page.locator("#question-present")).to_be_focused()
    preview = page.locator("[data-portal-preview]")
    expect(preview.get_by_label("Кто входил?")).to_be_hidden()
    preview.get_by_role("group", name="Были посторонние?").get_by_text("Да").click()
    expect(preview.get_by_label("Кто входил?")).to_be_visible()

    page.locator("#question-who").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".askrow").nth(1)).to_contain_text("Кто входил?")
    expect(page.locator("#question-who")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("body")).to_contain_text("должен стоять выше")
    page.get_by_role("link", name="Добавить вопрос").click()
    page.get_by_label("Вопрос", exact=True).fill("Сколько парт?")
    page.get_by_label("Вид ответа").select_option("number")
    page.get_by_role("button", name="Сохранить вопрос").click()
    expect(page.locator(".askrow").last).to_contain_text("Сколько парт?")
    page.get_by_role("button", name="Ввести в действие").click()
    expect(page.locator("body")).to_contain_text("введена в действие")
    form.refresh_from_db()
    assert [row["key"] for row in form.questions] == ["outsiders", "who", "present", "room", "q1"]
    context.close()
