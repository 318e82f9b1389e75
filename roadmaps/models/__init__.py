"""The plan as printed, and the duties computed from it."""

from roadmaps.models.duties import (
    Assignment,
    AssignmentEvent,
    AssignmentQuerySet,
    Evidence,
    EvidenceQuerySet,
    Notice,
    RecordedEvent,
    RecordedEventQuerySet,
    touching,
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
from roadmaps.models.requests import AssignmentRequest, RequestQuerySet
from roadmaps.models.year import YearReport, YearReportEvent, YearReportPart

__all__ = [
    "ActionItem",
    "ActionItemQuerySet",
    "Assignment",
    "AssignmentEvent",
    "AssignmentQuerySet",
    "AssignmentRequest",
    "Evidence",
    "EvidenceQuerySet",
    "Feed",
    "FeedQuerySet",
    "Notice",
    "RecordedEvent",
    "RecordedEventQuerySet",
    "RequestQuerySet",
    "ResponsibleRule",
    "Roadmap",
    "RoadmapEvent",
    "RoadmapEventQuerySet",
    "RoadmapImport",
    "RoadmapQuerySet",
    "Section",
    "SectionQuerySet",
    "YearReport",
    "YearReportEvent",
    "YearReportPart",
    "touching",
]
