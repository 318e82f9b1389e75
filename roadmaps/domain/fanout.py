"""From a signed roadmap to duties: every item and dated clause × occurrence × bearer becomes one assignment.

Running twice is harmless: what exists already stays as it is. Parts that wait for an event become duties when the event
is recorded; parts that are not understood become nothing and are listed by `gaps`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Membership
from orders.models import Clause
from portal.lib import names
from portal.lib.refusals import Refused
from roadmaps.deadlines import (
    VPR,
    BySchedule,
    Occurrence,
    OnEvent,
    Part,
    Period,
    Run,
    Throughout,
    Unclear,
    from_json,
    hangs_on_run,
    occurrences,
    on_runs,
)
from roadmaps.domain import clauses, responsibles, succession
from roadmaps.domain.compiling import is_undated
from roadmaps.models import ActionItem, Assignment, AssignmentQuerySet, RecordedEvent, Roadmap
from schools.domain import schedule
from schools.models import School


@dataclass(frozen=True)
class Source:
    """What gives duties: a row of the roadmap, or a clause of its order."""

    item: ActionItem | None
    clause: clauses.ClauseDuty | None
    parts: tuple[Part, ...]
    reach: list[dict[str, Any]]
    problem: str = ""

    @property
    def key(self) -> str:
        """Names the source in a form: «item:12» or «clause:7»."""
        return f"item:{self.item.pk}" if self.item else f"clause:{self.clause.clause.pk}"  # type: ignore[union-attr]

    @property
    def label(self) -> str:
        number = self.item.number if self.item else f"приказ, п. {self.clause.number}"  # type: ignore[union-attr]
        return number.strip()

    @property
    def text(self) -> str:
        return self.item.text if self.item else self.clause.text  # type: ignore[union-attr]

    @property
    def deadline(self) -> str:
        return self.item.deadline if self.item else ""


@dataclass(frozen=True)
class Gap:
    """Why a source gave no duty, or not all: in Russian, for the methodist."""

    source: Source
    problem: str

    @property
    def dates(self) -> bool:
        """Whether a person can close it by saying the row's days."""
        return self.source.item is not None and is_undated(self.source.item.deadline_parts)


@transaction.atomic
def fan_out(roadmap: Roadmap, by: Membership) -> int:
    """Make the roadmap's assignments, return how many are new.

    Raises `Refused` for a roadmap that no signed order approves.
    """
    if roadmap.state not in {Roadmap.State.APPROVED, Roadmap.State.ARCHIVED}:
        raise Refused("Поручения создаются после подписания приказа.")
    maker = Maker(roadmap, by)
    rows = [row for source in sources(roadmap) for row in maker.assignments(source)]
    succession.take_over(roadmap, rows, by)
    asked = of_roadmap(roadmap)
    existing = identities(asked)
    fresh = [row for row in rows if identity(row) not in existing]
    Assignment.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)
    made = asked.count() - len(existing)
    if made:
        roadmap.events.create(what=f"Создано поручений: {made}", by=by, details={"assignments": made})
    return made


@transaction.atomic
def reach_flagged(school: School, by: Membership) -> int:
    """A school came into the risk zone: it gets what approved plans ask of such schools, from today on.

    Due days already past are not asked for: nobody could have met them.
    """
    department = school.department
    approved = Roadmap.objects.filter(department=department, school=None, state=Roadmap.State.APPROVED)
    rows = []
    for roadmap in approved.select_related("order", "department"):
        maker = Maker(roadmap, by)
        existing = identities(of_roadmap(roadmap))
        flagged = (s for s in sources(roadmap) if any(t["kind"] == "flagged_schools" for t in s.reach))
        made = (row for source in flagged for row in maker.assignments(source) if row.school == school)
        rows += [
            row
            for row in made
            if identity(row) not in existing and (row.last_day is None or row.last_day >= maker.today)
        ]
    Assignment.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def of_roadmap(roadmap: Roadmap) -> AssignmentQuerySet:
    """All duties of a roadmap, those from its order's clauses included."""
    return Assignment.objects.filter(asked_by([roadmap]))


def asked_by(roadmaps: Sequence[Roadmap]) -> Q:
    """Narrows duties to those of these roadmaps and of their orders' clauses. Two queries.

    By keys at hand: joined to their roadmaps, duties would be looked up three times over, or those of every department.
    """
    items = ActionItem.objects.order_by().filter(section__roadmap__in=roadmaps)
    orders = [roadmap.order_id for roadmap in roadmaps if roadmap.order_id]
    clauses = Clause.objects.order_by().filter(order__in=orders)
    return Q(item__in=list(items.values_list("pk", flat=True))) | Q(
        clause__in=list(clauses.values_list("pk", flat=True))
    )


def sources(roadmap: Roadmap) -> Iterator[Source]:
    """Rows in printed order, then the dated clauses of the order."""
    items = ActionItem.objects.filter(section__roadmap=roadmap).select_related("section")
    items = items.order_by("section__position", "position", "pk")
    for item in items:
        yield Source(item, None, from_json(item.deadline_parts), item.reach)
    if roadmap.order is not None:
        for duty in clauses.duties(roadmap.order, Period(roadmap.first_day, roadmap.last_day)):
            yield Source(None, duty, duty.parts, duty.reach, duty.problem)


def gaps(roadmap: Roadmap, by: Membership) -> list[Gap]:
    """What of the roadmap became no duty and waits for a person: in printed order."""
    maker = Maker(roadmap, by)
    return [Gap(source, problem) for source in sources(roadmap) if (problem := maker.problem(source))]


Identity = tuple[int | None, int | None, str, int | None, int | None]


def identity(row: Assignment) -> Identity:
    """What makes a duty this one; handed over to a colleague, it is still that of whom the print names."""
    return row.item_id, row.clause_id, row.occurrence, row.school_id, row.named_id or row.official_id


def identities(duties: AssignmentQuerySet) -> set[Identity]:
    printed = Coalesce("named", "official")
    return set(duties.values_list("item", "clause", "occurrence", "school", printed))


class Maker:
    """Turns the sources of one roadmap into unsaved assignments; asks for bearers once per distinct reach."""

    def __init__(self, roadmap: Roadmap, by: Membership | None) -> None:
        self.roadmap = roadmap
        self.department = roadmap.department
        self.controller = self._controller(by)
        self.directory = responsibles.Directory(self.department, self.today)

    @cached_property
    def today(self) -> datetime.date:
        return timezone.now().astimezone(self.department.tz).date()

    def _controller(self, by: Membership | None) -> Membership | None:
        """Whom the order names; else who prepared it; else who runs the fan-out."""
        order = self.roadmap.order
        named = order.controller or order.created_by if order else None
        return named or self.roadmap.created_by or by

    def assignments(self, source: Source) -> Iterator[Assignment]:
        """What is due by the calendar alone; parts that wait for an event give nothing yet."""
        if source.problem:
            return
        for bearer in self.bearers(source.reach):
            for span in self._spans(source.parts):
                yield self._row(source, bearer, span, span.key)
        yield from self.scheduled(source)

    def scheduled(self, source: Source) -> Iterator[Assignment]:
        """What hangs on the VPR schedule: a school's duties on its own days, an official's on those of all schools."""
        if source.problem:
            return
        for bearer in self.bearers(source.reach):
            for span in on_runs(source.parts, self.department.calendar, {VPR: self.runs_of(bearer)}):
                yield self._row(source, bearer, span, span.key)

    def runs_of(self, bearer: responsibles.Bearer) -> list[Run]:
        school = bearer.school or self.roadmap.school
        return self.runs.get(school.pk if school else None, [])

    @cached_property
    def runs(self) -> dict[int | None, list[Run]]:
        """By school, and for all together (None), the runs of the campaigns that touch the plan's period."""
        found: dict[int | None, list[Run]] = {}
        for run in schedule.runs(self.department, self.roadmap.first_day, self.roadmap.last_day):
            key = run_key(run.campaign.pk)
            found.setdefault(run.school_id, []).append(Run(key, run.first, run.last))
        return found

    def started(self, source: Source, happened: RecordedEvent) -> Iterator[Assignment]:
        """What the event starts. At one school: that school's duties, and those of officials about it.

        What counts back from an event whose days a schedule has told is made already. An event still ahead starts
        only what counts back from it.
        """
        waiting = [p for p in source.parts if isinstance(p, OnEvent) and p.event == happened.event]
        if happened.day > self.today:
            waiting = [part for part in waiting if part.before]
        if source.problem or not waiting:
            return
        about = f"/{happened.school_id}" if happened.school_id else ""
        for bearer in self._touched(source.reach, happened.school):
            told = self.runs_of(bearer) if any(map(hangs_on_run, waiting)) else []
            parts = [part for part in waiting if not (told and hangs_on_run(part))]
            for span in occurrences(parts, self.department.calendar, {happened.event: [happened.day]}):
                yield self._row(source, bearer, span, f"{span.key}{about}")

    def bearers(self, reach: list[dict[str, Any]]) -> list[responsibles.Bearer]:
        found = responsibles.bearers(reach, self.department, self.today, directory=self.directory)
        return self._own(found) if self.roadmap.school else found

    def _own(self, found: Iterable[responsibles.Bearer]) -> list[responsibles.Bearer]:
        """In a school's own plan everybody who is no official of the department works at that school."""
        officials = [bearer for bearer in found if bearer.official is not None]
        return [responsibles.Bearer(school=self.roadmap.school, official=None), *officials]

    def _touched(self, reach: list[dict[str, Any]], school: School | None) -> list[responsibles.Bearer]:
        found = list(self.bearers(reach))
        if school is None:
            return found
        here = responsibles.Bearer(school=school, official=None)
        schools = any(target["kind"] in {"all_schools", "flagged_schools"} for target in reach)
        named = any(bearer.school == school for bearer in found)
        return ([here] if schools or named else []) + [b for b in found if b.official is not None]

    def _spans(self, parts: tuple[Part, ...]) -> tuple[Occurrence, ...]:
        dated = tuple(
            map(_not_daily, (p for p in parts if not isinstance(p, OnEvent | BySchedule | Unclear)))
        )
        return occurrences(dated, self.department.calendar)

    def problem(self, source: Source) -> str:
        """Why this source gives fewer duties than it says, "" when it gives all."""
        if source.problem:
            return source.problem
        if not source.parts:
            return "Срок не указан: поручение не создано."
        if any(isinstance(part, Unclear) for part in source.parts):
            return "Срок не понят: уточните, когда это должно быть сделано."
        plans = [part.schedule for part in source.parts if isinstance(part, BySchedule)]
        if outside := [plan for plan in plans if plan != VPR]:
            return f"Срок — по плану «{outside[0]}»: поручения появятся, когда будут указаны его дни."
        if plans and (problem := self._without_days(source)):
            return problem
        unknown = [target["phrase"] for target in source.reach if responsibles.needs_answer(target)]
        if unknown and not self.roadmap.school:
            return f"Исполнитель не найден: {', '.join(f'«{phrase}»' for phrase in unknown)}."
        if not self.bearers(source.reach):
            return "Исполнитель не указан: поручать некому."
        return ""

    def _without_days(self, source: Source) -> str:
        """Whom the schedule gives no days, "" when it gives them to all."""
        first, last = self.roadmap.first_day, self.roadmap.last_day
        campaigns = schedule.touching(self.department, first, last)
        if not campaigns:
            return (
                f"Срок — по графику ВПР, а кампании ВПР с {first:%d.%m.%Y} по {last:%d.%m.%Y} в портале нет: "
                "создайте её в разделе «График ВПР» или укажите дни."
            )
        without = [bearer for bearer in self.bearers(source.reach) if not self.runs_of(bearer)]
        if not without:
            return ""
        named = ", ".join(f"«{campaign}»" for campaign in campaigns)
        schools = sum(bearer.school is not None for bearer in without)
        whose = f" у {names.counted(schools, 'школы', 'школ', 'школ')}" if schools else ""
        return f"Срок — по графику ВПР: в кампании {named} дней ещё нет{whose}. Поручения появятся вместе с ними."

    def _row(self, source: Source, bearer: responsibles.Bearer, span: Occurrence, key: str) -> Assignment:
        return Assignment(
            department=self.department,
            item=source.item,
            clause=source.clause.clause if source.clause else None,
            occurrence=key,
            first_day=span.first,
            last_day=span.due,
            school=bearer.school,
            official=bearer.official,
            controller=self.controller,
        )


def run_key(campaign: int) -> str:
    """How occurrences name a school's run through a campaign of the VPR."""
    return f"{VPR}/{campaign}"


def _not_daily(part: Part) -> Part:
    """«Ежедневно» is one duty that goes on, not two hundred reports a year from each school."""
    if isinstance(part, Throughout) and part.every == "day":
        return replace(part, every=None)
    return part
