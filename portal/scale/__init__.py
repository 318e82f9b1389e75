"""A region that is believable and large: many departments, years of plans, and what became of each duty.

It is for measuring (`script/bench --scale`), not for showing: the demo district is told by `portal.demo`.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from portal.scale import districts, plans
from portal.scale.bulk import Bulk
from portal.scale.districts import District
from portal.scale.duties import Year
from roadmaps.models import Assignment
from schools.models import academic_year_of

PASSWORD = "demo"  # noqa: S105 -- known to everybody, never loaded into a real installation
YEARS = 5  # the current academic year is the last
NOW = datetime.time(9, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Size:
    """``items``: rows of each year's plan."""

    departments: int
    schools: int
    items: int

    @property
    def assignments(self) -> int:
        """About how many duties come of it."""
        return self.departments * self.schools * self.items * YEARS * 5 // 3


def seed(size: Size, today: datetime.date, *, seed: int, say: Callable[[str], None]) -> dict[str, int]:
    """Make the region in an empty database as it stands on ``today``; return how many rows each model got.

    The same size, day and ``seed`` give the same rows; a department's are the same in a region of any other number.
    Years are told one after another, so that a department's rows lie scattered as they do in a grown database.
    """
    bulk, now = Bulk(), datetime.datetime.combine(today, NOW)
    password, sheet = make_password(PASSWORD, salt=f"region{seed}"), plans.blank_sheet()
    found = [
        districts.found(bulk, place, size.schools, seed=seed, password=password, sheet=sheet, now=now)
        for place in range(1, size.departments + 1)
    ]
    bulk.flush()
    started = time.monotonic()
    this_year = academic_year_of(today)
    for year in range(this_year - YEARS + 1, this_year + 1):
        for done, district in enumerate(found, start=1):
            tell(bulk, district, year, size.items, seed=seed, now=now, over=year < this_year)
            if done % 10 == 0 or done == len(found):
                duties = bulk.written[Assignment._meta.label]
                took = time.monotonic() - started
                say(
                    f"{year}/{(year + 1) % 100:02}: отделов {done} из {len(found)}, поручений {duties}, {took:.0f} с"
                )
    for district in found:
        districts.counters(bulk, district)
    bulk.flush()
    return bulk.written


def tell(
    bulk: Bulk, district: District, year: int, items: int, *, seed: int, now: datetime.datetime, over: bool
) -> None:
    """One department's year, written at once: the region never stands in memory."""
    plan = plans.approve(bulk, district, year, items, today=now.date())
    plans.further_orders(bulk, district, year, now=now)
    Year(bulk, district, plan, district.luck(seed, year), now, over).tell()
    bulk.flush()
