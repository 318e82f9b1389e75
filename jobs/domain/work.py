"""Long work that survives: written as a row, run by a worker under a lease, taken up again when the worker died.

The broker's message is only a nudge (sent on commit); `sweep` over the rows is the guarantee. A handler runs at
least once and must be safe twice. See docs/decisions/0002-jobs-are-rows.md.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Department, Membership
from jobs.models import Job
from portal.lib.refusals import Refused

LEASE = timedelta(seconds=45)  # longer than any single step; each step of progress renews it
NUDGE = timedelta(seconds=30)  # a queued row is not sent again sooner than this
log = logging.getLogger(__name__)

Handler = Callable[[Job, "Progress"], "dict[str, Any] | None"]
HANDLERS: dict[str, Handler] = {}


class Cancelled(Exception):
    """The user asked to stop."""


class LeaseLost(Exception):
    """Another worker holds the row now; this one must stop without writing anything."""


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does the work of ``kind``; lives in an app's ``tasks.py``."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register


@transaction.atomic
def enqueue(
    kind: str, *, title: str, department: Department, by: Membership | None = None, key: str = "", **args: Any
) -> Job:
    """Write the job and nudge a worker when this transaction commits.

    With a ``key``, a job of that kind and key that still lives is returned instead of a second one.
    """
    alive = Job.objects.filter(kind=kind, key=key, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    if key and (living := alive.first()):
        return living
    row = Job(
        kind=kind,
        title=title,
        department=department,
        created_by=by,
        key=key,
        args=args,
        lease_until=timezone.now() + NUDGE,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # raced: the other one's row stands
        return alive.get()
    transaction.on_commit(partial(nudge, row.pk))
    return row


def nudge(pk: int) -> None:
    """Tell a worker; a broker that is down only means waiting for the sweep."""
    from jobs import tasks

    try:
        tasks.run_job.delay(pk)
    except OSError as error:
        log.warning("Job %s waits for the sweep: %s", pk, error)


def sweep() -> int:
    """Send every row that is due and that nobody holds; return how many."""
    now = timezone.now()
    sent = 0
    for pk in Job.objects.due().values_list("pk", flat=True)[:500]:
        # Whoever pushes the lease of a queued row forward is the one who sends it: two beats send once.
        waiting = Job.objects.filter(pk=pk, lease_until__lte=now)
        held = waiting.filter(state=Job.State.QUEUED).update(lease_until=now + NUDGE)
        if held or waiting.filter(state=Job.State.RUNNING).exists():
            nudge(pk)
            sent += 1
    return sent


def claim(pk: int) -> Job | None:
    """Take the row by one conditional UPDATE, or nothing when somebody else has it or it is not due."""
    now = timezone.now()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lte=now)
    taken = Job.objects.filter(free, pk=pk, run_at__lte=now).update(
        state=Job.State.RUNNING, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return Job.objects.select_related("department", "created_by__user").get(pk=pk) if taken else None


def run(pk: int) -> None:
    """Do the work of one job if it can be claimed; every way out leaves the row in a true state."""
    job = claim(pk)
    if job is None:
        return
    if job.attempts > job.max_attempts:
        finish(
            job, Job.State.FAILED, problem="Работа несколько раз обрывалась. Сообщите администратору портала."
        )
        return
    try:
        if job.cancel_requested:
            raise Cancelled
        result = HANDLERS[job.kind](job, Progress(job))
    except LeaseLost:
        log.warning("Job %s: another worker took it over", pk)
    except Cancelled:
        finish(job, Job.State.CANCELLED)
    except Refused as refusal:
        finish(job, Job.State.FAILED, problem=str(refusal))
    except Exception:
        log.exception("Job %s (%s), attempt %s", pk, job.kind, job.attempts)
        put_back(job)
    else:
        finish(job, Job.State.DONE, result=result or {}, step="")


def held(job: Job) -> Any:
    """The row as long as this attempt holds it."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def finish(job: Job, state: str, **changes: Any) -> None:
    held(job).update(state=state, finished_at=timezone.now(), **changes)


def keep(job: Job, name: str, data: bytes) -> None:
    """Keep what the work made, under the name with which it will be downloaded. A second run keeps the newer one."""
    job.file.save(uuid4().hex, ContentFile(data), save=False)
    if not held(job).update(file=job.file.name, file_name=name[:200]):
        raise LeaseLost


def put_back(job: Job) -> None:
    """After a fault: wait longer each time, give up after the last attempt."""
    if job.attempts >= job.max_attempts:
        finish(
            job,
            Job.State.FAILED,
            problem="Не получилось из-за ошибки портала. Она записана; сообщите администратору.",
        )
        return
    later = timezone.now() + timedelta(seconds=5 * 3**job.attempts)
    held(job).update(state=Job.State.QUEUED, run_at=later, lease_until=later)


def cancel(job: Job) -> bool:
    """Ask a job to stop; one still waiting stops at once. False when it was over already."""
    now = timezone.now()
    stopped = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(
        state=Job.State.CANCELLED, cancel_requested=True, finished_at=now
    )
    return bool(
        stopped or Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_requested=True)
    )


class Progress:
    """What a handler tells while it works: done of how many, at what, with how many errors so far."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def start(self, total: int, step: str = "") -> None:
        """Say how much there is; what an earlier attempt had done counts from the start again."""
        self._write(total=total, done=0, errors=0, step=step)

    def advance(self, n: int = 1, *, step: str | None = None, errors: int = 0) -> None:
        """One step done: show it, renew the lease, stop when asked."""
        changes: dict[str, Any] = {"done": F("done") + n, "errors": F("errors") + errors}
        if step is not None:
            changes["step"] = step
        self._write(**changes)
        if held(self.job).filter(cancel_requested=True).exists():
            raise Cancelled

    def _write(self, **changes: Any) -> None:
        if not held(self.job).update(lease_until=timezone.now() + LEASE, **changes):
            raise LeaseLost
