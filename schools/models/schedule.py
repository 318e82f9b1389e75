"""Around the days of the VPR: grades a school has not, the history of its days, files on their way in."""

from __future__ import annotations

from typing import Self

from django.db import models

from accounts.models import Membership, Role
from accounts.tenancy import M, TenantQuerySet
from jobs.staging import StagedImport
from schools.models.schools import School
from schools.models.vpr import Exam, VprCampaign


class OwnSchoolQuerySet(TenantQuerySet[M]):
    """A school's deputy sees the school's own rows."""

    department_path = "school__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> Self:
        rows = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return rows.filter(school__posts__membership=membership)
        return rows


class AbsentGrade(models.Model):
    """The school has no such grade this year: its tests are not missed."""

    campaign = models.ForeignKey(VprCampaign, models.CASCADE, related_name="absent_grades")
    school = models.ForeignKey(School, models.CASCADE, related_name="absent_grades", verbose_name="школа")
    grade = models.PositiveSmallIntegerField("класс")

    objects = OwnSchoolQuerySet["AbsentGrade"].as_manager()

    class Meta:
        verbose_name = "нет такого класса"
        verbose_name_plural = "нет таких классов"
        ordering = ["school", "grade"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "school", "grade"], name="absent_grade_once")
        ]

    def __str__(self) -> str:
        return f"{self.school}: нет {self.grade} класса"


class SessionEvent(models.Model):
    """Append-only: who gave a school's test its day, moved it, took it away, said it was held or uploaded.

    It names the test and the class, not the row: that one may be gone. ``before`` and ``after`` are the days that
    changed: of the test, of its being held or of its upload, by ``what``.
    """

    class What(models.TextChoices):
        DAY = "day", "день"
        HELD = "held", "проведение"
        UPLOADED = "uploaded", "загрузка в ФИС ОКО"

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="session_events", verbose_name="работа")
    school = models.ForeignKey(School, models.PROTECT, related_name="session_events", verbose_name="школа")
    class_name = models.CharField("класс", max_length=12, blank=True)
    what = models.CharField("что", max_length=10, choices=What)
    before = models.DateField("было", null=True)
    after = models.DateField("стало", null=True)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="кто")
    at = models.DateTimeField("когда", auto_now_add=True)

    objects = OwnSchoolQuerySet["SessionEvent"].as_manager()

    class Meta:
        verbose_name = "событие графика"
        verbose_name_plural = "история графика"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.exam}: {self.get_what_display()}"


class ScheduleImport(StagedImport):
    """A file about a campaign's days on its way in: the days themselves, or when results were uploaded."""

    class Kind(models.TextChoices):
        DAYS = "days", "график"
        UPLOADS = "uploads", "загрузки в ФИС ОКО"

    campaign = models.ForeignKey(VprCampaign, models.CASCADE, related_name="imports", verbose_name="кампания")
    kind = models.CharField("о чём файл", max_length=10, choices=Kind, default=Kind.DAYS)

    class Meta(StagedImport.Meta):
        verbose_name = "загрузка графика ВПР"
        verbose_name_plural = "загрузки графиков ВПР"

    @property
    def title(self) -> str:
        return f"{self.get_kind_display()} «{self.file_name}»"
