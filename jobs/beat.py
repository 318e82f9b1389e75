"""Celery's beat with a sign of life: see `jobs.domain.pulse`."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.db import DatabaseError, connection

EVERY = 15  # seconds
log = logging.getLogger(__name__)


class Scheduler(PersistentScheduler):
    """Writes that beat is alive whenever its loop turns; a database that is away does not stop the loop."""

    written = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() - self.written >= EVERY:
            self.written = time.monotonic()
            self.tell()
        return super().tick(*args, **kwargs)

    def tell(self) -> None:
        from jobs.domain import pulse

        try:
            pulse.beat(pulse.BEAT)
        except DatabaseError as error:
            log.warning("Beat cannot tell that it is alive: %s", error)
            connection.close()
