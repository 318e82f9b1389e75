"""The list of schools as one page, one export and one search see it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import Department, Membership
from portal.lib import excel
from schools.listing import FIELDS, fold
from schools.models import ObjectivityFlag, School
from schools.resources import SchoolResource

SEARCHED = ("name", "full_name", "code", "login", "inn", "director", "address", "former_names")
WIDTHS = {"name": 34, "full_name": 60, "address": 48, "director": 30, "phone": 22, "email": 28}


def shown(
    membership: Membership, *, q: str = "", kind: str = "", state: str = "", sort: str = ""
) -> list[School]:
    """The schools a filter leaves, each with ``flagged`` and ``people``, in order. One query.

    Words are sought in Python, for SQLite compares Cyrillic letter by letter; № 2 stands before № 10.
    """
    schools: Any = School.objects.visible_to(membership).annotate(
        people=Count("posts", filter=Q(posts__membership__ended_at=None), distinct=True),
        flagged=Exists(
            ObjectivityFlag.objects.visible_to(membership).standing().filter(school=OuterRef("pk"))
        ),
    )
    narrowed = {
        "": schools.open(),
        "flagged": schools.open().filter(flagged=True),
        "nobody": schools.open().filter(people=0),
        "closed": schools.exclude(closed_on=None),
    }.get(state, schools)
    if kind:
        narrowed = narrowed.filter(kind=kind)
    words = fold(q).split()
    found = (
        [school for school in narrowed if all(word in _searched(school) for word in words)]
        if words
        else narrowed
    )
    return sorted(found, key=ORDERS.get(sort, by_name))


def _searched(school: School) -> str:
    return _folded(" ".join(str(getattr(school, field)) for field in SEARCHED))


# Schools change once a year and are looked for all day; folding five thousand takes half a second.
_folded = lru_cache(maxsize=10_000)(fold)


def by_name(school: School) -> list[Any]:
    """The order of every list of schools: № 2 before № 10."""
    return _parts(school.name)


@lru_cache(maxsize=10_000)
def _parts(name: str) -> list[Any]:
    parts = re.split(r"(\d+)", fold(name))
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


ORDERS = {
    "code": lambda school: (not school.code, school.code, by_name(school)),
    "pupils": lambda school: (-(school.pupils or 0), by_name(school)),
    "kind": lambda school: (not school.kind, school.kind, by_name(school)),
}


def kinds(membership: Membership) -> list[str]:
    """Kinds of schools that occur, for the filter."""
    found = School.objects.visible_to(membership).exclude(kind="").order_by("kind")
    return list(found.values_list("kind", flat=True).distinct())


def workbook(schools: list[School], department: Department) -> bytes:
    """The schools in the shape in which a list comes in, so that it can come back corrected."""
    return excel.write("Школы", *_sheet(schools, department))


def text(schools: list[School], department: Department) -> bytes:
    """The same as .csv."""
    return excel.write_csv(*_sheet(schools, department))


def _sheet(schools: list[School], department: Department) -> tuple[list[excel.Column], Any]:
    dataset = SchoolResource(department=department).export(schools)
    fields = dict(zip(FIELDS.values(), FIELDS, strict=True))
    return [excel.Column(heading, WIDTHS.get(fields[heading], 18)) for heading in dataset.headers], dataset
