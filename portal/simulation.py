"""A department's year played day by day on a throw-away database: who gets which mail under today's rules.

The real database is only read, once; everything else happens in a temporary SQLite file, inside a transaction that
never commits (so no worker is nudged), under a clock of its own; no letter is sent.
"""

from __future__ import annotations

import datetime
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

from django.apps import apps
from django.conf import settings
from django.db import connections, models, transaction
from django.db.utils import load_backend
from django.utils import timezone

from accounts.models import Department, Membership, Role, User
from notifications.domain import delivery
from notifications.domain.rules import rules_of
from notifications.models import OptOut, Reminder, Rules
from orders.models import Clause, Order
from portal.lib.ladder import DAY, next_workday
from portal.lib.refusals import Refused
from roadmaps.domain import approval, fanout, reminders, reports
from roadmaps.domain.going_on import next_report
from roadmaps.models import (
    ActionItem,
    Assignment,
    Notice,
    RecordedEvent,
    ResponsibleRule,
    Roadmap,
    Section,
)
from roadmaps.permissions import may_decide
from schools.models import ObjectivityFlag, Post, School

# What a year of reminders needs, and how each table knows its department.
COPIED: tuple[tuple[type[models.Model], str], ...] = (
    (Department, "pk"),
    (User, "memberships__department"),
    (Membership, "department"),
    (Rules, "department"),
    (OptOut, "user__memberships__department"),
    (School, "department"),
    (Post, "school__department"),
    (ObjectivityFlag, "school__department"),
    (ResponsibleRule, "department"),
    (Order, "department"),
    (Clause, "order__department"),
    (Roadmap, "department"),
    (Section, "roadmap__department"),
    (ActionItem, "section__roadmap__department"),
    (RecordedEvent, "department"),
    (Assignment, "department"),
)
# Days from the due day to the report, by how diligent a bearer happens to be; None: never.
DILIGENCE: tuple[tuple[int, int | None], ...] = ((60, -3), (85, 0), (93, 4), (98, 12), (100, None))
RETURNED = 8  # of a hundred reports
LONGEST = 800 * DAY


@dataclass(frozen=True)
class Mail:
    """One letter as it would go out."""

    day: datetime.date
    person: User
    kind: str
    subject: str
    assignments: list[Assignment]


@contextmanager
def throw_away(department: Department) -> Iterator[None]:
    """Inside, the default database is an empty temporary one with the department's rows; the real one is as it was."""
    rows = [(model, list(_rows(model, path, department))) for model, path in COPIED]
    with empty_database():
        for model, found in rows:
            model._base_manager.bulk_create(found, batch_size=500)
        yield


def _rows(model: type[models.Model], path: str, department: Department) -> models.QuerySet[Any]:
    return model._base_manager.filter(**{path: department.pk}).distinct().order_by("pk")


@contextmanager
def empty_database() -> Iterator[None]:
    """All tables, no rows, in a file that is gone afterwards; whatever is written is never committed."""
    real = connections["default"]
    with tempfile.TemporaryDirectory(prefix="portal-year-") as folder:
        options = connections.settings["default"] | {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(folder) / "year.sqlite3"),
            "OPTIONS": settings.SQLITE_OPTIONS,
        }
        own = load_backend("django.db.backends.sqlite3").DatabaseWrapper(options, "default")
        connections["default"] = own
        try:
            own.disable_constraint_checking()  # rows of other tables are not copied
            with own.schema_editor() as editor:
                for model in apps.get_models():
                    editor.create_model(model)
            own.disable_constraint_checking()
            with transaction.atomic():
                yield
                transaction.set_rollback(True)
        finally:
            own.close()
            connections["default"] = real


@contextmanager
def clock() -> Iterator[Any]:
    """``clock()`` gives a function that sets the portal's time within this process."""
    real = timezone.now

    def at(moment: datetime.datetime) -> None:
        timezone.now = lambda: moment

    try:
        yield at
    finally:
        timezone.now = real


@dataclass
class Year:
    """The play: mornings with their mail, and people who report, more or less in time, the same way each time."""

    department: Department
    plan: dict[datetime.date, list[int]] = field(default_factory=lambda: defaultdict(list))

    def play(self) -> Iterator[Mail]:
        """Each letter in the order of the year."""
        self.calendar, self.report_every = self.department.calendar, rules_of(self.department).report_every
        first, last = self.period()
        with clock() as at:
            at(self.moment(first, 0))
            self.give_out()
            for number in range((last - first).days + 1):
                day = first + number * DAY
                at(self.moment(day, rules_of(self.department).morning))
                reminders.sweep_department(self.department, timezone.now())
                yield from self.mail(day)
                if self.calendar.is_workday(day):
                    at(self.moment(day, 14))
                    self.work(day)
                    yield from self.mail(day)

    def plans(self) -> models.QuerySet[Roadmap]:
        """In force, or to be."""
        rows = Roadmap.objects.filter(department=self.department).exclude(state=Roadmap.State.ARCHIVED)
        return rows.select_related("order", "department").order_by("pk")

    def duties(self) -> models.QuerySet[Assignment]:
        """Of these plans and the clauses of their orders."""
        plans = self.plans().order_by()
        of_items = models.Q(item__section__roadmap__in=plans)
        return Assignment.objects.filter(of_items | models.Q(clause__order__roadmaps__in=plans)).distinct()

    def period(self) -> tuple[datetime.date, datetime.date]:
        """From the first day of the earliest plan to the last of the latest."""
        plans = self.plans()
        if not plans.exists():
            raise Refused("В отделе нет дорожной карты, год которой можно проиграть.")
        span = plans.aggregate(first=models.Min("first_day"), last=models.Max("last_day"))
        return span["first"], min(span["last"], span["first"] + LONGEST)

    def give_out(self) -> None:
        """Every plan in force, every duty as on its first day; who will report when is decided."""
        by = Membership.objects.active().filter(department=self.department).order_by("pk").first()
        if by is None:
            raise Refused("В отделе никто не работает: писать некому.")
        Reminder.objects.all().delete()  # with all that was told
        Assignment.objects.filter(pk__in=self.duties().values("pk")).update(
            state=Assignment.State.ASSIGNED, reported_at=None, reported_by=None, decided_at=None, decided_by=None,
            round=1, draft={}, progress_on=None,
        )  # fmt: skip
        ActionItem.objects.update(proof=ActionItem.Proof.ANY)  # nobody attaches files in a play
        for roadmap in self.plans().exclude(state=Roadmap.State.APPROVED):
            if roadmap.state == Roadmap.State.DRAFT:
                approval.assemble(roadmap, by)
            Roadmap.objects.filter(pk=roadmap.pk).update(state=Roadmap.State.APPROVED)
            roadmap.refresh_from_db()
            fanout.fan_out(roadmap, by)
        for duty in self.duties().order_by("pk"):
            self.intend(duty)

    def intend(self, duty: Assignment) -> None:
        """When its bearer will report: on the due day or so, on what goes on when the next report is wanted or so."""
        wanted = duty.last_day or next_report(duty, self.report_every)
        days = self.diligence(duty)
        if wanted and days is not None:
            self.plan[next_workday(wanted + days * DAY, self.calendar)].append(duty.pk)

    def diligence(self, duty: Assignment) -> int | None:
        chance = self.chance(duty, "report")
        return next(days for below, days in DILIGENCE if chance < below)

    def chance(self, duty: Assignment, what: str) -> int:
        """0–99, always the same for the same duty."""
        source = duty.item_id or -(duty.clause_id or 0)
        return crc32(f"{what}:{source}:{duty.occurrence}:{duty.school_id}:{duty.official_id}".encode()) % 100

    def work(self, day: datetime.date) -> None:
        """Who meant to report today reports; the next working day it is accepted or, seldom, returned."""
        rows = Assignment.objects.filter(pk__in=self.plan.pop(day, ())).select_related(
            "item",
            "clause",
            "school",
            "official__user",
            "controller__user",
            "department",
            "reported_by__user",
        )
        for duty in rows.order_by("pk"):
            if duty.state == Assignment.State.REPORTED:
                self.decide(duty, day)
            elif (reporter := self.reporter(duty)) and duty.last_day is None:
                reports.report_progress(duty, by=reporter, note="Идёт по плану.")
                self.intend(duty)
            elif reporter:
                reports.report(duty, by=reporter, note="Выполнено.")
                self.plan[self.calendar.add_workdays(day, 1)].append(duty.pk)

    def decide(self, duty: Assignment, day: datetime.date) -> None:
        decider = next((one for one in self.deciders() if may_decide(duty, one)), None)
        if decider is None:
            return
        if duty.round == 1 and self.chance(duty, "return") < RETURNED:
            reports.return_(duty, by=decider, comment="Приложите подписанный документ.")
            self.plan[self.calendar.add_workdays(day, 3)].append(duty.pk)
        else:
            reports.accept(duty, by=decider)

    def deciders(self) -> list[Membership]:
        decide = Membership.objects.active().filter(
            department=self.department, role__in=[Role.METHODIST, Role.HEAD]
        )
        return list(decide.order_by("pk"))

    def reporter(self, duty: Assignment) -> Membership | None:
        if duty.official:
            return duty.official if duty.official.is_active else None
        posts = Post.objects.active().filter(school=duty.school_id).select_related("membership__post")
        return next((post.membership for post in posts.order_by("pk")), None)

    def mail(self, day: datetime.date) -> Iterator[Mail]:
        """What goes out now: nothing has changed since it was recorded, so it is not composed and sent in earnest."""
        due = Reminder.objects.waiting().filter(due_at__lte=timezone.now()).select_related("recipient")
        rows = list(due.order_by("pk"))
        for reminder in rows:
            if not delivery.why_not_by_mail(reminder):
                yield Mail(day, reminder.recipient, reminder.kind, reminder.subject, self.told(reminder))
        due.filter(pk__in=[one.pk for one in rows]).update(state=Reminder.State.SENT, ended_at=timezone.now())

    def told(self, reminder: Reminder) -> list[Assignment]:
        """All duties the letter is about, those that are only counted in it too."""
        listed = [line["assignment"] for group in reminder.groups for line in group["lines"]]
        noticed = Notice.objects.filter(reminder=reminder).values("assignment")
        rows = Assignment.objects.filter(models.Q(pk__in=listed) | models.Q(pk__in=noticed))
        return list(
            rows.select_related("item", "clause", "school", "official__user").order_by("last_day", "pk")
        )

    def moment(self, day: datetime.date, hour: int) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time(hour), self.department.tz)
