"""Forms of the editing side: cells, headings, periods, and the two that settle a meaning by hand."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import timezone

from accounts.models import Membership, Role
from portal.lib import names
from portal.lib.forms import day_field
from portal.lib.numbers import row_number
from roadmaps import deadlines
from roadmaps.domain import basing
from roadmaps.domain.compiling import is_undated
from roadmaps.domain.editing import LONGEST
from roadmaps.models import ActionItem, Roadmap, Section
from schools.models import School, academic_year_of


class CellForm(forms.Form):
    text = forms.CharField(
        label="Текст", required=False, strip=False, max_length=LONGEST, widget=forms.Textarea
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class SectionForm(forms.Form):
    heading = forms.CharField(
        label="Название раздела, как печатается", max_length=1000, widget=forms.Textarea({"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, initial=1)


class PasteForm(forms.Form):
    """Rows from a word processor's or a spreadsheet's clipboard, and where they go."""

    text = forms.CharField(
        label="Строки таблицы",
        required=False,
        max_length=300_000,
        widget=forms.Textarea({"rows": 10}),
        help_text="Выделите строки в Word или Excel, скопируйте (Ctrl+C) и вставьте сюда (Ctrl+V).",
    )
    html = forms.CharField(required=False, max_length=2_000_000, widget=forms.HiddenInput)
    section = forms.ModelChoiceField(
        Section.objects.none(), label="В конец раздела", required=False, empty_label=None
    )
    after = forms.ModelChoiceField(ActionItem.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, roadmap: Roadmap, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = ActionItem.objects.filter(section__roadmap=roadmap).select_related("section")
        self.fields["after"].queryset = there  # type: ignore[attr-defined]
        self.fields["section"].queryset = roadmap.sections.all()  # type: ignore[attr-defined]
        if roadmap.sections.count() < 2:
            self.fields["section"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not (cleaned.get("text") or cleaned.get("html")) and not self.errors:
            self.add_error("text", "Вставьте строки таблицы.")
        return cleaned


class PeriodForm(forms.Form):
    """First and last day of a plan."""

    first_day = day_field("Начало периода")
    last_day = day_field("Конец периода")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "Период кончается раньше, чем начинается.")
        if first and last and (last - first).days > 5 * 366:
            self.add_error("last_day", "Период длиннее пяти лет: проверьте годы.")
        return cleaned


class SchoolField(forms.ModelChoiceField):
    """One school of the member's own department, or none."""

    def __init__(self) -> None:
        super().__init__(
            School.objects.none(),
            label="Собственный план школы",
            required=False,
            empty_label="нет, это карта отдела",
            help_text="В плане школы «администрация» и «учителя» означают саму эту школу.",
        )


class WithSchool(forms.Form):
    school = SchoolField()

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["school"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- for the type checker
        field.queryset = School.objects.visible_to(membership).open()


class NewForm(WithSchool, PeriodForm):
    name = forms.CharField(label="Название", max_length=200)
    field_order = ["name", "first_day", "last_day", "school"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        year = academic_year_of(timezone.localdate())
        kwargs.setdefault(
            "initial",
            {
                "name": f"План мероприятий на {year}/{(year + 1) % 100:02d}",
                "first_day": datetime.date(year, 9, 1),
                "last_day": datetime.date(year + 1, 8, 31),
            },
        )
        super().__init__(*args, **kwargs)


class PastField(forms.ModelChoiceField):
    """One of the department's earlier plans, told apart by school, period and revision."""

    def label_from_instance(self, plan: Model) -> str:
        assert isinstance(plan, Roadmap)  # noqa: S101 -- for the type checker
        whose = plan.school.name if plan.school and plan.school.name not in plan.name else ""
        period = f"{plan.first_day:%d.%m.%Y} – {plan.last_day:%d.%m.%Y}"
        revision = f"редакция {plan.revision}" if plan.revision > 1 else ""
        return ", ".join(filter(None, [plan.name, whose, period, revision]))


class PastForm(forms.Form):
    """Which earlier plan a new one is based on."""

    past = PastField(
        Roadmap.objects.none(),
        label="Прошлая карта",
        empty_label="выберите карту",
        error_messages={
            "required": "Выберите карту.",
            "invalid_choice": "Этой карты больше нет среди утверждённых. Выберите другую или начните с чистого листа.",
        },
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = basing.offered(membership).select_related("school")
        self.fields["past"].queryset = self.offered  # type: ignore[attr-defined]


class CopyForm(PeriodForm):
    """What the copy of an earlier plan is called, when it holds, and whether all its texts move."""

    name = forms.CharField(label="Название", max_length=200)
    texts = forms.BooleanField(
        label="Сдвинуть годы и в тексте пунктов",
        required=False,
        help_text="А также в целях и результатах. Без отметки портал только перечислит такие места.",
    )
    field_order = ["name", "first_day", "last_day", "texts"]


class ImportForm(WithSchool):
    file = forms.FileField(label="Файл", help_text="Word (.docx) или Excel (.xlsx), таблица с мероприятиями.")
    field_order = ["file", "school"]


class HeadForm(PeriodForm):
    """What stands over the table, one printed line a line."""

    name = forms.CharField(label="Название в портале", max_length=200)
    title_lines = forms.CharField(
        label="Заголовок, как печатается", max_length=2000, widget=forms.Textarea({"rows": 4}),
        help_text="По строкам. Первая строка печатается крупнее.",
    )  # fmt: skip
    goals = forms.CharField(
        label="Цели и задачи", required=False, max_length=6000, widget=forms.Textarea({"rows": 4})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ["name", "title_lines", "goals", "first_day", "last_day"]

    def changes(self) -> dict[str, Any]:
        """The fields as the plan keeps them."""
        kept = {name: self.cleaned_data[name] for name in ("name", "first_day", "last_day")}
        lines = {name: _lines(self.cleaned_data[name]) for name in ("title_lines", "goals")}
        return kept | lines


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


UNITS = [("workday", "рабочих дней"), ("day", "дней"), ("week", "недель"), ("month", "месяцев")]
EVERY = [
    ("", "без контрольных дней"), ("month", "каждый месяц"), ("quarter", "каждый квартал"),
    ("half-year", "каждое полугодие"), ("week", "каждую неделю"),
]  # fmt: skip


class DeadlineForm(forms.Form):
    """What the phrase means, said by a person."""

    MEANINGS = (
        ("by", "До дня включительно"),
        ("window", "С одного дня по другой"),
        ("throughout", "Идёт весь период"),
        ("event", "После события"),
        ("vpr", "По графику ВПР, когда в нём будут дни"),
    )
    meaning = forms.ChoiceField(label="Что означает срок", choices=MEANINGS, widget=forms.RadioSelect)
    last = day_field("Последний день", required=False)
    first = day_field("Первый день", required=False)
    event = forms.ChoiceField(
        label="Событие", required=False, choices=[("", "выберите"), *deadlines.EVENT_TITLES.items()]
    )
    count = forms.IntegerField(label="Сколько", required=False, min_value=1, max_value=365)
    unit = forms.ChoiceField(label="Чего", required=False, choices=UNITS)
    every = forms.ChoiceField(label="Контроль", required=False, choices=EVERY)
    everywhere = forms.BooleanField(label="Так же во всех пунктах с этим сроком", required=False)

    def __init__(
        self, *args: Any, item: ActionItem, period: deadlines.Period, alike: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.item, self.period = item, period
        if alike:
            self.fields["everywhere"].initial = is_undated(item.deadline_parts)
            self.fields["everywhere"].help_text = f"Таких пунктов ещё {alike}."
        else:
            del self.fields["everywhere"]
        field = self.fields["meaning"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [*self._besides(), *self.MEANINGS]

    def _besides(self) -> list[tuple[str, str]]:
        """What is understood may be confirmed; what was said by hand may be given back."""
        if self.item.deadline_by_hand:
            return [("computed", "Как понимает портал, без ручной правки")]
        undated = is_undated(self.item.deadline_parts)
        return [] if undated else [("confirmed", "Понято верно, так и оставить")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needed = {"by": ["last"], "window": ["first", "last"], "event": ["event"]}
        for name in needed.get(cleaned.get("meaning", ""), []):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, "Укажите, без этого срок не посчитать.")
        first, last = cleaned.get("first"), cleaned.get("last")
        if cleaned.get("meaning") == "window" and first and last and last < first:
            self.add_error("last", "Последний день раньше первого.")
        return cleaned

    def parts(self) -> list[dict[str, Any]]:
        """The chosen meaning in the JSON form of `roadmaps.deadlines`; empty for «как понимает портал»."""
        if self.cleaned_data["meaning"] == "confirmed":
            return list(self.item.deadline_parts)
        return deadlines.to_json(self._parts())

    def _parts(self) -> tuple[deadlines.Part, ...]:
        said = self.cleaned_data
        match said["meaning"]:
            case "by":
                return (deadlines.By(said["last"]),)
            case "window":
                return (deadlines.Window(said["first"], said["last"]),)
            case "throughout":
                return (deadlines.Throughout(self.period.first, self.period.last, said["every"] or None),)
            case "event":
                return (deadlines.OnEvent(said["event"], after=self._after()),)
            case "vpr":
                return (deadlines.BySchedule("vpr"),)
        return ()

    def _after(self) -> str | None:
        count, unit = self.cleaned_data.get("count"), self.cleaned_data["unit"] or "workday"
        return f"{count} {unit}{'s' if count != 1 else ''}" if count else None


def in_natural_order(rows: Iterable[Model]) -> list[tuple[Any, str]]:
    """The rows as choices of a field."""
    named = [(row.pk, str(row)) for row in rows]
    return sorted(named, key=lambda pair: names.natural(pair[1]))


class SeveralField(forms.ModelMultipleChoiceField):
    """Django asks SQLite for a number that it cannot hold."""

    def clean(self, value: Any) -> Any:
        if strange := [pk for pk in value or () if not row_number(str(pk))]:
            message = self.error_messages["invalid_pk_value"]
            raise forms.ValidationError(message, code="invalid_pk_value", params={"pk": strange[0][:40]})
        return super().clean(value)


class ReachForm(forms.Form):
    """Who a phrase of responsible people means, said by a person."""

    everyone = forms.BooleanField(label="Все школы отдела", required=False)
    flagged = forms.BooleanField(label="Школы с признаками необъективности", required=False)
    outside = forms.BooleanField(
        label="Никто из работающих в портале",
        required=False,
        help_text="Родители, общественные наблюдатели, другие организации.",
    )
    officials = SeveralField(
        Membership.objects.none(), label="Сотрудники", required=False, widget=forms.CheckboxSelectMultiple
    )
    schools = SeveralField(
        School.objects.none(), label="Школы", required=False, widget=forms.CheckboxSelectMultiple
    )
    remember = forms.BooleanField(
        label="Запомнить для отдела", required=False, initial=True,
        help_text="Эта же запись будет понята так во всех пунктах и картах.",
    )  # fmt: skip

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officials = (
            Membership.objects.visible_to(membership).active().exclude(role__in=[Role.DEPUTY, Role.OBSERVER])
        )
        choices: dict[str, Any] = {
            "officials": officials.select_related("user"),
            "schools": School.objects.visible_to(membership).open(),
        }
        for name, queryset in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 -- for the type checker
            field.queryset = queryset
            field.choices = in_natural_order(queryset)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(
            cleaned.get(name) for name in ("everyone", "flagged", "outside", "officials", "schools")
        ):
            raise forms.ValidationError("Отметьте, кого это касается.")
        return cleaned

    def targets(self) -> list[dict[str, Any]]:
        """The choice as `roadmaps.domain.responsibles` keeps it."""
        said = self.cleaned_data
        targets: list[dict[str, Any]] = []
        if said["everyone"]:
            targets.append({"kind": "all_schools"})
        if said["flagged"]:
            targets.append({"kind": "flagged_schools"})
        targets += [{"kind": "school", "school": school.pk} for school in said["schools"]]
        targets += [{"kind": "official", "official": member.pk} for member in said["officials"]]
        if said["outside"]:
            targets.append({"kind": "body", "members": [], "outside": True})
        return targets
