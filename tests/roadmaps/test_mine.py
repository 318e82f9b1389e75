"""«Мои поручения»: what is mine, by urgency, reported in place or on a plain page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from roadmaps.domain import agenda, evidence, reports
from roadmaps.models import Assignment, Evidence
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory
from tests.roadmaps.test_evidence import PDF, upload

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 11)  # Wednesday
HTMX = {"HTTP_HX_REQUEST": "true"}
MINE = "/roadmaps/mine/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-03-11T12:00:00+03:00", tick=False):
        yield


@pytest.fixture
def post():
    return PostFactory()


@pytest.fixture
def deputy(post, login):
    return login(post.membership)


def duty(post, days=4, **kwargs):
    department = post.school.department
    last = None if days is None else TODAY + timedelta(days=days)
    kwargs.setdefault("item__section__roadmap__department", department)
    return AssignmentFactory(school=post.school, last_day=last, **kwargs)


def url(name, row):
    return reverse(f"roadmaps:{name}", args=[row.pk])


def test_groups_by_urgency(post):
    rows = {
        "late": [duty(post, -1), duty(post, -20)],
        "week": [duty(post, 0), duty(post, 4)],
        "later": [duty(post, 5)],
        "ongoing": [duty(post, None)],
        "review": [duty(post, 3, reported=True)],
    }
    back = duty(post, 2, reported=True)
    reports.return_(back, by=MembershipFactory(department=back.department), comment="Приложите протокол")
    rows["returned"] = [back]
    groups = {group.key: group for group in agenda.agenda(post.membership, TODAY)}
    assert {key: {card.pk for card in group.cards} for key, group in groups.items()} == {
        key: {row.pk for row in expected} for key, expected in rows.items()
    }
    assert list(groups) == ["late", "returned", "week", "later", "ongoing", "review"]
    assert [card.last_day for card in groups["late"].cards] == [date(2026, 2, 19), date(2026, 3, 10)]
    assert groups["returned"].cards[0].remark == "Приложите протокол"


def number_of(client, counter):
    """What the masthead of the start of the person's work says."""
    return {link.counter: link.count for link in client.get(MINE).context["navigation"]}[counter]


def test_masthead_counts_what_the_page_says_is_to_be_done(post, deputy, login):
    department = post.school.department
    for days in (-3, -1, 0, 4, 5):  # the last one is due next week
        duty(post, days)
        duty(PostFactory(school__department=department), days)
        AssignmentFactory(last_day=TODAY + timedelta(days=days))
    back = duty(post, 30, reported=True)
    reports.return_(back, by=MembershipFactory(department=department), comment="Приложите протокол")
    long_ago = TODAY - timedelta(days=200)
    duty(post, None, first_day=long_ago)
    duty(post, None, first_day=TODAY)
    duty(post, None, first_day=long_ago, progress_on=TODAY)
    duty(post, -2, reported=True)
    page = deputy.get(MINE)
    assert page.context["to_do"] == number_of(deputy, "mine") == 6
    assert "нужно сделать 6" in page.content.decode()
    shown = agenda.to_do(post.membership, TODAY)
    assert shown.count() == 6
    own = AssignmentFactory(official_duty=True, last_day=TODAY, department=department)
    helped = duty(post, 0)
    helped.helpers.add(own.official)
    official = login(own.official)
    assert official.get(MINE).context["to_do"] == number_of(official, "mine") == 2


def test_masthead_follows_a_report_sent_in_place(post, deputy):
    duty(post, -1)
    row = duty(post, 1)
    answer = deputy.post(url("assignment_report", row), {"note": "Готово"}, **HTMX).content.decode()
    assert 'id="waits-mine" hx-swap-oob="true"><i>1<' in answer
    answer = deputy.post(url("assignment_withdraw", row), **HTMX).content.decode()
    assert 'id="waits-mine" hx-swap-oob="true"><i>2<' in answer
    assert "hx-swap-oob" not in deputy.get(url("assignment_report", row), **HTMX).content.decode()


def test_page_shows_own_duties_and_nobody_elses(post, deputy):
    own = duty(post)
    neighbour = duty(PostFactory(school__department=post.school.department))
    foreign = AssignmentFactory()
    an_official = AssignmentFactory(official_duty=True, item=own.item)
    page = deputy.get(MINE).content.decode()
    assert f"duty-{own.pk}" in page
    assert own.item.text in page
    for other in (neighbour, foreign, an_official):
        assert f"duty-{other.pk}" not in page


def test_official_sees_what_names_them(login, post):
    named = AssignmentFactory(official_duty=True)
    duty(post)
    page = login(named.official).get(MINE).content.decode()
    assert f"duty-{named.pk}" in page
    assert page.count('class="duty"') == 1


@pytest.mark.parametrize("count", [1, 3, 30])
def test_queries_do_not_grow_with_cards(post, deputy, count, django_assert_max_num_queries):
    for number in range(count):
        row = duty(post, number % 9 - 4)
        Evidence.objects.create(assignment=row, kind="note", text="Черновик")
    deputy.get(MINE)
    with django_assert_max_num_queries(13):
        assert deputy.get(MINE).status_code == 200


def test_due_day_off_stays_as_printed_and_says_so(post, deputy):
    duty(post, 4)  # Sunday
    page = deputy.get(MINE).content.decode()
    assert "15\N{NO-BREAK SPACE}марта" in page
    assert "воскресенье" in page


def test_long_group_is_bounded_and_leads_to_all_of_it(post, deputy):
    rows = [duty(post, -1) for _ in range(agenda.SHOWN + 2)]
    page = deputy.get(MINE).content.decode()
    assert page.count("<article") == agenda.SHOWN
    assert "Показать ещё 2" in page
    page = deputy.get(MINE, {"group": "late"}).content.decode()
    assert page.count("<article") == len(rows)


def test_empty_page_says_what_comes(deputy):
    assert "Здесь появятся" in deputy.get(MINE).content.decode()


# Reporting


def test_plain_form_sends_files_link_and_note_at_once(post, deputy):
    row = duty(post)
    page = deputy.get(url("assignment", row)).content.decode()
    assert "Отправить на проверку" in page
    response = deputy.post(
        url("assignment_report", row),
        {
            "files": [upload("а.pdf"), upload("б.pdf", PDF + b"2")],
            "link": "example.org/news",
            "note": "Готово",
        },
    )
    assert response.url == MINE
    row.refresh_from_db()
    assert row.state == Assignment.State.REPORTED
    assert sorted(row.evidence.values_list("kind", flat=True)) == ["file", "file", "link", "note"]


def test_in_place_form_opens_and_answers_with_the_card(post, deputy):
    row = duty(post)
    assert deputy.get(url("assignment_report", row)).url == url("assignment", row)
    opened = deputy.get(url("assignment_report", row), **HTMX).content.decode()
    assert "<form" in opened
    assert "<html" not in opened
    answer = deputy.post(url("assignment_report", row), {"note": "Готово"}, **HTMX).content.decode()
    assert "Доклад отправлен на проверку" in answer
    assert "<form" in answer, "it may be withdrawn"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_nothing_is_lost_when_a_file_is_refused(post, deputy, headers):
    row = duty(post)
    response = deputy.post(
        url("assignment_report", row),
        {
            "files": [upload("хорошая.pdf"), upload("плохая.pdf", b"MZ" + b"\0" * 99)],
            "note": "Длинное пояснение",
        },
        **headers,
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "плохая" in page
    assert "хорошая.pdf" in page
    assert "Длинное пояснение" in page
    row.refresh_from_db()
    assert row.state == Assignment.State.ASSIGNED
    assert row.draft["note"] == "Длинное пояснение"
    assert row.evidence.get().name == "хорошая.pdf"


def test_empty_report_and_bad_link_are_422_with_a_remedy(post, deputy):
    row = duty(post)
    response = deputy.post(url("assignment_report", row), {})
    assert response.status_code == 422
    assert "хотя бы одно подтверждение" in response.content.decode()
    response = deputy.post(url("assignment_report", row), {"link": "не ссылка"})
    assert response.status_code == 422
    assert "Скопируйте её из строки браузера" in response.content.decode()


def test_second_tab_gets_words_not_an_error_page(post, deputy):
    row = duty(post)
    deputy.post(url("assignment_report", row), {"note": "Готово"})
    response = deputy.post(url("assignment_report", row), {"note": "Ещё раз"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "уже изменилось" in page
    assert "Ещё раз" in page, "what was typed can still be copied"
    assert row.evidence.count() == 1


def test_draft_is_saved_and_offered_again(post, deputy):
    row = duty(post)
    answer = deputy.post(url("assignment_draft", row), {"note": "Начали", "link": ""}, **HTMX)
    assert "Черновик сохранён" in answer.content.decode()
    assert "Начали" in deputy.get(url("assignment_report", row), **HTMX).content.decode()


def test_withdrawn_report_can_be_sent_again(post, deputy):
    row = duty(post)
    deputy.post(url("assignment_report", row), {"note": "Готово"})
    opened = deputy.post(url("assignment_withdraw", row), **HTMX).content.decode()
    assert "Отправить на проверку" in opened
    assert "Готово" in opened
    deputy.post(url("assignment_report", row))
    row.refresh_from_db()
    assert row.state == Assignment.State.REPORTED


def test_withdrawing_what_was_accepted_is_said(post, deputy):
    row = duty(post, reported=True)
    reports.accept(row, by=MembershipFactory(department=row.department))
    response = deputy.post(url("assignment_withdraw", row))
    assert response.status_code == 422
    assert "принято" in response.content.decode()


# Proof


def test_file_uploaded_alone_answers_with_the_list(post, deputy):
    row = duty(post)
    alone = {"HTTP_X_REQUESTED_WITH": "portal-upload"}
    answer = deputy.post(url("evidence_add", row), {"files": upload("а.pdf")}, **alone)
    assert answer.status_code == 200
    assert "а.pdf" in answer.content.decode()
    answer = deputy.post(url("evidence_add", row), {"files": upload("б.pdf", b"")}, **alone)
    assert answer.status_code == 422
    assert "пуст" in answer.content.decode()


def test_file_is_removed_and_brought_back(post, deputy):
    row = duty(post)
    proof = evidence.add_file(row, upload("а.pdf"), by=post.membership)
    answer = deputy.post(url("evidence_remove", proof), **HTMX).content.decode()
    assert "Убрано: а.pdf" in answer
    assert url("evidence_restore", proof) in answer
    page = deputy.post(url("evidence_restore", proof), follow=True).content.decode()
    assert "Подтверждение возвращено" in page
    assert evidence.of_round(row).get() == proof


def test_removing_without_scripts_keeps_what_was_typed_and_offers_undo(post, deputy):
    row = duty(post)
    proof = evidence.add_file(row, upload("а.pdf"), by=post.membership)
    page = deputy.post(url("evidence_remove", proof), {"note": "Набранное"}, follow=True).content.decode()
    assert "Набранное" in page
    assert url("evidence_restore", proof) in page


def test_file_is_handed_out_as_data_never_as_a_page(post, deputy):
    proof = evidence.add_file(duty(post), upload("Справка.pdf"), by=post.membership)
    response = deputy.get(url("evidence_file", proof))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment;")
    assert "%D0%A1%D0%BF%D1%80%D0%B0%D0%B2%D0%BA%D0%B0.pdf" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/octet-stream"
    assert "no-store" in response["Cache-Control"]


# Closed doors


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("assignment", "get"), ("assignment_report", "get"), ("assignment_report", "post"),
        ("assignment_draft", "post"), ("assignment_withdraw", "post"), ("evidence_add", "post"),
    ],
)  # fmt: skip
def test_another_schools_duty_in_the_same_department_does_not_exist(post, deputy, name, method):
    theirs = duty(PostFactory(school__department=post.school.department))
    assert getattr(deputy, method)(url(name, theirs)).status_code == 404


@pytest.mark.parametrize(
    ("name", "method"), [("evidence_file", "get"), ("evidence_remove", "post"), ("evidence_restore", "post")]
)
def test_another_schools_proof_in_the_same_department_does_not_exist(post, deputy, name, method):
    other = PostFactory(school__department=post.school.department)
    proof = evidence.add_file(duty(other), upload("а.pdf"), by=other.membership)
    assert getattr(deputy, method)(url(name, proof)).status_code == 404


def test_methodist_looks_and_downloads_but_does_not_report_for_a_school(post, login):
    row = duty(post)
    proof = evidence.add_file(row, upload("а.pdf"), by=post.membership)
    methodist = login(MembershipFactory(department=row.department))
    assert methodist.get(url("assignment", row)).status_code == 200
    handed_out = methodist.get(url("evidence_file", proof))
    assert b"".join(handed_out.streaming_content) == PDF
    assert methodist.post(url("assignment_report", row), {"note": "За них"}).status_code == 403
    assert methodist.post(url("evidence_remove", proof)).status_code == 403
    assert (
        methodist.post(url("evidence_add", row), {"files": SimpleUploadedFile("б.pdf", PDF)}).status_code
        == 403
    )


def test_deputy_who_left_sees_nothing(post, deputy):
    row = duty(post)
    post.membership.ended_at = "2026-03-01T00:00:00Z"
    post.membership.save()
    assert deputy.get(url("assignment", row)).status_code in {403, 404}
