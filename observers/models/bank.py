"""The bank of observers: who they are, what ties them to schools, training, consent, days, the way in."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Department, Membership
from accounts.tenancy import M, TenantQuerySet
from portal.lib import names
from schools.models import School, VprCampaign


class ObserverQuerySet(TenantQuerySet["Observer"]):
    """The department's own list: a school sees nobody of it."""

    def active(self) -> ObserverQuerySet:
        return self.filter(left_on=None)

    def with_standing(self) -> ObserverQuerySet:
        """Adds ``has_consent`` and ``is_trained``: what must be there before anybody is assigned."""
        consents = ObserverConsent.objects.filter(observer=OuterRef("pk"), withdrawn_on=None)
        trainings = ObserverTraining.objects.filter(observer=OuterRef("pk"))
        return self.annotate(has_consent=Exists(consents), is_trained=Exists(trainings))


class Observer(models.Model):
    """A person who may watch the tests. Never deleted once visits rest on it; «forgotten» keeps the statistics only.

    ``works_at`` are schools of the department (a teacher may serve two), ``workplace`` any other place in words.
    ``subjects`` are those taught, as words. ``left_on``: no new assignments. ``forgotten_at``: name and contacts
    were removed on request.
    """

    class Kind(models.TextChoices):
        SPECIALIST = "specialist", "специалист"
        PARENT = "parent", "родитель"
        PUBLIC = "public", "представитель общественности"

    department = models.ForeignKey(Department, models.PROTECT, related_name="observers")
    last_name = models.CharField("фамилия", max_length=100)
    first_name = models.CharField("имя", max_length=100)
    patronymic = models.CharField("отчество", max_length=100, blank=True)
    kind = models.CharField("кто это", max_length=12, choices=Kind, default=Kind.PUBLIC)
    phone = models.CharField("телефон", max_length=50, blank=True)
    email = models.EmailField("электронная почта", blank=True)
    works_at = models.ManyToManyField(
        School, blank=True, related_name="working_observers", verbose_name="работает в школах"
    )
    workplace = models.CharField("другое место работы", max_length=250, blank=True)
    subjects = models.JSONField("преподаёт предметы", default=list, blank=True)
    place = models.CharField(
        "населённый пункт",
        max_length=120,
        blank=True,
        help_text="Где живёт или работает: чтобы меньше ездить. Как в адресах школ, например «Сосновка».",
    )
    max_load = models.PositiveSmallIntegerField(
        "посещений не больше", null=True, blank=True, help_text="За кампанию. Пусто: сколько нужно."
    )
    note = models.CharField("примечание", max_length=500, blank=True)
    membership = models.OneToOneField(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="observer",
        verbose_name="учётная запись",
    )
    left_on = models.DateField("выбыл из банка", null=True, blank=True)
    forgotten_at = models.DateTimeField("личные данные удалены", null=True, blank=True)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("внесён", auto_now_add=True)
    updated_at = models.DateTimeField("изменён", auto_now=True)

    objects = ObserverQuerySet.as_manager()

    class Meta:
        verbose_name = "наблюдатель"
        verbose_name_plural = "наблюдатели"
        ordering = ["last_name", "first_name", "patronymic", "pk"]
        indexes = [models.Index(fields=["department", "last_name"], name="observer_by_name")]
        constraints = [
            models.CheckConstraint(
                name="observer_forgotten_has_left",
                condition=Q(forgotten_at=None) | Q(left_on__isnull=False, phone="", email="", note=""),
                violation_error_message="Личные данные удаляются только у выбывшего, вместе с телефоном и почтой.",
            )
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def short_name(self) -> str:
        return names.surname_first(self.last_name, self.first_name, self.patronymic)

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.patronymic) if part)


class ObserverPartQuerySet(TenantQuerySet[M]):
    """What belongs to an observer; closed to schools with the observer."""

    department_path = "observer__department"


class ObserverChild(models.Model):
    """A child of an observer learns here: reason enough not to watch that school."""

    observer = models.ForeignKey(Observer, models.CASCADE, related_name="children")
    school = models.ForeignKey(School, models.PROTECT, related_name="+", verbose_name="школа")
    class_name = models.CharField("класс", max_length=12, blank=True)

    objects = ObserverPartQuerySet["ObserverChild"].as_manager()

    class Meta:
        verbose_name = "ребёнок наблюдателя"
        verbose_name_plural = "дети наблюдателей"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["observer", "school", "class_name"],
                name="observer_child_once",
                violation_error_message="Эта школа и класс уже указаны.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.school}, {self.class_name}" if self.class_name else str(self.school)


class ObserverTraining(models.Model):
    """The observer was taught: on what day, by what material."""

    observer = models.ForeignKey(Observer, models.CASCADE, related_name="trainings")
    day = models.DateField("день обучения")
    material = models.CharField("чему и по какому материалу", max_length=300)
    recorded_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("внесено", auto_now_add=True)

    objects = ObserverPartQuerySet["ObserverTraining"].as_manager()

    class Meta:
        verbose_name = "обучение наблюдателя"
        verbose_name_plural = "обучение наблюдателей"
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["observer", "day", "material"], name="observer_training_once")
        ]

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y} {self.material}"


class ObserverConsent(models.Model):
    """Consent to the processing of personal data: a document of its own, withdrawn on request, kept as history."""

    observer = models.ForeignKey(Observer, models.CASCADE, related_name="consents")
    file = models.FileField("файл", upload_to="consents/%Y/", blank=True)
    file_name = models.CharField("имя файла", max_length=255, blank=True)
    content_type = models.CharField("вид файла", max_length=100, blank=True)
    given_on = models.DateField("дано")
    withdrawn_on = models.DateField("отозвано", null=True, blank=True)
    recorded_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("внесено", auto_now_add=True)

    objects = ObserverPartQuerySet["ObserverConsent"].as_manager()

    class Meta:
        verbose_name = "согласие наблюдателя"
        verbose_name_plural = "согласия наблюдателей"
        ordering = ["-given_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["observer"],
                condition=Q(withdrawn_on=None),
                name="observer_consent_one_standing",
                violation_error_message="Действующее согласие уже есть.",
            ),
            models.CheckConstraint(
                name="observer_consent_days_in_order",
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=models.F("given_on")),
                violation_error_message="Согласие отозвано раньше, чем дано.",
            ),
        ]

    def __str__(self) -> str:
        return f"Согласие от {self.given_on:%d.%m.%Y}"


class ObserverAvailability(models.Model):
    """The days of a campaign on which an observer can come, as ISO dates. No row: not asked, any day will do."""

    observer = models.ForeignKey(Observer, models.CASCADE, related_name="availability")
    campaign = models.ForeignKey(VprCampaign, models.CASCADE, related_name="+", verbose_name="кампания")
    days = models.JSONField("может в эти дни", default=list)

    objects = ObserverPartQuerySet["ObserverAvailability"].as_manager()

    class Meta:
        verbose_name = "дни наблюдателя"
        verbose_name_plural = "дни наблюдателей"
        constraints = [
            models.UniqueConstraint(fields=["observer", "campaign"], name="observer_availability_once")
        ]

    def __str__(self) -> str:
        return f"{self.observer}: {len(self.days)} дн."


class ObserverLink(models.Model):
    """A one-time link that opens an observer's own visits, without an account. Only the token's hash is kept.

    ``used_at``: the browser that opened it first holds the door from then on; the link itself opens no second one.
    """

    observer = models.ForeignKey(Observer, models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("создана", auto_now_add=True)
    expires_at = models.DateTimeField("действует до")
    used_at = models.DateTimeField("открыта", null=True, blank=True)
    revoked_at = models.DateTimeField("отозвана", null=True, blank=True)

    objects = ObserverPartQuerySet["ObserverLink"].as_manager()

    class Meta:
        verbose_name = "ссылка наблюдателя"
        verbose_name_plural = "ссылки наблюдателей"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"Ссылка: {self.observer}"

    @property
    def is_standing(self) -> bool:
        """Neither revoked nor over; whoever came in by it is still inside."""
        return self.revoked_at is None and self.expires_at > timezone.now()
