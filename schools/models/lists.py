"""School lists on their way in."""

from __future__ import annotations

from django.db import models

from accounts.models import Department, Membership
from accounts.tenancy import TenantQuerySet


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
