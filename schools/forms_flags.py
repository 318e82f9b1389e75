"""Forms of flags: opening one, moving one, and the filter of their list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.forms import TenantModelForm
from accounts.models import Membership
from portal.lib.days import sane_day
from portal.lib.forms import Day, Filter
from portal.lib.names import folded
from schools.models import ObjectivityFlag, academic_year_of


def year_words(year: int) -> str:
    """«2025/26»."""
    return f"{year}/{(year + 1) % 100:02d}"


def recent_years() -> list[tuple[int, str]]:
    """The last four academic years."""
    this = academic_year_of(timezone.localdate())
    return [(year, year_words(year)) for year in range(this, this - 4, -1)]


class FlagForm(TenantModelForm):
    """A suspicion and what it rests on. Subjects are those the department knows; another may be typed."""

    year = forms.TypedChoiceField(label="Учебный год", coerce=int, choices=recent_years)
    subject = forms.CharField(
        label="Предмет",
        required=False,
        max_length=60,
        help_text="Пусто: по школе в целом.",
        widget=forms.TextInput({"list": "subjects", "autocomplete": "off"}),
    )
    grade = forms.TypedChoiceField(
        label="Класс",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "все классы"), *((grade, str(grade)) for grade in range(1, 12))],
    )

    class Meta:
        model = ObjectivityFlag
        fields = ["year", "subject", "grade", "source", "grounds", "opened_on"]
        widgets = {"grounds": forms.Textarea({"rows": 8}), "opened_on": Day()}
        labels = {"opened_on": "Когда выявлен"}
        help_texts = {
            "source": "Например: «письмо министерства от 12 мая», «анализ отдела».",
            "grounds": "Числа и наблюдения, по которым признак можно проверить.",
            "opened_on": "С этого дня пойдут сроки «в случае выявления…».",
        }

    def __init__(self, *args: Any, membership: Membership, subjects: list[str], **kwargs: Any) -> None:
        super().__init__(*args, membership=membership, **kwargs)
        self.subjects = subjects
        self.fields["grounds"].required = True
        self.fields["opened_on"].initial = timezone.localdate()
        self.fields["opened_on"].validators.append(sane_day)

    def clean_subject(self) -> str:
        """The department's own spelling, so that the same suspicion is seen to be the same."""
        typed: str = self.cleaned_data["subject"].strip()
        return next((name for name in self.subjects if folded(name) == folded(typed)), typed)


class FlagMoveForm(forms.Form):
    """The next state of a flag, with the reason."""

    to = forms.ChoiceField(label="Что решено", widget=forms.RadioSelect)
    comment = forms.CharField(label="Почему", widget=forms.Textarea({"rows": 3}), max_length=2000)

    def __init__(self, *args: Any, flag: ObjectivityFlag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(state.value, state.label) for state in flag.next_states]  # type: ignore[attr-defined]


class FlagFilter(Filter):
    """What of the flags to show, kept in the address; nonsense in it filters nothing."""

    STATES = [("", "В работе"), ("all", "Все"), *ObjectivityFlag.State.choices]

    q = forms.CharField(label="Школа", required=False)
    state = forms.ChoiceField(label="Какие показать", required=False, choices=STATES)
    year = forms.TypedChoiceField(label="Учебный год", required=False, coerce=int, empty_value=None)
    subject = forms.ChoiceField(label="Предмет", required=False)

    def __init__(self, *args: Any, years: list[int], subjects: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", "Любой"), *((year, year_words(year)) for year in years)]  # type: ignore[attr-defined]
        self.fields["subject"].choices = [("", "Любой"), *((name, name) for name in subjects)]  # type: ignore[attr-defined]
