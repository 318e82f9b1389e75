"""A list of schools as `portal.lib.excel` finds it: which heading is which field, and what is enough to read it."""

from __future__ import annotations

from collections.abc import Collection

from portal.lib.excel import Shape
from schools.listing.columns import recognise
from schools.listing.rows import FIELDS


def lacking(found: Collection[str]) -> str:
    """A list of schools must name them."""
    return "" if {"name", "full_name"} & set(found) else "Укажите столбец с названием школы."


def completed(columns: dict[str, int]) -> dict[str, int]:
    """One column may serve two fields: the only name is the short one, and in ФИС ОКО a school's login is its code."""
    derived = {"name": columns.get("full_name"), "code": columns.get("login")}
    return {name: column for name, column in derived.items() if column is not None} | columns


SHAPE = Shape("schools", FIELDS, recognise, lacking)
