"""The department's rules: when it reminds, and in which hours the portal may write to people at all."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction

from accounts.domain import audit
from accounts.models import Department, Membership
from notifications.models import Rules
from portal.lib.ladder import DAY, next_workday


def rules_of(department: Department) -> Rules:
    """The department's own rules, or the defaults in a row that is not saved. The object at hand is asked once."""
    try:
        return department.reminder_rules
    except Rules.DoesNotExist:
        return Rules(department=department)


@transaction.atomic
def change(rules: Rules, *, by: Membership, **fields: Any) -> None:
    """From now on; what was told already stays told, and the audit log says what was changed."""
    changed = {name: [getattr(rules, name), value] for name, value in fields.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    Rules.objects.update_or_create(department=rules.department, defaults=fields)
    if not changed:
        return
    titles = {name: str(Rules._meta.get_field(name).verbose_name) for name in changed}  # type: ignore[union-attr]
    audit.record(
        "notifications.rules_changed",
        f"Изменены правила напоминаний: {', '.join(titles.values())}",
        by=by,
        changed={titles[name]: pair for name, pair in changed.items()},
    )


def speaking_from(rules: Rules, moment: datetime.datetime) -> datetime.datetime:
    """The first moment from ``moment`` on at which the portal may write: a working day, outside the quiet hours."""
    department = rules.department
    local = moment.astimezone(department.tz)
    today, calendar = local.date(), department.calendar
    works = calendar.is_workday(today)
    if works and rules.quiet_until <= local.hour < rules.quiet_from:
        return moment
    over = local.hour >= rules.quiet_until  # this day's hours are past
    day = next_workday(today + DAY if over else today, calendar)
    return datetime.datetime.combine(day, datetime.time(rules.quiet_until), department.tz)


def is_morning(rules: Rules, moment: datetime.datetime) -> bool:
    """Whether the day's message may be written now: from the set hour on, as long as the portal may speak."""
    local = moment.astimezone(rules.department.tz)
    return local.hour >= rules.morning and speaking_from(rules, moment) == moment
