"""What the bearer of a duty asks for: more time, or to be let off."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Membership
from accounts.tenancy import TenantQuerySet
from roadmaps.models.duties import Assignment


class RequestQuerySet(TenantQuerySet["AssignmentRequest"]):
    department_path = "assignment__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> RequestQuerySet:
        """As far as the duty itself is seen."""
        requests = super().visible_to(membership)
        return requests.filter(assignment__in=Assignment.objects.visible_to(membership).order_by())

    def waiting(self) -> RequestQuerySet:
        """Asked, not answered, and the duty still has to be done."""
        return self.filter(state=AssignmentRequest.State.ASKED, assignment__state__in=Assignment.OPEN_STATES)


class AssignmentRequest(models.Model):
    """One request (просьба) about a duty; at most one waits at a time. Granted and refused by the controller."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", "продлить срок"
        EXEMPTION = "exemption", "признать, что не касается"

    class State(models.TextChoices):
        ASKED = "asked", "ждёт ответа"
        GRANTED = "granted", "удовлетворена"
        DENIED = "denied", "отказано"
        DROPPED = "dropped", "отозвана"

    TRANSITIONS = {
        State.ASKED: {State.GRANTED, State.DENIED, State.DROPPED},
        State.GRANTED: set(),
        State.DENIED: set(),
        State.DROPPED: set(),
    }

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="requests")
    kind = models.CharField("о чём", max_length=10, choices=Kind)
    state = models.CharField("состояние", max_length=10, choices=State, default=State.ASKED)
    reason = models.TextField("почему")
    until = models.DateField("до какого дня", null=True, blank=True)
    asked_by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("когда", auto_now_add=True)
    decided_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("решено", null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = "просьба"
        verbose_name_plural = "просьбы"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(state="asked"),
                name="request_one_waiting",
                violation_error_message="Просьба по этому поручению уже ждёт ответа.",
            ),
            models.CheckConstraint(
                name="request_day_iff_extension",
                condition=Q(kind="extension", until__isnull=False) | Q(kind="exemption", until=None),
                violation_error_message="Для продления нужен новый день.",
            ),
            models.CheckConstraint(
                name="request_decided_iff_over",
                condition=Q(state="asked", decided_at=None, decided_by=None)
                | Q(
                    state__in=["granted", "denied", "dropped"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                violation_error_message="У решения должны быть дата и автор.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.assignment}"
