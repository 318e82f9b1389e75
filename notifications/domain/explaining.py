"""A department's rules in plain words, with the days they come to for an example."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from notifications.models import Rules
from portal.lib import names
from portal.lib.ladder import DAY, next_workday

DAYS = ("день", "дня", "дней")
SHOWN = datetime.timedelta(days=24)  # after the due day


@dataclass(frozen=True)
class Step:
    """On this day this is said to that person."""

    day: datetime.date
    words: str


@dataclass(frozen=True)
class Example:
    """A duty left undone: its due day, why that is no working day, the days on which somebody hears of it."""

    due: datetime.date
    day_off: str | None
    steps: list[Step]


def sentences(rules: Rules) -> list[str]:
    """What the rules mean, one sentence each."""
    return list(_sentences(rules))


def _sentences(rules: Rules) -> Iterator[str]:
    warned = [f"за {names.counted(days, *DAYS)}" for days in rules.ladder.warnings if days]
    warned += ["в день срока"] if rules.on_day else []
    yield f"Исполнителю напоминаем {_joined(warned)}." if warned else "До срока исполнителю не напоминаем."
    if rules.after:
        again = f", затем через каждые {names.counted(rules.every, *DAYS)}" if rules.every else ""
        yield f"Если не выполнено: на {rules.after}-й день просрочки{again}."
    else:
        yield "О просрочке исполнителю не пишем."
    yield (
        f"О том, что идёт постоянно, просим доложить через каждые {names.counted(rules.report_every, *DAYS)}; "
        "доложили — молчим до следующего раза."
        if rules.report_every
        else "Докладов о том, что идёт постоянно, не просим."
    )
    above = [
        f"{whom} — на {days}-й день просрочки"
        for whom, days in (("контролёру", rules.controller_after), ("начальнику", rules.head_after))
        if days
    ]
    yield (
        f"Просрочку показываем {_joined(above)}."
        if above
        else "Контролёру и начальнику о просрочке не пишем."
    )
    yield (
        f"Все напоминания дня — в одном письме, в рабочие дни в {rules.morning}:00 по времени отдела. "
        f"Остальные письма — с {rules.quiet_until}:00 до {rules.quiet_from}:00."
    )


def _joined(parts: list[str]) -> str:
    return " и ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def examples(rules: Rules, today: datetime.date) -> list[Example]:
    """A due day on a working day two weeks from now, and one on the Sunday after it."""
    ordinary = next_workday(today + 14 * DAY, rules.department.calendar)
    sunday = ordinary + (6 - ordinary.weekday()) * DAY
    return [example(rules, day) for day in (ordinary, sunday)]


def example(rules: Rules, due: datetime.date) -> Example:
    calendar = rules.department.calendar
    told = rules.ladder.days(due, calendar, until=due + SHOWN)
    steps = [Step(day, f"исполнителю: {_rung(days)}") for day, days in told]
    for whom, after in (("контролёру", rules.controller_after), ("начальнику", rules.head_after)):
        if after:
            steps.append(Step(next_workday(due + after * DAY, calendar), f"{whom}: срок прошёл"))
    steps.sort(key=lambda step: step.day)
    return Example(due, calendar.why_off(due), steps)


def _rung(days: int) -> str:
    if days == 0:
        return "срок сегодня"
    return f"{'за' if days > 0 else 'просрочено на'} {names.counted(abs(days), *DAYS)}"
