"""Forms of the pages with results: files in, what a person says of them, the filter, official lists, the note."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Membership
from jobs.forms import TableFileField
from portal.lib.days import sane_day
from portal.lib.forms import Day, set_choices
from schools.forms import CampaignFilter
from schools.models import NoteSchool, OfficialList, ResultImport, ResultNote, School, VprCampaign
from schools.results import Given
from schools.results.subjects import SUBJECTS

GRADES = [("", "по файлу"), *((str(grade), str(grade)) for grade in range(1, 12))]
LEVELS = [("", "обычный"), ("advanced", "углублённый")]
MOST_FILES = 30


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(TableFileField):
    """Several files at once."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"За один раз можно загрузить не больше {MOST_FILES} файлов.")
        return [super(FilesField, self).clean(one, initial) for one in files]


class ResultFilesForm(forms.Form):
    """Files of results, and what they may not say themselves."""

    files = FilesField(label="Файлы")  # type: ignore[assignment]  # the form's own `files` is another thing
    campaign = forms.ModelChoiceField(
        label="Кампания",
        queryset=VprCampaign.objects.none(),
        required=False,
        empty_label="определить по году в файле",
    )
    grade = forms.TypedChoiceField(
        label="Класс", choices=GRADES, coerce=int, empty_value=None, required=False
    )
    subject = forms.CharField(label="Предмет", max_length=60, required=False)
    school = forms.ModelChoiceField(
        label="Школа", queryset=School.objects.none(), required=False, empty_label="по логину в файле"
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = VprCampaign.objects.visible_to(membership)  # type: ignore[attr-defined]
        self.fields["school"].queryset = School.objects.visible_to(membership).open()  # type: ignore[attr-defined]
        self.fields["subject"].widget.attrs["list"] = "subjects"

    @property
    def given(self) -> Given | None:
        """What was said of all these files; None: nothing."""
        said, school = self.cleaned_data, self.cleaned_data["school"]
        given = Given(
            grade=said["grade"],
            subject=said["subject"].strip(),
            login=(school.login or school.code) if school else "",
        )
        return None if given == Given() else given


class CorrectionForm(forms.Form):
    """Which campaign a file is of, and of each sheet that does not say so its subject, grade and level."""

    campaign = forms.ModelChoiceField(label="Кампания", queryset=VprCampaign.objects.none())

    def __init__(self, *args: Any, membership: Membership, staged: ResultImport, **kwargs: Any) -> None:
        kwargs["initial"] = {"campaign": staged.campaign_id}
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = VprCampaign.objects.visible_to(membership)  # type: ignore[attr-defined]
        self.staged = staged
        told = staged.preview["reading"]["tables"] if staged.preview["kept"] else []
        self.sheets = list(dict.fromkeys(table["sheet"] for table in told if not _tells(table)))
        for number, sheet in enumerate(self.sheets):
            self._ask(number, next(table for table in told if table["sheet"] == sheet))

    def _ask(self, number: int, table: dict[str, Any]) -> None:
        said = self.staged.mapping.get(table["sheet"], {})
        self.fields[f"subject_{number}"] = forms.CharField(
            label=f"Предмет, лист «{table['sheet']}»",
            required=False,
            max_length=60,
            initial=said.get("subject") or table["subject"],
            widget=forms.TextInput({"list": "subjects"}),
        )
        self.fields[f"grade_{number}"] = forms.TypedChoiceField(
            label=f"Класс, лист «{table['sheet']}»",
            choices=GRADES,
            coerce=int,
            empty_value=None,
            required=False,
            initial=said.get("grade") or table["grade"] or "",
        )
        self.fields[f"level_{number}"] = forms.ChoiceField(
            label=f"Уровень, лист «{table['sheet']}»", choices=LEVELS, required=False, initial=table["level"]
        )

    @property
    def said(self) -> dict[str, dict[str, Any]]:
        """Sheet → what was said of it."""
        kept = {sheet: words for sheet, words in self.staged.mapping.items() if sheet not in self.sheets}
        return kept | {
            sheet: {name: self.cleaned_data[f"{name}_{number}"] for name in ("subject", "grade", "level")}
            for number, sheet in enumerate(self.sheets)
        }


def _tells(table: dict[str, Any]) -> bool:
    """Whether the table's own columns tell subject and grade."""
    return {"предмет", "класс"} <= set(table["columns"].values())


class SubjectNamesForm(forms.Form):
    """What the department's files call subjects."""

    def __init__(self, *args: Any, unknown: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unknown = unknown
        for number, written in enumerate(unknown):
            self.fields[f"name_{number}"] = forms.CharField(
                label=f"«{written}» — это",
                required=False,
                max_length=60,
                widget=forms.TextInput({"list": "subjects"}),
            )

    @property
    def names(self) -> dict[str, str]:
        """As written → the subject; what was left empty is absent."""
        told = {written: self.cleaned_data[f"name_{number}"] for number, written in enumerate(self.unknown)}
        return {written: name.strip().lower() for written, name in told.items() if name.strip()}


class ResultsFilter(CampaignFilter):
    """The filter of the results page, kept in the address; nonsense in it filters nothing."""

    BASES = [("department", "муниципалитетом"), ("region", "регионом"), ("country", "Россией")]

    KEPT = ("campaign", "basis")

    subject = forms.ChoiceField(label="Предмет", required=False)
    grade = forms.TypedChoiceField(label="Класс", coerce=int, empty_value=None, required=False)
    q = forms.CharField(label="Школа", required=False, max_length=100)
    basis = forms.ChoiceField(label="Сравнить с", choices=BASES, required=False)

    def __init__(self, *args: Any, exams: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grades, subjects = sorted({grade for grade, _ in exams}), sorted({subject for _, subject in exams})
        choices: dict[str, list[tuple[Any, str]]] = {
            "subject": [("", "все"), *((name, name) for name in subjects)],
            "grade": [("", "все"), *((grade, str(grade)) for grade in grades)],
        }
        for name, listed in choices.items():
            set_choices(self, name, listed)


def known_subjects() -> list[str]:
    """Names offered while a subject is typed."""
    return list(SUBJECTS)


class OfficialListForm(forms.ModelForm):
    """A list with the document it came with."""

    file = TableFileField(label="Файл со списком")

    class Meta:
        model = OfficialList
        fields = ["document", "number", "issued_on"]
        widgets = {"issued_on": Day()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issued_on"].validators.append(sane_day)
        self.fields["issued_on"].initial = timezone.localdate()


class VersionedForm(forms.ModelForm):
    """Says which edit it was opened on: the domain refuses to write over a later one."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version


class NoteForm(VersionedForm):
    class Meta:
        model = ResultNote
        fields = ["introduction", "conclusions"]
        widgets = {name: forms.Textarea({"rows": 6}) for name in ("introduction", "conclusions")}


class NoteSchoolForm(VersionedForm):
    class Meta:
        model = NoteSchool
        fields = ["causes", "measures", "recommendations"]
        widgets = {name: forms.Textarea({"rows": 3}) for name in ("causes", "measures", "recommendations")}
