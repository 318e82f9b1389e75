"""Whose result a row is: a school's, the municipality's, the region's, the country's."""

from __future__ import annotations

import re

from schools.listing.text import fold

COUNTRY, REGION, DEPARTMENT, SCHOOL = "country", "region", "department", "school"
_COUNTRY = re.compile(r"^(вся выборка|российск\w+ федераци\w+|рф|россия|вся россия|страна)$")
_REGION = re.compile(
    r"\b(область|обл|край|республика|респ|автономн\w+ округ|ао|регион|субъект)\b"
    r"|^г(ород)? (москва|санкт петербург|севастополь)\b"
)
_DEPARTMENT = re.compile(
    r"\b(район|округ|муниципал\w+|мо|го|городск\w+ округ|поселени\w+|моуо?)\b|^г(ород)?\b|^зато\b"
)
_SCHOOL = re.compile(
    r"\b(м[аб]?оу|гбоу|гоу|чоу|оу|оо|сош|оош|нош|сш|ош)\b|(школ[аы]|лице[йя]|гимнази[яи]|интернат|корпус)\b|№ ?\d"
)


def scope_of(name: str, login: str, seen: set[str]) -> str:
    """The scope of a row by its login and name; ``seen``: scopes met above. «»: cannot be told.

    Reports go from the whole sample down to the region, the municipality and the schools: a name that tells nothing by
    itself is the next one down.
    """
    if login:
        return SCHOOL
    folded = fold(name)
    if _COUNTRY.match(folded):
        return COUNTRY
    if _SCHOOL.search(folded) or "№" in name:
        return SCHOOL
    if _REGION.search(folded) and "район" not in folded:
        return REGION
    if _DEPARTMENT.search(folded):
        return DEPARTMENT
    if COUNTRY in seen and REGION not in seen:
        return REGION
    return DEPARTMENT if REGION in seen and DEPARTMENT not in seen else ""
