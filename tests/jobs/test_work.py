"""Background work: run once under a lease, taken up when lost, honest about how it ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.domain import work
from jobs.models import Job
from portal.lib.refusals import Refused
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.jobs import JobFactory
from tests.threads import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(monkeypatch):
    """``kind(function)`` registers a throw-away handler and returns its name."""

    def register(function):
        monkeypatch.setitem(work.HANDLERS, "test.kind", function)
        return "test.kind"

    return register


def test_job_runs_after_commit_and_keeps_its_result(kind, django_capture_on_commit_callbacks):
    name = kind(lambda job, progress: {"sum": sum(job.args["numbers"])})
    with django_capture_on_commit_callbacks(execute=True):
        job = work.enqueue(name, title="Сумма", department=DepartmentFactory(), numbers=[2, 3])
        assert job.state == Job.State.QUEUED
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == (Job.State.DONE, {"sum": 5}, 1)
    assert job.finished_at is not None


def test_rolled_back_work_leaves_no_job(kind):
    from django.db import transaction

    with transaction.atomic():
        work.enqueue(kind(lambda job, progress: None), title="Зря", department=DepartmentFactory())
        transaction.set_rollback(True)
    assert Job.objects.count() == 0


def test_progress_is_visible_while_working(kind):
    seen = []

    def three_steps(job, progress):
        progress.start(3, "Читаем")
        for number in range(3):
            progress.advance(step=f"Строка {number}", errors=number % 2)
            seen.append(Job.objects.values_list("done", "total", "errors", "step").get(pk=job.pk))

    job = JobFactory(kind=kind(three_steps))
    work.run(job.pk)
    assert seen == [(1, 3, 0, "Строка 0"), (2, 3, 1, "Строка 1"), (3, 3, 1, "Строка 2")]


def test_refusal_is_final_and_speaks_to_the_user(kind):
    def refuse(job, progress):
        raise Refused("Файл защищён паролем. Снимите пароль и загрузите снова.")

    job = JobFactory(kind=kind(refuse))
    work.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, 1)
    assert job.problem == "Файл защищён паролем. Снимите пароль и загрузите снова."


def test_fault_is_tried_again_later_and_given_up_in_the_end(kind):
    def fault(job, progress):
        raise OSError("disk")

    job = JobFactory(kind=kind(fault), max_attempts=2)
    work.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert job.run_at > timezone.now()
    work.run(job.pk)  # too early: nothing happens
    job.refresh_from_db()
    assert job.attempts == 1
    Job.objects.update(run_at=timezone.now())
    work.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, 2)
    assert "ошибки портала" in job.problem


def test_sweep_takes_up_what_a_dead_worker_held(kind):
    ran = []
    job = JobFactory(
        kind=kind(lambda job, progress: ran.append(job.pk)),
        state=Job.State.RUNNING,
        attempts=1,
        lease_until=timezone.now() - timedelta(seconds=1),
    )
    assert work.sweep() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, ran) == (Job.State.DONE, 2, [job.pk])


def test_sweep_leaves_a_living_lease_alone(kind):
    JobFactory(
        kind=kind(lambda job, progress: pytest.fail("ran beside the living worker")),
        state=Job.State.RUNNING,
        attempts=1,
        lease_until=timezone.now() + timedelta(seconds=30),
    )
    assert work.sweep() == 0


def test_work_that_keeps_dying_is_not_tried_for_ever(kind):
    job = JobFactory(
        kind=kind(lambda job, progress: pytest.fail("tried once too often")),
        state=Job.State.RUNNING,
        attempts=5,
        lease_until=timezone.now() - timedelta(seconds=1),
    )
    work.sweep()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "обрывалась" in job.problem


def test_worker_that_lost_its_lease_writes_nothing(kind):
    def overtaken(job, progress):
        Job.objects.filter(pk=job.pk).update(attempts=job.attempts + 1)  # another worker took it over
        progress.advance()
        pytest.fail("went on without the lease")

    job = JobFactory(kind=kind(overtaken))
    work.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.attempts) == (Job.State.RUNNING, 0, 2)


def test_cancel_stops_waiting_work_at_once_and_running_work_at_its_next_step(kind):
    waiting = JobFactory(kind="never")
    assert work.cancel(waiting)
    waiting.refresh_from_db()
    assert waiting.state == Job.State.CANCELLED

    def asked_to_stop(job, progress):
        progress.start(2)
        assert work.cancel(job)
        progress.advance()
        pytest.fail("went on after cancel")

    running = JobFactory(kind=kind(asked_to_stop))
    work.run(running.pk)
    running.refresh_from_db()
    assert running.state == Job.State.CANCELLED
    assert not work.cancel(running)


def test_one_living_job_per_key(kind):
    department = DepartmentFactory()
    name = kind(lambda job, progress: None)
    first = work.enqueue(name, title="PDF", department=department, key="order:1")
    assert work.enqueue(name, title="PDF", department=department, key="order:1") == first
    work.run(first.pk)
    assert work.enqueue(name, title="PDF", department=department, key="order:1") != first


@pytest.mark.django_db(transaction=True)
def test_two_workers_two_beats_one_run(kind):
    ran = []
    job = JobFactory(kind=kind(lambda job, progress: ran.append(job.pk)))
    race(work.sweep, work.sweep, lambda: work.run(job.pk), lambda: work.run(job.pk))
    assert ran == [job.pk]
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 1)


def test_list_shows_only_the_departments_work(login):
    admin = MembershipFactory(admin=True)
    JobFactory(department=admin.department, title="Наша работа")
    JobFactory(title="Чужая работа")
    page = login(admin).get("/jobs/").content.decode()
    assert "Наша работа" in page
    assert "Чужая работа" not in page


def test_deputy_sees_only_what_they_started(login):
    deputy = MembershipFactory(deputy=True)
    own = JobFactory(department=deputy.department, created_by=deputy)
    other = JobFactory(department=deputy.department)
    client = login(deputy)
    assert client.get(f"/jobs/{own.pk}/").status_code == 200
    assert client.get(f"/jobs/{other.pk}/").status_code == 404


def test_finished_work_tells_the_page_to_reload(login):
    admin = MembershipFactory(admin=True)
    job = JobFactory(department=admin.department, state=Job.State.RUNNING)
    client = login(admin)
    assert "HX-Refresh" not in client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}).headers
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, finished_at=timezone.now())
    assert client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"
