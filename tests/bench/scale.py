"""``script/bench --scale``: a whole region in one PostgreSQL, one of its departments alone in another, the same pages.

Pages are asked in turns, so that a busy machine slows both alike. Sizes: ``--departments``, ``--schools``, ``--items``.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import io
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.bench.measure import ROOT, line, seconds

ALONE = "alone"
ROUNDS, EACH = 5, 6  # thirty times each page
MOST_MS, MOST_RATIO = 100, 1.3
CODE = "region-001"
PAGES = {
    "methodist": (
        "/", "/roadmaps/", "/roadmaps/{plan}/matrix/", "/roadmaps/{plan}/matrix/?show=burning",
        "/roadmaps/assignments/", "/roadmaps/assignments/?state=overdue", "/roadmaps/assignments/?school={school}",
        "/roadmaps/review/", "/roadmaps/mine/", "/roadmaps/reports/", "/schools/", "/schools/{school}/",
        "/schools/results/flags/", "/orders/", "/notifications/", "/people/", "/search/?q=наблюдателях",
        "/search/?q=гимназия", "/search/?q=Абрамова",
    ),
    "head": ("/", "/roadmaps/review/", "/orders/"),
    "admin": ("/", "/notifications/ledger/", "/audit/", "/people/"),
    "viewer": ("/", "/roadmaps/assignments/?state=open"),
    "deputy-1": (
        "/roadmaps/mine/", "/roadmaps/mine/?group=done", "/roadmaps/assignments/{duty}/", "/roadmaps/", "/orders/",
        "/notifications/", "/search/?q=наблюдателях",
    ),
}  # fmt: skip


@dataclass
class Times:
    """Milliseconds of one page in both databases."""

    region: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Of the medians: what the other departments cost."""
        return median(self.region) / median(self.alone)

    @property
    def keeps(self) -> bool:
        return p95(self.region) < MOST_MS and self.ratio <= MOST_RATIO


def p95(times: list[float]) -> float:
    """The time that nineteen of twenty do not exceed."""
    return sorted(times)[-(-len(times) * 19 // 20) - 1]


def main(arguments: list[str]) -> None:
    size = sizes(arguments)
    if connection.vendor != "postgresql":
        sys.exit("The region takes PostgreSQL: run it as script/bench --scale.")
    region = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {ALONE}")
    took = {name: seconds(lambda name=name: fill(name, size)) for name in (region, ALONE)}
    line(
        f"seed_scale, {size['departments']} departments", f"{took[region]:.0f} s", "minutes", counted(region)
    )
    importlib.import_module(
        "portal.wsgi"
    )  # the process as it is served: loaded, and that part left uncollected
    names = {"region": region, "alone": ALONE}
    found = measure(names)
    for (who, page), times in found.items():
        line(f"{who} {page}"[:44], *words(times))
    kept = sum(times.keeps for times in found.values())
    print(f"{kept} of {len(found)} pages keep both promises; load average {os.getloadavg()[0]:.1f}")
    with working_in(region):
        sweep(size)


def sizes(arguments: list[str]) -> dict[str, int]:
    parser = argparse.ArgumentParser(prog="script/bench --scale")
    for name, default in {"departments": 100, "schools": 40, "items": 60}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return vars(parser.parse_args(arguments))


def fill(name: str, size: dict[str, int]) -> None:
    """Both databases are of one day and one seed."""
    with working_in(name):
        call_command("migrate", verbosity=0)
        here = {**size, "departments": 1} if name == ALONE else size
        call_command("seed_scale", stdout=io.StringIO(), **here)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def counted(name: str) -> str:
    from roadmaps.models import Assignment, AssignmentEvent

    with working_in(name):
        duties, events = Assignment.objects.count(), AssignmentEvent.objects.count()
    return f"{duties:,} duties, {events:,} rows of their history"


@contextmanager
def working_in(name: str) -> Iterator[None]:
    """The other database of the same server."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def words(times: Times) -> tuple[str, str, str]:
    mark = "" if times.keeps else "   ← over"
    return (
        f"p95 {p95(times.region):.0f} ms",
        f"< {MOST_MS} ms, ≤ {MOST_RATIO}×",
        f"{times.ratio:.2f}× alone ({median(times.region):.0f} / {median(times.alone):.0f} ms){mark}",
    )


# --- pages ---------------------------------------------------------------------------------------


def measure(names: dict[str, str]) -> dict[tuple[str, str], Times]:
    """By person and page; ``names``: the databases' names for the two fields of `Times`."""
    found: dict[tuple[str, str], Times] = defaultdict(Times)
    for turn in range(ROUNDS):
        for where, name in names.items():
            with working_in(name):
                for who, page, ask in visits():
                    ask()  # warms up
                    if turn == 0:
                        ask()
                    getattr(found[who, page], where).extend(seconds(ask) * 1000 for _ in range(EACH))
    return found


def visits() -> Iterator[tuple[str, str, Callable[[], Any]]]:
    from accounts.models import Membership

    keys = places()
    for who, pages in PAGES.items():
        member = (
            Membership.objects.filter(user__email=f"{who}@{CODE}.example")
            .select_related("user")
            .earliest("pk")
        )
        client = client_of(member)
        for page in pages:
            address = page.format(**keys)

            def ask(address: str = address, client: Any = client) -> None:
                response = client.get(address)
                assert response.status_code == 200, (address, response.status_code)

            yield who, page, ask


def client_of(member: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def places() -> dict[str, int]:
    """The keys that one department's addresses name."""
    from roadmaps.models import Assignment, Roadmap
    from schools.models import School

    mine = Assignment.objects.filter(school__code="sch001001", department__code=CODE).open()
    return {
        "plan": Roadmap.objects.get(department__code=CODE, state=Roadmap.State.APPROVED).pk,
        "school": School.objects.get(code="sch001001", department__code=CODE).pk,
        "duty": mine.earliest("last_day").pk,
    }


# --- the morning ---------------------------------------------------------------------------------

CHILD = """
import json, sys, time
import time_machine
from portal.celery import app
app.autodiscover_tasks(force=True)
from roadmaps.tasks import remind_due
found = []
for _ in range(2):
    with time_machine.travel(sys.argv[1], tick=True):
        start = time.perf_counter()
        remind_due.apply(throw=True)
        found.append(time.perf_counter() - start)
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(json.dumps({"took": found, "peak": int(peak) / 1024}))
"""


def sweep(size: dict[str, int]) -> None:
    """The task that beat starts, in a process of its own, on the next working morning; yardstick: the same again."""
    from notifications.models import Reminder
    from roadmaps.models import Notice

    before = Reminder.objects.count(), Notice.objects.count()
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    result = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{CHILD}", morning().isoformat()],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if result.returncode:
        sys.exit(result.stderr)
    told = json.loads(result.stdout)
    first, again = told["took"]
    letters, notices = Reminder.objects.count() - before[0], Notice.objects.count() - before[1]
    line(
        f"morning sweep of {size['departments']} departments",
        f"{first:.1f} s",
        "≤ 60 s",
        f"{letters:,} messages on {notices:,} duties; again with nothing new: {again:.1f} s",
    )
    line("memory of its worker at the peak", f"{told['peak']:.0f} MB", "≤ 300 MB", "VmHWM of the process")


def morning() -> datetime.datetime:
    """Noon in Moscow of the next working day."""
    from portal.lib.calendar import WorkCalendar

    day = WorkCalendar().add_workdays(timezone.localdate(), 1)
    return datetime.datetime.combine(day, datetime.time(9), datetime.UTC)
