"""Duties that go on without a due day («постоянно», «в течение года»): never overdue, reported on now and then.

How often is the department's own (`notifications.Rules.report_every`). A duty that waits for a day it will get, such as
the schedule's, goes on nowhere yet: it has no first day.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from portal.lib.ladder import DAY
from roadmaps.models import Assignment, AssignmentQuerySet


def next_report(duty: Assignment, every: int) -> datetime.date | None:
    """From which day its bearer is to say how it goes, ``every`` so many days; None when nobody asks."""
    if not every or duty.last_day or duty.first_day is None or not duty.is_open:
        return None
    return (duty.progress_on or duty.first_day) + every * DAY


def waits_for_report(every: int, today: datetime.date) -> Q:
    """The same asked of the table: duties whose next report is wanted by today; for rows with `since`."""
    if not every:
        return Q(pk=None)
    return Q(last_day=None, state__in=Assignment.OPEN_STATES, since__lte=today - every * DAY)


def with_since(duties: AssignmentQuerySet) -> AssignmentQuerySet:
    """Each row with ``since``: the day from which its present period is counted."""
    return duties.annotate(since=Coalesce("progress_on", "first_day"))


def to_ask(duties: AssignmentQuerySet, every: int, today: datetime.date) -> Any:
    """Those to be asked for a report today, each with ``since``, as long as the plan they stand in is in force."""
    lasts = Q(item__section__roadmap__last_day__gte=today) | Q(clause__order__roadmaps__last_day__gte=today)
    return with_since(duties).filter(waits_for_report(every, today), lasts).distinct()
