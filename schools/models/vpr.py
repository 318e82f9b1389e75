"""The VPR of a year: a campaign with its window, the tests it holds, and which school sits which when."""

from __future__ import annotations

import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Department, Membership, Role
from accounts.tenancy import TenantQuerySet
from schools.models.schools import School


class CampaignQuerySet(TenantQuerySet["VprCampaign"]):
    schools_see = True

    def visible_to(self, membership: Membership | None) -> CampaignQuerySet:
        """A school sees its department's campaigns: it chooses days inside their windows."""
        return super().visible_to(membership)


class VprCampaign(models.Model):
    """One run of the VPR: «весна 2026». Dates come from a person, who names the document they are from.

    ``breaks`` are the school holidays: ``[["2026-03-28", "2026-04-05", "весенние каникулы"], …]``, both days included.
    While ``locked_at`` is empty, schools choose their own days inside the window.
    """

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
    saturdays = models.BooleanField("по субботам учатся", default=False)
    breaks = models.JSONField("каникулы", default=list, blank=True)
    least_gap_days = models.PositiveSmallIntegerField(
        "дней между работами по одному предмету",
        default=18,
        help_text="Для одного класса. Рекомендации 06.08.2021 № СК-228/03: не чаще раза в 2,5 недели. 0: не проверять.",
    )
    most_percent = models.PositiveSmallIntegerField(
        "доля уроков предмета под работы, %",
        default=10,
        validators=[MaxValueValidator(100)],
        help_text="Рекомендации 06.08.2021 № СК-228/03: не более 10 %. 0: не проверять.",
    )
    first_lesson_ends = models.TimeField("первый урок кончается", null=True, blank=True)
    last_lesson_starts = models.TimeField("последний урок начинается", null=True, blank=True)
    upload_within = models.PositiveSmallIntegerField(
        "рабочих дней на загрузку в ФИС ОКО", null=True, blank=True, help_text="После дня проведения."
    )
    upload_by = models.DateField(
        "загрузить не позднее",
        null=True,
        blank=True,
        help_text="Для всех работ; по письму или плану-графику.",
    )
    locked_at = models.DateTimeField("график закрыт", null=True, blank=True)
    locked_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("создана", auto_now_add=True)

    objects = CampaignQuerySet.as_manager()

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
            models.CheckConstraint(
                name="campaign_locked_by_somebody",
                condition=Q(locked_at=None, locked_by=None)
                | Q(locked_at__isnull=False, locked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def holidays(self) -> list[tuple[datetime.date, datetime.date, str]]:
        """``breaks`` with their days read."""
        day = datetime.date.fromisoformat
        return [(day(first), day(last), name) for first, last, name in self.breaks]

    @property
    def year_name(self) -> str:
        """«2025/26»."""
        return f"{self.year}/{(self.year + 1) % 100:02d}"


class ExamQuerySet(TenantQuerySet["Exam"]):
    department_path = "campaign__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> ExamQuerySet:
        """A school sees the tests of its department's campaigns."""
        return super().visible_to(membership)


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
    short = models.CharField("коротко", max_length=6, blank=True, help_text="Как в графике: «МА».")
    group = models.CharField(
        "по выбору из",
        max_length=40,
        blank=True,
        help_text="Пусто: пишут все. Из работ одной группы школа пишет одну, по распределению.",
    )
    level = models.CharField("уровень", max_length=10, choices=Level, default=Level.BASIC, blank=True)
    form = models.CharField("форма", max_length=10, choices=Form, default=Form.PAPER)
    minutes = models.PositiveSmallIntegerField("минут", default=45)
    max_score = models.PositiveSmallIntegerField("наибольший первичный балл", null=True, blank=True)
    thresholds = models.JSONField("шкала отметок", default=dict, blank=True)
    tasks = models.JSONField("задания", default=list, blank=True)
    year_lessons = models.PositiveSmallIntegerField(
        "уроков в год", null=True, blank=True, help_text="По учебному плану: для доли уроков под работы."
    )
    source = models.CharField("откуда сведения", max_length=300, blank=True)

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

    @property
    def letters(self) -> str:
        """The subject as the board has room for it: «МА»."""
        return self.short or self.subject[:2].upper()

    @property
    def lessons(self) -> int:
        """How many lessons of 45 minutes the test takes."""
        return -(-self.minutes // 45)


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
