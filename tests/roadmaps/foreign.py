"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from collections.abc import Callable
from typing import Any

from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import (
    ActionItemFactory,
    AssignmentFactory,
    AssignmentRequestFactory,
    FeedFactory,
    RecordedEventFactory,
    RoadmapFactory,
    RoadmapImportFactory,
    SectionFactory,
    YearPartFactory,
    YearReportFactory,
)

PLAN_PAGES = (
    "roadmap",
    "head",
    "history",
    "assemble",
    "reopen",
    "revise",
    "timeline",
    "copy",
    "delete",
    "section_new",
    "rows_paste",
)
YEAR_PAGES = (
    "year_report",
    "year_head",
    "year_redraft",
    "year_assemble",
    "year_reopen",
    "year_delete",
    "year_part_new",
)
REPORTED = {"reported": True}


def plan() -> dict[str, Any]:
    return {"pk": ActionItemFactory().section.roadmap.pk}


def pending_import() -> dict[str, Any]:
    return {"pk": RoadmapImportFactory().pk}


def section() -> dict[str, Any]:
    return {"pk": SectionFactory().pk}


def row() -> dict[str, Any]:
    return {"pk": ActionItemFactory().pk}


def removed() -> dict[str, Any]:
    plan = RoadmapFactory()
    return {
        "pk": plan.events.create(what="Удалён пункт", details={"row": {"text": "Чужое"}, "section": 0}).pk
    }


def duty(**traits: Any) -> dict[str, Any]:
    return {"pk": AssignmentFactory(**traits).pk}


def proof() -> dict[str, Any]:
    row = AssignmentFactory().evidence.create(kind="file", name="Справка.pdf")
    return {"pk": row.pk}


def year_report() -> dict[str, Any]:
    return {"pk": YearReportFactory().pk}


def year_part() -> dict[str, Any]:
    return {"pk": YearPartFactory().pk}


def request() -> dict[str, Any]:
    return {"pk": AssignmentRequestFactory().pk}


def approved() -> dict[str, Any]:
    return {"pk": RoadmapFactory(state="approved", order=OrderFactory()).pk}


def event() -> dict[str, Any]:
    return {"pk": RecordedEventFactory().pk}


# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = {
    # plans
    "roadmaps:import": ({}, pending_import),
    **{f"roadmaps:{name}": ({}, plan) for name in PLAN_PAGES},
    "roadmaps:section": ({}, section),
    "roadmaps:section_remove": ({}, section),
    "roadmaps:section_item": ({}, section),
    "roadmaps:item": ({}, row),
    "roadmaps:item_arrange": ({}, row),
    "roadmaps:item_deadline": ({}, row),
    "roadmaps:item_cell": ({}, lambda: {**row(), "column": 1}),
    "roadmaps:item_reach": ({}, lambda: {**row(), "piece": 0}),
    "roadmaps:item_restore": ({}, removed),
    # duties
    "roadmaps:assignment": ({}, duty),
    "roadmaps:assignment_report": ({}, duty),
    "roadmaps:assignment_draft": ({}, duty),
    "roadmaps:assignment_withdraw": ({}, lambda: duty(**REPORTED)),
    "roadmaps:assignment_take_up": ({}, duty),
    "roadmaps:assignment_progress": ({}, duty),
    "roadmaps:message_new": ({}, duty),
    "roadmaps:request_new": ({}, lambda: {**duty(), "kind": "extension"}),
    "roadmaps:request_grant": ({}, request),
    "roadmaps:request_deny": ({}, request),
    "roadmaps:request_drop": ({}, request),
    "roadmaps:hand_over": ({}, duty),
    "roadmaps:helpers": ({}, duty),
    "roadmaps:handover_all": ({}, lambda: {"pk": MembershipFactory().pk}),
    "roadmaps:proofs": ({}, plan),
    "roadmaps:matrix": ({}, approved),
    "roadmaps:matrix_excel": ({}, approved),
    "roadmaps:matrix_pdf": ({}, approved),
    "roadmaps:assignment_accept": ({}, lambda: duty(**REPORTED)),
    "roadmaps:assignment_return": ({}, lambda: duty(**REPORTED)),
    "roadmaps:evidence_add": ({}, duty),
    "roadmaps:evidence_file": ({}, proof),
    "roadmaps:evidence_remove": ({}, proof),
    "roadmaps:evidence_restore": ({}, proof),
    "roadmaps:gaps": ({}, approved),
    "roadmaps:fan_out": ({}, approved),
    **{f"roadmaps:{name}": ({}, event) for name in ("event", "event_day", "event_withdraw")},
    # the year's report
    **{f"roadmaps:{name}": ({}, year_report) for name in YEAR_PAGES},
    "roadmaps:year_file": ({}, lambda: {**year_report(), "kind": "pdf"}),
    **{f"roadmaps:year_part{name}": ({}, year_part) for name in ("", "_redraft", "_remove")},
    # calendars
    "roadmaps:calendar_renew": ({}, lambda: {"pk": FeedFactory().pk}),
    "roadmaps:calendar_revoke": ({}, lambda: {"pk": FeedFactory().pk}),
}

# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {
    "roadmaps:feed": "a secret address of one person's calendar",
    "roadmaps:standing_file": "its argument is a kind of file",
}
