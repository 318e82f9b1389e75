"""What the catalogue page shows: every part of the house's look in each of its states."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils import timezone

from portal.lib import charts

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
        "charts": pictures(),
    }


def pictures() -> list[charts.Chart]:
    """One of each kind, of invented numbers."""
    scores = [0, 1, 1, 2, 1, 3, 4, 3, 1, 11, 7, 6, 5, 3, 6, 3, 2, 1, 1]
    smooth = [0.3, 0.5, 0.9, 1.4, 2, 2.8, 3.6, 4.3, 4.9, 5.2, 5.2, 5, 4.6, 4, 3.3, 2.6, 1.9, 1.3, 0.9]
    own, all_of = {"2": 3, "3": 19, "4": 27, "5": 12}, {"2": 8, "3": 34, "4": 40, "5": 18}
    fields = [
        [charts.Heat("0"), charts.Heat("1", 1, True)],
        [charts.Heat("3", 3, True), charts.Heat("—", None)],
    ]
    return [
        charts.histogram(
            scores,
            title="Первичные баллы",
            thresholds={"3": 5, "4": 9, "5": 14},
            suspects=[9],
            expected=smooth,
        ),
        charts.marks([("СОШ № 7", own), ("Округ", all_of), ("Регион", {})], title="Отметки"),
        charts.journal(
            [("СОШ № 7", {"lowered": 3, "confirmed": 40, "raised": 18})], title="Отметки против журнала"
        ),
        charts.tasks(
            ["1", "2", "3"],
            [0.8, 0.55, 0.4],
            [0.85, 0.6, None],
            title="Задания",
            whose="школа",
            others="округ",
        ),
        charts.heat_map(
            ["СОШ № 7", "СОШ № 9"],
            ["математика, 4 класс", "русский язык, 4 класс"],
            fields,
            title="Школы и работы",
            meaning="Число признаков.",
        ),
        charts.lines(
            [
                charts.Series("25 учеников", [(0, 0.01), (0.5, 0.4), (1, 0.8)]),
                charts.Series("100 учеников", [(0, 0.02), (0.5, 0.9), (1, 1)]),
            ],
            title="Мощность",
            across="доля приписанных",
            upward="найдено",
        ),
    ]
