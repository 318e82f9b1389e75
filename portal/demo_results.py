"""Results of the demo's two last springs, invented by a simulator: most schools honest, some helped along.

``demo/results.json``: ``exams`` with their scales; ``years``: "0" the last spring, "1" the one before, each a list of
tests with ``schools`` (name → result), ``region`` and ``country``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from accounts.models import Department, Membership
from schools.domain import campaigns, judging
from schools.models import Exam, School, VprResult


def tell(
    told: dict[str, Any],
    department: Department,
    schools: Mapping[str, School],
    *,
    spring: int,
    by: Membership,
) -> None:
    """Campaigns of the springs ``spring`` and the one before, with their results; the signs of the last one."""
    for back in (1, 0):
        year = spring - back
        campaign = campaigns.create(
            department, by=by, year=year - 1, name=f"ВПР, весна {year}", first_day=datetime.date(year, 4, 20),
            last_day=datetime.date(year, 5, 20), source="вымышленный приказ о проверочных работах",
        )  # fmt: skip
        exams = Exam.objects.bulk_create(Exam(campaign=campaign, **exam) for exam in told["exams"])
        found = {(exam.grade, exam.subject): exam for exam in exams}
        rows = [
            row
            for test in told["years"][str(back)]
            for row in results(test, found[test["grade"], test["subject"]], department, schools)
        ]
        VprResult.objects.bulk_create(rows)
    judging.compute(campaign, by=by)


def results(
    test: dict[str, Any], exam: Exam, department: Department, schools: Mapping[str, School]
) -> list[VprResult]:
    own = [
        VprResult(department=department, exam=exam, school=schools[name], **row)
        for name, row in test["schools"].items()
    ]
    groups = [
        VprResult(department=department, exam=exam, scope=scope, **test[scope])
        for scope in ("region", "country")
    ]
    return own + groups
