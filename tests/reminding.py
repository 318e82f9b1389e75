"""Processes that remind and are killed while they do: ``python -m tests.reminding SEED ROUNDS NOW``.

In each round two processes sweep side by side, twice each, and both die by kill -9 before or after some statement or
letter: which one the seed decides. Then ten minutes "pass", as in life a claim of the dead would run out. The last
round is let finish.
"""

from __future__ import annotations

import datetime
import os
import random
import signal
import smtplib
import sys
from typing import Any

import django

SIDE_BY_SIDE = 2
MOST_POINTS = 400


class Fuse:
    """Kills its own process at the n-th point."""

    def __init__(self, left: int) -> None:
        self.left = left

    def point(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, execute: Any, *args: Any) -> Any:
        self.point()
        result = execute(*args)
        self.point()
        return result

    def letter(self, send: Any) -> Any:
        def sendmail(*args: Any, **kwargs: Any) -> Any:
            self.point()
            result = send(*args, **kwargs)
            self.point()
            return result

        return sendmail


def work(now: datetime.datetime, fuse: Fuse) -> None:
    from django.db import connection

    from notifications.domain import delivery
    from roadmaps.domain import reminders

    smtplib.SMTP.sendmail = fuse.letter(smtplib.SMTP.sendmail)  # type: ignore[method-assign]
    with connection.execute_wrapper(fuse.statement):
        for _ in range(2):  # a task that came twice
            reminders.sweep(now)
            delivery.sweep(now)


def child(now: datetime.datetime, fuse: Fuse) -> int:
    """Fork one; it never returns here."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work(now, fuse)
            code = 0
        finally:
            os._exit(code)
    return pid


def main(seed: int, rounds: int, now: datetime.datetime) -> None:
    from django.db import connections
    from django.utils import timezone

    from notifications.models import Reminder

    luck = random.Random(seed)
    for number in range(rounds + 1):
        claimed_long_ago = timezone.now() - datetime.timedelta(hours=1)
        Reminder.objects.waiting().exclude(claimed_at=None).update(claimed_at=claimed_long_ago)
        connections.close_all()
        last = number == rounds
        points = [0 if last else luck.randint(1, MOST_POINTS) for _ in range(SIDE_BY_SIDE)]
        codes = [os.waitpid(pid, 0)[1] for pid in [child(now, Fuse(point)) for point in points]]
        assert all(os.WIFSIGNALED(code) or os.WEXITSTATUS(code) == 0 for code in codes), codes


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    main(int(sys.argv[1]), int(sys.argv[2]), datetime.datetime.fromisoformat(sys.argv[3]))
