"""The analytic note on the results of a campaign: what people write in it, and the papers made of it."""

from __future__ import annotations

from django.db import models

from accounts.models import Department, Membership
from accounts.tenancy import TenantQuerySet
from schools.models.schools import School
from schools.models.vpr import VprCampaign


class ResultNote(models.Model):
    """One note a campaign. Numbers are taken from the results when it is made; only words are kept here."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="result_notes")
    campaign = models.OneToOneField(VprCampaign, models.CASCADE, related_name="note", verbose_name="кампания")
    introduction = models.TextField("вступление", blank=True, max_length=6000)
    conclusions = models.TextField("выводы", blank=True, max_length=6000)
    version = models.PositiveIntegerField("правка", default=1)
    edited_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    pdf = models.FileField("PDF", upload_to="notes/%Y/%m/", blank=True)
    docx = models.FileField("Word", upload_to="notes/%Y/%m/", blank=True)
    xlsx = models.FileField("Excel", upload_to="notes/%Y/%m/", blank=True)
    made_at = models.DateTimeField("собрана", null=True, blank=True)

    objects = TenantQuerySet["ResultNote"].as_manager()

    class Meta:
        verbose_name = "аналитическая справка"
        verbose_name_plural = "аналитические справки"

    def __str__(self) -> str:
        return f"Справка: {self.campaign}"


class NoteSchoolQuerySet(TenantQuerySet["NoteSchool"]):
    department_path = "note__department"


class NoteSchool(models.Model):
    """What the methodist writes of one school: causes, measures, recommendations."""

    note = models.ForeignKey(ResultNote, models.CASCADE, related_name="schools")
    school = models.ForeignKey(School, models.PROTECT, related_name="+", verbose_name="школа")
    causes = models.TextField("причины", blank=True, max_length=4000)
    measures = models.TextField("принятые меры", blank=True, max_length=4000)
    recommendations = models.TextField("рекомендации", blank=True, max_length=4000)
    version = models.PositiveIntegerField("правка", default=1)
    edited_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")

    objects = NoteSchoolQuerySet.as_manager()

    class Meta:
        verbose_name = "школа в справке"
        verbose_name_plural = "школы в справках"
        ordering = ["school__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["note", "school"], name="note_school_once"),
        ]

    def __str__(self) -> str:
        return f"{self.note}: {self.school}"
