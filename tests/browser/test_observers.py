"""A methodist fills a hole by the solver, replaces one by hand; the observer comes in by a link and declines."""

from __future__ import annotations

import datetime

import pytest

from observers.models import AssignmentProposal, ObserverAssignment
from tests.browser.people import PASSWORD, Person
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import ObserverFactory
from tests.factories.schools import CampaignFactory, ExamFactory, SchoolFactory, SessionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def methodist():
    member = MembershipFactory()
    member.user.set_password(PASSWORD)
    member.user.save()
    return member


@pytest.fixture
def session(methodist):
    today = datetime.date.today()
    campaign = CampaignFactory(
        department=methodist.department, first_day=today, last_day=today + datetime.timedelta(20)
    )
    school = SchoolFactory(department=methodist.department, name="МБОУ «СОШ № 7»")
    return SessionFactory(
        exam=ExamFactory(campaign=campaign), school=school, day=today + datetime.timedelta(7),
        starts_at=datetime.time(9), ends_at=datetime.time(10),
    )  # fmt: skip


def test_from_a_hole_to_an_observers_refusal(browser, live_server, methodist, session, no_barriers):
    ours = {"department": methodist.department}
    ObserverFactory(**ours, last_name="Своева", works_at=[session.school])
    ObserverFactory(**ours, last_name="Первова")
    ObserverFactory(**ours, last_name="Вторина", max_load=0)
    person = Person(browser, live_server.url, check=no_barriers)
    person.log_in(methodist.user.email)
    person.open("/observers/")
    person.sees("Первова")
    no_barriers(person.page)
    person.press("Назначения")
    person.sees("не хватает 1")
    no_barriers(person.page)
    person.press("Предложить")
    person.press("посмотреть и принять")
    person.sees("Первова")
    no_barriers(person.page)
    person.press("Принять все")
    person.sees("Принято изменений: 1")
    assert AssignmentProposal.objects.get().state == "accepted"

    person.press("Назначения")
    person.press("МБОУ «СОШ № 7»")
    person.sees("Своева")
    person.sees("работает в этой школе")
    no_barriers(person.page)
    person.page.get_by_text("Заменить, снять, записать отказ").click()
    second = person.page.locator("select[name='observer']").first
    second.select_option(index=0)
    person.press("Заменить")
    person.sees("идёт Вторина")
    visit = ObserverAssignment.objects.active().get()
    assert visit.observer.last_name == "Вторина"

    person.open(f"/observers/{visit.observer_id}/")
    no_barriers(person.page)
    person.press("Дать ссылку")
    link = person.page.locator("#address").input_value()
    phone = Person(browser, live_server.url, check=no_barriers)
    phone.page.set_viewport_size({"width": 390, "height": 800})
    phone.open(link[link.index("/observers/") :])
    phone.press("Открыть мои посещения")
    phone.sees("СОШ № 7")
    assert not person.faults
    assert not phone.faults
