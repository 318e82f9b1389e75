"""The observers' tables: `bank` the people, `visits` who watches what, `papers` certificates and lists."""

from observers.models.bank import (
    Observer,
    ObserverAvailability,
    ObserverChild,
    ObserverConsent,
    ObserverLink,
    ObserverPartQuerySet,
    ObserverQuerySet,
    ObserverTraining,
)
from observers.models.papers import ObserverCertificate, ObserverImport
from observers.models.visits import (
    AssignmentProposal,
    AssignmentQuerySet,
    CampaignNeeds,
    ObserverAssignment,
    ObserverAssignmentEvent,
    SessionNeed,
    Stage,
)

__all__ = [
    "AssignmentProposal",
    "AssignmentQuerySet",
    "CampaignNeeds",
    "Observer",
    "ObserverAssignment",
    "ObserverAssignmentEvent",
    "ObserverAvailability",
    "ObserverCertificate",
    "ObserverChild",
    "ObserverConsent",
    "ObserverImport",
    "ObserverLink",
    "ObserverPartQuerySet",
    "ObserverQuerySet",
    "ObserverTraining",
    "SessionNeed",
    "Stage",
]
