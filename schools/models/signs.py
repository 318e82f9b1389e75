"""Signs the portal computed, and the thresholds by which a department has them computed. Never for schools."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import Department, Membership
from accounts.tenancy import TenantQuerySet
from schools import signs
from schools.models.schools import School
from schools.models.vpr import Exam, VprCampaign


def level(code: str, default: float) -> models.FloatField:
    """How improbable chance must be for this sign; empty: the sign is not computed."""
    return models.FloatField(
        signs.RULES[code].title.lower(),
        null=True,
        blank=True,
        default=default,
        validators=[MinValueValidator(0.0001), MaxValueValidator(0.1)],
    )


class SignSettings(models.Model):
    """By which rules a department judges. No row: the portal's defaults (`schools.signs.DEFAULTS`)."""

    class Control(models.TextChoices):
        SHARE = "bh", "доля ложных среди отмеченных (Бенджамини — Хохберг)"
        ANY = "holm", "вероятность хотя бы одного ложного (Холм)"
        NONE = "none", "без поправки: каждая школа судится отдельно"

    department = models.OneToOneField(Department, models.CASCADE, related_name="sign_settings")
    mean_outlier = level("mean_outlier", 0.01)
    raised_marks = level("raised_marks", 0.01)
    threshold_spike = level("threshold_spike", 0.02)
    hard_over_easy = level("hard_over_easy", 0.005)
    cohort_break = level("cohort_break", 0.005)
    least_group = models.PositiveSmallIntegerField(
        "учеников для средних и долей, не меньше", default=10, validators=[MinValueValidator(5)]
    )
    least_distribution = models.PositiveSmallIntegerField(
        "учеников для распределения баллов, не меньше", default=20, validators=[MinValueValidator(10)]
    )
    informative = models.PositiveSmallIntegerField(
        "распределение считается надёжным, если учеников не меньше", default=50
    )
    expected_raised = models.FloatField(
        "ожидаемая доля повышенных отметок, если муниципальная неизвестна",
        default=0.2,
        validators=[MinValueValidator(0.0), MaxValueValidator(0.9)],
    )
    judge_advanced = models.BooleanField(
        "высокий средний балл лицея и гимназии — тоже признак", default=False
    )
    control = models.CharField(
        "поправка на число проверок", max_length=4, choices=Control, default=Control.SHARE
    )
    false_share = models.FloatField(
        "не больше", default=0.1, validators=[MinValueValidator(0.01), MaxValueValidator(0.5)]
    )
    changed_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField("изменены", auto_now=True)

    objects = TenantQuerySet["SignSettings"].as_manager()

    class Meta:
        verbose_name = "правила признаков"
        verbose_name_plural = "правила признаков"

    def __str__(self) -> str:
        return f"Правила признаков: {self.department}"

    @property
    def rules(self) -> signs.Rules:
        levels = {code: value for code in signs.CODES if (value := getattr(self, code))}
        return signs.Rules(
            levels=levels,
            least_group=self.least_group,
            least_distribution=self.least_distribution,
            informative=self.informative,
            expected_raised=self.expected_raised,
            judge_advanced=self.judge_advanced,
            control=self.control,
            false_share=self.false_share,
        )


class SignRunQuerySet(TenantQuerySet["SignRun"]):
    department_path = "campaign__department"


class SignRun(models.Model):
    """That a campaign's signs were computed, when, and from which state of results and rules: ``made_of``."""

    campaign = models.OneToOneField(VprCampaign, models.CASCADE, related_name="sign_run")
    made_of = models.CharField("из чего посчитано", max_length=64)
    computed_at = models.DateTimeField("посчитано")
    computed_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")

    objects = SignRunQuerySet.as_manager()

    class Meta:
        verbose_name = "расчёт признаков"
        verbose_name_plural = "расчёты признаков"

    def __str__(self) -> str:
        return f"{self.campaign}: {self.computed_at:%d.%m.%Y %H:%M}"


class ComputedSignQuerySet(TenantQuerySet["ComputedSign"]):
    department_path = "exam__campaign__department"


class ComputedSign(models.Model):
    """One judgement of `schools.signs`: rewritten as a whole whenever the campaign is computed anew."""

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="signs", verbose_name="работа")
    school = models.ForeignKey(School, models.CASCADE, related_name="signs", verbose_name="школа")
    code = models.CharField(
        "признак", max_length=20, choices=[(c, signs.RULES[c].title) for c in signs.CODES]
    )
    at = models.PositiveSmallIntegerField("балл", null=True, blank=True)
    found = models.BooleanField("найден", default=False)
    p = models.FloatField("вероятность случайности", null=True, blank=True)
    adjusted = models.FloatField("она же с поправкой", null=True, blank=True)
    n = models.PositiveIntegerField("учеников", default=0)
    enough_data = models.BooleanField("данных достаточно", default=False)
    numbers = models.JSONField("числа", default=dict, blank=True)
    text = models.TextField("словами")

    objects = ComputedSignQuerySet.as_manager()

    class Meta:
        verbose_name = "расчётный признак"
        verbose_name_plural = "расчётные признаки"
        ordering = ["exam", "school", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "school", "code", "at"], condition=Q(at__isnull=False), name="sign_once_at"
            ),
            models.UniqueConstraint(
                fields=["exam", "school", "code"], condition=Q(at=None), name="sign_once"
            ),
            models.CheckConstraint(
                name="sign_found_on_enough_data", condition=Q(found=False) | Q(enough_data=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam}, {self.school}: {self.get_code_display()}"

    @property
    def rule(self) -> signs.Rule:
        return signs.RULES[self.code]

    @property
    def said(self) -> str:
        """The judgement without the caution, for pages that say it once for all."""
        return self.text.removesuffix(signs.CAUTION).strip()

    @property
    def adjusted_words(self) -> str:
        """«= 0,057» or «< 0,001»."""
        return "" if self.adjusted is None else signs.chance(self.adjusted)
