"""Forms of computed signs: the department's rules, the filter of the map."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms import TenantModelForm
from schools import signs
from schools.forms import CampaignFilter
from schools.models import SignSettings


class SignRulesForm(TenantModelForm):
    """The thresholds by which signs are computed."""

    class Meta:
        model = SignSettings
        fields = [
            *signs.CODES,
            "least_group",
            "least_distribution",
            "informative",
            "expected_raised",
            "judge_advanced",
            "control",
            "false_share",
        ]
        localized_fields = [*signs.CODES, "expected_raised", "false_share"]  # «0,01» as people write it
        labels = {"false_share": "Допустимая доля (вероятность) ложных признаков по отделу"}
        help_texts = {
            "informative": "Ниже оценка называется приблизительной.",
            "expected_raised": "Доля от 0 до 0,9. Официально не установлена: настройка отдела.",
            "judge_advanced": "Обычно нет: высокий средний балл в них ожидаем.",
            "control": "Чем больше школ и работ проверяется сразу, тем чаще отклонение встретится случайно.",
            "false_share": "От 0,01 до 0,5.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in signs.CODES:
            self.fields[code].label = signs.RULES[code].title
            self.fields[code].help_text = "Уровень p от 0,0001 до 0,1. Пусто: признак не рассчитывается."

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        least, informative = cleaned.get("least_distribution"), cleaned.get("informative")
        if least and informative and informative < least:
            self.add_error("informative", f"Не меньше наименьшего числа учеников для распределения: {least}.")
        return cleaned


class MapFilter(CampaignFilter):
    """Which schools of the map to show, kept in the address; nonsense in it filters nothing."""

    q = forms.CharField(label="Школа", required=False)
    marked = forms.BooleanField(label="Только с найденными признаками", required=False)
