"""Forms of events: what happened, on which other day it was, why it is withdrawn."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Membership
from portal.lib.days import sane_day
from portal.lib.forms import Day
from roadmaps.deadlines import EVENT_TITLES
from roadmaps.models import RecordedEvent
from schools.models import School

AHEAD = "Этот день ещё не наступил. Запишите событие, когда оно произойдёт."
DAY_ERRORS = {"invalid": "Укажите день, например 16.03.2026.", "required": "Укажите день события."}


class EventForm(forms.Form):
    """What happened, when, where. The second step says which duties it starts."""

    event = forms.ChoiceField(
        label="Что произошло",
        choices=[
            ("", "Выберите событие"),
            *((key, title.capitalize()) for key, title in EVENT_TITLES.items()),
        ],
        help_text="«Документ издан» — это документ вышестоящего органа. Он приходит не через портал, "
        "поэтому такое событие всегда записывают здесь. Открытый признак, проведённые ВПР и день проверки школьной "
        "комиссией портал записывает сам.",
        error_messages={"required": "Выберите, что произошло."},
    )
    day = forms.DateField(label="Когда", validators=[sane_day], widget=Day(), error_messages=DAY_ERRORS)
    school = forms.ModelChoiceField(
        School.objects.none(), label="В какой школе", required=False, empty_label="Во всех, где ждут"
    )
    note = forms.CharField(
        label="Примечание", required=False, max_length=300, help_text="Например, номер письма или предмет"
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = School.objects.visible_to(membership).open()  # type: ignore[attr-defined]
        self.fields["day"].initial = timezone.localdate()

    @property
    def happened(self) -> dict[str, Any]:
        """For `roadmaps.domain.events`: event, day and school."""
        return {name: self.cleaned_data[name] for name in ("event", "day", "school")}

    @property
    def key(self) -> str:
        """What the duties were shown for: what is recorded must be what was shown."""
        school = self.cleaned_data["school"]
        return f"{self.cleaned_data['event']}:{self.cleaned_data['day']}:{school.pk if school else ''}"

    @property
    def is_ahead(self) -> bool:
        return bool(self.cleaned_data["day"] > timezone.localdate())


class DayForm(forms.Form):
    """The day on which a recorded event really was; one that was ahead when it was recorded may still be."""

    day = forms.DateField(label="Верный день", validators=[sane_day], widget=Day(), error_messages=DAY_ERRORS)

    def __init__(self, *args: Any, event: RecordedEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recorded = event
        self.fields["day"].initial = event.day

    def clean_day(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["day"]
        if day == self.recorded.day:
            raise forms.ValidationError("Событие и так записано на этот день. Укажите другой.")
        if day > max(timezone.localdate(), self.recorded.day):
            raise forms.ValidationError(AHEAD)
        return day


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Почему",
        max_length=300,
        help_text="Исполнители увидят это в истории поручения. Например: «записано по ошибке».",
        error_messages={"required": "Напишите, почему событие отзывается."},
    )
