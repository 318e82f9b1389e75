"""A file on its way in: read once, shown, then applied as a whole or thrown away; undone while nothing rests on it."""

from __future__ import annotations

from django.db import models

from accounts.models import Department, Membership
from accounts.tenancy import TenantQuerySet


class StagedImport(models.Model):
    """What every import of a table keeps. ``preview`` and ``before`` are the app's own: JSON that its domain writes.

    ``mapping`` is what a person said of the file (which sheet, which column is what); empty: the portal's own reading.
    A job only shows the progress of applying; whether it was applied stands here.
    """

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

    department = models.ForeignKey(Department, models.CASCADE, related_name="+")
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField("файл", max_length=255)
    file = models.FileField("содержимое", upload_to="imports/%Y/%m/")
    state = models.CharField("состояние", max_length=20, choices=State, default=State.PREVIEW)
    mapping = models.JSONField("как читать файл", default=dict, blank=True)
    preview = models.JSONField("что получится", default=dict)
    before = models.JSONField("как было, для отмены", default=dict)
    created_at = models.DateTimeField("загружен", auto_now_add=True)
    applied_at = models.DateTimeField("применён", null=True, blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def title(self) -> str:
        """What is being done, to which file."""
        return f"{self._meta.verbose_name} «{self.file_name}»"
