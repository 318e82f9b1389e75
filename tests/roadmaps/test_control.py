"""The clause of control names the controller; an order whose plan is being edited says so."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from orders.domain import checklist, registering, signing
from portal.lib.refusals import Refused
from roadmaps.domain import approval, revisions
from roadmaps.models import Roadmap
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 1, 15)


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def head(methodist):
    return MembershipFactory(head=True, department=methodist.department)


@pytest.fixture
def vice(methodist):
    user = UserFactory(last_name="Ёлкина", first_name="Раиса", patronymic="Львовна")
    return MembershipFactory(
        department=methodist.department, user=user, position="заместитель начальника отдела"
    )


def plan(methodist, *clauses):
    order = {"clauses": [{"number": "1.", "text": text, "children": []} for text in clauses]}
    roadmap = RoadmapFactory(department=methodist.department, imported_order=order if clauses else {})
    ActionItemFactory(section=SectionFactory(roadmap=roadmap))
    return roadmap


@pytest.mark.parametrize(
    "clause",
    [
        "Контроль за исполнением приказа возложить на Ёлкину Р.Л.",
        "Контроль исполнения настоящего приказа возложить на заместителя начальника отдела Елкину Р.Л.",
        "Контроль за исполнением\nвозложить на заместителя начальника отдела.",
        "Контроль за выполнением приказа возлагаю на Р. Л. Ёлкину",
    ],
)
def test_whom_the_imported_order_names_controls(methodist, head, vice, clause):
    order = approval.assemble(plan(methodist, "Утвердить план.", clause), methodist)
    assert order.controller == vice


@pytest.mark.parametrize(
    "clauses",
    [
        (),
        ("Контроль исполнения приказа оставляю за собой.",),
        ("Контроль за исполнением осуществляю лично.",),
    ],
)
def test_control_kept_to_oneself_is_the_one_who_signs(methodist, head, clauses):
    assert approval.assemble(plan(methodist, *clauses), methodist).controller == head


@pytest.mark.parametrize(
    "clause",
    [
        "Контроль возложить на Незнакомцеву И.И.",
        "Контроль возложить на руководителей школ",
        "Провести контроль знаний.",
    ],
)
def test_nobody_is_guessed(methodist, head, vice, clause):
    assert approval.assemble(plan(methodist, clause), methodist).controller is None


def test_of_two_who_may_sign_none_is_guessed(methodist, head):
    MembershipFactory(head=True, department=methodist.department)
    assert approval.assemble(plan(methodist), methodist).controller is None


def test_a_plan_taken_back_stops_the_order_and_says_where_to_go(login, methodist, head):
    roadmap = plan(methodist)
    order = approval.assemble(roadmap, methodist)
    approval.reopen(Roadmap.objects.get(pk=roadmap.pk), methodist)
    (fault,) = [check for check in checklist.before_signing(order) if check.state == "fault"]
    assert "на правке" in fault.detail
    page = login(methodist).get(reverse("orders:order", args=[order.pk])).content.decode()
    assert f'<a href="{reverse("roadmaps:roadmap", args=[roadmap.pk])}">Открыть</a>' in page
    with pytest.raises(Refused, match="на правке"):
        registering.register(order, by=methodist, date=TODAY)


def test_assembled_again_the_order_goes_on(methodist, head):
    roadmap = plan(methodist)
    order = approval.assemble(roadmap, methodist)
    approval.reopen(Roadmap.objects.get(pk=roadmap.pk), methodist)
    assert approval.assemble(roadmap, methodist) == order
    assert registering.register(order, by=methodist, date=TODAY).number


def test_a_new_revision_is_approved_by_an_amending_order(methodist, head):
    first = plan(methodist, "Утвердить прилагаемый план.")
    order = approval.assemble(first, methodist)
    registering.register(order, by=methodist, date=TODAY)
    signing.sign(order, by=head)
    second = revisions.new_revision(Roadmap.objects.get(pk=first.pk), methodist)
    amending = approval.assemble(second, methodist)
    assert amending.title == f"О внесении изменений\nв приказ от 15.01.2026 № {order.number}"
    assert amending.clauses.first().text == (
        f"Внести изменения в план мероприятий, утверждённый приказом от 15.01.2026 № {order.number}, "
        "изложив его в новой редакции согласно приложению."
    )
