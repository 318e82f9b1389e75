"""Duties that hang on the VPR schedule follow it: when a school's days move, so do its open duties.

What was reported or accepted stays where it was done. A moved duty gets a row of history, which its reporter sees.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from contextlib import suppress

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Department, Membership
from portal.lib.refusals import Refused
from roadmaps.deadlines import ASSESSMENT, counted_anew, hangs_on_run
from roadmaps.domain import events, fanout
from roadmaps.domain.fanout import Identity, Maker, identity
from roadmaps.models import Assignment, AssignmentEvent, RecordedEvent, Roadmap
from schools.models import School, VprCampaign

OPEN, MOVED = Assignment.OPEN_STATES, AssignmentEvent.Kind.MOVED


@transaction.atomic
def follow(campaign: VprCampaign, schools: Collection[int], by: Membership | None) -> tuple[int, int]:
    """Bring the duties of these schools, and of officials, to the campaign's present days; return made and moved.

    A duty whose school has no days any more waits without a day. New ones that nobody could meet any more are not made.
    """
    made = moved = 0
    for roadmap in _approved(campaign):
        wanted = _wanted(roadmap, by or campaign.created_by)
        touched = {
            key: row for key, row in wanted.items() if row.school_id is None or row.school_id in schools
        }
        there = _there(roadmap, campaign, schools)
        moved += sum(_move(old, touched.get(key), campaign, by) for key, old in there.items())
        made += _make([row for key, row in touched.items() if key not in there], campaign)
    return made, moved


def _approved(campaign: VprCampaign) -> list[Roadmap]:
    found = Roadmap.objects.filter(
        department=campaign.department_id,
        state=Roadmap.State.APPROVED,
        first_day__lte=campaign.last_day,
        last_day__gte=campaign.first_day,
    )
    return list(found.select_related("department", "order", "school"))


def _wanted(roadmap: Roadmap, by: Membership | None) -> dict[Identity, Assignment]:
    hanging = [source for source in fanout.sources(roadmap) if any(map(hangs_on_run, source.parts))]
    if not hanging:
        return {}
    maker = Maker(roadmap, by)
    return {identity(row): row for source in hanging for row in maker.scheduled(source)}


def _there(roadmap: Roadmap, campaign: VprCampaign, schools: Collection[int]) -> dict[Identity, Assignment]:
    key = f"schedule:{fanout.run_key(campaign.pk)}"
    rows = fanout.of_roadmap(roadmap).filter(
        Q(occurrence=key) | Q(occurrence__startswith=f"{key}:"), Q(school=None) | Q(school__in=schools)
    )
    return {identity(row): row for row in rows}


def _move(old: Assignment, new: Assignment | None, campaign: VprCampaign, by: Membership | None) -> bool:
    first, last = (new.first_day, new.last_day) if new else (None, None)
    if (old.first_day, old.printed_day or old.last_day) == (first, last):
        return False
    rows = Assignment.objects.filter(pk=old.pk, state__in=OPEN)
    if not rows.update(first_day=first, last_day=last, printed_day=None):
        return False
    comment = f"По графику «{campaign}» срок {_until(last)}, был {_until(old.last_day)}."
    AssignmentEvent.objects.create(assignment=old, kind=MOVED, state=old.state, by=by, comment=comment)
    return True


def _make(rows: list[Assignment], campaign: VprCampaign) -> int:
    today = timezone.now().astimezone(campaign.department.tz).date()
    fresh = [row for row in rows if row.last_day and row.last_day >= today]
    Assignment.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)
    return len(fresh)


@transaction.atomic
def follow_calendar(department: Department, by: Membership) -> int:
    """Terms in working days are counted anew by the department's present calendar; return how many open duties moved.

    Printed days stay as printed, so does a later day that was granted.
    """
    rows = Assignment.objects.open().filter(
        department=department,
        occurrence__startswith="event:",
        occurrence__contains=" workday",
        printed_day=None,
    )
    moved, told = [], []
    for row in rows:
        anew = counted_anew(row.occurrence, department.calendar)
        if anew is not None and anew[2] != row.last_day:
            comment = f"Календарь отдела изменился: срок {_until(anew[2])}, был {_until(row.last_day)}."
            told.append(AssignmentEvent(assignment=row, kind=MOVED, state=row.state, by=by, comment=comment))
            _, row.first_day, row.last_day = anew
            moved.append(row)
    Assignment.objects.bulk_update(moved, ["first_day", "last_day"], batch_size=500)
    AssignmentEvent.objects.bulk_create(told, batch_size=500)
    today = timezone.now().astimezone(department.tz).date()
    campaigns = VprCampaign.objects.filter(department=department, last_day__gte=today)
    schools = set(School.objects.filter(department=department).values_list("pk", flat=True))
    return len(moved) + sum(follow(campaign, schools, by)[1] for campaign in campaigns)


def _until(day: datetime.date | None) -> str:
    return f"до {date_format(day, 'j E Y')}" if day else "без крайнего дня"


@transaction.atomic
def record_held(campaign: VprCampaign, school: School | None, day: datetime.date, by: Membership) -> None:
    """«Оценочная процедура проведена»: at a school once all its tests were, for officials once every school is done.

    Once a campaign: an event that a person recorded in its days stands; what the portal recorded follows the marks.
    """
    recorded = RecordedEvent.objects.standing().filter(
        department=campaign.department,
        event=ASSESSMENT,
        school=school,
        day__gte=campaign.first_day,
        day__lte=max(campaign.last_day, day),
    )
    before = recorded.select_related("department").first()
    if before is None:
        events.record(
            campaign.department,
            event=ASSESSMENT,
            day=day,
            by=by,
            by_portal=True,
            school=school,
            note=f"{campaign}: проведены все работы"[:300],
            whom="schools" if school else "officials",
        )
    elif before.by_portal and before.day != day:
        with suppress(Refused):  # a day no plan reaches: the methodist mends it
            events.correct_day(before, by=by, day=day)
