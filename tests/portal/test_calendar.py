"""The production calendar: weekends, holidays and the government's transfers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.calendar import WorkCalendar, weekday_name

D = date.fromisoformat
DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize("day", ["2024-04-27", "2024-11-02", "2024-12-28", "2022-03-05", "2025-11-01"])
def test_saturdays_made_working_by_the_government(day: str) -> None:
    assert WorkCalendar().is_workday(D(day))
    assert WorkCalendar().why_off(D(day)) is None


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2024-04-29", "выходной (перенесено с 27.04.2024)"),
        ("2024-05-10", "выходной (перенесено с 06.01.2024)"),
        ("2024-12-31", "выходной (перенесено с 07.01.2024)"),
        ("2026-01-09", "выходной (перенесено с 03.01.2026)"),
        ("2026-12-31", "выходной (перенесено с 04.01.2026)"),
        ("2026-06-12", "День России"),
        ("2026-03-09", "Международный женский день (выходной)"),
        ("2022-02-20", "воскресенье"),
        ("2022-02-19", "суббота"),
        ("2022-02-18", None),
    ],
)
def test_why_nobody_works(day: str, why: str | None) -> None:
    assert WorkCalendar().why_off(D(day)) == why


@pytest.mark.parametrize(
    ("year", "days"), [(2021, 247), (2022, 247), (2023, 247), (2024, 248), (2025, 247), (2026, 247)]
)
def test_a_year_has_as_many_working_days_as_the_official_calendar(year: int, days: int) -> None:
    assert WorkCalendar().workdays(date(year, 1, 1), date(year, 12, 31)) == days


def test_working_days_are_counted_from_the_day_after() -> None:
    calendar = WorkCalendar()
    assert calendar.add_workdays(D("2024-04-26"), 1) == D("2024-04-27")
    assert calendar.add_workdays(D("2024-04-26"), 3) == D("2024-05-03")
    assert calendar.add_workdays(D("2024-05-03"), -2) == D("2024-04-27")
    assert calendar.add_workdays(D("2024-05-01"), 0) == D("2024-05-01")


def test_six_day_weeks_work_on_saturdays_and_take_no_day_for_one() -> None:
    six = WorkCalendar(six_day=True)
    assert six.is_workday(D("2022-02-19"))
    assert six.is_workday(D("2024-04-29"))  # in place of a Saturday only five-day weeks have off
    assert six.is_workday(D("2021-06-14"))  # 12 June 2021 was a Saturday
    assert not six.is_workday(D("2021-05-10"))  # 9 May 2021 was a Sunday
    assert not six.is_workday(D("2024-05-10"))
    assert not six.is_workday(D("2022-02-20"))


def test_days_added_by_hand_win() -> None:
    regional, working = D("2024-06-17"), D("2024-06-22")
    calendar = WorkCalendar(extra_off=[regional, working], extra_work=[working])
    assert calendar.why_off(regional) == "местный выходной"
    assert calendar.is_workday(working)
    assert WorkCalendar().is_workday(regional)


def test_years_without_official_transfers_are_not_checked() -> None:
    calendar = WorkCalendar()
    assert calendar.checked(2024)
    assert calendar.checked(2026)
    assert not calendar.checked(2031)


def test_a_calendar_without_working_days_says_so() -> None:
    start = D("2024-01-01")
    idle = WorkCalendar(extra_off=[start + timedelta(days=index) for index in range(5000)])
    with pytest.raises(ValueError, match="не нашлось"):
        idle.add_workdays(start, 1)


def test_the_days_of_an_unknown_region_are_not_checked() -> None:
    calendar = WorkCalendar("XX")
    assert not calendar.checked(2024)
    assert calendar.why_off(D("2024-06-12")) == "День России"


def test_weekdays_have_russian_names() -> None:
    assert weekday_name(D("2022-03-16")) == "среда"


@given(DAYS, st.integers(-60, 60))
def test_counting_there_lands_on_a_working_day_with_as_many_between(day: date, count: int) -> None:
    calendar = WorkCalendar()
    end = calendar.add_workdays(day, count)
    if count:
        assert calendar.is_workday(end)
        first, last = (day + timedelta(days=1), end) if count > 0 else (end, day - timedelta(days=1))
        assert calendar.workdays(first, last) == abs(count)
    else:
        assert end == day


@given(DAYS)
def test_a_day_is_either_worked_or_off_for_a_reason(day: date) -> None:
    for calendar in (WorkCalendar(), WorkCalendar(six_day=True)):
        assert calendar.is_workday(day) == (calendar.why_off(day) is None)
