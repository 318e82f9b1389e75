"""What the checks find in a schedule, each with school, class, days and remedy; what is right is left in peace."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from portal.lib.calendar import WorkCalendar
from schools.scheduling.checks import LEVELS, Rules, Sitting, Work, check
from schools.scheduling.classes import NoClass, class_name, grade_of

MATHS = Work(1, 4, "математика")
RUSSIAN = Work(2, 4, "русский язык")
HISTORY = Work(3, 5, "история", group="гуманитарные")
LETTERS = Work(4, 5, "литература", group="гуманитарные")
RULES = Rules(
    datetime.date(2026, 4, 20),
    datetime.date(2026, 5, 20),
    WorkCalendar().why_off,
    [(datetime.date(2026, 5, 4), datetime.date(2026, 5, 8), "майские каникулы")],
)


def day(number, month=4):
    return datetime.date(2026, month, number)


def sits(work, on, who="4А", school=7, **more):
    return Sitting(school, work, who, on, ref=f"{work.subject} {who}", **more)


def found(*sittings, works=(), rules=RULES, schools=(7,), absent=None):
    return [(p.code, p.school, p.who, p.days) for p in check(sittings, works, rules, schools, absent)]


def test_a_day_in_the_window_is_left_in_peace():
    assert found(sits(MATHS, day(21)), sits(RUSSIAN, day(23)), works=[MATHS, RUSSIAN]) == []


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (day(17), "outside"),
        (day(21, 5), "outside"),
        (day(25), "day_off"),  # a Saturday
        (day(1, 5), "day_off"),  # a holiday
        (day(5, 5), "day_off"),  # the school's holidays
    ],
)
def test_a_day_that_holds_no_test(on, code):
    assert found(sits(MATHS, on)) == [(code, 7, "4А", (on,))]
    problem = check([sits(MATHS, on)], [], RULES, [7])[0]
    assert problem.level == "error"
    assert f"{on:%d.%m.%Y}" in problem.text
    assert problem.remedy


def test_saturday_is_a_school_day_where_they_learn_six_days():
    six = replace(RULES, why_off=WorkCalendar(six_day=True).why_off)
    assert found(sits(MATHS, day(25)), rules=six) == []


@pytest.mark.parametrize(("one", "other", "clash"), [
    ("4А", "4А", True), ("4А", "", True), ("", "", True), ("4А", "4Б", False),
])  # fmt: skip
def test_two_tests_on_one_day_clash_for_the_same_pupils(one, other, clash):
    codes = [p[0] for p in found(sits(MATHS, day(21), one), sits(RUSSIAN, day(21), other))]
    assert codes == (["same_day"] if clash else [])


def test_the_same_day_at_another_school_or_grade_is_no_clash():
    fifth = replace(RUSSIAN, grade=5)
    pairs = [sits(MATHS, day(21)), sits(RUSSIAN, day(21), school=8), sits(fifth, day(21), "5А")]
    assert found(*pairs, schools=(7, 8)) == []


def test_a_school_without_a_day_for_a_test_is_a_hole():
    assert found(sits(MATHS, day(21), ""), works=[MATHS, RUSSIAN]) == [("missing", 7, "4 класс", ())]
    hole = check([sits(MATHS, day(21), "")], [MATHS, RUSSIAN], RULES, [7])[0]
    assert (hole.what, hole.works) == ("русский язык", (RUSSIAN,))


def test_a_class_left_out_is_a_hole_of_that_class():
    sittings = [sits(MATHS, day(21), "4А"), sits(MATHS, day(21), "4Б"), sits(RUSSIAN, day(23), "4Б")]
    assert found(*sittings, works=[MATHS, RUSSIAN]) == [("missing", 7, "4А", ())]


def test_a_whole_grade_sits_for_all_its_classes():
    sittings = [sits(MATHS, day(21), "4А"), sits(MATHS, day(22), "4Б"), sits(RUSSIAN, day(23), "")]
    assert found(*sittings, works=[MATHS, RUSSIAN]) == []


def test_one_of_a_group_is_enough_and_levels_and_forms_are_one_test():
    on_computer = replace(MATHS, key=9)
    assert found(works=[HISTORY, LETTERS]) == [("missing", 7, "5 класс", ())]
    assert found(sits(LETTERS, day(21), "5А"), works=[HISTORY, LETTERS]) == []
    assert found(sits(on_computer, day(21)), works=[MATHS, on_computer]) == []


def test_a_grade_that_a_school_has_not_misses_nothing():
    assert found(works=[MATHS], schools=(7, 8), absent={7: {4}}) == [("missing", 8, "4 класс", ())]


def test_the_same_subject_again_too_soon_by_the_departments_limit():
    pair = [sits(MATHS, day(20)), sits(replace(MATHS, key=9), day(20, 5))]
    assert found(*pair) == []
    near = [sits(MATHS, day(20)), sits(replace(MATHS, key=9), day(28))]
    assert found(*near) == [("too_often", 7, "4А", (day(20), day(28)))]
    assert found(*near, rules=replace(RULES, least_gap_days=8)) == []
    assert found(*near, rules=replace(RULES, least_gap_days=0)) == []
    other_class = [sits(MATHS, day(20)), sits(replace(MATHS, key=9), day(28), "4Б")]
    assert found(*other_class) == []


def test_lessons_under_tests_against_the_lessons_of_the_year():
    rare = replace(MATHS, lessons=2, year_lessons=17)
    assert found(sits(rare, day(21))) == [("too_much", 7, "4А", (day(21),))]
    assert found(sits(replace(rare, year_lessons=20), day(21))) == []
    assert found(sits(replace(rare, year_lessons=None), day(21))) == []
    assert found(sits(rare, day(21)), rules=replace(RULES, most_percent=0)) == []


def test_a_test_on_the_first_or_last_lesson_is_a_hint_once_the_hours_are_known():
    clocks = replace(RULES, first_lesson_ends=datetime.time(9, 10), last_lesson_starts=datetime.time(12, 30))
    early, late = (
        sits(MATHS, day(21), starts_at=datetime.time(8, 30)),
        sits(RUSSIAN, day(22), starts_at=datetime.time(12), ends_at=datetime.time(12, 45)),
    )
    assert [code for code, *_ in found(early, late, rules=clocks)] == ["edge_lesson", "edge_lesson"]
    assert found(early, late) == []
    assert LEVELS["edge_lesson"] == "hint"


def test_worst_comes_first_within_a_school_and_schools_keep_their_order():
    sittings = [sits(MATHS, day(25), school=8), sits(MATHS, day(21), school=7)]
    codes = [(school, code) for code, school, *_ in found(*sittings, works=[MATHS, RUSSIAN], schools=(8, 7))]
    assert codes == [(8, "day_off"), (8, "missing"), (7, "missing")]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("4а", "4А"), ("4 «б»", "4Б"), ("4-Г", "4Г"), ("В", "4В"), ("4A", "4А"), ("4", ""), ("4 класс", ""),
        ("4 классы", ""), ("все", ""), ("", ""),
    ],
)  # fmt: skip
def test_classes_as_people_write_them(written, name):
    assert class_name(written, 4) == name


@pytest.mark.parametrize("written", ["5А", "10", "четвёртый", "4АБВГ", "?!"])
def test_what_is_no_class_of_the_grade_is_said(written):
    with pytest.raises(NoClass):
        class_name(written, 4)


def test_grade_of_a_text():
    assert [grade_of(t) for t in ("10 Б", "4", "12", "0", "А", "455")] == [10, 4, None, None, None, None]
