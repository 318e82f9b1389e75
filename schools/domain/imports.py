"""A school list on its way in: read, compared, shown, applied as a whole, undone as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

import tablib
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Membership
from jobs.domain import columns
from portal.lib import excel
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from schools import listing
from schools.domain import matching
from schools.listing import FIELDS
from schools.models import School, SchoolImport
from schools.resources import PlannedSchools, overwrite

CHANGED_MEANWHILE = "Школы отдела изменились после проверки файла. Загрузите файл ещё раз."


# --- in ----------------------------------------------------------------------------------------------------------


def preview(department: Department, data: bytes, mapping: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the file would do, as JSON; writes nothing. Raises `listing.Unreadable`.

    ``mapping``: how a person said to read it; without one the department's earlier corrections help.
    ``counts`` of rows by action, ``rows`` (sheet, row, action, school id, changes old → new, values), ``faults``,
    ``skipped`` rows that are no schools, ``tables`` with the columns as recognised.
    """
    remembered = columns.remembered(department, listing.SHAPE)
    read = listing.read(data, mapping=mapping, remembered=remembered)
    rows, clashes = matching.plan(read, School.objects.filter(department=department))
    faults = [*read.faults, *clashes]
    sheets = [table.sheet for table in read.tables]
    faults.sort(key=lambda fault: (sheets.index(fault.sheet), fault.row))  # stable: cells stay in order
    counted = Counter(row["action"] for row in rows)
    return {
        "counts": {action: counted[action] for action in ("new", "changed", "same", "faulty")},
        "rows": rows,
        "faults": [asdict(fault) for fault in faults],
        "skipped": [asdict(skipped) for skipped in read.skipped],
        "tables": [asdict(table) for table in read.tables],
        "hidden": read.hidden,
    }


@transaction.atomic
def stage(
    *,
    department: Department,
    by: Membership | None,
    file_name: str,
    data: bytes,
    seen: dict[str, Any] | None = None,
) -> SchoolImport:
    """Keep a file with its preview (``seen``, when it was made already) until somebody decides.

    Raises `listing.Unreadable`.
    """
    staged = SchoolImport(
        department=department,
        created_by=by,
        file_name=file_name[-255:],
        preview=seen or preview(department, data),
    )
    staged.file.save("schools.xlsx", ContentFile(data), save=False)
    staged.save()
    return staged


def columns_of(staged: SchoolImport) -> tuple[list[excel.Sheet], list[excel.Table]]:
    """The file's sheets and its tables as they are read now, for `jobs.forms.ColumnsForm`."""
    sheets = excel.read(_content(staged))
    remembered = columns.remembered(staged.department, listing.SHAPE)
    return sheets, excel.find_tables(sheets, listing.SHAPE, mapping=staged.mapping, remembered=remembered)


def reread(staged: SchoolImport, mapping: dict[str, Any], *, by: Membership | None) -> None:
    """Read the file as a person says and keep that for the next file with such headings.

    Raises `listing.Unreadable` when nothing is found that way, `Refused` when the list is decided already.
    """
    data = _content(staged)
    seen = preview(staged.department, data, mapping)
    with transaction.atomic():
        waiting = SchoolImport.objects.filter(pk=staged.pk, state=SchoolImport.State.PREVIEW)
        if not waiting.update(mapping=mapping, preview=seen):
            raise Refused(_already(staged))
        columns.remember(staged.department, listing.SHAPE, excel.read(data), mapping, by=by)


def _content(staged: SchoolImport) -> bytes:
    if not staged.file.name or not staged.file.storage.exists(staged.file.name):
        raise Refused("Файла больше нет. Загрузите его снова.")
    with staged.file.open() as file:
        return bytes(file.read())


def apply(staged: SchoolImport, *, by: Membership | None) -> None:
    """Write every new and changed school, or none. Exactly one caller wins; raises `Refused` with the reason."""
    check_clean(staged)
    try:
        with transaction.atomic():
            _apply(staged, by)
    except StaleTransition as stale:
        raise Refused(_already(staged)) from stale
    except IntegrityError as error:
        raise Refused(CHANGED_MEANWHILE) from error


def check_clean(staged: SchoolImport) -> None:
    """Raises `Refused` while the file has faults: all or nothing."""
    if staged.preview["faults"]:
        raise Refused("В файле есть ошибки. Исправьте их и загрузите файл снова.")


def _apply(staged: SchoolImport, by: Membership | None) -> None:
    # On PostgreSQL this holds back a second list for the same department; SQLite lets one writer in anyway.
    Department.objects.select_for_update().get(pk=staged.department_id)
    move(staged, SchoolImport.State.APPLIED, applied_at=timezone.now())
    schools = School.objects.filter(department=staged.department).in_bulk()
    rows = [row for row in staged.preview["rows"] if row["action"] in {"new", "changed"}]
    if not matching.still_true(staged.preview["rows"], schools):
        raise Refused(CHANGED_MEANWHILE)
    resource = PlannedSchools(department=staged.department)
    resource.import_data(_dataset(rows, schools), raise_errors=True, use_transactions=True)
    staged.before = {
        "created": [school.pk for school in resource.created],
        "changed": {str(row["school"]): row["changes"] for row in rows if row["school"]},
    }
    staged.save(update_fields=["before"])
    audit.record(
        "schools.imported",
        f"Загружен список школ «{staged.file_name}»",
        by=by,
        department=staged.department,
        subject=staged,
        counts=staged.preview["counts"],
    )


def _already(staged: SchoolImport) -> str:
    state = SchoolImport.objects.values_list("state", flat=True).get(pk=staged.pk)
    return {
        SchoolImport.State.APPLIED: "Этот список уже загружен.",
        SchoolImport.State.UNDONE: "Загрузка этого списка уже отменена. Загрузите файл заново.",
    }.get(SchoolImport.State(state), "Этот список отброшен. Загрузите файл заново.")


def _dataset(rows: list[dict[str, Any]], schools: dict[int, School]) -> tablib.Dataset:
    """The planned rows as the resource reads them. An empty cell of the file leaves what the portal knows."""
    dataset = tablib.Dataset(headers=["id", *FIELDS.values()])
    for row in rows:
        school = schools[row["school"]] if row["school"] else School()
        new = (
            {field: after for field, (_, after) in row["changes"].items()} if row["school"] else row["values"]
        )
        known = {field: getattr(school, field) for field in FIELDS}
        values = known | matching.from_json(new)
        dataset.append([school.pk, *(values[field] for field in FIELDS)])
    return dataset


# --- out ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def discard(staged: SchoolImport, *, by: Membership | None) -> None:
    """Nobody wants this preview: its file goes too. Raises `Refused` when it was applied already."""
    try:
        move(staged, SchoolImport.State.DISCARDED)
    except StaleTransition as stale:
        raise Refused(_already(staged)) from stale
    audit.record(
        "schools.import_discarded",
        f"Отброшен список школ «{staged.file_name}»",
        by=by,
        department=staged.department,
        subject=staged,
    )
    transaction.on_commit(partial(staged.file.delete, save=False))


@transaction.atomic
def undo(staged: SchoolImport, *, by: Membership | None) -> None:
    """Take the whole import back: new schools go, changed ones become what they were.

    Raises `Refused` when anything rests on a new school, or a school was changed since by somebody else.
    """
    try:
        move(staged, SchoolImport.State.UNDONE)
    except StaleTransition as stale:
        raise Refused(_already(staged)) from stale
    created, changed = _touched(staged)
    if why := _why_not_undo(created):
        raise Refused(why)
    for school, changes in changed:
        for field, (before, _) in matching.pairs_from_json(changes):
            setattr(school, field, before)
    overwrite([school for school, _ in changed])
    for pks in _chunks([school.pk for school in created], 500):
        School.objects.filter(pk__in=pks).delete()
    audit.record(
        "schools.import_undone",
        f"Отменена загрузка списка школ «{staged.file_name}»",
        by=by,
        department=staged.department,
        subject=staged,
    )


Changes = dict[str, list[Any]]


def _touched(staged: SchoolImport) -> tuple[list[School], list[tuple[School, Changes]]]:
    """New schools, and changed ones with what was changed, all of them still as the import left them."""
    schools = School.objects.filter(department=staged.department).in_bulk()
    new = [row for row in staged.preview["rows"] if row["action"] == "new"]
    created = []
    for pk, row in zip(staged.before["created"], new, strict=True):
        school = schools.get(pk)
        blank = {field: None if field in matching.NULLABLE else "" for field in FIELDS}
        if school is None or not _is(school, blank | row["values"]):
            raise Refused(_edited(row["values"]["name"]))
        created.append(school)
    changed = []
    for pk, changes in staged.before["changed"].items():
        school = schools.get(int(pk))
        if school is None or not _is(school, {field: after for field, (_, after) in changes.items()}):
            raise Refused(_edited(school.name if school else changes.get("name", ["?"])[0]))
        changed.append((school, changes))
    return created, changed


def _is(school: School, values: dict[str, Any]) -> bool:
    expected = matching.from_json(values)
    return school.closed_on is None and all(
        getattr(school, field) == value for field, value in expected.items()
    )


def _edited(name: str) -> str:
    return f"Отменить нельзя: после загрузки школу «{name}» уже изменили. Исправьте её на её странице."


def _why_not_undo(created: list[School]) -> str:
    for pks in _chunks([school.pk for school in created], 500):
        if used := first_in_use(pks):
            name = next(school.name for school in created if school.pk == used[0])
            return f"Отменить нельзя: на новую школу «{name}» уже опираются {used[1]}. Закройте лишние школы вручную."
    return ""


def _chunks(pks: list[int], size: int) -> Iterator[list[int]]:
    return (pks[start : start + size] for start in range(0, len(pks), size))


def first_in_use(pks: list[int]) -> tuple[int, str] | None:
    """The first of these schools that anything points at, and what points at it (in plural, Russian)."""
    for relation in School._meta.related_objects:
        name = relation.field.name
        rows = relation.related_model._base_manager.filter(**{f"{name}__in": pks})
        pk = rows.values_list(f"{name}__pk", flat=True).first()
        if pk is not None:
            return pk, str(relation.related_model._meta.verbose_name_plural)
    return None


# --- for the clerk -----------------------------------------------------------------------------------------------


def faulty_rows(staged: SchoolImport) -> bytes:
    """The rows with faults as a workbook of the portal's own shape, each with its place, reasons and remedies."""
    head = [
        excel.Column("Строка", 10),
        excel.Column("Что исправить", 60),
        *(excel.Column(heading, 28) for heading in FIELDS.values()),
    ]
    return excel.write("Строки с ошибками", head, _faulty_lines(staged.preview))


def _faulty_lines(preview: dict[str, Any]) -> Iterator[list[Any]]:
    by_row: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for fault in preview["faults"]:
        by_row.setdefault((fault["sheet"], fault["row"]), []).append(fault)
    for row in preview["rows"]:
        if row["action"] != "faulty":
            continue
        faults = by_row.get((row["sheet"], row["row"]), [])
        raw = {fault["field"]: fault["value"] for fault in faults if fault["field"]}
        values = raw | matching.from_json(row["values"])
        reasons = "\n".join(f"{fault['cell']}: {fault['message']} {fault['remedy']}" for fault in faults)
        yield [row["row"], reasons, *(values.get(field, "") for field in FIELDS)]


def as_rows(preview: dict[str, Any]) -> list[dict[str, Any]]:
    """The preview's rows for the command line: every field, absent ones empty (text) or null."""
    return [
        {
            "sheet": row["sheet"],
            "row": row["row"],
            "action": row["action"],
            **{
                field: row["values"].get(field, None if field in matching.NULLABLE else "")
                for field in FIELDS
            },
            "changes": row["changes"],
        }
        for row in preview["rows"]
    ]


def today_name(stem: str) -> str:
    """«Школы 2026-03-15.xlsx»."""
    return f"{stem} {timezone.localdate():%Y-%m-%d}.xlsx"
