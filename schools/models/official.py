"""The official list of schools with signs of non-objectivity: a fact with its source document, never a verdict."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantQuerySet
from jobs.staging import StagedImport
from schools.models.flags import ObjectivityFlag
from schools.models.schools import School


class OfficialList(StagedImport):
    """A list that came from above, with the file itself: first looked at, then taken over as a whole."""

    document = models.CharField(
        "документ", max_length=300, help_text="Например: «письмо министерства образования края»."
    )
    number = models.CharField("номер", max_length=60, blank=True)
    issued_on = models.DateField("дата документа")

    class Meta(StagedImport.Meta):
        ordering = ["-issued_on", "-pk"]
        verbose_name = "перечень школ с признаками"
        verbose_name_plural = "перечни школ с признаками"

    def __str__(self) -> str:
        number = f" № {self.number}" if self.number else ""
        return f"{self.document} от {self.issued_on:%d.%m.%Y}{number}"


class OfficialMarkQuerySet(TenantQuerySet["OfficialMark"]):
    """The department's own papers: a school learns of a list by letter, not here."""

    department_path = "source__department"


class OfficialMark(models.Model):
    """«Включена в список»: a school, a year, a grade and a subject, as the list says it.

    ``year`` is the calendar year of the test («ВПР 2026»), as lists write it;
    ``flag`` was opened from here by a person.
    """

    source = models.ForeignKey(
        OfficialList, models.CASCADE, related_name="official_marks", verbose_name="перечень"
    )
    school = models.ForeignKey(School, models.PROTECT, related_name="official_marks", verbose_name="школа")
    year = models.PositiveSmallIntegerField("год ВПР")
    grade = models.PositiveSmallIntegerField("класс")
    subject = models.CharField("предмет", max_length=60)
    flag = models.ForeignKey(
        ObjectivityFlag, models.PROTECT, null=True, blank=True, related_name="official_marks"
    )

    objects = OfficialMarkQuerySet.as_manager()

    class Meta:
        verbose_name = "отметка перечня"
        verbose_name_plural = "отметки перечней"
        ordering = ["-year", "school", "grade", "subject"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "school", "year", "grade", "subject"], name="official_mark_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}: {self.subject}, {self.grade} класс, {self.year} год"
