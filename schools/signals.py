"""News for those above: roadmaps, observers and recheck listen."""

from django.dispatch import Signal

# A person opened a flag. Sent inside the transaction, with ``flag: ObjectivityFlag`` and ``by: Membership``.
school_flagged = Signal()

# A school's first or last day of the VPR became another. Sent inside the transaction, with ``campaign: VprCampaign``,
# ``schools: set[int]`` and ``by: Membership | None``.
schedule_changed = Signal()

# All tests of a campaign were held at a school, the last one on ``day``; ``school`` None: at every
# school that has days. Sent inside the transaction, with ``campaign``, ``school: School | None``, ``day`` and ``by``.
vpr_held = Signal()

# A school is joined to another. Sent inside the transaction, with ``school``, ``into``, ``day`` and ``by``.
school_merged = Signal()

# What joining would do, asked before it is done, with ``school`` and ``into``; a receiver answers a list of sentences.
school_merging = Signal()
