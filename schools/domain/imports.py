"""A school list on its way in: read, compared, shown, applied as a whole, undone as a whole.

Everything that takes time is done before the writing begins; the write transaction is short on any database, and what
it rests on is proved once more inside it: the department's schools are those that were compared.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Count, Max
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Membership
from jobs.domain import columns
from jobs.domain import staged as files
from jobs.domain.work import Progress
from portal.lib import excel
from portal.lib.refusals import Refused
from schools import listing
from schools.domain import matching
from schools.domain.staging import Draft, Line, rows
from schools.listing import FIELDS
from schools.models import School, SchoolImport
from schools.resources import SchoolResource

CHANGED_MEANWHILE = "Школы отдела изменились после проверки файла. Загрузите файл ещё раз."
AT_ONCE = 1000  # rows between two words of progress


@dataclass(frozen=True)
class Choice:
    """What a person wants done: ``new`` add or skip, ``changed`` update or skip, ``faulty`` stop or skip."""

    new: str = "add"
    changed: str = "update"
    faulty: str = "stop"

    @property
    def written(self) -> tuple[str, ...]:
        """The heaps that are written."""
        return tuple(heap for heap in ("new", "changed") if getattr(self, heap) != "skip")


# --- in ----------------------------------------------------------------------------------------------------------


def draft(department: Department, data: bytes, mapping: dict[str, Any] | None = None) -> Draft:
    """What the file would do; writes nothing. Raises `listing.Unreadable`.

    ``mapping``: how a person said to read it; without one the department's earlier corrections help.
    """
    remembered = columns.remembered(department, listing.SHAPE)
    return Draft(department, data, mapping=mapping, remembered=remembered)


def stage(
    *, department: Department, by: Membership | None, file_name: str, data: bytes, seen: Draft | None = None
) -> SchoolImport:
    """Keep a file with its preview (``seen``, when it was made already) until somebody decides.

    Raises `listing.Unreadable`.
    """
    seen = seen or draft(department, data)
    staged = receive(department=department, by=by, file_name=file_name, data=data)
    keep(staged, seen)
    return staged


def receive(*, department: Department, by: Membership | None, file_name: str, data: bytes) -> SchoolImport:
    """Keep a file that is not read yet: a long one is for the worker, another needs a person to point at its table.

    Raises `listing.Unreadable` for what is no table at all.
    """
    excel.check(data)
    staged = SchoolImport(department=department, created_by=by, file_name=file_name[-255:])
    files.put(staged, data)
    return staged


def keep(staged: SchoolImport, seen: Draft, mapping: dict[str, Any] | None = None) -> None:
    """Put what was read in place of what stood there. Raises `Refused` when the list is decided already."""
    before = staged.rows.name
    staged.rows.save("rows.jsonl.gz", ContentFile(seen.content), save=False)
    staged.preview, staged.mapping = seen.summary, mapping or staged.mapping
    files.while_waiting(staged, rows=staged.rows.name, preview=staged.preview, mapping=staged.mapping)
    if before:
        transaction.on_commit(partial(staged.rows.storage.delete, before))


def shape(staged: SchoolImport) -> excel.Shape:
    return listing.SHAPE


def reread(staged: SchoolImport, mapping: dict[str, Any], *, by: Membership | None) -> None:
    """Read the file as a person says and keep that for the next file with such headings.

    Raises `listing.Unreadable` when nothing is found that way, `Refused` when the list is decided already.
    """
    data = files.content(staged)
    seen = draft(staged.department, data, mapping)
    with transaction.atomic():
        keep(staged, seen, mapping)
        columns.remember(staged.department, listing.SHAPE, excel.read(data), mapping, by=by)


# --- applied -----------------------------------------------------------------------------------------------------


def apply(
    staged: SchoolImport,
    *,
    by: Membership | None,
    choice: Choice = Choice(),
    progress: Progress | None = None,
) -> None:
    """Write every school of the chosen heaps, or none. Exactly one caller wins; raises `Refused` with the reason."""
    check(staged, choice)
    stood = _as_it_stands(staged.department)
    now = timezone.now()
    resource = SchoolResource(department=staged.department)
    new, changed = _prepared(staged, choice, resource, now, progress)
    try:
        with transaction.atomic():
            _hold(staged, SchoolImport.State.APPLIED, stood, applied_at=now)
            resource.insert(new)
            resource.overwrite(changed)
            staged.before = {"choice": asdict(choice), "created_at": now.isoformat()}
            staged.save(update_fields=["before"])
            audit.record(
                "schools.imported",
                f"Загружен список школ «{staged.file_name}»",
                by=by,
                department=staged.department,
                subject=staged,
                counts=staged.preview["counts"],
                choice=asdict(choice),
            )
    except IntegrityError as error:
        raise Refused(CHANGED_MEANWHILE) from error


def check(staged: SchoolImport, choice: Choice) -> None:
    """Raises `Refused` when the list cannot be applied by this choice."""
    if staged.state != SchoolImport.State.PREVIEW:
        raise Refused(files.already(staged))
    if not staged.preview:
        raise Refused("Файл ещё не прочитан. Укажите, где в нём таблица.")
    if staged.preview["faults"]:
        raise Refused("Сначала укажите, какой из похожих столбцов читать.")
    if staged.preview["counts"]["faulty"] and choice.faulty != "skip":
        raise Refused("В файле есть ошибки. Исправьте их и загрузите файл снова или пропустите эти строки.")


def _prepared(
    staged: SchoolImport,
    choice: Choice,
    resource: SchoolResource,
    now: datetime.datetime,
    progress: Progress | None,
) -> tuple[list[Any], list[Any]]:
    """New and changed schools as the database takes them; raises `Refused` when one is not as it was compared."""
    index = matching.Index(staged.department)
    new, changed = [], []
    for number, (heap, row) in enumerate(rows(staged, *choice.written), 1):
        if heap == "new":
            if not matching.still_new(index, row["values"]):
                raise Refused(CHANGED_MEANWHILE)
            new.append(resource.inserted(matching.from_json(row["values"]), now))
        else:
            known = index.by_pk.get(row["school"])
            if not matching.still_as_seen(known, ((f, old) for f, (old, _) in row["changes"].items())):
                raise Refused(CHANGED_MEANWHILE)
            told = matching.from_json({field: after for field, (_, after) in row["changes"].items()})
            changed.append(resource.overwritten(known, told, now))
        if progress and number % AT_ONCE == 0:
            progress.advance(AT_ONCE)
    return new, changed


def _hold(staged: SchoolImport, to: str, stood: tuple[Any, ...], **changes: Any) -> None:
    """Inside the transaction: nobody else writes this department's list, and its schools are those compared."""
    # On PostgreSQL this holds back a second list for the same department; SQLite lets one writer in anyway.
    Department.objects.select_for_update().get(pk=staged.department_id)
    files.decide(staged, to, **changes)
    if _as_it_stands(staged.department) != stood:
        raise Refused(CHANGED_MEANWHILE)


def _as_it_stands(department: Department) -> tuple[Any, ...]:
    """What changes whenever a school of the department is added, removed or edited."""
    schools = School.objects.filter(department=department)
    return tuple(schools.aggregate(Count("pk"), Max("pk"), Max("updated_at")).values())


# --- out ---------------------------------------------------------------------------------------------------------


discard = files.discard


def undo(staged: SchoolImport, *, by: Membership | None, progress: Progress | None = None) -> None:
    """Take the whole import back: new schools go, changed ones become what they were.

    Raises `Refused` when anything rests on a new school, or a school was changed since by somebody else.
    """
    if staged.state != SchoolImport.State.APPLIED:
        raise Refused(files.already(staged))
    stood = _as_it_stands(staged.department)
    resource = SchoolResource(department=staged.department)
    restored = _restored(staged, resource, progress)
    with transaction.atomic():
        _hold(staged, SchoolImport.State.UNDONE, stood)
        if used := first_in_use(staged):
            school, what = used
            raise Refused(
                f"Отменить нельзя: на новую школу «{school}» уже опираются {what}. Закройте лишние школы вручную."
            )
        resource.overwrite(restored)
        created(staged)._raw_delete(created(staged).db)
        audit.record(
            "schools.import_undone",
            f"Отменена загрузка списка школ «{staged.file_name}»",
            by=by,
            department=staged.department,
            subject=staged,
        )


def created(staged: SchoolImport) -> Any:
    """The schools this import added, in the order of the list."""
    at = datetime.datetime.fromisoformat(staged.before["created_at"])
    return School.objects.filter(department=staged.department, created_at=at).order_by("pk")


def _restored(staged: SchoolImport, resource: SchoolResource, progress: Progress | None) -> list[Any]:
    """Changed schools as they were; raises `Refused` unless every school is still as the import left it."""
    index, now = matching.Index(staged.department), timezone.now()
    news = (index.by_pk.get(pk) for pk in created(staged).values_list("pk", flat=True))
    restored = []
    for number, (heap, row) in enumerate(rows(staged, *Choice(**staged.before["choice"]).written), 1):
        school = next(news, None) if heap == "new" else index.by_pk.get(row["school"])
        left = (
            BLANK | row["values"] if heap == "new" else {f: after for f, (_, after) in row["changes"].items()}
        )
        if not matching.still_as_seen(school, left.items()):
            raise Refused(
                f"Отменить нельзя: после загрузки школу «{getattr(school, 'name', row['values']['name'])}» уже "
                "изменили. Исправьте её на её странице."
            )
        if heap == "changed":
            told = matching.from_json({field: old for field, (old, _) in row["changes"].items()})
            restored.append(resource.overwritten(school, told, now))
        if progress and number % AT_ONCE == 0:
            progress.advance(AT_ONCE)
    return restored


BLANK = {field: None if field in matching.NULLABLE else "" for field in FIELDS}


def first_in_use(staged: SchoolImport) -> tuple[School, str] | None:
    """The first new school that anything points at, and what points at it (in plural, Russian). A query a table."""
    for relation in School._meta.related_objects:
        name = relation.field.name
        rows = relation.related_model._base_manager.filter(**{f"{name}__in": created(staged).order_by()})
        pk = rows.values_list(f"{name}__pk", flat=True).first()
        if pk is not None:
            return School.objects.get(pk=pk), str(relation.related_model._meta.verbose_name_plural)
    return None


# --- for the clerk -----------------------------------------------------------------------------------------------


def faulty_rows(staged: SchoolImport) -> bytes:
    """The rows with faults as a workbook of the portal's own shape, each with its place, reasons and remedies."""
    head = [
        excel.Column("Лист", 14),
        excel.Column("Строка", 10),
        excel.Column("Что исправить", 60),
        *(excel.Column(heading, 28) for heading in FIELDS.values()),
    ]
    return excel.write("Строки с ошибками", head, (_faulty_line(row) for _, row in rows(staged, "faulty")))


def _faulty_line(row: Line) -> list[Any]:
    faults = row["faults"]
    raw = {fault["field"]: fault["value"] for fault in faults if fault["field"]}
    values = raw | matching.from_json(row["values"])
    reasons = "\n".join(f"{fault['cell']}: {fault['message']} {fault['remedy']}" for fault in faults)
    return [row["sheet"], row["row"], reasons, *(values.get(field, "") for field in FIELDS)]


def as_rows(seen: Draft) -> Iterator[Line]:
    """The rows for the command line: every field, absent ones empty (text) or null."""
    for heap, row in seen.rows("new", "changed", "same", "faulty"):
        place = {"sheet": row["sheet"], "row": row["row"], "action": heap}
        yield place | BLANK | row["values"] | {"changes": row["changes"]}


def today_name(stem: str, suffix: str = "xlsx") -> str:
    """«Школы 2026-03-15.xlsx»."""
    return f"{stem} {timezone.localdate():%Y-%m-%d}.{suffix}"
