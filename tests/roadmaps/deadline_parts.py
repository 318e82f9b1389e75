"""Periods, and the parts that phrases mean in them, in few words."""

from __future__ import annotations

from datetime import date

from roadmaps.deadlines import (
    By,
    BySchedule,
    Period,
    Throughout,
    Window,
)

SCHOOL = Period(date(2022, 9, 1), date(2023, 8, 31))
CALENDAR = Period(date(2022, 1, 1), date(2022, 12, 31))
PROGRAMME = Period(date(2022, 1, 1), date(2024, 12, 31))
D = date.fromisoformat
ALL_YEAR = Throughout(SCHOOL.first, SCHOOL.last)


def by(*days: str) -> tuple[By, ...]:
    return tuple(By(D(day)) for day in days)


def windows(*spans: str) -> tuple[Window, ...]:
    return tuple(Window(*map(D, span.split("/"))) for span in spans)


def one_day(*days: str) -> tuple[Window, ...]:
    return windows(*(f"{day}/{day}" for day in days))


def throughout(
    first: str, last: str, every: str | None = None, on: int | str | None = None
) -> tuple[Throughout]:
    return (Throughout(D(first), D(last), every, on),)


def all_year(every: str | None = None, on: int | str | None = None) -> tuple[Throughout]:
    return (Throughout(SCHOOL.first, SCHOOL.last, every, on),)


VPR = (BySchedule("vpr"),)
HELD, ISSUED = "assessment_held", "document_issued"
FOUND, CHECKED, OTHER = "nonobjectivity_found", "school_check_finished", "event_happened"
