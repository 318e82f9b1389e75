"""What people type about observers and their visits."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone

from accounts.forms import TenantModelForm
from accounts.models import Membership
from observers.models import CampaignNeeds, Observer, Stage
from portal.lib.days import sane_day
from portal.lib.forms import Day, Filter, set_choices
from schools.models import School, VprCampaign


def not_future(day: datetime.date) -> None:
    if day > timezone.localdate():
        raise forms.ValidationError("Этот день ещё не наступил.")


def past_day(label: str) -> forms.DateField:
    return forms.DateField(label=label, widget=Day(), validators=[sane_day, not_future])


class ReasonForm(forms.Form):
    comment = forms.CharField(label="Почему", max_length=500)


class BankFilter(Filter):
    """The filter of the list, kept in the address; nonsense in it filters nothing."""

    STATES = [
        ("", "Все в банке"),
        ("ready", "Готовые к назначению"),
        ("no_consent", "Без согласия"),
        ("untrained", "Не обученные"),
        ("free", "Без посещений"),
        ("left", "Выбывшие"),
    ]
    KEPT = ("sort",)
    ORDERS = [("", "По фамилии"), ("visits", "По числу посещений"), ("kind", "По категории")]

    q = forms.CharField(label="Имя, телефон, школа", required=False)
    kind = forms.ChoiceField(
        label="Категория", required=False, choices=[("", "Любая"), *Observer.Kind.choices]
    )
    state = forms.ChoiceField(label="Кого показать", required=False, choices=STATES)
    sort = forms.ChoiceField(label="Порядок", required=False, choices=ORDERS)

    @property
    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return self.cleaned_data


class ObserverForm(TenantModelForm):
    """A person of the bank, without the children, who have rows of their own."""

    subjects = forms.CharField(
        label="Преподаёт предметы",
        required=False,
        max_length=300,
        help_text="Через запятую: математика, физика.",
    )
    works_at = forms.ModelMultipleChoiceField(
        School.objects.all(), label="Работает в школах", required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Observer
        fields = [
            "last_name", "first_name", "patronymic", "kind", "phone", "email", "place", "workplace", "subjects",
            "max_load", "note", "works_at",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schools: Any = self.fields["works_at"]
        schools.queryset = schools.queryset.open()
        if self.instance.pk:
            self.initial["subjects"] = ", ".join(self.instance.subjects)

    def clean_subjects(self) -> list[str]:
        words = (word.strip() for word in self.cleaned_data["subjects"].split(","))
        return list(dict.fromkeys(word for word in words if word))


class ChildForm(forms.Form):
    school = forms.ModelChoiceField(School.objects.none(), label="Школа", required=False)
    class_name = forms.CharField(label="Класс", required=False, max_length=12)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["school"]
        field.queryset = School.objects.visible_to(membership).open()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("class_name") and not data.get("school"):
            self.add_error("school", "Выберите школу ребёнка.")
        return data


ChildFormSet: type[BaseFormSet] = formset_factory(ChildForm, extra=2, max_num=10)


class ConsentForm(forms.Form):
    given_on = past_day("Дата согласия")
    file = forms.FileField(
        label="Подписанное согласие",
        required=False,
        help_text="Скан или фото отдельного документа, до 20 МБ.",
    )


class WithdrawForm(forms.Form):
    on = past_day("Дата отзыва")


class TrainingForm(forms.Form):
    """One training for many."""

    day = past_day("День обучения")
    material = forms.CharField(
        label="Чему и по какому материалу",
        max_length=300,
        help_text="Например: «Порядок наблюдения, памятка 2026».",
    )
    observers = forms.ModelMultipleChoiceField(
        Observer.objects.none(), label="Кто обучен", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["observers"]
        field.queryset = Observer.objects.visible_to(membership).active()
        field.label_from_instance = lambda one: one.full_name


class DaysForm(forms.Form):
    """Working days of a campaign, ticked one by one; or any day."""

    any_day = forms.BooleanField(label="Любой день", required=False)
    days = forms.MultipleChoiceField(
        label="Может в эти дни", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, campaign: VprCampaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        span = (campaign.last_day - campaign.first_day).days + 1
        days = [campaign.first_day + datetime.timedelta(n) for n in range(span)]
        weekdays = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
        set_choices(
            self,
            "days",
            [
                (day.isoformat(), f"{day:%d.%m}, {weekdays[day.weekday()]}")
                for day in days
                if day.weekday() < 6
            ],
        )

    @property
    def chosen(self) -> list[datetime.date] | None:
        if self.cleaned_data["any_day"]:
            return None
        return [datetime.date.fromisoformat(day) for day in self.cleaned_data["days"]]


class BoardForm(Filter):
    """What of the board is shown, kept in the address; nonsense in it shows the usual."""

    KEPT = ("campaign", "stage")

    SHOW = [("", "Все проведения"), ("holes", "Не хватает наблюдателей"), ("trouble", "Требуют внимания")]

    campaign = forms.ModelChoiceField(
        VprCampaign.objects.none(), label="Кампания", required=False, empty_label=None
    )
    stage = forms.ChoiceField(label="Этап", required=False, choices=Stage.choices)
    show = forms.ChoiceField(label="Показать", required=False, choices=SHOW)
    school = forms.ModelChoiceField(
        School.objects.none(), label="Школа", required=False, empty_label="Все школы"
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("campaign", VprCampaign), ("school", School)):
            field: Any = self.fields[name]
            field.queryset = rows.objects.visible_to(membership)

    def chosen(self, today: datetime.date) -> tuple[VprCampaign | None, str, str, School | None]:
        """The campaign asked for, or the one that runs or comes next, or the last; stage, filter and school.

        The form is drawn with what was chosen for whoever asked for nothing.
        """
        self.is_valid()
        campaign = self.cleaned_data.get("campaign")
        if campaign is None:
            field: Any = self.fields["campaign"]
            ahead = field.queryset.filter(last_day__gte=today).order_by("first_day").first()
            campaign = ahead or field.queryset.first()
        stage = self.cleaned_data.get("stage") or Stage.RUNNING
        self.draw(stage=stage, campaign=campaign.pk if campaign else "")
        return campaign, stage, self.cleaned_data.get("show", ""), self.cleaned_data.get("school")


class NeedsForm(forms.ModelForm):
    class Meta:
        model = CampaignNeeds
        fields = Stage.values

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.validators.append(MaxValueValidator(20))


class NeedForm(forms.Form):
    observers = forms.IntegerField(label="Нужно наблюдателей", min_value=0, max_value=20)


class AssignForm(forms.Form):
    """One of those who may be sent, as the page offered them; the domain asks again."""

    observer = forms.ModelChoiceField(Observer.objects.none(), label="Наблюдатель")
    instead = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["observer"]
        field.queryset = Observer.objects.visible_to(membership).active()


class CertificatesForm(forms.Form):
    """Who gets a certificate, where and until when it holds."""

    place = forms.CharField(
        label="Где действует", max_length=300, initial="общеобразовательные организации муниципалитета"
    )
    valid_until = forms.DateField(label="Действует до", widget=Day(), validators=[sane_day])
    observers = forms.ModelMultipleChoiceField(
        Observer.objects.none(), label="Кому", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["observers"]
        field.queryset = Observer.objects.visible_to(membership).active()
        field.label_from_instance = lambda one: one.full_name
