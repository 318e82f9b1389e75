"""What the form of a sheet shows, on the observer's phone and at the methodist's desk; what it sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from accounts.models import Membership
from observers import questions as asking
from observers.content import Content, Seen, device_key
from observers.domain import photos, sheets
from observers.models import ObservationSheet, ObserverAssignment, SheetFile, SheetTemplate
from portal.lib.numbers import row_number
from portal.lib.refusals import Refused

MAX_BYTES: int = settings.EVIDENCE_MAX_BYTES
BLANK_ROWS = 1  # of violations for a browser without scripts, besides those written


@dataclass(frozen=True)
class Asked:
    """A question with what was answered and what is wrong with it."""

    question: asking.Question
    value: str = ""
    problem: str = ""
    files: Sequence[SheetFile] = ()


@dataclass(frozen=True)
class Line:
    """One violation of the form; ``number`` is the «n» of its fields."""

    number: int
    seen: Seen
    problem: str = ""
    files: Sequence[SheetFile] = ()

    @property
    def file_name(self) -> str:
        return f"v{self.number}-file"


@dataclass
class Filling:
    """A form with its text, and everything the page needs of it."""

    visit: ObserverAssignment
    form: SheetTemplate
    key: str
    content: Content = field(default_factory=Content)
    problems: dict[str, str] = field(default_factory=dict)
    blank_rows: int = BLANK_ROWS

    @property
    def hours(self) -> list[tuple[str, str, str, int, str]]:
        """Field, label, value, moment of the phone, what is wrong."""
        content, wrong = self.content, self.problems
        return [
            ("arrived", "Время прихода", content.arrived, content.arrived_phone, wrong.get("arrived", "")),
            ("left", "Время ухода", content.left, content.left_phone, wrong.get("left", "")),
        ]

    @property
    def asked(self) -> list[Asked]:
        files = self._files
        return [
            Asked(
                question,
                self.content.answers.get(question.key, ""),
                self.problems.get(f"answer-{question.key}", ""),
                files[question.key],
            )
            for question in asking.asked_at(self.form.asked, self.visit.stage)
        ]

    @property
    def lines(self) -> list[Line]:
        files, rows = self._files, list(self.content.violations)
        rows += [Seen(str(uuid4())) for _ in range(self.blank_rows)]
        return [
            Line(n, seen, self.problems.get(f"v{n}-text", ""), files[seen.key]) for n, seen in enumerate(rows)
        ]

    @property
    def spare(self) -> Line:
        """What the page's script copies for one more violation."""
        return Line(-1, Seen(""))

    @property
    def _files(self) -> dict[str, list[SheetFile]]:
        by_place: dict[str, list[SheetFile]] = defaultdict(list)
        sheet = sheets.of_visit(self.visit)
        for file in sheet.files.all() if sheet else ():
            by_place[file.place].append(file)
        return by_place


def sent_form(request: HttpRequest, visit: ObserverAssignment) -> Filling:
    """What a form of this visit sent; raises `Refused` when no form is in force."""
    form = sheets.form_of(visit, row_number(request.POST.get("version", "")))
    return Filling(visit, form, form_key(request), Content.from_fields(request.POST))


def form_key(request: HttpRequest) -> str:
    """The key that the page or its device made; a new one for a form without."""
    return device_key(request.POST.get("key", "")) or str(uuid4())


def kept_form(request: HttpRequest, visit: ObserverAssignment) -> Filling:
    """The form as this device left it, else with the newest draft there is, else empty."""
    version = row_number(request.GET.get("version", ""))
    sheet = sheets.of_visit(visit)
    copy = sheets.device_copy(sheet, device_key(request.GET.get("key", ""))) if sheet else None
    if copy is None:
        return Filling(visit, sheets.form_of(visit, version), str(uuid4()))
    form = sheets.form_of(visit, version or copy.template.version)
    return Filling(visit, form, str(copy.key), Content.from_json(copy.content))


def take_files(request: HttpRequest, filling: Filling, by: Membership | None = None) -> None:
    """Files that travel with the form itself, from a browser without scripts: each refused one is a problem.

    Fields ``file-<question>``, and ``v<n>-file`` for the n-th violation.
    """
    places = {f"file-{a.question.key}": (a.question.key, f"answer-{a.question.key}") for a in filling.asked}
    places |= {line.file_name: (line.seen.key, f"v{line.number}-text") for line in filling.lines}
    chosen = [(places[name], file) for name in places for file in request.FILES.getlist(name)]
    if not chosen:
        return
    copy = sheets.keep(filling.visit, form=filling.form, key=filling.key, content=filling.content)
    for (place, field_name), upload in chosen:
        assert isinstance(upload, UploadedFile)  # noqa: S101 -- what getlist gives
        try:
            photos.add(copy.sheet, upload, key=str(uuid4()), place=place, by=by)
        except Refused as refusal:
            filling.problems[field_name] = str(refusal)


def reading(sheet: ObservationSheet) -> dict[str, Any]:
    """A sent sheet as a page shows it."""
    by_place: dict[str, list[SheetFile]] = defaultdict(list)
    for file in sheet.files.all():
        by_place[file.place].append(file)
    asked = asking.asked_at(sheet.template.asked, sheet.assignment.stage)
    shown = asking.shown(asked, sheet.answers)
    violations = list(sheet.violations.order_by("pk"))
    answered = [
        (question, asking.spoken(question, sheet.answers.get(question.key)), by_place.pop(question.key, []))
        for question in shown
    ]
    return {
        "sheet": sheet,
        "answered": answered,
        "violations": [(violation, by_place.pop(str(violation.key), [])) for violation in violations],
        "scans": by_place.pop(SheetFile.SCAN, []),
        "other_files": [file for files in by_place.values() for file in files],
        "additions": sheet.additions.select_related("by__user"),
        "second_texts": sheets.second_texts(sheet),
        "new_key": str(uuid4()),
    }
