"""The ledger: recorded before sent, sent once, never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.utils import timezone

from notifications.domain import reminders
from notifications.models import Reminder
from tests.factories.accounts import MembershipFactory
from tests.factories.notifications import ReminderFactory
from tests.threads import race

pytestmark = pytest.mark.django_db


def record(member, **changes):
    return reminders.record(
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


def test_message_is_recorded_then_sent_once(settings):
    settings.PORTAL_URL = "https://portal.example.org"
    member = MembershipFactory()
    record(member)
    assert mail.outbox == []
    assert reminders.sweep() == 1
    assert reminders.sweep() == 0
    (letter,) = mail.outbox
    assert letter.to == [member.user.email]
    assert letter.subject == "Через неделю срок"
    assert "https://portal.example.org/roadmaps/mine/" in letter.body
    assert Reminder.objects.get().sent_at is not None


def test_same_key_is_one_message():
    member = MembershipFactory()
    assert record(member) == record(member, subject="Иначе")
    assert Reminder.objects.get().subject == "Через неделю срок"


def test_nothing_goes_out_before_its_time():
    record(MembershipFactory(), due_at=timezone.now() + timedelta(hours=1))
    assert reminders.sweep() == 0


def test_message_claimed_by_a_dead_process_is_taken_up_with_the_same_id():
    died = ReminderFactory(claimed_at=timezone.now() - timedelta(minutes=30), attempts=1)
    held = ReminderFactory(claimed_at=timezone.now() - timedelta(seconds=30), attempts=1)
    assert reminders.sweep() == 1
    (letter,) = mail.outbox
    assert letter.extra_headers["Message-ID"].startswith(f"<reminder-{died.pk}@")
    held.refresh_from_db()
    assert held.sent_at is None


class Refusing(locmem.EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError("mail server is down")


def test_mail_server_down_for_a_day_loses_nothing(settings):
    ReminderFactory()
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    for _ in range(5):
        Reminder.objects.update(due_at=timezone.now())
        assert reminders.sweep() == 0
    waiting = Reminder.objects.get()
    assert (waiting.attempts, waiting.sent_at, waiting.gave_up_at) == (5, None, None)
    assert "mail server is down" in waiting.problem
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Reminder.objects.update(due_at=timezone.now())
    assert reminders.sweep() == 1
    assert len(mail.outbox) == 1


def test_patience_covers_more_than_a_day_and_then_ends(settings):
    assert sum(reminders.PATIENCE[:-1], timedelta()) > timedelta(hours=22)
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    row = ReminderFactory(attempts=len(reminders.PATIENCE) - 1)
    reminders.sweep()
    row.refresh_from_db()
    assert row.gave_up_at is not None
    assert reminders.sweep() == 0
    assert reminders.retry(row)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert reminders.sweep() == 1


def test_one_run_cannot_flood(monkeypatch):
    monkeypatch.setattr(reminders, "PER_SWEEP", 3)
    ReminderFactory.create_batch(5)
    assert [reminders.sweep(), reminders.sweep(), reminders.sweep()] == [3, 2, 0]


@pytest.mark.django_db(transaction=True)
def test_two_beats_send_once():
    ReminderFactory.create_batch(6)
    sent = race(*[reminders.sweep] * 4)
    assert sum(sent) == len(mail.outbox) == 6
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 6


def test_inbox_holds_only_ones_own_messages_of_this_department(login):
    member = MembershipFactory()
    own = ReminderFactory(department=member.department, recipient=member.user, subject="Моё")
    ReminderFactory(department=member.department, subject="Соседа по отделу")
    ReminderFactory(recipient=member.user, subject="Из другого отдела")
    page = login(member).get("/notifications/").content.decode()
    assert [text in page for text in ("Моё", "Соседа по отделу", "Из другого отдела")] == [True, False, False]
    own.refresh_from_db()
    assert own.read_at is not None


def test_ledger_is_the_admins_and_shows_the_department_only(login):
    admin = MembershipFactory(admin=True)
    ReminderFactory(department=admin.department, subject="Наше письмо")
    ReminderFactory(subject="Чужое письмо")
    page = login(admin).get("/notifications/ledger/").content.decode()
    assert "Наше письмо" in page
    assert "Чужое письмо" not in page
    assert login(MembershipFactory()).get("/notifications/ledger/").status_code == 403


def test_line_ends_in_a_name_forge_no_header():
    record(MembershipFactory(), subject="Доклад поступил: Школа\r\nBcc: thief@example.org")
    assert reminders.sweep() == 1
    assert mail.outbox[0].subject == "Доклад поступил: Школа Bcc: thief@example.org"
    assert mail.outbox[0].recipients() == [Reminder.objects.get().recipient.email]


def test_letter_that_cannot_be_written_holds_up_no_other():
    broken = MembershipFactory()
    broken.user.email = "somebody\n@example.org"
    broken.user.save()
    record(broken)
    record(MembershipFactory(), key="assignment:2:week")
    assert reminders.sweep() == 1
    row = Reminder.objects.get(recipient=broken.user)
    assert row.sent_at is None
    assert row.problem.startswith("BadHeaderError")
