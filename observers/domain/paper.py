"""The sheet on paper: the same questions with boxes to tick and lines to write on, number and code to type it in by."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Department
from observers import questions as asking
from observers.models import ObserverAssignment, SheetTemplate
from portal.lib import pdf

LINES = {asking.Kind.TEXT: 3}  # of writing, for a question answered in words
VIOLATIONS = 4  # places on the paper; more go on its back


def blank(form: SheetTemplate, stage: str) -> bytes:
    """The form without a visit: place, day and observer are written by hand."""
    return _printed(form, stage, {"department": form.campaign.department})


def of_visit(visit: ObserverAssignment, form: SheetTemplate) -> bytes:
    """The form of one visit. Its number and code lead to where it is typed in."""
    url = f"{settings.PORTAL_URL}{reverse('observers:sheet', args=[visit.pk])}"
    code = segno.make(url, error="m", micro=False).svg_inline(border=0, omitsize=True)
    drawing: SafeString = mark_safe(code)  # noqa: S308 -- our own drawing of our own address
    department: Department = visit.observer.department
    return _printed(form, visit.stage, {"department": department, "visit": visit, "qr": drawing})


def _printed(form: SheetTemplate, stage: str, about: dict[str, Any]) -> bytes:
    by_key = {question.key: question for question in form.asked}
    context = {
        "form": form,
        "stage": asking.STAGES[stage],
        "asked": [
            {
                "question": question,
                "after": _after(question, by_key),
                "lines": range(LINES.get(question.kind, 0)),
            }
            for question in asking.asked_at(form.asked, stage)
        ],
        "places": range(1, VIOLATIONS + 1),
        **about,
    }
    printer = pdf.Printer(render_to_string("observers/pdf/sheet.css", {"family": pdf.FAMILY}))
    return printer.join([printer.lay_out(render_to_string("observers/pdf/sheet.html", context))])


def _after(question: asking.Question, by_key: dict[str, asking.Question]) -> str:
    """«если «Были посторонние?» — да», for a question that depends on another."""
    if question.condition is None:
        return ""
    asked = by_key[question.condition.key]
    return f"если «{asked.text}» — {asking.spoken(asked, question.condition.value)}"
