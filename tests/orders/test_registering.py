"""The journal: no gaps, no twins, dates that do not run backwards, also when two people register at once."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from orders.domain import drafts, registering
from orders.models import Order, Register
from orders.signals import order_returned, order_voided
from portal.lib.refusals import Refused
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.orders import CONTENT, make_draft, make_registered
from tests.threads import race

pytestmark = pytest.mark.django_db
MARCH = datetime.date(2026, 3, 16)


@pytest.fixture
def methodist():
    return MembershipFactory()


def numbers(department):
    return list(
        Order.objects.filter(department=department)
        .numbered()
        .order_by("sequence")
        .values_list("number", flat=True)
    )


def test_numbers_run_by_register_and_year(methodist):
    for _ in range(2):
        make_registered(methodist, date=MARCH)
    make_registered(methodist, date=datetime.date(2025, 12, 31))
    make_registered(MembershipFactory(), date=MARCH)
    other = Register.objects.create(department=methodist.department, name="Кадры", suffix="-к")
    registering.register(make_draft(methodist), by=methodist, register=other, date=MARCH)
    found = (
        Order.objects.filter(department=methodist.department)
        .numbered()
        .order_by("register", "year", "sequence")
    )
    assert list(found.values_list("year", "number")) == [(2025, "1"), (2026, "1"), (2026, "2"), (2026, "1-к")]


def test_refused_registration_gives_the_number_back(methodist):
    make_registered(methodist, date=MARCH)
    with pytest.raises(Refused, match=r"раньше предыдущего приказа: № 1 от 16\.03\.2026"):
        make_registered(methodist, date=MARCH - datetime.timedelta(days=1))
    assert make_registered(methodist, date=MARCH).number == "2"


@time_machine.travel("2026-03-16T21:30:00Z")
def test_date_may_be_today_where_the_department_is_but_not_tomorrow(methodist):
    methodist.department.time_zone = "Asia/Barnaul"
    methodist.department.save()
    make_registered(methodist, date=datetime.date(2026, 3, 17))
    with pytest.raises(Refused, match="ещё не наступила"):
        make_registered(methodist, date=datetime.date(2026, 3, 18))


def test_first_number_can_be_set_until_one_is_given(methodist):
    register = registering.default_register(methodist.department)
    registering.save_register(register, by=methodist, year=2026, first=47)
    assert registering.next_number(register, 2026) == "47"
    assert make_registered(methodist).number == "47"
    with pytest.raises(Refused, match="номера уже даны"):
        registering.save_register(register, by=methodist, year=2026, first=1)
    registering.save_register(register, by=methodist, year=2026, first=48)
    assert make_registered(methodist).number == "48"


def test_foreign_register_is_refused(methodist):
    foreign = Register.objects.create(department=DepartmentFactory(), name="Чужой")
    with pytest.raises(Refused, match="другому отделу"):
        registering.register(make_draft(methodist), by=methodist, register=foreign, date=MARCH)
    with pytest.raises(Refused, match="другому отделу"):
        registering.save_register(foreign, by=methodist, year=2026)


def test_returned_order_keeps_its_number_and_stays_between_its_neighbours(methodist):
    first = make_registered(methodist, date=MARCH)
    make_registered(methodist, date=MARCH + datetime.timedelta(days=2))
    heard = []
    order_returned.connect(
        lambda order, by, **_: heard.append((order.pk, by.pk)), weak=False, dispatch_uid="test"
    )
    try:
        registering.return_for_rework(first, by=methodist, reason="Опечатка в пункте 2")
    finally:
        order_returned.disconnect(dispatch_uid="test")
    assert (heard, first.state, first.number) == ([(first.pk, methodist.pk)], "draft", "1")
    with pytest.raises(Refused, match=r"позже следующего приказа: № 2 от 18\.03\.2026"):
        registering.register(first, by=methodist, date=MARCH + datetime.timedelta(days=3))
    with pytest.raises(Refused, match="дан в 2026 году"):
        registering.register(first, by=methodist, date=datetime.date(2025, 3, 16))
    again = registering.register(first, by=methodist, date=MARCH + datetime.timedelta(days=1))
    assert (again.number, make_registered(methodist, date=datetime.date(2026, 4, 1)).number) == ("1", "3")
    assert [event.state for event in first.events.all()] == ["draft", "registered", "draft", "registered"]


def test_void_keeps_the_number_and_the_reason(methodist):
    order = make_registered(methodist)
    heard = []
    order_voided.connect(lambda order, **_: heard.append(order.pk), weak=False, dispatch_uid="test")
    try:
        with pytest.raises(Refused, match="почему"):
            registering.void(order, by=methodist, reason=" ")
        registering.void(order, by=methodist, reason="Издан ошибочно")
    finally:
        order_voided.disconnect(dispatch_uid="test")
    make_registered(methodist)
    assert (heard, order.state, order.void_reason) == ([order.pk], "void", "Издан ошибочно")
    assert numbers(methodist.department) == ["1", "2"]


def test_draft_without_signatory_or_title_is_refused(methodist):
    order = make_draft(methodist, title=" ")
    drafts.change_texts(order, by=methodist, version=1, signatory_name="")
    with pytest.raises(Refused, match=r"Заголовок указан: нет.*Подписант указан: нет"):
        registering.register(order, by=methodist, date=MARCH)


def test_signs_missing_from_the_font_are_named_with_their_place(methodist):
    order = make_draft(methodist, clauses=[drafts.ClauseDraft("Отметить ☐ и ✓ в таблице.")])
    with pytest.raises(Refused, match=r"пункт 1\.: ☐✓"):
        registering.register(order, by=methodist, date=MARCH)


def test_signs_of_columns_that_are_not_printed_stop_nothing(methodist):
    hidden = CONTENT | {"sections": [{"heading": "", "items": [{"text": "Собрать сведения", "note": "☐"}]}]}
    order = make_draft(methodist, annexes=[drafts.AnnexDraft(hidden)])
    assert registering.register(order, by=methodist, date=MARCH).number == "1"


@pytest.mark.django_db(transaction=True)
def test_eight_registered_at_once_get_eight_numbers_without_gap():
    methodist = MembershipFactory()
    orders = [make_draft(methodist) for _ in range(8)]
    outcomes = race(
        *[lambda order=order: registering.register(order, by=methodist, date=MARCH) for order in orders]
    )
    assert [type(outcome) for outcome in outcomes] == [Order] * 8
    assert sorted(numbers(methodist.department), key=int) == [str(number) for number in range(1, 9)]


@pytest.mark.django_db(transaction=True)
def test_one_order_registered_by_four_at_once_gets_one_number():
    methodist = MembershipFactory()
    order = make_draft(methodist)
    fresh = [Order.objects.get(pk=order.pk) for _ in range(4)]
    outcomes = race(*[lambda row=row: registering.register(row, by=methodist, date=MARCH) for row in fresh])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Order"] + ["Refused"] * 3
    assert [event.state for event in order.events.all()] == ["draft", "registered"]
    assert registering.next_number(Register.objects.get(), 2026) == "2"
