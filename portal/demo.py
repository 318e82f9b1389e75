"""The fictional district of ``demo/`` made alive: a year in full swing around today, by the doors that people use.

``demo/*.json`` holds texts with placeholders: ``{date:+10}`` («2 декабря 2026 года»), ``{dot:-3}`` («19.11.2026»),
``{month:+1}``/``{Month:+1}`` («декабрь 2026»), ``{quarter:+1}``, ``{years}`` («2026–2027»), ``{year0}``, ``{year1}``.
"""

from __future__ import annotations

import datetime
import json
import random
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.domain import departments, people
from accounts.models import Department, Membership, Role
from notifications.domain.delivery import NOT_TAKEN
from notifications.models import RefusedAddress, Reminder
from orders.domain import publishing, registering, signing
from orders.models import Order, RegisterCounter
from portal import demo_results
from portal.demo_observers import Observing
from portal.demo_recheck import Recheck
from portal.demo_texts import inn, paper, reading
from portal.lib.env import BASE
from portal.lib.transitions import move
from roadmaps import permissions
from roadmaps.domain import (
    approval,
    events,
    evidence,
    fanout,
    importing,
    reminders,
    reports,
    requests,
    responsibles,
)
from roadmaps.domain import messages as talk
from roadmaps.models import Assignment, AssignmentEvent, Roadmap
from schools.domain import board, campaigns, flags, schedule
from schools.domain import schools as schools_domain
from schools.models import School, VprSession, academic_year_of

CODE, PASSWORD = "demo", "demo"
FOLDER = BASE / "demo"
PLACEHOLDER = re.compile(r"\{(date|dot|month|Month|quarter|years|year0|year1)(?::([+-]\d+))?\}")
MONTHS = (
    *("январь", "февраль", "март", "апрель", "май", "июнь"),
    *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)
CARELESS = {"МБОУ «ООШ п. Сосновка»": 0.45, "МБОУ «СОШ № 7»": 0.3, "МБОУ «СОШ № 9»": 0.15}
PROOFS = ("Приказ школы", "Протокол", "Справка", "Лист ознакомления")
REMARK = "Приложите подписанный документ: в файле нет подписи директора."


def load(today: datetime.date) -> bool:
    """Make the district once, whole or not at all; False when it is there already."""
    if Department.objects.filter(code=CODE).exists():
        return False
    with transaction.atomic():
        Story(today).tell()
    return True


@dataclass
class Story:
    """Everything that happened in the demo's year, told from ``today`` back and forth."""

    today: datetime.date

    @cached_property
    def year(self) -> int:
        return academic_year_of(self.day(-75))

    @cached_property
    def password(self) -> str:
        return make_password(PASSWORD)  # once: hashing is slow on purpose

    def day(self, offset: int) -> datetime.date:
        return self.today + datetime.timedelta(days=offset)

    def month(self, offset: int) -> tuple[int, int]:
        year, month = divmod(self.today.year * 12 + self.today.month - 1 + offset, 12)
        return year, month + 1

    def fill(self, value: Any) -> Any:
        """The same structure with every placeholder replaced by what it means today."""
        if isinstance(value, str):
            return PLACEHOLDER.sub(lambda found: self.words(found[1], int(found[2] or 0)), value)
        if isinstance(value, list):
            return [self.fill(one) for one in value]
        if isinstance(value, dict):
            return {key: self.fill(one) for key, one in value.items()}
        return value

    def words(self, kind: str, offset: int) -> str:
        year, month = self.month(offset * 3 if kind == "quarter" else offset)
        return {
            "date": lambda: date_format(self.day(offset), "j E Y года"),
            "dot": lambda: f"{self.day(offset):%d.%m.%Y}",
            "month": lambda: f"{MONTHS[month - 1]} {year}",
            "Month": lambda: f"{MONTHS[month - 1].capitalize()} {year}",
            "quarter": lambda: f"{(month + 2) // 3} квартал {year}",
            "years": lambda: f"{self.year}–{self.year + 1}",
            "year0": lambda: str(self.year),
            "year1": lambda: str(self.year + 1),
        }[kind]()

    def file(self, path: Path) -> Any:
        return self.fill(json.loads(path.read_text(encoding="utf-8")))

    def tell(self) -> None:
        district = self.file(FOLDER / "district.json")
        self.department = departments.create(operator=None, **district["department"])
        self.luck = random.Random(7)  # noqa: S311 -- the same story every time
        self.hire(district)
        self.found_schools(district["schools"])
        self.open_journal()
        self.plan_vpr(district["vpr"])
        documents = [self.file(path) for path in sorted(FOLDER.glob("[1-9]*.json"))]
        self.raise_flag(district["flag"])
        told = self.file(FOLDER / "results.json")
        demo_results.tell(told, self.department, self.schools, spring=self.year, by=self.methodist)
        # Journals go by date: the oldest order is registered first.
        for document in sorted(documents, key=lambda one: one.get("order", {}).get("date", 0)):
            self.play(document)
        self.hold_vpr()
        Recheck(self).tell()
        self.ask_and_tell()
        observing = Observing(self.campaign, self.today, self.methodist, self.schools, self.deputies)
        observing.tell(district["observers"], self.password)
        self.remind()
        # The past is not news: nobody gets mail about it.
        told = Reminder.objects.filter(department=self.department)
        told.waiting().update(state=Reminder.State.SENT, ended_at=timezone.now())

    def remind(self) -> None:
        """The last working morning's messages, not read yet; one mailbox that does not exist."""
        morning = datetime.datetime.combine(self.workday(0), datetime.time(9), self.department.tz)
        Reminder.objects.update(read_at=timezone.now())
        reminders.morning(self.department, morning)
        lost = Reminder.objects.filter(
            kind=reminders.DIGEST, recipient__email="deputy-9@demo.example"
        ).first()
        if lost:
            address, answer = lost.recipient.email, "550 5.1.1 mailbox unavailable"
            RefusedAddress.objects.create(user=lost.recipient, address=address, answer=answer)
            Reminder.objects.filter(pk=lost.pk).update(
                state=Reminder.State.FAILED,
                ended_at=timezone.now(),
                attempts=1,
                problem=f"{NOT_TAKEN} {answer}",
            )

    # --- people and schools ----------------------------------------------------------------------------------------

    def hire(self, district: dict[str, Any]) -> None:
        self.staff = {person["email"]: self.person(**person) for person in district["people"]}
        self.admin, self.methodist, self.head = (
            self.staff[f"{name}@demo.example"] for name in ("admin", "methodist", "head")
        )
        for phrase, emails in district["rules"].items():
            members = [self.staff[email].pk for email in emails]
            target = {"kind": "body", "members": members}
            responsibles.remember(self.department, phrase, [target], by=self.methodist)

    def person(self, email: str, name: list[str], role: str, position: str, phone: str = "") -> Membership:
        last, first, patronymic = name
        member = people.add_member(
            department=self.department,
            by=None,
            email=email,
            last_name=last,
            first_name=first,
            patronymic=patronymic,
            role=role,
            position=position,
        )
        member.user.phone = phone
        member.user.password = self.password
        member.user.last_login = timezone.now() - datetime.timedelta(days=1)
        member.user.save()
        return member

    def found_schools(self, rows: list[list[Any]]) -> None:
        self.schools: dict[str, School] = {}
        self.deputies: dict[int, Membership] = {}
        for index, (name, kind, director, deputy, pupils) in enumerate(rows, start=1):
            school = School(
                department=self.department,
                name=name,
                kind=kind,
                director=director,
                pupils=pupils,
                code=f"sch{900000 + index}",
                login=f"sch{900000 + index}",
                email=f"school{index}@demo.example",
                phone=f"2-15-{10 + index}",
                address=f"г. Верхнелесье, ул. Школьная, д. {index * 3}",
                inn=inn(f"0000{index:05}"),
                accredited_on=datetime.date(2014 + index % 6, 1 + index % 12, 10 + index),
            )
            self.schools[name] = schools_domain.save_school(school, by=self.admin, changed=[])
            email = "deputy@demo.example" if "№ 7" in name else f"deputy-{index}@demo.example"
            member = self.person(email, deputy, Role.DEPUTY, "заместитель директора")
            schools_domain.assign_deputy(member, school, by=self.admin)
            self.deputies[school.pk] = member

    def open_journal(self) -> None:
        journal = registering.default_register(self.department)
        journal.suffix = "-о"
        journal.save()
        for year in range(self.today.year - 3, self.today.year + 1):
            RegisterCounter.objects.create(register=journal, year=year, last=46)

    def raise_flag(self, flag: dict[str, Any]) -> None:
        school = self.schools[flag.pop("school")]
        flags.open_flag(school, by=self.methodist, year=self.year - 1, opened_on=self.day(-90), **flag)

    # --- the VPR ---------------------------------------------------------------------------------------------------

    def plan_vpr(self, vpr: dict[str, Any]) -> None:
        """A campaign in full swing: most schools have chosen their days, some still have holes or clashes."""
        first, last = self.schoolday(vpr["first"]), self.schoolday(vpr["last"])
        self.campaign = campaigns.create(
            self.department, by=self.methodist, starting="vpr-2026", year=academic_year_of(first),
            name=f"ВПР, {MONTHS[first.month - 1]} {first.year}", first_day=first, last_day=last, source=vpr["source"],
            upload_within=3,
        )  # fmt: skip
        self.campaign.exams.exclude(grade__in=vpr["grades"]).delete()
        exams = {(exam.grade, exam.subject): exam for exam in self.campaign.exams.filter(level="")}
        for index, school in enumerate(self.schools.values()):
            day = self.free_day(first + datetime.timedelta(days=index % 4))
            for place, (grade, subject) in enumerate(vpr["tests"]):
                if place in vpr["holes"].get(school.name, ()):
                    continue
                schedule.plan(exams[grade, subject], school, day, by=self.methodist)
                if place not in vpr["clashes"].get(school.name, ()):
                    day = self.free_day(day + datetime.timedelta(days=1 + (index + place) % 2))

    def free_day(self, day: datetime.date) -> datetime.date:
        """The first day from ``day`` on that can hold a test, or the window's last."""
        before = day - datetime.timedelta(days=1)
        return board.neighbour(self.campaign, before, 1) or board.neighbour(self.campaign, day, -1) or day

    def schoolday(self, offset: int) -> datetime.date:
        day = self.day(offset)
        return day + datetime.timedelta(days=-day.weekday() % 7 if day.weekday() > 4 else 0)

    def hold_vpr(self) -> None:
        """What was to be held by now was held; the careful schools have uploaded, the others are late."""
        schedule.hold_past(self.campaign, by=self.methodist, today=self.today)
        held = VprSession.objects.filter(exam__campaign=self.campaign, held_on__isnull=False)
        for session in held.select_related("school", "exam__campaign__department"):
            if self.luck.random() > CARELESS.get(session.school.name, 0.05) * 2 and session.day < self.day(
                -1
            ):
                on = min(session.day + datetime.timedelta(days=2), self.today)
                schedule.mark([session], "uploaded", on, by=self.deputies[session.school_id])

    # --- documents -------------------------------------------------------------------------------------------------

    def play(self, document: dict[str, Any]) -> None:
        """Take one document as far on its way as its ``fate`` says."""
        roadmap = self.read_in(document)
        fate = document["fate"]
        if fate == "draft":
            return
        order = self.register(roadmap, document["order"])
        if fate == "registered":
            return
        self.sign(order, days_ago=-document["order"]["date"])
        roadmap.refresh_from_db()
        if fate == "archived":
            self.work(roadmap, everything=True)
            move(roadmap, Roadmap.State.ARCHIVED, updated_at=timezone.now())
        else:
            self.happen()
            self.work(roadmap, everything=False)

    def read_in(self, document: dict[str, Any]) -> Roadmap:
        school = self.schools.get(document["school"])
        year = self.year - (document["fate"] == "archived")
        roadmap = importing.import_roadmap(
            reading(document),
            department=self.department,
            file_name=f"{document['name']}.docx",
            period=(datetime.date(year, 9, 1), datetime.date(year + 1, 8, 31)),
            school=school,
            by=self.methodist,
        )
        roadmap.name = document["name"]
        roadmap.save(update_fields=["name"])
        return roadmap

    def register(self, roadmap: Roadmap, texts: dict[str, Any]) -> Order:
        order = approval.assemble(roadmap, self.methodist)
        order.controller = self.staff[texts["controller"]]
        order.save(update_fields=["controller"])
        return registering.register(order, by=self.methodist, date=self.workday(texts["date"]))

    def workday(self, offset: int) -> datetime.date:
        day = self.day(offset)
        return day - datetime.timedelta(days=max(0, day.weekday() - 4))

    def sign(self, order: Order, days_ago: int) -> None:
        signing.sign(order, by=self.head)
        signing.render(order)
        publishing.publish(order, by=self.methodist)
        when = timezone.now() - datetime.timedelta(days=days_ago)
        Order.objects.filter(pk=order.pk).update(
            signed_at=when, created_at=when, rendered_at=when, published_at=when
        )
        order.events.update(at=when)
        fanout.of_roadmap(order.roadmaps.get()).update(created_at=when)

    # --- what people did -------------------------------------------------------------------------------------------

    def happen(self) -> None:
        """Events that clocks waited for: documents came, the flagged school's works showed signs."""
        school = next(school for school in self.schools.values() if school.flags.exists())
        happened = [
            ("document_issued", -60, None),
            ("document_issued", -20, None),
            ("nonobjectivity_found", -6, school),
        ]
        for event, offset, where in happened:
            events.record(self.department, event=event, day=self.day(offset), by=self.methodist, school=where)

    def work(self, roadmap: Roadmap, *, everything: bool) -> None:
        """Reports and decisions on what was due by now, as diligent as each school is."""
        rows = fanout.of_roadmap(roadmap).select_related(
            "school", "official__user", "controller__user", "department"
        )
        for row in rows.order_by("last_day", "pk"):
            due = row.last_day or self.day(-1)
            if everything:
                self.done(row, due, accepted=True)
            elif due < self.today:
                self.past(row, due)
            elif due < self.day(16) and self.luck.random() < 0.2:
                self.done(row, self.today, accepted=self.luck.random() < 0.4)

    def past(self, row: Assignment, due: datetime.date) -> None:
        late = CARELESS.get(row.school.name, 0.02) if row.school else 0.05
        chance = self.luck.random()
        if chance < late:
            return  # overdue
        if row.last_day is None and chance > 0.3:
            if chance > 0.5:
                self.goes_on(row, self.day(-int(chance * 40)))
            return
        if chance > 0.97 or (due > self.day(-9) and chance > 0.8):
            self.done(row, min(due, self.day(-1)), accepted=None)
        else:
            self.done(row, due, accepted=chance < 0.93)

    def goes_on(self, row: Assignment, day: datetime.date) -> None:
        """One report of the period was made on the day."""
        reporter = self.deputies[row.school_id] if row.school_id else row.official
        assert reporter is not None  # noqa: S101 -- the database holds one of the two
        reports.report_progress(row, by=reporter, note="Идёт по плану, замечаний нет.")
        noon = timezone.make_aware(datetime.datetime.combine(day, datetime.time(12, 10)))
        row.events.update(at=noon)
        row.evidence.update(added_at=noon)
        Assignment.objects.filter(pk=row.pk).update(progress_on=day)

    def done(self, row: Assignment, due: datetime.date, *, accepted: bool | None) -> None:
        """Reported a little before the day, then accepted, returned, or (None) left for review."""
        reporter = self.deputies[row.school_id] if row.school_id else row.official
        assert reporter is not None  # noqa: S101 -- the database holds one of the two
        self.attach(row, reporter)
        reports.report(row, by=reporter, note="Выполнено, подтверждение приложено.")
        if accepted is None:
            self.backdate(row, due, decided=False)
            return
        if accepted:
            reports.accept(row, by=self.decider(row))
        else:
            reports.return_(row, by=self.decider(row), comment=REMARK)
        self.backdate(row, due, decided=True)

    def ask_and_tell(self) -> None:
        """What goes on around duties that lie ahead: work begun, requests answered or waiting, a question."""
        ahead = Assignment.objects.open().filter(
            department=self.department, last_day__gt=self.today, school__isnull=False
        )
        rows = list(
            ahead.select_related("school", "department", "controller__user").order_by("last_day", "pk")[:12]
        )
        for row in rows[:4]:
            reports.report_progress(row, by=self.bearer(row), note="Начали: списки собраны наполовину.")
        for row, answer in zip(rows[4:7], (None, "grant", "deny"), strict=False):
            self.ask_for_time(row, answer)
        for row in rows[7:8]:
            asked = requests.ask_exemption(row, by=self.bearer(row), reason="В школе нет таких классов.")
            requests.grant(asked, by=self.decider(row))
        for row in rows[8:10]:
            talk.say(row, by=self.bearer(row), text="Подойдёт ли скан протокола без печати?")

    def bearer(self, row: Assignment) -> Membership:
        assert row.school_id is not None  # noqa: S101 -- only schools' duties are told of
        return self.deputies[row.school_id]

    def ask_for_time(self, row: Assignment, answer: str | None) -> None:
        assert row.last_day is not None  # noqa: S101 -- only dated duties are asked for
        until = row.last_day + datetime.timedelta(days=7)
        asked = requests.ask_extension(
            row, by=self.bearer(row), until=until, reason="Карантин в двух классах."
        )
        if answer == "grant":
            requests.grant(asked, by=self.decider(row))
        elif answer == "deny":
            requests.deny(
                asked, by=self.decider(row), comment="Срок назначен министерством, перенести нельзя."
            )

    def decider(self, row: Assignment) -> Membership:
        return next(one for one in (self.methodist, *self.staff.values()) if permissions.may_decide(row, one))

    def attach(self, row: Assignment, reporter: Membership) -> None:
        if self.luck.random() < 0.6:
            name = self.luck.choice(PROOFS)
            upload = SimpleUploadedFile(f"{name} {row.pk}.docx", paper(f"{name} № {row.pk}"))
            evidence.add_file(row, upload, by=reporter)

    def backdate(self, row: Assignment, due: datetime.date, *, decided: bool) -> None:
        noon = timezone.make_aware(datetime.datetime.combine(due, datetime.time(12, 10)))
        reported = min(noon - datetime.timedelta(days=self.luck.randint(0, 6), minutes=self.luck.randint(0, 240)),
                       timezone.now() - datetime.timedelta(hours=self.luck.randint(2, 60)))  # fmt: skip
        decision = min(reported + datetime.timedelta(hours=self.luck.randint(2, 70)), timezone.now())
        Assignment.objects.filter(pk=row.pk).update(
            reported_at=reported,
            progress_on=timezone.localdate(reported),
            **({"decided_at": decision} if decided else {}),
        )
        events = AssignmentEvent.objects.filter(assignment=row)
        events.filter(state=Assignment.State.REPORTED).update(at=reported)
        events.exclude(state=Assignment.State.REPORTED).update(at=decision)
        row.evidence.update(added_at=reported)
