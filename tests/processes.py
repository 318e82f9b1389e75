"""Other processes of a test: a real Celery worker over the configured broker, on the test's own database."""

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

ROOT = Path(__file__).resolve().parent.parent


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
            env=os.environ
            | {
                "DATABASE_URL": database_url(),
                "PORTAL_HOME": str(settings.HOME),
                "PORTAL_FILES": str(settings.MEDIA_ROOT),
                "PORTAL_URL": settings.PORTAL_URL,
            },
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
