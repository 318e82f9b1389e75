"""A real Chromium before the live site; each page is also read by axe."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page

from accounts.models import Membership
from tests.browser.people import Person

# Playwright's own event loop makes Django take the tests for asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

QUIET = "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run"
OFFLINE = "--disable-background-networking --disable-component-update --disable-sync"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium; where there is none, or only a snap that sees no test folders, Playwright's own."""
    found = shutil.which("chromium") or ""
    chromium = os.environ.get("PORTAL_CHROMIUM") or (found if "/snap/" not in os.path.realpath(found) else "")
    own = {"executable_path": chromium} if chromium else {}
    return {**browser_type_launch_args, **own, "args": [*QUIET.split(), *OFFLINE.split()]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "ru-RU", "viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def no_barriers() -> Callable[[Page], None]:
    """``no_barriers(page)`` fails with axe's report when the page breaks WCAG 2.1 A or AA."""
    axe = Axe()

    def check(page: Page) -> None:
        result = axe.run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"

    return check


@pytest.fixture
def enter(browser: Browser, live_server, no_barriers) -> Iterator[Callable[[Membership], Person]]:
    """``enter(member)`` → a person at a browser of their own, inside; in the end nobody has seen a script error."""
    people: list[Person] = []

    def come(member: Membership) -> Person:
        person = Person(browser, live_server.url, no_barriers)
        people.append(person)
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        person.context.add_cookies([cookie])
        return person

    yield come
    for person in people:
        person.leave()
