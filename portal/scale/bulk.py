"""Rows by the hundred thousand: gathered in memory, written by COPY on PostgreSQL, by one INSERT a table elsewhere.

Every constraint, trigger and foreign key of the database holds: nothing is switched off.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Field, JSONField, Max, Model

NULL = r"\N"  # how COPY writes nothing; no text of the region holds it


class Bulk:
    """Takes rows of any model and knows their keys at once; `flush` writes them all in one transaction.

    Keys go on from the highest there is: nobody else writes to these tables meanwhile.
    """

    def __init__(self) -> None:
        self.tables: dict[type[Model], Table] = {}
        self.written: dict[str, int] = {}

    def add(self, model: type[Model], **values: Any) -> int:
        """One row by its fields' names, references as keys; return its own key. What is not named has its default."""
        return self.table(model).add(values)

    def keep(self, row: Model) -> None:
        """An unsaved instance, under the key it was given or a new one."""
        if row.pk is None:
            self.give_key(row)
        self.table(type(row)).add_instance(row)

    def give_key(self, row: Model) -> None:
        """Other rows may refer to it before it is kept."""
        row.pk = next(self.table(type(row)).keys)

    def table(self, model: type[Model]) -> Table:
        if model not in self.tables:
            self.tables[model] = Table(model)
        return self.tables[model]

    def flush(self) -> None:
        """Write what was gathered. References may point forward: they are checked at the end."""
        full = [table for table in self.tables.values() if table.rows]
        with transaction.atomic(), connection.cursor() as cursor:
            for table in full:
                write(cursor, table)
            for statement in connection.ops.sequence_reset_sql(no_style(), [table.model for table in full]):
                cursor.execute(statement)
        for table in full:
            name = table.model._meta.label
            self.written[name] = self.written.get(name, 0) + len(table.rows)
            table.rows.clear()


class Table:
    """The rows of one model that wait to be written."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.fields: Sequence[Field[Any, Any]] = model._meta.concrete_fields
        self.places = {field.name: place for place, field in enumerate(self.fields)}
        self.key = self.places[model._meta.pk.name]
        self.structured = [place for place, field in enumerate(self.fields) if isinstance(field, JSONField)]
        # A callable default gives another value to each row.
        made = {place: field.default for place, field in enumerate(self.fields) if _is_made(field)}
        self.made: list[tuple[int, Callable[[], Any]]] = list(made.items())
        self.fixed = [
            None if place in made else field.get_default() for place, field in enumerate(self.fields)
        ]
        self.keys = itertools.count((model._base_manager.aggregate(most=Max("pk"))["most"] or 0) + 1)
        self.rows: list[list[Any]] = []

    def add(self, values: dict[str, Any]) -> int:
        row = self.fixed.copy()
        key = row[self.key] = next(self.keys)
        for name, value in values.items():
            row[self.places[name]] = value
        for place, default in self.made:
            if row[place] is None:
                row[place] = default()
        self.rows.append(row)
        return key

    def add_instance(self, instance: Model) -> None:
        plain = vars(instance)  # an attribute of a file field is an object
        self.rows.append([plain[field.attname] for field in self.fields])

    def texts(self) -> Iterator[list[Any]]:
        """Rows as the database reads them, structures as JSON."""
        for row in self.rows:
            for place in self.structured:
                if row[place] is not None:
                    row[place] = json.dumps(row[place], ensure_ascii=False)
            yield row


def _is_made(field: Field[Any, Any]) -> bool:
    return field.has_default() and callable(field.default)


def write(cursor: Any, table: Table) -> None:
    quote = connection.ops.quote_name
    name = quote(table.model._meta.db_table)
    columns = ", ".join(quote(str(field.column)) for field in table.fields)
    if connection.vendor == "postgresql":
        paper = io.StringIO()
        csv.writer(paper).writerows([NULL if cell is None else cell for cell in row] for row in table.texts())
        paper.seek(0)
        with connection.wrap_database_errors:  # past Django's own cursor
            cursor.copy_expert(f"COPY {name} ({columns}) FROM STDIN (FORMAT csv, NULL '{NULL}')", paper)
    else:
        marks = ", ".join("%s" for _ in table.fields)
        rows = ([_plain(cell) for cell in row] for row in table.texts())
        cursor.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", rows)  # noqa: S608 -- own names


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime.datetime):
        return connection.ops.adapt_datetimefield_value(cell)
    return str(cell) if isinstance(cell, datetime.date) else cell
