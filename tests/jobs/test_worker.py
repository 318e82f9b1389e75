"""A real Celery worker over the configured broker: the file queue of the embedded default, Redis with services."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from jobs.domain import work
from jobs.models import Job
from tests.factories.accounts import DepartmentFactory

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.django_db(transaction=True)


def database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return f"postgres://{quote(database['USER'])}@/{database['HOST']}/{database['NAME']}"


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what another process does; fail loudly when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def worker(tmp_path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """``worker()`` starts one; whatever runs in the end is stopped. The test's own sends go through the broker too."""
    from portal.celery import app

    queue, usual = f"test-{tmp_path.name}", app.conf.task_default_queue
    app.conf.update(task_always_eager=False, task_default_queue=queue)
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = ["celery", "-A", "tests.worker", "worker", "--concurrency", "1", "--queues", queue]
        quiet = ["--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        process = subprocess.Popen(
            [sys.executable, "-m", *command, *quiet],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url(), "PORTAL_HOME": str(settings.HOME)},
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    app.conf.update(task_always_eager=True, task_default_queue=usual)


def test_worker_does_the_work(worker, tmp_path):
    worker()
    lines = tmp_path / "lines"
    job = work.enqueue("tests.write_lines", title="Пишем", department=DepartmentFactory(), path=str(lines))
    until(lambda: Job.objects.get(pk=job.pk).state == Job.State.DONE)
    assert lines.read_text() == "1:0\n1:1\n1:2\n"


def test_killed_worker_loses_no_work(worker, tmp_path):
    first = worker()
    lines, gate = tmp_path / "lines", tmp_path / "gate"
    department = DepartmentFactory()
    running = work.enqueue(
        "tests.write_lines", title="Первая", department=department, path=str(lines), gate=str(gate)
    )
    queued = work.enqueue("tests.write_lines", title="Вторая", department=department, path=str(tmp_path / "second"))
    until(lambda: Job.objects.get(pk=running.pk).done == 2)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert Job.objects.get(pk=running.pk).state == Job.State.RUNNING

    gate.touch()
    Job.objects.update(lease_until=timezone.now())  # the lease of the dead worker has run out
    worker()
    work.sweep()
    until(lambda: set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE})
    assert lines.read_text() == "1:0\n1:1\n2:0\n2:1\n2:2\n"
    assert Job.objects.get(pk=queued.pk).attempts == 1
