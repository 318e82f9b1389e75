"""Forms of the messages: a department's rules, the filters of the ledger and of the inbox, a person's choices."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms

from accounts.forms import Grouped
from notifications.domain import kinds
from notifications.models import Reminder, Rules
from portal.lib.forms import Careful, Filter, day_field, set_choices

MOST_STEPS, FURTHEST = 6, 60
HOURS = [(hour, f"{hour}:00") for hour in range(24)]


class DaysField(forms.CharField):
    """«7, 1»: days before the due day, the earliest first; empty for none."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        parts = [part for part in re.split(r"[\s,;]+", str(value or "").strip()) if part]
        wrong = [part for part in parts if not part.isdecimal() or not 1 <= int(part) <= FURTHEST]
        if wrong:
            raise forms.ValidationError(
                f"«{wrong[0]}» — не число дней от 1 до {FURTHEST}. Пишите через запятую: 7, 1."
            )
        days = sorted({int(part) for part in parts}, reverse=True)
        if len(days) > MOST_STEPS:
            raise forms.ValidationError(f"Не больше {MOST_STEPS} дней: иначе письма перестанут читать.")
        return days


class RulesForm(Grouped, Careful, forms.ModelForm):
    """When the department reminds; the domain saves it, not the form."""

    GROUPS = {
        "Исполнителю": ("before", "on_day", "after", "every"),
        "О том, что идёт постоянно": ("report_every",),
        "Если срок прошёл": ("controller_after", "head_after"),
        "Время": ("morning", "quiet_until", "quiet_from"),
        "Предохранитель": ("cap",),
    }

    before = DaysField(
        label="За сколько дней до срока",
        required=False,
        help_text="Через запятую, например: 7, 1. Пусто — не напоминать.",
    )
    morning = forms.TypedChoiceField(label="Утреннее письмо", choices=HOURS, coerce=int)
    quiet_until = forms.TypedChoiceField(label="Писать не раньше", choices=HOURS, coerce=int)
    quiet_from = forms.TypedChoiceField(label="И не позже", choices=HOURS, coerce=int)

    class Meta:
        model = Rules
        fields = [
            "before", "on_day", "after", "every", "report_every", "controller_after", "head_after", "morning",
            "quiet_until", "quiet_from", "cap",
        ]  # fmt: skip
        labels = {
            "on_day": "Напомнить в день срока",
            "after": "На который день просрочки",
            "every": "Дальше повторять через столько дней",
            "report_every": "Просить доклад о ходе раз в столько дней",
            "controller_after": "Сказать контролёру на который день просрочки",
            "head_after": "Сказать начальнику на который день просрочки",
            "cap": "Не больше стольких писем за одно утро",
        }
        help_texts = {
            "after": "0 — о просрочке исполнителю не писать.",
            "every": "7 — раз в неделю, пока не выполнено. 0 — не повторять.",
            "report_every": "О пунктах «постоянно», «в течение года»: они не бывают просроченными. "
            "90 — раз в четверть, 0 — не просить.",
            "controller_after": "0 — не говорить.",
            "head_after": "0 — не говорить.",
            "cap": "Если получится больше, портал остановит рассылку и спросит администратора.",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens, closes, morning = (data.get(name) for name in ("quiet_until", "quiet_from", "morning"))
        if opens is not None and closes is not None and opens >= closes:
            self.add_error("quiet_from", "Конец должен быть позже начала.")
        elif None not in {opens, closes, morning} and not opens <= morning < closes:  # type: ignore[operator]
            self.add_error(
                "morning", "Утреннее письмо уходит в тихие часы: выберите час между началом и концом."
            )
        controller, head = data.get("controller_after") or 0, data.get("head_after") or 0
        if controller and head and head < controller:
            self.add_error("head_after", "Начальник узнаёт не раньше контролёра: поставьте день не меньше.")
        return data


class LedgerFilter(Filter):
    """Narrows the ledger; kept in the address."""

    q = forms.CharField(label="Кому", required=False)
    kind = forms.ChoiceField(label="О чём", required=False)
    STATES = [
        ("", "Любой"),
        *Reminder.State.choices,
        ("failed_lately", "не удалось за неделю"),
        ("stuck", "ждёт больше часа"),
    ]

    state = forms.ChoiceField(label="Итог", required=False, choices=STATES)
    since = day_field("С", required=False)
    until = day_field("По", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(
            self, "kind", [("", "Все виды"), *((kind.name, kind.title) for kind in kinds.KINDS.values())]
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since: datetime.date | None = data.get("since")
        until: datetime.date | None = data.get("until")
        if since and until and since > until:
            self.add_error("until", "Конец раньше начала: поменяйте дни местами.")
        return data


class CameBackForm(forms.Form):
    """A letter that came back: whose address it was, what the other server wrote."""

    address = forms.EmailField(
        label="На какой адрес", max_length=254, help_text="Скопируйте из вернувшегося письма."
    )
    answer = forms.CharField(
        label="Что в нём написано",
        max_length=300,
        required=False,
        help_text="Например: 550 5.1.1 user unknown. Можно не заполнять.",
    )


class InboxFilter(Filter):
    """Narrows one's own messages; nonsense in the address narrows nothing."""

    show = forms.ChoiceField(
        label="Показать", required=False, choices=[("", "Все"), ("new", "Непрочитанные")]
    )
    kind = forms.ChoiceField(label="О чём", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(
            self, "kind", [("", "Обо всём"), *((kind.name, kind.title) for kind in kinds.KINDS.values())]
        )


class ChoicesForm(forms.Form):
    """Which optional mail a person wants."""

    wanted = forms.MultipleChoiceField(
        label="Присылать на почту", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "wanted", [(kind.name, kind.title) for kind in kinds.optional()])
