"""Forms of the VPR: a campaign with its tests and scales, days of schools, the filters of board and uploads."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from accounts.forms import TenantModelForm
from portal.lib.days import sane_day
from portal.lib.forms import Day, set_choices
from schools.domain import campaigns as domain
from schools.domain.board import Filter
from schools.forms import CampaignFilter
from schools.models import Exam, School, VprCampaign, VprSession, academic_year_of

LEVELS = {"базовый": "basic", "повышенный": "raised", "высокий": "high"}
NO_DATES = "Дата не найдена в официальных источниках: впишите её по приказу или письму."


def years() -> list[tuple[int, str]]:
    """Academic years a campaign may belong to: from three back to the next."""
    this = academic_year_of(timezone.localdate())
    return [(year, f"{year}/{(year + 1) % 100:02d}") for year in range(this + 1, this - 4, -1)]


class CampaignForm(TenantModelForm):
    """A campaign's name, window and document."""

    year = forms.TypedChoiceField(label="Учебный год", coerce=int, choices=years)

    class Meta:
        model = VprCampaign
        fields = ["year", "name", "first_day", "last_day", "source"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"first_day": Day(), "last_day": Day()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_day", "last_day"):
            self.fields[name].validators.append(sane_day)
        self.fields["name"].help_text = "Например: «ВПР, весна 2027»."

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "Последний день раньше первого.")
        elif first and last and (last - first).days > 200:
            self.add_error("last_day", "Окно длиннее полугода: проверьте годы.")
        return cleaned


class NewCampaignForm(CampaignForm):
    """A new campaign: where its tests come from is asked, its dates always."""

    start = forms.ChoiceField(label="С чего начать", widget=forms.RadioSelect)

    def __init__(self, *args: Any, previous: Sequence[VprCampaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.previous = {f"campaign:{one.pk}": one for one in previous}
        copied = [(key, f"Работы кампании «{one}», {one.year_name}") for key, one in self.previous.items()]
        offered = [(f"set:{key}", one["title"]) for key, one in domain.starting_sets().items()]
        set_choices(self, "start", [*copied, *offered, ("empty", "Пустая: внесу работы сама или сам")])
        self.fields["start"].initial = (copied or offered)[0][0]
        self.fields["year"].initial = academic_year_of(timezone.localdate())
        self.fields["first_day"].help_text = self.fields["last_day"].help_text = NO_DATES

    def beginning(self) -> dict[str, Any]:
        """The chosen beginning as `campaigns.create` takes it."""
        start = self.cleaned_data["start"]
        if start in self.previous:
            return {"previous": self.previous[start]}
        return {"starting": start.removeprefix("set:")} if start.startswith("set:") else {}

    def fields_of_campaign(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


_BREAK = re.compile(
    r"\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*(?:[-–—]|по)\s*(\d{1,2})\.(\d{1,2})\.(\d{4})[\s,:]*(.*)", re.DOTALL
)


class SettingsForm(CampaignForm):
    """All of a campaign besides its tests: window, days off, limits, upload."""

    GROUPS = {
        "Кампания": ("year", "name", "first_day", "last_day", "source"),
        "Учебные дни": ("saturdays", "breaks_text"),
        "Частота работ": ("least_gap_days", "most_percent", "first_lesson_ends", "last_lesson_starts"),
        "Загрузка в ФИС ОКО": ("upload_within", "upload_by"),
    }

    breaks_text = forms.CharField(
        label="Каникулы",
        required=False,
        widget=forms.Textarea({"rows": 3, "placeholder": "29.03.2027 – 04.04.2027 весенние"}),
        help_text="С новой строки: первый день, тире, последний день, название. Общих дат нет: впишите свои.",
    )

    class Meta(CampaignForm.Meta):
        fields = [
            *CampaignForm.Meta.fields, "saturdays", "least_gap_days", "most_percent", "first_lesson_ends",
            "last_lesson_starts", "upload_within", "upload_by",
        ]  # fmt: skip
        widgets = CampaignForm.Meta.widgets | {
            "upload_by": Day(),
            "first_lesson_ends": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "last_lesson_starts": forms.TimeInput({"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload_by"].validators.append(sane_day)
        for name in ("first_lesson_ends", "last_lesson_starts"):
            self.fields[name].help_text = "Если указать, портал подскажет о работах на крайнем уроке."
        lines = [f"{one:%d.%m.%Y} – {two:%d.%m.%Y} {name}" for one, two, name in self.instance.holidays]
        self.fields["breaks_text"].initial = "\n".join(lines)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS.items()]

    def clean_breaks_text(self) -> str:
        self.instance.breaks = [
            _break(line) for line in self.cleaned_data["breaks_text"].splitlines() if line.strip()
        ]
        return str(self.cleaned_data["breaks_text"])


def _break(line: str) -> list[str]:
    found = _BREAK.fullmatch(line.strip())
    if not found:
        raise forms.ValidationError(
            f"Не понято: «{line.strip()}». Нужно так: 29.03.2027 – 04.04.2027 весенние."
        )
    one, two, three, four, five, six = map(int, found.groups()[:6])
    try:
        first, last = datetime.date(three, two, one), datetime.date(six, five, four)
    except ValueError as error:
        raise forms.ValidationError(f"Такого дня нет: «{line.strip()}».") from error
    if last < first:
        raise forms.ValidationError(f"«{line.strip()}»: последний день раньше первого.")
    return [first.isoformat(), last.isoformat(), found[7].strip()]


class ExamForm(TenantModelForm):
    """A test of a campaign; its scale is in the compact table too."""

    tasks_text = forms.CharField(
        label="Задания",
        required=False,
        widget=forms.Textarea({"rows": 6, "placeholder": "1; 2; базовый\n2; 1; базовый\n3К1; 3; повышенный"}),
        help_text="Каждое с новой строки: номер; наибольший балл; уровень (базовый, повышенный, высокий).",
    )

    class Meta:
        model = Exam
        fields = [
            "grade", "subject", "short", "group", "level", "form", "minutes", "max_score", "year_lessons", "source",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {level: name for name, level in LEVELS.items()}
        lines = [f"{t['number']}; {t['max']}; {names.get(t['level'], '')}" for t in self.instance.tasks]
        self.fields["tasks_text"].initial = "\n".join(lines)

    def _get_validation_exclusions(self) -> set[str]:
        """The campaign is no field, yet a test is unique within it."""
        return super()._get_validation_exclusions() - {"campaign"}  # type: ignore[misc]

    def clean_subject(self) -> str:
        return " ".join(str(self.cleaned_data["subject"]).split()).lower()

    def clean_tasks_text(self) -> str:
        lines = [line for line in self.cleaned_data["tasks_text"].splitlines() if line.strip()]
        self.instance.tasks = [_task(line) for line in lines]
        return str(self.cleaned_data["tasks_text"])


def _task(line: str) -> dict[str, Any]:
    parts = [part.strip() for part in re.split(r"[;\t]", line)]
    if len(parts) == 3 and parts[0] and parts[1].isdecimal() and parts[2].lower() in LEVELS:
        return {"number": parts[0], "max": int(parts[1]), "level": LEVELS[parts[2].lower()]}
    raise forms.ValidationError(f"Не понято: «{line.strip()}». Нужно так: 1; 2; базовый.")


MARKS = ("3", "4", "5")


class ScaleForm(forms.Form):
    """One test's row of the compact table: minutes, the highest score, the least score of each mark."""

    minutes = forms.IntegerField(label="Минут", min_value=1, max_value=400)
    max_score = forms.IntegerField(label="Баллов", min_value=1, max_value=200, required=False)
    mark_3 = forms.IntegerField(label="«3» с", min_value=0, max_value=200, required=False)
    mark_4 = forms.IntegerField(label="«4» с", min_value=0, max_value=200, required=False)
    mark_5 = forms.IntegerField(label="«5» с", min_value=0, max_value=200, required=False)

    def __init__(self, *args: Any, exam: Exam, **kwargs: Any) -> None:
        marks = {f"mark_{mark}": exam.thresholds.get(mark) for mark in MARKS}
        initial = {"minutes": exam.minutes, "max_score": exam.max_score} | marks
        kwargs |= {"initial": initial, "prefix": f"exam-{exam.pk}"}
        super().__init__(*args, **kwargs)
        self.exam = exam
        for name, field in self.fields.items():
            about = f"{field.label}: {exam}" + (
                f", {exam.get_form_display()}" if exam.form != "paper" else ""
            )
            field.widget.attrs |= {"class": "input", "aria-label": about, "inputmode": "numeric"}
            field.widget.attrs["data-mark"] = name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        scores = [cleaned.get(f"mark_{mark}") for mark in MARKS]
        known = [score for score in scores if score is not None]
        highest = cleaned.get("max_score")
        if known and len(known) < len(MARKS):
            raise forms.ValidationError("Впишите все три порога или ни одного.")
        if sorted(set(known)) != known:
            raise forms.ValidationError("Пороги должны расти: «3», потом «4», потом «5».")
        if known and highest is not None and known[-1] > highest:
            raise forms.ValidationError("Порог «5» больше наибольшего балла.")
        return cleaned

    def scale(self) -> dict[str, Any]:
        data = self.cleaned_data
        marks = {mark: data[f"mark_{mark}"] for mark in MARKS if data[f"mark_{mark}"] is not None}
        return {"minutes": data["minutes"], "max_score": data["max_score"], "thresholds": marks}


class SessionForm(TenantModelForm):
    """A school's test on a day."""

    class_name = forms.CharField(
        label="Класс",
        max_length=20,
        required=False,
        help_text="Например «4А». Пусто: вся параллель в один день.",
    )

    class Meta:
        model = VprSession
        fields = ["exam", "school", "class_name", "day", "starts_at", "ends_at", "note"]
        widgets = {
            "day": Day(),
            "starts_at": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "ends_at": forms.TimeInput({"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, campaign: VprCampaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        window = f"С {campaign.first_day:%d.%m.%Y} по {campaign.last_day:%d.%m.%Y}."
        self.fields["day"].help_text = window
        self.fields["day"].validators.append(sane_day)
        self.fields["day"].widget.attrs |= {
            "min": f"{campaign.first_day}",
            "max": f"{campaign.last_day}",
        }
        if self.instance.pk:
            del self.fields["exam"], self.fields["school"]
            return
        exams, schools = self.fields["exam"], self.fields["school"]
        assert isinstance(exams, forms.ModelChoiceField)  # noqa: S101 -- for the type checker
        assert isinstance(schools, forms.ModelChoiceField)  # noqa: S101
        exams.queryset = exams.queryset.filter(campaign=campaign)  # type: ignore[union-attr]
        schools.queryset = schools.queryset.open()  # type: ignore[union-attr]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("starts_at") and cleaned.get("ends_at") and cleaned["ends_at"] <= cleaned["starts_at"]:
            self.add_error("ends_at", "Конец раньше начала.")
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """What stands for a class is settled by the domain; it also says when the day is taken."""
        return super()._get_validation_exclusions() | {"class_name"}  # type: ignore[misc]

    def hours(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("starts_at", "ends_at", "note")}


class OnDayForm(forms.Form):
    """A day that something was done on."""

    on = forms.DateField(validators=[sane_day], widget=Day())


class MoveForm(forms.Form):
    """Where a test goes: to a day, or to the free day before or after."""

    day = forms.DateField(required=False, validators=[sane_day])
    step = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, choices=[(-1, ""), (1, "")])


class BoardFilter(CampaignFilter):
    """What of the board is shown; kept in the address, nonsense in it filters nothing."""

    KEPT = ("campaign", "month")
    SHOW = [("", "Все школы"), ("holes", "Где день не назначен"), ("problems", "Где есть замечания")]

    month = forms.CharField(required=False, max_length=7, widget=forms.HiddenInput)
    q = forms.CharField(label="Школа", required=False, max_length=100)
    grade = forms.TypedChoiceField(label="Класс", required=False, coerce=int, empty_value=None)
    subject = forms.ChoiceField(label="Предмет", required=False)
    show = forms.ChoiceField(label="Показать", required=False, choices=SHOW)

    def __init__(self, *args: Any, exams: Iterable[Exam], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exams = list(exams)
        grades, subjects = sorted({e.grade for e in exams}), sorted({e.subject for e in exams})
        set_choices(self, "grade", [("", "Все"), *((g, f"{g} класс") for g in grades)])
        set_choices(self, "subject", [("", "Все"), *((s, s) for s in subjects)])

    def wanted(self) -> Filter:
        self.is_valid()
        found = self.cleaned_data
        return Filter(
            **{name: found[name] for name in ("month", "grade", "subject", "q", "show") if name in found}
        )


class UploadFilter(BoardFilter):
    """Which uploads are shown."""

    SHOW = [("", "Все"), ("late", "Просрочено"), ("waiting", "Ещё не загружено"), ("done", "Загружено")]
    show = forms.ChoiceField(label="Показать", required=False, choices=SHOW)


class AbsentForm(forms.Form):
    """A grade that a school has not, or has after all."""

    school = forms.ModelChoiceField(School.objects.none())
    grade = forms.IntegerField(min_value=1, max_value=11)
    absent = forms.BooleanField(required=False)

    def __init__(self, *args: Any, schools: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = schools  # type: ignore[attr-defined]
