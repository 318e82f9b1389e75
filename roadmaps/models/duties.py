"""Duties (поручения) computed from signed roadmaps, their history, proof and reminders told."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models import Department, Membership, Role, User
from accounts.tenancy import TenantQuerySet
from notifications.models import Reminder
from orders.models import Clause
from roadmaps.deadlines import EVENT_TITLES
from roadmaps.models.plan import ActionItem
from schools.models import Post, School

AHEAD = 14  # days that start pages and lists call the nearest


class RecordedEventQuerySet(TenantQuerySet["RecordedEvent"]):
    def standing(self) -> RecordedEventQuerySet:
        """Not withdrawn."""
        return self.filter(withdrawn_at=None)


class RecordedEvent(models.Model):
    """Something happened that clocks wait for: an event of `roadmaps.deadlines`, on a day, maybe at one school.

    ``by_portal``: recorded in the course of ``by``'s other work, which ``note`` names. One stands a kind, day and
    school; a withdrawn one stays in the log and may be recorded anew.
    """

    department = models.ForeignKey(Department, models.PROTECT, related_name="recorded_events")
    event = models.CharField("событие", max_length=40)
    day = models.DateField("день")
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="recorded_events")
    note = models.CharField("примечание", max_length=300, blank=True)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    by_portal = models.BooleanField("записал портал", default=False)
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField("отозвано", null=True, blank=True)
    withdrawn_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = models.CharField("почему отозвано", max_length=300, blank=True)

    objects = RecordedEventQuerySet.as_manager()

    class Meta:
        verbose_name = "событие"
        verbose_name_plural = "события"
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "event", "day", "school"],
                condition=Q(school__isnull=False, withdrawn_at=None),
                name="event_school_once",
            ),
            models.UniqueConstraint(
                fields=["department", "event", "day"],
                condition=Q(school=None, withdrawn_at=None),
                name="event_department_once",
            ),
            models.CheckConstraint(
                name="event_withdrawn_by_whom_and_why",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_why="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why=""),
                violation_error_message="У отозванного события должны быть дата, автор и причина.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.day:%d.%m.%Y}"

    @property
    def title(self) -> str:
        """What happened, in Russian: «оценочная процедура проведена»."""
        return EVENT_TITLES.get(self.event, self.event)


def touching(member: Membership, people: Any) -> models.QuerySet[Any, Any]:
    """Keys of the duties of this member's school, and of those that name ``people`` (keys) or that these help with.

    A union, where OR over joins would have the database walk all duties.
    """
    schools = Post.objects.filter(membership=member).values("school")
    keys = Assignment.objects.order_by().values("pk")
    helped = Assignment.helpers.through.objects.filter(membership__in=people).values("assignment")
    return keys.filter(school__in=schools).union(keys.filter(official__in=people), helped)


def bearer_is_missing() -> Q:
    """The named official has left, or the school has no deputy."""
    manned = Post.objects.filter(membership__ended_at=None).values("school")
    return Q(official__ended_at__isnull=False) | Q(official=None) & ~Q(school__in=manned)


def due_in(year: int) -> Q:
    """Due in the academic year that began then, or going on without a due day."""
    return Q(last_day=None) | Q(last_day__range=(datetime.date(year, 9, 1), datetime.date(year + 1, 8, 31)))


class AssignmentQuerySet(TenantQuerySet["Assignment"]):
    schools_see = True

    def visible_to(self, membership: Membership | None) -> AssignmentQuerySet:
        """The department's people see all, a school's deputy their school's only (and what names them)."""
        assignments = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return assignments.filter(pk__in=touching(membership, [membership.pk]))
        return assignments

    def open(self) -> AssignmentQuerySet:
        """Still to be done by the responsible side."""
        return self.filter(state__in=Assignment.OPEN_STATES)

    def overdue(self, today: datetime.date) -> AssignmentQuerySet:
        """Strictly after the due day. Going-on duties have none and are never overdue."""
        return self.open().filter(last_day__lt=today)

    def ahead(self, today: datetime.date) -> AssignmentQuerySet:
        """To be done within the next `AHEAD` days, today included."""
        return self.open().filter(last_day__range=(today, today + datetime.timedelta(days=AHEAD - 1)))

    def counted(self) -> AssignmentQuerySet:
        """What totals count: all but what is asked of nobody any more."""
        return self.exclude(state__in=Assignment.VOID_STATES)

    def asking(self) -> AssignmentQuerySet:
        """Whose bearer asked for a later day or to be let off, and waits for the answer."""
        return self.open().filter(requests__state="asked")  # at most one waits at a time

    def without_bearer(self) -> AssignmentQuerySet:
        """Open, and nobody is there to report: the official has left, or the school has no deputy."""
        return self.open().filter(bearer_is_missing())


class Assignment(models.Model):
    """One duty (поручение): item or clause × occurrence × one school or one official.

    ``round`` counts the reports: the next one rests on the evidence of this round. ``draft`` is what was typed
    and not sent yet: ``{"link", "note", "number", "at"}``. After a report was returned, ``decided_…`` name that
    decision. ``named`` is the official whom the print names, once the duty was handed over to another; ``printed_day``
    is the last day by the print, once an extension was granted. ``helpers`` see the duty and add to its proof.
    ``progress_on`` is the day of the last report of any kind: what goes on is asked for the next one by it.
    """

    class State(models.TextChoices):
        ASSIGNED = "assigned", "не начато"
        DOING = "doing", "в работе"
        REPORTED = "reported", "на проверке"
        ACCEPTED = "accepted", "принято"
        RETURNED = "returned", "возвращено"
        EXEMPT = "exempt", "не касается"
        CLOSED = "closed", "снято"

    TRANSITIONS = {
        State.ASSIGNED: {State.DOING, State.REPORTED, State.EXEMPT, State.CLOSED},
        State.DOING: {State.REPORTED, State.EXEMPT, State.CLOSED},
        State.REPORTED: {State.ACCEPTED, State.RETURNED, State.ASSIGNED, State.DOING, State.CLOSED},
        State.RETURNED: {State.REPORTED, State.EXEMPT, State.CLOSED},
        State.ACCEPTED: set(),
        State.EXEMPT: set(),
        State.CLOSED: set(),
    }
    OPEN_STATES = (State.ASSIGNED, State.DOING, State.RETURNED)
    # Asked of nobody any more, and counted in no total.
    VOID_STATES = (State.EXEMPT, State.CLOSED)

    department = models.ForeignKey(Department, models.PROTECT, related_name="assignments")
    item = models.ForeignKey(ActionItem, models.PROTECT, null=True, blank=True, related_name="assignments")
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="assignments")
    occurrence = models.CharField("какой раз", max_length=80)
    first_day = models.DateField("с", null=True, blank=True)
    last_day = models.DateField(
        "по", null=True, blank=True, help_text="Пусто: идёт постоянно, не просрочивается."
    )
    printed_day = models.DateField("по, как в документе", null=True, blank=True)
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="assignments")
    official = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name="исполнитель",
    )
    named = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="назван в документе"
    )
    helpers = models.ManyToManyField(
        Membership, blank=True, related_name="helps", verbose_name="соисполнители"
    )
    controller = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="controlled", verbose_name="принимает"
    )
    state = models.CharField("состояние", max_length=20, choices=State, default=State.ASSIGNED)
    event = models.ForeignKey(
        RecordedEvent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name="по событию",
    )
    round = models.PositiveSmallIntegerField("который доклад", default=1)
    draft = models.JSONField("черновик доклада", default=dict, blank=True)
    progress_on = models.DateField("последний доклад", null=True, blank=True)
    reported_at = models.DateTimeField("доложено", null=True, blank=True)
    reported_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("решено", null=True, blank=True)
    decided_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("создано", auto_now_add=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "поручение"
        verbose_name_plural = "поручения"
        ordering = [models.F("last_day").asc(nulls_last=True), "pk"]
        indexes = [
            models.Index(fields=["department", "state", "last_day"], name="assignment_control"),
            models.Index(fields=["school", "state", "last_day"], name="assignment_school"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "occurrence", "school"],
                condition=Q(school__isnull=False),
                name="assignment_school_once",
            ),
            models.UniqueConstraint(
                fields=["item", "occurrence", "official"],
                condition=Q(official__isnull=False),
                name="assignment_official_once",
            ),
            models.UniqueConstraint(
                fields=["clause", "occurrence", "school"],
                condition=Q(clause__isnull=False, school__isnull=False),
                name="assignment_clause_school_once",
            ),
            models.UniqueConstraint(
                fields=["clause", "occurrence", "official"],
                condition=Q(clause__isnull=False, official__isnull=False),
                name="assignment_clause_official_once",
            ),
            models.CheckConstraint(
                name="assignment_one_source",
                condition=Q(item__isnull=False, clause=None) | Q(item=None, clause__isnull=False),
            ),
            models.CheckConstraint(
                name="assignment_one_bearer",
                condition=Q(school__isnull=False, official=None) | Q(school=None, official__isnull=False),
                violation_error_message="У поручения один исполнитель: школа или должностное лицо.",
            ),
            models.CheckConstraint(
                name="assignment_state_has_dates",
                condition=Q(
                    state__in=["assigned", "doing"],
                    reported_at=None,
                    reported_by=None,
                    decided_at=None,
                    decided_by=None,
                )
                | Q(state="reported", reported_at__isnull=False, reported_by__isnull=False)
                | Q(state__in=["closed", "exempt"], decided_at__isnull=False, decided_by__isnull=False)
                | Q(
                    state__in=["accepted", "returned"],
                    reported_at__isnull=False,
                    reported_by__isnull=False,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                violation_error_message="У доклада и решения должны быть дата и автор.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item or self.clause}: {self.school or self.official}"

    @property
    def draft_saved_at(self) -> datetime.datetime | None:
        """When the unsent report was last kept."""
        at = self.draft.get("at")
        return datetime.datetime.fromisoformat(at) if at else None

    @property
    def is_open(self) -> bool:
        """Still to be done by the responsible side."""
        return self.state in self.OPEN_STATES


class AssignmentEvent(models.Model):
    """Append-only: what happened to the duty, who did it, why. ``state`` is what the duty was after it."""

    class Kind(models.TextChoices):
        STATE = "state", "состояние"
        INTERIM = "interim", "доклад о ходе"
        COMMENT = "comment", "сообщение"
        ASKED = "asked", "просьба"
        GRANTED = "granted", "просьба удовлетворена"
        DENIED = "denied", "в просьбе отказано"
        DROPPED = "dropped", "просьба отозвана"
        HANDED = "handed", "передано"
        MOVED = "moved", "срок изменён"
        HELPERS = "helpers", "соисполнители"

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="events")
    kind = models.CharField("что", max_length=10, choices=Kind, default=Kind.STATE)
    before = models.CharField("было", max_length=20, blank=True)
    state = models.CharField("стало", max_length=20, choices=Assignment.State)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    comment = models.TextField("почему", blank=True)
    mentions = models.ManyToManyField(Membership, blank=True, related_name="+", verbose_name="кому сказано")
    at = models.DateTimeField("когда", auto_now_add=True)

    class Meta:
        verbose_name = "событие поручения"
        verbose_name_plural = "история поручения"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.at:%d.%m.%Y}"


class EvidenceQuerySet(TenantQuerySet["Evidence"]):
    department_path = "assignment__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> EvidenceQuerySet:
        evidence = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return evidence.filter(assignment__in=Assignment.objects.visible_to(membership).order_by())
        return evidence

    def present(self) -> EvidenceQuerySet:
        return self.filter(removed_at=None)


class Evidence(models.Model):
    """Proof (подтверждение): a file, a link or a note. Never changed; a report rests on its ``round``."""

    class Kind(models.TextChoices):
        FILE = "file", "файл"
        LINK = "link", "ссылка"
        NOTE = "note", "пояснение"
        NUMBER = "number", "число"

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="evidence")
    kind = models.CharField("вид", max_length=10, choices=Kind)
    round = models.PositiveSmallIntegerField("который доклад", default=1)
    file = models.FileField("файл", upload_to="evidence/%Y/%m/", blank=True)
    name = models.CharField("имя файла", max_length=255, blank=True)
    content_type = models.CharField("тип", max_length=120, blank=True)
    size = models.PositiveBigIntegerField("байт", default=0)
    sha256 = models.CharField("контрольная сумма", max_length=64, blank=True)
    url = models.URLField("ссылка", max_length=1000, blank=True)
    text = models.TextField("пояснение", blank=True)
    number = models.DecimalField("число", max_digits=14, decimal_places=2, null=True, blank=True)
    added_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField("добавлено", auto_now_add=True)
    removed_at = models.DateTimeField("убрано", null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "подтверждение"
        verbose_name_plural = "подтверждения"
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        number = "" if self.number is None else f"{self.number.normalize():f}".replace(".", ",")
        return self.name or self.url or number or self.text[:60]


class Notice(models.Model):
    """A rung of the reminder ladder one person was told of, and by which message: nothing is told twice.

    ``rung`` is «7@2026-03-15», or «controller@…», «head@…» of an overdue duty told above its bearer, or «report@…» of
    one that goes on; ``membership`` is the role in which the person was told.
    """

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="notices")
    recipient = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="кому")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    rung = models.CharField("ступень", max_length=60)
    reminder = models.ForeignKey(Reminder, models.CASCADE, related_name="+", verbose_name="сообщение")

    class Meta:
        verbose_name = "сказанное напоминание"
        verbose_name_plural = "сказанные напоминания"
        constraints = [
            models.UniqueConstraint(fields=["assignment", "recipient", "rung"], name="notice_once")
        ]

    def __str__(self) -> str:
        return f"{self.rung}: {self.recipient}"
