"""Flags as a list and over three years: «попадала / не попадала». Schools stand by name, nobody is ranked."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.models import Membership
from portal.lib import excel
from portal.lib.names import folded
from schools.domain.directory import by_name
from schools.models import Exam, ObjectivityFlag, OfficialList, OfficialMark, School, academic_year_of

YEARS = 3


@dataclass(frozen=True)
class Year:
    """One academic year of a school. ``state`` is a name of the house's states, ``words`` say it."""

    year: int
    state: str
    words: str

    @property
    def title(self) -> str:
        return f"{self.year}/{(self.year + 1) % 100:02d}"


def shown(
    membership: Membership,
    *,
    q: str = "",
    state: str = "",
    year: int | None = None,
    subject: str = "",
) -> list[ObjectivityFlag]:
    """The flags a filter leaves, by the school's name, then the newest. One query."""
    flags: Any = ObjectivityFlag.objects.visible_to(membership).select_related("school")
    if state != "all":
        flags = flags.filter(state=state) if state else flags.standing()
    if year:
        flags = flags.filter(year=year)
    if subject:
        flags = flags.filter(subject=subject)
    words = folded(q).split()
    found = [flag for flag in flags if all(word in folded(flag.school.name) for word in words)]
    return sorted(found, key=lambda flag: (by_name(flag.school), -flag.year, flag.pk))


def years(membership: Membership) -> list[int]:
    """Years in which flags were opened, the newest first."""
    found = ObjectivityFlag.objects.visible_to(membership).order_by("-year")
    return list(found.values_list("year", flat=True).distinct())


def subjects(membership: Membership) -> list[str]:
    """Names of subjects this department uses: those of its tests and of its flags."""
    exams = Exam.objects.visible_to(membership).order_by().values_list("subject", flat=True)
    flags = ObjectivityFlag.objects.visible_to(membership).order_by().values_list("subject", flat=True)
    return sorted({name for name in exams.union(flags) if name}, key=folded)


def of_schools(
    membership: Membership, schools: Iterable[School], today: datetime.date
) -> dict[int, list[Year]]:
    """Each school's last three academic years, the newest first; three queries for any number of schools.

    A year is known when an official list of that year was taken over; without one, silence proves nothing.
    """
    this = academic_year_of(today)
    span = range(this, this - YEARS, -1)
    ids = {school.pk for school in schools}
    # A list names the calendar year of the test: spring 2026 is the academic year 2025/26.
    marks = OfficialMark.objects.visible_to(membership).filter(
        source__state=OfficialList.State.APPLIED, year__in=[year + 1 for year in span]
    )
    known = {year - 1 for year in marks.order_by().values_list("year", flat=True).distinct()}
    listed = set(marks.filter(school__in=ids).values_list("school", "year"))
    flags = ObjectivityFlag.objects.visible_to(membership).filter(school__in=ids, year__in=span)
    opened = set(flags.exclude(state=ObjectivityFlag.State.REFUTED).values_list("school", "year"))
    return {
        pk: [_year(year, (pk, year + 1) in listed, (pk, year) in opened, year in known) for year in span]
        for pk in ids
    }


def _year(year: int, listed: bool, opened: bool, known: bool) -> Year:
    if listed:
        return Year(year, "ask", "попадала в перечень")
    if opened:
        return Year(year, "doing", "признак открыт отделом")
    return Year(year, "same", "не попадала") if known else Year(year, "none", "перечня нет")


def workbook(membership: Membership, flags: list[ObjectivityFlag], today: datetime.date) -> bytes:
    """Exactly the flags shown, with their three years."""
    history = of_schools(membership, [flag.school for flag in flags], today)
    span = [year.title for year in next(iter(history.values()), [])]
    heads = [
        "Школа",
        "Предмет",
        "Класс",
        "Учебный год",
        "Состояние",
        "Открыт",
        "Закрыт",
        "Откуда известно",
        "Основания",
    ]
    wide = {"Школа": 34, "Состояние": 20, "Откуда известно": 40, "Основания": 60}
    columns = [excel.Column(head, wide.get(head, 16)) for head in [*heads, *span]]
    rows = (
        [
            flag.school.name, flag.subject or "по школе в целом", flag.grade, f"{flag.year}/{flag.year_end}",
            flag.get_state_display(), flag.opened_on, flag.closed_on, flag.source, flag.grounds,
            *(year.words for year in history[flag.school_id]),
        ]
        for flag in flags
    )  # fmt: skip
    return excel.write("Признаки", columns, rows)
