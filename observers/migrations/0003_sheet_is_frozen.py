"""The database itself refuses to change what stands in a sent sheet.

Only the name may go, when a person asks for their data to be removed.
"""

from django.db import migrations

from portal.lib.triggers import refuse

KEPT = (
    "assignment_id", "template_id", "state", "way", "arrived_at", "left_at", "no_violations", "clock_shift", "sent_at",
    "sent_key", "entered_by_id",
)  # fmt: skip
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in KEPT)
# JSON is compared as text: PostgreSQL's type has an equality of its own, SQLite keeps text anyway.
ANSWERS = "CAST(OLD.answers AS text) <> CAST(NEW.answers AS text)"


class Migration(migrations.Migration):
    dependencies = [("observers", "0002_no_conflict_of_interest")]
    operations = [
        refuse(
            "sheet_is_frozen",
            when="BEFORE UPDATE",
            table="observers_observationsheet",
            condition=f"OLD.state = 'sent' AND ({CHANGED} OR {ANSWERS})",
            message="sheet_is_frozen",
        )
    ]
