"""A deputy at a phone: files with their progress, a refused one, an undone removal; the same without scripts."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from roadmaps.models import Assignment
from schools.models import Post
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PDF = {
    "name": "Справка.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n",
}
PROGRAM = {"name": "Справка.exe", "mimeType": "application/pdf", "buffer": b"MZ\x90\0" + b"\0" * 400}


@pytest.fixture
def post() -> Post:
    return PostFactory()


@pytest.fixture
def duty(post) -> Assignment:
    soon = datetime.date.today() + datetime.timedelta(days=30)
    department = post.school.department
    return AssignmentFactory(school=post.school, item__section__roadmap__department=department, last_day=soon)


@pytest.fixture
def enter(browser: Browser, live_server, post) -> Iterator[Callable[..., Page]]:
    """``enter(path, **context)`` → the page, opened by the deputy at a phone; a script's fault fails the test."""
    client = Client()
    client.force_login(post.membership.user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    faults: list[str] = []
    contexts = []

    def open_page(path: str, **context: object) -> Page:
        contexts.append(browser.new_context(locale="ru-RU", reduced_motion="reduce", **{**PHONE, **context}))
        contexts[-1].add_cookies([cookie])
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: "style" in said.text and faults.append(said.text))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def test_report_from_a_phone(enter, duty, no_barriers):
    page = enter("/roadmaps/mine/")
    page.get_by_role("link", name="Отметить выполнение").click()
    files = page.locator("form.duty__form input[name='files']")
    files.set_input_files([PDF, PROGRAM])
    proofs = page.locator("[data-portal-upload-list]")
    expect(proofs.get_by_role("alert")).to_contain_text("Справка.exe")
    expect(proofs.get_by_role("link", name="Справка.pdf")).to_be_visible()

    proofs.get_by_role("button", name="Убрать «Справка.pdf»").click()
    expect(proofs).to_contain_text("Убрано: Справка.pdf")
    proofs.get_by_role("button", name="Отменить").click()
    expect(proofs.get_by_role("link", name="Справка.pdf")).to_be_visible()

    page.get_by_label("Пояснение").fill("Провели, справка приложена.")
    expect(page.locator("form.duty__form")).to_contain_text("Черновик сохранён: сегодня")
    no_barriers(page)
    page.get_by_role("button", name="Отправить на проверку").click()
    expect(page.get_by_role("status").filter(has_text="Доклад отправлен")).to_be_visible()
    duty.refresh_from_db()
    assert duty.state == Assignment.State.REPORTED
    assert sorted(duty.evidence.filter(removed_at=None).values_list("kind", flat=True)) == ["file", "note"]


def test_file_dragged_onto_the_form_is_attached(enter, duty):
    page = enter(
        f"/roadmaps/assignments/{duty.pk}/", viewport={"width": 1440, "height": 900}, is_mobile=False
    )
    page.locator("[data-portal-upload]").evaluate(
        """(drop) => {
            const carried = new DataTransfer();
            carried.items.add(new File(["%PDF-1.7\\n1 0 obj\\n<<>>\\nendobj\\n%%EOF\\n"], "Протокол.pdf"));
            for (const kind of ["dragenter", "dragover", "drop"]) {
                drop.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
            }
        }"""
    )
    expect(page.locator("[data-portal-upload-list]").get_by_role("link", name="Протокол.pdf")).to_be_visible()
    assert duty.evidence.get().name == "Протокол.pdf"


def test_report_without_scripts(enter, duty):
    page = enter("/roadmaps/mine/", java_script_enabled=False)
    page.get_by_role("link", name="Отметить выполнение").click()
    page.locator("input[name='files']").set_input_files(PDF)
    page.get_by_label("Пояснение").fill("Провели.")
    page.get_by_role("button", name="Отправить на проверку").click()
    expect(page.locator("body")).to_contain_text("Доклад отправлен на проверку")
    duty.refresh_from_db()
    assert duty.state == Assignment.State.REPORTED


def test_log_in_that_ends_while_a_report_is_written_loses_nothing(enter, duty, post, live_server):
    post.membership.user.set_password("сосновый бор 7")
    post.membership.user.save()
    page = enter(f"/roadmaps/assignments/{duty.pk}/")
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/login/")
    log_in(page, post)
    page.goto(f"{live_server.url}/roadmaps/assignments/{duty.pk}/")
    page.get_by_label("Пояснение").fill("Написано до конца")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Отправить на проверку").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Войти в новой вкладке").click()
    log_in(opened.value, post)
    page.get_by_role("button", name="Отправить на проверку").click()
    expect(page.get_by_text("Доклад отправлен на проверку.")).to_be_visible()
    assert duty.evidence.get().text == "Написано до конца"


def log_in(page: Page, post: Post) -> None:
    page.get_by_label("Электронная почта").fill(post.membership.user.email)
    page.get_by_label("Пароль").fill("сосновый бор 7")
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url("**/roadmaps/mine/")


def test_a_stretched_field_breaks_nothing_when_the_form_comes_back(enter, duty):
    """htmx would copy the stretched field's inline style, which the policy forbids."""
    page = enter("/roadmaps/mine/")
    page.get_by_role("link", name="Отметить выполнение").click()
    page.get_by_label("Пояснение").evaluate("area => { area.style.blockSize = '200px' }")
    page.locator("form.duty__form").evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Отправить на проверку").click()
    expect(page.locator("form.duty__form")).to_contain_text("Приложите хотя бы одно подтверждение")
