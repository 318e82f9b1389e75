"""Blind entry: an expert sees codes and tasks, never the school's scores nor another expert's before both are in.

What a page gets is a `Sheet`: nothing else about a work ever leaves this module while a case is being checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from portal.lib.refusals import Refused
from recheck.domain.cases import State, record
from recheck.models import Scoring, Seat
from recheck.points import read, shown


@dataclass(frozen=True)
class Cell:
    """A task of a work: ``text`` as typed or kept («», «2», «Х»), what is wrong with it, what two experts gave."""

    number: str
    most: int
    text: str
    error: str = ""
    asked: bool = True
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    pk: int
    code: str
    class_name: str
    cells: tuple[Cell, ...]
    done: bool

    @property
    def total(self) -> int:
        return sum(int(cell.text) for cell in self.cells if cell.text.isdecimal())

    @property
    def begun(self) -> bool:
        return any(cell.text for cell in self.cells)

    @property
    def errors(self) -> list[str]:
        return [f"задание {cell.number}: {cell.error}" for cell in self.cells if cell.error]


@dataclass(frozen=True)
class Sheet:
    """What an expert has to read."""

    seat: Seat
    tasks: list[dict[str, Any]]
    rows: list[Row] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(row.done for row in self.rows)

    @property
    def is_open(self) -> bool:
        return writable(self.seat)

    @property
    def is_done(self) -> bool:
        return bool(self.rows) and self.done == len(self.rows)


def writable(seat: Seat) -> bool:
    return seat.case.state == State.CHECKING and seat.ended_at is None and seat.handed_at is None


def sheet(seat: Seat, *, typed: Mapping[int, Mapping[str, str]] | None = None) -> Sheet:
    """The seat's works of the standing sample; ``typed`` is shown in place of what is kept, with its errors."""
    rows = list(seat.scorings.current().select_related("work").order_by("work__class_name", "work__code"))
    given = _given(seat, [row.work_id for row in rows])
    made = [_row(seat, row, (typed or {}).get(row.pk), given.get(row.work_id, {})) for row in rows]
    return Sheet(seat, seat.case.tasks, made)


def _given(seat: Seat, works: list[int]) -> dict[int, dict[str, tuple[str, ...]]]:
    """What the first two gave, for the third alone: they have handed in, so nothing can be copied any more."""
    if seat.part != Seat.Part.THIRD:
        return {}
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for row in Scoring.objects.filter(work__in=works, part__lt=Seat.Part.THIRD).order_by("part"):
        for number, score in row.scores.items():
            mine = found.setdefault(row.work_id, {})
            mine[number] = (*mine.get(number, ()), shown(score))
    return found


def _row(
    seat: Seat, row: Scoring, typed: Mapping[str, str] | None, given: Mapping[str, tuple[str, ...]]
) -> Row:
    cells = []
    for task in seat.case.tasks:
        number, most = task["number"], task["max"]
        text = (
            typed.get(number, "")
            if typed is not None
            else shown(row.scores[number])
            if number in row.scores
            else ""
        )
        error = read(text, most)[1] if text else ""
        cells.append(Cell(number, most, text, error, number in row.asked, given.get(number, ())))
    return Row(row.pk, row.work.code, row.work.class_name, tuple(cells), row.done_at is not None)


@transaction.atomic
def write(seat: Seat, pk: int, typed: Mapping[str, str], *, by: Membership | None = None) -> Row:
    """Keep one work's scores as typed so far. A cell in error is not kept and is named in the row given back.

    The work is done once every task asked has its score. ``by``: who typed them in for the expert. Raises `Refused`
    when the seat may not write any more, or the work is not (no longer) the expert's.
    """
    row = seat.scorings.current().select_related("work").filter(pk=pk).first()
    if row is None:
        raise Refused("Эта работа уже не у вас: её передали другому эксперту. Обновите страницу.")
    most = {task["number"]: task["max"] for task in seat.case.tasks}
    cells = {number: text for number in row.asked if (text := typed.get(number, "").strip())}
    found = {number: read(text, most[number]) for number, text in cells.items()}
    scores = {number: points for number, (points, error) in found.items() if not error}
    now = timezone.now()
    changes = {
        "scores": scores,
        "done_at": now if len(scores) == len(row.asked) else None,
        "entered_by": by,
        "updated_at": now,
    }
    open_seats = Seat.objects.active().filter(handed_at=None, case__state=State.CHECKING)
    if not Scoring.objects.filter(pk=pk, seat=seat.pk, seat__in=open_seats).update(**changes):
        raise Refused("Проверка сдана или остановлена: оценки уже не меняются.")
    for name, value in changes.items():
        setattr(row, name, value)
    return _row(seat, row, typed, _given(seat, [row.work_id]).get(row.work_id, {}))


@transaction.atomic
def hand_in(seat: Seat, *, by: Membership | None = None) -> None:
    """The expert's word that the scores are final. Raises `Refused` with the codes that are not finished."""
    undone = list(seat.scorings.current().filter(done_at=None).values_list("work__code", flat=True))
    if undone:
        some = ", ".join(undone[:10]) + (" …" if len(undone) > 10 else "")
        raise Refused(f"Не у всех работ стоят все баллы. Осталось {len(undone)}: {some}.")
    if not seat.scorings.current().exists():
        raise Refused("Сдавать нечего: у эксперта нет работ.")
    handed = Seat.objects.active().filter(pk=seat.pk, handed_at=None, case__state=State.CHECKING)
    if not handed.update(handed_at=timezone.now()):
        raise Refused("Оценки уже сданы.")
    record(seat.case, f"Оценки сданы: {seat.expert} ({seat.get_part_display()})", by=by)


@transaction.atomic
def give_back(seat: Seat, *, by: Membership, reason: str) -> None:
    """Let an expert correct what was handed in by mistake, while nothing is compared. Raises `Refused`."""
    if seat.case.seats.active().filter(part=Seat.Part.THIRD).exists() and seat.part != Seat.Part.THIRD:
        raise Refused("Спорные задания уже решает третий эксперт: оценки возвращать поздно.")
    handed = Seat.objects.active().filter(pk=seat.pk, handed_at__isnull=False, case__state=State.CHECKING)
    if not handed.update(handed_at=None):
        raise Refused("Возвращать нечего: оценки не сданы или уже сведены.")
    record(seat.case, f"Оценки возвращены эксперту: {seat.expert}", by=by, comment=reason)
