"""Whether the portal works as a whole: database, beat, workers, and how long work has waited for them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from jobs.domain import pulse
from notifications.domain import delivery
from portal.lib.names import counted

BEAT_SILENT = timedelta(minutes=2)
WORKER_SILENT = timedelta(minutes=5)
QUEUE_OLD = timedelta(minutes=30)


@dataclass(frozen=True)
class Health:
    """Ages of the last signs of life; None: there has never been one. ``queue``: how long the oldest work waits."""

    database: bool
    beat: timedelta | None = None
    worker: timedelta | None = None
    queue: timedelta = timedelta()

    @property
    def is_good(self) -> bool:
        return not self.problems

    @property
    def problems(self) -> list[str]:
        """In words, for the start page of admins and for whoever reads the check."""
        return list(self._problems())

    def _problems(self) -> Iterator[str]:
        if not self.database:
            yield "База данных не отвечает."
            return
        if self.beat is None or self.beat > BEAT_SILENT:
            yield f"Расписание (beat) {_silent(self.beat)}: утренние письма не готовятся."
        if self.worker is None or self.worker > WORKER_SILENT:
            yield f"Фоновая работа (worker) {_silent(self.worker)}: письма, PDF и загрузки ждут."
        if self.queue > QUEUE_OLD:
            yield f"Работа ждёт в очереди уже {_minutes(self.queue)}."

    def as_json(self) -> dict[str, object]:
        """For ``/healthz``: seconds, nothing about whose work it is."""
        return {
            "status": "ok" if self.is_good else "failing",
            "database": self.database,
            "beat_age": _seconds(self.beat),
            "worker_age": _seconds(self.worker),
            "queue_age": _seconds(self.queue),
            "problems": self.problems,
        }


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return False
    return True


def look() -> Health:
    """Ask everything once."""
    now = timezone.now()
    try:
        signs, letter = pulse.signs(), delivery.oldest_waiting()
    except DatabaseError:
        return Health(database=False)
    waiting = [moment for moment in (signs.oldest, letter) if moment]
    return Health(
        database=True,
        beat=_age(now, signs.seen.get(pulse.BEAT)),
        worker=_age(now, signs.seen.get(pulse.WORKER)),
        queue=max((now - moment for moment in waiting), default=timedelta()),
    )


def _age(now: datetime.datetime, moment: datetime.datetime | None) -> timedelta | None:
    """A sign from the future, before the clock was set back, is as good as none of age."""
    return max(now - moment, timedelta()) if moment else None


def _seconds(age: timedelta | None) -> float | None:
    return round(age.total_seconds(), 1) if age is not None else None


def _silent(age: timedelta | None) -> str:
    return f"молчит {_minutes(age)}" if age else "не запущено"


def _minutes(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return counted(minutes, "минуту", "минуты", "минут")
    return (
        counted(minutes // 60, "час", "часа", "часов")
        if minutes < 2880
        else counted(age.days, "день", "дня", "дней")
    )
