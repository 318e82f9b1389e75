"""What the database itself refuses: interested experts, and changes to what a protocol rests on.

The view is the whole rule of interest, in one place; `recheck.domain.conflicts` says the same in Russian sentences
and a test holds the two together.
"""

from django.db import migrations

from portal.lib.triggers import refuse

# Places held by an expert with an interest in the outcome. An expert's interest lies at the place of work, where they
# teach and where their child learns; it stands in the way at the school whose works are checked, at both schools of a
# cross-check when disputes are settled, and at every partner of a cross-check in the same campaign.
# A cross-check is done by teachers of the school that checks.
INTERESTS = """
CREATE VIEW recheck_interested AS
SELECT seat.id AS seat_id, seat.expert_id, seat.case_id, own.school_id, own.checker_id
FROM recheck_seat seat
JOIN recheck_recheckcase own ON own.id = seat.case_id
JOIN recheck_expert expert ON expert.id = seat.expert_id
WHERE seat.ended_at IS NULL AND own.state IN ('opened', 'checking', 'compared') AND (
  (own.kind = 'cross' AND seat.part <> 3 AND (expert.school_id IS NULL OR expert.school_id <> own.checker_id))
  OR EXISTS (
    SELECT 1 FROM (
      SELECT id AS expert_id, school_id FROM recheck_expert WHERE school_id IS NOT NULL
      UNION SELECT expert_id, school_id FROM recheck_experttie WHERE kind IN ('teaches', 'child')
    ) interest
    WHERE interest.expert_id = seat.expert_id AND (
      interest.school_id = own.school_id
      OR (own.kind = 'cross' AND seat.part = 3 AND interest.school_id = own.checker_id)
      OR (own.kind = 'selective' AND EXISTS (
        SELECT 1 FROM recheck_recheckcase other
        JOIN schools_exam theirs ON theirs.id = other.exam_id
        JOIN schools_exam ours ON ours.id = own.exam_id
        WHERE other.kind = 'cross' AND other.state <> 'withdrawn' AND theirs.campaign_id = ours.campaign_id AND (
          (other.school_id = own.school_id AND other.checker_id = interest.school_id)
          OR (other.checker_id = own.school_id AND other.school_id = interest.school_id)
        )
      ))
    )
  )
)
"""
INTEREST = "recheck_conflict: у эксперта конфликт интересов"
FROZEN = "recheck_frozen: на этих данных стоит протокол"


def interested(name: str, when: str, table: str, which: str) -> migrations.RunPython:
    condition = f"EXISTS (SELECT 1 FROM recheck_interested i WHERE {which})"
    return refuse(f"recheck_{name}", when=when, table=f"recheck_{table}", condition=condition, message=INTEREST)


def frozen(name: str, table: str, condition: str) -> migrations.RunPython:
    return refuse(
        f"recheck_{name}", when="BEFORE UPDATE", table=f"recheck_{table}", condition=condition, message=FROZEN
    )


def case_is(where: str, *states: str) -> str:
    listed = ", ".join(f"'{state}'" for state in states)
    return f"EXISTS (SELECT 1 FROM recheck_recheckcase c WHERE {where} AND c.state IN ({listed}))"


PARTNERS = "i.school_id IN (NEW.school_id, NEW.checker_id)"
OF_SCORING = "c.id = (SELECT w.case_id FROM recheck_work w WHERE w.id = {}.work_id)"


class Migration(migrations.Migration):
    dependencies = [("recheck", "0001_initial"), ("schools", "0001_initial")]

    operations = [
        migrations.RunSQL(INTERESTS, "DROP VIEW recheck_interested"),
        interested("seat_added", "AFTER INSERT", "seat", "i.seat_id = NEW.id"),
        interested("seat_changed", "AFTER UPDATE", "seat", "i.seat_id = NEW.id"),
        interested("expert_moved", "AFTER UPDATE OF school_id", "expert", "i.expert_id = NEW.id"),
        interested("tie_added", "AFTER INSERT", "experttie", "i.expert_id = NEW.expert_id"),
        interested("tie_changed", "AFTER UPDATE", "experttie", "i.expert_id = NEW.expert_id"),
        interested("cross_opened", "AFTER INSERT", "recheckcase", PARTNERS),
        interested("case_changed", "AFTER UPDATE OF kind, school_id, checker_id, exam_id, state", "recheckcase", PARTNERS),
        frozen("sample_frozen", "sample", "OLD.id IS NOT NULL"),
        frozen("protocol_frozen", "protocol", "OLD.id IS NOT NULL"),
        frozen(
            "case_frozen",
            "recheckcase",
            "OLD.state IN ('closed', 'withdrawn') AND (NEW.state <> OLD.state OR NEW.outcome <> OLD.outcome "
            "OR NEW.conclusion <> OLD.conclusion OR NEW.closed_at <> OLD.closed_at OR NEW.seed <> OLD.seed "
            "OR coalesce(NEW.protocol_id, 0) <> coalesce(OLD.protocol_id, 0) OR NEW.school_id <> OLD.school_id)",
        ),
        frozen(
            "seed_frozen",
            "recheckcase",
            "OLD.commitment <> '' AND (NEW.commitment <> OLD.commitment OR NEW.seed <> OLD.seed)",
        ),
        frozen(
            "work_frozen",
            "work",
            "(NEW.code <> OLD.code OR NEW.class_name <> OLD.class_name OR coalesce(NEW.mark, 0) <> coalesce(OLD.mark, 0)"
            " OR CAST(NEW.scores AS text) <> CAST(OLD.scores AS text)) AND "
            + case_is("c.id = OLD.case_id", "checking", "compared", "closed", "withdrawn"),
        ),
        frozen("scoring_frozen", "scoring", case_is(OF_SCORING.format("OLD"), "compared", "closed", "withdrawn")),
    ]  # fmt: skip
