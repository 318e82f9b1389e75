"""What is wrong with a schedule of tests, each thing by school, class, days and remedy.

Sources: the window is the campaign's (a person types it from the yearly order); «не чаще одного раза в 2,5 недели» and
«не более 10 % уроков», «не на первом и не на последнем уроке» are the recommendations of 06.08.2021 № СК-228/03.
All limits are the department's settings.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from portal.lib import names

Level = Literal["error", "warning", "hint"]

TITLES = {
    "outside": "вне окна кампании",
    "day_off": "выходной, праздник или каникулы",
    "same_day": "две работы в один день",
    "missing": "день не назначен",
    "too_often": "слишком часто",
    "too_much": "больше доли уроков",
    "edge_lesson": "первый или последний урок",
}
LEVELS: dict[str, Level] = {
    "outside": "error",
    "day_off": "error",
    "same_day": "warning",
    "missing": "warning",
    "too_often": "warning",
    "too_much": "warning",
    "edge_lesson": "hint",
}


@dataclass(frozen=True, slots=True)
class Work:
    """A test of a campaign. Of the tests of one ``group`` and grade a school sits one; with no group all sit it."""

    key: int
    grade: int
    subject: str
    group: str = ""
    lessons: int = 1
    year_lessons: int | None = None

    @property
    def slot(self) -> tuple[int, str, str]:
        """What a class has to sit once: a subject (in whichever level and form) or one of a group."""
        return (self.grade, self.group, "") if self.group else (self.grade, "", self.subject)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A class (or a whole grade: ``class_name`` is empty) of a school sits a test on a day. ``ref`` is the caller's."""

    school: int
    work: Work
    class_name: str
    day: datetime.date
    starts_at: datetime.time | None = None
    ends_at: datetime.time | None = None
    ref: Any = None

    @property
    def who(self) -> str:
        """«4А» or «4 класс»."""
        return self.class_name or f"{self.work.grade} класс"

    def meets(self, other: Sitting) -> bool:
        """Whether the same pupils sit both."""
        same = self.class_name == other.class_name or not (self.class_name and other.class_name)
        return self.school == other.school and self.work.grade == other.work.grade and same


@dataclass(frozen=True)
class Rules:
    """The campaign's limits; a zero or None switches a check off. ``why_off`` names a day off, None: people work."""

    first: datetime.date
    last: datetime.date
    why_off: Callable[[datetime.date], str | None]
    breaks: Sequence[tuple[datetime.date, datetime.date, str]] = ()
    least_gap_days: int = 18
    most_percent: int = 10
    first_lesson_ends: datetime.time | None = None
    last_lesson_starts: datetime.time | None = None

    def why_not(self, day: datetime.date) -> tuple[str, str] | None:
        """Why no test can be on the day: its check («outside», «day_off») and the words; None when it can."""
        if not self.first <= day <= self.last:
            return "outside", f"{day:%d.%m.%Y} вне окна: с {self.first:%d.%m.%Y} по {self.last:%d.%m.%Y}"
        why = self.why_off(day) or next(
            (name or "каникулы" for first, last, name in self.breaks if first <= day <= last), None
        )
        return ("day_off", f"{day:%d.%m.%Y} нерабочий день: {why}") if why else None


@dataclass(frozen=True)
class Problem:
    """One thing to look at. ``refs`` are those of the sittings concerned.

    A hole («missing») has no day: ``what`` names its subject or group, ``works`` are the tests that could fill it.
    """

    code: str
    school: int
    grade: int
    who: str
    days: tuple[datetime.date, ...]
    text: str
    remedy: str
    refs: tuple[Any, ...] = ()
    what: str = ""
    works: tuple[Work, ...] = ()

    @property
    def level(self) -> Level:
        return LEVELS[self.code]

    @property
    def title(self) -> str:
        return TITLES[self.code]


def check(
    sittings: Iterable[Sitting],
    works: Collection[Work],
    rules: Rules,
    schools: Iterable[int],
    absent: Mapping[int, Collection[int]] | None = None,
) -> list[Problem]:
    """Everything to look at, school by school in the order given, worst first.

    ``absent`` are the grades a school has not: nothing is missed in them.
    """
    by_school: dict[int, list[Sitting]] = defaultdict(list)
    for sitting in sittings:
        by_school[sitting.school].append(sitting)
    order: dict[Level, int] = {"error": 0, "warning": 1, "hint": 2}
    found: list[Problem] = []
    for school in schools:
        own = sorted(by_school.get(school, ()), key=lambda s: (s.day, s.work.grade, s.class_name))
        missed = _missing(school, own, works, (absent or {}).get(school, ()))
        problems = [*_days(own, rules), *_same_day(own), *_often(own, rules), *_share(own, rules)]
        found += sorted([*problems, *_edges(own, rules), *missed], key=lambda p: order[p.level])
    return found


def _about(sitting: Sitting) -> str:
    return f"{sitting.who}, {sitting.work.subject}"


def _days(own: Sequence[Sitting], rules: Rules) -> Iterator[Problem]:
    for sitting in own:
        if why := rules.why_not(sitting.day):
            code, words = why
            remedy = "Выберите день внутри окна." if code == "outside" else "Выберите учебный день."
            yield _problem(code, [sitting], f"{_about(sitting)}: {words}.", remedy)


def _problem(code: str, sittings: Sequence[Sitting], text: str, remedy: str) -> Problem:
    first = sittings[0]
    days = tuple(sorted({sitting.day for sitting in sittings}))
    refs = tuple(sitting.ref for sitting in sittings)
    return Problem(code, first.school, first.work.grade, first.who, days, text, remedy, refs)


def _same_day(own: Sequence[Sitting]) -> Iterator[Problem]:
    by_day: dict[datetime.date, list[Sitting]] = defaultdict(list)
    for sitting in own:
        by_day[sitting.day].append(sitting)
    for day, those in by_day.items():
        for one, other in combinations(those, 2):
            if one.meets(other):
                who = one.class_name or other.who
                text = f"{who}: {day:%d.%m.%Y} две работы, {one.work.subject} и {other.work.subject}."
                yield _problem("same_day", [one, other], text, "Разведите работы по разным дням.")


def _often(own: Sequence[Sitting], rules: Rules) -> Iterator[Problem]:
    """The same subject again in the same class too soon."""
    if not rules.least_gap_days:
        return
    by_subject: dict[tuple[int, str], list[Sitting]] = defaultdict(list)
    for sitting in own:
        by_subject[sitting.work.grade, sitting.work.subject].append(sitting)
    for (_, subject), those in by_subject.items():
        for one, other in combinations(those, 2):
            gap = (other.day - one.day).days
            if 0 < gap < rules.least_gap_days and one.meets(other):
                text = f"{one.who}, {subject}: {one.day:%d.%m} и {other.day:%d.%m}, между работами {_days_word(gap)}."
                remedy = f"По настройке отдела нужно не меньше {_days_word(rules.least_gap_days)}."
                yield _problem("too_often", [one, other], text, remedy)


def _share(own: Sequence[Sitting], rules: Rules) -> Iterator[Problem]:
    """Lessons under works against the subject's lessons of the year, where that number is known."""
    if not rules.most_percent:
        return
    by_class: dict[tuple[int, str, str], list[Sitting]] = defaultdict(list)
    for sitting in own:
        if sitting.work.year_lessons:
            by_class[sitting.work.grade, sitting.work.subject, sitting.class_name].append(sitting)
    for (_, subject, _), those in by_class.items():
        lessons, whole = sum(s.work.lessons for s in those), those[0].work.year_lessons or 0
        if lessons * 100 > whole * rules.most_percent:
            text = f"{those[0].who}, {subject}: под работы уходит {lessons} из {whole} уроков в год."
            yield _problem("too_much", those, text, f"По настройке отдела не больше {rules.most_percent} %.")


def _edges(own: Sequence[Sitting], rules: Rules) -> Iterator[Problem]:
    for sitting in own:
        begins, ends = rules.first_lesson_ends, rules.last_lesson_starts
        if sitting.starts_at and begins and sitting.starts_at < begins:
            edge = "на первом уроке"
        elif ends and (sitting.ends_at or sitting.starts_at or datetime.time.min) > ends:
            edge = "на последнем уроке"
        else:
            continue
        text = f"{_about(sitting)}: {sitting.day:%d.%m.%Y} {edge}."
        yield _problem("edge_lesson", [sitting], text, "Рекомендуют второй–четвёртый урок.")


def _missing(
    school: int, own: Sequence[Sitting], works: Collection[Work], absent: Collection[int]
) -> Iterator[Problem]:
    """Slots without a day: for the school, or for one of the classes that its schedule names."""
    slots: dict[tuple[int, str, str], list[Work]] = defaultdict(list)
    for work in works:
        if work.grade not in absent:
            slots[work.slot].append(work)
    classes: dict[int, set[str]] = defaultdict(set)
    sat: dict[tuple[int, str, str], set[str]] = defaultdict(set)
    for sitting in own:
        classes[sitting.work.grade].add(sitting.class_name)
        sat[sitting.work.slot].add(sitting.class_name)
    for slot, those in sorted(slots.items(), key=lambda pair: pair[0]):
        named = classes[slot[0]] - {""}
        without = sorted(named - sat[slot]) if named else [""]
        if "" in sat[slot] or not without or (not named and sat[slot]):
            continue
        for class_name in [""] if without == sorted(named) else without:
            yield _hole(school, slot, those, class_name)


def _hole(school: int, slot: tuple[int, str, str], works: Sequence[Work], class_name: str) -> Problem:
    grade, group, subject = slot
    who, what = class_name or f"{grade} класс", subject or f"одна из группы «{group}»"
    remedy = "Назначьте день" + (" одной из работ группы." if group else ".")
    return Problem(
        "missing",
        school,
        grade,
        who,
        (),
        f"{who}, {what}: день не назначен.",
        remedy,
        (),
        what,
        tuple(works),
    )


def _days_word(count: int) -> str:
    return names.counted(count, "день", "дня", "дней")
