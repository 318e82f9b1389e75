"""JSON of ``manage.py solve_observers`` → `Problem`; every fault is said in Russian with its place in the file."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

from observers.solver.problem import Child, Id, Impossible, Observer, Pair, Problem, Session

MOST = 5_000  # sessions or observers: more is a mistake, and would only eat the machine


def read(data: Any) -> Problem:
    """Raises `Impossible` for whatever is not the contract."""
    if not isinstance(data, dict):
        raise Impossible("Нужен объект JSON с полями «sessions» и «observers».")
    sessions = tuple(_session(row, where) for row, where in _rows(data, "sessions"))
    observers = tuple(_observer(row, where) for row, where in _rows(data, "observers"))
    _check_once("sessions", sessions)
    _check_once("observers", observers)
    return Problem(sessions, observers, _pairs(data, "fixed"), _pairs(data, "previous"))


def _rows(data: dict[str, Any], name: str) -> Iterator[tuple[dict[str, Any], str]]:
    if name not in data:
        raise Impossible(f"Нет поля «{name}»: в нём должен быть список, хотя бы пустой.")
    rows = data[name]
    if not isinstance(rows, list):
        raise Impossible(f"{name}: нужен список.")
    if len(rows) > MOST:
        raise Impossible(f"{name}: строк {len(rows)}, а больше {MOST} за один раз не рассчитать.")
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            raise Impossible(f"{name}[{index}]: нужен объект с полями.")
        yield row, f"{name}[{index}]"


def _check_once(name: str, rows: tuple[Session, ...] | tuple[Observer, ...]) -> None:
    seen: set[Id] = set()
    for row in rows:
        if row.id in seen:
            raise Impossible(f"{name}: «{row.id}» встречается дважды, а «id» у каждого свой.")
        seen.add(row.id)


def _session(row: dict[str, Any], where: str) -> Session:
    start, end = (_value(row, where, name, _time, None) for name in ("start", "end"))
    if start is not None and end is not None and start >= end:
        raise Impossible(f"{where}: конец «{row['end']}» не позже начала «{row['start']}».")
    return Session(
        id=_needed(row, where, "id", _id),
        school=_needed(row, where, "school", _id),
        day=_needed(row, where, "date", _day),
        start=start,
        end=end,
        class_name=_value(row, where, "class", _text, ""),
        grade=_value(row, where, "grade", _count, None),
        subject=_value(row, where, "subject", _text, ""),
        needs=_value(row, where, "needs", _count, 1),
        place=_value(row, where, "place", _text, ""),
    )


def _observer(row: dict[str, Any], where: str) -> Observer:
    days = _value(row, where, "available", _list, None)
    return Observer(
        id=_needed(row, where, "id", _id),
        works_at=frozenset(
            _id(one, f"{where}.works_at") for one in _value(row, where, "works_at", _list, [])
        ),
        children=tuple(
            _child(one, f"{where}.children[{index}]")
            for index, one in enumerate(_value(row, where, "children", _list, []))
        ),
        subjects=frozenset(
            _text(one, f"{where}.subjects") for one in _value(row, where, "subjects", _list, [])
        ),
        trained=_needed(row, where, "trained", _flag),
        consent=_needed(row, where, "consent", _flag),
        available=None if days is None else frozenset(_day(day, f"{where}.available") for day in days),
        max=_value(row, where, "max", _count, None),
        place=_value(row, where, "place", _text, ""),
    )


def _child(row: Any, where: str) -> Child:
    if not isinstance(row, dict):
        raise Impossible(f"{where}: нужен объект с полями «school» и «class».")
    return Child(_needed(row, where, "school", _id), _value(row, where, "class", _text, ""))


def _pairs(data: dict[str, Any], name: str) -> tuple[Pair, ...]:
    pairs = []
    for index, pair in enumerate(_value(data, "", name, _list, [])):
        where = f"{name}[{index}]"
        if not isinstance(pair, list) or len(pair) != 2:
            raise Impossible(f"{where}: нужна пара [проведение, наблюдатель].")
        pairs.append((_id(pair[0], where), _id(pair[1], where)))
    return tuple(dict.fromkeys(pairs))


# --- single values ---------------------------------------------------------------------------------------------------

Reader = Callable[[Any, str], Any]


def _needed(row: dict[str, Any], where: str, name: str, reader: Reader) -> Any:
    if row.get(name) is None:
        raise Impossible(f"{where}: нет поля «{name}».")
    return reader(row[name], f"{where}.{name}")


def _value(row: dict[str, Any], where: str, name: str, reader: Reader, default: Any) -> Any:
    value = row.get(name)
    return default if value is None else reader(value, f"{where}.{name}".lstrip("."))


def _id(value: Any, where: str) -> Id:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise Impossible(f"{where}: нужна непустая строка или целое число, а стоит «{value}».")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise Impossible(f"{where}: нужна строка, а стоит «{value}».")
    return value.strip()


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise Impossible(f"{where}: нужно true или false, а стоит «{value}».")
    return value


def _count(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1000:
        raise Impossible(f"{where}: нужно целое число от 0 до 1000, а стоит «{value}».")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise Impossible(f"{where}: нужен список, а стоит «{value}».")
    return value


def _day(value: Any, where: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Impossible(f"{where}: нужна дата вида 2026-04-21, а стоит «{value}».") from None


def _time(value: Any, where: str) -> datetime.time:
    try:
        return datetime.time.fromisoformat(value).replace(second=0, microsecond=0, tzinfo=None)
    except (TypeError, ValueError):
        raise Impossible(f"{where}: нужно время вида 09:00, а стоит «{value}».") from None
