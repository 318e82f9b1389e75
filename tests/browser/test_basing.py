"""The methodist takes last year's plan as the ground of the new one, in the browser."""

from __future__ import annotations

import datetime

import pytest
from playwright.sync_api import expect

from roadmaps.models import Roadmap
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import SchoolFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_last_years_plan_becomes_this_years_draft(enter, time_machine):
    time_machine.move_to(datetime.datetime(2026, 9, 7, 9, tzinfo=datetime.UTC))
    member = MembershipFactory()
    ours = {"department": member.department}
    SchoolFactory(**ours)
    plan = RoadmapFactory(**ours, state="archived", order=OrderFactory(**ours), name="Карта на 2025/26")
    section = SectionFactory(roadmap=plan)
    ActionItemFactory(
        section=section, number="1.1.", text="Итоги ВПР 2026 года", deadline="до 15 марта 2026 года"
    )
    ActionItemFactory(section=section, number="1.2.", deadline="когда-нибудь")

    person = enter(member)
    page = person.page
    person.open("/roadmaps/")
    person.press("Взять за основу прошлую карту")
    person.check(page)
    person.choose("past", "Карта на 2025/26, 01.09.2025 – 31.08.2026")
    person.press("Взять за основу")
    expect(page.get_by_label("Название")).to_have_value("Карта на 2026/27")
    expect(page.get_by_label("Начало периода")).to_have_value("2026-09-01")
    person.check(page)
    page.get_by_label("Сдвинуть годы и в тексте пунктов").check()
    page.get_by_role("button", name="Создать черновик").dblclick()
    person.sees("Скопировано: 2\N{NO-BREAK SPACE}пункта")
    person.sees("до 15 марта 2027 года")
    person.sees("Итоги ВПР 2027 года")
    person.sees("1\N{NO-BREAK SPACE}вопрос")
    page.get_by_text("Что сдвинуто").click()
    expect(page.get_by_role("row", name="Пункт 1.1").first).to_contain_text("до 15 марта 2026 года")
    person.check(page)
    page.get_by_role("link", name="Пункт 1.1", exact=True).first.click()
    expect(page.locator("tbody:target")).to_be_in_viewport()
    person.press("История")
    person.sees("Создана на основе карты «Карта на 2025/26»")
    person.press("что сдвинуто")
    person.sees("Скопировано: 2\N{NO-BREAK SPACE}пункта")
    assert Roadmap.objects.filter(state="draft").count() == 1
