"""Results of the VPR as counts: a school's, and those of the groups it is compared with. Never a pupil's."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Department
from accounts.tenancy import TenantQuerySet
from jobs.staging import StagedImport
from schools.models.schools import School
from schools.models.vpr import Exam, VprCampaign


class VprResult(models.Model):
    """What came out of one test in one school or in a group it is compared with.

    ``marks``: ``{"2": n, "3": n, "4": n, "5": n}``; ``journal``: ``{"lowered": n, "confirmed": n, "raised": n}``;
    ``histogram``: pupils by first score, index = score; ``tasks``: ``{"1": share of the task's maximum 0…1}``.
    Counts are pupils. An empty value: that form has not come in yet.
    """

    class Scope(models.TextChoices):
        SCHOOL = "school", "школа"
        DEPARTMENT = "department", "муниципалитет"
        REGION = "region", "регион"
        COUNTRY = "country", "Российская Федерация"

    department = models.ForeignKey(Department, models.PROTECT, related_name="results")
    exam = models.ForeignKey(Exam, models.CASCADE, related_name="results", verbose_name="работа")
    scope = models.CharField("чей результат", max_length=12, choices=Scope, default=Scope.SCHOOL)
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="results", verbose_name="школа"
    )
    participants = models.PositiveIntegerField("участников", null=True, blank=True)
    marks = models.JSONField("отметки", default=dict, blank=True)
    journal = models.JSONField("против журнала", default=dict, blank=True)
    histogram = models.JSONField("первичные баллы", default=list, blank=True)
    tasks = models.JSONField("выполнение заданий", default=dict, blank=True)
    updated_at = models.DateTimeField("обновлено", auto_now=True)

    objects = TenantQuerySet["VprResult"].as_manager()

    class Meta:
        verbose_name = "результат ВПР"
        verbose_name_plural = "результаты ВПР"
        ordering = ["exam", "school", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "school"], condition=Q(scope="school"), name="result_school_once"
            ),
            models.UniqueConstraint(
                fields=["exam", "scope"], condition=~Q(scope="school"), name="result_group_once"
            ),
            models.CheckConstraint(
                name="result_school_iff_scope",
                condition=Q(scope="school", school__isnull=False) | (~Q(scope="school") & Q(school=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam}: {self.school or self.get_scope_display()}"


class ResultImport(StagedImport):
    """A file of results on its way in.

    A school's own form names pupils by codes: it is counted while it is read and never kept, ``file`` is empty then.

    ``preview``: what was read and what it would do (`schools.domain.result_plan`); ``before``: the values that were
    replaced, by result.
    """

    campaign = models.ForeignKey(
        VprCampaign, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="кампания"
    )

    class Meta(StagedImport.Meta):
        verbose_name = "загрузка результатов ВПР"
        verbose_name_plural = "загрузки результатов ВПР"


class SubjectName(models.Model):
    """A subject as this department's files write it: «МАТ-Б» is «математика». Said by a person once, then known."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="subject_names")
    written = models.CharField("в файле", max_length=60)
    subject = models.CharField("предмет", max_length=60)

    objects = TenantQuerySet["SubjectName"].as_manager()

    class Meta:
        verbose_name = "название предмета"
        verbose_name_plural = "названия предметов"
        ordering = ["written"]
        constraints = [
            models.UniqueConstraint(fields=["department", "written"], name="subject_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.written}: {self.subject}"
