"""What every import of a table does with its file: keep it, read it anew, decide once, let the worker write.

What is read and what is written is the app's own: a domain module with ``stage``, ``apply`` and ``undo``, see
`jobs.wizard`. The functions here take any `StagedImport`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import FileField
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from accounts.domain import audit
from accounts.models import Membership
from jobs.domain import columns, work
from jobs.models import Job
from jobs.staging import StagedImport
from portal.lib import excel
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move

State = StagedImport.State
ALREADY = {
    State.APPLIED: "Этот файл уже загружен.",
    State.UNDONE: "Загрузка этого файла уже отменена. Загрузите его заново.",
    State.DISCARDED: "Этот файл уже отброшен. Загрузите его заново.",
}
FAULT = {
    "sheet": excel.Column("Лист", 20),
    "cell": excel.Column("Ячейка", 10),
    "value": excel.Column("Что написано", 30),
    "message": excel.Column("Что не так", 60),
    "remedy": excel.Column("Что сделать", 60),
}


# --- the file


def put(staged: StagedImport, data: bytes) -> None:
    """Keep the file with its row."""
    staged.file.save("import.dat", ContentFile(data), save=False)
    staged.save()


def content(staged: StagedImport) -> bytes:
    """The file's bytes. Raises `Refused` when it was thrown away."""
    if not staged.file.name or not staged.file.storage.exists(staged.file.name):
        raise Refused("Файла больше нет. Загрузите его снова.")
    with staged.file.open() as file:
        return bytes(file.read())


def columns_of(staged: StagedImport, shape: excel.Shape) -> tuple[list[excel.Sheet], list[excel.Table]]:
    """The file's sheets and its tables as they are read now, for `jobs.forms.ColumnsForm`."""
    sheets = excel.read(content(staged))
    remembered = columns.remembered(staged.department, shape)
    return sheets, excel.find_tables(sheets, shape, mapping=staged.mapping, remembered=remembered)


def reread(
    staged: StagedImport,
    shape: excel.Shape,
    mapping: dict[str, Any],
    *,
    preview: Callable[[bytes, dict[str, Any]], dict[str, Any]],
    by: Membership | None,
) -> None:
    """Read the file as a person says (``preview`` does it) and keep that for the next one with such headings.

    Raises `excel.Unreadable` when nothing is found that way, `Refused` when it was decided already.
    """
    data = content(staged)
    seen = preview(data, mapping)
    with transaction.atomic():
        while_waiting(staged, mapping=mapping, preview=seen)
        columns.remember(staged.department, shape, excel.read(data), mapping, by=by)


# --- decided once


def already(staged: StagedImport) -> str:
    """What to tell who came too late."""
    state = type(staged)._default_manager.values_list("state", flat=True).get(pk=staged.pk)
    return ALREADY.get(State(state), "Этот файл ещё не загружен.")


def while_waiting(staged: StagedImport, **changes: Any) -> None:
    """Change the row if nobody decided of it yet. Raises `Refused` otherwise."""
    if not type(staged)._default_manager.filter(pk=staged.pk, state=State.PREVIEW).update(**changes):
        raise Refused(already(staged))


def decide(staged: StagedImport, to: str, **changes: Any) -> None:
    """Move it on; exactly one caller wins, the others get `Refused`."""
    if to == State.APPLIED:
        changes.setdefault("applied_at", timezone.now())
    try:
        move(staged, to, **changes)
    except StaleTransition as stale:
        raise Refused(already(staged)) from stale


def check_clean(staged: StagedImport) -> None:
    """Raises `Refused` while the file has faults: all or nothing."""
    if staged.preview["faults"]:
        raise Refused("В файле есть ошибки. Исправьте их и загрузите файл снова.")


@transaction.atomic
def discard(staged: StagedImport, *, by: Membership | None) -> None:
    """Nobody wants this preview: its files go too. Raises `Refused` when it was decided already."""
    decide(staged, State.DISCARDED)
    action, words = f"{staged._meta.app_label}.import_discarded", f"Отброшено: {staged.title}"
    audit.record(action, words, by=by, department=staged.department, subject=staged)
    for field in staged._meta.fields:
        if isinstance(field, FileField) and (file := getattr(staged, field.name)):
            transaction.on_commit(partial(file.storage.delete, file.name))


# --- faults


def faulty_rows(staged: StagedImport) -> bytes:
    """Every fault as a row of a workbook: its place, what stands there, what is wrong, what to do."""
    rows = ([fault.get(name, "") for name in FAULT] for fault in staged.preview["faults"])
    return excel.write("Ошибки", list(FAULT.values()), rows)


# --- by the worker


def job_of(staged: StagedImport, by: Membership | None) -> Job | None:
    """The latest work on this file that the member may see."""
    return Job.objects.visible_to(by).filter(key=key(staged)).first()


def key(staged: StagedImport) -> str:
    return f"{staged._meta.label_lower}-{staged.pk}"


def later(kind: str, staged: StagedImport, *, by: Membership | None, **args: Any) -> Job:
    """Hand the file to the worker; a second click finds the first one's job."""
    return work.enqueue(
        kind,
        title=capfirst(staged.title)[:200],
        department=staged.department,
        by=by,
        key=key(staged),
        staged=staged.pk,
        **args,
    )


def applier(
    kind: str, model: type[StagedImport], apply: Callable[..., Any], *, step: str, page: str
) -> Callable[..., Job]:
    """Register the work ``kind``, which applies such files; the function returned hands it one.

    ``step`` is what the progress says, ``page`` the name of the file's own address. A second run finds the file
    applied and only reports.
    """

    @work.handler(kind)
    def run(job: Job, progress: work.Progress) -> dict[str, Any]:
        staged = model._default_manager.get(pk=job.args["staged"], department=job.department)
        total = len(staged.preview["rows"])
        progress.start(total, step=step)
        if staged.state != State.APPLIED:
            apply(staged, by=job.created_by)
        progress.advance(total, step="")
        return {"counts": staged.preview["counts"], "url": reverse(page, args=[staged.pk])}

    return partial(later, kind)
