"""Signs of life: beat and workers write them, the check fails and admins read of it when they stop."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from jobs import tasks
from jobs.beat import Scheduler
from jobs.domain import pulse
from jobs.models import Heartbeat, Job
from notifications.domain import delivery
from notifications.models import Reminder
from portal import health
from portal.celery import app
from tests.factories.accounts import MembershipFactory
from tests.factories.jobs import JobFactory
from tests.factories.notifications import ReminderFactory

pytestmark = pytest.mark.django_db


def alive(**ago: timedelta) -> None:
    for name in (pulse.BEAT, pulse.WORKER):
        at = timezone.now() - ago.get(name, timedelta(seconds=5))
        Heartbeat.objects.update_or_create(name=name, defaults={"at": at})


def test_healthy_portal_says_so_to_anybody_and_nothing_more(client):
    alive()
    ReminderFactory(due_at=timezone.now() - timedelta(minutes=1))
    response = client.get(reverse("portal:healthz"))
    assert response.status_code == 200
    found = response.json()
    assert (found["status"], found["database"], found["problems"]) == ("ok", True, [])
    assert 5 <= found["beat_age"] < 60
    assert 5 <= found["worker_age"] < 60
    assert 60 <= found["queue_age"] < 90
    assert set(found) == {"status", "database", "beat_age", "worker_age", "queue_age", "problems"}


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        ({"beat": timedelta(minutes=12)}, "Расписание (beat) молчит 12\N{NO-BREAK SPACE}минут"),
        ({"worker": timedelta(hours=3)}, "Фоновая работа (worker) молчит 3\N{NO-BREAK SPACE}часа"),
    ],
)
def test_silence_fails_the_check_and_stands_on_the_admins_start_page(client, login, ago, said):
    alive(**ago)
    response = client.get(reverse("portal:healthz"))
    assert response.status_code == 503
    (problem,) = response.json()["problems"]
    assert said in problem
    assert said in login(MembershipFactory(admin=True)).get("/").content.decode()


def test_background_that_was_never_started_is_no_health(client):
    found = client.get(reverse("portal:healthz")).json()
    assert (found["status"], found["beat_age"], found["worker_age"]) == ("failing", None, None)
    assert client.get(reverse("portal:healthz"), {"part": "web"}).json() == {"status": "ok"}


def test_work_that_nobody_takes_fails_the_check():
    alive()
    JobFactory(run_at=timezone.now() - timedelta(minutes=45), lease_until=timezone.now())
    (problem,) = health.look().problems
    assert "ждёт в очереди уже 45" in problem


def test_letter_that_nobody_takes_fails_the_check_a_postponed_one_does_not():
    alive()
    letter = ReminderFactory(due_at=timezone.now() - timedelta(minutes=45))
    assert not health.look().is_good
    Reminder.objects.filter(pk=letter.pk).update(due_at=timezone.now() + delivery.SERVER_PAUSE)
    assert health.look().is_good


def test_long_job_that_goes_on_counts_for_its_worker():
    alive(worker=timedelta(hours=1))
    JobFactory(state=Job.State.RUNNING, lease_until=timezone.now() + timedelta(seconds=40))
    assert health.look().is_good


def test_database_that_is_away_is_told_without_a_fault_of_ours(client, monkeypatch):
    def away():
        raise DatabaseError("away")

    monkeypatch.setattr(pulse, "signs", away)
    response = client.get(reverse("portal:healthz"))
    assert (response.status_code, response.json()["database"]) == (503, False)


def test_check_asks_only_a_little(client, django_assert_num_queries):
    alive()
    with django_assert_num_queries(3):
        client.get(reverse("portal:healthz"))


def test_worker_tells_by_a_task_and_beat_by_each_turn(monkeypatch, tmp_path):
    tasks.pulse()
    scheduler = Scheduler(app, schedule_filename=str(tmp_path / "beat"), lazy=True)
    monkeypatch.setattr("celery.beat.PersistentScheduler.tick", lambda self: 7.0)
    assert scheduler.tick() == 7.0
    first = Heartbeat.objects.get(name=pulse.BEAT).at
    assert set(pulse.signs().seen) == {pulse.BEAT, pulse.WORKER}
    scheduler.tick()  # a moment later: nothing is written again
    assert Heartbeat.objects.get(name=pulse.BEAT).at == first


def test_beat_lives_on_without_a_database(monkeypatch, tmp_path):
    def away(name):
        raise DatabaseError("away")

    monkeypatch.setattr(pulse, "beat", away)
    monkeypatch.setattr("jobs.beat.connection", type("Away", (), {"close": staticmethod(lambda: None)}))
    monkeypatch.setattr("celery.beat.PersistentScheduler.tick", lambda self: 7.0)
    assert Scheduler(app, schedule_filename=str(tmp_path / "beat"), lazy=True).tick() == 7.0
