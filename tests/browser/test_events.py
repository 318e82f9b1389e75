"""A methodist records an event with the wrong turns people take: nothing chosen, a wrong day, back, a double click."""

from __future__ import annotations

import datetime

import pytest
from playwright.sync_api import expect

from roadmaps.deadlines import Period, compile, to_json
from roadmaps.models import Assignment, RecordedEvent
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory
from tests.factories.schools import SchoolFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TODAY = datetime.date.today()
YESTERDAY, BEFORE, TOMORROW = (TODAY + datetime.timedelta(days=days) for days in (-1, -2, 1))
PHRASE = "в течение 3 дней после проведения ВПР"


@pytest.fixture
def methodist():
    member = MembershipFactory(user__last_name="Михеева")
    period = Period(TODAY - datetime.timedelta(days=90), TODAY + datetime.timedelta(days=90))
    plan = RoadmapFactory(
        department=member.department,
        order=OrderFactory(department=member.department),
        state="approved",
        first_day=period.first,
        last_day=period.last,
    )
    ActionItemFactory(
        section__roadmap=plan,
        deadline=PHRASE,
        deadline_parts=to_json(compile(PHRASE, period)),
        reach=[{"kind": "all_schools", "phrase": "Руководители ОО"}],
    )
    SchoolFactory.create_batch(4, department=member.department)
    return member


def test_an_event_is_recorded_corrected_and_withdrawn(enter, methodist):
    person = enter(methodist)
    page = person.page
    person.open("/roadmaps/assignments/")
    person.press("Записать событие")
    expect(page.locator("nav [aria-current=page]").first).to_have_text("Все поручения")
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    person.press("Показать, что начнётся")
    person.sees("Выберите, что произошло.")
    person.check(page)
    person.choose("event", "Оценочная процедура проведена")
    person.fill(day=str(TOMORROW))
    person.press("Показать, что начнётся")
    person.sees("Этот день ещё не наступил.")
    person.fill(day=str(YESTERDAY))
    person.press("Показать, что начнётся")
    person.sees("Всего в списке: 4 поручения")
    person.check(page)
    page.get_by_role("button", name="Записать и начать", exact=True).dblclick()
    person.sees("исполняется 4")
    page.wait_for_load_state("networkidle")
    person.check(page)
    assert (RecordedEvent.objects.count(), Assignment.objects.count()) == (1, 4)

    page.go_back()
    person.press("Записать и начать")
    person.sees("Новых поручений нет.")
    page.locator("#day input[name=day]").fill(str(BEFORE))
    person.press("Показать новые сроки")
    person.sees("Ничего ещё не изменено.")
    person.check(page)
    person.press("Исправить день")
    person.sees("Сроки изменены: 4 поручения.")
    page.reload()
    assert {duty.last_day for duty in Assignment.objects.all()} == {BEFORE + datetime.timedelta(days=3)}

    person.fill(reason="Записано по ошибке")
    person.press("Отозвать событие")
    person.sees("Снято: 4 поручения.")
    person.check(page)
    person.press("События")
    person.sees("отозвано")
    person.check(page)
    assert {duty.state for duty in Assignment.objects.all()} == {Assignment.State.CLOSED}
    # The browser's own note of a refused form (422) is no fault of a script.
    person.faults = [fault for fault in person.faults if "Failed to load resource" not in fault]
