"""«Перед подписью»: what is found wrong, and what is found right."""

from __future__ import annotations

import pytest

from orders.domain import checklist
from orders.domain.drafts import ClauseDraft
from orders.models import Order
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import make_draft, make_registered
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def methodist():
    return MembershipFactory()


def faults(order):
    """Title → remedy of everything that is not in order."""
    return {check.title: check.detail for check in checklist.before_signing(order) if not check.ok}


def test_a_complete_order_has_nothing_to_be_said_about(methodist):
    head = MembershipFactory(head=True, department=methodist.department)
    order = make_registered(methodist, controller=head)
    assert faults(order) == {}
    assert "На приложении напечатается: от 16.03.2026 №\u00a01" in [
        check.detail for check in checklist.before_signing(order)
    ]


@pytest.mark.parametrize(
    ("texts", "title", "remedy"),
    [
        ({"executors": []}, "Исполнитель и телефон указаны", "Впишите исполнителя"),
        (
            {"executors": [{"name": "Пробная", "phone": ""}]},
            "Исполнитель и телефон указаны",
            "Впишите исполнителя",
        ),
        ({"clauses": [ClauseDraft("Утвердить план.")]}, "Ссылка на приложение есть", "согласно приложению"),
        ({"annexes": []}, "Приложения не нужны", "Текст ссылается на приложение"),
        ({"clauses": [ClauseDraft("Утвердить прилагаемый план.")]}, "Контроль возложен", "Нет пункта"),
        ({}, "Контроль возложен", "Назовите контролирующего"),
        ({"distribution": []}, "Рассылка полна", "Не сказано"),
        ({}, "Есть кому подписать", "роль начальника"),
    ],
)
def test_advice(methodist, texts, title, remedy):
    assert remedy in faults(make_draft(methodist, **texts))[title]


@pytest.mark.parametrize(
    ("addressee", "missed"),
    [
        ("МБОУ СОШ № 1, 12; Вечерняя", None),
        ("школам", None),
        ("МБОУ СОШ № 12; Вечерняя", "Не названы: МБОУ «СОШ № 1»"),
        ("МБОУ СОШ № 1", "Не названы: МБОУ «Вечерняя», МБОУ «СОШ № 12»"),
    ],
)
def test_schools_left_out_of_the_distribution_are_named(methodist, addressee, missed):
    for name in ("МБОУ «СОШ № 1»", "МБОУ «СОШ № 12»", "МБОУ «Вечерняя»"):
        SchoolFactory(name=name, department=methodist.department)
    SchoolFactory(name="МБОУ «Чужая»")
    order = make_draft(methodist, distribution=[{"copies": 3, "addressee": addressee}])
    assert faults(order).get("Рассылка полна") == missed


def test_a_gap_in_the_numbers_stops_the_signature(methodist):
    make_registered(methodist)
    order = make_registered(methodist)
    Order.objects.filter(pk=order.pk).update(sequence=5)
    order.refresh_from_db()
    found = [check for check in checklist.before_signing(order) if check.state == "fault"]
    assert [check.title for check in found] == ["№ 2 без пропуска"]


def test_faults_come_first_then_advice(methodist):
    order = make_draft(methodist, title=" ")
    states = [check.state for check in checklist.before_signing(order)]
    assert states == sorted(states, key=["fault", "advice", "ok"].index)
    assert states[0] == "fault"
