"""The plan as printed, and the duties computed from it."""

from roadmaps.models.duties import (
    Assignment,
    AssignmentEvent,
    AssignmentQuerySet,
    Evidence,
    EvidenceQuerySet,
    Notice,
    RecordedEvent,
)
from roadmaps.models.feeds import Feed, FeedQuerySet
from roadmaps.models.plan import (
    ActionItem,
    ActionItemQuerySet,
    ResponsibleRule,
    Roadmap,
    RoadmapEvent,
    RoadmapEventQuerySet,
    RoadmapImport,
    RoadmapQuerySet,
    Section,
    SectionQuerySet,
)

__all__ = [
    "ActionItem",
    "ActionItemQuerySet",
    "Assignment",
    "AssignmentEvent",
    "AssignmentQuerySet",
    "Evidence",
    "EvidenceQuerySet",
    "Feed",
    "FeedQuerySet",
    "Notice",
    "RecordedEvent",
    "ResponsibleRule",
    "Roadmap",
    "RoadmapEvent",
    "RoadmapEventQuerySet",
    "RoadmapImport",
    "RoadmapQuerySet",
    "Section",
    "SectionQuerySet",
]
