"""Forms of the schools' pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from accounts.forms import TenantModelForm
from accounts.models import Department
from portal.lib.days import sane_day
from portal.lib.forms import Careful, Day, Filter, set_choices
from schools.listing import FIELDS
from schools.listing.values import Bad, clean
from schools.models import School, VprCampaign

CHECKED = ("code", "login", "inn", "ogrn", "phone", "email")


class CampaignFilter(Filter):
    """The filter of a page about one campaign; the others are offered if there are any."""

    KEPT: ClassVar[tuple[str, ...]] = ("campaign",)

    campaign = forms.TypedChoiceField(label="Кампания", coerce=int, empty_value=None, required=False)

    def __init__(
        self, *args: Any, campaigns: Iterable[VprCampaign], campaign: VprCampaign | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = [(one.pk, one.name) for one in campaigns]
        set_choices(self, "campaign", offered)
        if len(offered) < 2:
            self.fields["campaign"].widget = forms.HiddenInput()
        if campaign:
            self.draw(campaign=campaign.pk)


class SchoolFilter(Filter):
    """The filter of the list, kept in the address; nonsense in it filters nothing."""

    STATES = [
        ("", "Действующие"),
        ("flagged", "С признаками необъективности"),
        ("nobody", "Без ответственного"),
        ("closed", "Закрытые"),
        ("all", "Все"),
    ]
    KEPT = ("sort",)
    ORDERS = [
        ("", "По названию"),
        ("code", "По коду"),
        ("kind", "По типу"),
        ("pupils", "По числу обучающихся"),
    ]

    q = forms.CharField(label="Название, код, ИНН или директор", required=False)
    kind = forms.ChoiceField(label="Тип", required=False)
    state = forms.ChoiceField(label="Какие показать", required=False, choices=STATES)
    sort = forms.ChoiceField(label="Порядок", required=False, choices=ORDERS)

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Любой"), *((kind, kind) for kind in kinds)]  # type: ignore[attr-defined]


class SchoolForm(Careful, TenantModelForm):
    """A school's passport; codes and numbers are checked as those of a list are."""

    class Meta:
        model = School
        fields = list(FIELDS)
        widgets = {
            "full_name": forms.Textarea({"rows": 2}),
            "address": forms.Textarea({"rows": 2}),
            "accredited_on": Day(),
        }
        help_texts = {"code": "sch и шесть цифр, как в личном кабинете ФИС ОКО."}

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.department = department
        self.fields["accredited_on"].validators.append(sane_day)

    def _get_validation_exclusions(self) -> set[str]:
        """The department is no field, yet a code is unique within it."""
        return super()._get_validation_exclusions() - {"department"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for field in CHECKED:
            try:
                cleaned[field] = clean(field, cleaned.get(field, "")) or ""
            except Bad as bad:
                self.add_error(field, f"{bad.message} {bad.remedy}")
        return cleaned


class CloseForm(forms.Form):
    on = forms.DateField(label="С какого дня закрыта", validators=[sane_day], widget=Day())
    reason = forms.CharField(
        label="Почему", max_length=400, help_text="Например: «присоединена к школе № 2, постановление № 118»."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


class DeputyForm(forms.Form):
    """A person who will answer for the school."""

    last_name = forms.CharField(label="Фамилия", max_length=100)
    first_name = forms.CharField(label="Имя", max_length=100)
    patronymic = forms.CharField(label="Отчество", max_length=100, required=False)
    email = forms.EmailField(label="Электронная почта", help_text="На неё придёт ссылка для входа.")
    position = forms.CharField(label="Должность", max_length=200, initial="заместитель директора")
    is_director = forms.BooleanField(
        label="Директор школы", required=False, help_text="Директор ещё и знакомится с приказами."
    )


class ChoiceForm(forms.Form):
    """What is done with each heap of a list; only heaps that hold something are asked about."""

    HEAPS = {
        "new": ("Новые школы", [("add", "добавить"), ("skip", "не добавлять")]),
        "changed": ("Изменённые школы", [("update", "обновить"), ("skip", "оставить как в портале")]),
        "faulty": ("Строки с ошибками", [("stop", "не загружать ничего"), ("skip", "пропустить эти строки")]),
    }

    def __init__(self, *args: Any, counts: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for heap, (label, choices) in self.HEAPS.items():
            if counts.get(heap):
                self.fields[heap] = forms.ChoiceField(
                    label=label, choices=choices, initial=choices[0][0], widget=forms.RadioSelect
                )
