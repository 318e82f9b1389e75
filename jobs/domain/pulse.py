"""Signs of life of the background: beat's own with each turn of its loop, the workers' by a task that beat sent.

A worker that lost its broker still runs, deaf: only a task that really came tells that work is being done.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Max, Min, Q
from django.utils import timezone

from jobs.domain.work import LEASE
from jobs.models import Heartbeat, Job

BEAT, WORKER = "beat", "worker"


def beat(name: str) -> None:
    """This part is alive now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


@dataclass(frozen=True)
class Signs:
    """When each part was alive last, by its name; since when the job that waits longest is due."""

    seen: dict[str, datetime.datetime]
    oldest: datetime.datetime | None


def signs() -> Signs:
    """A long job that goes on counts for its worker too."""
    now = timezone.now()
    seen = dict(Heartbeat.objects.values_list("name", "at"))
    queued = Q(state=Job.State.QUEUED, run_at__lte=now)
    jobs = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).aggregate(
        lease=Max("lease_until", filter=Q(state=Job.State.RUNNING)), oldest=Min("run_at", filter=queued)
    )
    if jobs["lease"]:
        at_work = jobs["lease"] - LEASE
        seen[WORKER] = max(at_work, seen.get(WORKER, at_work))
    return Signs(seen, jobs["oldest"])
