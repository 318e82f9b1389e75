"""School lists on their way in."""

from __future__ import annotations

from django.db import models

from jobs.staging import StagedImport


class SchoolImport(StagedImport):
    """A school list on its way in.

    ``rows`` holds what each row would do, a line each (`schools.domain.staging`): 40,000 of them would make a heavy
    column. ``preview`` is their summary; empty while the file has not been read, or no table was found in it.
    ``before`` says what a person chose when applying, and by which moment of creation the new schools are known.
    """

    rows = models.FileField("строки", upload_to="imports/%Y/%m/", blank=True)

    class Meta(StagedImport.Meta):
        verbose_name = "загрузка списка школ"
        verbose_name_plural = "загрузки списков школ"
