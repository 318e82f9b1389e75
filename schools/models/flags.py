"""Flags of non-objectivity and their history."""

from __future__ import annotations

from django.db import models

from accounts.models import Membership
from accounts.tenancy import TenantQuerySet
from schools.models.schools import School


class FlagQuerySet(TenantQuerySet["ObjectivityFlag"]):
    """The department's own analysis: a school learns of it by letter or order, not here."""

    department_path = "school__department"

    def standing(self) -> FlagQuerySet:
        """Not lifted and not refuted: the school is still in the risk zone."""
        return self.exclude(state__in=[ObjectivityFlag.State.LIFTED, ObjectivityFlag.State.REFUTED])


class ObjectivityFlag(models.Model):
    """A suspicion with evidence: opened and lifted by people, never by the portal."""

    class State(models.TextChoices):
        ANALYSIS = "analysis", "анализируется"
        CONFIRMED = "confirmed", "подтверждён"
        REFUTED = "refuted", "не подтверждён"
        MEASURES = "measures", "принимаются меры"
        LIFTED = "lifted", "снят"

    class Origin(models.TextChoices):
        HAND = "hand", "наблюдения отдела"
        OFFICIAL = "official", "официальный перечень"
        COMPUTED = "computed", "расчёт портала"

    TRANSITIONS = {
        State.ANALYSIS: {State.CONFIRMED, State.REFUTED},
        State.CONFIRMED: {State.MEASURES, State.LIFTED},
        State.MEASURES: {State.LIFTED},
        State.REFUTED: set(),
        State.LIFTED: set(),
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="flags", verbose_name="школа")
    year = models.PositiveSmallIntegerField("учебный год", help_text="Год, в котором он начался.")
    subject = models.CharField("предмет", max_length=60, blank=True)
    grade = models.PositiveSmallIntegerField("класс", null=True, blank=True)
    origin = models.CharField("происхождение", max_length=10, choices=Origin, default=Origin.HAND)
    source = models.CharField("откуда известно", max_length=300)
    grounds = models.TextField("основания", blank=True)
    state = models.CharField("состояние", max_length=20, choices=State, default=State.ANALYSIS)
    opened_on = models.DateField("открыт")
    opened_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField("закрыт", null=True, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = "признак необъективности"
        verbose_name_plural = "признаки необъективности"
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="flag_closed_iff_final",
                condition=models.Q(state__in=["lifted", "refuted"], closed_on__isnull=False)
                | models.Q(state__in=["analysis", "confirmed", "measures"], closed_on=None),
                violation_error_message="У закрытого признака должна быть дата закрытия.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.school}: {self.subject} {self.grade or ''}".strip(": ")

    @property
    def year_end(self) -> str:
        """«26» of 2025/26."""
        return f"{(self.year + 1) % 100:02d}"

    @property
    def next_states(self) -> list[ObjectivityFlag.State]:
        """Where a person may move it from here, in the order of life."""
        allowed = self.TRANSITIONS[self.State(self.state)]
        return [state for state in self.State if state in allowed]


class FlagEvent(models.Model):
    """Append-only: who moved a flag to which state, when and why."""

    flag = models.ForeignKey(ObjectivityFlag, models.PROTECT, related_name="events")
    state = models.CharField("состояние", max_length=20, choices=ObjectivityFlag.State)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="кто")
    comment = models.TextField("почему", blank=True)
    at = models.DateTimeField("когда", auto_now_add=True)

    class Meta:
        verbose_name = "событие признака"
        verbose_name_plural = "события признаков"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.flag_id}: {self.get_state_display()}"
