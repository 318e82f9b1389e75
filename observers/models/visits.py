"""Visits: who watches which session at which stage, how many are needed, and the solver's proposals."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from accounts.models import Department, Membership
from accounts.tenancy import TenantQuerySet
from observers.models.bank import Observer, ObserverChild
from orders.models import Order
from schools.models import VprCampaign, VprSession


class Stage(models.TextChoices):
    """What is watched of a session."""

    PREPARATION = "preparation", "подготовка"
    RUNNING = "running", "проведение"
    CHECKING = "checking", "проверка"
    UPLOAD = "upload", "загрузка"


def hours(prefix: str) -> dict[str, Case]:
    """When a session begins and ends, as ``begins`` and ``ends``; without both hours it takes the whole day."""
    known = {f"{prefix}starts_at__isnull": False, f"{prefix}ends_at__isnull": False}
    return {
        "begins": Case(When(**known, then=F(f"{prefix}starts_at")), default=Value(time.min)),
        "ends": Case(When(**known, then=F(f"{prefix}ends_at")), default=Value(time.max)),
    }


class ObserverAssignmentQuerySet(TenantQuerySet["ObserverAssignment"]):
    """Closed to schools: who comes is told to them by the order and by the department."""

    department_path = "observer__department"

    def of_observer(self, observer: Observer) -> ObserverAssignmentQuerySet:
        """The one door of an observer, who may have no membership."""
        return self.filter(observer=observer)

    def active(self) -> ObserverAssignmentQuerySet:
        """Proposed or confirmed: somebody is expected."""
        return self.filter(state__in=ObserverAssignment.ACTIVE)

    def with_trouble(self) -> ObserverAssignmentQuerySet:
        """Adds what came to stand against a visit after it was made; computed, so it is never out of date.

        ``own_school``, ``child_school``, ``double``: a hard conflict (the school, a child or the day came later);
        ``moved``: the session is not where and when the observer was told.
        """
        works = Observer.works_at.through.objects.filter(
            observer=OuterRef("observer"), school=OuterRef("session__school")
        )
        children = ObserverChild.objects.filter(
            observer=OuterRef("observer"), school=OuterRef("session__school")
        )
        return self.annotate(
            **hours("session__"),
            own_school=Exists(works),
            child_school=Exists(children),
            double=Exists(meeting(ObserverAssignment.objects.active())),
            moved=Case(When(TOLD, then=False), default=True),
        )


def meeting(assignments: ObserverAssignmentQuerySet) -> ObserverAssignmentQuerySet:
    """Those of ``assignments`` that meet the outer visit (with its `hours`) in another session of the same day."""
    same_day = assignments.filter(observer=OuterRef("observer"), session__day=OuterRef("session__day"))
    elsewhere = same_day.exclude(session=OuterRef("session")).annotate(**hours("session__"))
    return elsewhere.filter(Q(begins__lt=OuterRef("ends")), Q(ends__gt=OuterRef("begins")))


TOLD = Q(told_day=F("session__day"), told_school=F("session__school")) & (
    Q(told_starts_at=F("session__starts_at")) | Q(told_starts_at=None, session__starts_at=None)
)


class ObserverAssignment(models.Model):
    """An observer watches one stage of one session.

    The database refuses an active visit to the own school, to a child's school, and a second one at overlapping hours
    (migration 0002). What makes a standing visit impossible later is shown by
    `ObserverAssignmentQuerySet.with_trouble`.
    ``told_…`` are place and time as the observer knows them. ``fixed``: chosen by a person, the solver keeps it.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "назначен, ждёт приказа"
        CONFIRMED = "confirmed", "подтверждён"
        DECLINED = "declined", "отказался"
        CANCELLED = "cancelled", "снят"

    TRANSITIONS = {
        State.PROPOSED: {State.CONFIRMED, State.DECLINED, State.CANCELLED},
        State.CONFIRMED: {State.DECLINED, State.CANCELLED},
        State.DECLINED: set(),
        State.CANCELLED: set(),
    }
    ACTIVE: ClassVar = (State.PROPOSED, State.CONFIRMED)

    observer = models.ForeignKey(
        Observer, models.PROTECT, related_name="assignments", verbose_name="наблюдатель"
    )
    session = models.ForeignKey(
        VprSession, models.PROTECT, related_name="observer_assignments", verbose_name="проведение"
    )
    stage = models.CharField("этап", max_length=12, choices=Stage, default=Stage.RUNNING)
    state = models.CharField("состояние", max_length=10, choices=State, default=State.PROPOSED)
    fixed = models.BooleanField("закреплён", default=False)
    told_day = models.DateField("день, о котором знает")
    told_starts_at = models.TimeField("начало, о котором знает", null=True, blank=True)
    told_school = models.ForeignKey(
        "schools.School", models.PROTECT, related_name="+", verbose_name="школа, о которой знает"
    )
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="вместо"
    )
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="observer_assignments"
    )
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("назначен", auto_now_add=True)
    confirmed_at = models.DateTimeField("подтверждён", null=True, blank=True)
    closed_at = models.DateTimeField("закрыт", null=True, blank=True)

    objects = ObserverAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "назначение наблюдателя"
        verbose_name_plural = "назначения наблюдателей"
        ordering = ["session__day", "session__starts_at", "pk"]
        indexes = [models.Index(fields=["observer", "state"], name="visit_by_observer")]
        constraints = [
            models.UniqueConstraint(
                fields=["observer", "session", "stage"],
                condition=Q(state__in=["proposed", "confirmed"]),
                name="visit_once",
                violation_error_message="Этот наблюдатель уже назначен сюда.",
            ),
            models.CheckConstraint(
                name="visit_state_has_its_moments",
                condition=Q(state="proposed", confirmed_at=None, closed_at=None)
                | Q(state="confirmed", confirmed_at__isnull=False, closed_at=None)
                | Q(state__in=["declined", "cancelled"], closed_at__isnull=False),
                violation_error_message="У подтверждённого и у снятого назначения должно быть время.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.observer}: {self.session}, {self.get_stage_display()}"

    @property
    def trouble(self) -> bool:
        """Whether somebody must act on it; for rows fetched by `ObserverAssignmentQuerySet.with_trouble`."""
        return any(getattr(self, name) for name in ("own_school", "child_school", "double", "moved"))

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE


class AssignmentEventQuerySet(TenantQuerySet["ObserverAssignmentEvent"]):
    department_path = "assignment__observer__department"


class ObserverAssignmentEvent(models.Model):
    """Append-only: what became of a visit, by whom and why. ``by_observer``: the observer said so, by the link."""

    assignment = models.ForeignKey(ObserverAssignment, models.PROTECT, related_name="events")
    state = models.CharField("состояние", max_length=10, choices=ObserverAssignment.State)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="кто")
    by_observer = models.BooleanField("сам наблюдатель", default=False)
    comment = models.CharField("почему", max_length=500, blank=True)
    at = models.DateTimeField("когда", auto_now_add=True)

    objects = AssignmentEventQuerySet.as_manager()

    class Meta:
        verbose_name = "событие назначения"
        verbose_name_plural = "история назначений"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.get_state_display()}"


class CampaignNeedsQuerySet(TenantQuerySet["CampaignNeeds"]):
    department_path = "campaign__department"


class CampaignNeeds(models.Model):
    """How many observers each session of a campaign needs by stage, unless the session says otherwise.

    No federal number is known, so each department sets its own.
    """

    campaign = models.OneToOneField(VprCampaign, models.CASCADE, related_name="observer_needs")
    preparation = models.PositiveSmallIntegerField("на подготовке", default=0)
    running = models.PositiveSmallIntegerField("на проведении", default=1)
    checking = models.PositiveSmallIntegerField("на проверке", default=0)
    upload = models.PositiveSmallIntegerField("на загрузке", default=0)

    objects = CampaignNeedsQuerySet.as_manager()

    class Meta:
        verbose_name = "сколько нужно наблюдателей"
        verbose_name_plural = "сколько нужно наблюдателей"

    def __str__(self) -> str:
        return f"{self.campaign}: {self.running}"


class SessionNeedQuerySet(TenantQuerySet["SessionNeed"]):
    department_path = "session__school__department"


class SessionNeed(models.Model):
    """A session that needs another number of observers at a stage than its campaign."""

    session = models.ForeignKey(VprSession, models.CASCADE, related_name="observer_needs")
    stage = models.CharField("этап", max_length=12, choices=Stage, default=Stage.RUNNING)
    observers = models.PositiveSmallIntegerField("нужно наблюдателей")

    objects = SessionNeedQuerySet.as_manager()

    class Meta:
        verbose_name = "потребность в наблюдателях"
        verbose_name_plural = "потребности в наблюдателях"
        constraints = [models.UniqueConstraint(fields=["session", "stage"], name="session_need_once")]

    def __str__(self) -> str:
        return f"{self.session}: {self.observers}"


class AssignmentProposal(models.Model):
    """What the solver proposed, as a difference to the visits of that moment; taken row by row or thrown away.

    ``content``: ``{"rows": [{"do": "add" | "remove", "session", "observer", "done", "problem"}], "kept": n,
    "assigned": n, "unfilled": [{"session", "missing", "reason"}], "status": "optimal" | "feasible"}``, ids of rows.
    """

    class State(models.TextChoices):
        OPEN = "open", "ждёт решения"
        ACCEPTED = "accepted", "принято"
        DISCARDED = "discarded", "отброшено"

    TRANSITIONS = {
        State.OPEN: {State.ACCEPTED, State.DISCARDED},
        State.ACCEPTED: set(),
        State.DISCARDED: set(),
    }

    department = models.ForeignKey(Department, models.CASCADE, related_name="+")
    campaign = models.ForeignKey(VprCampaign, models.CASCADE, related_name="observer_proposals")
    stage = models.CharField("этап", max_length=12, choices=Stage, default=Stage.RUNNING)
    state = models.CharField("состояние", max_length=10, choices=State, default=State.OPEN)
    content = models.JSONField("что предложено", default=dict)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("рассчитано", auto_now_add=True)
    decided_at = models.DateTimeField("решено", null=True, blank=True)

    objects = TenantQuerySet["AssignmentProposal"].as_manager()

    class Meta:
        verbose_name = "предложение назначений"
        verbose_name_plural = "предложения назначений"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="proposal_decided_iff_final",
                condition=Q(state="open", decided_at=None)
                | Q(state__in=["accepted", "discarded"], decided_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Предложение от {self.created_at:%d.%m.%Y %H:%M}"
