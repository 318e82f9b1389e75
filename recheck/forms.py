"""Forms of the recheck's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.forms import TenantModelForm
from accounts.models import Membership, Role
from accounts.permissions import DEPARTMENT_ROLES
from jobs.forms import TableFileField
from portal.lib.days import sane_day
from portal.lib.forms import Day, Filter, set_choices
from recheck.models import Expert, ExpertTie, Measure, RecheckCase, RecheckCommission, Rules
from roadmaps.models import Section
from schools.models import School


class CaseFilter(Filter):
    """The filter of the list, kept in the address; nonsense in it filters nothing."""

    STATES = [
        ("", "Все, кроме отменённых"),
        ("late", "Срок прошёл"),
        *RecheckCase.State.choices,
        ("all", "Все"),
    ]

    q = forms.CharField(label="Школа или предмет", required=False)
    state = forms.ChoiceField(label="Какие показать", required=False, choices=STATES)
    kind = forms.ChoiceField(label="Вид", required=False, choices=[("", "Любой"), *RecheckCase.Kind.choices])


class ExpertFilter(Filter):
    """Words to find in the bank."""

    q = forms.CharField(label="Фамилия, предмет или школа", required=False)


class CaseForm(TenantModelForm):
    """A new recheck: of one school, or with a partner a pair that checks each other."""

    partner = forms.ModelChoiceField(
        label="Школа-партнёр", queryset=School.objects.open(), required=False, empty_label="нет: проверяет комиссия",
        help_text="Если выбрать, проверка станет перекрёстной: школы проверят работы друг друга.",
    )  # fmt: skip

    class Meta:
        model = RecheckCase
        fields = ["school", "partner", "exam", "commission", "reason", "school_checked_on", "seed_source"]
        widgets = {"school_checked_on": Day(), "reason": forms.TextInput()}
        labels = {"seed_source": "Открытый источник зерна"}
        help_texts = {
            "reason": "Например: «резкий рост результатов», «решение совещания от 12 мая».",
            "school_checked_on": "От него идёт срок перепроверки, и начнутся поручения школы, которые ждут этого дня.",
            "seed_source": "Например: «номера тиража 30 апреля». Если не указать, портал сам загадает зерно сейчас "
            "и покажет его отпечаток.",
        }

    def __init__(self, *args: Any, grounds: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grounds = grounds
        self.fields["reason"].required = not any(grounds.values())
        self.fields["school_checked_on"].validators.append(sane_day)
        self.fields["school"].queryset = self.fields["school"].queryset.filter(closed_on=None)  # type: ignore[attr-defined]
        exams: Any = self.fields["exam"]
        exams.queryset = exams.queryset.select_related("campaign").order_by(
            "-campaign__first_day", "grade", "subject"
        )
        exams.label_from_instance = lambda exam: f"{exam} — {exam.campaign}"
        today = timezone.localdate()
        commissions: Any = self.fields["commission"]
        commissions.queryset = commissions.queryset.filter(last_day__gte=today)
        commissions.initial = commissions.queryset.first()
        flag = grounds.get("flag")
        self.fields["school"].initial = flag.school if flag else None

    def _post_clean(self) -> None:
        """The row is made by the domain, which asks all its questions there."""

    def clean_school(self) -> Any:
        school, flag = self.cleaned_data["school"], self.grounds.get("flag")
        if flag and flag.school != school:
            raise ValidationError(f"Признак открыт у другой школы: {flag.school}.")
        return school


class TasksForm(forms.Form):
    """Greatest scores by task, and the scale."""

    maxima = forms.CharField(
        label="Наибольший балл за каждое задание",
        help_text="Через пробел, по порядку: «1 1 2 2». Если задания пронумерованы иначе: «1: 1, 2К1: 2, 2К2: 3».",
    )
    three = forms.IntegerField(label="«3» — от скольких баллов", required=False, min_value=0, max_value=999)
    four = forms.IntegerField(label="«4» — от скольких баллов", required=False, min_value=0, max_value=999)
    five = forms.IntegerField(label="«5» — от скольких баллов", required=False, min_value=0, max_value=999)

    @property
    def thresholds(self) -> dict[str, int | None]:
        data = self.cleaned_data
        return {"3": data["three"], "4": data["four"], "5": data["five"]}


class ReasonForm(forms.Form):
    """Why: asked wherever something is taken back or begun anew."""

    reason = forms.CharField(label="Причина", max_length=300, widget=forms.TextInput({"autofocus": True}))


class DrawForm(forms.Form):
    """The seed, when a public source was named for it."""

    seed = forms.CharField(label="Зерно", max_length=200)


class SheetForm(forms.Form):
    """A table of works or scores: a file, or cells pasted from Excel."""

    file = TableFileField(label="Файл", required=False)
    text = forms.CharField(
        label="Или вставьте таблицу из Excel", required=False, max_length=1_000_000,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        help_text="Вместе с первой строкой, которая называет столбцы.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("file") and not (cleaned.get("text") or "").strip():
            raise ValidationError("Выберите файл или вставьте таблицу.")
        return cleaned


class SeatForm(forms.Form):
    """Which expert takes a place; who has a conflict of interest is not offered."""

    expert = forms.ChoiceField(label="Эксперт", widget=forms.RadioSelect)

    def __init__(self, *args: Any, experts: list[Expert], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "expert", [(str(expert.pk), expert.full_name) for expert in experts])


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(label="Итог", choices=RecheckCase.Outcome.choices, widget=forms.RadioSelect)
    conclusion = forms.CharField(
        label="Вывод комиссии", max_length=4000, widget=forms.Textarea({"rows": 5}),
        help_text="Войдёт в протокол и в историю признака.",
    )  # fmt: skip
    signed_on = forms.DateField(label="Дата протокола", validators=[sane_day], widget=Day())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].initial = timezone.localdate()


class MeasureForm(forms.ModelForm):
    class Meta:
        model = Measure
        fields = ["text", "deadline", "responsible"]
        help_texts = {
            "deadline": "Как в документах: «до 1 июня».",
            "responsible": "Например: «руководителю школы».",
        }


class PlanForm(forms.Form):
    """Where in the plans under edit a measure goes."""

    section = forms.ModelChoiceField(label="План и раздел", queryset=Section.objects.none())

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = (
            Section.objects.visible_to(membership).filter(roadmap__state="draft").select_related("roadmap")
        )
        self.fields["section"].queryset = sections.order_by("roadmap__name", "position")  # type: ignore[attr-defined]
        self.fields["section"].label_from_instance = lambda one: f"{one.roadmap}: {one}"  # type: ignore[attr-defined]


class ExpertForm(TenantModelForm):
    """An expert of the bank. A deputy enters the school's own teachers only."""

    class Meta:
        model = Expert
        fields = [
            "last_name", "first_name", "patronymic", "school", "position", "subjects", "category", "phone", "email",
            "membership",
        ]  # fmt: skip

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, membership=membership, **kwargs)
        self.instance.department = membership.department
        if membership.role == Role.DEPUTY:
            del self.fields["membership"]
            self.fields["school"].required = True
            self.fields["school"].initial = self.fields["school"].queryset.first()  # type: ignore[attr-defined]
        else:
            accounts = self.fields["membership"]
            accounts.queryset = accounts.queryset.filter(ended_at=None).select_related("user")  # type: ignore[attr-defined]


class TieForm(TenantModelForm):
    """What else binds an expert to a school."""

    class Meta:
        model = ExpertTie
        fields = ["school", "kind", "class_name", "note"]
        widgets = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, expert: Expert, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.expert = expert
        self.fields["kind"].choices = ExpertTie.Kind.choices  # type: ignore[attr-defined]

    def _get_validation_exclusions(self) -> set[str]:
        """The expert is no field, yet a tie is unique for them."""
        return super()._get_validation_exclusions() - {"expert"}  # type: ignore[misc]


class CommissionForm(TenantModelForm):
    """A commission and the rules by which it rechecks."""

    class Meta:
        model = RecheckCommission
        fields = [
            "name", "order", "order_words", "chair", "members", "first_day", "last_day", *Rules.rule_names(),
        ]  # fmt: skip
        widgets = {
            "first_day": Day(),
            "last_day": Day(),
            "members": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, membership=membership, **kwargs)
        self.instance.department = membership.department
        self.fields["chair"].required = True
        chairs: Any = self.fields["chair"]
        chairs.queryset = chairs.queryset.filter(ended_at=None, role__in=DEPARTMENT_ROLES).select_related(
            "user"
        )
        self.fields["members"].queryset = self.fields["members"].queryset.active().select_related("school")  # type: ignore[attr-defined]
        self.fields["order"].queryset = self.fields["order"].queryset.filter(state="signed")  # type: ignore[attr-defined]
        for name in ("first_day", "last_day"):
            self.fields[name].validators.append(sane_day)

    def _get_validation_exclusions(self) -> set[str]:
        """The department is no field, yet a name is unique within it."""
        return super()._get_validation_exclusions() - {"department"}  # type: ignore[misc]
