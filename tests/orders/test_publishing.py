"""An order is shown to everybody by a deliberate act of the head or a methodist, and can be taken back."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from orders.domain import publishing, repealing
from orders.models import Order
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import VisitFactory
from tests.factories.orders import (
    CONTENT,
    give_pdf,
    make_draft,
    make_registered,
    make_signed,
)
from tests.factories.recheck import CaseFactory
from tests.threads import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return give_pdf(make_signed())


def told(order):
    return [event.title for event in order.events.all()][-1]


def refused(said, order, by, act=publishing.publish):
    with pytest.raises(Refused, match=said):
        act(order, by=by)


def test_a_signature_publishes_nothing(order):
    assert order.published_at is None
    assert not Order.objects.published().exists()


@pytest.mark.parametrize("role", ["methodist", "head"])
def test_published_and_taken_back_stand_in_history_and_audit(order, role):
    by = MembershipFactory(department=order.department, **({"head": True} if role == "head" else {}))
    hidden = give_pdf(make_signed())
    publishing.publish(order, by=by)
    assert list(Order.objects.published()) == [order]
    assert told(order) == "Опубликован для всех"
    publishing.withdraw(order, by=by)
    assert not Order.objects.published().exists()
    assert told(order) == "Снят с публикации"
    actions = AuditEvent.objects.filter(action__in=["order.published", "order.withdrawn"]).order_by("pk")
    assert [event.action for event in actions] == ["order.published", "order.withdrawn"]
    hidden.refresh_from_db()
    assert hidden.published_at is None


def test_only_the_departments_own_head_and_methodists(order):
    others = [
        MembershipFactory(head=True),
        MembershipFactory(),
        *(
            MembershipFactory(department=order.department, **{role: True})
            for role in ("deputy", "viewer", "admin")
        ),
    ]
    for by in others:
        refused("начальник и методист", order, by)
    publishing.publish(order, by=order.created_by)
    for by in others:
        refused("начальник и методист", order, by, publishing.withdraw)


def test_only_what_is_signed_in_force_and_has_its_paper(order):
    methodist = order.created_by
    refused("подписанный", make_draft(methodist), methodist)
    refused("подписанный", make_registered(methodist), methodist)
    refused("PDF ещё готовится", make_signed(methodist), methodist)
    publishing.publish(order, by=methodist)
    refused("только что", order, methodist)
    repealing.repeal(order, by=order.signed_by, reason="Замена")
    order.refresh_from_db()
    assert order.published_at
    publishing.withdraw(order, by=methodist)
    refused("действующий", order, methodist)
    refused("уже снят", order, methodist, publishing.withdraw)


@pytest.mark.parametrize("make", [make_draft, make_registered, make_signed])
def test_the_database_holds_no_published_order_without_signature_and_paper(make):
    row = make()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=row.pk).update(published_at=timezone.now())


def test_a_paper_that_names_observers_is_never_published():
    visit = VisitFactory()
    department = visit.session.exam.campaign.department
    columns = [{"key": "number", "heading": "№"}, {"key": "observer", "heading": "Наблюдатель"}]
    rows = [{"number": "1.", "observer": "Пробная Анна"}]
    content = CONTENT | {"columns": columns, "sections": [{"heading": "", "items": rows}]}
    order = make_signed(MembershipFactory(department=department))
    order.annexes.create(position=2, content=content)
    refused("частные лица", give_pdf(order), order.created_by)


def test_what_a_paper_would_tell_is_said_before(order):
    assert [doubt.remedy for doubt in publishing.doubts(order)] == [
        "На бумаге напечатан телефон исполнителя: 2-00-01."
    ]
    Order.objects.filter(pk=order.pk).update(executors=[])
    order.refresh_from_db()
    assert publishing.doubts(order) == []
    CaseFactory(school__department=order.department, results_order=order)
    assert [doubt.title for doubt in publishing.doubts(order)] == ["Школы не названы вместе с итогами"]
    publishing.publish(order, by=order.created_by)


def test_the_orders_page_offers_it_to_those_who_may(login, order):
    def page(member):
        return login(member).get(reverse("orders:order", args=[order.pk])).content.decode()

    methodist, ours = order.created_by, {"department": order.department}
    assert "Без входа увидят" in page(methodist)
    assert "Опубликовать" not in page(MembershipFactory(viewer=True, **ours))
    assert "Опубликовать" not in page(MembershipFactory(deputy=True, **ours))
    client = login(methodist)
    client.post(reverse("orders:publish", args=[order.pk]))
    assert "Снять с публикации" in page(methodist)
    assert "опубликован для всех" in client.get(reverse("orders:list")).content.decode()
    seen = page(MembershipFactory(viewer=True, **ours))
    assert ("страница документов отдела" in seen, "Снять с публикации" in seen) == (True, False)
    login(methodist).post(reverse("orders:withdraw", args=[order.pk]))
    order.refresh_from_db()
    assert order.published_at is None


def test_no_button_while_something_forbids_it(login):
    order = make_signed()
    page = login(order.created_by).get(reverse("orders:order", args=[order.pk])).content.decode()
    assert ("PDF ещё готовится" in page, "Опубликовать" in page) == (True, False)


@pytest.mark.parametrize("name", ["publish", "withdraw"])
def test_other_roles_are_sent_away(login, order, name):
    viewer = MembershipFactory(viewer=True, department=order.department)
    assert login(viewer).post(reverse(f"orders:{name}", args=[order.pk])).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_at_once_publish_once():
    order = give_pdf(make_signed())
    rows = [Order.objects.get(pk=order.pk) for _ in range(2)]
    outcomes = race(*[lambda row=row: publishing.publish(row, by=order.created_by) for row in rows])
    assert sorted(type(one).__name__ for one in outcomes) == ["Order", "Refused"]
    assert AuditEvent.objects.filter(action="order.published").count() == 1
