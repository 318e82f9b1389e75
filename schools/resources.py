"""How schools stand in a sheet: one definition for import and export.

django-import-export's own import takes 10–30 s for 40,000 rows (design/stack.md §4), so rows that `schools.listing` has
checked and `schools.domain.matching` has compared are written by this resource's lean path: its fields, two statements.
"""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Field as Column
from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Department
from schools.listing import FIELDS
from schools.models import School


class SchoolResource(ModelResource):
    """Bound to a department, not to a membership: the worker and the command line have none."""

    class Meta:
        model = School
        fields = tuple(FIELDS)
        import_order = export_order = tuple(FIELDS)

    def __init__(self, *, department: Department, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.department = department

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Field:
        """Under the heading of our sheets; days and numbers go out as such, not as text."""
        field = super().field_from_django_field(field_name, django_field, readonly)
        field.column_name = FIELDS[field_name]
        field.widget.coerce_to_string = False
        return field

    # --- the lean path

    @cached_property
    def _listed(self) -> list[str]:
        return [field.attribute for field in self.get_import_fields()]

    @cached_property
    def _columns(self) -> list[Column]:
        return [field for field in School._meta.concrete_fields if not field.primary_key]

    def inserted(self, values: dict[str, Any], now: datetime.datetime) -> tuple[Any, ...]:
        """A new school as `insert` takes it; ``now`` is its moment of creation."""
        given = {"department": self.department.pk, "created_at": now, "updated_at": now, **values}
        return tuple(_prepared(field, given.get(field.name, field.get_default())) for field in self._columns)

    def overwritten(self, known: Any, told: dict[str, Any], now: datetime.datetime) -> tuple[Any, ...]:
        """A known school with what was told of it, as `overwrite` takes it. What was not told stays."""
        values = ((name, told.get(name, getattr(known, name))) for name in self._listed)
        listed = (_prepared(School._meta.get_field(name), value) for name, value in values)
        return (*listed, _prepared(School._meta.get_field("updated_at"), now), known.pk)

    def insert(self, rows: list[tuple[Any, ...]]) -> None:
        """Write new schools; inside the caller's transaction."""
        columns = ", ".join(quoted(field.name) for field in self._columns)
        marks = ", ".join(["%s"] * len(self._columns))
        execute_many(f"INSERT INTO {TABLE} ({columns}) VALUES ({marks})", rows)  # noqa: S608 -- our own names

    def overwrite(self, rows: list[tuple[Any, ...]]) -> None:
        """Write every listed field of schools that exist already; inside the caller's transaction."""
        names = [*self._listed, "updated_at"]
        sets = ", ".join(f"{quoted(name)} = %s" for name in names)
        execute_many(f"UPDATE {TABLE} SET {sets} WHERE id = %s", rows)  # noqa: S608 -- our own names


def quoted(name: str) -> str:
    """The column of a school's field."""
    column: Any = School._meta.get_field(name)
    return connection.ops.quote_name(column.column)


TABLE = connection.ops.quote_name(School._meta.db_table)


def _prepared(field: Any, value: Any) -> Any:
    """Only days and moments are held otherwise by the databases."""
    return field.get_db_prep_save(value, connection) if isinstance(value, datetime.date) else value


def execute_many(sql: str, rows: list[tuple[Any, ...]]) -> None:
    """The statement for each row, in as few trips as the database's driver allows."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_batch

            execute_batch(cursor.cursor, sql, rows, page_size=500)
        else:
            cursor.executemany(sql, rows)
