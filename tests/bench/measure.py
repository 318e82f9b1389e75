"""What every figure uses: medians, a line of the table, work that is rolled back, the memory of a child process."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared" / "data"


def median(work: Callable[[], Any], times: int = 5) -> float:
    """Seconds, the median of several runs after one that warms up."""
    work()
    return statistics.median(seconds(work) for _ in range(times))


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def line(figure: str, measured: str, promised: str, yardstick: str) -> None:
    print(f"{figure:44} {measured:>22} {promised:>16}   {yardstick}")


CHILD = """
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")))
"""


def peak_memory(*command: str) -> float:
    """MB at the peak of ``manage.py command``; read by the child, for a fork inherits its parent's ``ru_maxrss``."""
    result = subprocess.run(
        [sys.executable, "-c", CHILD, *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(result.stdout.split()[-1]) / 1024


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is rolled back."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)
