"""What the pages of results show: the map schools × tests, and one school in one test. Schools stand by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import Membership
from portal.lib import charts, excel
from portal.lib.names import folded
from schools import signs
from schools.domain import judging
from schools.domain.directory import by_name
from schools.models import ComputedSign, Exam, ObjectivityFlag, School, VprCampaign, VprResult

Chart = charts.Chart


@dataclass(frozen=True)
class Field:
    """One school in one test. ``found`` signs; ``enough``: something could be judged; ``known``: a result came in."""

    exam: int
    known: bool = False
    enough: bool = False
    found: int = 0

    @property
    def step(self) -> int:
        """How dark, 0…3."""
        return min(self.found, 3)


@dataclass
class Map:
    """Rows of fields, by the schools' names."""

    exams: list[Exam]
    rows: list[tuple[School, list[Field]]] = field(default_factory=list)

    @property
    def marked(self) -> int:
        return sum(one.found > 0 for _, fields in self.rows for one in fields)

    @property
    def known(self) -> int:
        return sum(one.known for _, fields in self.rows for one in fields)

    @property
    def thin(self) -> int:
        """Fields with a result too small to judge."""
        return sum(one.known and not one.enough for _, fields in self.rows for one in fields)


def campaigns(membership: Membership) -> list[VprCampaign]:
    """The department's campaigns, the newest first; each knows whether results came in (``has_results``)."""
    rows = VprResult.objects.filter(exam__campaign=OuterRef("pk"), scope=VprResult.Scope.SCHOOL)
    return list(VprCampaign.objects.visible_to(membership).annotate(has_results=Exists(rows)))


def chosen(found: Sequence[VprCampaign], asked: str) -> VprCampaign | None:
    """The campaign asked for, else the newest with results, else the newest."""
    named = [one for one in found if str(one.pk) == asked]
    full = [one for one in found if getattr(one, "has_results", False)]
    return next(iter([*named, *full, *found]), None)


def heat_map(membership: Membership, campaign: VprCampaign, *, q: str = "", marked: bool = False) -> Map:
    """The map of a campaign; ``q`` narrows by a school's name, ``marked`` to schools with signs. Four queries."""
    results = VprResult.objects.visible_to(membership).filter(exam__campaign=campaign, school__isnull=False)
    known = set(results.order_by().values_list("school", "exam"))
    counted = ComputedSign.objects.visible_to(membership).filter(exam__campaign=campaign).order_by()
    numbers = counted.values_list("school", "exam").annotate(
        enough=Count("pk", filter=Q(enough_data=True)), marked=Count("pk", filter=Q(found=True))
    )
    judged = {(school, exam): (enough > 0, found) for school, exam, enough, found in numbers}
    used = {exam for _, exam in known}
    made = Map(
        [exam for exam in Exam.objects.visible_to(membership).filter(campaign=campaign) if exam.pk in used]
    )
    schools = School.objects.visible_to(membership).filter(pk__in={school for school, _ in known})
    words = folded(q).split()
    for school in sorted(schools, key=by_name):
        fields = [
            Field(exam.pk, (school.pk, exam.pk) in known, *judged.get((school.pk, exam.pk), (False, 0)))
            for exam in made.exams
        ]
        named = all(word in folded(school.name) for word in words)
        if named and (not marked or any(one.found for one in fields)):
            made.rows.append((school, fields))
    return made


def found_signs(membership: Membership, campaign: VprCampaign) -> list[ComputedSign]:
    """Every sign that was found, by the school's name, then the test. One query."""
    rows = ComputedSign.objects.visible_to(membership).filter(exam__campaign=campaign, found=True)
    return sorted(
        rows.select_related("school", "exam"),
        key=lambda s: (by_name(s.school), s.exam.grade, s.exam.subject, s.pk),
    )


def workbook(found: list[ComputedSign]) -> bytes:
    """The signs found, as shown, with the words that go with them."""
    heads = {
        "Школа": 34, "Предмет": 22, "Класс": 8, "Признак": 34, "Балл": 8, "p": 10, "p с поправкой": 12,
        "Учеников": 10, "Словами": 80,
    }  # fmt: skip
    columns = [excel.Column(head, width) for head, width in heads.items()]
    rows = (
        [s.school.name, s.exam.subject, s.exam.grade, s.rule.title, s.at, s.p, s.adjusted, s.n, s.text]
        for s in found
    )
    return excel.write("Признаки", columns, rows)


@dataclass(frozen=True)
class Line:
    """A result of a school on its card; ``good``: per cent of «4» and «5», None when marks are unknown."""

    result: VprResult
    found: int

    @property
    def good(self) -> int | None:
        total = sum(self.result.marks.values())
        return (
            round(100 * (self.result.marks.get("4", 0) + self.result.marks.get("5", 0)) / total)
            if total
            else None
        )


def of_school(membership: Membership, school: School) -> list[Line]:
    """The school's results of the newest campaign that has any. Two queries."""
    signs_found = Count("exam__signs", filter=Q(exam__signs__school=school, exam__signs__found=True))
    rows = VprResult.objects.visible_to(membership).filter(school=school).select_related("exam__campaign")
    newest = rows.order_by("-exam__campaign__first_day").values("exam__campaign")[:1]
    last = rows.filter(exam__campaign=newest).annotate(signs_found=signs_found)
    ordered = last.order_by("exam__grade", "exam__subject", "pk")
    return [Line(row, row.signs_found) for row in ordered]


# --- one school in one test ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """A school's result with what is around it."""

    row: VprResult
    signs: list[ComputedSign]
    pictures: list[Chart]
    flags: list[ObjectivityFlag]
    participants: int


def page(membership: Membership, row: VprResult) -> Page:
    """``row`` is the result of a school, with ``exam__campaign`` and ``school`` at hand. Three queries."""
    found = ComputedSign.objects.visible_to(membership).filter(exam=row.exam, school=row.school)
    flags = ObjectivityFlag.objects.visible_to(membership).standing().filter(school=row.school)
    same = flags.filter(year=row.exam.campaign.year, grade=row.exam.grade, subject=row.exam.subject)
    computed = sorted(found, key=lambda sign: (not sign.found, not sign.enough_data, sign.pk))
    return Page(
        row=row,
        signs=computed,
        pictures=_pictures(row, judging.comparison(row.exam), computed),
        flags=list(same),
        participants=row.participants or sum(row.histogram) or sum(row.marks.values()),
    )


def _pictures(row: VprResult, compared: judging.Compared, computed: list[ComputedSign]) -> list[Chart]:
    """Only those for which something came in."""
    made: list[Chart] = []
    if any(row.histogram):
        spikes = [sign.at for sign in computed if sign.found and sign.at is not None]
        made.append(
            charts.histogram(
                row.histogram,
                title="Первичные баллы: столбцы — ученики, пунктир — плавная кривая",
                thresholds=row.exam.thresholds,
                suspects=[at for at in spikes if at < len(row.histogram)],
                expected=signs.fitted(row.histogram) or None,
            )
        )
    if any(row.marks.values()):
        groups = _groups(row, compared, "marks", "2345")
        made.append(charts.marks(groups, title="Отметки за ВПР: школа и те, с кем она сравнивается"))
    if any(row.journal.values()):
        groups = _groups(row, compared, "journal", ("lowered", "confirmed", "raised"))
        made.append(charts.journal(groups, title="Отметки за ВПР против журнала"))
    if row.tasks:
        peers = compared.task_means(row)
        made.append(
            charts.tasks(
                list(row.tasks),
                list(row.tasks.values()),
                [peers.get(number) for number in row.tasks],
                title="Выполнение заданий, доля наибольшего балла",
                whose="школа",
                others="другие школы муниципалитета" if compared.others("tasks") else "сравниваемые",
            )
        )
    return made


def _groups(
    row: VprResult, compared: judging.Compared, part: str, keys: Sequence[str]
) -> list[tuple[str, Any]]:
    """The school, its department (its row, or the sum of its schools), region and country, where they came in."""
    groups: list[tuple[str, Any]] = [("Школа", getattr(row, part))]
    own = compared.groups.get("department")
    everybody = [getattr(one, part) for one in compared.rows]
    total = {key: sum(one.get(key, 0) for one in everybody) for key in keys}
    groups.append(("Муниципалитет", getattr(own, part) if own and getattr(own, part) else total))
    for scope, name in (("region", "Регион"), ("country", "Россия")):
        other = compared.groups.get(scope)
        if other and getattr(other, part):
            groups.append((name, getattr(other, part)))
    return groups
