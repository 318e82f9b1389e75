"""News for those above: roadmaps, observers and recheck listen."""

from django.dispatch import Signal

# A person opened a flag. Sent inside the transaction, with ``flag: ObjectivityFlag`` and ``by: Membership``.
school_flagged = Signal()
