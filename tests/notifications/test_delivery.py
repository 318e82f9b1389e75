"""The ledger and the mail server: recorded before sent, sent once, never lost."""

from __future__ import annotations

import smtplib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.utils import timezone

from notifications.domain import delivery, inbox, kinds, ledger, mailboxes
from notifications.models import OptOut, RefusedAddress, Reminder
from tests.factories.accounts import MembershipFactory
from tests.factories.notifications import ReminderFactory, RulesFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
State = Reminder.State
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)  # a Thursday, 15:00 in Moscow


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def record(member, **changes):
    return ledger.record(
        **{
            "key": "assignment:1:week",
            "recipient": member.user,
            "department": member.department,
            "kind": "due",
            "subject": "Через неделю срок",
            "body": "Сдайте отчёт.",
            "path": "/roadmaps/mine/",
        }
        | changes
    )


def refusing(code, answer=b"no", error=None):
    """A mail back-end that refuses each message so."""

    class Refusing(locmem.EmailBackend):
        tries = 0

        def send_messages(self, messages):
            type(self).tries += 1
            raise error or smtplib.SMTPRecipientsRefused({messages[0].to[0]: (code, answer)})

    return Refusing()


def test_message_is_recorded_then_sent_once(settings):
    settings.PORTAL_URL = "https://portal.example.org"
    member = MembershipFactory()
    record(member)
    assert mail.outbox == []
    assert delivery.sweep() == 1
    assert delivery.sweep() == 0
    (letter,) = mail.outbox
    assert letter.to == [member.user.email]
    assert letter.subject == "Через неделю срок"
    html, kind = letter.alternatives[0]
    assert kind == "text/html"
    for text in (letter.body, html):
        assert "https://portal.example.org/notifications/go/" in text
        assert "Сдайте отчёт." in text
    told = Reminder.objects.get()
    assert (told.state, told.address, told.attempts) == (State.SENT, member.user.email, 1)


def test_same_key_is_one_message():
    member = MembershipFactory()
    assert record(member) == record(member, subject="Иначе")
    assert Reminder.objects.get().subject == "Через неделю срок"


def test_message_claimed_by_a_dead_process_is_taken_up_with_the_same_id():
    died = ReminderFactory(claimed_at=NOON - timedelta(minutes=30), attempts=1)
    held = ReminderFactory(claimed_at=NOON - timedelta(seconds=30), attempts=1)
    assert delivery.sweep() == 1
    (letter,) = mail.outbox
    assert letter.extra_headers["Message-ID"].startswith(f"<reminder-{died.pk}@")
    held.refresh_from_db()
    assert held.state == State.WAITING


def test_claim_from_before_the_clock_was_set_back_does_not_hold():
    ReminderFactory(claimed_at=NOON + timedelta(hours=1), attempts=1)
    assert delivery.sweep() == 1


def test_mail_server_down_for_a_day_costs_no_tries_and_loses_nothing(time_machine):
    ReminderFactory.create_batch(3)
    down = refusing(0, error=ConnectionRefusedError("mail server is down"))
    for hour in range(25):
        time_machine.move_to(NOON + timedelta(hours=hour), tick=False)
        assert delivery.sweep(connection=down) == 0
    waiting = Reminder.objects.values_list("state", "attempts")
    assert set(waiting) == {(State.WAITING, 0)}
    assert "mail server is down" in Reminder.objects.first().problem
    time_machine.move_to(NOON + timedelta(hours=26), tick=False)
    assert delivery.sweep() == 3
    assert len(mail.outbox) == 3


def test_dead_server_is_asked_once_a_sweep_not_once_a_message():
    ReminderFactory.create_batch(5)
    down = refusing(0, error=TimeoutError())
    delivery.sweep(connection=down)
    assert down.tries == 1


def test_one_message_that_breaks_the_connection_does_not_stand_before_the_others():
    poison, other = ReminderFactory.create_batch(2)

    class Breaking(locmem.EmailBackend):
        def send_messages(self, messages):
            if messages[0].to == [poison.recipient.email]:
                raise smtplib.SMTPServerDisconnected("gone")
            return super().send_messages(messages)

    assert delivery.sweep(connection=Breaking()) == 0
    assert delivery.sweep(connection=Breaking()) == 1
    assert [letter.to for letter in mail.outbox] == [[other.recipient.email]]


def test_server_that_is_never_found_is_told_after_a_week():
    ReminderFactory()
    Reminder.objects.update(created_at=NOON - timedelta(days=8))
    delivery.sweep(connection=refusing(0, error=TimeoutError()))
    assert Reminder.objects.get().state == State.FAILED


def test_refusal_for_now_is_tried_again_for_more_than_a_day_and_then_ends(time_machine):
    assert sum(delivery.PATIENCE[:-1], timedelta()) > timedelta(hours=22)
    ReminderFactory()
    busy, moment = refusing(450), NOON
    while Reminder.objects.get().state == State.WAITING:
        moment = max(moment, Reminder.objects.get().due_at)
        time_machine.move_to(moment, tick=False)
        delivery.sweep(connection=busy)
    assert busy.tries == len(delivery.PATIENCE)
    row = Reminder.objects.get()
    assert row.state == State.FAILED
    assert "450" in row.problem
    assert ledger.retry(row)
    assert not ledger.retry(row)
    assert delivery.sweep() == 1


def test_address_refused_for_good_is_marked_told_once_and_written_to_no_more():
    member = MembershipFactory()
    admin = MembershipFactory(department=member.department, admin=True)
    MembershipFactory(admin=True)  # of another department
    record(member)
    unknown = refusing(550, b"5.1.1 no such user")
    delivery.sweep(connection=unknown)
    told = Reminder.objects.get(key="assignment:1:week")
    assert (told.state, told.problem) == (
        State.FAILED,
        "Почтовый сервер не принял письмо. Его ответ: 550 5.1.1 no such user",
    )
    assert RefusedAddress.objects.get().address == member.user.email
    alarm = Reminder.objects.exclude(pk=told.pk).get()
    assert (alarm.recipient, alarm.kind) == (admin.user, "refused")
    assert member.user.email in alarm.body

    record(member, key="assignment:2:week")
    assert delivery.sweep() == 2  # the alarm goes out, the message stays in the portal
    assert [letter.to for letter in mail.outbox] == [[admin.user.email]]
    kept = Reminder.objects.get(key="assignment:2:week")
    assert (kept.state, kept.problem) == (State.PORTAL, "Почтовый сервер не знает этого адреса.")
    assert set(inbox.of(member)) == {told, kept}


def test_new_address_or_a_checked_one_is_written_to_again():
    changed, checked = MembershipFactory(), MembershipFactory()
    for member in (changed, checked):
        RefusedAddress.objects.create(user=member.user, address=member.user.email, answer="550")
    changed.user.email = "new@example.org"
    changed.user.save()
    mailboxes.checked(checked.user.refused_address, by=MembershipFactory(department=checked.department))
    record(changed)
    record(checked, key="assignment:2:week")
    assert delivery.sweep() == 2
    assert {letter.to[0] for letter in mail.outbox} == {"new@example.org", checked.user.email}


def test_message_refused_for_what_it_says_marks_no_address():
    ReminderFactory()
    delivery.sweep(connection=refusing(0, error=smtplib.SMTPDataError(554, b"looks like spam")))
    assert Reminder.objects.get().state == State.FAILED
    assert not RefusedAddress.objects.exists()


def test_person_without_mail_is_told_in_the_portal():
    member = MembershipFactory()
    member.user.email = ""
    member.user.save()
    record(member)
    assert delivery.sweep() == 1
    told = Reminder.objects.get()
    assert (told.state, told.problem) == (State.PORTAL, "У человека нет электронной почты.")
    assert list(inbox.of(member)) == [told]
    assert mail.outbox == []


def test_whoever_left_the_department_is_not_written_to():
    gone, locked = MembershipFactory(), MembershipFactory()
    MembershipFactory(user=gone.user)  # works elsewhere now
    record(gone)
    record(locked, key="assignment:2:week")
    gone.ended_at = NOON
    gone.save()
    locked.user.is_active = False
    locked.user.save()
    delivery.sweep()
    assert set(Reminder.objects.values_list("state", flat=True)) == {State.DROPPED}
    assert mail.outbox == []


def test_optional_mail_can_be_left_obligatory_cannot():
    member = MembershipFactory()
    OptOut.objects.create(user=member.user, kind="reported")
    OptOut.objects.create(user=member.user, kind="returned")
    record(member, kind="reported")
    record(member, kind="returned", key="returned")
    delivery.sweep()
    assert dict(Reminder.objects.values_list("kind", "state")) == {
        "reported": State.PORTAL,
        "returned": State.SENT,
    }


def test_headers_let_the_mail_program_leave_optional_mail_only():
    record(MembershipFactory(), kind="reported")
    record(MembershipFactory(), kind="returned", key="returned")
    delivery.sweep()
    optional, obligatory = mail.outbox
    assert optional.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert optional.extra_headers["List-Unsubscribe"].startswith("<http")
    assert "List-Unsubscribe" not in obligatory.extra_headers
    assert "отказаться от него нельзя" in obligatory.body


@pytest.mark.parametrize(
    ("moment", "goes_at"),
    [
        (datetime(2026, 3, 12, 12, tzinfo=UTC), datetime(2026, 3, 12, 12, tzinfo=UTC)),
        (datetime(2026, 3, 12, 18, 0, tzinfo=UTC), datetime(2026, 3, 13, 5, 0, tzinfo=UTC)),  # 21:00 → 8:00
        (datetime(2026, 3, 12, 3, 30, tzinfo=UTC), datetime(2026, 3, 12, 5, 0, tzinfo=UTC)),  # 6:30 → 8:00
        (
            datetime(2026, 3, 13, 18, 0, tzinfo=UTC),
            datetime(2026, 3, 16, 5, 0, tzinfo=UTC),
        ),  # Friday → Monday
        (
            datetime(2026, 3, 14, 9, 0, tzinfo=UTC),
            datetime(2026, 3, 16, 5, 0, tzinfo=UTC),
        ),  # Saturday → Monday
    ],
)
def test_quiet_hours_and_days_off_hold_a_message_back(moment, goes_at):
    assert record(MembershipFactory(), now=moment).due_at == goes_at


def test_quiet_hours_are_the_departments_own_and_an_alarm_knows_none():
    member = MembershipFactory()
    RulesFactory(department=member.department, quiet_until=7, quiet_from=15)
    assert record(member).due_at == datetime(2026, 3, 13, 4, tzinfo=UTC)
    assert record(member, key="alarm", kind=kinds.STOPPED.name).due_at == NOON


def test_holiday_declared_late_holds_back_what_was_recorded_already():
    member = MembershipFactory()
    told = record(member)
    member.department.days_off = [str(date(2026, 3, 12)), str(date(2026, 3, 13))]
    member.department.save()
    assert delivery.sweep() == 0
    told.refresh_from_db()
    assert told.due_at == datetime(2026, 3, 16, 5, tzinfo=UTC)
    assert told.attempts == 0
    assert delivery.sweep(told.due_at) == 1


def test_one_sweep_sends_only_so_many(monkeypatch):
    monkeypatch.setattr(delivery, "PER_SWEEP", 3)
    ReminderFactory.create_batch(5)
    assert [delivery.sweep(), delivery.sweep(), delivery.sweep()] == [3, 2, 0]


def test_what_is_no_longer_true_is_said_anew_or_not_at_all(monkeypatch):
    letters = {"fresh": kinds.Letter("Новая тема", "Новый текст"), "gone": None}
    kind = kinds.Kind("changing", "Меняется", refresh=lambda row, now: letters[row.key])
    monkeypatch.setitem(kinds.KINDS, "changing", kind)
    for key in letters:
        ReminderFactory(key=key, kind="changing")
    assert delivery.sweep() == 2
    assert [letter.subject for letter in mail.outbox] == ["Новая тема"]
    gone = Reminder.objects.get(key="gone")
    assert gone.state == State.DROPPED
    assert not inbox.of(gone.membership).exists()


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_once_send_once():
    ReminderFactory.create_batch(6)
    sent = race(*[delivery.sweep] * 4)
    assert sum(sent) == len(mail.outbox) == 6
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 6


def test_line_ends_in_a_name_forge_no_header():
    record(MembershipFactory(), subject="Доклад поступил: Школа\r\nBcc: thief@example.org")
    assert delivery.sweep() == 1
    assert mail.outbox[0].subject == "Доклад поступил: Школа Bcc: thief@example.org"
    assert mail.outbox[0].recipients() == [Reminder.objects.get().recipient.email]


def test_names_are_text_in_the_html_letter():
    record(MembershipFactory(), body="<b>жирно</b>", subject="<script>")
    delivery.sweep()
    html = mail.outbox[0].alternatives[0][0]
    assert "<b>жирно" not in html
    assert "<script>" not in html


def test_letter_that_cannot_be_written_holds_up_no_other():
    broken = MembershipFactory()
    broken.user.email = "somebody\n@example.org"
    broken.user.save()
    record(broken)
    record(MembershipFactory(), key="assignment:2:week")
    assert delivery.sweep() == 1
    row = Reminder.objects.get(recipient=broken.user)
    assert row.state == State.WAITING
    assert row.problem.startswith("BadHeaderError")


def test_queries_of_a_sweep_grow_only_by_what_each_message_needs(django_assert_max_num_queries):
    department = MembershipFactory().department
    ReminderFactory.create_batch(3, department=department)
    with django_assert_max_num_queries(3 * 7 + 4):
        assert delivery.sweep(timezone.now()) == 3
