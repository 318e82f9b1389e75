"""A draft becomes an order's annex, is frozen by the signature, and lives on in revisions."""

import datetime
import threading

import pytest
from django.db import connection

from orders.domain import drafts, registering, signing
from orders.models import Order
from portal.lib.refusals import Refused
from roadmaps.domain import approval, blanks, items, revisions
from roadmaps.models import Assignment, Roadmap
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 1, 15)


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def roadmap(methodist):
    roadmap = RoadmapFactory(
        department=methodist.department, name="Дорожная карта на 2025/26", goals=["Порядок"]
    )
    item = ActionItemFactory(
        section=SectionFactory(roadmap=roadmap, heading="I. Начало"), number="1.1.", text="Собрать"
    )
    SchoolFactory(department=methodist.department)
    items.change(item, "deadline", "до 20 марта 2026 года", 1, methodist)
    items.change(item, "responsible", "Директора школ", 2, methodist)
    return roadmap


def signed(order, methodist):
    head = MembershipFactory(head=True, department=methodist.department)
    registering.register(order, by=methodist, date=TODAY)
    return signing.sign(order, by=head)


def test_the_order_carries_the_plan_as_it_is(roadmap, methodist):
    order = approval.assemble(roadmap, methodist)
    roadmap.refresh_from_db()
    assert (roadmap.state, roadmap.order) == (Roadmap.State.ASSEMBLED, order)
    assert order.annexes.get().content == {
        "title_lines": ["План мероприятий"],
        "goals": ["Порядок"],
        "columns": roadmap.columns,
        "sections": [{
            "heading": "I. Начало",
            "items": [{
                "number": "1.1.", "text": "Собрать", "deadline": "до 20 марта 2026 года",
                "responsible": "Директора школ",
            }],
        }],
    }  # fmt: skip
    assert order.title.startswith("Об утверждении дорожной карты")
    assert order.clauses.first().text == "Утвердить прилагаемую дорожную карту."


def test_an_order_that_came_with_the_file_is_used(roadmap, methodist):
    roadmap.imported_order = {
        "title_lines": ["О мерах", "по объективности"], "preamble": "Во исполнение плана", "executors": [
            {"name": "Липин Кирилл", "phone": None, "as_printed": "Липин"}],
        "clauses": [{"number": "1.", "text": "Утвердить план.", "children": [{"number": "1.1.", "text": "Сразу."}]}],
        "distribution": [{"copies": None, "to": "в дело"}],
    }  # fmt: skip
    roadmap.save()
    order = approval.assemble(roadmap, methodist)
    assert (order.title, order.preamble) == ("О мерах\nпо объективности", "Во исполнение плана")
    assert [(clause.text, clause.parent_id is None) for clause in order.clauses.order_by("pk")] == [
        ("Утвердить план.", True),
        ("Сразу.", False),
    ]
    assert order.executors == [{"name": "Липин Кирилл", "phone": ""}]
    assert order.distribution == [{"copies": 1, "addressee": "в дело"}]


def test_an_empty_plan_makes_no_order(methodist):
    with pytest.raises(Refused, match="ни одного пункта"):
        approval.assemble(RoadmapFactory(department=methodist.department), methodist)
    assert not Order.objects.exists()


def test_only_one_order_is_made_of_a_plan(roadmap, methodist):
    approval.assemble(roadmap, methodist)
    with pytest.raises(Refused, match="собран"):
        approval.assemble(Roadmap.objects.get(pk=roadmap.pk), methodist)
    assert Order.objects.count() == 1


def test_the_signature_approves_and_gives_out_duties(roadmap, methodist):
    signed(approval.assemble(roadmap, methodist), methodist)
    roadmap.refresh_from_db()
    assert roadmap.state == Roadmap.State.APPROVED
    assert Assignment.objects.filter(item__section__roadmap=roadmap).get().last_day == datetime.date(
        2026, 3, 20
    )
    states = {"Собрана в приказ", "Утверждена"}
    assert [event.what for event in roadmap.events.all() if event.what in states] == [
        "Утверждена",
        "Собрана в приказ",
    ]


def test_a_returned_order_lets_the_plan_be_edited_and_takes_it_back(roadmap, methodist):
    order = registering.register(approval.assemble(roadmap, methodist), by=methodist, date=TODAY)
    registering.return_for_rework(order, by=methodist, reason="Опечатка")
    roadmap.refresh_from_db()
    assert roadmap.state == Roadmap.State.DRAFT
    item = roadmap.sections.get().items.get()
    items.change(item, "text", "Собрать заново", item.version, methodist)
    again = approval.assemble(roadmap, methodist)
    assert (again.pk, again.number) == (order.pk, order.number)
    assert again.annexes.get().content["sections"][0]["items"][0]["text"] == "Собрать заново"


def test_a_plan_on_edit_stops_the_order_before_it_has_a_number(roadmap, methodist):
    order = approval.assemble(roadmap, methodist)
    approval.reopen(Roadmap.objects.get(), methodist)
    with pytest.raises(Refused, match="на правке"):
        signed(order, methodist)
    order.refresh_from_db()
    assert (order.state, order.number) == (Order.State.DRAFT, "")
    assert approval.assemble(Roadmap.objects.get(), methodist) == order
    assert registering.register(order, by=methodist, date=TODAY).number
    with pytest.raises(Refused, match="уже зарегистрирован"):
        approval.reopen(Roadmap.objects.get(), methodist)


def test_a_discarded_order_is_forgotten(roadmap, methodist):
    drafts.discard(approval.assemble(roadmap, methodist), by=methodist, reason="Не нужен")
    roadmap.refresh_from_db()
    assert (roadmap.state, roadmap.order) == (Roadmap.State.DRAFT, None)
    approval.assemble(roadmap, methodist)
    assert Order.objects.count() == 2


def test_a_new_revision_replaces_the_old_one_when_signed(roadmap, methodist):
    with pytest.raises(Refused, match="от утверждённой"):
        revisions.new_revision(roadmap, methodist)
    signed(approval.assemble(roadmap, methodist), methodist)
    roadmap.refresh_from_db()
    second = revisions.new_revision(roadmap, methodist)
    assert revisions.new_revision(roadmap, methodist) == second
    assert (second.revision, second.previous, second.state) == (2, roadmap, Roadmap.State.DRAFT)
    copied, original = (plan.sections.get().items.get() for plan in (second, roadmap))
    assert (copied.text, copied.deadline_parts, copied.reach) == (
        original.text, original.deadline_parts, original.reach,
    )  # fmt: skip
    order = registering.register(approval.assemble(second, methodist), by=methodist, date=TODAY)
    signing.sign(order, by=methodist.department.memberships.get(role="head"))
    roadmap.refresh_from_db()
    assert roadmap.state == Roadmap.State.ARCHIVED


def test_only_a_draft_that_was_in_no_order_is_deleted(roadmap, methodist):
    order = approval.assemble(roadmap, methodist)
    with pytest.raises(Refused):
        blanks.delete(roadmap, by=methodist)
    registering.register(order, by=methodist, date=TODAY)
    registering.return_for_rework(order, by=methodist, reason="Опечатка")
    with pytest.raises(Refused, match="уже была в приказе"):
        blanks.delete(Roadmap.objects.get(pk=roadmap.pk), by=methodist)
    blanks.delete(RoadmapFactory(department=methodist.department), by=methodist)
    assert list(Roadmap.objects.all()) == [roadmap]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_assemble_at_once_one_makes_the_order():
    methodist = MembershipFactory()
    roadmap = ActionItemFactory(section__roadmap__department=methodist.department).section.roadmap
    start, outcomes = threading.Barrier(2), []

    def assemble():
        start.wait()
        try:
            outcomes.append(approval.assemble(roadmap, methodist))
        except Refused as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=assemble) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Order", "str"]
    assert Order.objects.count() == 1
