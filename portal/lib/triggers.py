"""What a database refuses by itself, the same on SQLite and PostgreSQL: operations for hand-written migrations.

On SQLite a migration that alters a table makes it anew, without its triggers: such a migration takes the guards off
before and lays them again after (docs/decisions, «Conflicts are refused by the database»).
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import RunPython

SQLITE = """
CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW WHEN {condition}
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
POSTGRESQL = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""


def refuse(name: str, *, when: str, table: str, condition: str, message: str) -> RunPython:
    """Refuse a row ``when`` («BEFORE UPDATE», «AFTER INSERT») the ``condition`` over OLD and NEW is true.

    The condition is SQL that both databases read alike. What is refused comes up as `django.db.IntegrityError` with
    the ``message``.
    """
    words = {"name": name, "when": when, "table": table, "condition": condition, "message": message}

    def lay(_apps: Any, editor: Any) -> None:
        recipe = POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE
        editor.execute(recipe.format(**words), params=None)

    def take_off(_apps: Any, editor: Any) -> None:
        postgresql = editor.connection.vendor == "postgresql"
        editor.execute(f"DROP FUNCTION {name} CASCADE" if postgresql else f"DROP TRIGGER {name}")

    return RunPython(lay, take_off, elidable=False)
