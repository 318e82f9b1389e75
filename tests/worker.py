"""A real worker for tests: ``celery -A tests.worker worker`` with one throw-away kind of job."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from jobs.domain import work  # noqa: E402
from jobs.models import Job  # noqa: E402
from portal.celery import app  # noqa: E402, F401 -- what celery -A finds


@work.handler("tests.write_lines")
def write_lines(job: Job, progress: work.Progress) -> dict[str, Any]:
    """Append a line per step to a file; where a gate file is named, wait for it before the last step."""
    path, gate = Path(job.args["path"]), job.args.get("gate")
    progress.start(3)
    for number in range(3):
        while number == 2 and gate and not Path(gate).exists():
            time.sleep(0.02)
        with path.open("a", encoding="ascii") as file:
            file.write(f"{job.attempts}:{number}\n")
        progress.advance()
    return {"lines": 3}
