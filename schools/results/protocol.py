"""A school's own form («форма сбора»): lines of pupils under codes → counts. No line and no code leaves this module."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from portal.lib.excel import Broken, cell_name
from schools.listing.text import fold, to_latin
from schools.listing.values import DASHES, Bad, as_text
from schools.results import groups
from schools.results.frame import Frame, at
from schools.results.leads import grade_of
from schools.results.numbers import whole
from schools.results.records import MARKS, MOVES, Form, Row, Scale
from schools.results.titles import login_of

ABSENT = re.compile(r"^(не ?присутствовал|отсутст?вовал|отсутствует|не писал|н$|нет$)")
HIDDEN = "код ученика"  # what a fault shows instead of a pupil's code


@dataclass
class Tally:
    """The counts of one test at one school, while lines are read."""

    row: int
    participants: int = 0
    absent: int = 0
    scores: Counter[int] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    before: Counter[tuple[str, int]] = field(default_factory=Counter)


Key = tuple[str, int]  # a school's login, a grade


def years_of(headings: Iterable[str], sheet: str) -> tuple[int, int] | None:
    """The first and last year whose form has such heads; None when they do not tell."""
    folded = [fold(heading) for heading in headings]
    if any(heading.startswith("балл за") for heading in folded):
        return 2021, 2021
    if any("код участника" in heading for heading in folded):
        return 2024, 2099
    if any("наименование класса" in heading for heading in folded) or fold(sheet) == "протокол":
        return 2022, 2025
    return None


def read_table(frame: Frame) -> None:
    """Every line counted; a wrong cell is named by its place, a pupil never."""
    readable = frame.check_columns()
    tallies: dict[Key, Tally] = {}
    codes: dict[tuple[Key, str], int] = {}
    empty = 0
    for row, cells in frame.lines():
        if _is_no_line(frame, cells):
            continue
        key = _key(frame, row, cells)
        if key is None or not readable:
            continue
        tally = tallies.setdefault(key, Tally(row))
        if _is_double(frame, row, cells, codes, key):
            continue
        if _is_absent(frame, cells):
            tally.absent += 1
        elif _is_empty(frame, cells):
            empty += 1
        else:
            _count(frame, row, cells, tally)
    if empty:
        frame.found.notes.append(f"Лист «{frame.sheet.name}»: строк без баллов {empty}, они не посчитаны.")
    for key, tally in tallies.items():
        _keep(frame, key, tally)


def _is_no_line(frame: Frame, cells: list[Any]) -> bool:
    """Rows without a pupil's code: titles, notes, the numbers of columns."""
    code = as_text(at(cells, frame.place("code")))
    return not code or not re.search(r"\d", code)


def _key(frame: Frame, row: int, cells: list[Any]) -> Key | None:
    """The school and the grade of a line."""
    login, grade = frame.context.login, frame.context.grade
    if (place := frame.place("login")) is not None and (text := as_text(at(cells, place))):
        login = login_of(to_latin(text))
        if not login:
            frame.fault(
                row, place, "Это не логин школы в ФИС ОКО.", "Впишите логин: sch и шесть цифр.", what="login"
            )
            return None
    place = frame.place("grade") if frame.place("grade") is not None else frame.place("class")
    if place is not None and (text := as_text(at(cells, place))) and (told := grade_of(text)):
        if frame.context.grade and told != frame.context.grade:
            frame.fault(
                row,
                place,
                f"Форма для {frame.context.grade} класса, а в строке {told}.",
                "Оставьте в файле один класс или уберите класс из названия.",
                what="grade",
            )
            return None
        grade = told
    return (login, grade) if login and grade else None


def _is_double(frame: Frame, row: int, cells: list[Any], codes: dict[tuple[Key, str], int], key: Key) -> bool:
    """A code that came already in the same class: one pupil twice."""
    place = frame.place("code")
    groups_of = [frame.place(kind) for kind in ("class", "class_order", "grade")]
    code = "|".join(
        [as_text(at(cells, place)), *(as_text(at(cells, one)) for one in groups_of if one is not None)]
    )
    first = codes.setdefault((key, code), row)
    if first == row:
        return False
    frame.fault(
        row,
        place or 0,
        f"Этот код уже был в строке {first + 1}.",
        "Оставьте одну строку на ученика.",
        value=HIDDEN,
        what="code",
    )
    return True


def _is_absent(frame: Frame, cells: list[Any]) -> bool:
    return any(ABSENT.match(fold(as_text(at(cells, place)))) for place in frame.places("variant"))


def _is_empty(frame: Frame, cells: list[Any]) -> bool:
    return all(as_text(at(cells, place)) == "" for place in frame.places("task", "total"))


def _count(frame: Frame, row: int, cells: list[Any], tally: Tally) -> None:
    """One pupil's line into the counts, or its faults."""
    before = len(frame.found.faults)
    points = {}
    for place in frame.places("task"):
        key = frame.columns[place].key
        points[key] = _points(frame, row, place, at(cells, place))
    total = _total(frame, row, cells, points, sound=len(frame.found.faults) == before)
    mark = _mark_before(frame, row, cells)
    if len(frame.found.faults) > before or total is None:
        return
    tally.participants += 1
    tally.scores[total] += 1
    for key, value in points.items():
        if value is not None:
            tally.points[key] += value
            tally.met[key] += 1
    if mark:
        tally.before[mark, total] += 1


def _points(frame: Frame, row: int, place: int, cell: Any) -> int | None:
    """The points of a task: a number, or «X» (in either alphabet) for one that was not begun."""
    if not isinstance(cell, Broken) and to_latin(as_text(cell)).lower() in {"x", "xx"}:
        return 0
    try:
        points = whole(cell if as_text(cell) not in DASHES else "", "балл за задание")
    except Bad as bad:
        frame.bad(row, place, bad, "tasks")
        return None
    most = _most(frame, frame.columns[place].key)
    if points is not None and most is not None and points > most:
        frame.fault(
            row, place, f"Балл больше наибольшего ({most}).", "Проверьте балл за задание.", what="tasks"
        )
    return points


def _most(frame: Frame, key: str) -> int | None:
    own = next((one.most for one in frame.columns.values() if one.kind == "task" and one.key == key), None)
    return own or frame.task_max.get(key)


def _total(
    frame: Frame, row: int, cells: list[Any], points: dict[str, int | None], *, sound: bool
) -> int | None:
    """The first score: the sum of the tasks, which what stands in «Итого» must equal where they are ``sound``."""
    place = frame.place("total")
    summed = sum(value or 0 for value in points.values())
    if place is None:
        return summed
    try:
        told = whole(at(cells, place), "сумма баллов")
    except Bad as bad:
        frame.bad(row, place, bad, "total")
        return None
    if told is None or not points:
        return summed if points else told
    if sound and told != summed:
        frame.fault(
            row,
            place,
            f"Сумма баллов за задания {summed}, а в итоге {told}.",
            "Проверьте баллы в строке.",
            what="total",
        )
    return told


def _mark_before(frame: Frame, row: int, cells: list[Any]) -> str:
    """The mark of the journal; «» when there is none (not all subjects are marked in every term)."""
    place = frame.place("before")
    text = as_text(at(cells, place)) if place is not None else ""
    if text in MARKS:
        return text
    if text and text not in DASHES and text not in {"0", "н/а", "зач"}:
        frame.fault(
            row,
            place or 0,
            "Это не отметка.",
            "Впишите отметку от 2 до 5 или оставьте ячейку пустой.",
            what="before",
        )
    return ""


# --- counts out --------------------------------------------------------------------------------------------------


def _keep(frame: Frame, key: Key, tally: Tally) -> None:
    login, grade = key
    context = frame.context
    if not context.subject or not tally.participants:
        return
    scale = frame.known.scales.get((grade, context.subject, context.level), Scale())
    values: dict[str, Any] = {"histogram": _histogram(tally, scale, frame)}
    if len(scale.thresholds) == 3:
        values |= _marks(tally, scale)
    else:
        frame.found.notes.append(
            f"{context.subject.capitalize()}, {grade} класс: шкала отметок не задана, посчитаны только баллы."
        )
    if tasks := _tasks(tally, scale, frame):
        values["tasks"] = tasks
    frame.found.rows.append(
        Row(
            sheet=frame.sheet.name,
            row=tally.row + 1,
            cell=cell_name(tally.row, frame.place("login") or 0),
            form=Form.PROTOCOL,
            scope=groups.SCHOOL,
            year=context.year,
            grade=grade,
            subject=context.subject,
            level=context.level,
            login=login,
            name="",
            municipality="",
            participants=tally.participants,
            values=values,
        )
    )


def _histogram(tally: Tally, scale: Scale, frame: Frame) -> list[int]:
    """Pupils by first score; as long as the test's maximum where it is known."""
    keys = [one.key for one in frame.columns.values() if one.kind == "task"]
    known = [_most(frame, task) or scale.tasks.get(task) for task in keys]
    top = sum(most for most in known if most) if known and all(known) else 0
    return [tally.scores[score] for score in range(max(top, *tally.scores) + 1)]


def _marks(tally: Tally, scale: Scale) -> dict[str, Any]:
    marks = dict.fromkeys(MARKS, 0)
    for score, count in tally.scores.items():
        marks[scale.mark(score)] += count
    moves = dict.fromkeys(MOVES, 0)
    for (before, score), count in tally.before.items():
        mark = scale.mark(score)
        moves["lowered" if mark < before else "raised" if mark > before else "confirmed"] += count
    return {"marks": marks, "journal": moves} if any(moves.values()) else {"marks": marks}


def _tasks(tally: Tally, scale: Scale, frame: Frame) -> dict[str, float]:
    """Task → share of its maximum over all who wrote; tasks whose maximum nobody told are left out."""
    shares: dict[str, float] = defaultdict(float)
    for one in frame.columns.values():
        most = one.kind == "task" and (_most(frame, one.key) or scale.tasks.get(one.key))
        if most:
            shares[one.key] = round(min(1.0, tally.points[one.key] / (most * tally.participants)), 4)
    return dict(shares)
