"""Sheets of observation (акты): the department's form, the filled sheets, violations with the school's answers."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Membership, Role
from accounts.tenancy import TenantQuerySet
from observers import questions as asking
from observers.models.bank import Observer
from observers.models.visits import ObserverAssignment
from schools.models import School, VprCampaign


class TemplateQuerySet(TenantQuerySet["SheetTemplate"]):
    department_path = "campaign__department"

    def published(self) -> TemplateQuerySet:
        return self.filter(state=SheetTemplate.State.PUBLISHED)


class SheetTemplate(models.Model):
    """One version of a campaign's form. Published, it never changes: a change is a new version.

    ``questions`` are rows of `observers.questions`, ``kinds`` the kinds of violations offered. ``edition`` counts
    changes of a draft, so that two editors never overwrite each other.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        PUBLISHED = "published", "действует"

    TRANSITIONS = {State.DRAFT: {State.PUBLISHED}, State.PUBLISHED: set()}

    campaign = models.ForeignKey(VprCampaign, models.PROTECT, related_name="sheet_templates")
    version = models.PositiveSmallIntegerField("версия")
    state = models.CharField("состояние", max_length=10, choices=State, default=State.DRAFT)
    questions = models.JSONField("вопросы", default=list)
    kinds = models.JSONField("виды нарушений", default=list)
    edition = models.PositiveIntegerField("правка", default=1)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("создана", auto_now_add=True)
    published_at = models.DateTimeField("введена в действие", null=True, blank=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "форма листа наблюдения"
        verbose_name_plural = "формы листов наблюдения"
        ordering = ["campaign", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "version"], name="sheet_template_version_once"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(state="draft"), name="sheet_template_one_draft"
            ),
            models.CheckConstraint(
                name="sheet_template_published_iff_dated",
                condition=Q(state="draft", published_at=None)
                | Q(state="published", published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Форма листа: {self.campaign}, версия {self.version}"

    @property
    def asked(self) -> tuple[asking.Question, ...]:
        return asking.read(self.questions)


class SheetQuerySet(TenantQuerySet["ObservationSheet"]):
    """Closed to schools: they see the violations, not the sheet."""

    department_path = "assignment__observer__department"

    def of_observer(self, observer: Observer) -> SheetQuerySet:
        """The one door of an observer, who may have no membership."""
        return self.filter(assignment__observer=observer)

    def sent(self) -> SheetQuerySet:
        return self.filter(state=ObservationSheet.State.SENT)


class ObservationSheet(models.Model):
    """The sheet of one visit. Sent, it is frozen (a trigger of the database too): corrections are additions.

    ``sent_key`` is the key of the device's text that became the sheet: the same text sent again changes nothing.
    ``clock_shift``: seconds by which the phone's clock was behind ours; its moments are corrected by it.
    """

    class State(models.TextChoices):
        OPEN = "open", "заполняется"
        SENT = "sent", "отправлен"

    class Way(models.TextChoices):
        OBSERVER = "observer", "заполнил наблюдатель"
        PAPER = "paper", "введён с бумаги"

    TRANSITIONS = {State.OPEN: {State.SENT}, State.SENT: set()}

    assignment = models.OneToOneField(
        ObserverAssignment, models.PROTECT, related_name="sheet", verbose_name="посещение"
    )
    template = models.ForeignKey(SheetTemplate, models.PROTECT, related_name="sheets", verbose_name="форма")
    state = models.CharField("состояние", max_length=8, choices=State, default=State.OPEN)
    way = models.CharField("как заполнен", max_length=10, choices=Way, default=Way.OBSERVER)
    arrived_at = models.DateTimeField("пришёл", null=True, blank=True)
    left_at = models.DateTimeField("ушёл", null=True, blank=True)
    answers = models.JSONField("ответы", default=dict, blank=True)
    no_violations = models.BooleanField("нарушений не выявлено", null=True, blank=True)
    signed_name = models.CharField("подпись", max_length=200, blank=True)
    clock_shift = models.IntegerField("часы телефона отставали на, с", default=0)
    sent_at = models.DateTimeField("отправлен", null=True, blank=True)
    sent_key = models.UUIDField("ключ отправки", null=True, blank=True, unique=True)
    entered_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ввёл с бумаги"
    )
    created_at = models.DateTimeField("начат", auto_now_add=True)

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = "лист наблюдения"
        verbose_name_plural = "листы наблюдения"
        ordering = ["assignment__session__day", "pk"]
        constraints = [
            models.CheckConstraint(
                name="sheet_sent_iff_signed",
                condition=Q(state="open", sent_at=None, sent_key=None, signed_name="", no_violations=None)
                | Q(
                    ~Q(signed_name=""),
                    state="sent",
                    sent_at__isnull=False,
                    sent_key__isnull=False,
                    no_violations__isnull=False,
                    arrived_at__isnull=False,
                    left_at__isnull=False,
                ),
                violation_error_message="У отправленного листа должны быть подпись, время и отметка о нарушениях.",
            ),
            models.CheckConstraint(
                name="sheet_hours_in_order",
                condition=Q(arrived_at=None) | Q(left_at=None) | Q(left_at__gte=F("arrived_at")),
                violation_error_message="Уход раньше прихода.",
            ),
            models.CheckConstraint(
                name="sheet_paper_has_typist",
                condition=Q(way="observer", entered_by=None) | Q(way="paper", entered_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Лист наблюдения № {self.assignment_id}"

    @property
    def is_sent(self) -> bool:
        return self.state == self.State.SENT


Part = TypeVar("Part", bound=models.Model)


class SheetPartQuerySet(TenantQuerySet[Part]):
    department_path = "sheet__assignment__observer__department"

    def of_observer(self, observer: Observer) -> Self:
        """What belongs to an observer's own sheets."""
        return self.filter(sheet__assignment__observer=observer)


class SheetCopyQuerySet(SheetPartQuerySet["SheetCopy"]):
    pass


class SheetFileQuerySet(SheetPartQuerySet["SheetFile"]):
    pass


class SheetAdditionQuerySet(SheetPartQuerySet["SheetAddition"]):
    pass


class SheetCopy(models.Model):
    """The text of one sheet as one device holds it: a draft, the one that became the sheet, or a second one kept."""

    class Fate(models.TextChoices):
        DRAFT = "draft", "черновик"
        SENT = "sent", "стал листом"
        SECOND = "second", "пришёл вторым"

    sheet = models.ForeignKey(ObservationSheet, models.PROTECT, related_name="copies")
    template = models.ForeignKey(SheetTemplate, models.PROTECT, related_name="+", verbose_name="форма")
    key = models.UUIDField("ключ устройства", unique=True)
    fate = models.CharField("что с ним стало", max_length=8, choices=Fate, default=Fate.DRAFT)
    content = models.JSONField("текст", default=dict)
    saved_at = models.DateTimeField("записан", auto_now=True)

    objects = SheetCopyQuerySet.as_manager()

    class Meta:
        verbose_name = "текст листа"
        verbose_name_plural = "тексты листов"
        ordering = ["saved_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet"], condition=Q(fate="sent"), name="sheet_copy_one_becomes_the_sheet"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sheet}: {self.get_fate_display()}"


class SheetFile(models.Model):
    """A photo or a scan. ``key`` is made on the device, so that a photo sent again stays one.

    ``place``: the question's key, the violation's key, or «scan».
    """

    SCAN = "scan"

    sheet = models.ForeignKey(ObservationSheet, models.PROTECT, related_name="files")
    key = models.UUIDField("ключ устройства", unique=True)
    place = models.CharField("к чему относится", max_length=40)
    name = models.CharField("имя файла", max_length=255)
    file = models.FileField("файл", upload_to="sheets/%Y/%m/")
    size = models.PositiveIntegerField("размер, байт")
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField("получен", auto_now_add=True)

    objects = SheetFileQuerySet.as_manager()

    class Meta:
        verbose_name = "фото или скан листа"
        verbose_name_plural = "фото и сканы листов"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class SheetAddition(models.Model):
    """Append-only: what is corrected or added after the sheet was sent, with author and time."""

    sheet = models.ForeignKey(ObservationSheet, models.PROTECT, related_name="additions")
    key = models.UUIDField("ключ устройства", unique=True)
    text = models.TextField("дополнение")
    author = models.CharField("кто", max_length=200)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField("когда", auto_now_add=True)

    objects = SheetAdditionQuerySet.as_manager()

    class Meta:
        verbose_name = "дополнение к листу"
        verbose_name_plural = "дополнения к листам"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.sheet}: {self.text[:60]}"


class ViolationQuerySet(TenantQuerySet["Violation"]):
    department_path = "school__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> ViolationQuerySet:
        """A school's deputy sees what was seen at the own school."""
        violations = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return violations.filter(school__posts__membership=membership)
        return violations

    def unanswered(self) -> ViolationQuerySet:
        """The school's turn."""
        return self.filter(state__in=[Violation.State.OPEN, Violation.State.RETURNED])


class Violation(models.Model):
    """What an observer saw at a school, the school's answer, the methodist's word on it."""

    class State(models.TextChoices):
        OPEN = "open", "ждёт ответа школы"
        ANSWERED = "answered", "школа ответила"
        RETURNED = "returned", "возвращено школе"
        CLOSED = "closed", "закрыто"

    TRANSITIONS = {
        State.OPEN: {State.ANSWERED, State.CLOSED},
        State.ANSWERED: {State.RETURNED, State.CLOSED},
        State.RETURNED: {State.ANSWERED, State.CLOSED},
        State.CLOSED: set(),
    }

    sheet = models.ForeignKey(ObservationSheet, models.PROTECT, related_name="violations")
    school = models.ForeignKey(School, models.PROTECT, related_name="violations", verbose_name="школа")
    key = models.UUIDField("ключ устройства")
    class_name = models.CharField("класс", max_length=12, blank=True)
    at = models.TimeField("время", null=True, blank=True)
    kind = models.CharField("вид", max_length=200)
    text = models.TextField("что увидел наблюдатель")
    state = models.CharField("состояние", max_length=10, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField("закрыто", null=True, blank=True)
    closed_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ViolationQuerySet.as_manager()

    class Meta:
        verbose_name = "нарушение"
        verbose_name_plural = "нарушения"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["school", "state"], name="violation_school_state")]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "key"], name="violation_once"),
            models.CheckConstraint(
                name="violation_closed_iff_final",
                condition=Q(state="closed", closed_at__isnull=False, closed_by__isnull=False)
                | Q(state__in=["open", "answered", "returned"], closed_at=None, closed_by=None),
                violation_error_message="У закрытого нарушения должны быть дата и автор.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}: {self.kind}"

    @property
    def awaits_school(self) -> bool:
        return self.state in {self.State.OPEN, self.State.RETURNED}


class ViolationEventQuerySet(TenantQuerySet["ViolationEvent"]):
    department_path = "violation__school__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> ViolationEventQuerySet:
        events = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return events.filter(violation__school__posts__membership=membership)
        return events


class ViolationEvent(models.Model):
    """Append-only: who moved a violation to which state, in what words, with which file."""

    violation = models.ForeignKey(Violation, models.PROTECT, related_name="events")
    state = models.CharField("состояние", max_length=10, choices=Violation.State)
    comment = models.TextField("что сказано", blank=True)
    file = models.FileField("файл", upload_to="answers/%Y/%m/", blank=True)
    file_name = models.CharField("имя файла", max_length=255, blank=True)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="кто")
    at = models.DateTimeField("когда", auto_now_add=True)

    objects = ViolationEventQuerySet.as_manager()

    class Meta:
        verbose_name = "событие нарушения"
        verbose_name_plural = "события нарушений"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.violation_id}: {self.get_state_display()}"
