"""The database itself refuses a visit of an observer to the own school, to a child's, or to two places at once.

Names of the refusals: ``observer_own_school``, ``observer_child_school``, ``observer_overlap``, ``observer_foreign``;
`observers.domain.visits.REFUSALS` says them in Russian. Asked when an active visit is inserted, or its observer,
session or state changes: an old visit that became impossible may still be taken off, but never confirmed.

SQLite drops triggers with a table that a later migration remakes: such a migration runs `forwards` again.
"""

from django.db import migrations

ACTIVE = "('proposed', 'confirmed')"

OWN_SCHOOL = """
    SELECT 1 FROM observers_observer_works_at w JOIN schools_vprsession s ON s.school_id = w.school_id
    WHERE w.observer_id = NEW.observer_id AND s.id = NEW.session_id
"""
CHILD_SCHOOL = """
    SELECT 1 FROM observers_observerchild c JOIN schools_vprsession s ON s.school_id = c.school_id
    WHERE c.observer_id = NEW.observer_id AND s.id = NEW.session_id
"""
FOREIGN = """
    SELECT 1 FROM observers_observer o, schools_vprsession s JOIN schools_school h ON h.id = s.school_id
    WHERE o.id = NEW.observer_id AND s.id = NEW.session_id AND o.department_id <> h.department_id
"""
# Without both hours a session takes the whole day; touching hours do not meet.
OVERLAP = f"""
    SELECT 1 FROM observers_observerassignment a
    JOIN schools_vprsession other ON other.id = a.session_id, schools_vprsession s
    WHERE s.id = NEW.session_id AND a.observer_id = NEW.observer_id AND a.state IN {ACTIVE}
    AND a.session_id <> NEW.session_id AND (NEW.id IS NULL OR a.id <> NEW.id) AND other.day = s.day
    AND (s.starts_at IS NULL OR s.ends_at IS NULL OR other.starts_at IS NULL OR other.ends_at IS NULL
         OR (other.starts_at < s.ends_at AND s.starts_at < other.ends_at))
"""
REFUSED = {
    "observer_foreign": FOREIGN,
    "observer_own_school": OWN_SCHOOL,
    "observer_child_school": CHILD_SCHOOL,
    "observer_overlap": OVERLAP,
}
TABLE = "observers_observerassignment"


def sqlite():
    checks = "\n".join(
        f"SELECT RAISE(ABORT, '{name}') WHERE EXISTS ({found});" for name, found in REFUSED.items()
    )
    changed = "(OLD.observer_id <> NEW.observer_id OR OLD.session_id <> NEW.session_id OR OLD.state <> NEW.state)"
    for event, when in (("INSERT", ""), ("UPDATE", f" AND {changed}")):
        yield f"DROP TRIGGER IF EXISTS observer_conflict_{event.lower()}"
        yield f"""
            CREATE TRIGGER observer_conflict_{event.lower()} BEFORE {event} ON {TABLE}
            FOR EACH ROW WHEN NEW.state IN {ACTIVE}{when}
            BEGIN {checks} END
        """


def postgresql():
    """The observer's row is the lock by which two visits of one observer take turns."""
    checks = "\n".join(
        f"IF EXISTS ({found}) THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation'; END IF;"
        for name, found in REFUSED.items()
    )
    yield f"""
        CREATE OR REPLACE FUNCTION observer_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state NOT IN {ACTIVE} THEN RETURN NEW; END IF;
            IF TG_OP = 'UPDATE' THEN
                IF OLD.observer_id = NEW.observer_id AND OLD.session_id = NEW.session_id AND OLD.state = NEW.state
                THEN RETURN NEW; END IF;
            END IF;
            PERFORM 1 FROM observers_observer WHERE id = NEW.observer_id FOR NO KEY UPDATE;
            {checks}
            RETURN NEW;
        END $$
    """
    yield f"""
        CREATE TRIGGER observer_conflict BEFORE INSERT OR UPDATE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION observer_conflict()
    """


def forwards(apps, schema_editor):
    for statement in {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]():
        schema_editor.execute(statement, params=None)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS observer_conflict_insert", params=None)
        schema_editor.execute("DROP TRIGGER IF EXISTS observer_conflict_update", params=None)
    else:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS observer_conflict ON {TABLE}", params=None)
        schema_editor.execute("DROP FUNCTION IF EXISTS observer_conflict()", params=None)


class Migration(migrations.Migration):
    dependencies = [("observers", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
