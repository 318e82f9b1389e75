"""Works by code, the sample drawn of them, who reads them and what each reading gave. Never a pupil's name."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q

from accounts.models import Membership, Role
from accounts.tenancy import M, TenantQuerySet
from recheck.models.cases import RecheckCase
from recheck.models.people import Expert


class OfCase(TenantQuerySet[M]):
    department_path = "case__department"


class Sample(models.Model):
    """One draw, as the protocol repeats it. A row never changes (a trigger); a redraw is a new row with its reason.

    ``strata``: ``[{"class", "mark", "works", "drawn": [code, …]}, …]``; ``works_digest``: SHA-256 of
    the list drawn from.
    """

    case = models.ForeignKey(RecheckCase, models.PROTECT, related_name="samples")
    number = models.PositiveSmallIntegerField("который раз", default=1)
    algorithm = models.CharField("алгоритм", max_length=60)
    version = models.PositiveSmallIntegerField("версия алгоритма")
    seed = models.CharField("зерно", max_length=220)
    size = models.PositiveIntegerField("работ в выборке")
    population = models.PositiveIntegerField("работ всего")
    works_digest = models.CharField("отпечаток списка работ", max_length=64)
    strata = models.JSONField("слои")
    reason = models.CharField("почему заново", max_length=500, blank=True)
    drawn_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField("сделана", auto_now_add=True)

    objects = OfCase.as_manager()

    class Meta:
        verbose_name = "выборка"
        verbose_name_plural = "выборки"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="sample_number_once"),
            models.CheckConstraint(
                name="sample_redraw_has_reason",
                condition=Q(number=1, reason="") | (Q(number__gt=1) & ~Q(reason="")),
                violation_error_message="У повторной выборки должна быть причина.",
            ),
        ]

    def __str__(self) -> str:
        return f"выборка {self.number}"


class Work(models.Model):
    """One pupil's work under its code: the school's mark and scores by task (null: «Х», не приступал)."""

    case = models.ForeignKey(RecheckCase, models.CASCADE, related_name="works")
    code = models.CharField("код", max_length=40)
    class_name = models.CharField("класс", max_length=12)
    mark = models.PositiveSmallIntegerField("отметка школы", null=True, blank=True)
    scores = models.JSONField("баллы школы", default=dict)
    sample = models.ForeignKey(Sample, models.PROTECT, null=True, blank=True, related_name="works")

    objects = OfCase.as_manager()

    class Meta:
        verbose_name = "работа"
        verbose_name_plural = "работы"
        ordering = ["class_name", "code", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code"],
                name="work_code_once",
                violation_error_message="Работа с таким кодом уже есть.",
            )
        ]

    def __str__(self) -> str:
        return self.code


class SeatQuerySet(TenantQuerySet["Seat"]):
    department_path = "case__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> SeatQuerySet:
        """A deputy sees the experts of the task their school was given, and the places they hold themselves."""
        seats = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            own = Q(case__checker__posts__membership=membership) & ~Q(part=Seat.Part.THIRD)
            return seats.filter(own | Q(expert__membership__user=membership.user_id))
        return seats

    def active(self) -> SeatQuerySet:
        return self.filter(ended_at=None)


class Seat(models.Model):
    """An expert in a case. Conflicts of interest are refused by the database too (migration 0002)."""

    class Part(models.IntegerChoices):
        FIRST = 1, "первая проверка"
        SECOND = 2, "вторая проверка"
        THIRD = 3, "спорные задания"

    LINK_LIVES = datetime.timedelta(days=30)

    case = models.ForeignKey(RecheckCase, models.PROTECT, related_name="seats")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="seats", verbose_name="эксперт")
    part = models.PositiveSmallIntegerField("что проверяет", choices=Part, default=Part.FIRST)
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    token_until = models.DateTimeField("ссылка действует до", null=True, blank=True)
    appointed_by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    appointed_at = models.DateTimeField("назначен", auto_now_add=True)
    handed_at = models.DateTimeField("сдал", null=True, blank=True)
    ended_at = models.DateTimeField("освобождён", null=True, blank=True)
    end_reason = models.CharField("почему освобождён", max_length=300, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = "эксперт перепроверки"
        verbose_name_plural = "эксперты перепроверок"
        ordering = ["part", "pk"]
        constraints = [
            # Whoever left may not come back to read the same works a second time.
            models.UniqueConstraint(
                fields=["case", "expert"],
                name="seat_expert_once",
                violation_error_message="Этот эксперт в перепроверке уже был.",
            ),
            models.CheckConstraint(
                name="seat_ended_has_reason",
                condition=Q(ended_at=None, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                violation_error_message="Укажите, почему эксперт освобождён.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert}, {self.get_part_display()}"


class ScoringQuerySet(TenantQuerySet["Scoring"]):
    department_path = "work__case__department"

    def done(self) -> ScoringQuerySet:
        return self.filter(done_at__isnull=False)

    def current(self) -> ScoringQuerySet:
        """Readings of works that the last draw holds; those of an earlier draw stay, and count for nothing."""
        return self.filter(work__sample__isnull=False)


class Scoring(models.Model):
    """One reading of one work by one expert: ``scores`` by task number (null: «Х»). Blind: see `domain.reading`."""

    work = models.ForeignKey(Work, models.PROTECT, related_name="scorings")
    part = models.PositiveSmallIntegerField("которая проверка", choices=Seat.Part)
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="scorings")
    scores = models.JSONField("баллы эксперта", default=dict, blank=True)
    asked = models.JSONField(
        "какие задания", default=list, help_text="Номера; у третьего эксперта только спорные."
    )
    done_at = models.DateTimeField("проверена", null=True, blank=True)
    entered_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField("изменена", null=True, blank=True)

    objects = ScoringQuerySet.as_manager()

    class Meta:
        verbose_name = "проверка работы"
        verbose_name_plural = "проверки работ"
        ordering = ["work__class_name", "work__code", "part"]
        constraints = [
            models.UniqueConstraint(fields=["work", "part"], name="scoring_once"),
        ]

    def __str__(self) -> str:
        return f"{self.work}: {self.get_part_display()}"
