"""School lists on their way in."""

from __future__ import annotations

from jobs.staging import StagedImport


class SchoolImport(StagedImport):
    """A school list on its way in."""

    class Meta(StagedImport.Meta):
        verbose_name = "загрузка списка школ"
        verbose_name_plural = "загрузки списков школ"
