"""Drafts: numbers follow the tree, two editors never overwrite each other, nothing is edited once registered."""

from __future__ import annotations

import pytest
from django.contrib import admin
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.domain import drafts, registering, signing
from orders.domain.errors import OrderConflict
from orders.domain.numbering import numbered
from orders.models import Annex, Clause, Order, OrderEvent, Register, RegisterCounter
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import CONTENT, make_draft, make_registered, make_signed
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db


def tree(order):
    return [(entry.number, entry.clause.text) for entry in numbered(order.clauses.all())]


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def order(methodist):
    texts = [
        drafts.ClauseDraft("А", [drafts.ClauseDraft("А1"), drafts.ClauseDraft("А2")]),
        drafts.ClauseDraft("Б"),
    ]
    return make_draft(methodist, clauses=texts)


def clause(order, text):
    return order.clauses.get(text=text)


def test_draft_takes_the_departments_letterhead(methodist):
    methodist.department.resolution_word = "п р и к а з ы в а ю:"
    order = make_draft(methodist)
    assert (order.resolution_word, order.place, order.signatory_name, order.state) == (
        "п р и к а з ы в а ю:",
        "г. Пробный",
        "И.И. Образцова",
        Order.State.DRAFT,
    )
    assert list(order.events.values_list("state", "by")) == [("draft", methodist.pk)]


def test_numbers_follow_the_tree(order):
    assert tree(order) == [("1.", "А"), ("1.1.", "А1"), ("1.2.", "А2"), ("2.", "Б")]


def test_clause_is_added_below_the_one_chosen(order, methodist):
    drafts.add_clause(order, text="А1½", by=methodist, after=clause(order, "А1"))
    drafts.add_clause(order, text="В", by=methodist)
    assert tree(order) == [
        ("1.", "А"),
        ("1.1.", "А1"),
        ("1.2.", "А1½"),
        ("1.3.", "А2"),
        ("2.", "Б"),
        ("3.", "В"),
    ]


@pytest.mark.parametrize(
    ("text", "direction", "expected"),
    [
        ("Б", "up", ["1. Б", "2. А", "2.1. А1", "2.2. А2"]),
        ("А", "down", ["1. Б", "2. А", "2.1. А1", "2.2. А2"]),
        ("А", "up", ["1. А", "1.1. А1", "1.2. А2", "2. Б"]),
        ("Б", "in", ["1. А", "1.1. А1", "1.2. А2", "1.3. Б"]),
        ("А2", "in", ["1. А", "1.1. А1", "1.1.1. А2", "2. Б"]),
        ("А1", "out", ["1. А", "1.1. А2", "2. А1", "3. Б"]),
    ],
)
def test_clauses_move(order, methodist, text, direction, expected):
    drafts.move_clause(clause(order, text), direction, by=methodist)
    assert [f"{number} {text}" for number, text in tree(order)] == expected


def test_clauses_do_not_sink_below_three_levels(order, methodist):
    drafts.move_clause(clause(order, "А2"), "in", by=methodist)
    drafts.move_clause(clause(order, "Б"), "up", by=methodist)
    with pytest.raises(Refused, match="Глубже 3 уровней"):
        drafts.move_clause(clause(order, "А"), "in", by=methodist)


def test_removed_clause_comes_back_with_what_was_below_it(order, methodist):
    before = tree(order)
    removed = drafts.remove_clause(clause(order, "А"), by=methodist)
    assert tree(order) == [("1.", "Б")]
    drafts.restore_clause(order, removed, by=methodist)
    assert tree(order) == before


def test_second_saver_of_a_clause_sees_both_texts(order, methodist):
    mine, theirs = clause(order, "Б"), clause(order, "Б")
    drafts.change_clause(theirs, text="Их текст", version=theirs.version, by=methodist)
    with pytest.raises(OrderConflict) as refusal:
        drafts.change_clause(mine, text="Мой текст", version=1, by=methodist)
    assert (refusal.value.theirs, refusal.value.version) == ({"text": "Их текст"}, 2)
    assert drafts.change_clause(mine, text="Мой текст", version=2, by=methodist).text == "Мой текст"


def test_second_saver_of_the_texts_sees_both(order, methodist):
    drafts.change_texts(order, by=methodist, version=1, title="Первый заголовок")
    with pytest.raises(OrderConflict) as refusal:
        drafts.change_texts(order, by=methodist, version=1, title="Второй заголовок")
    assert refusal.value.theirs == {"title": "Первый заголовок"}
    order.refresh_from_db()
    assert order.title == "Первый заголовок"


def edits(order, methodist):
    row = order.clauses.first()
    return {
        "texts": lambda: drafts.change_texts(order, by=methodist, version=order.version, title="Другое"),
        "clause": lambda: drafts.change_clause(row, text="Другое", version=row.version, by=methodist),
        "add": lambda: drafts.add_clause(order, text="Другое", by=methodist),
        "move": lambda: drafts.move_clause(row, "down", by=methodist),
        "remove": lambda: drafts.remove_clause(row, by=methodist),
        "restore": lambda: drafts.restore_clause(
            order, {"parent": None, "position": 0, "tree": {"text": "Другое", "children": []}}, by=methodist
        ),
        "annexes": lambda: drafts.replace_annexes(order, [], by=methodist),
        "discard": lambda: drafts.discard(order, by=methodist, reason="Лишний"),
    }


EDITS = ["texts", "clause", "add", "move", "remove", "restore", "annexes", "discard"]


@pytest.mark.parametrize("make", [make_registered, make_signed])
@pytest.mark.parametrize("edit", EDITS)
def test_nothing_of_a_registered_or_signed_order_can_be_edited(methodist, make, edit):
    order = make(methodist)
    before = (tree(order), order.title, order.annexes.count(), order.state)
    with pytest.raises(Refused):
        edits(order, methodist)[edit]()
    order.refresh_from_db()
    assert (tree(order), order.title, order.annexes.count(), order.state) == before


def test_every_edit_of_a_draft_is_listed_above(methodist):
    assert sorted(edits(make_draft(methodist), methodist)) == sorted(EDITS)


@pytest.mark.parametrize(
    "move",
    [
        lambda order, by: registering.register(order, by=by, date=order.date),
        lambda order, by: registering.return_for_rework(order, by=by, reason="Поправить"),
        lambda order, by: registering.void(order, by=by, reason="Ошибка"),
        lambda order, by: signing.sign(order, by=MembershipFactory(head=True, department=order.department)),
    ],
)
def test_a_signed_order_does_not_move(methodist, move):
    order = make_signed(methodist)
    frozen = Order.objects.filter(pk=order.pk).values().get()
    with pytest.raises(Refused):
        move(order, methodist)
    assert Order.objects.filter(pk=order.pk).values().get() == frozen


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"title": "а" * 2001}, "Заголовок: 2001 знаков"),
        ({"clauses": [drafts.ClauseDraft("  ")]}, "Пункт пуст"),
        ({"clauses": [drafts.ClauseDraft("а" * 6001)]}, "Пункт: 6001 знаков"),
        ({"annexes": [drafts.AnnexDraft(CONTENT | {"columns": []})]}, "от 1 до 12 разных столбцов"),
        (
            {"annexes": [drafts.AnnexDraft(CONTENT | {"sections": [{"heading": "", "items": [{}] * 1001}]})]},
            "1001 строк",
        ),
    ],
)
def test_what_cannot_be_printed_is_refused_with_a_remedy(methodist, texts, message):
    with pytest.raises(Refused, match=message):
        make_draft(methodist, **texts)


def test_controller_of_another_department_is_refused(methodist):
    with pytest.raises(Refused, match="в другом отделе"):
        make_draft(methodist, controller=MembershipFactory())


def test_distribution_is_suggested_from_open_schools_of_the_department_only(methodist):
    SchoolFactory(name="МБОУ «СОШ № 12»", department=methodist.department)
    SchoolFactory(name="МБОУ «СОШ № 3»", department=methodist.department)
    SchoolFactory(name="МБОУ «Сельская школа»", department=methodist.department)
    SchoolFactory(name="МБОУ «СОШ № 7»", department=methodist.department, closed_on="2026-01-01")
    SchoolFactory(name="МБОУ «СОШ № 99»")
    assert drafts.suggest_distribution(methodist.department) == [
        {"copies": 1, "addressee": "в дело"},
        {"copies": 3, "addressee": "МБОУ СОШ № 3, 12; МБОУ Сельская школа"},
    ]


MOVES = st.lists(
    st.tuples(st.sampled_from(["up", "down", "in", "out", "add", "remove"]), st.integers(0, 20)), max_size=12
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_whatever_is_moved_each_clause_stays_once_and_numbers_run_without_gap(methodist, moves):
    order = make_draft(methodist, annexes=[])
    for place, (what, where) in enumerate(moves):
        clauses = [entry.clause for entry in numbered(order.clauses.all())]
        chosen = clauses[where % len(clauses)] if clauses else None
        before = order.clauses.count()
        if what == "add":
            drafts.add_clause(order, text=f"Новый {place}", by=methodist, after=chosen)
        elif chosen is not None and what == "remove":
            drafts.restore_clause(order, drafts.remove_clause(chosen, by=methodist), by=methodist)
        elif chosen is not None:
            try:
                drafts.move_clause(chosen, what, by=methodist)
            except Refused:
                assert what in {"in", "out"}
        assert order.clauses.count() == before + (what == "add")
        entries = numbered(order.clauses.all())
        assert len(entries) == order.clauses.count()
        assert max((entry.depth for entry in entries), default=1) <= 3
        assert all(entry.number.count(".") == entry.depth for entry in entries)


@pytest.mark.parametrize("model", [Order, Clause, Annex, OrderEvent, Register, RegisterCounter])
def test_the_service_pages_offer_no_way_round_the_domain(model):
    assert not admin.site.is_registered(model)
