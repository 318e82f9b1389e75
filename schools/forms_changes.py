"""Forms of what becomes of schools."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Membership
from portal.lib.days import sane_day
from portal.lib.forms import Day
from schools.models import School


class ChangeForm(forms.Form):
    """By which document and from which day."""

    day = forms.DateField(label="С какого дня", validators=[sane_day], widget=Day())
    document = forms.CharField(
        label="По какому документу",
        max_length=400,
        help_text="Например: «постановление администрации № 118».",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = timezone.localdate()


class RenameForm(ChangeForm):
    name = forms.CharField(label="Новое краткое наименование", max_length=250)
    full_name = forms.CharField(
        label="Новое полное наименование", max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )
    field_order = ["name", "full_name", "day", "document"]


class OtherForm(ChangeForm):
    """Another open school of the department."""

    other = forms.ModelChoiceField(label="Школа", queryset=School.objects.none())
    field_order = ["other", "day", "document"]

    def __init__(self, *args: Any, membership: Membership, school: School, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = School.objects.visible_to(membership).open().exclude(pk=school.pk)
        self.fields["other"].queryset = others  # type: ignore[attr-defined]


class SplitForm(OtherForm):
    other = forms.ModelChoiceField(
        label="Какая школа выделилась",
        queryset=School.objects.none(),
        help_text="Сначала добавьте её в список школ.",
    )


class MergeForm(OtherForm):
    other = forms.ModelChoiceField(label="К какой школе присоединяется", queryset=School.objects.none())
    keep_people = forms.BooleanField(
        label="Кто отвечал за школу, будет отвечать за преемника",
        required=False,
        help_text="Без этой отметки их доступ закроется.",
    )
    field_order = ["other", "day", "document", "keep_people"]
