"""The words of a morning's message: most urgent first, readable on a phone before anybody opens the portal."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import Membership
from notifications.domain.kinds import Letter
from portal.lib import names
from roadmaps.domain.due import CONTROLLER, HEAD, REPORT, Due
from roadmaps.models import Assignment

LISTED = 25  # duties written out in one message; the rest are counted
# tone → heading, in the order of the message
GROUPS = {
    "late": "Просрочено",
    "today": "Срок сегодня",
    "soon": "Скоро срок",
    REPORT: "Пора доложить, как идёт",
    CONTROLLER: "Просрочено у исполнителей, принимаете вы",
    HEAD: "Просрочено давно: контролёр знает, нужно ваше решение",
}
COUNTED = {
    "late": "просрочено",
    "today": "срок сегодня",
    "soon": "скоро срок",
    REPORT: "пора доложить о ходе",
}
DUTIES = ("поручение", "поручения", "поручений")


def compose(dues: Iterable[Due], rows: Mapping[int, Assignment], today: datetime.date) -> Letter:
    """The letter of one person; ``rows`` holds at least the duties of `listed`."""
    sorted_dues = in_order(dues, today)
    toned: dict[str, list[Due]] = {tone: [] for tone in GROUPS}
    for due in sorted_dues:
        toned[_tone(due, today)].append(due)
    shown = {id(due) for due in sorted_dues[:LISTED]}
    groups = []
    for tone, title in GROUPS.items():
        lines = [_line(due, rows[due.assignment], today) for due in toned[tone] if id(due) in shown]
        if toned[tone]:
            more = len(toned[tone]) - len(lines)
            groups.append({"title": title, "tone": tone, "lines": lines, "more": more})
    return Letter(_subject(toned), _intro(toned), groups)


def in_order(dues: Iterable[Due], today: datetime.date) -> list[Due]:
    """As they stand in the message."""
    tones = list(GROUPS)
    return sorted(dues, key=lambda d: (tones.index(_tone(d, today)), d.last_day, d.assignment))


def listed(dues: Iterable[Due], today: datetime.date) -> list[int]:
    """The duties whose words the message needs."""
    return [due.assignment for due in in_order(dues, today)[:LISTED]]


def page_of(dues: Sequence[Due]) -> str:
    """Where the message leads: the one duty, one's own duties, or what is overdue below."""
    if len(dues) == 1:
        return reverse("roadmaps:assignment", args=[dues[0].assignment])
    if any(due.own for due in dues):
        return reverse("roadmaps:mine")
    return reverse("roadmaps:assignments", query={"state": "overdue"})


def _tone(due: Due, today: datetime.date) -> str:
    if due.step == REPORT or not due.own:
        return due.step
    days = (due.last_day - today).days
    return "late" if days < 0 else "today" if days == 0 else "soon"


def _subject(toned: Mapping[str, Sequence[Due]]) -> str:
    own = ", ".join(f"{word} {len(toned[tone])}" for tone, word in COUNTED.items() if toned[tone])
    below = len(toned[CONTROLLER]) + len(toned[HEAD])
    if not own:
        return f"Просрочено у исполнителей: {below}"
    return f"Поручения: {own}" + (f"; на контроле просрочено {below}" if below else "")


def _intro(toned: Mapping[str, Sequence[Due]]) -> str:
    own = sum(len(toned[tone]) for tone in COUNTED)
    below = len(toned[CONTROLLER]) + len(toned[HEAD])
    said = ["Здравствуйте!"]
    if own:
        said.append(f"Напоминаем о том, что ждёт вас: {names.counted(own, *DUTIES)}.")
    if below:
        said.append(f"Не выполнено в срок и требует внимания: {names.counted(below, *DUTIES)}.")
    return " ".join(said)


def _line(due: Due, assignment: Assignment, today: datetime.date) -> dict[str, Any]:
    back = assignment.state == Assignment.State.RETURNED
    note = "Доклад возвращён с замечанием." if back else ""
    last = assignment.progress_on
    if due.step == REPORT:
        when = f"последний доклад {date_format(last, 'j E Y')}" if last else "докладов ещё не было"
    else:
        when = f"до {date_format(due.last_day, 'j E Y')}, {distance(due.last_day, today)}"
    return line(assignment, due.member, when=when, note=note)


def line(assignment: Assignment, member: Membership, *, when: str = "", note: str = "") -> dict[str, Any]:
    """A duty as a message lists it; it opens in this role of its reader."""
    return {
        "text": title(assignment),
        "who": bearer_name(assignment),
        "when": when,
        "note": note,
        "path": reverse("roadmaps:assignment", args=[assignment.pk]),
        "membership": member.pk,
        "assignment": assignment.pk,
    }


def distance(day: datetime.date, today: datetime.date) -> str:
    r"""How far the day is, as people say it.

    >>> distance(datetime.date(2026, 3, 12), datetime.date(2026, 3, 15))
    'просрочено на 3\xa0дня'
    """
    days = (day - today).days
    near = {0: "сегодня", 1: "завтра", 2: "послезавтра"}
    if days in near:
        return near[days]
    count = names.counted(abs(days), "день", "дня", "дней")
    return f"через {count}" if days > 0 else f"просрочено на {count}"


def title(assignment: Assignment) -> str:
    """What is to be done, as printed, on one line."""
    source = assignment.item or assignment.clause
    assert source is not None  # noqa: S101 -- a constraint of the table
    text = " ".join(source.text.split())
    return text if len(text) <= 200 else f"{text[:199]}…"


def bearer_name(assignment: Assignment) -> str:
    """The school, or the official."""
    if assignment.school:
        return assignment.school.name
    return assignment.official.user.short_name if assignment.official else ""
