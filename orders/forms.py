"""Forms of orders: texts, clauses, registration, reasons, journals, the journal's filter, a file to be compared."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any

from django import forms
from django.db.models import F
from django.utils import timezone

from accounts.forms import TenantModelForm
from accounts.models import Membership, Role
from orders.domain import journal, limits
from orders.models import Order, OrderQuerySet, Register
from portal.lib.forms import Day, Filter

MAX_CHECKED_BYTES = 50 * 1024 * 1024


class LinesField(forms.CharField, ABC):
    """A textarea of one entry a line; a line that is not understood is named with its number."""

    widget = forms.Textarea(attrs={"rows": 4})
    pattern: re.Pattern[str]
    example: str

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=limits.TEXT_CHARACTERS, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str | None) else "\n".join(self.print(entry) for entry in value)

    def clean(self, value: Any) -> Any:
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        return [self._entry(number, line) for number, line in enumerate(lines, start=1) if line]

    def _entry(self, number: int, line: str) -> dict[str, Any]:
        match = self.pattern.fullmatch(line)
        if match is None:
            raise forms.ValidationError(
                f"Строка {number}, «{line}»: напишите так, как в примере: {self.example}"
            )
        return self.read(match)

    @abstractmethod
    def print(self, entry: dict[str, Any]) -> str:
        """The line as a person writes it."""

    @abstractmethod
    def read(self, match: re.Match[str]) -> dict[str, Any]:
        """The entry that a line fitting ``pattern`` stands for."""


class ExecutorsField(LinesField):
    pattern = re.compile(r"(?P<name>[^,;]+?)(?:[,;]\s*(?:тел\.?:?\s*)?(?P<phone>.+))?")
    example = "Пробная Вера Ильинична, 2-00-01"

    def print(self, entry: dict[str, Any]) -> str:
        return ", ".join(filter(None, [entry["name"], entry["phone"]]))

    def read(self, match: re.Match[str]) -> dict[str, Any]:
        return {"name": match["name"].strip(), "phone": (match["phone"] or "").strip()}


class DistributionField(LinesField):
    pattern = re.compile(r"(?P<copies>\d{1,4})\s*(?:экз\.?)?\s*[-–—:]\s*(?P<addressee>.+)")
    example = "9 – школам № 1–9"

    def print(self, entry: dict[str, Any]) -> str:
        return f"{entry['copies']} – {entry['addressee']}"

    def read(self, match: re.Match[str]) -> dict[str, Any]:
        return {"copies": int(match["copies"]), "addressee": match["addressee"].strip()}


class OrderForm(TenantModelForm):
    """All of a draft but its clauses. ``version`` is the one the person read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    executors = ExecutorsField(
        label="Исполнители", help_text="По одному в строке: Пробная Вера Ильинична, 2-00-01"
    )
    distribution = DistributionField(label="Рассылка", help_text="По строкам: 9 – школам № 1–9")

    class Meta:
        model = Order
        fields = [
            "title",
            "preamble",
            "resolution_word",
            "place",
            "signatory_position",
            "signatory_name",
            "controller",
            "executors",
            "distribution",
        ]
        widgets = {
            "title": forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
            "preamble": forms.Textarea(attrs={"rows": 5, "maxlength": limits.TEXT_CHARACTERS}),
            "signatory_position": forms.Textarea(attrs={"rows": 2, "maxlength": 200}),
        }
        help_texts = {
            "title": "«Об утверждении …». Разбейте на строки, если важно, как он напечатается.",
            "resolution_word": "Как в бланке: «ПРИКАЗЫВАЮ:» или вразрядку «п р и к а з ы в а ю:».",
            "controller": "Ему придут сведения о просрочке. В тексте приказа нужен и пункт о контроле.",
        }

    def __init__(self, *args: Any, membership: Membership | None, **kwargs: Any) -> None:
        super().__init__(*args, membership=membership, **kwargs)
        people = (
            Membership.objects.visible_to(membership).active().exclude(role__in=[Role.DEPUTY, Role.OBSERVER])
        )
        self.fields["controller"].queryset = people.select_related("user")  # type: ignore[attr-defined]
        self.fields["controller"].empty_label = "не назначен"  # type: ignore[attr-defined]
        self.fields["controller"].required = False


class NewOrderForm(forms.Form):
    title = forms.CharField(
        label="Заголовок",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="«О проведении …»",
    )
    preamble = forms.CharField(
        label="Преамбула",
        max_length=limits.TEXT_CHARACTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ClauseForm(forms.Form):
    """A clause's text and what to do besides saving it."""

    text = forms.CharField(
        label="Текст пункта", max_length=limits.CLAUSE_CHARACTERS, widget=forms.Textarea(attrs={"rows": 4})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    do = forms.ChoiceField(
        choices=[(name, name) for name in ("save", "up", "down", "in", "out", "remove")], required=False
    )


class NewClauseForm(forms.Form):
    text = forms.CharField(
        label="Новый пункт", max_length=limits.CLAUSE_CHARACTERS, widget=forms.Textarea(attrs={"rows": 3})
    )
    after = forms.IntegerField(required=False)


class RegistrationForm(forms.Form):
    """Date and journal; a returned order keeps its journal."""

    date = forms.DateField(label="Дата приказа", widget=Day())
    register = forms.ModelChoiceField(
        Register.objects.none(), label="Журнал регистрации", required=False, empty_label=None
    )

    def __init__(self, *args: Any, membership: Membership, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["date"].initial = order.date or timezone.localdate()
        registers = Register.objects.visible_to(membership)
        if order.register_id or registers.count() < 2:
            del self.fields["register"]
        else:
            self.fields["register"].queryset = registers  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Причина", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class RegisterForm(TenantModelForm):
    first = forms.IntegerField(
        label="Первый номер этого года",
        min_value=1,
        max_value=99_999,
        required=False,
        help_text="Если в этом году номера уже давали на бумаге. Можно менять, пока портал не дал ни одного.",
    )

    class Meta:
        model = Register
        fields = ["name", "prefix", "suffix"]


class JournalFilter(Filter):
    """What the list and its export show."""

    year = forms.TypedChoiceField(label="Год", coerce=int, empty_value=None, required=False)
    register = forms.ModelChoiceField(
        Register.objects.none(), label="Журнал", required=False, empty_label="все журналы"
    )
    state = forms.ChoiceField(
        label="Состояние", choices=[("", "любое"), *Order.State.choices], required=False
    )

    def __init__(self, *args: Any, membership: Membership | None, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", "все годы"), *((year, str(year)) for year in years)]  # type: ignore[attr-defined]
        self.fields["register"].queryset = Register.objects.visible_to(membership)  # type: ignore[attr-defined]

    def apply(self, orders: OrderQuerySet) -> OrderQuerySet:
        """Drafts put away without a number are shown only to who asks for the void ones."""
        chosen = self.cleaned_data if self.is_valid() else {}
        given = {name: value for name, value in chosen.items() if value}
        if given.get("state") != Order.State.VOID:
            orders = orders.exclude(state=Order.State.VOID, sequence=None)
        return orders.filter(**given)


class CheckForm(forms.Form):
    """A PDF to be compared with the one in the portal; it is not kept."""

    file = forms.FileField(label="Файл PDF приказа")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_CHECKED_BYTES:
            raise forms.ValidationError("Файл больше 50 МБ: это не PDF нашего приказа.")
        return file


def journal_of(membership: Membership | None, data: Any) -> tuple[JournalFilter, OrderQuerySet]:
    """The filter as the address says it, and what it leaves of what the member may see."""
    orders = Order.objects.visible_to(membership)
    form = JournalFilter(data, membership=membership, years=journal.years(orders))
    found = form.apply(orders).select_related("register", "created_by__user").defer("snapshot")
    return form, found.order_by(F("date").desc(nulls_first=True), "-sequence", "-pk")
