"""What the observers of the demo saw: a form in force, sheets of past days, a violation answered, one sheet missing."""

from __future__ import annotations

import datetime
import random
from typing import Any
from uuid import uuid4

from accounts.models import Membership
from observers import questions as asking
from observers.content import Content, Seen
from observers.domain import forms, sheets, violations
from observers.models import ObserverAssignment, SheetTemplate, Violation
from schools.models import VprCampaign

MISSING = 2  # of the latest past visits, so that the control page has something to ask for
SEEN = (
    (
        "вход в кабинет после начала",
        "Через десять минут после начала вошла учитель соседнего класса за журналом.",
    ),
    ("нарушено время работы", "Работу закончили на семь минут позже, чем записано на доске."),
)
WORDS = {asking.Kind.NUMBER: "23", asking.Kind.TIME: "09:00", asking.Kind.TEXT: "Замечаний нет."}
# Where the innocent answer is not «да».
CALM = {"outsiders": "no", "phones": "no", "corrections": "no", "end": "09:45", "uploaded": "15:20"}


def tell(
    campaign: VprCampaign, *, today: datetime.date, by: Membership, deputies: dict[int, Membership]
) -> None:
    """Fill what is past by the visits that there are; ``deputies`` answer for their schools."""
    form = forms.begin(campaign, by=by)
    forms.publish(form, by=by)
    past = ObserverAssignment.objects.active().filter(
        session__exam__campaign=campaign, session__day__lt=today
    )
    visits = list(
        past.select_related("observer__department", "session__school").order_by("session__day", "pk")
    )
    luck = random.Random(11)  # noqa: S311 -- the same story every time
    for index, visit in enumerate(visits[: max(0, len(visits) - MISSING)]):
        _fill(visit, form, SEEN[index % 2] if index % 5 == 2 else None, luck)
    seen = list(Violation.objects.filter(sheet__assignment__in=visits).order_by("pk")[:2])
    for row, words in zip(
        seen, ("С учителем проведена беседа, вход во время работы закрыт.", ""), strict=False
    ):
        if words and row.school_id in deputies:
            violations.answer(row, by=deputies[row.school_id], comment=words)


def _fill(
    visit: ObserverAssignment, form: SheetTemplate, saw: tuple[str, str] | None, luck: random.Random
) -> None:
    answers: dict[str, Any] = {
        question.key: CALM.get(question.key) or _answer(question)
        for question in asking.asked_at(form.asked, visit.stage)
        if question.kind is not asking.Kind.PHOTO and question.condition is None
    }
    content = Content(
        answers=answers | ({"present": str(luck.randint(17, 27))} if "present" in answers else {}),
        violations=(Seen(str(uuid4()), visit.session.class_name, "09:10", *saw),) if saw else (),
        arrived="08:35",
        left="10:20",
        clean=saw is None,
        name=visit.observer.full_name,
    )
    evening = datetime.datetime.combine(visit.session.day, datetime.time(16, 5), visit.observer.department.tz)
    sheets.send(visit, form=form, key=str(uuid4()), content=content, now=evening)


def _answer(question: asking.Question) -> str:
    return WORDS.get(question.kind) or next(iter(question.choices))
