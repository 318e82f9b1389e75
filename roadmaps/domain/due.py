"""Who has something new to hear today: the rungs of their own duties, and what is overdue below them.

Reads only. A department's open duties pass as plain tuples, its people are loaded once: no query per duty or person.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from accounts.models import Department, Membership, Role
from notifications.models import Rules
from portal.lib.ladder import DAY
from roadmaps.domain import going_on
from roadmaps.models import Assignment, AssignmentQuerySet, Notice

CONTROLLER, HEAD = "controller", "head"  # rungs of an overdue duty above its bearer
REPORT = "report"  # the rung of a duty that goes on


@dataclass(frozen=True)
class Due:
    """This duty is to be spoken of to this person, on this rung.

    ``last_day`` is the due day; of a duty that goes on, the day from which a report is wanted.
    """

    assignment: int
    last_day: datetime.date
    member: Membership
    rung: str

    @property
    def step(self) -> str:
        """«7», «0», «-1», «report» for the bearer; «controller» or «head» above."""
        return self.rung.partition("@")[0]

    @property
    def own(self) -> bool:
        return self.step not in {CONTROLLER, HEAD}


@dataclass
class People:
    """The department's active people by what makes them hear of a duty."""

    by_id: dict[int, Membership] = field(default_factory=dict)
    of_school: dict[int, list[Membership]] = field(default_factory=lambda: defaultdict(list))
    heads: list[Membership] = field(default_factory=list)

    @classmethod
    def of(cls, department: Department) -> People:
        people = cls()
        active = Membership.objects.active().filter(department=department, user__is_active=True)
        for member in active.select_related("user", "post").order_by("pk"):
            people.by_id[member.pk] = member
            if post := getattr(member, "post", None):
                people.of_school[post.school_id].append(member)
            if member.role == Role.HEAD:
                people.heads.append(member)
        return people

    def bearers(self, school: int | None, official: int | None) -> list[Membership]:
        """The school's deputies, or the official."""
        if school:
            return self.of_school.get(school, [])
        member = self.by_id.get(official or 0)
        return [member] if member else []


def standing(department: Department) -> AssignmentQuerySet:
    """Duties that wait for their bearers; those of a repealed order were withdrawn with it."""
    return Assignment.objects.open().filter(department=department)


def news(rules: Rules, today: datetime.date) -> dict[int, list[Due]]:
    """By person (the user's key): what they have not been told yet, most urgent first, each duty once."""
    department, calendar = rules.department, rules.department.calendar
    rung = cache(lambda last_day: rules.ladder.rung(last_day, today, calendar))
    people = People.of(department)
    found: dict[int, list[Due]] = defaultdict(list)
    names: set[str] = set()
    ahead = standing(department).filter(last_day__lte=today + rules.ladder.ahead)
    rows = ahead.order_by("last_day", "pk").values_list("pk", "last_day", "school", "official", "controller")
    for pk, last_day, school, official, controller in rows.iterator(chunk_size=5000):
        assert last_day is not None  # noqa: S101 -- `standing` asks for a due day
        bearers = people.bearers(school, official)
        dues = [Due(pk, last_day, member, name) for member in bearers if (name := rung(last_day))]
        late = (today - last_day).days
        if late > 0:
            above = list(_above(people, rules, late, controller, {one.user_id for one in bearers}))
            dues += [Due(pk, last_day, member, f"{step}@{last_day}") for member, step in above]
        seen = set()
        for due in dues:
            if due.member.user_id not in seen:
                seen.add(due.member.user_id)
                names.add(due.rung)
                found[due.member.user_id].append(due)
    for due in _asked(people, rules, today):
        names.add(due.rung)
        found[due.member.user_id].append(due)
    told = _told(department, names)
    fresh = {
        user: [due for due in dues if (due.assignment, user, due.rung) not in told]
        for user, dues in found.items()
    }
    return {user: dues for user, dues in fresh.items() if dues}


def _asked(people: People, rules: Rules, today: datetime.date) -> Iterator[Due]:
    """Whose report on what goes on is wanted: the bearers', one row a person even when they hold two roles."""
    every, ladder, calendar = rules.report_every, rules.ladder, rules.department.calendar
    rows = going_on.to_ask(standing(rules.department), every, today).order_by("since", "pk")
    for pk, since, school, official in rows.values_list("pk", "since", "school", "official"):
        wanted = since + every * DAY
        if day := ladder.asking(wanted, today, calendar):
            for member in {one.user_id: one for one in people.bearers(school, official)}.values():
                yield Due(pk, wanted, member, f"{REPORT}@{day}")


def _above(
    people: People, rules: Rules, late: int, controller: int | None, bearers: set[int]
) -> Iterator[tuple[Membership, str]]:
    """Who hears of a duty so many days overdue; without a controller at work its word goes to the heads.

    The head's word comes first: whoever is both is told as the head once it has come so far.
    """
    watcher = people.by_id.get(controller or 0)
    head_after = rules.head_after if watcher or not rules.controller_after else rules.controller_after
    if rules.head_after and late >= head_after:
        yield from ((head, HEAD) for head in people.heads if head.user_id not in bearers)
    if watcher is None or watcher.user_id in bearers:
        return
    if rules.controller_after and late >= rules.controller_after:
        yield watcher, CONTROLLER


def _told(department: Department, names: set[str]) -> set[tuple[int, int, str]]:
    rows = Notice.objects.filter(assignment__in=standing(department).order_by().values("pk"), rung__in=names)
    return set(rows.values_list("assignment", "recipient", "rung")) if names else set()
