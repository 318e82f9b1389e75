"""The VPR of a year: a campaign with its window, the tests it holds, and which school sits which when."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Department, Membership, Role
from accounts.tenancy import TenantQuerySet
from schools.models.schools import School


class VprCampaign(models.Model):
    """One run of the VPR: «весна 2026». Dates come from a person, who names the document they are from."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="campaigns")
    year = models.PositiveSmallIntegerField("учебный год", help_text="Год, в котором он начался.")
    name = models.CharField("название", max_length=120)
    first_day = models.DateField("первый день проведения")
    last_day = models.DateField("последний день проведения")
    source = models.CharField(
        "на каком документе основано",
        max_length=300,
        blank=True,
        help_text="Например: «приказ Рособрнадзора от 07.05.2025 № 991».",
    )
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("создана", auto_now_add=True)

    objects = TenantQuerySet["VprCampaign"].as_manager()

    class Meta:
        verbose_name = "кампания ВПР"
        verbose_name_plural = "кампании ВПР"
        ordering = ["-first_day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "year", "name"],
                name="campaign_once",
                violation_error_message="Кампания с таким названием в этом учебном году уже есть.",
            ),
            models.CheckConstraint(
                name="campaign_days_in_order",
                condition=Q(first_day__lte=F("last_day")),
                violation_error_message="Последний день раньше первого.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExamQuerySet(TenantQuerySet["Exam"]):
    department_path = "campaign__department"


class Exam(models.Model):
    """A test of a campaign: grade × subject × level × form, with its scale as data.

    ``thresholds`` are the least first score of each mark: ``{"3": 5, "4": 9, "5": 14}``; empty: not known.
    ``tasks`` describe the tasks in order: ``[{"number": "1", "max": 1, "level": "basic"}, …]`` with the levels
    «basic», «raised», «high»; empty: not known.
    """

    class Form(models.TextChoices):
        PAPER = "paper", "на бумаге"
        COMPUTER = "computer", "на компьютере"

    class Level(models.TextChoices):
        BASIC = "", "обычный"
        ADVANCED = "advanced", "углублённый"

    campaign = models.ForeignKey(VprCampaign, models.CASCADE, related_name="exams")
    grade = models.PositiveSmallIntegerField(
        "класс", validators=[MinValueValidator(1), MaxValueValidator(11)]
    )
    subject = models.CharField("предмет", max_length=60)
    level = models.CharField("уровень", max_length=10, choices=Level, default=Level.BASIC, blank=True)
    form = models.CharField("форма", max_length=10, choices=Form, default=Form.PAPER)
    minutes = models.PositiveSmallIntegerField("минут", default=45)
    max_score = models.PositiveSmallIntegerField("наибольший первичный балл", null=True, blank=True)
    thresholds = models.JSONField("шкала отметок", default=dict, blank=True)
    tasks = models.JSONField("задания", default=list, blank=True)

    objects = ExamQuerySet.as_manager()

    class Meta:
        verbose_name = "проверочная работа"
        verbose_name_plural = "проверочные работы"
        ordering = ["grade", "subject", "level", "form", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "grade", "subject", "level", "form"],
                name="exam_once",
                violation_error_message="Такая работа в кампании уже есть.",
            )
        ]

    def __str__(self) -> str:
        level = f" ({self.get_level_display()})" if self.level else ""
        return f"{self.subject}, {self.grade} класс{level}"


class SessionQuerySet(TenantQuerySet["VprSession"]):
    department_path = "school__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> SessionQuerySet:
        """A school's deputy sees the school's own days."""
        sessions = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return sessions.filter(school__posts__membership=membership)
        return sessions


class VprSession(models.Model):
    """A test on a day at a school, of one class («4А») or of the whole grade (``class_name`` is empty)."""

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="sessions", verbose_name="работа")
    school = models.ForeignKey(School, models.PROTECT, related_name="sessions", verbose_name="школа")
    class_name = models.CharField("класс", max_length=12, blank=True)
    day = models.DateField("день")
    starts_at = models.TimeField("начало", null=True, blank=True)
    ends_at = models.TimeField("конец", null=True, blank=True)
    held_on = models.DateField("проведена", null=True, blank=True)
    uploaded_on = models.DateField("загружена в ФИС ОКО", null=True, blank=True)
    note = models.CharField("примечание", max_length=300, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "проведение ВПР"
        verbose_name_plural = "проведения ВПР"
        ordering = ["day", "starts_at", "pk"]
        indexes = [models.Index(fields=["school", "day"], name="session_school_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "school", "class_name"],
                name="session_once",
                violation_error_message="Для этой школы и класса день уже назначен.",
            ),
            models.CheckConstraint(
                name="session_hours_in_order",
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=F("ends_at")),
                violation_error_message="Конец раньше начала.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam}: {self.school} {self.day:%d.%m.%Y}"
