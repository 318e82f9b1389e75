"""What anybody reads: published orders only, each as the file that was signed; nothing else shines through."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from orders.domain import publishing, repealing
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.orders import give_pdf, make_published, make_registered, make_signed
from tests.factories.roadmaps import RoadmapFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def methodist():
    return MembershipFactory(department=DepartmentFactory(code="okrug"))


def address(order):
    return reverse("portal:document", args=[order.department.code, order.pk])


def shown(client, **given):
    page = client.get("/documents/okrug/", given)
    assert page.status_code == 200
    return [document.order for document in page.context["documents"]]


def text(response):
    return " ".join(
        response.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ").split()
    )


def test_published_orders_alone_are_shown_newest_first_by_academic_year(client, methodist):
    old = make_published(methodist, date=datetime.date(2025, 8, 31))
    give_pdf(make_signed(methodist, title="Тайный приказ", date=datetime.date(2025, 9, 1)))
    new = make_published(methodist, date=datetime.date(2025, 9, 2))
    make_registered(methodist, title="Ждущий приказ", date=datetime.date(2025, 9, 3))
    make_published(title="Приказ соседей")
    page = client.get("/documents/okrug/")
    assert [(d.order, d.year_words) for d in page.context["documents"]] == [
        (new, "2025–2026 учебный год"),
        (old, "2024–2025 учебный год"),
    ]
    said = text(page)
    assert [word in said for word in ("Тайный", "Ждущий", "соседей")] == [False] * 3
    assert "Приложение: ПЛАН МЕРОПРИЯТИЙ на учебный год" in said
    assert [word in said for word in ("Пробная Вера", "2-00-01", methodist.user.last_name)] == [False] * 3


def test_the_file_is_the_one_that_was_signed(client, methodist):
    order = make_published(methodist, pdf=b"%PDF-1.7 ours")
    answer = client.get(address(order))
    assert (answer.content, answer["Content-Type"]) == (b"%PDF-1.7 ours", "application/pdf")
    assert (answer["ETag"], answer["Cache-Control"]) == (f'"{order.pdf_sha256}"', "public, no-cache")
    again = client.get(address(order), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(address(order)).status_code == 200


def test_what_is_not_published_does_not_exist_for_strangers(client, methodist):
    public, hidden = make_published(methodist), give_pdf(make_signed(methodist, title="Тайный"))
    neighbour = make_published()
    withdrawn = make_published(methodist, title="Снятый")
    publishing.withdraw(withdrawn, by=methodist)
    silent = make_signed().department
    for closed in (
        address(hidden),
        address(withdrawn),
        reverse("portal:document", args=["okrug", neighbour.pk]),
        f"/documents/{silent.code}/",
        "/documents/no-such-department/",
    ):
        answer = client.get(closed)
        assert answer.status_code == 404
        said = text(answer)
        assert "Здесь ничего не опубликовано" in said
        assert [word in said for word in ("Тайный", "Снятый", silent.name)] == [False] * 3
    assert client.get(address(public)).status_code == 200
    assert client.get(f"/orders/{public.pk}/pdf/").status_code == 302


def test_one_out_of_force_stays_with_its_mark(client, methodist):
    order = make_published(methodist)
    repealing.repeal(order, by=order.signed_by, reason="Личное дело Н.")
    page = text(client.get("/documents/okrug/"))
    assert ("отменён" in page, "Личное дело" in page) == (True, False)
    assert client.get(address(order)).status_code == 200


def test_a_new_wording_is_told_and_named_only_when_public(client, methodist):
    def revision(order, previous=None):
        return RoadmapFactory(
            department=methodist.department, state="approved", order=order, previous=previous
        )

    first = make_published(methodist)
    plan = revision(first)
    assert "действует с изменениями" not in text(client.get("/documents/okrug/"))
    revision(make_registered(methodist, date=datetime.date(2026, 4, 1)), plan)
    assert "действует с изменениями" not in text(client.get("/documents/okrug/"))
    change = give_pdf(make_signed(methodist, date=datetime.date(2026, 5, 4)))
    revision(change, plan)
    page = text(client.get("/documents/okrug/"))
    assert ("действует с изменениями" in page, "Изменён:" in page) == (True, False)
    publishing.publish(change, by=methodist)
    page = text(client.get("/documents/okrug/"))
    assert f"приказ № {change.number} от 04.05.2026" in page


def test_words_number_and_year_narrow_the_list(client, methodist):
    plan = make_published(methodist, title="О перепроверке работ", date=datetime.date(2025, 2, 3))
    other = make_published(methodist, title="О семинаре экспертов", date=datetime.date(2026, 2, 3))
    give_pdf(make_signed(methodist, title="О перепроверке тайной"))
    make_published(title="О перепроверке у соседей")
    assert shown(client, q="перепроверка") == [plan]
    assert shown(client, q=f"№ {other.number}", year=2025) == [other]
    assert shown(client, year=2024) == [plan]
    assert shown(client, year="что угодно", q="?!") == [other, plan]
    assert "Ничего не нашлось" in text(client.get("/documents/okrug/", {"q": "отпуск"}))
    assert shown(client, q="\x00", page="не число") == [other, plan]


def test_long_lists_have_pages_and_the_database_is_asked_as_often(
    client, methodist, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr("portal.public.ON_A_PAGE", 3)
    make_published(methodist)
    with django_assert_num_queries(6):
        assert len(shown(client)) == 1
    for _ in range(3):
        make_published(methodist)
    with django_assert_num_queries(6):
        assert len(shown(client)) == 3
    assert len(shown(client, page=2)) == 1


def test_departments_that_publish_are_listed_and_one_alone_is_opened(client, methodist):
    make_signed()
    assert client.get("/documents/").status_code == 404
    make_published(methodist)
    assert client.get("/documents/")["Location"] == "/documents/okrug/"
    make_published(methodist)
    other = make_published().department
    page = client.get("/documents/")
    assert {d.code: d.documents for d in page.context["departments"]} == {"okrug": 2, other.code: 1}


def test_the_log_in_page_tells_of_documents_once_there_are_any(client, methodist):
    make_signed()
    assert "Документы для всех" not in text(client.get(reverse("accounts:login")))
    make_published(methodist)
    assert "Документы для всех" in text(client.get(reverse("accounts:login")))


def test_the_admin_reads_the_address_in_the_settings(login, methodist):
    admin = MembershipFactory(admin=True, department=methodist.department)
    assert "http://testserver/documents/okrug/" in text(login(admin).get(reverse("accounts:department")))


def test_pages_are_the_browsers_own_and_robots_may_read_them(client, methodist):
    make_published(methodist)
    page = client.get("/documents/okrug/")
    assert page["Cache-Control"] == "private, no-cache"
    assert "noindex" not in text(page)
    rules = client.get("/robots.txt").content.decode().splitlines()
    assert rules == ["User-agent: *", "Allow: /documents/", "Allow: /static/", "Disallow: /"]


def test_those_inside_read_them_too(login, methodist):
    make_published(methodist)
    page = login(MembershipFactory(deputy=True)).get("/documents/okrug/")
    assert page.status_code == 200
    assert "Вход для сотрудников" not in text(page)
