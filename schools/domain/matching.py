"""Which school of the department a row of a list is: by code, then ИНН, then name; and what it would change."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from schools.listing import FIELDS, Fault, Listing, Row, fold
from schools.models import School

NULLABLE = {"pupils", "accredited_on"}


def from_json(values: dict[str, Any]) -> dict[str, Any]:
    """Values of fields as models hold them: the day of accreditation a date again."""
    return {field: _day(value) if field == "accredited_on" else value for field, value in values.items()}


def pairs_from_json(changes: dict[str, list[Any]]) -> list[tuple[str, tuple[Any, Any]]]:
    """``{field: [old, new]}`` as models hold it."""
    return [
        (field, (_day(old), _day(new)) if field == "accredited_on" else (old, new))
        for field, (old, new) in changes.items()
    ]


def _day(value: Any) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if isinstance(value, str) and value else value or None


def to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


class Index:
    """The department's schools by what a list may know them by."""

    def __init__(self, schools: Iterable[School]) -> None:
        self.by_code: dict[str, School] = {}
        self.by_inn: dict[str, School] = {}
        self.by_name: dict[str, list[School]] = {}
        for school in schools:
            for code in filter(
                None, (school.login, school.code)
            ):  # the code wins over another school's login
                self.by_code[code] = school
            if school.inn:
                self.by_inn[school.inn] = school
            for name in {fold(school.name), fold(school.full_name)} - {""}:
                self.by_name.setdefault(name, []).append(school)

    def find(self, row: Row) -> tuple[list[School], str]:
        """The schools that the row may be (none, one, or several when its marks disagree), and the telling field."""
        by_code = self.by_code.get(row.values.get("code", "")) or self.by_code.get(
            row.values.get("login", "")
        )
        by_inn = self.by_inn.get(row.values.get("inn", ""))
        if by_code or by_inn:
            found = [school for school in (by_code, by_inn) if school]
            return list({school.pk: school for school in found}.values()), "inn" if by_inn else "code"
        namesakes = self.by_name.get(fold(row.values.get("name", "")), [])
        return [school for school in namesakes if not _contradict(school, row)], "name"


def _contradict(school: School, row: Row) -> bool:
    """A namesake with another code or ИНН is another school."""
    pairs = [(getattr(school, field), row.values.get(field)) for field in ("code", "inn")]
    return any(known and told and known != told for known, told in pairs)


def plan(read: Listing, schools: Iterable[School]) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Every row with its action, and the faults that only show against what the portal knows."""
    index = Index(schools)
    letters = {table.sheet: table.letters for table in read.tables}
    taken: dict[int, Row] = {}
    rows, faults = [], []
    for row in read.rows:
        found, field = index.find(row) if not row.faulty else ([], "")
        if found and (why := _why_not(found, row, taken)):
            faults.append(_fault(row, letters[row.sheet], field, *why))
            rows.append(_planned(row, "faulty", None, {}))
            continue
        school = found[0] if found else None
        if school is not None:
            taken[school.pk] = row
        changes = _changes(school, row) if school else {}
        action = "faulty" if row.faulty else "new" if school is None else "changed" if changes else "same"
        rows.append(_planned(row, action, school, changes))
    return rows, faults


def _why_not(found: list[School], row: Row, taken: dict[int, Row]) -> tuple[str, str] | None:
    """Why the row cannot be taken for the school found: message and remedy."""
    first = found[0]
    if len(found) > 1:
        names = "» и «".join(school.name for school in found[:2])
        return (
            f"По коду, ИНН или названию подходят разные школы портала: «{names}».",
            "Проверьте код и ИНН в строке и на страницах этих школ.",
        )
    if first.pk in taken:
        return (
            f"Та же школа портала, «{first.name}», уже узнана в строке {taken[first.pk].row}.",
            "Оставьте одну из строк или исправьте код и ИНН.",
        )
    if first.closed_on:
        return (
            f"Школа «{first.name}» в портале закрыта с {first.closed_on:%d.%m.%Y}.",
            "Уберите строку или откройте школу снова на её странице.",
        )
    return None


def _fault(row: Row, letters: dict[str, str], field: str, message: str, remedy: str) -> Fault:
    field = field if field in row.values else "login"
    value = str(row.values[field])
    return Fault(row.sheet, f"{letters[field]}{row.row}", value, message, remedy, row.row, field)


def _planned(row: Row, action: str, school: School | None, changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "sheet": row.sheet,
        "row": row.row,
        "action": action,
        "school": school.pk if school else None,
        "changes": changes,
        "values": row.values,
    }


def _changes(school: School, row: Row) -> dict[str, list[Any]]:
    """Old → new, for fields the file fills and the portal holds otherwise."""
    known = {field: to_json(getattr(school, field)) for field in row.values}
    return {
        field: [known[field], row.values[field]]
        for field in FIELDS
        if field in row.values and not _same(known[field], row.values[field])
    }


def _same(known: Any, told: Any) -> bool:
    """A spelling that only lost its «ё» is no news: the portal keeps the fuller one."""
    if known == told or not (isinstance(known, str) and isinstance(told, str)):
        return known == told
    return _plain(known) == _plain(told) and told.lower().count("ё") <= known.lower().count("ё")


def _plain(text: str) -> str:
    return text.replace("ё", "е").replace("Ё", "Е")


def still_true(rows: list[dict[str, Any]], schools: dict[int, School]) -> bool:
    """Whether the department's schools are as the plan saw them: nothing appeared, nothing was edited."""
    index = Index(schools.values())
    for row in rows:
        if row["action"] == "new" and index.find(Row(row["sheet"], row["row"], row["values"]))[0]:
            return False
        if row["action"] == "changed":
            school = schools.get(row["school"])
            if school is None or school.closed_on or not _as_seen(school, row["changes"]):
                return False
    return True


def _as_seen(school: School, changes: dict[str, list[Any]]) -> bool:
    return all(to_json(getattr(school, field)) == old for field, (old, _) in changes.items())
