"""The bank of experts and what ties each of them to schools."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q

from accounts.models import Department, Membership, Role
from accounts.tenancy import TenantQuerySet
from portal.lib import names
from schools.models import School


class ExpertQuerySet(TenantQuerySet["Expert"]):
    schools_see = True

    def visible_to(self, membership: Membership | None) -> ExpertQuerySet:
        """A school's deputy sees the school's own teachers, from whom it appoints in a cross-check."""
        experts = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return experts.filter(school__posts__membership=membership)
        return experts

    def active(self) -> ExpertQuerySet:
        return self.filter(left_on=None)


class Expert(models.Model):
    """A specialist who rechecks works. With an account of their own (``membership``), or by a one-time link."""

    class Category(models.TextChoices):
        NONE = "", "без категории"
        FIRST = "first", "первая"
        HIGHEST = "highest", "высшая"
        METHODIST = "methodist", "педагог-методист"

    department = models.ForeignKey(Department, models.PROTECT, related_name="experts")
    last_name = models.CharField("фамилия", max_length=100)
    first_name = models.CharField("имя", max_length=100)
    patronymic = models.CharField("отчество", max_length=100, blank=True)
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="experts", verbose_name="место работы",
        help_text="Не указано — не работает ни в одной школе отдела.",
    )  # fmt: skip
    position = models.CharField("должность", max_length=200, blank=True)
    subjects = models.CharField("предметы", max_length=300, help_text="Через запятую: «математика, физика».")
    category = models.CharField("категория", max_length=12, choices=Category, blank=True)
    phone = models.CharField("телефон", max_length=100, blank=True)
    email = models.EmailField("электронная почта", blank=True)
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="вход в портал",
        help_text="Если у эксперта есть свой вход. Остальные работают по личной ссылке.",
    )  # fmt: skip
    left_on = models.DateField("выбыл из списка", null=True, blank=True)
    created_at = models.DateTimeField("внесён", auto_now_add=True)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = "эксперт"
        verbose_name_plural = "эксперты"
        ordering = ["last_name", "first_name", "patronymic", "pk"]

    def __str__(self) -> str:
        return self.short_name

    @property
    def short_name(self) -> str:
        return names.surname_first(self.last_name, self.first_name, self.patronymic)

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.patronymic) if part)

    @property
    def subject_list(self) -> list[str]:
        """The subjects one by one, as compared: lower case, ё as е."""
        return [names.folded(part.strip()) for part in self.subjects.split(",") if part.strip()]


class TieQuerySet(TenantQuerySet["ExpertTie"]):
    department_path = "expert__department"


class ExpertTie(models.Model):
    """What binds an expert to a school besides the place of work. One person may be teacher, parent and expert."""

    class Kind(models.TextChoices):
        TEACHES = "teaches", "преподаёт там по совместительству или занимается с учениками"
        CHILD = "child", "там учится ребёнок"
        OTHER = "other", "другая связь (работал раньше, родственник)"

    HARD = (Kind.TEACHES, Kind.CHILD)

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="ties")
    school = models.ForeignKey(School, models.PROTECT, related_name="+", verbose_name="школа")
    kind = models.CharField("какая связь", max_length=10, choices=Kind)
    class_name = models.CharField("класс", max_length=12, blank=True)
    note = models.CharField("примечание", max_length=300, blank=True)
    since = models.DateField("известна с", default=datetime.date.today)

    objects = TieQuerySet.as_manager()

    class Meta:
        verbose_name = "связь эксперта со школой"
        verbose_name_plural = "связи экспертов со школами"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "school", "kind"],
                name="tie_once",
                violation_error_message="Эта связь уже записана.",
            ),
            models.CheckConstraint(
                name="tie_other_explained",
                condition=~Q(kind="other") | ~Q(note=""),
                violation_error_message="Поясните, какая это связь.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}: {self.get_kind_display()}"
