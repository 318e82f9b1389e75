"""What a deadline phrase can mean: the parts, and their JSON form.

The JSON form is a contract (the database keeps it, people correct it by hand): see `to_json`. The module knows
nothing of Django and nothing of Russian grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

VPR = "vpr"  # the portal's own VPR schedule among the names of schedules
EVERY = ("day", "week", "month", "quarter", "half-year", "year")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_OFFSET = re.compile(r"([1-9]\d{0,2}) (day|workday|week|month)s?")
_TIMES = re.compile(r"[1-9]\d{0,2} times")


@dataclass(frozen=True, slots=True)
class Period:
    """The days the plan covers, both inclusive: a school year or a calendar year as a rule."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.last < self.first:
            raise ValueError(
                f"Период кончается раньше, чем начинается: {self.first:%d.%m.%Y} – {self.last:%d.%m.%Y}."
            )

    @property
    def is_calendar_year(self) -> bool:
        """Whether the period is counted in calendar years, not school years."""
        return self.first.month <= 6 and self.last.month == 12


@dataclass(frozen=True, slots=True)
class By:
    """Due on or before the day."""

    day: date


@dataclass(frozen=True, slots=True)
class Window:
    """To be done inside [first, last]; due on the last day."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Throughout:
    """Goes on through [first, last]; `every` splits it into control points, `on` says the day they fall on."""

    first: date
    last: date
    every: str | None = None
    on: int | str | None = None


@dataclass(frozen=True, slots=True)
class OnEvent:
    """The clock starts at the event; `after` / `before` are offsets such as «3 workdays»."""

    event: str
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class BySchedule:
    """Dates come from another schedule: «vpr» is the portal's own, any other text names an outside plan."""

    schedule: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing certain can be said. `reason` is a Russian question for the methodist and no part of the meaning.

    `impossible`: the phrase names a day that does not exist.
    """

    reason: str = field(default="Уточните срок.", compare=False)
    impossible: bool = field(default=False, compare=False)


Part: TypeAlias = By | Window | Throughout | OnEvent | BySchedule | Unclear


def to_json(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Give the parts in the form the database and the commands use, e.g. `[{"by": "2022-03-01"}]`."""
    return [_part_to_json(part) for part in parts]


def _part_to_json(part: Part) -> dict[str, Any]:
    match part:
        case By(day):
            return {"by": day.isoformat()}
        case Window(first, last):
            return {"window": [first.isoformat(), last.isoformat()]}
        case Throughout(first, last, every, on):
            optional = {"every": every, "on": on}
            return {"throughout": [first.isoformat(), last.isoformat()], **_given(optional)}
        case OnEvent(event, after, before):
            return {"event": event, **_given({"after": after, "before": before})}
        case BySchedule(schedule):
            return {"schedule": schedule}
        case Unclear():
            return {"unclear": True}


def _given(optional: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in optional.items() if value is not None}


def from_json(data: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """Read what `to_json` wrote. Raises ValueError with a Russian message when the data is something else."""
    if isinstance(data, str | bytes | Mapping) or not isinstance(data, Iterable):
        raise ValueError("Срок должен быть списком частей.")
    return tuple(_part_from_json(item) for item in data)


def _part_from_json(item: Mapping[str, Any]) -> Part:
    if not isinstance(item, Mapping):
        raise ValueError(f"Часть срока должна быть объектом, а не «{item}».")
    match dict(item):
        case {"by": str(day), **rest} if not rest:
            return By(_day(day))
        case {"window": [str(first), str(last)], **rest} if not rest:
            return Window(*_ordered(first, last))
        case {"throughout": [str(first), str(last)], **rest} if rest.keys() <= {"every", "on"}:
            return Throughout(*_ordered(first, last), _every(rest.get("every")), _on(rest))
        case {"event": str(event), **rest} if event and rest.keys() in ({"after"}, {"before"}, set()):
            return OnEvent(event, _offset(rest.get("after")), _offset(rest.get("before")))
        case {"schedule": str(schedule), **rest} if schedule.strip() and not rest:
            return BySchedule(schedule)
        case {"unclear": True, **rest} if not rest:
            return Unclear()
    raise ValueError(f"Непонятная часть срока: {dict(item)}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"Нет такой даты: «{text}». Нужен вид 2022-03-01.") from None


def _ordered(first: str, last: str) -> tuple[date, date]:
    days = _day(first), _day(last)
    if days[1] < days[0]:
        raise ValueError(f"Срок кончается раньше, чем начинается: {first} – {last}.")
    return days


def _every(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and (value in EVERY or _TIMES.fullmatch(value))):
        return value
    raise ValueError(f"Неизвестная повторяемость: «{value}».")


def _on(rest: Mapping[str, Any]) -> int | str | None:
    value, every = rest.get("on"), rest.get("every")
    day_of_month = every == "month" and type(value) is int and 1 <= value <= 31
    if value is None or day_of_month or (every == "week" and value in WEEKDAYS):
        return value
    raise ValueError(f"День контроля «{value}» не подходит к повторяемости «{every}».")


def _offset(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and _OFFSET.fullmatch(value)):
        return value
    raise ValueError(f"Непонятное смещение от события: «{value}». Нужен вид «3 workdays».")


def offset(count: int, unit: str) -> str:
    """Write an offset: `offset(3, "workday")` is «3 workdays», `offset(1, "month")` is «1 month»."""
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def split_offset(text: str) -> tuple[int, str]:
    """Read an offset back: «3 workdays» is (3, "workday"). Raises ValueError on anything else."""
    found = _OFFSET.fullmatch(text)
    if not found:
        raise ValueError(f"Непонятное смещение от события: «{text}».")
    return int(found[1]), found[2]
