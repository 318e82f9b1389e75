"""Schools of a department, who works for them in the portal, flags of non-objectivity, and lists being imported."""

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


class SchoolImport(models.Model):
    """A school list on its way in: read once, shown, then applied as a whole or thrown away."""

    class State(models.TextChoices):
        PREVIEW = "preview", "ждёт решения"
        APPLIED = "applied", "загружен"
        UNDONE = "undone", "отменён"
        DISCARDED = "discarded", "отброшен"

    TRANSITIONS = {
        State.PREVIEW: {State.APPLIED, State.DISCARDED},
        State.APPLIED: {State.UNDONE},
        State.UNDONE: set(),
        State.DISCARDED: set(),
    }

    department = models.ForeignKey(Department, models.CASCADE, related_name="school_imports")
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField("файл", max_length=255)
    file = models.FileField("содержимое", upload_to="imports/%Y/%m/")
    state = models.CharField("состояние", max_length=20, choices=State, default=State.PREVIEW)
    preview = models.JSONField("что получится", default=dict)
    before = models.JSONField("как было, для отмены", default=dict)
    created_at = models.DateTimeField("загружен", auto_now_add=True)
    applied_at = models.DateTimeField("применён", null=True, blank=True)

    objects = TenantQuerySet["SchoolImport"].as_manager()

    class Meta:
        verbose_name = "загрузка списка школ"
        verbose_name_plural = "загрузки списков школ"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name
