"""What became of schools: renamed, joined, parted, closed, opened again; by which document."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import Department, Membership
from accounts.tenancy import TenantQuerySet
from schools.models.schools import School


class SchoolChange(models.Model):
    """Append-only: one thing that happened to a school. ``other`` is the school it was joined to or parted into.

    ``old_name`` is the name before the change; `School.former_names` keeps it for searches and later lists.
    """

    class Kind(models.TextChoices):
        RENAMED = "renamed", "переименована"
        MERGED = "merged", "присоединена"
        SPLIT = "split", "выделена новая школа"
        CLOSED = "closed", "закрыта"
        REOPENED = "reopened", "открыта снова"

    BETWEEN_TWO = (Kind.MERGED, Kind.SPLIT)

    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    school = models.ForeignKey(School, models.PROTECT, related_name="changes", verbose_name="школа")
    kind = models.CharField("что произошло", max_length=10, choices=Kind)
    day = models.DateField("с какого дня")
    document = models.CharField("по какому документу", max_length=400, blank=True)
    other = models.ForeignKey(
        School,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="changes_of_others",
        verbose_name="другая школа",
    )
    old_name = models.CharField("прежнее название", max_length=250, blank=True)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("записано", auto_now_add=True)

    objects = TenantQuerySet["SchoolChange"].as_manager()

    class Meta:
        verbose_name = "изменение школы"
        verbose_name_plural = "изменения школ"
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="school_change_other_iff_two",
                condition=Q(kind__in=["merged", "split"], other__isnull=False)
                | (~Q(kind__in=["merged", "split"]) & Q(other=None)),
            ),
            models.CheckConstraint(
                name="school_change_not_with_itself",
                condition=Q(other=None) | ~Q(other=F("school")),
                violation_error_message="Школу нельзя присоединить к ней самой.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}: {self.get_kind_display()}"
