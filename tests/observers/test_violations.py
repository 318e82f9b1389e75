"""A violation goes from the school to the department and back until it is closed; a school sees its own."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from notifications.models import Reminder
from observers.domain import violations
from observers.models import Violation
from portal.lib import excel
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.schools import PostFactory, SchoolFactory
from tests.factories.sheets import SheetFileFactory, ViolationFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def post(db):
    return PostFactory()


@pytest.fixture
def deputy(post):
    return post.membership


@pytest.fixture
def methodist(post):
    return MembershipFactory(department=post.school.department)


@pytest.fixture
def violation(post) -> Violation:
    return ViolationFactory(school=post.school)


def page(name: str, *args: object) -> str:
    return reverse(f"observers:{name}", args=args)


def text(response) -> str:
    return response.content.decode().replace("\xa0", " ")


def test_school_answers_with_a_file_and_the_methodist_returns_and_closes(login, deputy, methodist, violation):
    upload = SimpleUploadedFile("Приказ.exe.pdf", PDF)
    sent = {"comment": "Провели беседу.", "file": upload}
    answer = login(deputy).post(page("violation_answer", violation.pk), sent, follow=True)
    assert "Ответ отправлен" in text(answer)
    file = violation.events.get(state="answered")
    given = login(methodist).get(page("violation_file", file.pk))
    assert (b"".join(given.streaming_content), given["Content-Type"]) == (PDF, "application/octet-stream")
    assert given["Content-Disposition"].startswith("attachment")

    client = login(methodist)
    blank = client.post(page("violation_decide", violation.pk, "return"), {"comment": " "})
    assert (blank.status_code, "чего не хватает" in text(blank)) == (422, True)
    client.post(page("violation_decide", violation.pk, "return"), {"comment": "Приложите объяснительную."})
    assert "Приложите объяснительную." in text(login(deputy).get(page("violation", violation.pk)))
    violations.answer(Violation.objects.get(), by=deputy, comment="Приложили.")
    login(methodist).post(page("violation_decide", violation.pk, "close"))

    violation.refresh_from_db()
    assert (violation.state, violation.closed_by) == ("closed", methodist)
    states = [event.state for event in violation.events.all()]
    assert states == ["open", "answered", "returned", "answered", "closed"]
    assert Reminder.objects.filter(recipient=methodist.user).count() == 2
    assert Reminder.objects.filter(recipient=deputy.user).count() == 1


def test_what_was_typed_stays_when_it_is_not_the_schools_turn(login, deputy, methodist, violation):
    violations.close(violation, by=methodist)
    answer = login(deputy).post(page("violation_answer", violation.pk), {"comment": "Наш ответ"})
    assert answer.status_code == 422
    assert "Сейчас это нарушение: «закрыто»" in text(answer)


def test_bad_file_and_blank_answer_are_refused_in_words(login, deputy, violation):
    client = login(deputy)
    for data, words in (
        ({"comment": ""}, "что сделала школа"),
        ({"comment": "а" * 4001}, "Текст длиннее 4000"),
        ({"comment": "Вот", "file": SimpleUploadedFile("Приказ.pdf", b"MZ" + b"\0" * 99)}, "не принимаются"),
    ):
        refused = client.post(page("violation_answer", violation.pk), data)
        assert (refused.status_code, words in text(refused)) == (422, True), words
    violation.refresh_from_db()
    assert violation.state == "open"


def test_school_sees_its_own_only(login, deputy, violation):
    neighbour = ViolationFactory(
        school=SchoolFactory(department=deputy.department), text="Чужое", kind="вход после начала"
    )
    foreign = ViolationFactory(text="Другой отдел")
    photo = SheetFileFactory(sheet=violation.sheet, place=str(violation.key))
    other = SheetFileFactory(sheet=violation.sheet, place="room")
    client = login(deputy)
    listed = text(client.get(page("violations")))
    assert (violation.text in listed, "Чужое" in listed, "Другой отдел" in listed) == (True, False, False)
    for row in (neighbour, foreign):
        assert client.get(page("violation", row.pk)).status_code == 404
        assert client.post(page("violation_answer", row.pk), {"comment": "Ответ"}).status_code == 404
    observer = violation.sheet.assignment.observer
    assert observer.last_name not in text(client.get(page("violation", violation.pk)))
    given = client.get(page("violation_photo", violation.pk, photo.pk))
    assert b"".join(given.streaming_content)
    assert client.get(page("violation_photo", violation.pk, other.pk)).status_code == 404
    for name in ("control", "coverage", "template_list", "sheet_find"):
        assert client.get(page(name)).status_code == 403, name
    assert client.get(page("sheet", violation.sheet.assignment_id)).status_code == 403
    book = client.get(page("violations"), {"format": "xlsx"}).content
    rows = excel.read(book)[0].rows
    assert [row[7] for row in rows[1:]] == [violation.text]


def test_list_is_narrowed_by_state_kind_and_school_and_other_departments_stay_out(
    login, methodist, violation
):
    second = ViolationFactory(
        school=SchoolFactory(department=methodist.department), kind="другое", text="Шум"
    )
    violations.close(second, by=methodist)
    ViolationFactory(text="Другой отдел")
    client = login(methodist)
    for query, shown in (
        ({}, {violation, second}),
        ({"state": "closed"}, {second}),
        ({"kind": violation.kind}, {violation}),
        ({"school": second.school_id}, {second}),
        ({"school": ViolationFactory().school_id, "state": "нет"}, {violation, second}),
    ):
        response = client.get(page("violations"), query)
        assert set(response.context["page"]) == shown, query


def test_formula_in_what_was_seen_stays_text(login, methodist, post):
    ViolationFactory(school=post.school, text="=1+1", kind="@вид")
    book = login(methodist).get(page("violations"), {"format": "xlsx"}).content
    import openpyxl

    cell = openpyxl.load_workbook(io.BytesIO(book)).active["H2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_viewer_reads_but_decides_nothing(login, violation):
    viewer = MembershipFactory(department=violation.school.department, viewer=True)
    client = login(viewer)
    assert client.get(page("violation", violation.pk)).status_code == 200
    assert client.post(page("violation_decide", violation.pk, "close")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_often_for_three_as_for_one(
    login, methodist, post, count, django_assert_max_num_queries
):
    ViolationFactory.create_batch(count, school=post.school)
    client = login(methodist)
    with django_assert_max_num_queries(16):
        client.get(page("violations"))


@pytest.mark.django_db(transaction=True)
def test_closing_and_returning_at_once_has_one_winner():
    violation = ViolationFactory(state="answered")
    member = MembershipFactory(department=violation.school.department)

    def decide(how, **words):
        return how(Violation.objects.get(), by=member, **words)

    results = race(
        *[lambda: decide(violations.close)] * 2,
        *[lambda: decide(violations.return_, comment="Мало")] * 2,
    )
    refused = [result for result in results if isinstance(result, Refused)]
    states = [event.state for event in violation.events.all()][1:]
    assert (len(states), len(set(states))) == (4 - len(refused), len(states))
    assert states in (["closed"], ["returned"], ["returned", "closed"])
