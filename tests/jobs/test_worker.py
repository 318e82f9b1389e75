"""A real Celery worker over the configured broker: the file queue of the embedded default, Redis with services."""

from __future__ import annotations

import os
import signal

import pytest
from django.utils import timezone

from jobs.domain import work
from jobs.models import Job
from tests.factories.accounts import DepartmentFactory
from tests.processes import until

pytestmark = pytest.mark.django_db(transaction=True)


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
    queued = work.enqueue(
        "tests.write_lines", title="Вторая", department=department, path=str(tmp_path / "second")
    )
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
