"""The reports of ФИС ОКО: rows of percentages → counts of pupils, by mark, by move, by first score; shares by task."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from portal.lib.excel import cell_name
from schools.listing.text import fold
from schools.listing.values import Bad, as_text
from schools.results import groups, titles
from schools.results.frame import Frame, at
from schools.results.leads import Lead, login_place, read_lead, unknown_subject
from schools.results.numbers import Number, impossible, number, pupils, slack, whole
from schools.results.records import MARKS, MOVES, Form, Row

KEPT = {Form.MARKS: "marks", Form.JOURNAL: "journal", Form.SCORES: "histogram", Form.TASKS: "tasks"}
CHECKED_UP_TO = 200  # with more pupils any percentage is some whole number of them
_TOTAL = re.compile(r"^(итого|в том числе|примечани|исполнитель|источник|дата )")
_TOP = re.compile(r"^(макс\w* (первичн\w* )?балл|максимум)")
_MOVE = re.compile(r"^(понизил|подтвердил|повысил|всего)")
MOVE_OF = dict(zip(("понизил", "подтвердил", "повысил"), MOVES, strict=True)) | {"всего": "all"}


def read_table(frame: Frame) -> None:
    """Every row of a report's table; what is wrong is named by its cell."""
    if not frame.check_columns():
        return
    if frame.form == Form.JOURNAL and not frame.values:
        _read_blocks(frame)
        return
    shares = frame.form == Form.TASKS and _are_fractions(frame)
    seen: dict[tuple[Any, ...], set[str]] = {}
    for row, cells in frame.lines():
        if _is_no_data(frame, row, cells):
            continue
        scopes = seen.setdefault((frame.context.grade, frame.context.subject), set())
        lead = read_lead(frame, row, cells, scopes, None)
        if lead is None:
            _numbers(frame, row, cells, frame.values)  # its wrong cells are named too
            continue
        scopes.add(lead.scope)
        values = _values(frame, row, cells, lead, fractions=shares)
        if values is not None:
            _keep(frame, row, lead, values)


def _is_no_data(frame: Frame, row: int, cells: list[Any]) -> bool:
    """Titles between the rows (they tell the subject of what follows), maxima, totals, the numbers of columns."""
    filled = [cell for cell in cells if cell not in {"", None}]
    first = next((fold(cell) for cell in filled if isinstance(cell, str) and fold(cell)), "")
    if _TOP.match(first):
        _take_maxima(frame, row, cells)
    elif len(filled) > 3 and _is_numbering(filled):
        frame.skip(row, cells, "номера столбцов")
    elif _TOTAL.match(first):
        frame.skip(row, cells, "итог или примечание")
    elif len(filled) <= 2 and all(isinstance(cell, str) for cell in filled):
        said = titles.of_text(titles.title(filled), frame.own)
        if said.unknown_subject:
            place = next(place for place, cell in enumerate(cells) if cell != "")
            frame.fault(row, place, *unknown_subject(said.unknown_subject), what="subject")
        frame.context = replace(said, login="").over(frame.context)
        frame.skip(row, cells, "заголовок")
    else:
        return False
    return True


def _is_numbering(filled: Sequence[Any]) -> bool:
    return [as_text(cell) for cell in filled] == [str(n) for n in range(1, len(filled) + 1)]


def _take_maxima(frame: Frame, row: int, cells: list[Any]) -> None:
    for place in frame.places("task"):
        try:
            most = whole(at(cells, place), "наибольший балл")
        except Bad as bad:
            frame.bad(row, place, bad, "tasks")
            continue
        if most:
            frame.task_max[frame.columns[place].key] = most


def _keep(frame: Frame, row: int, lead: Lead, values: Any) -> None:
    context = lead.context
    if not context.grade or context.subject in {"", "?"}:
        return  # named once for the table
    frame.found.rows.append(
        Row(
            sheet=frame.sheet.name,
            row=row + 1,
            cell=cell_name(row, login_place(frame)),
            form=frame.form,
            scope=lead.scope,
            year=context.year,
            grade=context.grade,
            subject=context.subject,
            level=context.level,
            login=context.login if lead.scope == groups.SCHOOL else "",
            name=lead.name,
            municipality=lead.municipality,
            participants=lead.participants,
            values={KEPT[frame.form]: values},
        )
    )


# --- the numbers of a row ----------------------------------------------------------------------------------------


def _values(frame: Frame, row: int, cells: list[Any], lead: Lead, *, fractions: bool) -> Any:
    """What the row gives as `VprResult` keeps it, or None when its numbers do not fit."""
    places = frame.values
    counted = [place for place in places if frame.columns[place].unit == "чел"]
    places = counted if counted and len(counted) < len(places) else places
    parts = _numbers(frame, row, cells, places)
    if parts is None:
        return None
    if frame.form == Form.TASKS:
        return _shares(frame, row, places, parts, fractions=fractions)
    counts = to_pupils(frame, row, places, [part or Number(0) for part in parts], lead)
    if counts is None:
        return None
    if frame.form == Form.SCORES:
        return counts
    return dict(zip(MARKS if frame.form == Form.MARKS else MOVES, counts, strict=True))


def _numbers(frame: Frame, row: int, cells: list[Any], places: Sequence[int]) -> list[Number | None] | None:
    parts: list[Number | None] = []
    before = len(frame.found.faults)
    for place in places:
        try:
            part = number(at(cells, place))
        except Bad as bad:
            frame.bad(row, place, bad, KEPT[frame.form])
            continue
        if part is not None and part.value < 0:
            frame.fault(row, place, "Число меньше нуля.", "Проверьте ячейку.", what=KEPT[frame.form])
        parts.append(part)
    if len(frame.found.faults) > before:
        return None
    if all(part is None for part in parts):
        frame.fault(
            row,
            places[0],
            "В строке нет ни одного значения.",
            "Впишите значения или уберите строку.",
            what=KEPT[frame.form],
        )
        return None
    return parts


def to_pupils(
    frame: Frame, row: int, places: Sequence[int], parts: Sequence[Number], lead: Lead
) -> list[int] | None:
    """Percentages, fractions or plain counts → pupils, ``lead.participants`` in all; None when the sum misses."""
    total = round(sum(part.value for part in parts), 6)
    units = {frame.columns[place].unit for place in places}
    counts = [int(part.value) for part in parts]
    are_whole = all(part.value == int(part.value) for part in parts)
    if units == {"чел"} or (units == {""} and are_whole and total == lead.participants):
        if are_whole and total == lead.participants:
            return counts
        frame.fault(
            row,
            places[0],
            f"Участников {lead.participants}, а в сумме по столбцам {shown(total)}.",
            "Проверьте количество участников и числа в строке.",
            value=shown(total),
            what=KEPT[frame.form],
        )
        return None
    if abs(total - 1) <= 0.002 and max(part.value for part in parts) <= 1:
        parts = [Number(part.value * 100, max(0, part.decimals - 2)) for part in parts]
        total *= 100
    if abs(total - 100) > slack(parts) + 1e-9:
        frame.fault(
            row,
            places[0],
            f"Проценты в строке дают в сумме {shown(total)}, а не 100.",
            "Сверьте строку с отчётом ФИС ОКО.",
            value=shown(total),
            what=KEPT[frame.form],
        )
        return None
    if (
        lead.scope == groups.SCHOOL
        and lead.participants <= CHECKED_UP_TO
        and not _possible(frame, row, places, parts, lead)
    ):
        return None
    return pupils([part.value for part in parts], lead.participants)


def _possible(frame: Frame, row: int, places: Sequence[int], parts: Sequence[Number], lead: Lead) -> bool:
    """Name every percentage that no whole number of the participants makes."""
    wrong = [
        (place, part)
        for place, part in zip(places, parts, strict=True)
        if impossible(part, lead.participants)
    ]
    for place, part in wrong:
        frame.fault(
            row,
            place,
            f"{shown(part.value)} % от {lead.participants} участников — не целое число учеников.",
            "Проверьте процент и количество участников.",
            what=KEPT[frame.form],
        )
    return not wrong


def shown(value: float) -> str:
    """«98,3» as people write it."""
    return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",")


def _are_fractions(frame: Frame) -> bool:
    """Whether the tasks' shares are written as 0,7 rather than 70: no value of the whole table is over 1."""
    found = []
    for _, cells in frame.lines():
        for place in frame.places("task"):
            cell = at(cells, place)
            try:
                part = number(cell)
            except Bad:
                continue
            found.append(part.value if part else 0.0)
    return bool(found) and 0 < max(found) <= 1


def _shares(
    frame: Frame, row: int, places: Sequence[int], parts: Sequence[Number | None], *, fractions: bool
) -> dict[str, float] | None:
    """Task → share of its maximum, 0 … 1; a task left empty is absent."""
    shares, fits = {}, True
    for place, part in zip(places, parts, strict=True):
        if part is None:
            continue
        share = part.value if fractions else part.value / 100
        if share > 1 + 1e-9:
            fits = False
            frame.fault(
                row, place, "Выполнение больше 100 %.", "Впишите процент от наибольшего балла.", what="tasks"
            )
        shares[frame.columns[place].key] = round(min(share, 1), 4)
    return shares if fits else None


# --- «сравнение с журналом» by rows ------------------------------------------------------------------------------


def _read_blocks(frame: Frame) -> None:
    """Under each group's name four rows: понизили, подтвердили, повысили, всего; columns: pupils and per cent."""
    block: dict[str, tuple[int, list[Any]]] = {}
    group: tuple[int, list[Any]] | None = None
    scopes: set[str] = set()
    for row, cells in frame.lines():
        label = next(
            (MOVE_OF[m[1]] for cell in cells if isinstance(cell, str) and (m := _MOVE.match(fold(cell)))), ""
        )
        named = _named(frame, cells)
        if named or not label:
            _close_block(frame, group, block, scopes)
            block = {}
            if not label and not named and _is_no_data(frame, row, cells):
                group = None
                continue
            group = (row, cells)
        if label:
            block[label] = (row, cells)
    _close_block(frame, group, block, scopes)


def _named(frame: Frame, cells: list[Any]) -> bool:
    """Whether the row names a group besides telling a move."""
    return any(
        isinstance(cell := at(cells, place), str) and fold(cell) and not _MOVE.match(fold(cell))
        for place in frame.places("group", "school", "login", "municipality")
    )


def _close_block(
    frame: Frame,
    group: tuple[int, list[Any]] | None,
    block: dict[str, tuple[int, list[Any]]],
    scopes: set[str],
) -> None:
    if group is None or not block:
        return
    missing = [name for name, move in MOVE_OF.items() if move in MOVES and move not in block]
    count, per_cent = frame.place("participants"), frame.place("percent")
    if missing:
        frame.fault(
            group[0],
            min(frame.columns),
            f"Под группой нет строки «{missing[0].capitalize()}и».",
            "Выгрузите отчёт из ФИС ОКО ещё раз.",
            what="journal",
        )
        return
    try:
        counts = [whole(at(block[move][1], count), "количество участников") for move in MOVES]
        total = whole(at(block["all"][1], count), "количество участников") if "all" in block else None
    except Bad as bad:
        frame.bad(group[0], count or 0, bad, "journal")
        return
    in_all = total or (sum(one or 0 for one in counts) if any(one is not None for one in counts) else None)
    lead = read_lead(frame, *group, scopes, in_all)
    if lead is None:
        return
    scopes.add(lead.scope)
    values = _block_values(frame, block, counts, per_cent, lead)
    if values is not None:
        _keep(frame, group[0], lead, dict(zip(MOVES, values, strict=True)))


def _block_values(
    frame: Frame,
    block: dict[str, tuple[int, list[Any]]],
    counts: list[int | None],
    per_cent: int | None,
    lead: Lead,
) -> list[int] | None:
    """Counts where the rows give them and they add up, else from the percentages."""
    row = block["lowered"][0]
    if all(one is not None for one in counts):
        known = [one or 0 for one in counts]
        if sum(known) == lead.participants:
            return known
        frame.fault(
            row,
            frame.place("participants") or 0,
            f"Участников {lead.participants}, а в сумме по строкам {sum(known)}.",
            "Сверьте строки с отчётом ФИС ОКО.",
            value=sum(known),
            what="journal",
        )
        return None
    if per_cent is None:
        return None
    parts = []
    for move in MOVES:
        found = _numbers(frame, block[move][0], block[move][1], [per_cent])
        if found is None:
            return None
        parts.append(found[0] or Number(0))
    return to_pupils(frame, row, [per_cent] * len(MOVES), parts, lead)
