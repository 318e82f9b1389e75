"""Roadmaps (дорожные карты) as printed, beside each phrase what the portal understood of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Department, Membership, Role
from accounts.tenancy import TenantQuerySet
from orders.models import Order
from schools.models import School


class RoadmapQuerySet(TenantQuerySet["Roadmap"]):
    schools_see = True

    def visible_to(self, membership: Membership | None) -> RoadmapQuerySet:
        """A school sees its own plans and the department's approved ones."""
        roadmaps = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            own = Q(school__posts__membership=membership)
            published = Q(school=None, state__in=[Roadmap.State.APPROVED, Roadmap.State.ARCHIVED])
            return roadmaps.filter(own | published)
        return roadmaps


class Roadmap(models.Model):
    """The plan of a department, or of one school, for a period. Approved means frozen."""

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        ASSEMBLED = "assembled", "в приказе, ждёт подписи"
        APPROVED = "approved", "утверждена"
        ARCHIVED = "archived", "в архиве"

    TRANSITIONS = {
        State.DRAFT: {State.ASSEMBLED},
        State.ASSEMBLED: {State.DRAFT, State.APPROVED},
        State.APPROVED: {State.ARCHIVED},
        State.ARCHIVED: set(),
    }

    department = models.ForeignKey(Department, models.PROTECT, related_name="roadmaps")
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="roadmaps")
    name = models.CharField("название в портале", max_length=200)
    title_lines = models.JSONField("заголовок", default=list)
    goals = models.JSONField("задачи", default=list, blank=True)
    columns = models.JSONField("столбцы", default=list, help_text='[{"key", "heading"}] в порядке документа')
    first_day = models.DateField("начало периода")
    last_day = models.DateField("конец периода")
    revision = models.PositiveSmallIntegerField("редакция", default=1)
    previous = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="next_revisions")
    state = models.CharField("состояние", max_length=20, choices=State, default=State.DRAFT)
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="roadmaps")
    source_name = models.CharField("загружено из файла", max_length=255, blank=True)
    problems = models.JSONField("замечания чтения", default=list, blank=True)
    imported_order = models.JSONField(
        "приказ из файла", default=dict, blank=True, help_text="Как в `roadmaps.reading.Reading.as_json()`."
    )
    version = models.PositiveIntegerField("версия заголовка", default=1)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("создана", auto_now_add=True)
    updated_at = models.DateTimeField("изменена", auto_now=True)

    objects = RoadmapQuerySet.as_manager()

    class Meta:
        verbose_name = "дорожная карта"
        verbose_name_plural = "дорожные карты"
        ordering = ["-first_day", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="roadmap_period_ordered",
                condition=Q(first_day__lte=models.F("last_day")),
                violation_error_message="Период кончается раньше, чем начинается.",
            ),
            models.CheckConstraint(
                name="roadmap_ordered_unless_draft",
                condition=Q(state="draft") | Q(order__isnull=False),
                violation_error_message="Утверждаемая карта должна быть приложением к приказу.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_editable(self) -> bool:
        return self.state == self.State.DRAFT


class SectionQuerySet(TenantQuerySet["Section"]):
    department_path = "roadmap__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> SectionQuerySet:
        """A school sees the sections of the plans it sees."""
        sections = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return sections.filter(roadmap__in=Roadmap.objects.visible_to(membership))
        return sections


class Section(models.Model):
    """A section as printed; a document without sections has one with an empty heading."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField("место")
    number = models.CharField("номер", max_length=40, blank=True)
    title = models.TextField("название", blank=True)
    heading = models.TextField("как напечатано", blank=True)
    version = models.PositiveIntegerField("версия", default=1)

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = "раздел"
        verbose_name_plural = "разделы"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.heading or "Без раздела"


class ActionItemQuerySet(TenantQuerySet["ActionItem"]):
    department_path = "section__roadmap__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> ActionItemQuerySet:
        """A school sees the rows of the plans it sees."""
        items = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return items.filter(section__roadmap__in=Roadmap.objects.visible_to(membership))
        return items


class ActionItem(models.Model):
    """One row (мероприятие): the printed phrases, and beside them what the portal understood.

    ``deadline_parts``: list in the form of `roadmaps.deadlines.to_json`.
    ``reach``: list of targets, see `roadmaps.domain.responsibles`. What a person corrected stays
    (``…_by_hand``) when the text is edited elsewhere. ``version`` grows with each saved change: the second
    saver of an older version sees both texts.
    """

    class Proof(models.TextChoices):
        ANY = "", "любое: файл, ссылка или пояснение"
        FILE = "file", "файл"
        LINK = "link", "ссылка"
        NUMBER = "number", "число"
        NONE = "none", "не требуется"

    section = models.ForeignKey(Section, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField("место")
    number = models.CharField("номер", max_length=40, blank=True)
    text = models.TextField("мероприятие")
    deadline = models.TextField("срок", blank=True)
    responsible = models.TextField("ответственные", blank=True)
    expected_result = models.TextField("ожидаемый результат", blank=True)
    extra = models.JSONField("прочие столбцы", default=dict, blank=True)
    deadline_parts = models.JSONField("понятый срок", default=list, blank=True)
    deadline_by_hand = models.BooleanField("срок исправлен вручную", default=False)
    reach = models.JSONField("кого касается", default=list, blank=True)
    reach_by_hand = models.BooleanField("исполнители указаны вручную", default=False)
    proof = models.CharField("чем подтвердить", max_length=10, choices=Proof, default=Proof.ANY, blank=True)
    version = models.PositiveIntegerField("версия", default=1)
    updated_at = models.DateTimeField("изменено", auto_now=True)
    updated_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        verbose_name = "мероприятие"
        verbose_name_plural = "мероприятия"
        ordering = ["section__position", "position", "pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.text[:60]}".strip()


class RoadmapEventQuerySet(TenantQuerySet["RoadmapEvent"]):
    """The department's own work: a school sees the plan, not how it came to be."""

    department_path = "roadmap__department"


class RoadmapEvent(models.Model):
    """Append-only history of a roadmap: states and edits (``details`` holds field, before, after)."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="events")
    item = models.ForeignKey(ActionItem, models.SET_NULL, null=True, related_name="events")
    what = models.CharField("что произошло", max_length=200)
    details = models.JSONField("подробности", default=dict, blank=True)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("когда", auto_now_add=True)

    objects = RoadmapEventQuerySet.as_manager()

    class Meta:
        verbose_name = "событие карты"
        verbose_name_plural = "история карты"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.what


class RoadmapImport(models.Model):
    """A file read once and shown before it is saved; ``reading`` is `roadmaps.reading.Reading.as_json()`."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="roadmap_imports")
    school = models.ForeignKey(School, models.CASCADE, null=True, blank=True, related_name="+")
    file_name = models.CharField("файл", max_length=255)
    reading = models.JSONField("прочитанное")
    first_day = models.DateField("начало периода")
    last_day = models.DateField("конец периода")
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField("загружен", auto_now_add=True)
    saved_as = models.OneToOneField(Roadmap, models.SET_NULL, null=True, related_name="+")

    objects = TenantQuerySet["RoadmapImport"].as_manager()

    class Meta:
        verbose_name = "загрузка карты"
        verbose_name_plural = "загрузки карт"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name


class ResponsibleRule(models.Model):
    """Settled by hand once, remembered by the department: this printed phrase reaches these targets."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="responsible_rules")
    phrase = models.CharField("фраза", max_length=500, help_text="Свёрнутая: строчные, ё = е, один пробел.")
    targets = models.JSONField("кого касается", default=list)
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet["ResponsibleRule"].as_manager()

    class Meta:
        verbose_name = "правило об исполнителях"
        verbose_name_plural = "правила об исполнителях"
        constraints = [models.UniqueConstraint(fields=["department", "phrase"], name="rule_phrase_unique")]

    def __str__(self) -> str:
        return self.phrase
