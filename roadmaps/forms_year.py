"""Forms of the year's report."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Membership
from portal.lib.forms import day_field
from roadmaps.domain.year_report import LONGEST
from roadmaps.models import Roadmap

WHEN = "Сведения берутся, как они были к концу этого дня."


def _not_ahead(day: datetime.date) -> datetime.date:
    if day > timezone.localdate():
        raise ValidationError("Этот день ещё не наступил: укажите сегодняшний или прошедший.")
    return day


class YearNewForm(forms.Form):
    """Of which plan, on which day."""

    roadmap = forms.ModelChoiceField(
        Roadmap.objects.none(), label="Дорожная карта", required=False, empty_label="Все карты учебного года"
    )
    day = day_field("На какой день", help_text=WHEN)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        approved = Roadmap.objects.visible_to(membership).exclude(state__in=["draft", "assembled"])
        self.fields["roadmap"].queryset = approved  # type: ignore[attr-defined]

    def clean_day(self) -> datetime.date:
        return _not_ahead(self.cleaned_data["day"])


class YearHeadForm(forms.Form):
    title = forms.CharField(
        label="Заголовок, как печатается", max_length=1000, widget=forms.Textarea({"rows": 3})
    )
    day = day_field("На какой день", help_text=f"{WHEN} Части, которые вы не меняли, составятся заново.")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_day(self) -> datetime.date:
        return _not_ahead(self.cleaned_data["day"])


class YearPartForm(forms.Form):
    heading = forms.CharField(label="Заголовок части", max_length=300)
    text = forms.CharField(
        label="Текст",
        required=False,
        strip=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 12}),
        help_text="Каждая строка станет абзацем.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, initial=1)
