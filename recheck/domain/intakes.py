"""Works, or an expert's scores, on their way in: read, shown with every fault, applied as a whole, taken back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from accounts.models import Membership
from jobs.domain import columns
from jobs.domain import staged as files
from portal.lib import excel
from portal.lib.names import counted
from portal.lib.refusals import Refused
from recheck import intake
from recheck.domain import reading
from recheck.domain.cases import State, record
from recheck.models import RecheckCase, Seat, SheetImport, Work
from recheck.points import shown


def stage(
    case: RecheckCase, *, by: Membership | None, file_name: str, data: bytes, seat: Seat | None = None
) -> SheetImport:
    """Keep a file or pasted text with its preview. Raises `excel.Unreadable` or `Refused`."""
    _check_open(case, seat)
    staged = SheetImport(
        department=case.department, case=case, seat=seat, created_by=by, file_name=file_name[-255:],
        preview=_preview(case, seat, data),
    )  # fmt: skip
    files.put(staged, data)
    return staged


def shape(staged: SheetImport) -> excel.Shape:
    return shape_of(staged.case, staged.seat)


def shape_of(case: RecheckCase, seat: Seat | None) -> excel.Shape:
    return intake.shape(case.tasks, scores_only=seat is not None)


def _preview(
    case: RecheckCase, seat: Seat | None, data: bytes, mapping: dict[str, Any] | None = None
) -> dict[str, Any]:
    if seat is None:
        known = set(case.works.values_list("code", flat=True))
    else:
        known = set(seat.scorings.current().values_list("work__code", flat=True))
    remembered = columns.remembered(case.department, shape_of(case, seat))
    read = intake.read(
        data,
        case.tasks,
        known=known,
        scores_only=seat is not None,
        mapping=mapping,
        remembered=remembered,
    )
    return read.as_json()


def _check_open(case: RecheckCase, seat: Seat | None) -> None:
    if not case.tasks:
        raise Refused("Сначала запишите задания и их наибольшие баллы.")
    if seat is None and case.state != State.OPENED:
        raise Refused("Выборка уже сделана: список работ менять нельзя.")
    if seat is not None and not reading.writable(seat):
        raise Refused("Проверка сдана или остановлена: оценки уже не меняются.")


def reread(staged: SheetImport, mapping: dict[str, Any], *, by: Membership | None) -> None:
    """Read the file as a person says and remember it: see `jobs.domain.staged.reread`."""
    see = partial(_preview, staged.case, staged.seat)
    files.reread(staged, shape(staged), mapping, preview=see, by=by)


check_clean, discard, faulty_rows = files.check_clean, files.discard, files.faulty_rows


@transaction.atomic
def apply(staged: SheetImport, *, by: Membership | None) -> int:
    """Take everything in, or nothing. Returns how many works. Raises `Refused`."""
    case, seat = staged.case, staged.seat
    _check_open(case, seat)
    check_clean(staged)
    rows = staged.preview["rows"]
    files.decide(staged, SheetImport.State.APPLIED)
    if seat is None:
        _add_works(case, rows)
        record(case, f"Внесены работы: {counted(len(rows), 'работа', 'работы', 'работ')}", by=by)
    else:
        _write_scores(seat, rows, by)
    return len(rows)


def _add_works(case: RecheckCase, rows: list[dict[str, Any]]) -> None:
    codes = [row["code"] for row in rows]
    if twice := case.works.filter(code__in=codes).values_list("code", flat=True)[:5]:
        raise Refused(f"Работы уже внесены: {', '.join(twice)}. Загрузите список снова.")
    Work.objects.bulk_create(Work(case=case, **row) for row in rows)


def _write_scores(seat: Seat, rows: list[dict[str, Any]], by: Membership | None) -> None:
    places = dict(seat.scorings.current().values_list("work__code", "pk"))
    for row in rows:
        if row["code"] not in places:
            raise Refused(f"Работу {row['code']} передали другому эксперту. Загрузите файл снова.")
        typed = {number: shown(score) for number, score in row["scores"].items()}
        reading.write(seat, places[row["code"]], typed, by=by)


@transaction.atomic
def undo(staged: SheetImport, *, by: Membership) -> None:
    """Take an import of works back, while no sample rests on them. Raises `Refused`."""
    case = staged.case
    if staged.seat is not None:
        raise Refused("Оценки исправляют в самой таблице проверки.")
    _check_open(case, None)
    files.decide(staged, SheetImport.State.UNDONE)
    codes = [row["code"] for row in staged.preview["rows"]]
    case.works.filter(code__in=codes).delete()
    record(case, f"Внесение работ отменено: {len(codes)}", by=by)


def pasted(text: str) -> bytes:
    """Pasted cells as a file: what stands between columns is a tab, or whatever the text itself says."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()).encode()
