"""A methodist opens a flag on a computed sign; its clock of three working days stands on her first page."""

from __future__ import annotations

import datetime

import pytest
from playwright.sync_api import expect

from roadmaps.deadlines import Period, compile, to_json
from roadmaps.models import Roadmap
from schools.domain import judging
from tests.browser.people import PASSWORD, Person
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory
from tests.factories.schools import ExamFactory, ResultFactory, SchoolFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SPIKED = [1, 2, 3, 4, 5, 6, 6, 0, 1, 22, 7, 6, 6, 5, 4, 3, 2, 1, 1]


@pytest.fixture
def methodist():
    member = MembershipFactory(department=DepartmentFactory())
    member.user.set_password(PASSWORD)
    member.user.save()
    return member


@pytest.fixture
def result(methodist):
    """A plan in force that waits for such news, and a school's result with a spike."""
    department, today = methodist.department, datetime.date.today()
    period = Period(today - datetime.timedelta(days=60), today + datetime.timedelta(days=200))
    plan = RoadmapFactory(
        department=department, state=Roadmap.State.APPROVED, order=OrderFactory(department=department),
        first_day=period.first, last_day=period.last, created_by=methodist,
    )  # fmt: skip
    deadline = "в течение трёх рабочих дней в случае выявления признаков необъективности"
    ActionItemFactory(
        section__roadmap=plan, text="Собеседование с администрацией школы", deadline=deadline,
        deadline_parts=to_json(compile(deadline, period)), reach=[{"kind": "all_schools", "phrase": "школы"}],
    )  # fmt: skip
    exam = ExamFactory(campaign__department=department)
    school = SchoolFactory(department=department, name="СОШ № 7")
    row = ResultFactory(exam=exam, school=school, histogram=SPIKED, participants=sum(SPIKED))
    judging.compute(exam.campaign, by=methodist)
    return row


def test_from_a_sign_to_the_clock_on_the_first_page(browser, live_server, methodist, result):
    person = Person(browser, live_server.url, check=lambda page: None)
    person.log_in(methodist.user.email)
    person.open("/schools/results/")
    person.page.get_by_role("link", name="▲ 1 признак").click()
    person.sees("Всплеск на границе отметки")
    person.press("Открыть признак")
    assert "На границе «4»" in person.page.locator("[name=grounds]").input_value()
    person.press("Открыть признак", within=person.page.locator("main form"))
    person.sees("Признак открыт")
    person.open("/")
    clock = person.page.locator(".clock")
    expect(clock).to_contain_text("СОШ № 7")
    expect(clock).to_contain_text("Собеседование с администрацией школы")
    expect(clock).to_contain_text("часы пущены")
    assert person.faults == []
