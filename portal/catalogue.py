"""What the catalogue page shows: every part of the house's look in each of its states."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils import timezone

STATES = (
    ("ok", "принято"), ("sent", "на проверке"), ("back", "возвращено"), ("late", "просрочено"),
    ("soon", "срок близко"), ("ext", "продлено"), ("doing", "в работе"), ("none", "не начато"),
    ("event", "ждёт события"), ("loop", "идёт"), ("na", "не касается"), ("ask", "непонятно"),
    ("new", "новая"), ("chg", "изменится"), ("same", "без изменений"),
)  # fmt: skip


class SampleForm(forms.Form):
    """One field of each kind; bound with nothing it shows its errors."""

    number = forms.CharField(label="Номер приказа", help_text="Следующий по журналу: 47-о.")
    date = forms.DateField(label="Дата приказа", error_messages={"required": "Поставьте дату приказа."})
    phone = forms.CharField(label="Телефон", required=False)
    text = forms.CharField(label="Пояснение", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(
        label="Вид", choices=[("a", "По основной деятельности"), ("b", "По личному составу")]
    )
    whom = forms.MultipleChoiceField(
        label="Кому напомнить",
        required=False,
        choices=[("d", "Директорам"), ("z", "Заместителям директоров")],
        widget=forms.CheckboxSelectMultiple,
    )
    agree = forms.BooleanField(label="Рассылку проверил(а)", required=False)


def samples() -> dict[str, Any]:
    today = timezone.localdate()
    signs = re.findall(r'id="([^"]+)"', render_to_string("components/_sprite.html"))
    return {
        "form": SampleForm({"number": "47-о", "kind": "a"}),
        "states": STATES,
        "days": [today + datetime.timedelta(days=shift) for shift in (-2, 0, 2, 9, 500)],
        "page": Paginator(range(344), 25).get_page(2),
        "now": timezone.now(),
        "signs": signs,
    }
