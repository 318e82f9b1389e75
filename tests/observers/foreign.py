"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from tests.factories.jobs import JobFactory
from tests.factories.observers import (
    ConsentFactory,
    ObserverFactory,
    ObserverImportFactory,
    ProposalFactory,
    VisitFactory,
)
from tests.factories.schools import CampaignFactory, SessionFactory
from tests.factories.sheets import SheetFileFactory, TemplateFactory, ViolationFactory


def visit() -> dict[str, Any]:
    return {"pk": VisitFactory().pk}


def violation(**more: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"pk": ViolationFactory().pk, **more}


def answer() -> dict[str, Any]:
    event = ViolationFactory().events.get()
    event.file.name, event.file_name = "answers/file", "Приказ.pdf"
    event.save()
    return {"pk": event.pk}


def photo() -> dict[str, Any]:
    row = ViolationFactory()
    return {"pk": row.pk, "photo": SheetFileFactory(sheet=row.sheet, place=str(row.key)).pk}


def form(**more: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"pk": TemplateFactory(draft=True).pk, **more}


# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = {
    "observers:report": ({}, lambda: {"pk": CampaignFactory().pk, "kind": "pdf"}),
    "observers:violation": ({}, violation()),
    "observers:violation_answer": ({"deputy": True}, violation()),
    "observers:violation_decide": ({}, violation(decision="close")),
    "observers:violation_photo": ({}, photo),
    "observers:violation_file": ({}, answer),
    "observers:sheet": ({}, visit),
    "observers:sheet_enter": ({}, visit),
    "observers:sheet_scan": ({}, visit),
    "observers:sheet_addition": ({}, visit),
    "observers:sheet_paper": ({}, visit),
    "observers:sheet_file": ({}, lambda: {"pk": SheetFileFactory().pk}),
    "observers:template": ({}, form()),
    "observers:template_new": ({}, lambda: {"campaign": CampaignFactory().pk}),
    "observers:template_kinds": ({}, form()),
    "observers:template_publish": ({}, form()),
    "observers:template_discard": ({}, form()),
    "observers:template_paper": ({}, form(stage="running")),
    "observers:question_new": ({}, form()),
    "observers:question": ({}, form(key="start")),
    "observers:question_move": ({}, form(key="start", step="down")),
    "observers:question_remove": ({}, form(key="start")),
}

FOREIGN |= {
    f"observers:{name}": ({}, lambda: {"pk": ObserverFactory().pk})
    for name in (
        "observer", "edit", "leave", "back", "forget", "account", "consent_new", "consent_withdraw", "link_new",
        "link_revoke",
    )
}  # fmt: skip
FOREIGN |= {
    "observers:consent_file": ({}, lambda: {"pk": ConsentFactory().pk}),
    "observers:days": ({}, lambda: {"pk": ObserverFactory().pk, "campaign": CampaignFactory().pk}),
}

FOREIGN |= {
    "observers:order_new": ({}, lambda: {"pk": CampaignFactory().pk}),
    "observers:certificates_file": (
        {},
        lambda: {
            "pk": JobFactory(kind="observers.certificates", state="done", finished_at=timezone.now()).pk
        },
    ),
    "observers:needs": ({}, lambda: {"pk": CampaignFactory().pk}),
    "observers:propose": ({}, lambda: {"pk": CampaignFactory().pk, "stage": "running"}),
    "observers:session": ({}, lambda: {"pk": SessionFactory().pk, "stage": "running"}),
    "observers:session_need": ({}, lambda: {"pk": SessionFactory().pk, "stage": "running"}),
    "observers:visit_change": ({}, lambda: {"pk": VisitFactory().pk, "change": "cancel"}),
    **{
        f"observers:{name}": ({}, lambda: {"pk": ProposalFactory().pk})
        for name in ("proposal", "proposal_take", "proposal_discard")
    },
}

FOREIGN |= {
    f"observers:{name}": ({}, lambda: {"pk": ObserverImportFactory().pk})
    for name in ("import", "import_columns", "import_apply", "import_undo", "import_discard", "import_faults")
}

OWN_SHEET = "an observer's own sheet; `test_sheet_pages.py` tries another's"
# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {
    "observers:enter": "the token is the right to look",
    "observers:visit_decline": "an observer's own visit; `test_links.py` tries another's",
    "observers:visit_sheet": OWN_SHEET,
    "observers:visit_arrive": OWN_SHEET,
    "observers:visit_photo": OWN_SHEET,
    "observers:visit_addition": OWN_SHEET,
    "observers:visit_file": OWN_SHEET,
}
