"""A file of results on its way in: read, compared, shown, applied as a whole, undone as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Membership
from jobs.domain import staged as files
from portal.lib.refusals import Refused
from schools import results
from schools.domain import result_plan
from schools.domain.result_plan import FIELDS, NEWS
from schools.models import Exam, ResultImport, SubjectName, VprCampaign, VprResult
from schools.results import Form, Given
from schools.results.subjects import spelling

CHANGED_MEANWHILE = "Результаты или школы изменились после проверки файла. Нажмите «Проверить заново»."
NO_CAMPAIGN = "Скажите, какой это кампании результаты."
Said = dict[str, dict[str, Any]]  # sheet («»: the whole file) → fields of `Given`


# --- in ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def stage(
    *,
    department: Department,
    by: Membership | None,
    file_name: str,
    data: bytes,
    campaign: VprCampaign | None = None,
    given: Given | None = None,
) -> ResultImport:
    """Keep what a file says until somebody decides; a school's own form without the file. Raises `Unreadable`.

    ``campaign`` and ``given``: what a person said of the file; left out, the file tells it or it is asked.
    """
    staged = ResultImport(department=department, created_by=by, file_name=file_name[-255:], campaign=campaign)
    if given is not None:
        staged.mapping = {"": asdict(given)}
    _read(staged, data)
    kept = staged.preview["kept"]
    _plan(staged)
    if kept:
        files.put(staged, data)
    else:
        staged.save()
    return staged


def _read(staged: ResultImport, data: bytes) -> None:
    """Read the file as people said, find its campaign, keep the rows in the preview."""
    own = dict(SubjectName.objects.filter(department=staged.department).values_list("written", "subject"))
    given = {sheet: Given(**said) for sheet, said in staged.mapping.items()}
    read = partial(results.read, data, staged.file_name, given=given, own_subjects=own)
    reading = read(scales=result_plan.scales(staged.campaign))
    if staged.campaign is None:
        staged.campaign = result_plan.campaign_of(staged.department, reading.year)
        if staged.campaign and any(table.form == Form.PROTOCOL for table in reading.tables):
            reading = read(scales=result_plan.scales(staged.campaign))
    kept = all(table.form != Form.PROTOCOL for table in reading.tables)
    staged.preview = {"reading": reading.to_json(), "kept": kept}


def _plan(staged: ResultImport) -> None:
    """Compare what was read with what the portal knows now."""
    told = staged.preview["reading"]
    empty: dict[str, Any] = {"counts": dict.fromkeys(("new", "changed", "same", "faulty", "no_exam"), 0)}
    empty |= {"rows": [], "faults": [], "skipped": [], "missing": []}
    planned = (
        result_plan.Plan(staged.department, staged.campaign, told["rows"], told["tables"]).to_json()
        if staged.campaign
        else empty
    )
    planned["faults"] = _in_order([*told["faults"], *planned["faults"]], told["tables"])
    planned["skipped"] = [*planned["skipped"], *told["skipped"]]
    staged.preview = {"reading": told, "kept": staged.preview["kept"], **planned}


def _in_order(faults: list[dict[str, Any]], tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sheets = [table["sheet"] for table in tables]
    return sorted(faults, key=lambda fault: (sheets.index(fault["sheet"]), fault["row"]))


@transaction.atomic
def correct(staged: ResultImport, *, campaign: VprCampaign | None, said: Said) -> None:
    """Read and compare once more, as a person says: the campaign, and of each sheet its subject and grade.

    A school's own form was not kept: of it only the comparison is made anew. Raises `Refused` once it is decided.
    """
    _check_open(staged)
    staged.campaign = campaign
    if staged.preview["kept"]:
        staged.mapping = {sheet: asdict(Given(**words)) for sheet, words in said.items()}
        _read(staged, files.content(staged))
    _plan(staged)
    changes = {"campaign": staged.campaign, "mapping": staged.mapping, "preview": staged.preview}
    files.while_waiting(staged, **changes)


def again(staged: ResultImport) -> None:
    """Read and compare once more with what was said before."""
    correct(staged, campaign=staged.campaign, said=staged.mapping)


@transaction.atomic
def name_subjects(staged: ResultImport, names: dict[str, str], *, by: Membership | None) -> None:
    """Remember how this department's files call subjects (as written → name), and read the file again."""
    _check_open(staged)
    for written, subject in names.items():
        SubjectName.objects.update_or_create(
            department=staged.department, written=spelling(written), defaults={"subject": subject}
        )
    audit.record(
        "schools.subjects_named",
        "Названия предметов в файлах: " + ", ".join(f"«{key}» — {name}" for key, name in names.items()),
        by=by,
        department=staged.department,
        subject=staged,
    )
    again(staged)


@transaction.atomic
def add_exams(staged: ResultImport, *, by: Membership | None) -> int:
    """Add to the campaign the tests that the file has results of; how many. Their scales are set on their own page."""
    _check_open(staged)
    if staged.campaign is None:
        raise Refused(NO_CAMPAIGN)
    again(staged)
    lacking = staged.preview["missing"]
    for one in lacking:
        Exam.objects.create(
            campaign=staged.campaign, source=f"результаты «{staged.file_name}»"[:300],
            **{key: one[key] for key in ("grade", "subject", "level", "max_score")},
        )  # fmt: skip
    if lacking:
        audit.record(
            "schools.exams_added",
            f"В кампанию «{staged.campaign}» добавлены работы из файла: {len(lacking)}",
            by=by,
            department=staged.department,
            subject=staged.campaign,
        )
    again(staged)
    return len(lacking)


def _check_open(staged: ResultImport) -> None:
    if staged.state != ResultImport.State.PREVIEW:
        raise Refused(files.already(staged))


# --- applied -----------------------------------------------------------------------------------------------------


def check_clean(staged: ResultImport) -> None:
    """Raises `Refused` while something of the file is not settled: all or nothing."""
    if staged.campaign is None:
        raise Refused(NO_CAMPAIGN)
    files.check_clean(staged)
    if staged.preview["missing"]:
        raise Refused("В кампании нет некоторых работ из файла. Сначала добавьте их.")


def apply(staged: ResultImport, *, by: Membership | None) -> None:
    """Write every new and changed result, or none. Exactly one caller wins; raises `Refused` with the reason."""
    check_clean(staged)
    try:
        with transaction.atomic():
            _apply(staged, by)
    except IntegrityError as error:
        raise Refused(CHANGED_MEANWHILE) from error


def _apply(staged: ResultImport, by: Membership | None) -> None:
    # On PostgreSQL this holds back a second file for the same department; SQLite lets one writer in anyway.
    Department.objects.select_for_update().get(pk=staged.department_id)
    files.decide(staged, ResultImport.State.APPLIED)
    told = staged.preview["reading"]
    assert staged.campaign is not None  # noqa: S101 -- `check_clean` asked
    now = result_plan.Plan(staged.department, staged.campaign, told["rows"], told["tables"])
    if now.rows != staged.preview["rows"] or now.faults:
        raise Refused(CHANGED_MEANWHILE)
    rows = [row for row in now.rows if row["action"] in NEWS]
    known = _results(staged, rows)
    created = [_new(staged, row) for row in rows if _place(row) not in known]
    VprResult.objects.bulk_create(created, batch_size=500)
    _overwrite([_set(known[_place(row)], row["changes"], 1) for row in rows if _place(row) in known])
    staged.before = {
        "created": {
            str(result.pk): _values(row) for result, row in zip(created, _fresh(rows, known), strict=True)
        },
        "changed": {str(known[_place(row)].pk): row["changes"] for row in rows if _place(row) in known},
    }
    staged.save(update_fields=["before"])
    audit.record(
        "schools.results_imported",
        f"Загружены результаты ВПР «{staged.file_name}»",
        by=by,
        department=staged.department,
        subject=staged,
        counts=staged.preview["counts"],
    )


Place = tuple[int, str, int | None]


def _place(row: dict[str, Any]) -> Place:
    return row["exam"], row["scope"], row["school"]


def _results(staged: ResultImport, rows: list[dict[str, Any]]) -> dict[Place, VprResult]:
    """The portal's results that the rows speak of."""
    exams = {row["exam"] for row in rows}
    found = VprResult.objects.filter(exam__in=exams, department=staged.department)
    return {(one.exam_id, one.scope, one.school_id): one for one in found}


def _fresh(rows: list[dict[str, Any]], known: dict[Place, VprResult]) -> Iterator[dict[str, Any]]:
    return (row for row in rows if _place(row) not in known)


def _values(row: dict[str, Any]) -> dict[str, Any]:
    return {field: new for field, (_, new) in row["changes"].items()}


def _new(staged: ResultImport, row: dict[str, Any]) -> VprResult:
    exam, scope, school = _place(row)
    return VprResult(
        department=staged.department, exam_id=exam, scope=scope, school_id=school, **_values(row)
    )


def _set(result: VprResult, changes: dict[str, list[Any]], which: int) -> VprResult:
    """Put the old (0) or the new (1) values into a result."""
    for field, pair in changes.items():
        setattr(result, field, pair[which])
    return result


def _overwrite(changed: list[VprResult]) -> None:
    """Write every field of results that exist already, in one statement five hundred."""
    for result in changed:
        result.updated_at = timezone.now()
    VprResult.objects.bulk_create(
        changed,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*FIELDS, "updated_at"],
    )


# --- out ---------------------------------------------------------------------------------------------------------


discard, faulty_rows = files.discard, files.faulty_rows


@transaction.atomic
def undo(staged: ResultImport, *, by: Membership | None) -> None:
    """Take the whole file back: new results go, changed ones become what they were.

    Raises `Refused` when a result was changed since, or something rests on a new one.
    """
    files.decide(staged, ResultImport.State.UNDONE)
    known = (
        VprResult.objects.filter(department=staged.department)
        .select_related("exam", "school")
        .in_bulk([int(pk) for part in ("created", "changed") for pk in staged.before[part]])
    )
    for pk, values in staged.before["created"].items():
        nothing = dict.fromkeys(FIELDS[1:])
        _check_untouched(known.get(int(pk)), nothing | values)
    for pk, changes in staged.before["changed"].items():
        _check_untouched(known.get(int(pk)), {field: new for field, (_, new) in changes.items()})
    _overwrite([_set(known[int(pk)], changes, 0) for pk, changes in staged.before["changed"].items()])
    _delete([int(pk) for pk in staged.before["created"]])
    audit.record(
        "schools.results_undone",
        f"Отменена загрузка результатов «{staged.file_name}»",
        by=by,
        department=staged.department,
        subject=staged,
    )


def _check_untouched(result: VprResult | None, values: dict[str, Any]) -> None:
    """The result holds what the file left in it (None: nothing)."""
    if result is None:
        raise Refused("Отменить нельзя: часть результатов уже убрана. Загрузите прежний файл заново.")
    if any((getattr(result, field) or None) != (value or None) for field, value in values.items()):
        raise Refused(
            f"Отменить нельзя: результат «{result}» потом изменил другой файл. Отмените сначала его."
        )


def _delete(pks: list[int]) -> None:
    for start in range(0, len(pks), 500):
        VprResult.objects.filter(pk__in=pks[start : start + 500]).delete()
