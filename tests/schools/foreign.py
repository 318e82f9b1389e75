"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from collections.abc import Callable
from typing import Any

from tests.factories.schools import (
    CampaignFactory,
    ExamFactory,
    FlagFactory,
    OfficialListFactory,
    OfficialMarkFactory,
    PostFactory,
    ResultFactory,
    ResultImportFactory,
    ScheduleImportFactory,
    SchoolFactory,
    SchoolImportFactory,
    SessionEventFactory,
    SessionFactory,
)


def school() -> dict[str, Any]:
    return {"pk": SchoolFactory().pk}


def staged() -> dict[str, Any]:
    return {"pk": SchoolImportFactory().pk}


def campaign() -> dict[str, Any]:
    return {"pk": CampaignFactory().pk}


def exam() -> dict[str, Any]:
    return {"pk": ExamFactory().pk}


def schedule_file() -> dict[str, Any]:
    return {"pk": ScheduleImportFactory().pk}


def session() -> dict[str, Any]:
    return {"pk": SessionFactory().pk}


def result() -> dict[str, Any]:
    row = ResultFactory()
    return {"exam": row.exam_id, "school": row.school_id}


def results() -> dict[str, Any]:
    return {"pk": ResultImportFactory().pk}


# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = {
    "schools:school": ({}, school),
    "schools:edit": ({"admin": True}, school),
    "schools:close": ({"admin": True}, school),
    "schools:rename": ({"admin": True}, school),
    "schools:merge": ({"admin": True}, school),
    "schools:split": ({"admin": True}, school),
    "schools:reopen": ({"admin": True}, school),
    "schools:deputy_new": ({"admin": True}, school),
    "schools:flag_new": ({}, school),
    "schools:post_end": ({"admin": True}, lambda: {"pk": PostFactory().pk}),
    "schools:result": ({}, result),
    "schools:sign_compute": ({}, lambda: {"pk": CampaignFactory().pk}),
    "schools:flag_move": ({}, lambda: {"pk": FlagFactory().pk}),
    "schools:import_preview": ({"admin": True}, staged),
    "schools:import_columns": ({"admin": True}, staged),
    "schools:import_apply": ({"admin": True}, staged),
    "schools:import_undo": ({"admin": True}, staged),
    "schools:import_discard": ({"admin": True}, staged),
    "schools:note": ({}, campaign),
    "schools:note_edit": ({}, campaign),
    "schools:note_make": ({}, campaign),
    "schools:note_school": ({}, lambda: {"pk": CampaignFactory().pk, "school": SchoolFactory().pk}),
    "schools:note_pdf": ({}, campaign),
    "schools:note_docx": ({}, campaign),
    "schools:note_xlsx": ({}, campaign),
    "schools:official_list": ({}, lambda: {"pk": OfficialListFactory().pk}),
    "schools:official_file": ({}, lambda: {"pk": OfficialListFactory().pk}),
    "schools:official_apply": ({}, lambda: {"pk": OfficialListFactory().pk}),
    "schools:official_undo": ({}, lambda: {"pk": OfficialListFactory().pk}),
    "schools:official_discard": ({}, lambda: {"pk": OfficialListFactory().pk}),
    "schools:official_faults": ({}, lambda: {"pk": OfficialListFactory().pk}),
    "schools:official_flag": ({}, lambda: {"pk": OfficialMarkFactory().pk}),
    "schools:results_preview": ({}, results),
    "schools:results_correct": ({}, results),
    "schools:results_name": ({}, results),
    "schools:results_exams": ({}, results),
    "schools:results_again": ({}, results),
    "schools:results_apply": ({}, results),
    "schools:results_undo": ({}, results),
    "schools:results_discard": ({}, results),
    "schools:results_faults": ({}, results),
    "schools:import_faults": ({"admin": True}, staged),
    "schools:campaign": ({}, campaign),
    "schools:campaign_edit": ({}, campaign),
    "schools:campaign_lock": ({}, campaign),
    "schools:campaign_remove": ({}, campaign),
    "schools:campaign_scales": ({}, campaign),
    "schools:exam_new": ({}, campaign),
    "schools:exam_edit": ({}, exam),
    "schools:exam_remove": ({}, exam),
    "schools:schedule_history": ({}, campaign),
    "schools:schedule_held": ({}, campaign),
    "schools:session_absent": ({}, campaign),
    "schools:session_new": ({}, campaign),
    "schools:session": ({}, session),
    "schools:session_move": ({}, session),
    "schools:session_remove": ({}, session),
    "schools:session_held": ({}, session),
    "schools:session_uploaded": ({}, session),
    "schools:session_restore": ({}, lambda: {"pk": SessionEventFactory().pk}),
    "schools:upload_mark": ({}, campaign),
    "schools:schedule_import": ({}, campaign),
    "schools:schedule_import_preview": ({}, schedule_file),
    "schools:schedule_import_columns": ({}, schedule_file),
    "schools:schedule_import_apply": ({}, schedule_file),
    "schools:schedule_import_undo": ({}, schedule_file),
    "schools:schedule_import_discard": ({}, schedule_file),
    "schools:schedule_import_faults": ({}, schedule_file),
}

# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {}
