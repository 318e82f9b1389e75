"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from collections.abc import Callable
from typing import Any

from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import AssignmentFactory, RoadmapFactory

REPORTED = {"reported": True}


def duty(**traits: Any) -> dict[str, Any]:
    return {"pk": AssignmentFactory(**traits).pk}


def proof() -> dict[str, Any]:
    row = AssignmentFactory().evidence.create(kind="file", name="Справка.pdf")
    return {"pk": row.pk}


def approved() -> dict[str, Any]:
    return {"pk": RoadmapFactory(state="approved", order=OrderFactory()).pk}


# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = {
    # duties
    "roadmaps:assignment": ({}, duty),
    "roadmaps:assignment_report": ({}, duty),
    "roadmaps:assignment_draft": ({}, duty),
    "roadmaps:assignment_withdraw": ({}, lambda: duty(**REPORTED)),
    "roadmaps:assignment_accept": ({}, lambda: duty(**REPORTED)),
    "roadmaps:assignment_return": ({}, lambda: duty(**REPORTED)),
    "roadmaps:evidence_add": ({}, duty),
    "roadmaps:evidence_file": ({}, proof),
    "roadmaps:evidence_remove": ({}, proof),
    "roadmaps:evidence_restore": ({}, proof),
    "roadmaps:gaps": ({}, approved),
    "roadmaps:fan_out": ({}, approved),
}

# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {}
