"""Results of a campaign as tables: schools by name under what they are compared with. Reads only; no ranking."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import Department, Membership
from portal.lib import excel
from portal.lib.names import folded
from schools.models import Exam, School, VprCampaign, VprResult
from schools.results import MARKS, MOVES, figures
from schools.results.figures import Figures

Scope = VprResult.Scope
GROUPS = (Scope.COUNTRY, Scope.REGION, Scope.DEPARTMENT)
MOVE_NAMES = {"lowered": "понизили", "confirmed": "подтвердили", "raised": "повысили"}


@dataclass(frozen=True)
class Line:
    """A row of the table: a school or a group. ``computed``: added up from the schools, the file gave no such row."""

    name: str
    figures: Figures
    school: School | None = None
    scope: str = Scope.SCHOOL
    computed: bool = False
    basis: Figures | None = None

    @property
    def marks(self) -> list[tuple[int | None, float | None]]:
        """Pupils and share of «2», «3», «4», «5»."""
        return [(self.figures.marks.get(mark), self.figures.share(mark)) for mark in MARKS]

    @property
    def moves(self) -> list[tuple[int | None, float | None]]:
        """Pupils and share of those lowered, confirmed, raised against the journal."""
        return [(self.figures.journal.get(move), self.figures.moved(move)) for move in MOVES]

    @property
    def success_gap(self) -> float | None:
        """By how much успеваемость differs from the basis, of one."""
        return _gap(self.figures.success, self.basis.success if self.basis else None)

    @property
    def quality_gap(self) -> float | None:
        return _gap(self.figures.quality, self.basis.quality if self.basis else None)


@dataclass(frozen=True)
class Block:
    """One test with its groups, then its schools by name."""

    exam: Exam
    groups: list[Line]
    schools: list[Line]

    @property
    def lines(self) -> list[Line]:
        return [*self.groups, *self.schools]

    @property
    def title(self) -> str:
        """«Математика, 4 класс»."""
        name = str(self.exam)
        return name[:1].upper() + name[1:]

    @property
    def anchor(self) -> str:
        return f"exam-{self.exam.pk}"

    def group(self, scope: str) -> Line | None:
        return next((line for line in self.groups if line.scope == scope), None)


def _gap(own: float | None, other: float | None) -> float | None:
    return None if own is None or other is None else own - other


def blocks(
    membership: Membership,
    campaign: VprCampaign,
    *,
    q: str = "",
    grade: int | None = None,
    subject: str = "",
    basis: str = Scope.DEPARTMENT,
) -> list[Block]:
    """The tests of a campaign that have results, narrowed by grade, subject and a school's name.

    Groups are whole whatever schools are shown. ``basis``: with which group each school is compared. Four queries at
    most, however many rows.
    """
    found = VprResult.objects.visible_to(membership).filter(exam__campaign=campaign)
    if grade:
        found = found.filter(exam__grade=grade)
    if subject:
        found = found.filter(exam__subject=subject)
    made = _blocks(found, membership.department, q, basis)
    return [block for block in made if block.schools or not q]


def of_campaign(campaign: VprCampaign) -> list[Block]:
    """Every test of the campaign that has results, for papers that the worker makes."""
    found = VprResult.objects.filter(exam__campaign=campaign)
    return _blocks(found, campaign.department, "", Scope.DEPARTMENT)


def _blocks(found: QuerySet[VprResult], department: Department, q: str, basis: str) -> list[Block]:
    by_exam: dict[int, list[VprResult]] = {}
    exams: dict[int, Exam] = {}
    for result in found.select_related("exam", "school"):
        by_exam.setdefault(result.exam_id, []).append(result)
        exams[result.exam_id] = result.exam
    names = _group_names(department)
    ordered = sorted(exams.values(), key=lambda exam: (exam.grade, exam.subject, exam.level, exam.form))
    return [_block(exam, by_exam[exam.pk], names, q, basis) for exam in ordered]


def _group_names(department: Department) -> dict[str, str]:
    return {
        Scope.COUNTRY: "Российская Федерация",
        Scope.REGION: department.region or "Регион",
        Scope.DEPARTMENT: department.municipality or "Муниципалитет",
    }


def _block(exam: Exam, rows: list[VprResult], names: dict[str, str], q: str, basis: str) -> Block:
    schools = [row for row in rows if row.scope == Scope.SCHOOL]
    groups = []
    for scope in GROUPS:
        own = next((row for row in rows if row.scope == scope), None)
        known, computed = figures.completed(own, schools if scope == Scope.DEPARTMENT else ())
        if known.participants:
            groups.append(Line(names[scope], known, scope=scope, computed=computed))
    compared = next((line.figures for line in groups if line.scope == basis), None)
    lines = [
        Line(row.school.name, figures.of(row), school=row.school, basis=compared)
        for row in schools
        if row.school is not None
        and folded(q) in folded(f"{row.school.name} {row.school.login} {row.school.code}")
    ]
    return Block(exam, groups, sorted(lines, key=lambda line: (_natural(line.name), line.name)))


def _natural(name: str) -> list[Any]:
    """«СОШ № 2» before «СОШ № 11»."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, folded(part))
        for part in re.split(r"(\d+)", name)
        if part
    ]


# --- as a workbook -----------------------------------------------------------------------------------------------

COLUMNS = [
    excel.Column("Работа", 32),
    excel.Column("Школа или группа", 44),
    excel.Column("Участников", 12),
    *(excel.Column(f"«{mark}», {unit}", 9) for mark in MARKS for unit in ("чел.", "%")),
    excel.Column("Успеваемость, %", 14),
    excel.Column("Успеваемость: разница, п. п.", 14),
    excel.Column("Качество, %", 12),
    excel.Column("Качество: разница, п. п.", 14),
    *(
        excel.Column(f"{MOVE_NAMES[move].capitalize()}, {unit}", 14)
        for move in MOVES
        for unit in ("чел.", "%")
    ),
]


def workbook(shown: Iterable[Block]) -> bytes:
    """Exactly the rows that the page shows; percentages are numbers with one decimal."""
    return excel.write("Результаты ВПР", COLUMNS, _rows(shown))


def _rows(shown: Iterable[Block]) -> Iterator[list[Any]]:
    for block in shown:
        for line in block.lines:
            known = line.figures
            pairs = [value for count, share in line.marks for value in (count, points(share))]
            moves = [value for count, share in line.moves for value in (count, points(share))]
            name = f"{line.name} (посчитано по школам)" if line.computed else line.name
            rates = [
                points(one) for one in (known.success, line.success_gap, known.quality, line.quality_gap)
            ]
            yield [str(block.exam), name, known.participants, *pairs, *rates, *moves]


def points(share: float | None) -> float | None:
    """A share of one as per cent with one decimal."""
    return None if share is None else round(share * 100, 1)
