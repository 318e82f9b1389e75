"""What a file of results would do: whose each row is, which test it is of, what it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from accounts.models import Department
from schools.listing.rows import Fault, Skipped
from schools.listing.text import fold
from schools.models import Exam, School, VprCampaign, VprResult
from schools.results import Scale

FIELDS = ("participants", "marks", "journal", "histogram", "tasks")
KEYS = ("sheet", "row", "cell", "form", "scope", "year", "grade", "subject", "level", "login", "name", "municipality",
        "participants", "values")  # fmt: skip
WHOLE, NEWS = VprResult.Scope.SCHOOL, {"new", "changed"}
ExamKey = tuple[int, str, str]  # grade, subject, level


def scales(campaign: VprCampaign | None) -> dict[ExamKey, Scale]:
    """What is known of each test of the campaign."""
    exams = Exam.objects.filter(campaign=campaign) if campaign else Exam.objects.none()
    return {
        key: Scale(
            exam.thresholds, {str(task["number"]): task["max"] for task in exam.tasks if task.get("max")}
        )
        for key, exam in by_key(exams).items()
    }


def by_key(exams: Iterable[Exam]) -> dict[ExamKey, Exam]:
    """The tests by what files tell of them; they do not tell the form, so the paper one stands for both."""
    found: dict[ExamKey, Exam] = {}
    for exam in exams:
        key = (exam.grade, exam.subject, exam.level)
        if key not in found or exam.form == Exam.Form.PAPER:
            found[key] = exam
    return found


def campaign_of(department: Department, year: int | None) -> VprCampaign | None:
    """The campaign of the file's year when just one fits, or the only campaign when the file tells no year."""
    campaigns = VprCampaign.objects.filter(department=department)
    fitting = [one for one in campaigns if year in {None, one.first_day.year}]
    return fitting[0] if len(fitting) == 1 else None


class Plan:
    """Rows as read against what the portal knows of one campaign. Made anew whenever asked for: it writes nothing.

    ``rows``: the rows as read with ``action`` (new, changed, same, faulty, no_exam), ``exam``, ``school`` and
    ``changes`` (field → [old, new]); ``faults``; ``skipped``; ``missing``: tests the campaign lacks.
    """

    def __init__(
        self,
        department: Department,
        campaign: VprCampaign,
        read: list[dict[str, Any]],
        tables: list[dict[str, Any]],
    ) -> None:
        self.department, self.campaign, self.read = department, campaign, read
        self.rows: list[dict[str, Any]] = []
        self.faults: list[Fault] = []
        self.skipped: list[Skipped] = []
        self.missing: dict[ExamKey, dict[str, Any]] = {}
        self._schools = by_login(School.objects.filter(department=department))
        self._exams = by_key(Exam.objects.filter(campaign=campaign))
        known = VprResult.objects.filter(exam__campaign=campaign)
        self._known = {(one.exam_id, one.scope, one.school_id): one for one in known}
        self._own = self._own_places()
        self._several = self._several_places()
        self._check_years(tables)
        for row in read:
            self._take(row)

    def to_json(self) -> dict[str, Any]:
        counted = Counter(row["action"] for row in self.rows)
        return {
            "counts": {action: counted[action] for action in ("new", "changed", "same", "faulty", "no_exam")},
            "rows": self.rows,
            "faults": [asdict(fault) for fault in self.faults],
            "skipped": [asdict(skipped) for skipped in self.skipped],
            "missing": list(self.missing.values()),
        }

    # --- whose rows these are --------------------------------------------------------------------------------------

    def _own_places(self) -> set[str]:
        """How the file calls our municipality: by its schools, and as the department calls itself."""
        own = {fold(row["municipality"]) for row in self.read if row["login"] in self._schools}
        return (own | {fold(self.department.municipality)}) - {""}

    def _several_places(self) -> set[tuple[str, ExamKey]]:
        """Scopes of which the file holds more than one group for a test: only ours is taken then."""
        names: dict[tuple[str, ExamKey], set[str]] = {}
        for row in self.read:
            if row["scope"] != WHOLE:
                names.setdefault((row["scope"], _key(row)), set()).add(fold(row["name"]))
        return {scope for scope, different in names.items() if len(different) > 1}

    def _why_not_ours(self, row: dict[str, Any]) -> str:
        """Why the row is another municipality's, or «»."""
        if row["scope"] == WHOLE:
            place = fold(row["municipality"])
            foreign = row["login"] not in self._schools and place and self._own and place not in self._own
            return "другой муниципалитет" if foreign else ""
        if (row["scope"], _key(row)) not in self._several:
            return ""
        ours = {fold(self.department.region)} if row["scope"] == VprResult.Scope.REGION else self._own
        return "" if fold(row["name"]) in ours else "другой муниципалитет или регион"

    # --- one row ---------------------------------------------------------------------------------------------------

    def _take(self, row: dict[str, Any]) -> None:
        year = row["year"]
        why = f"{year} год, а кампания {self.campaign.first_day.year} года" if self._wrong(year) else ""
        if reason := why or self._why_not_ours(row):
            text = " · ".join(filter(None, [row["login"], row["name"], row["subject"]]))
            self.skipped.append(Skipped(row["sheet"], row["row"], text, reason))
            return
        school = self._schools.get(row["login"]) if row["scope"] == WHOLE else None
        exam = self._exams.get(_key(row))
        sound = self._check_school(row, school) and (exam is None or self._check_exam(row, exam))
        if exam is None:
            self._miss(row)
        changes = self._changes(row, school, exam) if sound and exam else {}
        action = "faulty" if not sound else "no_exam" if exam is None else _action(changes)
        planned = {key: row[key] for key in KEYS} | {"action": action, "changes": changes}
        self.rows.append(
            planned | {"exam": exam.pk if exam else None, "school": school.pk if school else None}
        )

    def _wrong(self, year: int | None) -> bool:
        return year is not None and year != self.campaign.first_day.year

    def _check_school(self, row: dict[str, Any], school: School | None) -> bool:
        if row["scope"] != WHOLE:
            return True
        if school is None:
            self._fault(
                row,
                f"Школы с логином {row['login']} в вашем отделе нет.",
                "Проверьте логин или впишите его на странице школы.",
            )
        elif school.closed_on and school.closed_on <= self.campaign.first_day:
            self._fault(
                row,
                f"Школа «{school.name}» закрыта с {school.closed_on:%d.%m.%Y}.",
                "Проверьте логин или откройте школу снова на её странице.",
            )
            return False
        return school is not None

    def _check_exam(self, row: dict[str, Any], exam: Exam) -> bool:
        """Whether the form is of this very test: its first scores and tasks are the test's."""
        histogram, tasks = row["values"].get("histogram", []), row["values"].get("tasks", {})
        highest = max((score for score, count in enumerate(histogram) if count), default=0)
        known = {str(task["number"]) for task in exam.tasks}
        strange = [task for task in tasks if task not in known]
        if exam.max_score is not None and highest > exam.max_score:
            self._fault(
                row,
                f"Есть балл {highest}, а в работе «{exam}» наибольший балл {exam.max_score}.",
                "Проверьте год формы и наибольший балл на странице кампании.",
            )
        elif known and strange:
            self._fault(
                row,
                f"В работе «{exam}» нет заданий: {', '.join(strange)}.",
                "Это форма другой работы или другого года. Проверьте файл и задания на странице кампании.",
            )
        else:
            return True
        return False

    def _changes(self, row: dict[str, Any], school: School | None, exam: Exam) -> dict[str, list[Any]]:
        """Field → [what the portal holds, what the file says], where they differ."""
        known = self._known.get((exam.pk, row["scope"], school.pk if school else None))
        told = {"participants": row["participants"], **row["values"]}
        if exam.max_score is not None and "histogram" in told:
            told["histogram"] = [*told["histogram"], *[0] * (exam.max_score + 1 - len(told["histogram"]))]
        held = {field: getattr(known, field) if known else None for field in told}
        return {field: [held[field], told[field]] for field in told if held[field] != told[field]}

    def _miss(self, row: dict[str, Any]) -> None:
        grade, subject, level = key = _key(row)
        lacking = {"grade": grade, "subject": subject, "level": level, "rows": 0, "max_score": None}
        found = self.missing.setdefault(key, lacking)
        found["rows"] += 1
        if row["form"] == "scores":
            found["max_score"] = len(row["values"]["histogram"]) - 1

    def _fault(self, row: dict[str, Any], message: str, remedy: str) -> None:
        value = row["login"] or row["name"]
        self.faults.append(Fault(row["sheet"], row["cell"], value, message, remedy, row["row"], "login"))

    # --- the file as a whole ---------------------------------------------------------------------------------------

    def _check_years(self, tables: list[dict[str, Any]]) -> None:
        """A form of other years, or a file without a single row of the campaign's year, is named."""
        year = self.campaign.first_day.year
        for table in tables:
            if table["years"] and not table["years"][0] <= year <= table["years"][1]:
                self._fault_of_table(table, f"Форма сбора {_span(table['years'])}, а кампания {year} года.")
        told = {row["year"] for row in self.read}
        if tables and told and all(self._wrong(one) for one in told):
            years = ", ".join(str(one) for one in sorted(told))
            self._fault_of_table(tables[0], f"В файле результаты {years} года, а кампания {year} года.")

    def _fault_of_table(self, table: dict[str, Any], message: str) -> None:
        remedy = f"Выберите другую кампанию, сейчас это «{self.campaign}»."
        row = table["head_row"]
        self.faults.append(Fault(table["sheet"], f"A{row}", "", message, remedy, row, "year"))


def _span(years: list[int]) -> str:
    first, last = years
    return (
        f"{first} года"
        if first == last
        else f"{first} года и позже"
        if last > 2090
        else f"{first}–{last} годов"
    )


def _key(row: dict[str, Any]) -> ExamKey:
    return row["grade"], row["subject"], row["level"]


def _action(changes: dict[str, list[Any]]) -> str:
    """New: the portal held nothing of what the file tells; changed: something else."""
    if not changes:
        return "same"
    return "changed" if any(old for old, _ in changes.values()) else "new"


def by_login(schools: Iterable[School]) -> dict[str, School]:
    """Login → school; the login wins over another school's code."""
    found: dict[str, School] = {}
    schools = list(schools)
    for field in ("code", "login"):
        found |= {login: school for school in schools if (login := getattr(school, field).lower())}
    return found
