"""How schools stand in a sheet: one definition for import, export and the service pages."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import ModelResource
from import_export.widgets import DateWidget

from accounts.models import Department
from schools.listing import FIELDS
from schools.models import School


class DayWidget(DateWidget):
    """Excel hands days over as moments; the stock widget lets them pass, and no row would ever compare unchanged."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime.date | None:
        day = super().clean(value, row, **kwargs)
        return day.date() if isinstance(day, datetime.datetime) else day


class KnownSchools(BaseInstanceLoader):
    """The department's schools, fetched once. The id of any other school is an error, not a new school."""

    def __init__(self, resource: SchoolResource, dataset: Any = None) -> None:
        super().__init__(resource, dataset)
        self.known = resource.get_queryset().in_bulk()

    def get_instance(self, row: dict[str, Any]) -> School | None:
        if not row["id"]:
            return None
        if row["id"] not in self.known:
            raise ValidationError("Такой школы в отделе нет.")
        return self.known[row["id"]]


class SchoolResource(ModelResource):
    """Writes in bulk inside the caller's transaction; unchanged rows are left alone.

    Bound to a department, not to a membership: the worker and the command line have none.
    """

    def __init__(self, *, department: Department, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.department = department
        self.created: list[School] = []

    accredited_on = Field("accredited_on", FIELDS["accredited_on"], DayWidget(format="%d.%m.%Y"))

    class Meta:
        model = School
        fields = ("id", *FIELDS)
        import_order = export_order = tuple(FIELDS)
        instance_loader_class = KnownSchools
        use_bulk = True
        batch_size = 1000
        skip_unchanged = True
        skip_html_diff = True  # not skip_diff: that would switch skip_unchanged off (see its docstring)
        clean_model_instances = False  # schools.listing has checked every cell

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Field:
        field = super().field_from_django_field(field_name, django_field, readonly)
        field.column_name = FIELDS.get(field_name, field_name)
        return field

    @cached_property
    def _import_fields(self) -> list[Field]:
        return super().get_import_fields()

    def get_import_fields(self) -> list[Field]:
        """The library works the order out anew several times a row."""
        return self._import_fields

    def get_queryset(self) -> QuerySet[School]:
        return super().get_queryset().filter(department=self.department)

    def get_export_fields(self, selected_fields: Any = None) -> list[Field]:
        return [field for field in super().get_export_fields(selected_fields) if field.attribute != "id"]

    def init_instance(self, row: Any = None) -> School:
        return School(department=self.department)

    def bulk_create(self, *args: Any, **kwargs: Any) -> None:
        made = list(self.create_instances)
        super().bulk_create(*args, **kwargs)
        self.created += made

    def bulk_update(self, *args: Any, **kwargs: Any) -> None:
        """The library's UPDATE … CASE takes seconds for thousands of rows; an upsert by key takes tenths."""
        overwrite(self.update_instances)
        self.update_instances.clear()

    def after_import(self, *args: Any, **kwargs: Any) -> None:
        """The library would reset the id sequence here; nothing was inserted with an id of its own."""


class PlannedSchools(SchoolResource):
    """Takes rows that were found new or changed already: copying and comparing each once more would double the time."""

    class Meta(SchoolResource.Meta):
        skip_unchanged = False
        skip_diff = True


def overwrite(schools: list[School]) -> None:
    """Write every listed field of schools that exist already, in one statement a thousand."""
    now = timezone.now()
    for school in schools:
        school.updated_at = now
    School.objects.bulk_create(
        schools,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*FIELDS, "updated_at"],
    )
