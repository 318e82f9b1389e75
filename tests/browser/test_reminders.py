"""Reminders on the screen: the admin sets the ladder and reads the ledger, a deputy reads and takes a calendar."""

from __future__ import annotations

import datetime

import pytest

from notifications.domain import links
from notifications.models import Rules
from tests.factories.accounts import MembershipFactory
from tests.factories.notifications import ReminderFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (360, 768, 1440)


def without_barriers(person, path):
    person.open(path)
    person.check(person.page)
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        assert person.page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    person.page.set_viewport_size({"width": 1440, "height": 900})


def test_admin_sets_the_ladder_sees_what_it_means_and_sends_again_what_failed(enter):
    admin = MembershipFactory(admin=True)
    ReminderFactory(membership=admin, department=admin.department, failed=True)
    person = enter(admin)
    for path in ("/notifications/ledger/", "/notifications/ledger/rules/", "/notifications/choices/"):
        without_barriers(person, path)
    person.open("/notifications/ledger/rules/")
    person.fill(before="10, 3")
    person.sees("за 10\N{NO-BREAK SPACE}дней, за\N{NO-BREAK SPACE}3\N{NO-BREAK SPACE}дня")
    person.press("Сохранить")
    person.sees("Правила действуют с ближайшего утра")
    assert Rules.objects.get().before == [10, 3]
    person.open("/notifications/ledger/?state=failed")
    person.press("Отправить снова все неудавшиеся (1)")
    person.sees("Поставлено в очередь ещё раз")


def test_deputy_follows_a_letter_reads_the_inbox_and_takes_a_calendar_along(enter, live_server, settings):
    settings.PORTAL_URL = live_server.url
    duty = AssignmentFactory(last_day=datetime.date.today())
    deputy = PostFactory(school=duty.school).membership
    letter = ReminderFactory(membership=deputy, department=deputy.department, subject="Срок сегодня")
    person = enter(deputy)
    without_barriers(person, "/notifications/")
    link = links.page_link(letter, "/roadmaps/mine/", deputy.pk)
    person.open(link)
    person.sees(duty.item.text)
    person.context.clear_cookies()
    person.open(links.page_link(letter, "/roadmaps/mine/?again", deputy.pk))
    person.sees("Электронная почта")
    person = enter(deputy)
    without_barriers(person, "/roadmaps/calendars/")
    person.press("Получить ссылку")
    person.check(person.page)
    address = person.page.locator("#feed-address").input_value()
    feed = person.context.request.get(address)
    assert feed.headers["content-type"] == "text/calendar; charset=utf-8"
    assert duty.item.text in feed.text()
    person.page.locator(".btn--stop").click()
    person.sees("по ней больше ничего не видно")
    assert person.context.request.get(address).status == 410
