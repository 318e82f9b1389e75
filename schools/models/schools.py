"""Schools of a department and who works for them in the portal."""

from __future__ import annotations

import datetime

from django.db import models

from accounts.models import Department, Membership, Role
from accounts.tenancy import TenantQuerySet


def academic_year_of(day: datetime.date) -> int:
    """The year in which the academic year of ``day`` began: 1 September – 31 August."""
    return day.year if day.month >= 9 else day.year - 1


class SchoolQuerySet(TenantQuerySet["School"]):
    schools_see = True

    def visible_to(self, membership: Membership | None) -> SchoolQuerySet:
        """The department's people see its schools, a school's deputy their own only."""
        schools = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return schools.filter(posts__membership=membership)
        return schools

    def open(self) -> SchoolQuerySet:
        return self.filter(closed_on=None)


class School(models.Model):
    """ОО: an institution of a department. Never deleted once something rests on it: it is closed."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="schools")
    name = models.CharField("краткое наименование", max_length=250)
    full_name = models.CharField("полное наименование", max_length=500, blank=True)
    kind = models.CharField("тип", max_length=60, blank=True)
    code = models.CharField("код в ФИС ОКО", max_length=20, blank=True)
    login = models.CharField("логин в ФИС ОКО", max_length=20, blank=True)
    inn = models.CharField("ИНН", max_length=12, blank=True)
    ogrn = models.CharField("ОГРН", max_length=15, blank=True)
    address = models.CharField("адрес", max_length=500, blank=True)
    director = models.CharField("руководитель", max_length=200, blank=True)
    phone = models.CharField("телефон", max_length=100, blank=True)
    email = models.EmailField("электронная почта", blank=True)
    pupils = models.PositiveIntegerField("обучающихся", null=True, blank=True)
    accredited_on = models.DateField("дата аккредитации", null=True, blank=True)
    closed_on = models.DateField("закрыта", null=True, blank=True)
    former_names = models.TextField(
        "прежние названия", blank=True, help_text="По одному в строке: по ним школу узнают поиск и загрузки."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = "школа"
        verbose_name_plural = "школы"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "code"],
                condition=~models.Q(code=""),
                name="school_code_unique",
                violation_error_message="Школа с таким кодом ФИС ОКО уже есть.",
            ),
            models.UniqueConstraint(
                fields=["department", "login"],
                condition=~models.Q(login=""),
                name="school_login_unique",
                violation_error_message="Школа с таким логином ФИС ОКО уже есть.",
            ),
            models.UniqueConstraint(
                fields=["department", "inn"],
                condition=~models.Q(inn=""),
                name="school_inn_unique",
                violation_error_message="Школа с таким ИНН уже есть.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PostQuerySet(TenantQuerySet["Post"]):
    department_path = "school__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> PostQuerySet:
        posts = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return posts.filter(school__posts__membership=membership)
        return posts

    def active(self) -> PostQuerySet:
        return self.filter(membership__ended_at=None)


class Post(models.Model):
    """Ties a deputy's membership to the school they answer for."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="post")
    school = models.ForeignKey(School, models.PROTECT, related_name="posts", verbose_name="школа")
    is_director = models.BooleanField("директор", default=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = "должность в школе"
        verbose_name_plural = "должности в школах"

    def __str__(self) -> str:
        return f"{self.membership}: {self.school}"
