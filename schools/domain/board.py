"""The month board: schools × days of a campaign's month, with the holes and everything to look at. Read only."""

from __future__ import annotations

import calendar
import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.formats import date_format

from accounts.models import Membership
from portal.lib import excel
from portal.lib.calendar import weekday_name
from schools.domain import directory, schedule
from schools.listing import fold
from schools.models import AbsentGrade, Exam, School, VprCampaign, VprSession
from schools.scheduling import checks
from schools.scheduling.checks import Problem

WORST = {"error": 0, "warning": 1, "hint": 2}


@dataclass(frozen=True)
class Filter:
    """What of the board is asked for; empty: everything. ``show``: only schools with «holes» or with «problems»."""

    month: str = ""
    grade: int | None = None
    subject: str = ""
    q: str = ""
    show: str = ""


@dataclass(frozen=True)
class Day:
    """A column: ``off`` says why no test can be on it."""

    day: datetime.date
    off: str
    weekday: str

    @property
    def is_free(self) -> bool:
        return not self.off


@dataclass
class Chip:
    """A test in a cell: «4А МА», with the worst of its problems."""

    session: VprSession
    exam: Exam
    problems: list[Problem] = field(default_factory=list)

    @property
    def who(self) -> str:
        return self.session.class_name or str(self.exam.grade)

    @property
    def words(self) -> str:
        return f"{self.who} {self.exam.letters}"

    @property
    def level(self) -> str:
        return min((problem.level for problem in self.problems), key=WORST.__getitem__, default="")

    @property
    def title(self) -> str:
        """What a pointer or a screen reader is told."""
        about = f"{self.session.class_name or f'{self.exam.grade} класс'}, {self.exam.subject}"
        done = (
            "результаты загружены"
            if self.session.uploaded_on
            else "проведена"
            if self.session.held_on
            else ""
        )
        return "; ".join(filter(None, [about, done, *(problem.title for problem in self.problems)]))


@dataclass(frozen=True)
class Hole:
    """A test without a day, as the board has room for it («4А РУ») and in words («4А, русский язык»)."""

    problem: Problem
    letters: str

    @property
    def exam(self) -> int:
        """A test that would fill it."""
        return self.problem.works[0].key

    @property
    def class_name(self) -> str:
        return "" if self.problem.who.endswith("класс") else self.problem.who

    @property
    def short(self) -> str:
        return f"{self.class_name or self.problem.grade} {self.letters}"

    @property
    def label(self) -> str:
        return f"{self.problem.who}, {self.problem.what}"


SHOWN_HOLES = 6


@dataclass
class Row:
    """A school: its chips by day, and what has no day yet."""

    school: School
    cells: list[tuple[Day, list[Chip]]]
    holes: list[Hole]
    problems: list[Problem]
    may_plan: bool
    is_empty: bool

    @property
    def first_holes(self) -> list[Hole]:
        return self.holes[:SHOWN_HOLES]

    @property
    def more_holes(self) -> int:
        return len(self.holes) - len(self.first_holes)


@dataclass
class Board:
    """The board as shown. ``problems`` are those of the schools shown, whichever their month."""

    campaign: VprCampaign
    exams: list[Exam]
    months: list[tuple[str, str]]
    month: str
    days: list[Day]
    rows: list[Row]
    schools: int

    @cached_property
    def problems(self) -> list[tuple[School, Problem]]:
        found = [(row.school, problem) for row in self.rows for problem in row.problems]
        return sorted(found, key=lambda pair: WORST[pair[1].level])

    @cached_property
    def to_mend(self) -> list[tuple[School, Problem]]:
        """The problems besides holes: those stand in their own column."""
        return [pair for pair in self.problems if pair[1].code != "missing"]

    @cached_property
    def counts(self) -> Counter[str]:
        """How many of each: «error», «warning», «hint», and «missing» apart from the warnings."""
        return Counter(
            "missing" if problem.code == "missing" else problem.level for _, problem in self.problems
        )

    @property
    def subjects(self) -> list[tuple[str, str]]:
        """What the letters on the board mean: «МА», «математика»."""
        return sorted({(exam.letters, exam.subject) for exam in self.exams})

    @property
    def sessions(self) -> int:
        return sum(len(cell) for row in self.rows for _, cell in row.cells)

    @property
    def month_name(self) -> str:
        return dict(self.months).get(self.month, "")


def works(exams: Iterable[Exam]) -> dict[int, checks.Work]:
    """The campaign's tests as the checks know them, by pk."""
    return {
        exam.pk: checks.Work(exam.pk, exam.grade, exam.subject, exam.group, exam.lessons, exam.year_lessons)
        for exam in exams
    }


def sitting(session: VprSession, work: checks.Work) -> checks.Sitting:
    return checks.Sitting(
        session.school_id,
        work,
        session.class_name,
        session.day,
        session.starts_at,
        session.ends_at,
        session.pk,
    )


@dataclass
class _Whole:
    """Everything of a campaign that the member may see: six queries, however many schools."""

    campaign: VprCampaign
    member: Membership

    @cached_property
    def exams(self) -> list[Exam]:
        return list(Exam.objects.visible_to(self.member).filter(campaign=self.campaign))

    @cached_property
    def sessions(self) -> list[VprSession]:
        return list(VprSession.objects.visible_to(self.member).filter(exam__campaign=self.campaign))

    @cached_property
    def schools(self) -> list[School]:
        """Open schools, and closed ones that have days."""
        found = School.objects.visible_to(self.member)
        return sorted((s for s in found if s.closed_on is None or s.pk in self.busy), key=directory.by_name)

    @cached_property
    def busy(self) -> set[int]:
        return {session.school_id for session in self.sessions}

    @cached_property
    def absent(self) -> dict[int, set[int]]:
        grades: dict[int, set[int]] = defaultdict(set)
        rows = AbsentGrade.objects.visible_to(self.member).filter(campaign=self.campaign)
        for school, grade in rows.values_list("school", "grade"):
            grades[school].add(grade)
        return grades

    @cached_property
    def rules(self) -> checks.Rules:
        return schedule.rules(self.campaign)

    @cached_property
    def problems(self) -> dict[int, list[Problem]]:
        works_by_pk = works(self.exams)
        sittings = [sitting(session, works_by_pk[session.exam_id]) for session in self.sessions]
        ordered = [school.pk for school in self.schools]
        found: dict[int, list[Problem]] = defaultdict(list)
        for problem in checks.check(sittings, works_by_pk.values(), self.rules, ordered, self.absent):
            found[problem.school].append(problem)
        return found


def board(campaign: VprCampaign, member: Membership, wanted: Filter, today: datetime.date) -> Board:
    """The campaign's board for the member, narrowed to what is wanted."""
    whole = _Whole(campaign, member)
    months = _months(campaign, whole.sessions)
    month = wanted.month if wanted.month in months else _nearest(months, today)
    exams = {exam.pk: exam for exam in whole.exams if _is_wanted(exam, wanted)}
    chips = _chips(whole, exams, month)
    days = _days(whole, month, {day for _, day in chips})
    words = fold(wanted.q).split()
    rows = [
        _row(whole, school, days, chips, wanted)
        for school in whole.schools
        if all(word in fold(school.name) for word in words)
    ]
    shown = [row for row in rows if _is_shown(row, wanted.show)]
    named = [(name, _month_name(name)) for name in months]
    return Board(campaign, whole.exams, named, month, days, shown, len(whole.schools))


def _is_wanted(exam: Exam, wanted: Filter) -> bool:
    return wanted.grade in {None, exam.grade} and wanted.subject in {"", exam.subject}


def _is_shown(row: Row, show: str) -> bool:
    if show == "holes":
        return bool(row.holes)
    return show != "problems" or any(problem.code != "missing" for problem in row.problems)


def _months(campaign: VprCampaign, sessions: Sequence[VprSession]) -> list[str]:
    """«2026-04» of the window, and of days that fell out of it."""
    found = {f"{session.day:%Y-%m}" for session in sessions}
    day = campaign.first_day.replace(day=1)
    while day <= campaign.last_day:
        found.add(f"{day:%Y-%m}")
        day = (day + datetime.timedelta(days=32)).replace(day=1)
    return sorted(found)


def _nearest(months: Sequence[str], today: datetime.date) -> str:
    now = f"{today:%Y-%m}"
    return next((month for month in months if month >= now), months[-1] if now > months[-1] else months[0])


def _month_name(month: str) -> str:
    return date_format(datetime.date.fromisoformat(f"{month}-01"), "F Y").lower()


def _chips(whole: _Whole, exams: dict[int, Exam], month: str) -> dict[tuple[int, datetime.date], list[Chip]]:
    by_session: dict[int, list[Problem]] = defaultdict(list)
    for problems in whole.problems.values():
        for problem in problems:
            for ref in problem.refs:
                by_session[ref].append(problem)
    chips: dict[tuple[int, datetime.date], list[Chip]] = defaultdict(list)
    for session in whole.sessions:
        if session.exam_id in exams and f"{session.day:%Y-%m}" == month:
            chip = Chip(session, exams[session.exam_id], by_session[session.pk])
            chips[session.school_id, session.day].append(chip)
    for cell in chips.values():
        cell.sort(key=lambda chip: (chip.exam.grade, chip.session.class_name, chip.exam.subject))
    return chips


def _days(whole: _Whole, month: str, busy: set[datetime.date]) -> list[Day]:
    """The month's days inside the window, and those outside it that hold a test all the same."""
    year, number = map(int, month.split("-"))
    days = (datetime.date(year, number, day) for day in range(1, calendar.monthrange(year, number)[1] + 1))
    window = whole.campaign.first_day, whole.campaign.last_day
    return [
        Day(day, why[1] if (why := whole.rules.why_not(day)) else "", weekday_name(day))
        for day in days
        if window[0] <= day <= window[1] or day in busy
    ]


def _row(
    whole: _Whole,
    school: School,
    days: Sequence[Day],
    chips: dict[tuple[int, datetime.date], list[Chip]],
    wanted: Filter,
) -> Row:
    subjects = {(exam.grade, exam.subject) for exam in whole.exams if _is_wanted(exam, wanted)}
    problems = [
        problem
        for problem in whole.problems[school.pk]
        if wanted.grade in {None, problem.grade}
        and (not wanted.subject or not problem.works or _touches(problem, subjects))
    ]
    if school.closed_on:
        problems = [problem for problem in problems if problem.code != "missing"]
    may = schedule.may_plan(whole.campaign, school.pk, whole.member)
    cells = [(day, chips.get((school.pk, day.day), [])) for day in days]
    return Row(school, cells, _holes(whole, problems), problems, may, school.pk not in whole.busy)


def _holes(whole: _Whole, problems: Iterable[Problem]) -> list[Hole]:
    letters = {exam.pk: exam.letters for exam in whole.exams}
    missing = (problem for problem in problems if problem.code == "missing")
    return [Hole(problem, problem.works[0].group or letters[problem.works[0].key]) for problem in missing]


def _touches(problem: Problem, subjects: set[tuple[int, str]]) -> bool:
    return any((work.grade, work.subject) in subjects for work in problem.works)


@dataclass(frozen=True)
class Own:
    """A school's schedule as its deputy sees it: the days in order, what is missed, what to look at."""

    school: School
    chips: list[Chip]
    holes: list[Hole]
    problems: list[Problem]
    absent: list[int]
    grades: list[int]

    @property
    def left(self) -> int:
        return sum(chip.session.held_on is None for chip in self.chips)


def own(campaign: VprCampaign, member: Membership) -> Own | None:
    """The schedule of the member's own school; None for whoever has no school here."""
    whole = _Whole(campaign, member)
    if not whole.schools:
        return None
    school = whole.schools[0]
    exams = {exam.pk: exam for exam in whole.exams}
    months = {f"{session.day:%Y-%m}" for session in whole.sessions}
    chips = [chip for month in months for cell in _chips(whole, exams, month).values() for chip in cell]
    problems, absent = whole.problems[school.pk], sorted(whole.absent[school.pk])
    return Own(
        school,
        sorted(chips, key=lambda chip: (chip.session.day, chip.exam.grade, chip.words)),
        _holes(whole, problems),
        [problem for problem in problems if problem.code != "missing"],
        absent,
        sorted({exam.grade for exam in whole.exams} - set(absent)),
    )


def neighbour(campaign: VprCampaign, day: datetime.date, step: int) -> datetime.date | None:
    """The nearest day before (-1) or after (1) on which a test may be; None at the window's end."""
    rules, one = schedule.rules(campaign), datetime.timedelta(days=step)
    day += one
    while campaign.first_day <= day <= campaign.last_day:
        if rules.why_not(day) is None:
            return day
        day += one
    return None


# --- as a file ---------------------------------------------------------------------------------------------------


def workbook(shown: Board) -> bytes:
    """The board as it is shown: a school a row, a day a column; comes back in by the import."""
    columns = [excel.Column("Школа", 36), *(excel.Column(f"{day.day:%d.%m.%Y}", 13) for day in shown.days)]
    rows = (
        [
            row.school.name,
            *(
                "\n".join(f"{chip.who} {chip.exam.subject}{_level(chip.exam)}" for chip in cell)
                for _, cell in row.cells
            ),
            "\n".join(hole.label for hole in row.holes),
        ]
        for row in shown.rows
    )
    return excel.write(shown.month_name, [*columns, excel.Column("Не назначено", 40)], rows)


def _level(exam: Exam) -> str:
    return f" ({exam.get_level_display()})" if exam.level else ""


def list_workbook(campaign: VprCampaign, member: Membership) -> bytes:
    """Every day of the campaign that the member may see, one a row; comes back in by the import."""
    headings = {
        "Школа": 36, "Логин ФИС ОКО": 14, "Класс": 9, "Предмет": 24, "Уровень": 14, "Форма": 16, "Дата": 12,
        "Начало": 9, "Конец": 9, "Проведена": 12, "Загружена в ФИС ОКО": 14, "Примечание": 30,
    }  # fmt: skip
    sessions = VprSession.objects.visible_to(member).filter(exam__campaign=campaign)
    rows = sessions.select_related("exam", "school").order_by("school__name", "school", "day", "pk")
    return excel.write(
        "График ВПР",
        [excel.Column(heading, width) for heading, width in headings.items()],
        (
            [
                s.school.name, s.school.login or s.school.code, s.class_name or str(s.exam.grade), s.exam.subject,
                s.exam.get_level_display(), s.exam.get_form_display(), s.day, _hours(s.starts_at), _hours(s.ends_at),
                s.held_on or "", s.uploaded_on or "", s.note,
            ]
            for s in rows
        ),
    )  # fmt: skip


def _hours(at: datetime.time | None) -> str:
    return f"{at:%H:%M}" if at else ""
