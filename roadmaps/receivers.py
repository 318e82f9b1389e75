"""What happens to a plan when its order is signed, returned or thrown away; runs inside the order's transaction."""

from __future__ import annotations

import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import Department, Membership
from accounts.signals import calendar_changed
from orders.domain.checklist import Check
from orders.models import Order
from orders.signals import (
    order_checked,
    order_repealed,
    order_repealing,
    order_returned,
    order_signed,
    order_voided,
)
from portal.lib import names
from roadmaps.deadlines.events import NONOBJECTIVE
from roadmaps.domain import approval, events, fanout, following, merging, repeal, year_report
from schools.models import ObjectivityFlag, School, VprCampaign
from schools.signals import schedule_changed, school_flagged, school_merged, school_merging, vpr_held


@receiver(order_signed)
def approve_roadmap(order: Order, by: Membership, **_: Any) -> None:
    approval.approve(order, by)
    year_report.sign(order, by)


@receiver(order_returned)
def reopen_roadmap(order: Order, by: Membership, **_: Any) -> None:
    approval.return_to_draft(order, by)
    year_report.return_to_draft(order, by)


@receiver(order_voided)
def free_roadmap(order: Order, by: Membership, **_: Any) -> None:
    approval.return_to_draft(order, by, discarded=True)
    year_report.return_to_draft(order, by, discarded=True)


@receiver(order_repealed)
def withdraw_duties(order: Order, by: Membership, **_: Any) -> None:
    repeal.take_back(order, by)


@receiver(order_repealing)
def tell_what_would_be_withdrawn(order: Order, **_: Any) -> list[str]:
    return repeal.outlook(order)


@receiver(calendar_changed)
def count_working_days_again(department: Department, by: Membership, **_: Any) -> list[str]:
    """Terms in working days follow the department's calendar."""
    moved = following.follow_calendar(department, by)
    return [f"Сроки в рабочих днях пересчитаны: {names.counted(moved, *repeal.DUTIES)}."] if moved else []


@receiver(order_checked)
def ask_for_the_plan(order: Order, **_: Any) -> list[Check]:
    return approval.checks(order) + year_report.checks(order)


@receiver(school_flagged)
def start_clocks_of_flagged(flag: ObjectivityFlag, by: Membership, **_: Any) -> None:
    """The school gets what plans ask of flagged ones; «при выявлении признаков» runs from the flag's day."""
    fanout.reach_flagged(flag.school, by)
    events.record(
        flag.school.department,
        event=NONOBJECTIVE,
        day=flag.opened_on,
        by=by,
        by_portal=True,
        school=flag.school,
        note=f"Открыт признак: {flag}"[:300],
    )


@receiver(schedule_changed)
def follow_the_schedule(campaign: VprCampaign, schools: set[int], by: Membership | None, **_: Any) -> None:
    following.follow(campaign, schools, by)


@receiver(vpr_held)
def start_clocks_after_the_vpr(
    campaign: VprCampaign, school: School | None, day: datetime.date, by: Membership, **_: Any
) -> None:
    following.record_held(campaign, school, day, by)


@receiver(school_merged)
def carry_duties_over(school: School, into: School, by: Membership, **_: Any) -> None:
    merging.carry_over(school, into, by=by)


@receiver(school_merging)
def tell_what_becomes_of_duties(school: School, into: School, **_: Any) -> list[str]:
    return merging.outlook(school, into)
