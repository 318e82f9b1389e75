"""Filters of the control pages and the builder of the sheet's form."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.db.models import Q

from accounts.models import Membership, Role
from observers import questions as asking
from observers.models import Violation, ViolationQuerySet
from portal.lib.days import sane_day
from portal.lib.forms import Filter
from schools.models import School


class ControlForm(forms.Form):
    """Which days of control; whatever is not understood is today."""

    SHOWN = {
        "day": "День",
        "week": "Неделя",
        "missing": "Листов нет",
        "holes": "Не хватает наблюдателей",
        "unconfirmed": "Ждут приказа",
        "troubled": "Требуют внимания",
    }
    OF_DAYS = ("day", "week")

    show = forms.ChoiceField(label="Показать", choices=list(SHOWN.items()), required=False)
    day = forms.DateField(label="День", required=False, validators=[sane_day])

    def chosen(self, today: datetime.date) -> tuple[datetime.date, str]:
        self.is_valid()
        return self.cleaned_data.get("day") or today, self.cleaned_data.get("show") or "day"


class ViolationFilter(Filter):
    """Which violations; a choice that is not there narrows nothing."""

    state = forms.ChoiceField(label="Состояние", required=False)
    kind = forms.CharField(label="Вид", required=False, max_length=200, widget=forms.HiddenInput)
    school = forms.ModelChoiceField(
        label="Школа", queryset=School.objects.none(), required=False, empty_label="Все школы"
    )

    def __init__(self, data: Any, *, membership: Membership) -> None:
        super().__init__(data)
        self.fields["state"].choices = [("", "Все состояния"), *Violation.State.choices]  # type: ignore[attr-defined]
        self.fields["school"].queryset = School.objects.visible_to(membership)  # type: ignore[attr-defined]
        if membership.role == Role.DEPUTY:  # sees the own school alone
            self.fields["school"].widget = forms.HiddenInput()

    def narrow(self, rows: ViolationQuerySet) -> ViolationQuerySet:
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return rows.filter(Q(**chosen))


class QuestionForm(forms.Form):
    """One question of the builder. ``earlier``: those it may depend on, as they stand above it."""

    text = forms.CharField(label="Вопрос", max_length=asking.LONGEST_QUESTION)
    kind = forms.ChoiceField(label="Вид ответа", choices=[(kind.value, kind.label) for kind in asking.Kind])
    options = forms.CharField(
        label="Варианты ответа",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Для вида «один из вариантов»: каждый с новой строки.",
    )
    help = forms.CharField(label="Пояснение под вопросом", required=False, max_length=300)
    required = forms.BooleanField(label="Ответ обязателен", required=False)
    stages = forms.MultipleChoiceField(
        label="На каких этапах спрашивать",
        choices=list(asking.STAGES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ничего не отмечено: на всех.",
    )
    condition = forms.ChoiceField(
        label="Показывать, только если",
        required=False,
        help_text="Можно выбрать ответ на вопрос, который стоит выше.",
    )

    def __init__(self, *args: Any, earlier: list[asking.Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [
            (f"{question.key}={value}", f"«{question.text[:80]}» — {words}")
            for question in earlier
            for value, words in question.choices.items()
        ]
        self.fields["condition"].choices = [("", "всегда"), *chosen]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(question: asking.Question) -> dict[str, Any]:
        condition = question.condition
        return {
            "text": question.text,
            "kind": question.kind.value,
            "options": "\n".join(question.options),
            "help": question.help,
            "required": question.required,
            "stages": list(question.stages),
            "condition": f"{condition.key}={condition.value}" if condition else "",
        }

    def question(self, key: str) -> asking.Question:
        """The typed question under its key."""
        data = self.cleaned_data
        where, _, answer = data["condition"].partition("=")
        kind = asking.Kind(data["kind"])
        return asking.Question(
            key=key,
            kind=kind,
            text=data["text"].strip(),
            help=data["help"].strip(),
            required=data["required"],
            options=tuple(filter(None, map(str.strip, data["options"].splitlines())))
            if kind is asking.Kind.CHOICE
            else (),
            stages=tuple(stage for stage in asking.STAGES if stage in data["stages"]),
            condition=asking.Condition(where, answer) if where else None,
        )
