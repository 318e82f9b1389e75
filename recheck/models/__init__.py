"""The recheck's tables: `people` the experts, `commissions`, `cases`, `works` and their scores, `papers`."""

from recheck.models.cases import CaseEvent, CaseQuerySet, Measure, RecheckCase
from recheck.models.commissions import RecheckCommission, Rules
from recheck.models.papers import Protocol, SheetImport
from recheck.models.people import Expert, ExpertQuerySet, ExpertTie
from recheck.models.works import Sample, Scoring, Seat, SeatQuerySet, Work

__all__ = [
    "CaseEvent",
    "CaseQuerySet",
    "Expert",
    "ExpertQuerySet",
    "ExpertTie",
    "Measure",
    "Protocol",
    "RecheckCase",
    "RecheckCommission",
    "Rules",
    "Sample",
    "Scoring",
    "Seat",
    "SeatQuerySet",
    "SheetImport",
    "Work",
]
