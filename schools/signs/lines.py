"""The contract of ``manage.py compute_signs --json``: one JSON a line in, one out.

In, every part optional: ``{"grade", "subject", "max_score", "thresholds": {"3": 5, …}, "histogram": [n₀, …, n_max],
"journal": {"lowered", "confirmed", "raised"}, "peers": {"histogram", "journal", "schools": [[mean, n], …]},
"tasks": [{"level", "max", "mean", "peer_mean"}], "participants", "advanced": true, "previous": {"histogram",
"peers": {"histogram"}}}``. ``previous`` are the same pupils a year ago and those they were compared with then (for
``cohort_break``). Unknown parts are passed over. Out: ``{"signs": [{"code", "at"?, "found", "p", "n", "enough_data",
"text", …}]}``, or ``{"error": "…"}`` for a line that makes no sense.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from schools.signs.judging import compute
from schools.signs.model import DEFAULTS, RULES, Cohort, Group, Result, Rules, Sign, Task

LEVELS = {
    "basic": "basic", "б": "basic",
    "raised": "raised", "advanced": "raised", "п": "raised",
    "high": "high", "в": "high",
}  # fmt: skip
MOST_SCORES = 1000
MOST_PUPILS = 10**9


class Unreadable(ValueError):
    """A line that makes no sense; the message says in Russian what and where."""


def answer(line: str, rules: Rules = DEFAULTS) -> dict[str, Any]:
    """What the command answers to one line; never raises for bad input."""
    try:
        return {"signs": [as_json(sign) for sign in compute(read(line), rules)]}
    except Unreadable as fault:
        return {"error": str(fault)}


def as_json(sign: Sign) -> dict[str, Any]:
    """A sign as the contract writes it; ``at`` only where there is one."""
    place = {} if sign.at is None else {"at": sign.at}
    return {
        "code": sign.code,
        **place,
        "found": sign.found,
        "p": None if sign.p is None else float(f"{sign.p:.4g}"),
        "n": sign.n,
        "enough_data": sign.enough_data,
        "title": RULES[sign.code].title,
        "text": sign.text,
        "numbers": {name: float(f"{value:.6g}") for name, value in sign.numbers.items()},
    }


def read(line: str) -> Result:
    """The result a line describes. Raises `Unreadable`."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as fault:
        raise Unreadable("Строка не является JSON: проверьте кавычки, скобки и запятые.") from fault
    given = _object(given, "строка")
    top = _whole(given["max_score"], "max_score", MOST_SCORES) if _there(given, "max_score") else None
    histogram = _histogram(given, "histogram", top)
    top = top if top is not None else len(histogram) - 1 if histogram else MOST_SCORES
    peers = _object(given.get("peers") or {}, "peers")
    return Result(
        histogram=histogram,
        thresholds=_thresholds(given, top),
        journal=_journal(given, "journal"),
        tasks=_tasks(given),
        participants=_whole(given.get("participants") or 0, "participants"),
        peers=Group(
            histogram=_histogram(peers, "histogram", len(histogram) - 1 if histogram else None, "peers."),
            journal=_journal(peers, "journal", "peers."),
            schools=_schools(peers),
        ),
        previous=_previous(given),
        advanced=given.get("advanced") is True,
    )


def _there(of: Mapping[str, Any], name: str) -> bool:
    return of.get(name) is not None


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"«{name}»: ожидается объект в фигурных скобках.")
    return value


def _list(value: Any, name: str, most: int = MOST_SCORES + 1) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable(f"«{name}»: ожидается список в квадратных скобках.")
    if len(value) > most:
        raise Unreadable(f"«{name}»: слишком много значений ({len(value)}), допускается не больше {most}.")
    return value


def _whole(value: Any, name: str, most: int = MOST_PUPILS) -> int:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole or not 0 <= value <= most:
        raise Unreadable(f"«{name}»: ожидается целое число от 0 до {most}, получено {_shown(value)}.")
    return int(value)


def _share(value: Any, name: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not 0 <= value <= 1:
        raise Unreadable(f"«{name}»: ожидается доля от 0 до 1, получено {_shown(value)}.")
    return float(value)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:40]


def _histogram(of: Mapping[str, Any], name: str, top: int | None, where: str = "") -> tuple[int, ...]:
    if not _there(of, name):
        return ()
    counts = tuple(
        _whole(n, f"{where}{name}[{at}]") for at, n in enumerate(_list(of[name], f"{where}{name}"))
    )
    if counts and top is not None and len(counts) != top + 1:
        raise Unreadable(
            f"«{where}{name}»: значений {len(counts)}, а баллов от 0 до {top}, нужно {top + 1} значений."
        )
    return counts


def _thresholds(of: Mapping[str, Any], top: int) -> dict[str, int]:
    given = _object(of.get("thresholds") or {}, "thresholds")
    if unknown := set(given) - set("345"):
        raise Unreadable(
            f"«thresholds»: неизвестная отметка {_shown(sorted(unknown)[0])}, ожидаются «3», «4», «5»."
        )
    found = {mark: _whole(given[mark], f"thresholds.{mark}") for mark in sorted(given) if _there(given, mark)}
    scores = list(found.values())
    if scores != sorted(set(scores)):
        raise Unreadable("«thresholds»: баллы для «3», «4», «5» должны возрастать.")
    if scores and not 1 <= scores[0] <= scores[-1] <= top:
        raise Unreadable(f"«thresholds»: баллы должны быть от 1 до {top}.")
    return found


def _journal(of: Mapping[str, Any], name: str, where: str = "") -> dict[str, int]:
    if not _there(of, name):
        return {}
    given = _object(of[name], where + name)
    return {
        part: _whole(given.get(part) or 0, f"{where}{name}.{part}")
        for part in ("lowered", "confirmed", "raised")
    }


def _tasks(of: Mapping[str, Any]) -> tuple[Task, ...]:
    found = []
    for number, value in enumerate(_list(of.get("tasks") or [], "tasks"), start=1):
        task = _object(value, f"tasks[{number}]")
        level = LEVELS.get(str(task.get("level", "")).strip().lower())
        if level is None:
            raise Unreadable(
                f"«tasks[{number}].level»: ожидается basic, raised или high, получено {_shown(task.get('level'))}."
            )
        if not _there(task, "mean"):
            continue
        theirs = (
            _share(task["peer_mean"], f"tasks[{number}].peer_mean") if _there(task, "peer_mean") else None
        )
        found.append(Task(level, _share(task["mean"], f"tasks[{number}].mean"), theirs))
    return tuple(found)


def _schools(of: Mapping[str, Any]) -> tuple[tuple[float, int], ...]:
    found = []
    for number, value in enumerate(_list(of.get("schools") or [], "peers.schools", 10_000), start=1):
        name = f"peers.schools[{number}]"
        pair = _list(value, name, 2)
        real = len(pair) == 2 and isinstance(pair[0], int | float) and not isinstance(pair[0], bool)
        if not real or not math.isfinite(pair[0]):
            raise Unreadable(f"«{name}»: ожидается пара «средний балл, число учеников».")
        found.append((float(pair[0]), _whole(pair[1], name)))
    return tuple(found)


def _previous(of: Mapping[str, Any]) -> Cohort | None:
    if not _there(of, "previous"):
        return None
    before = _object(of["previous"], "previous")
    histogram = _histogram(before, "histogram", None, "previous.")
    peers = _object(before.get("peers") or {}, "previous.peers")
    top = len(histogram) - 1 if histogram else None
    return Cohort(histogram, _histogram(peers, "histogram", top, "previous.peers."))
