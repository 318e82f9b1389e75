"""A person at a browser of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

PASSWORD = "вполне-надёжный пароль 7"


class Person:
    """Opens addresses, presses buttons and fills fields by what stands on the screen."""

    def __init__(self, browser: Browser, site: str, check: Callable[[Page], None], **context: object) -> None:
        self.context = browser.new_context(
            locale="ru-RU", viewport={"width": 1440, "height": 900}, reduced_motion="reduce", **context
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.site, self.check = site, check
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on(
            "console",
            lambda m: self.faults.append(f"{self.page.url}: {m.text}") if m.type == "error" else None,
        )

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.site + path)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the button or link of this name and wait for what comes."""
        place = within or self.page.locator("body")
        button = place.get_by_role("button", name=name, exact=True)
        button.or_(place.get_by_role("link", name=name, exact=True)).first.click()
        self.page.wait_for_load_state()

    def fill(self, **fields: str) -> None:
        """Fill fields by their name in the form."""
        for name, value in fields.items():
            self.page.locator(f"main [name='{name}']").fill(value)

    def choose(self, name: str, label: str) -> None:
        self.page.locator(f"main select[name='{name}']").select_option(label=label)

    def attach(self, name: str, *files: Path) -> None:
        self.page.locator(f"main input[name='{name}']").set_input_files(list(files))

    def sees(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    def log_in(self, email: str, password: str = PASSWORD) -> None:
        self.open("/login/")
        self.fill(username=email, password=password)
        self.press("Войти")

    def accept(self, invitation: str) -> None:
        """Follow the one-time link, choose a password, be inside."""
        self.open(invitation)
        self.check(self.page)
        self.fill(password=PASSWORD, password_again=PASSWORD)
        self.press("Сохранить и войти")

    def leave(self) -> None:
        self.context.close()
        assert self.faults == []
