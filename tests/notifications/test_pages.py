"""The inbox, the admin's ledger and the rules."""

from __future__ import annotations

import datetime
import io
import re

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from notifications.domain.rules import rules_of
from notifications.models import Reminder, Rules, Run
from tests.factories.accounts import MembershipFactory
from tests.factories.notifications import ReminderFactory, RulesFactory
from tests.sending import shown

pytestmark = pytest.mark.django_db
State = Reminder.State
HTMX = {"HX-Request": "true"}
INBOX, LEDGER, RULES = "/notifications/", "/notifications/ledger/", "/notifications/ledger/rules/"


def letters(member, *subjects, **kwargs):
    return [
        ReminderFactory(membership=member, department=member.department, subject=subject, **kwargs)
        for subject in subjects
    ]


def plain(response):
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def page(client, path, **query):
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


# --- the inbox ---------------------------------------------------------------------------------------------------


def test_inbox_holds_only_ones_own_messages_of_this_department(login):
    member = MembershipFactory()
    letters(member, "Моё")
    letters(MembershipFactory(department=member.department), "Соседа по отделу")
    letters(MembershipFactory(user=member.user), "Из другого отдела")
    letters(member, "Отпавшее", state=State.DROPPED, ended_at=timezone.now())
    found = page(login(member), INBOX)
    names = ("Моё", "Соседа по отделу", "Из другого отдела", "Отпавшее")
    assert [name in found for name in names] == [True, False, False, False]


def test_looking_at_the_list_reads_nothing_opening_a_message_does_and_leads_to_its_page(login):
    member = MembershipFactory()
    (letter,) = letters(member, "Доклад поступил", path="/roadmaps/review/")
    client = login(member)
    assert "новое" in page(client, INBOX)
    assert client.get("/").context["waiting"]["messages"] == 1
    assert client.get(reverse("notifications:message", args=[letter.pk]))["Location"] == "/roadmaps/review/"
    letter.refresh_from_db()
    assert letter.read_at is not None
    client.post(reverse("notifications:message_mark", args=[letter.pk]), {"read": "0"})
    letter.refresh_from_db()
    assert letter.read_at is None


def test_message_of_several_duties_is_shown_with_all_of_them(login):
    member = MembershipFactory()
    lines = [
        {"text": f"Дело {n}", "who": "Школа", "when": "до завтра", "note": "", "path": f"/{n}/"}
        for n in (1, 2)
    ]
    group = {"title": "Срок сегодня", "tone": "today", "lines": lines, "more": 3}
    (letter,) = letters(member, "Поручения", groups=[group])
    found = page(login(member), reverse("notifications:message", args=[letter.pk]))
    for text in ("Дело 1", "Дело 2", "Срок сегодня", "и ещё 3", 'href="/roadmaps/mine/"'):
        assert text in found


def test_all_can_be_marked_read_ones_own_only(login):
    member = MembershipFactory()
    letters(member, "А", "Б")
    other = letters(MembershipFactory(department=member.department), "В")[0]
    login(member).post("/notifications/read-all/")
    assert list(Reminder.objects.filter(read_at=None)) == [other]


def test_inbox_filter_lives_in_the_address(login):
    member = MembershipFactory()
    letters(member, "Новое", kind="returned")
    letters(member, "Читанное", kind="reported", read_at=timezone.now())
    client = login(member)
    assert "Читанное" not in page(client, INBOX, show="new")
    assert "Новое" not in page(client, INBOX, kind="reported")
    assert "Новое" in page(client, INBOX, kind="nonsense", show="x")


def test_lists_ask_the_same_for_one_message_and_for_three(login):
    admin = MembershipFactory(admin=True)
    client = login(admin)
    counts = {}
    for path in (INBOX, LEDGER):
        for number in (1, 3):
            while Reminder.objects.count() < number:
                letters(admin, "Письмо")
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.setdefault(path, []).append(len(queries))
        Reminder.objects.all().delete()
    assert all(few == many for few, many in counts.values())


# --- the ledger --------------------------------------------------------------------------------------------------


def test_ledger_is_the_admins_and_shows_the_department_only(login):
    admin = MembershipFactory(admin=True)
    letters(MembershipFactory(department=admin.department), "Наше письмо")
    letters(MembershipFactory(), "Чужое письмо")
    found = page(login(admin), LEDGER)
    assert "Наше письмо" in found
    assert "Чужое письмо" not in found
    for path in (LEDGER, LEDGER + "export/", RULES):
        assert login(MembershipFactory()).get(path).status_code == 403


def test_ledger_filters_by_person_kind_result_and_day_and_the_book_is_what_is_shown(login):
    admin = MembershipFactory(admin=True)
    anna = MembershipFactory(
        department=admin.department, user__last_name="Ёлкина", user__email="elka@example.org"
    )
    letters(anna, "Первое", kind="returned", settled=True, address="elka@example.org")
    letters(anna, "Второе", kind="reported", failed=True)
    letters(admin, "Третье", kind="returned")
    old = letters(admin, "Старое")[0]
    Reminder.objects.filter(pk=old.pk).update(created_at=timezone.now() - datetime.timedelta(days=9))
    client = login(admin)
    today = str(timezone.localdate())
    expected = {
        ("q", "ёлкина"): {"Первое", "Второе"},
        ("q", "ELKA@"): {"Первое", "Второе"},
        ("kind", "returned"): {"Первое", "Третье"},
        ("state", "failed"): {"Второе"},
        ("since", today): {"Первое", "Второе", "Третье"},
        ("until", str(timezone.localdate() - datetime.timedelta(days=5))): {"Старое"},
    }
    for (name, value), subjects in expected.items():
        found = page(client, LEDGER, **{name: value})
        assert {one for one in ("Первое", "Второе", "Третье", "Старое") if one in found} == subjects, name
        book = openpyxl.load_workbook(
            io.BytesIO(client.get(LEDGER + "export/", {name: value}).content)
        ).active
        assert {row[3].value for row in list(book.rows)[1:]} == subjects, name
    assert client.get(LEDGER, {"since": "вчера"}).status_code == 200


def test_book_of_another_departments_letters_is_empty(login):
    letters(MembershipFactory(), "Чужое")
    content = login(MembershipFactory(admin=True)).get(LEDGER + "export/").content
    assert openpyxl.load_workbook(io.BytesIO(content)).active.max_row == 1


def test_cells_that_would_run_as_formulas_are_text(login):
    admin = MembershipFactory(admin=True)
    letters(admin, "=HYPERLINK(1)")
    content = login(admin).get(LEDGER + "export/").content
    cell = openpyxl.load_workbook(io.BytesIO(content)).active["D2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_failed_ones_are_retried_one_by_one_or_all_of_ones_department(login):
    admin = MembershipFactory(admin=True)
    one, two, three = letters(admin, "А", "Б", "В", failed=True)
    foreign = letters(MembershipFactory(), "Чужое", failed=True)[0]
    client = login(admin)
    client.post(reverse("notifications:retry", args=[one.pk]))
    assert set(Reminder.objects.waiting()) == {one}
    client.post(reverse("notifications:retry_failed"))
    assert set(Reminder.objects.waiting()) == {one, two, three}
    foreign.refresh_from_db()
    assert foreign.state == State.FAILED


def test_retry_leads_back_to_the_same_filter(login):
    admin = MembershipFactory(admin=True)
    row = letters(admin, "Не ушло", state="failed", ended_at=timezone.now())[0]
    client = login(admin)
    page = client.get(f"{LEDGER}?state=failed&q=")
    address = f"/notifications/ledger/{row.pk}/retry/?state=failed&amp;q="
    assert address in page.content.decode()
    assert client.post(address.replace("&amp;", "&")).url == f"{LEDGER}?state=failed&q="


def test_stopped_morning_stands_on_the_ledger_and_on_the_start_page(login):
    admin = MembershipFactory(admin=True)
    Run.objects.create(department=admin.department, day=timezone.localdate(), stopped=777)
    client = login(admin)
    assert "777" in page(client, LEDGER)
    assert "Утренняя рассылка остановлена" in page(client, "/")


# --- the rules ---------------------------------------------------------------------------------------------------


def form(**changes):
    usual = {
        "before": "7, 1", "on_day": "on", "after": "1", "every": "7", "report_every": "90",
        "controller_after": "3", "head_after": "7", "morning": "8", "quiet_until": "8", "quiet_from": "20",
        "cap": "500",
    }  # fmt: skip
    return usual | changes


def test_rules_are_saved_for_ones_own_department_with_a_trace(login):
    admin = MembershipFactory(admin=True)
    other = RulesFactory()
    response = login(admin).post(RULES, form(before="10; 3,3", morning="9", every="0"))
    assert response.status_code == 302
    rules = rules_of(admin.department)
    assert (rules.before, rules.morning, rules.every) == ([10, 3], 9, 0)
    other.refresh_from_db()
    assert other.before == [7, 1]
    assert "за сколько дней" in AuditEvent.objects.get(action="notifications.rules_changed").summary


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"before": "7, семь"}, "«семь» — не число дней"),
        ({"before": "1,2,3,4,5,6,7"}, "Не больше 6 дней"),
        ({"quiet_until": "20", "quiet_from": "8"}, "Конец должен быть позже начала"),
        ({"morning": "6"}, "уходит в тихие часы"),
        ({"controller_after": "5", "head_after": "2"}, "не раньше контролёра"),
        ({"report_every": "400"}, "меньше либо равно 366"),
        ({"cap": "0"}, "больше либо равно 1"),
    ],
)
def test_rules_that_cannot_be_are_refused_in_words_and_nothing_typed_is_lost(login, changes, said):
    response = login(MembershipFactory(admin=True)).post(RULES, form(**changes))
    assert response.status_code == 422
    assert said in plain(response)
    assert all(f'value="{value}"' in response.content.decode() for value in changes.values())
    assert not Rules.objects.exists()


def test_rules_open_in_two_windows_keep_what_each_changed(login):
    admin = MembershipFactory(admin=True)
    client = login(admin)
    first, second = shown(client.get(RULES)), shown(client.get(RULES))
    assert client.post(RULES, first | {"before": "10, 3", "morning": "9"}).status_code == 302
    assert client.post(RULES, second | {"cap": "77"}).status_code == 302
    rules = rules_of(admin.department)
    assert (rules.before, rules.morning, rules.cap) == ([10, 3], 9, 77)


def test_ledger_says_that_no_letter_leaves_where_mail_is_not_set_up(login, settings):
    client = login(MembershipFactory(admin=True))
    assert "Почта портала не настроена" not in plain(client.get(LEDGER))
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "Почта портала не настроена" in plain(client.get(LEDGER))


def test_preview_of_what_cannot_be_says_why(login):
    page = login(MembershipFactory(admin=True)).post(
        RULES + "preview/", form(before="семь"), headers={"HX-Request": "true"}
    )
    assert "За сколько дней до срока: «семь» — не число дней" in re.sub(r"<[^>]+>", "", plain(page))


def test_preview_says_what_the_form_means_and_saves_nothing(login, time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC))
    client = login(MembershipFactory(admin=True))
    response = client.post(
        RULES + "preview/", form(before="3", on_day="", after="2", every="0"), headers={"HX-Request": "true"}
    )
    text = plain(response)
    assert "Исполнителю напоминаем за 3 дня." in text
    assert "Если не выполнено: на 2-й день просрочки." in text
    assert (
        "Просрочку показываем контролёру — на 3-й день просрочки и начальнику — на 7-й день просрочки."
        in text
    )
    assert "Срок" in text
    assert not Rules.objects.exists()
    whole = client.post(RULES + "preview/", form())
    assert "Это просмотр: ещё не сохранено" in plain(whole)
    assert client.post(RULES + "preview/", form(before="x")).status_code == 422
