"""Last year's plan as the ground of a new one: a draft of the same rows whose printed years have moved."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from accounts.models import Membership
from portal.lib import names
from portal.lib.refusals import Refused
from roadmaps.deadlines import moved, school_year, shifted
from roadmaps.domain import compiling, wholes
from roadmaps.domain.editing import record
from roadmaps.models import ActionItem, Roadmap
from roadmaps.models.plan import RoadmapQuerySet
from schools.models import School

_PAST = (Roadmap.State.APPROVED, Roadmap.State.ARCHIVED)
_HEAD = ("department", "school", "columns")


@dataclass(frozen=True)
class Place:
    """A printed text of the new plan that names a year: ``item`` is its row's key, None above the table.

    ``after`` is empty where the portal left the text as it was.
    """

    where: str
    item: int | None
    before: str
    after: str = ""


@dataclass(frozen=True)
class Story:
    """How a plan came from another: ``moved`` texts, and ``kept`` ones whose year a person has to look at."""

    base: Roadmap | None
    years: int
    rows: int
    deadlines: int  # rows whose deadline moved
    moved: list[Place]
    kept: list[Place]

    @property
    def step(self) -> str:
        """«на 1 год вперёд»."""
        return f"на {names.counted(abs(self.years), 'год', 'года', 'лет')} {'вперёд' if self.years > 0 else 'назад'}"


def offered(membership: Membership) -> RoadmapQuerySet:
    """The plans that a new one may be based on: approved once, the last of their revisions, of no closed school."""
    replaced = Roadmap.objects.filter(state__in=_PAST, previous__isnull=False).values("previous")
    schools = School.objects.visible_to(membership).open()
    plans = Roadmap.objects.visible_to(membership).filter(Q(school=None) | Q(school__in=schools))
    plans = plans.filter(state__in=_PAST).exclude(pk__in=replaced)
    return plans.order_by(F("school__name").asc(nulls_first=True), "-first_day", "name", "pk")


def is_offered(roadmap: Roadmap, membership: Membership) -> bool:
    return roadmap.state in _PAST and offered(membership).filter(pk=roadmap.pk).exists()


def suggested(base: Roadmap, today: datetime.date) -> dict[str, Any]:
    """Name and period of the copy: of this school year, or of the next one when the plan is this year's own."""
    years = max(1, school_year(today) - school_year(base.first_day))
    days = {name: moved(getattr(base, name), years) for name in ("first_day", "last_day")}
    return {"name": shifted(base.name, years), **days}


@transaction.atomic
def begin(
    base: Roadmap,
    *,
    name: str,
    first_day: datetime.date,
    last_day: datetime.date,
    by: Membership,
    texts: bool = False,
) -> Roadmap:
    """A new draft with the plan's rows, its printed years moved by the difference of the school years.

    ``texts``: goals, results and what the rows say move too; else they stay, and the person is told where a year is.
    Meanings are found anew for the new period, by the people and schools of today; what was settled by hand belonged
    to the old days. Twice gives one draft: one begun from this plan in the same way is returned instead.
    """
    # Hold the old plan's row: on PostgreSQL the second waits here, and then finds the first one's draft.
    Roadmap.objects.filter(pk=base.pk).update(updated_at=F("updated_at"))
    if not offered(by).filter(pk=base.pk).exists():
        raise Refused("За основу берут последнюю редакцию утверждённой карты. Выберите карту из списка.")
    drafts = Roadmap.objects.filter(
        state=Roadmap.State.DRAFT, name=name, first_day=first_day, last_day=last_day
    )
    begun = drafts.filter(events__details__base=base.pk, events__details__texts=texts).first()
    if begun:
        return begun
    draft = Roadmap(name=name, first_day=first_day, last_day=last_day, created_by=by)
    return _copy(base, draft, _Shift(school_year(first_day) - school_year(base.first_day), texts), by)


def _copy(base: Roadmap, draft: Roadmap, shift: _Shift, by: Membership) -> Roadmap:
    for name in _HEAD:
        setattr(draft, name, getattr(base, name))
    draft.title_lines = [shift.move("Заголовок", line) for line in base.title_lines]
    draft.goals = [shift.text("Цели и задачи", goal) for goal in base.goals]
    draft.save()
    grouped = wholes.copied(base)
    _move(grouped, shift)
    items = [item for _, items in grouped for item in items]
    compiling.fill(items, draft)
    wholes.write(grouped, draft, by=by)
    told = f"Создана на основе карты «{base.name[:150]}»"
    record(draft, told, by, base=base.pk, rows=len(items), **shift.told())
    return draft


def _move(grouped: wholes.Grouped, shift: _Shift) -> None:
    place = 0
    for section, items in grouped:
        section.title = shifted(section.title, shift.years)
        section.heading = shift.move("Раздел", section.heading)
        for item in items:
            place += 1
            where = f"Пункт {item.number.rstrip('.') or place}"
            before = item.deadline
            item.deadline = shift.move(where, before, item)
            shift.deadlines += item.deadline != before
            item.deadline_by_hand = item.reach_by_hand = False
            item.text = shift.text(where, item.text, item)
            item.expected_result = shift.text(where, item.expected_result, item)
            item.extra = {key: shift.text(where, str(said), item) for key, said in item.extra.items()}


class _Shift:
    """Moves texts by ``years`` and remembers which: `Story` tells them."""

    def __init__(self, years: int, texts: bool) -> None:
        self.years, self.texts, self.deadlines = years, texts, 0
        self._moved: list[tuple[str, ActionItem | None, str, str]] = []
        self._kept: list[tuple[str, ActionItem | None, str]] = []

    def move(self, where: str, text: str, item: ActionItem | None = None) -> str:
        new = shifted(text, self.years)
        if new != text:
            self._moved.append((where, item, text, new))
        return new

    def text(self, where: str, text: str, item: ActionItem | None = None) -> str:
        """What is neither deadline nor heading: unless ``texts`` it stays, and a person has to look at its year."""
        if self.texts:
            return self.move(where, text, item)
        if shifted(text, self.years) != text:
            self._kept.append((where, item, text))
        return text

    def told(self) -> dict[str, Any]:
        """All of it for the history, once the rows have their keys."""
        return {
            "years": self.years,
            "texts": self.texts,
            "deadlines": self.deadlines,
            "moved": [(where, item and item.pk, before, after) for where, item, before, after in self._moved],
            "kept": [(where, item and item.pk, text) for where, item, text in self._kept],
        }


def story(roadmap: Roadmap) -> Story | None:
    """How the plan came from another one, None when it did not."""
    event = roadmap.events.filter(details__base__isnull=False).first()
    if event is None:
        return None
    told = event.details
    return Story(
        base=Roadmap.objects.filter(pk=told["base"], department=roadmap.department_id).first(),
        years=told["years"],
        rows=told["rows"],
        deadlines=told["deadlines"],
        moved=[Place(*place) for place in told["moved"]],
        kept=[Place(*place) for place in told["kept"]],
    )
