"""Files of results: upload, look, say what they are, apply, undo."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import PortalRequest
from accounts.models import Role
from accounts.permissions import role_required
from jobs import wizard
from portal.lib.refusals import Refused
from schools import tasks
from schools.domain import result_imports as domain
from schools.models import Exam, ResultImport, School
from schools.result_forms import CorrectionForm, ResultFilesForm, SubjectNamesForm, known_subjects
from schools.results import FORM_NAMES, Unreadable

WORKERS = (Role.ADMIN, Role.METHODIST)
HEAPS = {
    "faulty": "Ошибки",
    "no_exam": "Нет работы в кампании",
    "new": "Новые",
    "changed": "Изменятся",
    "same": "Без изменений",
    "skipped": "Не наши и не результаты",
}
WIZARD = wizard.Wizard(
    model=ResultImport,
    domain=domain,
    roles=WORKERS,
    page="schools:results_preview",
    trail=lambda staged: [
        ("Результаты", reverse("schools:results_table")),
        ("Из файлов", reverse("schools:results_import")),
    ],
    related=("campaign",),
    later=tasks.apply_results_later,
    after=tasks.follow_results,
    told={
        "apply": "Результаты загружены.",
        "undo": "Загрузка отменена: результаты такие же, как были до неё.",
        "discard": "Файл отброшен, результаты не изменились.",
    },
    faults="Ошибки в результатах",
)
FIELD_NAMES = {
    "participants": "Участников",
    "marks": "Отметки",
    "journal": "Против журнала",
    "histogram": "Первичные баллы",
    "tasks": "Выполнение заданий",
}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WORKERS)
def results_import(request: PortalRequest) -> HttpResponse:
    """Take files, read each, show what they would do."""
    form = ResultFilesForm(request.POST or None, request.FILES or None, membership=request.membership)
    if request.method == "POST" and form.is_valid():
        staged = [one for file in form.cleaned_data["files"] if (one := _stage(request, form, file))]
        if len(staged) == 1 and len(form.cleaned_data["files"]) == 1:
            return redirect("schools:results_preview", staged[0].pk)
        if staged:
            return redirect("schools:results_import")
    earlier = ResultImport.objects.visible_to(request.membership).select_related(
        "created_by__user", "campaign"
    )
    earlier = earlier.exclude(state=ResultImport.State.DISCARDED).defer("before")
    page = Paginator(earlier, 20).get_page(request.GET.get("page"))
    names = {"form": form, "page": page, "clean": [one for one in page if _is_clean(one)]}
    names |= {"forms": FORM_NAMES.values(), "subjects": known_subjects()}
    status = 422 if request.method == "POST" else 200
    return render(request, "schools/results_import.html", names, status=status)


def _stage(request: PortalRequest, form: ResultFilesForm, file: Any) -> ResultImport | None:
    """One of the files, staged; a refusal is told with the file's name."""
    try:
        return domain.stage(
            department=request.membership.department,
            by=request.membership,
            file_name=file.name,
            data=file.read(),
            campaign=form.cleaned_data["campaign"],
            given=form.given,
        )
    except Unreadable as unreadable:
        form.add_error("files", f"«{file.name}»: {unreadable}")
        messages.error(request, f"«{file.name}»: {unreadable}")
        return None


def _is_clean(staged: ResultImport) -> bool:
    try:
        domain.check_clean(staged)
    except Refused:
        return False
    return staged.state == ResultImport.State.PREVIEW and news(staged) > 0


def news(staged: ResultImport) -> int:
    counts = staged.preview["counts"]
    return int(counts["new"] + counts["changed"])


@require_safe
@role_required(*WORKERS)
def results_preview(request: PortalRequest, pk: int) -> HttpResponse:
    """What the file would do: heaps of rows, faults by cell, what is still to be said."""
    staged = WIZARD.row(request, pk)
    return render(request, "schools/results_preview.html", preview_names(request, staged))


def preview_names(request: PortalRequest, staged: ResultImport) -> dict[str, Any]:
    preview = staged.preview
    told = {"faulty": len(preview["faults"]), "skipped": len(preview["skipped"])}
    sizes, rows = dict.fromkeys(HEAPS, 0) | preview["counts"] | told, partial(rows_of, preview)
    names = wizard.shown(request, WIZARD, staged, sizes=sizes, rows=rows, heaps=HEAPS)
    if names["heap"] in {"new", "changed", "same", "no_exam"}:
        name_rows(request, names["page"])
    tables = preview["reading"]["tables"]
    return names | {
        "forms": list(dict.fromkeys(FORM_NAMES[table["form"]] for table in tables)),
        "tables": [
            table | {"pairs": table["columns"].items(), "unread": table["ignored"]} for table in tables
        ],
        "correction": CorrectionForm(membership=request.membership, staged=staged),
        "naming": SubjectNamesForm(unknown=unknown_subjects(preview)),
        "subjects": known_subjects(),
    }


def rows_of(preview: dict[str, Any], heap: str) -> list[dict[str, Any]]:
    return list(preview["skipped"]) if heap == "skipped" else wizard.rows_of(preview, heap)


def name_rows(request: PortalRequest, page: Any) -> None:
    """Give a page of rows the names of schools and tests, and old and new values in words."""
    schools = School.objects.visible_to(request.membership).in_bulk(
        [r["school"] for r in page if r["school"]]
    )
    exams = Exam.objects.visible_to(request.membership).in_bulk([r["exam"] for r in page if r["exam"]])
    for row in page:
        school = schools.get(row["school"])
        row["who"] = school.name if school else row["name"]
        row["what"] = str(exams.get(row["exam"]) or f"{row['subject']}, {row['grade']} класс")
        row["news"] = [
            (FIELD_NAMES[f], in_words(f, old), in_words(f, new)) for f, (old, new) in row["changes"].items()
        ]
        row["told"] = [(FIELD_NAMES[f], in_words(f, value)) for f, value in row["values"].items()]


def in_words(field: str, value: Any) -> str:
    """«2» — 3, «3» — 9 …"""
    if not value:
        return ""
    if field == "marks":
        return ", ".join(f"«{mark}» — {count}" for mark, count in value.items())
    if field == "journal":
        words = {"lowered": "понизили", "confirmed": "подтвердили", "raised": "повысили"}
        return ", ".join(f"{words[move]} {count}" for move, count in value.items())
    if field == "histogram":
        return ", ".join(f"{score}: {count}" for score, count in enumerate(value) if count)
    if field == "tasks":
        return ", ".join(f"{task}: {share * 100:.1f} %".replace(".", ",") for task, share in value.items())
    return str(value)


def unknown_subjects(preview: dict[str, Any]) -> list[str]:
    """Subjects as the file writes them that nobody has named yet."""
    written = [
        f["value"] for f in preview["faults"] if f["field"] == "subject" and "не знает" in f["message"]
    ]
    return list(dict.fromkeys(written))[:20]


@require_POST
@role_required(*WORKERS)
def results_correct(request: PortalRequest, pk: int) -> HttpResponse:
    """Say which campaign it is, and of which test each sheet is."""
    staged = WIZARD.row(request, pk)
    form = CorrectionForm(request.POST, membership=request.membership, staged=staged)
    if not form.is_valid():
        names = preview_names(request, staged) | {"correction": form}
        return render(request, "schools/results_preview.html", names, status=422)
    return _done(
        request,
        pk,
        "Файл прочитан, как вы сказали.",
        lambda: domain.correct(staged, campaign=form.cleaned_data["campaign"], said=form.said),
    )


def _done(request: PortalRequest, pk: int, told: str, work: Any) -> HttpResponse:
    """Do it, say how it went, come back to the file."""
    try:
        work()
        messages.success(request, told)
    except (Refused, Unreadable) as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:results_preview", pk)


@require_POST
@role_required(*WORKERS)
def results_name(request: PortalRequest, pk: int) -> HttpResponse:
    """Say what subjects the file's words mean; the department remembers it."""
    staged = WIZARD.row(request, pk)
    form = SubjectNamesForm(request.POST, unknown=unknown_subjects(staged.preview))
    names = form.names if form.is_valid() else {}
    told = "Запомнил. Файл прочитан заново." if names else "Ни одно название не указано."
    return _done(
        request, pk, told, lambda: names and domain.name_subjects(staged, names, by=request.membership)
    )


@require_POST
@role_required(*WORKERS)
def results_exams(request: PortalRequest, pk: int) -> HttpResponse:
    """Add the tests that the campaign lacks."""
    staged = WIZARD.row(request, pk)
    told = "Работы добавлены. Шкалу отметок задайте на странице кампании."
    return _done(request, pk, told, lambda: domain.add_exams(staged, by=request.membership))


@require_POST
@role_required(*WORKERS)
def results_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Compare once more with what the portal knows now."""
    staged = WIZARD.row(request, pk)
    return _done(request, pk, "Проверено заново.", lambda: domain.again(staged))


@require_POST
@role_required(*WORKERS)
def results_apply_all(request: PortalRequest) -> HttpResponse:
    """Hand every file without faults to the worker, one after another."""
    waiting = ResultImport.objects.visible_to(request.membership).filter(state=ResultImport.State.PREVIEW)
    clean = [staged for staged in waiting.select_related("department", "campaign") if _is_clean(staged)]
    for staged in clean:
        tasks.apply_results_later(staged, by=request.membership)
    told = f"Файлов передано на загрузку: {len(clean)}." if clean else "Нет файлов, готовых к загрузке."
    messages.success(request, told)
    return redirect("schools:results_import")
