"""Forms of the duties side: a report, a remark, the filter of a list."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Membership
from orders.models import Clause
from portal.lib.days import sane_day
from portal.lib.forms import Day, Filter, day_field
from portal.lib.refusals import Refused
from roadmaps.domain import evidence
from roadmaps.domain.matrix import COLUMNS, SHOWN
from roadmaps.models import ActionItem, Assignment, RecordedEvent, Roadmap
from roadmaps.models.duties import AHEAD
from schools.models import School


class ReportForm(forms.Form):
    """Link and note of a report; files travel beside it, each checked by itself."""

    link = forms.CharField(
        label="Ссылка",
        required=False,
        max_length=1000,
        help_text="Например, на новость или раздел сайта школы",
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"}),
    )
    number = forms.DecimalField(
        label="Число",
        required=False,
        max_digits=14,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": "Впишите число цифрами, например 12 или 93,5."},
    )
    note = forms.CharField(
        label="Пояснение", required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, proof: ActionItem.Proof, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if proof != ActionItem.Proof.NUMBER:
            del self.fields["number"]

    def clean_link(self) -> str:
        try:
            return evidence.clean_link(self.cleaned_data["link"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None


class ExtensionForm(forms.Form):
    """A later day, and why."""

    until = forms.DateField(
        label="До какого дня",
        validators=[sane_day],
        widget=Day(),
        error_messages={"invalid": "Укажите день, например 16.03.2026.", "required": "Укажите новый день."},
    )
    reason = forms.CharField(label="Почему", max_length=3000, widget=forms.Textarea(attrs={"rows": 3}))


class ExemptionForm(forms.Form):
    """Why the item does not apply here."""

    reason = forms.CharField(
        label="Почему пункт вас не касается",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Например: «в школе нет 4 классов». Пока это не подтвердят, срок идёт.",
    )


class GrantForm(forms.Form):
    """The day to which the controller extends; empty: as asked."""

    until = forms.DateField(
        label="Продлить до",
        required=False,
        validators=[sane_day],
        widget=Day(),
        error_messages={"invalid": "Укажите день, например 16.03.2026."},
    )


class DenyForm(forms.Form):
    comment = forms.CharField(
        label="Почему отказано",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Напишите, почему отказано."},
    )


class PeopleField(forms.ModelMultipleChoiceField):
    """People as ticks: surname with initials, and what they are."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user.short_name}, {obj.position or obj.get_role_display()}"


class PersonField(forms.ModelChoiceField):
    """One person: surname with initials, and what they are."""

    label_from_instance = PeopleField.label_from_instance


def chosen_from(people: Iterable[Membership]) -> QuerySet[Membership]:
    """A queryset of just these, for a field that lets choose among them."""
    rows = Membership.objects.filter(pk__in=[member.pk for member in people])
    return rows.select_related("user").order_by("user__last_name", "user__first_name", "pk")


class MessageForm(forms.Form):
    text = forms.CharField(label="Сообщение", max_length=5000, widget=forms.Textarea(attrs={"rows": 2}))
    to = PeopleField(
        Membership.objects.none(),
        label="Кому",
        required=False,
        help_text="Никого не отметите — узнает другая сторона. Можно и так: @Фамилия в тексте.",
    )

    def __init__(self, *args: Any, people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = chosen_from(people)  # type: ignore[attr-defined]


class HelpersForm(forms.Form):
    helpers = PeopleField(Membership.objects.none(), label="Соисполнители", required=False)

    def __init__(self, *args: Any, people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["helpers"].queryset = chosen_from(people)  # type: ignore[attr-defined]


class HandOverForm(forms.Form):
    to = PersonField(Membership.objects.none(), label="Кому передать", empty_label="Выберите коллегу")
    reason = forms.CharField(
        label="Почему", required=False, max_length=1000, help_text="Например: «отпуск до 20 марта»."
    )

    def __init__(self, *args: Any, people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = chosen_from(people)  # type: ignore[attr-defined]


class ProofsForm(forms.Form):
    """For each item of a plan, what it asks as proof: one choice a row, named «proof-12»."""

    def __init__(self, *args: Any, items: Iterable[ActionItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(items)
        for item in self.items:
            self.fields[f"proof-{item.pk}"] = forms.ChoiceField(
                label=f"Чем подтвердить: {item}",
                choices=ActionItem.Proof.choices,
                required=False,
                initial=item.proof,
                widget=forms.Select(attrs={"class": "input"}),
            )

    def rows(self) -> Iterator[tuple[ActionItem, forms.BoundField]]:
        return ((item, self[f"proof-{item.pk}"]) for item in self.items)

    def chosen(self) -> dict[int, str]:
        return {item.pk: self.cleaned_data[f"proof-{item.pk}"] for item in self.items}


class RemarkForm(forms.Form):
    comment = forms.CharField(
        label="Что исправить",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Напишите, что исправить: без замечания доклад не вернуть."},
    )


class StandingFilter(Filter):
    """Which plan, on which day; nonsense in the address means all of them, today."""

    roadmap = forms.ModelChoiceField(
        Roadmap.objects.none(), label="Дорожная карта", required=False, empty_label="Все действующие"
    )
    day = day_field("На какой день", required=False)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        approved = Roadmap.objects.visible_to(membership).exclude(state__in=["draft", "assembled"])
        self.fields["roadmap"].queryset = approved  # type: ignore[attr-defined]

    def chosen(self) -> tuple[Roadmap | None, datetime.date]:
        """A day ahead tells nothing yet: today at the latest."""
        self.is_valid()
        today = timezone.localdate()
        day = self.cleaned_data.get("day") or today
        if day > today:
            self.draw(day=today)
        return self.cleaned_data.get("roadmap"), min(day, today)


class MatrixFilter(Filter):
    """What a matrix shows; what is not understood in the address narrows nothing."""

    KEPT = ("by",)

    show = forms.ChoiceField(label="Показать", required=False, choices=list(SHOWN.items()))
    section = forms.TypedChoiceField(label="Раздел", required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label="Школы", required=False)
    by = forms.ChoiceField(label="Столбцы", required=False, choices=list(COLUMNS.items()))

    def __init__(self, *args: Any, roadmap: Roadmap, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = [(section.pk, section.heading) for section in roadmap.sections.all() if section.heading]
        self.fields["section"].choices = [("", "все разделы"), *sections]  # type: ignore[attr-defined]
        schools = School.objects.visible_to(membership).exclude(kind="").order_by("kind")
        kinds = schools.values_list("kind", flat=True).distinct()
        self.fields["kind"].choices = [("", "все школы"), *((kind, kind) for kind in kinds)]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """For `roadmaps.domain.matrix.Matrix`."""
        self.is_valid()
        chosen = {name: self.cleaned_data.get(name) or "" for name in ("show", "kind")}
        by, section = self.cleaned_data.get("by") or "schools", self.cleaned_data.get("section")
        return {**chosen, "by": by, "section": section}


class ListFilter(Filter):
    """Narrows a list of assignments; what is not understood in the address narrows nothing."""

    STATES = [
        ("", "Все"),
        ("overdue", "Просрочено"),
        ("open", "Ещё не доложено"),
        ("ahead", f"Срок в ближайшие {AHEAD} дней"),
        ("asking", "Ждёт ответа на просьбу"),
        ("nobody", "Некому исполнять"),
        *Assignment.State.choices,
        ("counted", "Все, кроме снятых и неприменимых"),
    ]

    roadmap = forms.ModelChoiceField(
        Roadmap.objects.none(), label="Дорожная карта", required=False, empty_label="Все карты"
    )
    school = forms.ModelChoiceField(
        School.objects.none(), label="Школа", required=False, empty_label="Все школы"
    )
    official = forms.ModelChoiceField(
        Membership.objects.none(), label="Должностное лицо", required=False, empty_label="Все лица"
    )
    state = forms.ChoiceField(label="Состояние", choices=STATES, required=False)
    day = day_field("Срок", required=False)
    # Where a number of the start page leads; not chosen here.
    item = forms.ModelChoiceField(ActionItem.objects.none(), required=False, widget=forms.HiddenInput)
    clause = forms.ModelChoiceField(Clause.objects.none(), required=False, widget=forms.HiddenInput)
    event = forms.ModelChoiceField(RecordedEvent.objects.none(), required=False, widget=forms.HiddenInput)
    year = forms.IntegerField(required=False, min_value=2000, max_value=2100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("item", ActionItem), ("clause", Clause), ("event", RecordedEvent)):
            self.fields[name].queryset = model.objects.visible_to(membership)  # type: ignore[attr-defined]
        duties = Assignment.objects.visible_to(membership).exclude(official=None)
        bearers = Membership.objects.visible_to(membership).filter(
            pk__in=duties.order_by().values("official")
        )
        self.fields["official"].queryset = (  # type: ignore[attr-defined]
            bearers.select_related("user").order_by("user__last_name", "pk")
        )
        self.fields["school"].queryset = School.objects.visible_to(membership)  # type: ignore[attr-defined]
        approved = Roadmap.objects.visible_to(membership).exclude(state__in=["draft", "assembled"])
        self.fields["roadmap"].queryset = approved  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
