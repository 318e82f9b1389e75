"""The life of a duty between two people at two browsers, with the wrong turns people take.

Back, reload, a double click, and a second tab that answers what the first one has answered already.
"""

from __future__ import annotations

import datetime

import pytest
from playwright.sync_api import Page, expect

from roadmaps.models import Assignment
from tests.browser.people import Person
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DUE = datetime.date.today() + datetime.timedelta(days=10)
LATER, LATEST = DUE + datetime.timedelta(days=10), DUE + datetime.timedelta(days=40)


@pytest.fixture
def methodist():
    return MembershipFactory(user__last_name="Михеева")


@pytest.fixture
def duty(methodist):
    return AssignmentFactory(
        item__section__roadmap__department=methodist.department, controller=methodist, last_day=DUE
    )


@pytest.fixture
def deputy(duty):
    return PostFactory(school=duty.school).membership


def second_tab(person: Person, path: str) -> Page:
    """Another tab of the same browser, opened now and used later."""
    page = person.context.new_page()
    page.set_default_timeout(20_000)
    page.goto(person.site + path)
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def shows(page: Page, text: str) -> None:
    expect(page.locator("body")).to_contain_text(text)


def stale(person: Person) -> None:
    """The browser's own note of a refused request (422, 403) is no fault of a script."""
    person.faults = [fault for fault in person.faults if "Failed to load resource" not in fault]


def address(duty: Assignment) -> str:
    return f"/roadmaps/assignments/{duty.pk}/"


def history(duty: Assignment) -> list[tuple[str, str]]:
    return list(duty.events.values_list("kind", "state"))


def test_report_returned_and_reported_again_is_accepted_once(enter, duty, deputy, methodist):
    school, office = enter(deputy), enter(methodist)
    late_tab = second_tab(school, address(duty))
    late_tab.get_by_label("Пояснение").fill("Из другой вкладки")

    school.open(address(duty))
    school.open("/roadmaps/mine/")
    school.press("Отметить выполнение")
    school.page.get_by_label("Пояснение").fill("Провели")
    school.page.get_by_role("button", name="Отправить на проверку").dblclick()
    school.sees("Доклад отправлен на проверку.")
    press(late_tab, "Отправить на проверку")
    shows(late_tab, "сейчас оно «на проверке»")
    shows(late_tab, "Ваш текст не отправлен, скопируйте его, если он нужен: «Из другой вкладки»")

    office.open("/roadmaps/review/")
    office.check(office.page)
    other = second_tab(office, "/roadmaps/review/")
    office.press("Вернуть с замечанием")
    office.fill(comment="Нет подписи директора")
    office.press("Вернуть с замечанием")
    office.sees("Возвращено с замечанием")
    press(other, "Принять")
    shows(other, "сейчас оно «возвращено»")
    stale(office)
    other.reload()
    shows(other, "Всё проверено")

    school.page.go_back()
    school.page.reload()
    school.sees("Нет подписи директора")
    school.open("/roadmaps/mine/")
    school.press("Исправить")
    school.page.get_by_label("Пояснение").fill("С подписью")
    school.page.get_by_role("button", name="Отправить на проверку").dblclick()
    school.sees("Доклад отправлен на проверку.")

    office.open("/roadmaps/review/")
    office.page.get_by_role("button", name="Принять", exact=True).dblclick()
    office.sees("Принято.")
    office.page.reload()
    office.sees("Всё проверено")
    press(late_tab, "Отозвать доклад")
    shows(late_tab, "сейчас оно «принято»")
    stale(school)
    school.open(address(duty))
    school.check(school.page)
    expect(school.page.locator("form.duty__form")).to_have_count(0)
    assert [state for kind, state in history(duty) if kind == "state"] == [
        "reported",
        "returned",
        "reported",
        "accepted",
    ]
    assert list(duty.evidence.values_list("round", "text")) == [(1, "Провели"), (2, "С подписью")]


def ask_extension(person: Person, duty: Assignment, until: datetime.date, reason: str) -> None:
    person.open(f"{address(duty)}ask/extension/")
    person.fill(until=until.isoformat(), reason=reason)
    person.page.get_by_role("button", name="Отправить просьбу").dblclick()
    person.sees("Просьба отправлена")


def test_extension_is_granted_once_and_the_next_refused_once(enter, duty, deputy, methodist):
    school, office = enter(deputy), enter(methodist)
    ask_extension(school, duty, LATER, "Карантин")
    school.check(school.page)
    school.page.go_back()
    school.fill(until=LATEST.isoformat(), reason="Ещё одна")
    school.press("Отправить просьбу")
    school.sees("Просьба по этому поручению уже ждёт ответа")
    stale(school)

    office.open(address(duty))
    office.check(office.page)
    other, third = (second_tab(office, address(duty)) for _ in range(2))
    office.page.get_by_role("button", name="Продлить", exact=True).dblclick()
    office.sees("Просьба удовлетворена")
    other.get_by_label("Почему отказано").fill("Поздно")
    press(other, "Отказать")
    shows(other, "На эту просьбу уже ответили")
    press(third, "Продлить")
    shows(third, "На эту просьбу уже ответили")
    school.open("/roadmaps/mine/")
    school.sees("продлено")
    duty.refresh_from_db()
    assert (duty.last_day, duty.printed_day) == (LATER, DUE)

    ask_extension(school, duty, LATEST, "Не успеваем")
    office.open(address(duty))
    other = second_tab(office, address(duty))
    office.fill(comment="Срок назначен министерством")
    office.page.get_by_role("button", name="Отказать", exact=True).dblclick()
    office.sees("В просьбе отказано")
    press(other, "Продлить")
    shows(other, "На эту просьбу уже ответили")
    office.page.go_back()
    office.page.reload()
    office.sees("Срок назначен министерством")
    school.open(address(duty))
    school.sees("Срок назначен министерством")
    duty.refresh_from_db()
    assert (duty.last_day, duty.state) == (LATER, "assigned")
    assert history(duty) == [(kind, "assigned") for kind in ("asked", "granted", "asked", "denied")]


def test_duties_of_one_who_leaves_go_to_a_colleague_one_by_one_and_all_at_once(enter, duty, methodist):
    department = methodist.department
    head, heir = (
        MembershipFactory(department=department, user__last_name=name, **role)
        for name, role in (("Ветлугина", {"head": True}), ("Корнев", {}))
    )
    plan = {"item__section__roadmap__department": department, "school": None, "official": methodist}
    first, second = AssignmentFactory(last_day=DUE, **plan), AssignmentFactory(last_day=DUE, **plan)
    office, leaver = enter(head), enter(methodist)
    begun = second_tab(leaver, address(first))
    begun.get_by_label("Пояснение").fill("Почти готово")

    office.open(address(first))
    office.press("Передать коллеге")
    office.check(office.page)
    office.choose("to", "Корнев М. П., методист")
    office.page.get_by_role("button", name="Передать", exact=True).dblclick()
    office.sees("Передано: Корнев М. П.")
    press(begun, "Отправить на проверку")
    shows(begun, "может только исполнитель поручения. Сейчас это Корнев М. П.")
    assert begun.get_by_label("Пояснение").input_value() == "Почти готово"
    stale(leaver)

    office.open("/people/")
    row = office.page.get_by_role("row", name="Михеева")
    office.press("передать поручения", within=row)
    office.check(office.page)
    office.sees(
        "2\N{NO-BREAK SPACE}незаконченных дела"
    )  # one duty of their own, one item whose reports they accept
    other = second_tab(office, f"/roadmaps/handover/{methodist.pk}/")
    office.choose("to", "Корнев М. П., методист")
    office.page.get_by_role("button", name="Передать отмеченные (2)").dblclick()
    office.sees("Передано 1\N{NO-BREAK SPACE}поручение; докладов принимать по 1\N{NO-BREAK SPACE}поручению.")
    office.sees("передавать нечего")
    other.locator("select[name='to']").select_option(label="Ветлугина М. П., начальник отдела")
    press(other, "Передать отмеченные (2)")
    shows(other, "Отмеченное уже передано или выполнено")
    office.page.go_back()
    office.page.reload()

    for row in (first, second, duty):
        row.refresh_from_db()
    assert [(one.official, one.named) for one in (first, second)] == [(heir, methodist)] * 2
    assert duty.controller == heir
    assert [history(one) for one in (first, second, duty)] == [[("handed", "assigned")]] * 3
    colleague = enter(heir)
    colleague.open("/roadmaps/mine/")
    colleague.sees("в документе назван Михеева М. П.")
    colleague.check(colleague.page)
