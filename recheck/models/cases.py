"""A recheck: one school's works of one test, from the ground it was opened on to the decision."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import Department, Membership, Role
from accounts.tenancy import TenantQuerySet
from orders.models import Order
from recheck.models.commissions import RecheckCommission, Rules
from roadmaps.models import ActionItem, Assignment
from schools.models import Exam, ObjectivityFlag, School


class CaseQuerySet(TenantQuerySet["RecheckCase"]):
    schools_see = True

    def visible_to(self, membership: Membership | None) -> CaseQuerySet:
        """A school sees what it was asked to check, and what was found in its own works once that is signed."""
        cases = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            checks = Q(checker__posts__membership=membership) & ~Q(state=RecheckCase.State.OPENED)
            told = Q(school__posts__membership=membership, state=RecheckCase.State.CLOSED)
            return cases.filter(checks | told)
        return cases

    def live(self) -> CaseQuerySet:
        return self.exclude(state__in=[RecheckCase.State.CLOSED, RecheckCase.State.WITHDRAWN])


class RecheckCase(Rules):
    """Selective: the commission rechecks a school. Cross: ``checker``, the partner school, does, and is checked itself.

    ``tasks``: ``[{"number": "1", "max": 2}, …]`` and ``thresholds``: ``{"3": 5, "4": 9, "5": 14}`` are copied from
    the test when the case is opened. ``seed`` is drawn or named before the works are known (decision «seed»);
    its SHA-256 ``commitment`` is shown from the first minute, the seed itself only in the protocol of the draw.
    """

    class Kind(models.TextChoices):
        SELECTIVE = "selective", "выборочная"
        CROSS = "cross", "перекрёстная"

    class State(models.TextChoices):
        OPENED = "opened", "собираются работы"
        CHECKING = "checking", "идёт проверка"
        COMPARED = "compared", "оценки сведены"
        CLOSED = "closed", "протокол подписан"
        WITHDRAWN = "withdrawn", "отменена"

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", "необъективность подтвердилась"
        REFUTED = "refuted", "необъективность не подтвердилась"

    TRANSITIONS = {
        State.OPENED: {State.CHECKING, State.WITHDRAWN},
        State.CHECKING: {State.COMPARED, State.WITHDRAWN},
        State.COMPARED: {State.CLOSED, State.WITHDRAWN},
        State.CLOSED: set(),
        State.WITHDRAWN: set(),
    }

    department = models.ForeignKey(Department, models.PROTECT, related_name="recheck_cases")
    kind = models.CharField("вид", max_length=10, choices=Kind)
    school = models.ForeignKey(
        School, models.PROTECT, related_name="recheck_cases", verbose_name="чьи работы проверяются"
    )
    checker = models.ForeignKey(
        School,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recheck_tasks",
        verbose_name="кто проверяет",
    )
    twin = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="+")
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="recheck_cases", verbose_name="работа")
    commission = models.ForeignKey(
        RecheckCommission, models.PROTECT, related_name="cases", verbose_name="комиссия"
    )
    state = models.CharField("состояние", max_length=12, choices=State, default=State.OPENED)
    flag = models.ForeignKey(
        ObjectivityFlag,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recheck_cases",
        verbose_name="признак",
    )
    item = models.ForeignKey(
        ActionItem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recheck_cases",
        verbose_name="пункт плана",
    )
    assignment = models.ForeignKey(
        Assignment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recheck_cases",
        verbose_name="поручение",
    )
    reason = models.CharField("почему", max_length=500, blank=True)
    school_checked_on = models.DateField("школьная комиссия закончила проверку", null=True, blank=True)
    tasks = models.JSONField("задания", default=list)
    thresholds = models.JSONField("шкала отметок", default=dict, blank=True)
    seed = models.CharField("зерно выборки", max_length=200, blank=True)
    seed_source = models.CharField("откуда взято зерно", max_length=300, blank=True)
    commitment = models.CharField("отпечаток зерна", max_length=64, blank=True)
    opened_on = models.DateField("открыта")
    opened_by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    compared_at = models.DateTimeField("оценки сведены", null=True, blank=True)
    outcome = models.CharField("итог", max_length=12, choices=Outcome, blank=True)
    conclusion = models.TextField("вывод", blank=True)
    closed_at = models.DateTimeField("закрыта", null=True, blank=True)
    closed_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    protocol = models.OneToOneField(
        "recheck.Protocol", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="протокол"
    )
    results_order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="приказ об итогах"
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "перепроверка"
        verbose_name_plural = "перепроверки"
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="case_checker_iff_cross",
                condition=Q(kind="cross", checker__isnull=False) | Q(kind="selective", checker=None),
                violation_error_message="У перекрёстной проверки должна быть школа, которая проверяет.",
            ),
            models.CheckConstraint(
                name="case_school_never_checks_itself",
                condition=Q(checker=None) | ~Q(checker=F("school")),
                violation_error_message="Школа не проверяет сама себя.",
            ),
            models.CheckConstraint(
                name="case_has_ground",
                condition=Q(flag__isnull=False)
                | Q(item__isnull=False)
                | Q(assignment__isnull=False)
                | ~Q(reason=""),
                violation_error_message="Укажите, почему открыта перепроверка.",
            ),
            models.CheckConstraint(
                name="case_compared_has_day",
                condition=Q(state__in=["opened", "checking"], compared_at=None)
                | Q(state__in=["compared", "closed"], compared_at__isnull=False)
                | Q(state="withdrawn"),
            ),
            models.CheckConstraint(
                name="case_closed_iff_decided",
                condition=(
                    Q(
                        state="closed",
                        closed_at__isnull=False,
                        closed_by__isnull=False,
                        protocol__isnull=False,
                    )
                    & ~Q(outcome="")
                )
                | (
                    Q(state="withdrawn", closed_at__isnull=False, closed_by__isnull=False)
                    & Q(protocol=None, outcome="")
                )
                | (
                    Q(state__in=["opened", "checking", "compared"])
                    & Q(closed_at=None, closed_by=None, protocol=None, outcome="")
                ),
                violation_error_message="У решения должны быть дата, автор, итог и протокол.",
            ),
            models.UniqueConstraint(
                fields=["school", "exam"],
                condition=Q(state__in=["opened", "checking", "compared"]),
                name="case_one_live",
                violation_error_message="Эти работы школы уже перепроверяются.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}: {self.exam}"

    @property
    def is_live(self) -> bool:
        return self.state not in {self.State.CLOSED, self.State.WITHDRAWN}

    @property
    def max_score(self) -> int:
        return sum(task["max"] for task in self.tasks)

    @property
    def parts(self) -> tuple[int, ...]:
        """The readings each drawn work goes through before anything is compared: one expert's, or two."""
        return (1, 2) if self.two_experts else (1,)


class CaseEvent(models.Model):
    """Append-only: what happened in a case, who did it, when and why."""

    case = models.ForeignKey(RecheckCase, models.PROTECT, related_name="events")
    state = models.CharField("стало", max_length=12, choices=RecheckCase.State)
    what = models.CharField("что произошло", max_length=300)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="кто")
    comment = models.TextField("почему", blank=True)
    at = models.DateTimeField("когда", auto_now_add=True)

    class Meta:
        verbose_name = "событие перепроверки"
        verbose_name_plural = "события перепроверок"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.what


class MeasureQuerySet(TenantQuerySet["Measure"]):
    department_path = "case__department"


class Measure(models.Model):
    """What is to be done after a recheck; ``item`` is the point of a plan it went into."""

    case = models.ForeignKey(RecheckCase, models.PROTECT, related_name="measures")
    text = models.CharField("мера", max_length=500)
    deadline = models.CharField("срок", max_length=200, blank=True)
    responsible = models.CharField("ответственные", max_length=300, blank=True)
    item = models.ForeignKey(
        ActionItem, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="пункт плана"
    )
    created_by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("внесена", auto_now_add=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "мера по итогам перепроверки"
        verbose_name_plural = "меры по итогам перепроверок"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
