"""The signed protocol, and sheets on their way in."""

from __future__ import annotations

from django.db import models

from accounts.models import Membership, Role
from accounts.tenancy import TenantQuerySet
from jobs.staging import StagedImport
from recheck.models.cases import RecheckCase
from recheck.models.works import Seat


class ProtocolQuerySet(TenantQuerySet["Protocol"]):
    department_path = "case__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> ProtocolQuerySet:
        """A school may read the protocol about its own works."""
        protocols = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return protocols.filter(case__school__posts__membership=membership)
        return protocols


class Protocol(models.Model):
    """Signed means frozen: ``snapshot`` is what was signed, ``sha256`` its hash. A trigger refuses any later change."""

    case = models.OneToOneField(RecheckCase, models.PROTECT, related_name="+")
    snapshot = models.JSONField("содержание")
    sha256 = models.CharField("контрольная сумма", max_length=64)
    signed_on = models.DateField("дата протокола")
    signed_by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("составлен", auto_now_add=True)

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        verbose_name = "протокол перепроверки"
        verbose_name_plural = "протоколы перепроверок"
        ordering = ["-signed_on", "-pk"]

    def __str__(self) -> str:
        return f"протокол от {self.signed_on:%d.%m.%Y}"


class SheetImport(StagedImport):
    """Works of a case, or with ``seat`` an expert's scores, on their way in from Excel or the clipboard."""

    case = models.ForeignKey(RecheckCase, models.CASCADE, related_name="imports")
    seat = models.ForeignKey(Seat, models.CASCADE, null=True, blank=True, related_name="imports")

    class Meta(StagedImport.Meta):
        verbose_name = "загрузка работ"
        verbose_name_plural = "загрузки работ"
