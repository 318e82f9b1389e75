"""Screens: who may what, whose rows, forms that lose nothing, the public check."""

from __future__ import annotations

import datetime
import hashlib
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.domain import registering, signing
from orders.domain.drafts import ClauseDraft
from orders.models import Order, Register
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import RegisterFactory, make_draft, make_registered, make_signed
from tests.factories.schools import PostFactory, SchoolFactory

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"orders:{name}", args=args)


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def client_of(login, methodist):
    """``client_of(head=True)`` → a client of another member of the methodist's department."""

    def enter(**traits):
        return login(MembershipFactory(department=methodist.department, **traits) if traits else methodist)

    return enter


def rows_of(response):
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


# Journal


def test_journal_and_its_workbook_show_the_departments_own_orders_only(client_of, methodist):
    mine = make_registered(methodist, title="Свой приказ")
    make_registered(title="Чужой приказ")
    page = client_of().get(url("list")).content.decode()
    assert ("Свой приказ" in page, "Чужой приказ" in page) == (True, False)
    rows = rows_of(client_of().get(url("export")))
    assert [row[1:4] for row in rows] == [[mine.number, datetime.datetime(2026, 3, 16), "Свой приказ"]]


def test_filter_rules_list_and_workbook_alike(client_of, methodist):
    make_signed(methodist, title="Подписанный", date=datetime.date(2025, 5, 5))
    make_registered(methodist, title="Ждущий")
    make_draft(methodist, title="Черновой")
    other = RegisterFactory(department=methodist.department, name="Кадры")
    registering.register(
        make_draft(methodist, title="Кадровый"), by=methodist, register=other, date=datetime.date(2026, 1, 12)
    )

    def shown(**given):
        page = client_of().get(url("list"), given)
        book = rows_of(client_of().get(url("export"), given))
        titles = [order.title for order in page.context["orders"]]
        assert titles == [row[3] for row in book]
        return titles

    assert shown() == ["Черновой", "Ждущий", "Кадровый", "Подписанный"]
    assert shown(year=2025) == ["Подписанный"]
    assert shown(register=other.pk) == ["Кадровый"]
    assert shown(state="draft") == ["Черновой"]
    assert shown(year=2026, state="registered") == ["Ждущий", "Кадровый"]


def test_foreign_register_in_the_address_shows_nothing_foreign(client_of, methodist):
    foreign = make_registered(title="Чужой")
    mine = make_registered(methodist, title="Свой")
    page = client_of().get(url("list"), {"register": foreign.register_id})
    assert list(page.context["orders"]) == [mine]


def test_numbers_in_the_journal_stay_though_orders_are_void(client_of, methodist):
    order = make_registered(methodist)
    registering.void(order, by=methodist, reason="Издан ошибочно")
    make_registered(methodist)
    put_away = make_draft(methodist)
    client_of().post(url("void", put_away.pk), {"reason": "Не нужен"})
    assert [row[1] for row in rows_of(client_of().get(url("export")))] == ["2", "1"]
    assert [row[7] for row in rows_of(client_of().get(url("export"), {"state": "void"}))] == [
        "Не нужен",
        "Издан ошибочно",
    ]


def test_formula_in_a_title_reaches_excel_as_text(client_of, methodist):
    make_draft(methodist, title='=HYPERLINK("http://example.org")')
    sheet = openpyxl.load_workbook(io.BytesIO(client_of().get(url("export")).content)).active
    assert (sheet["D2"].value, sheet["D2"].data_type) == ('=HYPERLINK("http://example.org")', "s")


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["list", "export"])
def test_lists_ask_the_database_as_often_for_three_orders_as_for_one(client_of, methodist, name):
    client = client_of()
    make_registered(methodist)
    before = queries(client, url(name))
    for _ in range(2):
        make_registered(methodist)
    assert queries(client, url(name)) == before


def test_page_and_pdf_ask_as_often_for_a_long_order_as_for_a_short_one(client_of, methodist):
    client = client_of()
    short, long = (make_draft(methodist, clauses=[ClauseDraft("Пункт")] * count) for count in (2, 30))
    for name in ("order", "pdf"):
        assert queries(client, url(name, short.pk)) == queries(client, url(name, long.pk))


# Who may what


def test_deputy_sees_signed_orders_of_the_department_only(login, methodist):
    signed = make_signed(methodist, title="Подписанный")
    registered = make_registered(methodist, title="Ждущий")
    draft = make_draft(methodist, title="Черновой")
    deputy = PostFactory(school=SchoolFactory(department=methodist.department)).membership
    client = login(deputy)
    assert [order.title for order in client.get(url("list")).context["orders"]] == ["Подписанный"]
    assert [row[3] for row in rows_of(client.get(url("export")))] == ["Подписанный"]
    pages = [
        client.get(url(name, order.pk)).status_code
        for order in (signed, registered, draft)
        for name in ("order", "pdf")
    ]
    assert pages == [200, 202, 404, 404, 404, 404]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("texts", {"methodist"}),
        ("clause_add", {"methodist"}),
        ("clause_restore", {"methodist"}),
        ("register", {"methodist"}),
        ("sign", {"head"}),
        ("return", {"methodist", "head"}),
        ("void", {"methodist", "head"}),
        ("repeal", {"head"}),
    ],
)
@pytest.mark.parametrize("role", ["methodist", "head", "admin", "viewer", "deputy"])
def test_roles(client_of, methodist, name, allowed, role):
    order = make_signed(methodist)
    client = client_of(**({role: True} if role != "methodist" else {}))
    assert (client.post(url(name, order.pk), {}).status_code == 403) == (role not in allowed)


def test_buttons_are_those_that_the_role_may_press(client_of, methodist):
    order = make_registered(methodist)
    for traits, sees in [({}, False), ({"viewer": True}, False), ({"head": True}, True)]:
        assert (
            "Подписать приказ" in client_of(**traits).get(url("order", order.pk)).content.decode()
        ) is sees


# Edit


def test_clause_is_changed_in_place(client_of, methodist):
    clause = make_draft(methodist).clauses.first()
    client_of().post(url("clause", clause.pk), {"text": "Новый текст", "version": 1, "do": "save"})
    clause.refresh_from_db()
    assert (clause.text, clause.version) == ("Новый текст", 2)


def test_clause_moved_keeps_what_was_typed(client_of, methodist):
    order = make_draft(methodist)
    last = order.clauses.filter(parent=None).last()
    client_of().post(url("clause", last.pk), {"text": "Новый текст", "version": 1, "do": "up"})
    assert list(order.clauses.filter(parent=None).values_list("text", flat=True))[1] == "Новый текст"


def test_second_saver_sees_both_texts_and_may_then_decide(client_of, methodist):
    clause = make_draft(methodist).clauses.first()
    client = client_of()
    client.post(url("clause", clause.pk), {"text": "Текст коллеги", "version": 1, "do": "save"})
    answer = client.post(url("clause", clause.pk), {"text": "Мой текст", "version": 1, "do": "save"})
    page = answer.content.decode()
    assert (answer.status_code, "Текст коллеги" in page, ">Мой текст</textarea>" in page) == (422, True, True)
    assert 'name="version" value="2"' in page
    client.post(url("clause", clause.pk), {"text": "Мой текст", "version": 2, "do": "save"})
    clause.refresh_from_db()
    assert clause.text == "Мой текст"


def test_empty_clause_is_refused_beside_its_field(client_of, methodist):
    clause = make_draft(methodist).clauses.first()
    answer = client_of().post(url("clause", clause.pk), {"text": " ", "version": 1, "do": "save"})
    assert (answer.status_code, "Обязательное поле" in answer.content.decode()) == (422, True)


def test_removed_clause_comes_back_by_undo(client_of, methodist):
    order = make_draft(methodist)
    before = list(order.clauses.order_by("parent", "position").values_list("text", flat=True))
    clause, client = order.clauses.get(text="Руководителям школ:"), client_of()
    page = client.post(url("clause", clause.pk), {"do": "remove"}, follow=True)
    assert url("clause_restore", order.pk) in page.content.decode()
    assert order.clauses.count() == len(before) - 3
    client.post(url("clause_restore", order.pk))
    assert sorted(order.clauses.values_list("text", flat=True)) == sorted(before)


def test_clause_is_added_after_the_chosen_one(client_of, methodist):
    order = make_draft(methodist)
    client_of().post(url("clause_add", order.pk), {"text": "Вставка", "after": order.clauses.first().pk})
    assert list(order.clauses.filter(parent=None).values_list("text", flat=True))[1] == "Вставка"


TEXTS = {
    "version": 1,
    "title": "О новом",
    "preamble": "",
    "resolution_word": "ПРИКАЗЫВАЮ:",
    "place": "",
    "signatory_position": "Начальник",
    "signatory_name": "И.И. Образцова",
    "controller": "",
    "executors": "Пробная Вера Ильинична, 2-00-01\nДругой Пётр",
    "distribution": "1 – в дело\n12 экз. - школам",
}


def test_texts_with_executors_and_copies_are_saved(client_of, methodist):
    order = make_draft(methodist)
    client_of().post(url("texts", order.pk), TEXTS)
    order.refresh_from_db()
    assert (order.title, order.version) == ("О новом", 2)
    assert order.executors == [
        {"name": "Пробная Вера Ильинична", "phone": "2-00-01"},
        {"name": "Другой Пётр", "phone": ""},
    ]
    assert order.distribution == [{"copies": 1, "addressee": "в дело"}, {"copies": 12, "addressee": "школам"}]


def test_second_saver_of_texts_sees_both(client_of, methodist):
    order, client = make_draft(methodist), client_of()
    client.post(url("texts", order.pk), TEXTS | {"title": "Заголовок коллеги"})
    answer = client.post(url("texts", order.pk), TEXTS | {"title": "Мой заголовок"})
    page = answer.content.decode()
    assert (answer.status_code, "Заголовок коллеги" in page, "Мой заголовок" in page) == (422, True, True)
    client.post(url("texts", order.pk), TEXTS | {"title": "Мой заголовок", "version": 2})
    order.refresh_from_db()
    assert order.title == "Мой заголовок"


def test_line_that_is_not_understood_is_named(client_of, methodist):
    order = make_draft(methodist)
    answer = client_of().post(url("texts", order.pk), TEXTS | {"distribution": "1 – в дело\nвсем школам"})
    assert (answer.status_code, "Строка 2, «всем школам»" in answer.content.decode()) == (422, True)


def test_controllers_are_the_departments_own_people(client_of, methodist):
    MembershipFactory(user__last_name="Чужая")
    own = MembershipFactory(department=methodist.department, user__last_name="Своя", head=True)
    order = make_draft(methodist)
    page = client_of().get(url("texts", order.pk)).content.decode()
    assert ("Своя" in page, "Чужая" in page) == (True, False)
    client_of().post(url("texts", order.pk), TEXTS | {"controller": own.pk})
    order.refresh_from_db()
    assert order.controller == own


def test_new_order_is_a_draft_on_the_letterhead(client_of, methodist):
    client_of().post(url("new"), {"title": "О проверке", "preamble": ""})
    order = Order.objects.get()
    assert (order.title, order.state, order.department) == ("О проверке", "draft", methodist.department)


# Register, sign, return, void


def test_from_draft_to_signed_paper(client_of, methodist, django_capture_on_commit_callbacks):
    order = make_draft(methodist)
    client_of().post(url("register", order.pk), {"date": "2026-03-16"})
    with django_capture_on_commit_callbacks(execute=True):
        client_of(head=True).post(url("sign", order.pk))
    order.refresh_from_db()
    answer = client_of(viewer=True).get(url("pdf", order.pk))
    assert (order.state, order.number, answer["Content-Type"]) == ("signed", "1", "application/pdf")
    assert hashlib.sha256(answer.content).hexdigest() == order.pdf_sha256
    assert "inline" in answer["Content-Disposition"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_refused_date_is_said_beside_the_form(client_of, methodist):
    make_registered(methodist)
    order = make_draft(methodist)
    answer = client_of().post(url("register", order.pk), {"date": "2026-03-01"})
    assert (answer.status_code, "раньше предыдущего приказа" in answer.content.decode()) == (422, True)


def test_register_of_another_department_is_no_choice(client_of, methodist):
    for name in ("Основная", "Кадры"):
        RegisterFactory(department=methodist.department, name=name)
    order, foreign = make_draft(methodist), RegisterFactory()
    answer = client_of().post(url("register", order.pk), {"date": "2026-03-16", "register": foreign.pk})
    assert answer.status_code == 422
    order.refresh_from_db()
    assert order.state == "draft"


def test_return_and_void_want_a_reason(client_of, methodist):
    order = make_registered(methodist)
    client = client_of(head=True)
    assert client.post(url("return", order.pk), {"reason": ""}).status_code == 422
    client.post(url("return", order.pk), {"reason": "Исправить пункт 2"})
    order.refresh_from_db()
    assert order.state == "draft"
    assert "Исправить пункт 2" in client.get(url("order", order.pk)).content.decode()
    client.post(url("void", order.pk), {"reason": "Не нужен"})
    order.refresh_from_db()
    assert (order.state, order.number) == ("void", "1")


def test_signed_page_shows_what_was_signed_and_offers_no_edit(client_of, methodist):
    order = make_signed(methodist)
    Order.objects.filter(pk=order.pk).update(title="Подменённый заголовок")
    page = client_of().get(url("order", order.pk)).content.decode()
    assert order.sha256 in page
    assert "Об утверждении плана мероприятий" in page
    assert "<textarea" not in page


def test_pdf_of_a_draft_is_made_on_demand_and_not_again_when_nothing_changed(client_of, methodist):
    order, client = make_draft(methodist), client_of()
    first = client.get(url("pdf", order.pk))
    assert first.content.startswith(b"%PDF-")
    again = client.get(url("pdf", order.pk), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    order.clauses.all().delete()
    assert client.get(url("pdf", order.pk), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_registers_are_set_up_by_the_departments_own(client_of, methodist):
    client_of().post(url("register_new"), {"name": "Кадры", "prefix": "", "suffix": "-к", "first": 12})
    row = Register.objects.get(name="Кадры")
    assert (row.department, registering.next_number(row, datetime.date.today().year)) == (
        methodist.department,
        "12-к",
    )
    RegisterFactory(name="Чужой журнал")
    page = client_of().get(url("registers")).content.decode()
    assert ("Кадры" in page, "Чужой журнал" in page) == (True, False)
    again = client_of().post(url("register_new"), {"name": "Кадры"})
    assert (again.status_code, "уже есть" in again.content.decode()) == (422, True)


# Public check


def test_anyone_with_the_code_sees_the_facts_and_no_more(client, methodist):
    order = make_signed(methodist, executors=[{"name": "Тайная Вера", "phone": "2-00-77"}])
    page = client.get(url("check", order.check_token)).content.decode()
    for fact in [
        "№&nbsp;1",
        "16 марта 2026",
        "Об утверждении плана мероприятий",
        "И.И.",
        order.sha256,
        "приказ подписан",
    ]:
        assert fact in page
    for secret in ["Тайная", "2-00-77", methodist.user.last_name, "Собрать сведения"]:
        assert secret not in page


def test_draft_and_wrong_code_do_not_exist_for_the_public(client):
    assert client.get(url("check", make_draft().check_token)).status_code == 404
    assert client.get(url("check", "0" * 32)).status_code == 404


def test_void_order_is_said_to_be_void(client, methodist):
    order = make_registered(methodist)
    registering.void(order, by=methodist, reason="Издан ошибочно")
    assert "приказ аннулирован" in client.get(url("check", order.check_token)).content.decode()


def test_file_is_compared_and_not_kept(client, settings):
    order = make_signed()
    signing.render(order)
    content = signing.stored(order)
    kept = sorted(settings.MEDIA_ROOT.rglob("*"))
    same = client.post(url("check", order.check_token), {"file": SimpleUploadedFile("a.pdf", content)})
    other = client.post(
        url("check", order.check_token), {"file": SimpleUploadedFile("a.pdf", content + b" ")}
    )
    assert ("Это тот самый файл" in same.content.decode(), "Это другой файл" in same.content.decode()) == (
        True,
        False,
    )
    assert ("Это тот самый файл" in other.content.decode(), "Это другой файл" in other.content.decode()) == (
        False,
        True,
    )
    assert sorted(settings.MEDIA_ROOT.rglob("*")) == kept
    assert client.post(url("check", order.check_token), {}).status_code == 422
