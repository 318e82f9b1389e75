"""Papers of the bank: certificates (удостоверения) and lists on their way in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import Department, Membership
from accounts.tenancy import TenantQuerySet
from jobs.staging import StagedImport
from observers.models.bank import Observer
from orders.models import Order


class ObserverCertificate(models.Model):
    """A certificate of an observer. Its number is one of a kind in the department's calendar year, without gaps."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    observer = models.ForeignKey(Observer, models.PROTECT, related_name="certificates")
    year = models.PositiveSmallIntegerField("год")
    sequence = models.PositiveIntegerField("номер")
    place = models.CharField("где действует", max_length=300)
    issued_on = models.DateField("выдано")
    valid_until = models.DateField("действует до")
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="+")
    signatory_position = models.CharField("должность подписанта", max_length=200)
    signatory_name = models.CharField("подписант", max_length=150)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("создано", auto_now_add=True)

    objects = TenantQuerySet["ObserverCertificate"].as_manager()

    class Meta:
        verbose_name = "удостоверение наблюдателя"
        verbose_name_plural = "удостоверения наблюдателей"
        ordering = ["-year", "-sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "year", "sequence"],
                name="certificate_number_unique",
                violation_error_message="Удостоверение с таким номером уже есть.",
            ),
            models.CheckConstraint(
                name="certificate_days_in_order",
                condition=Q(valid_until__gte=F("issued_on")),
                violation_error_message="Срок кончается раньше дня выдачи.",
            ),
        ]

    def __str__(self) -> str:
        return f"Удостоверение № {self.number}"

    @property
    def number(self) -> str:
        """«17/2026»."""
        return f"{self.sequence}/{self.year}"


class ObserverImport(StagedImport):
    """A list of observers on its way in."""

    class Meta(StagedImport.Meta):
        verbose_name = "загрузка списка наблюдателей"
        verbose_name_plural = "загрузки списков наблюдателей"
