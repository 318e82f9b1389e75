"""The year's аналитический отчёт: drafted from facts, edited by people, signed as an annex of an order."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Department, Membership
from accounts.tenancy import TenantQuerySet
from orders.models import Order
from roadmaps.models.plan import Roadmap


class YearReport(models.Model):
    """One report, of one plan or of all plans of the academic year, as things stood at the end of ``day``.

    The department's own paper: a school sees it once it is signed, as the annex of its order. ``version`` is of the
    title and the day; each part has a version of its own.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        ASSEMBLED = "assembled", "в приказе, ждёт подписи"
        SIGNED = "signed", "подписан"

    TRANSITIONS = {
        State.DRAFT: {State.ASSEMBLED},
        State.ASSEMBLED: {State.DRAFT, State.SIGNED},
        State.SIGNED: set(),
    }

    department = models.ForeignKey(Department, models.PROTECT, related_name="year_reports")
    roadmap = models.ForeignKey(
        Roadmap, models.PROTECT, null=True, blank=True, related_name="year_reports", verbose_name="карта"
    )
    year = models.PositiveSmallIntegerField("учебный год", help_text="Год, в котором он начался.")
    day = models.DateField("на какой день")
    title = models.TextField("заголовок", help_text="По строкам, как печатается.")
    state = models.CharField("состояние", max_length=20, choices=State, default=State.DRAFT)
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="year_reports")
    version = models.PositiveIntegerField("версия заголовка", default=1)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("составлен", auto_now_add=True)
    updated_at = models.DateTimeField("изменён", auto_now=True)

    objects = TenantQuerySet["YearReport"].as_manager()

    class Meta:
        verbose_name = "отчёт за год"
        verbose_name_plural = "отчёты за год"
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="year_report_ordered_unless_draft",
                condition=Q(state="draft") | Q(order__isnull=False),
                violation_error_message="Отчёт утверждается как приложение к приказу.",
            )
        ]

    def __str__(self) -> str:
        return " ".join(self.title.split())

    @property
    def is_editable(self) -> bool:
        return self.state == self.State.DRAFT


class YearReportPartQuerySet(TenantQuerySet["YearReportPart"]):
    department_path = "report__department"


class YearReportPart(models.Model):
    """A heading with its paragraphs (one a line of ``text``), maybe a table and a chart.

    ``key`` names the chapter the portal drafts; empty: written by people alone. ``by_hand``: a person changed the
    words, so the portal does not draft them anew unasked. Shapes of ``table`` and ``chart``: `orders.models.Annex`.
    """

    report = models.ForeignKey(YearReport, models.CASCADE, related_name="parts")
    key = models.CharField("глава", max_length=40, blank=True)
    position = models.PositiveIntegerField("место")
    heading = models.CharField("заголовок", max_length=300)
    text = models.TextField("текст", blank=True)
    table = models.JSONField("таблица", null=True, blank=True)
    chart = models.JSONField("рисунок", null=True, blank=True)
    by_hand = models.BooleanField("изменено вручную", default=False)
    version = models.PositiveIntegerField("версия", default=1)
    updated_at = models.DateTimeField("изменено", auto_now=True)
    updated_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")

    objects = YearReportPartQuerySet.as_manager()

    class Meta:
        verbose_name = "часть отчёта"
        verbose_name_plural = "части отчёта"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "key"], condition=~Q(key=""), name="year_chapter_once")
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def paragraphs(self) -> list[str]:
        return [line for line in self.text.split("\n") if line.strip()]


class YearReportEventQuerySet(TenantQuerySet["YearReportEvent"]):
    department_path = "report__department"


class YearReportEvent(models.Model):
    """Append-only history; ``details`` hold the words before and after."""

    report = models.ForeignKey(YearReport, models.CASCADE, related_name="events")
    what = models.CharField("что произошло", max_length=400)
    details = models.JSONField("подробности", default=dict, blank=True)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("когда", auto_now_add=True)

    objects = YearReportEventQuerySet.as_manager()

    class Meta:
        verbose_name = "событие отчёта"
        verbose_name_plural = "история отчёта"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.what
