"""The demo's rechecks: one signed a while ago, and a cross-check of two schools under way."""

from __future__ import annotations

import datetime
import random
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from recheck.domain import cases, draws, experts, measures, reading, results, seats
from recheck.models import Expert, ExpertTie, RecheckCase, RecheckCommission, Seat, Work

if TYPE_CHECKING:
    from portal.demo import Story

# Surname, name, patronymic, school (by its number in the list), subjects, position.
EXPERTS = (
    ("Гуляева", "Нина", "Фёдоровна", 1, "математика", "учитель математики"),
    ("Дроздов", "Пётр", "Олегович", 2, "математика, физика", "учитель математики"),
    ("Ермакова", "Светлана", "Игоревна", 4, "русский язык, литература", "учитель русского языка"),
    ("Жданова", "Тамара", "Николаевна", 6, "русский язык", "учитель начальных классов"),
    ("Зуева", "Алла", "Романовна", 7, "русский язык, окружающий мир", "учитель начальных классов"),
    ("Ильина", "Галина", "Павловна", 7, "русский язык", "учитель начальных классов"),
    ("Карпова", "Юлия", "Сергеевна", 5, "русский язык", "учитель начальных классов"),
    ("Лапшина", "Вера", "Андреевна", None, "математика, русский язык", "методист на пенсии"),
)
TASKS = [1, 2, 1, 1, 2, 2, 1, 2, 2, 1, 1, 2]
SCALE = {"3": 6, "4": 10, "5": 14}


class Recheck:
    """Tells both cases with the domain's own words, so that every rule holds in the demo too."""

    def __init__(self, story: Story) -> None:
        self.story, self.by = story, story.methodist
        self.schools = list(story.schools.values())
        self.luck = random.Random(11)  # noqa: S311 -- the same works every time

    def tell(self) -> None:
        self.experts = [self.expert(row) for row in EXPERTS]
        tie = ExpertTie(
            expert=self.experts[3], school=self.schools[2], kind=ExpertTie.Kind.CHILD, class_name="4Б"
        )
        experts.add_tie(tie, by=self.by)
        self.commission = experts.save_commission(
            RecheckCommission(
                department=self.story.department,
                name="Муниципальная комиссия по перепроверке работ",
                order_words=f"от {self.story.day(-70):%d.%m.%Y} № 31-о",
                chair=self.by,
                first_day=self.story.day(-70),
                last_day=self.story.day(200),
                share=30,
            ),
            members=[self.experts[0], self.experts[2], self.experts[7]],
            by=self.by,
        )
        self.past()
        self.current()

    def expert(self, row: tuple[Any, ...]) -> Expert:
        last, first, patronymic, place, subjects, position = row
        expert = Expert(
            department=self.story.department,
            last_name=last,
            first_name=first,
            patronymic=patronymic,
            school=self.schools[place - 1] if place else None,
            subjects=subjects,
            position=position,
            category=Expert.Category.HIGHEST if place else Expert.Category.NONE,
        )
        return experts.save_expert(expert, by=self.by)

    def open(self, school: int, subject: str, **fields: Any) -> RecheckCase:
        exam = self.story.campaign.exams.filter(grade=4, subject=subject).first()
        case = cases.open_case(
            by=self.by, school=self.schools[school - 1], exam=exam, commission=self.commission, **fields
        )
        if not case.tasks:
            self.tasks(case)
        return case

    def tasks(self, case: RecheckCase) -> None:
        maxima = " ".join(map(str, TASKS))
        cases.set_tasks(case, by=self.by, maxima=maxima, thresholds=dict(SCALE))

    def works(self, case: RecheckCase, count: int) -> None:
        """Works by code: most of middling strength, a few strong, as classes are."""
        found = []
        for number in range(count):
            strength = self.luck.choice([0.45, 0.6, 0.7, 0.85])
            scores = {
                t["number"]: sum(self.luck.random() < strength for _ in range(t["max"])) for t in case.tasks
            }
            code = f"{10000 + case.pk * 500 + number}"
            found.append(Work(case=case, code=code, class_name=f"4{'АБВ'[number % 3]}", scores=scores))
        Work.objects.bulk_create(found)

    def past(self) -> None:
        """A selective recheck of a month ago: marks were raised, the flag it led to is history."""
        case = self.open(3, "математика", reason="Решение совещания: отметки заметно выше прошлогодних")
        day = self.story.day(-9)
        RecheckCase.objects.filter(pk=case.pk).update(opened_on=day)
        case.refresh_from_db()
        self.works(case, 54)
        draws.draw(case, by=self.by)
        for expert in (self.experts[0], self.experts[1]):
            seats.appoint(case, expert, by=self.by)
        for seat in case.seats.all():
            self.read(seat, strict=0.22)
            reading.hand_in(seat)
        results.bring_together(case, by=self.by)
        measures.add(
            case, by=self.by, text="Провести разбор критериев заданий, где баллы завышены", deadline="до 1 декабря",
            responsible="руководителю школы",
        )  # fmt: skip
        outcome = RecheckCase.Outcome.CONFIRMED
        conclusion = "Баллы за развёрнутые ответы завышены; критерии применялись нестрого."
        signed_on = self.story.day(-2)
        results.close(case, by=self.by, outcome=outcome, conclusion=conclusion, signed_on=signed_on)
        case.events.update(
            at=timezone.make_aware(datetime.datetime.combine(signed_on, datetime.time(11, 20)))
        )

    def current(self) -> None:
        """The flagged school and another check each other; the first teachers are at work."""
        flag = self.schools[4].flags.first()
        case = self.open(
            5, "русский язык", flag=flag, partner=self.schools[6], school_checked_on=self.story.day(-3)
        )
        twin = RecheckCase.objects.get(twin=case)
        if not twin.tasks:
            self.tasks(twin)
        for one, count in ((case, 48), (twin, 36)):
            self.works(one, count)
            draws.draw(one, by=self.by)
        seat = seats.appoint(case, self.experts[4], by=self.by)
        self.read(seat, strict=0.3, most=5)
        seats.appoint(twin, self.experts[6], by=self.by)

    def read(self, seat: Seat, *, strict: float, most: int | None = None) -> None:
        """Score works as a stricter hand would, some points lower here and there."""
        for place, row in enumerate(seat.scorings.select_related("work")):
            if most is not None and place >= most:
                return
            lower = {n: s - (self.luck.random() < strict and s > 0) for n, s in row.work.scores.items()}
            reading.write(seat, row.pk, {number: str(score) for number, score in lower.items()})
