"""Full-text search in the database's own way: GIN over `tsvector` on PostgreSQL, FTS5 on SQLite; ё is е on both.

`Words` names a table's searched columns, `Match` is the condition «holds the words», `lay` makes the indexes. Both
databases index words as they are written; which forms of a word are looked for is said by the `Form`s of the query.

PostgreSQL indexes an expression over the table's own columns. SQLite keeps a copy of the words by triggers; they go
when a migration makes the table anew, so `lay` runs after every `migrate` and fills anew whatever is not whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db.models import BooleanField, F, Func, Model
from django.db.models.sql.compiler import SQLCompiler

PREFIX = "search_"
# A `tsvector` holds at most 1 MB of words: a row beyond it could not be saved.
LONGEST = 20_000
# Signs by which PostgreSQL's parser ties words together (5.2, a-b, a@b, a/b, <b>) part them here, as in FTS5.
TIES = ".+-/_:@&<>"
FOLDED = ("ёЁ" + TIES, "ее" + " " * len(TIES))

Compiled = tuple[str, list[Any]]


@dataclass(frozen=True)
class Form:
    """One way a word of the query may stand in a text: folded words side by side, the last perhaps only begun.

    The words hold letters and digits only, so nothing in them means anything to a database.
    """

    pieces: tuple[str, ...]
    is_beginning: bool = False

    def tsquery(self, weight: str) -> str:
        """``weight``: the label the words must have, or nothing."""
        *pieces, last = (f"'{piece}':{weight}" for piece in self.pieces)
        return " <-> ".join([*pieces, last + "*" * self.is_beginning])

    def fts5(self) -> str:
        return f'"{" ".join(self.pieces)}"' + " *" * self.is_beginning


Forms = Sequence[Form]


@dataclass(frozen=True)
class Words:
    """A table's searched columns (texts that are never null): what names the row, and the rest."""

    model: type[Model]
    title: tuple[str, ...]
    rest: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.title, *self.rest)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def name(self) -> str:
        """Of the index, or of SQLite's table of words: another one when anything about it is another."""
        of = sha256(repr((self.title, self.rest, FOLDED, LONGEST, SQLITE, POSTGRESQL)).encode()).hexdigest()[
            :8
        ]
        return f"{PREFIX}{self.table}_{of}"


class Match(Func):
    """The row at ``path`` holds each of the query's words in one of its forms; ``in_title``: in what names it."""

    output_field = BooleanField()

    def __init__(
        self, words: Words, query: Sequence[Forms], *, path: str = "", in_title: bool = False
    ) -> None:
        self.words, self.query, self.in_title = words, query, in_title
        way = f"{path}__" if path else ""
        super().__init__(*(F(way + column) for column in ("pk", *words.columns)))

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        key, _ = compiler.compile(self.get_source_expressions()[0])
        name = self.words.name
        asked = " AND ".join(f"({' OR '.join(form.fts5() for form in forms)})" for forms in self.query)
        found = f"{key} IN (SELECT rowid FROM {name} WHERE {name} MATCH %s)"  # noqa: S608 -- a name of ours
        return found, [f"title : ({asked})" if self.in_title else asked]

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Compiled:
        columns = [compiler.compile(column)[0] for column in self.get_source_expressions()[1:]]
        weight = "A" if self.in_title else ""
        asked = " & ".join(f"({' | '.join(form.tsquery(weight) for form in forms)})" for forms in self.query)
        return f"({vector(self.words, columns)} @@ to_tsquery('simple', %s))", [asked]


# PostgreSQL

POSTGRESQL = (
    "setweight(to_tsvector('simple', translate(left({text}, {longest}), '{signs}', '{instead}')), '{label}')"
)


def vector(words: Words, columns: Sequence[str]) -> str:
    """The indexed expression; in a query it must be the same for the index to be used."""
    cut = len(words.title)
    return " || ".join(
        POSTGRESQL.format(
            text=" || ' ' || ".join(part), longest=LONGEST, signs=FOLDED[0], instead=FOLDED[1], label=label
        )
        for part, label in ((columns[:cut], "A"), (columns[cut:], "B"))
        if part
    )


def postgresql(words: Words) -> Iterator[str]:
    expression = vector(words, [f'"{column}"' for column in words.columns])
    yield f'CREATE INDEX IF NOT EXISTS {words.name} ON "{words.table}" USING gin (({expression}))'


# SQLite

SQLITE = {
    "": "CREATE VIRTUAL TABLE {name} USING fts5(title, rest, detail=full)",
    "_insert": """
        CREATE TRIGGER {name}_insert AFTER INSERT ON {table} BEGIN
        INSERT INTO {name}(rowid, title, rest) VALUES (NEW.id, {title}, {rest}); END
    """,
    "_update": """
        CREATE TRIGGER {name}_update AFTER UPDATE OF {columns} ON {table} BEGIN
        UPDATE {name} SET title = {title}, rest = {rest} WHERE rowid = NEW.id; END
    """,
    "_delete": """
        CREATE TRIGGER {name}_delete AFTER DELETE ON {table} BEGIN
        DELETE FROM {name} WHERE rowid = OLD.id; END
    """,
    "_fill": "INSERT INTO {name}(rowid, title, rest) SELECT id, {title}, {rest} FROM {table} AS NEW",
}
PARTS = ("", "_insert", "_update", "_delete")


def sqlite(words: Words) -> Iterator[str]:
    title, rest = (
        f"replace(replace({text}, 'ё', 'е'), 'Ё', 'Е')"
        for text in (
            " || ' ' || ".join(f"NEW.{column}" for column in part) or "''"
            for part in (words.title, words.rest)
        )
    )
    for recipe in SQLITE.values():
        yield recipe.format(
            name=words.name, table=words.table, title=title, rest=rest, columns=", ".join(words.columns)
        )


# Both


def lay(connection: Any, indexes: Sequence[Words]) -> None:
    """Make what is missing or not whole, drop what is no longer wanted; whatever is right stays as it is."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        wanted = [words for words in indexes if words.table in tables]
        cursor.execute(SQLITE_KNOWS if is_sqlite else POSTGRESQL_KNOWS, [PREFIX + "%"])
        known = dict(cursor.fetchall())
        whole = {words.name for words in wanted if is_whole(words.name, known, PARTS if is_sqlite else ("",))}
        for name, kind in known.items():
            if not any(name.startswith(right) for right in whole):
                cursor.execute(f"DROP {kind} IF EXISTS {name}")
        for words in wanted:
            if words.name not in whole:
                for statement in sqlite(words) if is_sqlite else postgresql(words):
                    cursor.execute(statement)


def is_whole(name: str, known: dict[str, str], parts: Sequence[str]) -> bool:
    return all(name + part in known for part in parts)


SQLITE_KNOWS = """
    SELECT name, type FROM sqlite_master WHERE name LIKE %s AND (type = 'trigger' OR sql LIKE 'CREATE VIRTUAL%%')
"""
POSTGRESQL_KNOWS = """
    SELECT indexname, 'INDEX' FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE %s
"""
