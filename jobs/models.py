"""The durable record of background work: no broker is one, a row with a lease is (docs/decisions/0002)."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone

from accounts.models import Department, Membership, Role
from accounts.tenancy import TenantQuerySet


class JobQuerySet(TenantQuerySet["Job"]):
    schools_see = True

    def visible_to(self, membership: Membership | None) -> JobQuerySet:
        """The department's people see its work, a school's deputy what they started themselves."""
        jobs = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return jobs.filter(created_by=membership)
        return jobs

    def live(self) -> JobQuerySet:
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def failed_lately(self, now: datetime.datetime) -> JobQuerySet:
        """Failed within a week: older failures burn no more."""
        return self.filter(state=Job.State.FAILED, finished_at__gte=now - datetime.timedelta(days=7))

    def due(self) -> JobQuerySet:
        """Waiting or abandoned: time has come and nobody holds a living lease."""
        now = timezone.now()
        return self.filter(
            state__in=[Job.State.QUEUED, Job.State.RUNNING], run_at__lte=now, lease_until__lte=now
        )


class Job(models.Model):
    """One piece of long work. ``kind`` names a handler registered with `jobs.domain.work.handler`.

    Runs at least once: a handler is safe twice. Progress (``done`` of ``total``) renews the lease. ``file`` is what a
    handler made for the person who asked (`jobs.domain.work.keep`); it is served to whoever sees the job.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "в очереди"
        RUNNING = "running", "выполняется"
        DONE = "done", "готово"
        FAILED = "failed", "не удалось"
        CANCELLED = "cancelled", "отменено"

    department = models.ForeignKey(Department, models.CASCADE, related_name="jobs")
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="jobs")
    kind = models.CharField("вид", max_length=60)
    title = models.CharField("что делается", max_length=200)
    args = models.JSONField("доводы", default=dict)
    key = models.CharField("единственность", max_length=150, blank=True)
    state = models.CharField("состояние", max_length=10, choices=State, default=State.QUEUED)
    run_at = models.DateTimeField("не раньше", default=timezone.now)
    lease_until = models.DateTimeField("занято до", default=timezone.now)
    attempts = models.PositiveSmallIntegerField("попытки", default=0)
    max_attempts = models.PositiveSmallIntegerField("попыток не больше", default=5)
    done = models.PositiveIntegerField("сделано", default=0)
    total = models.PositiveIntegerField("всего", default=0)
    errors = models.PositiveIntegerField("ошибок", default=0)
    step = models.CharField("чем занято", max_length=200, blank=True)
    result = models.JSONField("итог", default=dict, blank=True)
    file = models.FileField("что вышло", upload_to="made/%Y/%m/", blank=True)
    file_name = models.CharField("имя файла", max_length=200, blank=True)
    problem = models.TextField("что помешало", blank=True)
    cancel_requested = models.BooleanField("просили отменить", default=False)
    created_at = models.DateTimeField("создано", auto_now_add=True)
    finished_at = models.DateTimeField("закончено", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "фоновая работа"
        verbose_name_plural = "фоновые работы"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "run_at", "lease_until"], name="job_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=~models.Q(key="") & models.Q(state__in=["queued", "running"]),
                name="job_one_live_per_key",
            ),
            models.CheckConstraint(
                name="job_finished_iff_final",
                condition=models.Q(state__in=["queued", "running"], finished_at=None)
                | models.Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.get_state_display()}"

    @property
    def is_live(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RUNNING}

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


class KnownColumns(models.Model):
    """What a department said once of a table with these headings, so that the next such file is read right at once.

    ``kind`` and ``key`` are `excel.Shape.kind` and `excel.headings_key`; ``columns``: ``{heading: field}``, headings as
    `excel.named_headings` gives them. Empty: tables with such headings are not to be read.
    """

    department = models.ForeignKey(Department, models.CASCADE, related_name="+")
    kind = models.CharField("вид списка", max_length=40)
    key = models.CharField("набор заголовков", max_length=40)
    columns = models.JSONField("столбцы", default=dict, blank=True)
    by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField("когда", auto_now=True)

    objects = TenantQuerySet["KnownColumns"].as_manager()

    class Meta:
        verbose_name = "запомненные столбцы"
        verbose_name_plural = "запомненные столбцы"
        constraints = [
            models.UniqueConstraint(fields=["department", "kind", "key"], name="known_columns_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {', '.join(self.columns)}"


class Heartbeat(models.Model):
    """A part of the background was alive at this moment: «beat» writes its own, «worker» by a task it was sent."""

    name = models.CharField("кто", max_length=20, unique=True)
    at = models.DateTimeField("когда", default=timezone.now)

    class Meta:
        verbose_name = "признак жизни"
        verbose_name_plural = "признаки жизни"

    def __str__(self) -> str:
        return f"{self.name}: {self.at:%d.%m.%Y %H:%M:%S}"
