"""From a workbook to results: find the tables, tell which form each is, read its rows, look for doubles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openpyxl.utils.cell import column_index_from_string

from portal.lib import excel
from portal.lib.excel import Head, Merge, Sheet, Unreadable
from schools.listing.rows import Fault
from schools.listing.text import tidy
from schools.results import heads, protocol, reports, titles
from schools.results.frame import Found, Frame, Known
from schools.results.leads import unknown_subject
from schools.results.records import FORM_NAMES, Form, Given, Reading, Row, Scale, Table
from schools.results.titles import Context

MAX_ROWS = 40_000
TITLES_ABOVE = 15
NAMES = {
    "year": "год",
    "grade": "класс",
    "subject": "предмет",
    "municipality": "муниципалитет",
    "region": "регион",
    "login": "логин",
    "school": "школа",
    "group": "чей результат",
    "participants": "участников",
    "mark": "отметка",
    "lowered": "понизили",
    "confirmed": "подтвердили",
    "raised": "повысили",
    "score": "балл",
    "task": "задание",
    "percent": "процент",
    "variant": "вариант",
    "total": "сумма баллов",
    "before": "отметка в журнале",
    "class": "класс",
    "class_order": "номер класса в параллели",
    "code": "код ученика (не хранится)",
}


def read(
    data: bytes,
    file_name: str = "",
    *,
    given: Mapping[str, Given] | None = None,
    own_subjects: Mapping[str, str] | None = None,
    scales: Mapping[tuple[int, str, str], Scale] | None = None,
) -> Reading:
    """Every result of every visible sheet that has a head of a known form; raises `Unreadable` when none has.

    ``given``: what a person says of a sheet, by its name, or of the whole file under «»; ``own_subjects``: the
    department's spellings (`subjects.spelling`) → names; ``scales``: (grade, subject, level) → the test's scale, by
    which the first scores of a school's form become marks.
    """
    sheets = [sheet for sheet in excel.read(data) if sheet.rows and not sheet.hidden]
    found, tables = Found(), []
    told, own = given or {}, own_subjects or {}
    known = Known(own, scales or {}, found)
    of_file = titles.of_text(file_name.rpartition(".")[0].replace("_", " "), own)
    for sheet in sheets:
        said = titles.of_person(told.get(sheet.name, Given())).over(titles.of_person(told.get("", Given())))
        around = titles.of_text(sheet.name, own).over(of_file)
        for frame in _frames(sheet, said, around, known):
            _read_frame(frame)
            tables.append(_table(frame))
    if not tables:
        raise Unreadable(_no_head(sheets))
    return _checked(tables, found)


def _no_head(sheets: list[Sheet]) -> str:
    if not sheets:
        return "В книге нет заполненных листов."
    names = ", ".join(f"«{name}»" for name in FORM_NAMES.values())
    return f"Не узнаю форму. Портал читает: {names}. Нужна строка заголовков, как в отчёте ФИС ОКО."


# --- tables of a sheet -------------------------------------------------------------------------------------------


def _frames(sheet: Sheet, said: Context, around: Context, known: Known) -> Iterator[Frame]:
    """Every table of the sheet, each with the titles above it."""
    found_heads = _heads(sheet)
    top = 0
    for place, head in enumerate(found_heads):
        end = found_heads[place + 1].top if place + 1 < len(found_heads) else len(sheet.rows)
        _fill_down(sheet, head, end)
        above = _titles(sheet, top, head.top)
        context = said.over(titles.of_texts(above, known.own)).over(around)
        columns = {column: heads.meaning(heading) for column, heading in head.headings.items()}
        form = heads.form_of(columns)
        if form is not None:
            resolved = heads.resolved(columns, form)
            last = _end(sheet, head, end, found_heads)
            yield Frame(sheet, head, resolved, form, last, context, known)
        top = head.bottom + 1


def _heads(sheet: Sheet) -> list[Head]:
    """The heads of a sheet from top to bottom."""
    found: list[Head] = []
    for row, cells in enumerate(sheet.rows):
        if (found and row <= found[-1].bottom) or not _may_be_head(cells):
            continue
        part = Sheet(sheet.name, False, sheet.rows[row : row + 5], tuple(_shifted(sheet.merges, row)))
        head = excel.find_head(part, lambda headings: heads.score(headings.values()), within=1)
        if head is not None:
            found.append(Head(head.top + row, head.bottom + row, head.headings))
    return found


def _may_be_head(cells: Iterable[Any]) -> bool:
    return any(
        isinstance(cell, str)
        and len(cell) < 200
        and ("участник" in (text := cell.lower()) or "вариант" in text or "чел" in text)
        for cell in cells
    )


def _shifted(merges: Iterable[Merge], row: int) -> Iterator[Merge]:
    return (
        Merge(one.top - row, one.left, one.bottom - row, one.right)
        for one in merges
        if row <= one.top < row + 5
    )


def _fill_down(sheet: Sheet, head: Head, end: int) -> None:
    """A cell merged over several rows of the table says the same for each of them."""
    for merge in sheet.merges:
        if head.bottom < merge.top < merge.bottom < end and merge.left == merge.right:
            value = sheet.rows[merge.top][merge.left]
            for row in range(merge.top + 1, merge.bottom + 1):
                cells = sheet.rows[row]
                cells += [""] * (merge.left + 1 - len(cells))
                cells[merge.left] = value


def _titles(sheet: Sheet, top: int, bottom: int) -> list[str]:
    """The texts of the rows right above a head, back to the data of the table before."""
    found: list[str] = []
    for row in range(bottom - 1, max(top, bottom - TITLES_ABOVE) - 1, -1):
        filled = [cell for cell in sheet.rows[row] if cell != ""]
        if len(filled) > 4:
            break
        if filled:
            found.insert(0, titles.title(filled))
    return found


def _end(sheet: Sheet, head: Head, end: int, all_heads: list[Head]) -> int:
    """The row after the table's last: the titles of the next table are not its rows."""
    if end == len(sheet.rows) or all_heads[-1] is head:
        return end
    while end > head.bottom + 1 and sum(cell != "" for cell in sheet.rows[end - 1]) <= 2:
        end -= 1
    return end


def _read_frame(frame: Frame) -> None:
    frame.task_max.update(
        {one.key: one.most for one in frame.columns.values() if one.kind == "task" and one.most}
    )
    _check_context(frame)
    if frame.form == Form.PROTOCOL:
        protocol.read_table(frame)
    else:
        reports.read_table(frame)
    if len(frame.found.rows) > MAX_ROWS:
        raise Unreadable(f"В файле больше {MAX_ROWS} строк. Разделите его на части.")


def _check_context(frame: Frame) -> None:
    """Name once a table what neither it nor its titles tell."""
    kinds = {one.kind for one in frame.columns.values()}
    context, between = frame.context, _subject_between(frame)
    if not context.subject and "subject" not in kinds and not between:
        unknown = context.unknown_subject
        words = unknown_subject(unknown) if unknown else ASKED["subject"]
        _ask(frame, words, unknown or frame.sheet.name, "subject")
    classes = {"grade", "class"} if frame.form == Form.PROTOCOL else {"grade", "subject"}
    if not context.grade and not kinds & classes and not between:
        _ask(frame, ASKED["grade"], frame.sheet.name, "grade")
    if frame.form == Form.PROTOCOL and not context.login and "login" not in kinds:
        _ask(frame, ASKED["login"], frame.sheet.name, "login")


ASKED = {
    "subject": ("Не видно, какой это предмет.", "Выберите предмет для этого листа."),
    "grade": ("Не видно, какой это класс.", "Укажите класс для этого листа."),
    "login": (
        "Не видно, какой школы эта форма.",
        "Выберите школу или назовите файл по её логину, например sch123456.xlsx.",
    ),
}


def _ask(frame: Frame, words: tuple[str, str], value: str, what: str) -> None:
    frame.fault(frame.head.top, min(frame.columns), *words, value=value, what=what)


def _subject_between(frame: Frame) -> bool:
    """Whether the first filled row under the head is a title that tells the subject."""
    for _, cells in frame.lines():
        filled = [cell for cell in cells if cell != ""]
        return len(filled) <= 2 and bool(titles.of_text(titles.title(filled), frame.own).subject)
    return False


def _table(frame: Frame) -> Table:
    years = (
        protocol.years_of(frame.head.headings.values(), frame.sheet.name)
        if frame.form == Form.PROTOCOL
        else None
    )
    known = {"number", "ignored", "schools", "gender", "textbook"}
    return Table(
        sheet=frame.sheet.name,
        head_row=frame.head.bottom + 1,
        form=frame.form,
        year=frame.context.year,
        grade=frame.context.grade,
        subject=frame.context.subject,
        level=frame.context.level,
        columns={
            tidy(frame.head.headings[place]): " ".join(filter(None, [NAMES.get(one.kind, one.kind), one.key]))
            for place, one in sorted(frame.columns.items())
            if one.kind not in {*known, "unknown"}
        },
        ignored=[
            tidy(frame.head.headings[place])
            for place, one in sorted(frame.columns.items())
            if one.kind in known
        ],
        task_max=dict(frame.task_max),
        years=years,
    )


# --- the whole file ----------------------------------------------------------------------------------------------


def _checked(tables: list[Table], found: Found) -> Reading:
    rows, doubles = _without_doubles(found.rows)
    sheets = [table.sheet for table in tables]
    faults = sorted([*found.faults, *doubles], key=lambda fault: _order(sheets, fault))
    if not rows and not faults:
        raise Unreadable("Под шапкой таблицы нет ни одной строки с результатами.")
    return Reading(tables, rows, faults, found.skipped, list(dict.fromkeys(found.notes)))


def _order(sheets: list[str], fault: Fault) -> tuple[int, int, int]:
    column = column_index_from_string(fault.cell.rstrip("0123456789"))
    return sheets.index(fault.sheet), fault.row, column


def _without_doubles(rows: Iterable[Row]) -> tuple[list[Row], list[Fault]]:
    """Later rows that tell the same of the same school and test once more are faults."""
    first: dict[tuple[Any, ...], Row] = {}
    kept, faults = [], []
    for row in rows:
        key = (row.form, row.year, row.grade, row.subject, row.level, row.scope, row.login or row.name)
        other = first.setdefault(key, row)
        if other is row:
            kept.append(row)
            continue
        where = f"в строке {other.row}" + (f" листа «{other.sheet}»" if other.sheet != row.sheet else "")
        faults.append(
            Fault(
                sheet=row.sheet,
                cell=row.cell,
                value=row.login or row.name,
                message=f"Этот же результат ({row.subject}, {row.grade} класс) уже есть {where}.",
                remedy="Оставьте одну из строк.",
                row=row.row,
                field="login",
            )
        )
    return kept, faults
