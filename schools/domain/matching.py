"""Which school of the department a row of a list is, and what the row would change.

Only the department's own schools are looked at: a login of another department's school is an unknown login here, and
the list learns nothing of that school.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from accounts.models import Department
from schools.listing import FIELDS, Fault, Row, fold
from schools.models import School, SchoolChange

NULLABLE = {"pupils", "accredited_on"}
BY_NUMBER = ("login", "code", "inn")


def from_json(values: dict[str, Any]) -> dict[str, Any]:
    """Values of fields as models hold them: the day of accreditation a date again."""
    return {field: as_day(value) if field == "accredited_on" else value for field, value in values.items()}


def as_day(value: Any) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if isinstance(value, str) and value else value or None


def to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


class Index:
    """The department's schools by what a list may know them by: login in ФИС ОКО, then ИНН, then name.

    Rows are light (named tuples with ``pk``, ``closed_on`` and every listed field), for there may be 40,000.
    """

    def __init__(self, department: Department) -> None:
        schools = School.objects.filter(department=department).order_by("pk")
        rows = schools.values_list("pk", "closed_on", "former_names", *FIELDS, named=True)
        self.schools = list(rows.iterator())  # without it the cursor's own rows stand in memory beside these
        self.by_pk = {school.pk: school for school in self.schools}
        merged = SchoolChange.objects.filter(department=department, kind=SchoolChange.Kind.MERGED)
        self.heirs = dict(merged.order_by("day", "pk").values_list("school_id", "other__name"))
        self.numbers: dict[str, dict[str, Any]] = {"login": {}, "code": {}, "inn": {}}
        for field, index in self.numbers.items():
            index.update({getattr(school, field): school for school in self.schools})
            index.pop("", None)

    @cached_property
    def by_name(self) -> dict[str, list[Any]]:
        names: dict[str, list[Any]] = {}
        for school in self.schools:
            for name in {fold(school.name), fold(school.full_name)} - {""}:
                names.setdefault(name, []).append(school)
        return names

    @cached_property
    def by_old_name(self) -> dict[str, list[Any]]:
        """Names that schools bore before they were renamed, and those of schools joined to them."""
        names: dict[str, list[Any]] = {}
        for school in self.schools:
            for name in {fold(name) for name in school.former_names.splitlines()} - {""}:
                names.setdefault(name, []).append(school)
        return names

    def find(self, values: dict[str, Any]) -> tuple[list[Any], str]:
        """The schools these values may mean (none, one, or several when the marks disagree), and the telling field.

        In ФИС ОКО a school's login is its code: each is looked for among both. A name tells only where no number does.
        """
        found: dict[int, Any] = {}
        telling = ""
        for field in BY_NUMBER:
            school = self._by_number(field, values.get(field, ""))
            if school is not None and school.pk not in found:
                found[school.pk] = school
                telling = field
        if found:
            return list(found.values()), telling
        name = fold(values.get("name", ""))
        for names in (self.by_name, self.by_old_name):
            namesakes = [school for school in names.get(name, []) if not _contradict(school, values)]
            if namesakes:
                return namesakes, "name"
        return [], "name"

    def _by_number(self, field: str, value: str) -> Any:
        if not value:
            return None
        places = ("inn",) if field == "inn" else (field, "code" if field == "login" else "login")
        return next((self.numbers[place][value] for place in places if value in self.numbers[place]), None)


def _contradict(school: Any, values: dict[str, Any]) -> bool:
    """A namesake with another code or ИНН is another school."""
    pairs = [(getattr(school, field), values.get(field)) for field in ("code", "inn")]
    return any(known and told and known != told for known, told in pairs)


class Planner:
    """What each row of a list would do to the department's schools."""

    def __init__(self, index: Index, letters: dict[str, dict[str, str]]) -> None:
        self.index, self.letters = index, letters
        self.taken: dict[int, int] = {}  # school → row

    def plan(self, row: Row) -> tuple[str, dict[str, Any]]:
        """The heap (new, changed, same, faulty) and the row as it is kept; faults that show only here are added."""
        found, field = self.index.find(row.values) if not row.faults else ([], "")
        if found and (why := self._why_not(found)):
            row.faults.append(self._fault(row, field, *why))
        if row.faults:
            return "faulty", _planned(row, None, {})
        school = found[0] if found else None
        if school is None:
            return "new", _planned(row, None, {})
        self.taken[school.pk] = row.row
        changes = _changes(school, row.values)
        return "changed" if changes else "same", _planned(row, school, changes)

    def _why_not(self, found: list[Any]) -> tuple[str, str] | None:
        """Why the row cannot be taken for the school found: message and remedy."""
        first = found[0]
        if len(found) > 1:
            names = "» и «".join(school.name for school in found[:2])
            return (
                f"По логину, коду, ИНН или названию подходят разные школы портала: «{names}».",
                "Проверьте логин, код и ИНН в строке и на страницах этих школ.",
            )
        if first.pk in self.taken:
            return (
                f"Та же школа портала, «{first.name}», уже узнана в строке {self.taken[first.pk]}.",
                "Оставьте одну из строк или исправьте код и ИНН.",
            )
        if first.closed_on and (heir := self.index.heirs.get(first.pk)):
            return (
                f"Школа «{first.name}» присоединена к школе «{heir}» с {first.closed_on:%d.%m.%Y}.",
                f"Уберите строку: сведения о школе «{heir}» загружаются её собственной строкой.",
            )
        if first.closed_on:
            return (
                f"Школа «{first.name}» в портале закрыта с {first.closed_on:%d.%m.%Y}.",
                "Уберите строку или откройте школу снова на её странице.",
            )
        return None

    def _fault(self, row: Row, field: str, message: str, remedy: str) -> Fault:
        letters = self.letters[row.sheet]
        field = next(name for name in (field, *BY_NUMBER, "name") if name in row.values and name in letters)
        return Fault(
            row.sheet, f"{letters[field]}{row.row}", str(row.values[field]), message, remedy, row.row, field
        )


def _planned(row: Row, school: Any, changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "sheet": row.sheet,
        "row": row.row,
        "school": school.pk if school else None,
        "changes": changes,
        "values": row.values,
        "faults": [fault.to_json() for fault in row.faults],
    }


def _changes(school: Any, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Old → new, for fields the file fills and the portal holds otherwise."""
    changes = {}
    for field, told in values.items():
        known = to_json(getattr(school, field))
        if known != told and not _same(known, told):
            changes[field] = [known, told]
    return changes


def _same(known: Any, told: Any) -> bool:
    """A spelling that only lost its «ё» is no news: the portal keeps the fuller one."""
    if not (isinstance(known, str) and isinstance(told, str)):
        return False
    return _plain(known) == _plain(told) and told.lower().count("ё") <= known.lower().count("ё")


def _plain(text: str) -> str:
    return text.replace("ё", "е").replace("Ё", "Е")


def still_new(index: Index, values: dict[str, Any]) -> bool:
    """Whether no school has appeared meanwhile that the row would mean."""
    return not index.find(values)[0]


def still_as_seen(school: Any, changes: Iterable[tuple[str, Any]]) -> bool:
    """Whether the school is open and holds, field by field, what is expected of it (values as JSON)."""
    return (
        school is not None
        and school.closed_on is None
        and all(to_json(getattr(school, field)) == value for field, value in changes)
    )
