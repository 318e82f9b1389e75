"""Faults of every kind, and an exact ledger after them: killed processes, a moody mail server, a lost broker."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as portal_settings

from notifications.domain import delivery, kinds
from notifications.domain.letters import message_id
from notifications.models import Reminder
from roadmaps.domain import reminders
from roadmaps.models import Assignment, Notice
from tests.factories.accounts import MembershipFactory
from tests.factories.notifications import ReminderFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory
from tests.mailserver import mail_server
from tests.processes import ROOT, database_url, until

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 19, 9, tzinfo=ZoneInfo("Europe/Moscow"))  # a Thursday
State = Reminder.State


@pytest.fixture
def box():
    with mail_server() as mailbox:
        yield mailbox


def district(schools=6):
    """Schools with a deputy and two duties each, due today; a controller and a head of what is overdue."""
    first = AssignmentFactory(last_day=date(2026, 3, 19))
    place = {"item__section__roadmap__department": first.department}
    rest = [AssignmentFactory(last_day=date(2026, 3, 19), **place) for _ in range(schools - 1)]
    for duty in (first, *rest):
        PostFactory(school=duty.school)
        AssignmentFactory(school=duty.school, last_day=date(2026, 3, 9), **place)
    Assignment.objects.update(controller=MembershipFactory(department=first.department))
    MembershipFactory(department=first.department, head=True)


def ledger_is_exact(box, *, people, letters_at_most):
    """One digest a person, each sent; every letter on the server is one of the ledger's, to its own recipient."""
    rows = list(Reminder.objects.select_related("recipient"))
    assert Counter(row.state for row in rows) == {State.SENT: people}
    assert len({row.recipient_id for row in rows}) == people
    taken = Counter(box.took)
    assert set(taken) == {(message_id(row), row.recipient.email) for row in rows}
    assert sum(taken.values()) <= letters_at_most


@pytest.mark.parametrize("seed", [1, 7])
def test_processes_killed_at_any_point_lose_nothing_and_repeat_nothing(box, seed):
    """The one repeat there can be is the letter whose sender died after the server took it: under the same ID."""
    district()
    rounds = 12
    result = subprocess.run(
        [sys.executable, "-m", "tests.reminding", str(seed), str(rounds), NOW.isoformat()],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": database_url(), "PORTAL_HOME": str(portal_settings.HOME), "EMAIL_URL": box.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    ledger_is_exact(box, people=8, letters_at_most=8 + rounds)
    told = Counter(Notice.objects.values_list("recipient", "assignment"))
    assert set(told.values()) == {1}
    assert len(told) == 6 * 2 + 6 + 6  # deputies, the controller, the head
    assert reminders.sweep(NOW) == 0


def test_moody_mail_server_gets_every_letter_once(box, settings, time_machine):
    """Refusals for now, connections that break before an answer, in an order the seed decides; a day of it."""
    district()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    luck = random.Random(5)
    box.behave = lambda recipient, number: luck.choice([0, 450, 421, -1])
    moment = NOW
    time_machine.move_to(moment, tick=False)
    reminders.sweep(moment)
    while Reminder.objects.waiting().exists():
        assert moment < NOW + timedelta(days=3)
        moment += timedelta(minutes=20)
        time_machine.move_to(moment, tick=False)
        delivery.sweep(moment)
    ledger_is_exact(box, people=8, letters_at_most=8)


def test_letter_taken_by_a_server_that_hung_up_is_repeated_under_its_own_id(box, settings, time_machine):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    time_machine.move_to(NOW, tick=False)
    row = ReminderFactory()
    box.behave = lambda recipient, number: -2 if number == 1 else 0
    assert delivery.sweep() == 0
    time_machine.move_to(NOW + timedelta(minutes=6), tick=False)
    assert delivery.sweep() == 1
    assert box.took == [(message_id(row), row.recipient.email)] * 2


def alarms(count):
    """Messages that no quiet hour holds back: the worker lives by the real clock."""
    ReminderFactory.create_batch(count, kind=kinds.STOPPED.name)


def nudge(times):
    from notifications.tasks import sweep

    for _ in range(times):
        sweep.delay()


def settled():
    return not Reminder.objects.waiting().exists()


def test_tasks_that_come_many_times_and_a_killed_worker_send_each_letter_once(worker, box, monkeypatch):
    monkeypatch.setenv("EMAIL_URL", box.url)
    alarms(12)
    first = worker()
    nudge(6)
    until(lambda: len(box.took) > 2)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    Reminder.objects.waiting().update(claimed_at=None)  # ten minutes have passed
    worker()
    worker()
    nudge(6)
    until(settled)
    ledger_is_exact(box, people=12, letters_at_most=13)


@pytest.fixture
def redis(monkeypatch):
    """``redis()`` starts one that keeps nothing, at ``redis.url``; asked again it is killed and started anew."""
    with tempfile.TemporaryDirectory() as folder:
        socket, running = Path(folder) / "redis.sock", []

        def start():
            for process in running:
                process.kill()
                process.wait()
            socket.unlink(missing_ok=True)
            options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
            running[:] = [subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)]
            until(socket.exists)

        start.url = f"redis+socket://{socket}"
        monkeypatch.setenv("CELERY_BROKER_URL", start.url)  # for the workers
        yield start
        for process in running:
            process.kill()
            process.wait()


def test_restarted_redis_that_forgot_everything_loses_no_letter(redis, worker, box, monkeypatch):
    from notifications.tasks import sweep
    from portal.celery import app

    def nudge(times):
        with app.connection_for_write(redis.url) as connection:
            for _ in range(times):
                sweep.apply_async(connection=connection)

    monkeypatch.setenv("EMAIL_URL", box.url)
    alarms(5)
    redis()
    nudge(3)  # nobody listens yet
    redis()
    worker()
    nudge(2)  # beat's next turns
    until(settled)
    ledger_is_exact(box, people=5, letters_at_most=5)
    alarms(2)
    redis()  # under a worker that is connected
    nudge(2)
    until(settled)
    ledger_is_exact(box, people=7, letters_at_most=7)
