"""The demo's observers: a small bank, visits without conflicts, sheets, a violation answered, two sheets missing."""

from __future__ import annotations

import datetime
import random
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from accounts.models import Membership, User
from observers import questions as asking
from observers.content import Content, Seen
from observers.domain import bank, forms, sheets, standing, violations, visits
from observers.models import Observer, ObserverAssignment, SheetTemplate, Violation
from portal.lib.refusals import Refused
from schools.models import School, VprCampaign, VprSession

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


@dataclass
class Observing:
    """The observers of a campaign, from the bank to the schools' answers; ``deputies`` by school."""

    campaign: VprCampaign
    today: datetime.date
    by: Membership
    schools: dict[str, School]
    deputies: dict[int, Membership]

    def tell(self, people: list[dict[str, Any]], password: str) -> None:
        observers = [self.hire(person, password) for person in people]
        self.send_out(observers)
        form = forms.begin(self.campaign, by=self.by)
        forms.publish(form, by=self.by)
        self.watch(form)

    def hire(self, person: dict[str, Any], password: str) -> Observer:
        last, first, patronymic = person["name"]
        observer = Observer(last_name=last, first_name=first, patronymic=patronymic, kind=person["kind"],
                            email=person.get("email", ""), phone=person["phone"])  # fmt: skip
        bank.save(observer, by=self.by, works_at=[self.schools[name] for name in person.get("works_at", ())])
        before = self.today - datetime.timedelta(days=40)
        standing.give_consent(observer, given_on=before, upload=None, by=self.by)
        standing.record_training([observer], day=before, material="Порядок наблюдения за ВПР", by=self.by)
        if observer.email:
            bank.open_account(observer, by=self.by)
            User.objects.filter(email=observer.email).update(password=password)
        return observer

    def send_out(self, observers: list[Observer]) -> None:
        """Two sessions of three are watched; each by the next observer who may go there."""
        sessions = VprSession.objects.filter(exam__campaign=self.campaign).order_by("day", "pk")
        turn = 0
        for index, session in enumerate(sessions):
            if index % 3 == 2:
                continue
            for observer in observers[turn:] + observers[:turn]:
                with suppress(Refused):
                    visit = visits.assign(observer=observer, session=session, by=self.by)
                    visits.confirm([visit], by=self.by)
                    turn = (observers.index(observer) + 1) % len(observers)
                    break

    def watch(self, form: SheetTemplate) -> None:
        """Sheets of the past but the latest; the first violation is answered by its school."""
        past = ObserverAssignment.objects.active().filter(
            session__exam__campaign=self.campaign, session__day__lt=self.today
        )
        done = list(
            past.select_related("observer__department", "session__school").order_by("session__day", "pk")
        )
        luck = random.Random(11)  # noqa: S311 -- the same story every time
        for index, visit in enumerate(done[: max(0, len(done) - MISSING)]):
            _fill(visit, form, SEEN[index % 2] if index % 5 == 2 else None, luck)
        first = Violation.objects.filter(sheet__assignment__in=done).order_by("pk").first()
        if first is not None:
            words = "С учителем проведена беседа, вход в кабинет во время работы закрыт."
            violations.answer(first, by=self.deputies[first.school_id], comment=words)


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
