"""Commissions by order, and the rules by which they recheck."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Department, Membership
from accounts.tenancy import TenantQuerySet
from orders.models import Order
from recheck.models.people import Expert

SHARE = [MinValueValidator(1), MaxValueValidator(100)]


class Rules(models.Model):
    """How a recheck is done. No federal document sets these: each is the department's own decision."""

    class Substantial(models.TextChoices):
        MARK = "mark", "изменилась отметка"
        POINTS = "points", "разница баллов больше допуска"
        EITHER = "either", "изменилась отметка или разница больше допуска"

    share = models.PositiveSmallIntegerField(
        "доля работ в выборке, %", null=True, blank=True, default=20, validators=SHARE
    )
    number = models.PositiveSmallIntegerField(
        "или число работ", null=True, blank=True, validators=[MinValueValidator(1)],
        help_text="Если указано, доля не действует.",
    )  # fmt: skip
    tolerance = models.PositiveSmallIntegerField(
        "допуск, баллов", default=1, help_text="Разница первичного балла работы, которая ещё не существенна."
    )
    substantial = models.CharField(
        "существенное расхождение", max_length=8, choices=Substantial, default=Substantial.EITHER
    )
    two_experts = models.BooleanField(
        "каждую работу проверяют двое", default=False, help_text="Спорные задания решает третий эксперт."
    )
    days_after_school = models.PositiveSmallIntegerField(
        "рабочих дней после проверки школьной комиссией", default=3
    )
    days_after_flag = models.PositiveSmallIntegerField("дней после признака необъективности", default=14)
    target = models.PositiveSmallIntegerField(
        "цель: доля объективно оценённых работ, %", default=90, validators=SHARE
    )

    class Meta:
        abstract = True

    @classmethod
    def rule_names(cls) -> list[str]:
        return [field.name for field in Rules._meta.get_fields()]

    def sample_size(self, works: int) -> int:
        """How many of so many works are drawn: the number, or the share rounded up; at least one, at most all."""
        wanted = self.number or -(-works * (self.share or 100) // 100)
        return min(max(wanted, 1), works)


class RecheckCommission(Rules):
    """Chair and members by an order, for a term; its rules go into each case as they stand when it is opened."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="recheck_commissions")
    name = models.CharField("название", max_length=250)
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="приказ"
    )
    order_words = models.CharField(
        "приказ не из портала", max_length=200, blank=True, help_text="Например: «от 12.02.2026 № 41-о»."
    )
    chair = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", verbose_name="председатель"
    )
    members = models.ManyToManyField(Expert, related_name="commissions", blank=True, verbose_name="члены")
    first_day = models.DateField("действует с")
    last_day = models.DateField("действует по")
    created_at = models.DateTimeField("создана", auto_now_add=True)

    objects = TenantQuerySet["RecheckCommission"].as_manager()

    class Meta:
        verbose_name = "комиссия по перепроверке"
        verbose_name_plural = "комиссии по перепроверке"
        ordering = ["-first_day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"],
                name="commission_name_unique",
                violation_error_message="Комиссия с таким названием уже есть.",
            ),
            models.CheckConstraint(
                name="commission_days_in_order",
                condition=Q(first_day__lte=F("last_day")),
                violation_error_message="Последний день раньше первого.",
            ),
            models.CheckConstraint(
                name="commission_share_or_number",
                condition=Q(share__isnull=False) | Q(number__isnull=False),
                violation_error_message="Укажите долю работ или их число.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def order_title(self) -> str:
        """«приказ от 12.02.2026 № 41-о»; empty while there is none."""
        if self.order is not None and self.order.date:
            return f"приказ от {self.order.date:%d.%m.%Y} № {self.order.number}"
        return f"приказ {self.order_words}" if self.order_words else ""
