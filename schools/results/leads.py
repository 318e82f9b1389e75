"""The leading cells of a row: year, grade, subject, municipality, login, school, participants."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from portal.lib.excel import Broken
from schools.listing.text import one_alphabet, quotes, tidy, to_latin
from schools.listing.values import Bad, as_text
from schools.results import groups, subjects
from schools.results.frame import Frame, at
from schools.results.numbers import whole
from schools.results.titles import Context, login_of, year_of

_GRADE = re.compile(r"(\d{1,2})(?: ?[-«\"]?[а-яё][»\"]?| ?(?:класс\w*|кл\.?))?", re.IGNORECASE)


@dataclass(frozen=True)
class Lead:
    """Who and what a row is about."""

    context: Context
    scope: str
    name: str
    municipality: str
    participants: int


def read_lead(
    frame: Frame, row: int, cells: list[Any], seen: set[str], participants: int | None
) -> Lead | None:
    """The leading cells of a row, or None when something in them is wrong (its faults are named)."""
    before = len(frame.found.faults)
    context = _context(frame, row, cells)
    name = _text(frame, cells, "school") or _text(frame, cells, "group")
    municipality = _text(frame, cells, "municipality")
    login = _login(frame, row, cells, name)
    context = replace(context, login=login or context.login)
    name = name or municipality or _text(frame, cells, "region")
    scope = groups.scope_of(name, context.login, seen)
    if not scope and len(frame.found.faults) == before:
        _nobody(frame, row, name)
    elif scope == groups.SCHOOL and not context.login and len(frame.found.faults) == before:
        frame.fault(
            row,
            login_place(frame),
            "У школы нет логина ФИС ОКО, а по названию портал школы не узнаёт.",
            "Впишите логин, например sch123456, в столбец «Логин» или в скобках после названия.",
            what="login",
        )
    count = participants if participants is not None else _participants(frame, row, cells)
    if count is None or len(frame.found.faults) > before:
        return None
    return Lead(context, scope, name, municipality, count)


def _context(frame: Frame, row: int, cells: list[Any]) -> Context:
    """The row's own year, grade and subject over those of the table's titles."""
    own = Context()
    if (place := frame.place("year")) is not None and (text := as_text(at(cells, place))):
        year = year_of(text)
        own = replace(own, year=year)
        if year is None:
            frame.fault(row, place, "Это не год.", "Впишите год четырьмя цифрами: 2026.", what="year")
    if (place := frame.place("grade")) is not None and (text := as_text(at(cells, place))):
        own = replace(own, grade=grade_of(text))
        if own.grade is None:
            frame.fault(row, place, "Это не класс.", "Впишите номер класса: число от 1 до 11.", what="grade")
    if (place := frame.place("subject")) is not None and (text := as_text(at(cells, place))):
        subject, grade, level = subjects.parse(text, frame.own)
        own = replace(own, subject=subject, grade=own.grade or grade, level=level)
        if not subject:
            frame.fault(row, place, *unknown_subject(text), what="subject")
            return own.over(replace(frame.context, subject="?"))
    return own.over(frame.context)


def unknown_subject(text: str) -> tuple[str, str]:
    return (
        f"Портал не знает предмета «{tidy(text)}».",
        "Скажите, какой это предмет, в разделе «Как называются предметы» или исправьте ячейку.",
    )


def grade_of(text: str) -> int | None:
    """4 of «4», «4А», «4 класс».

    >>> grade_of("4"), grade_of("10 «Б»"), grade_of("5 класс"), grade_of("44"), grade_of("ж")
    (4, 10, 5, None, None)
    """
    match = _GRADE.fullmatch(tidy(text))
    grade = int(match[1]) if match else 0
    return grade if 1 <= grade <= 11 else None


def _text(frame: Frame, cells: list[Any], kind: str) -> str:
    value = at(cells, frame.place(kind))
    return "" if isinstance(value, Broken) else quotes(one_alphabet(as_text(value)))[:250]


def _login(frame: Frame, row: int, cells: list[Any], name: str) -> str:
    place = frame.place("login")
    if place is None:
        return login_of(to_latin(name))
    text = as_text(at(cells, place))
    login = login_of(to_latin(text))
    if text and not login and not set(text) <= set("-–—"):
        frame.fault(
            row,
            place,
            "Это не логин школы в ФИС ОКО: нужны буквы sch и шесть цифр.",
            "Впишите логин как в личном кабинете, например sch123456.",
            what="login",
        )
    return login


def login_place(frame: Frame) -> int:
    """The column that says whose a row is."""
    place = frame.place("login")
    return _name_place(frame) if place is None else place


def _name_place(frame: Frame) -> int:
    places = frame.places("school", "group", "municipality")
    return places[0] if places else min(frame.columns)


def _nobody(frame: Frame, row: int, name: str) -> None:
    message = f"Непонятно, чей это результат: «{name}»." if name else "Непонятно, чей это результат."
    frame.fault(
        row,
        _name_place(frame),
        message,
        "Впишите логин школы или назовите регион и муниципалитет полностью.",
        what="school",
    )


def _participants(frame: Frame, row: int, cells: list[Any]) -> int | None:
    place = frame.place("participants")
    try:
        count = whole(at(cells, place), "количество участников")
    except Bad as bad:
        frame.bad(row, place or 0, bad, "participants")
        return None
    if not count:
        frame.fault(
            row,
            place or 0,
            "Нет количества участников." if count is None else "Участников нет, а строка есть.",
            "Впишите, сколько учеников писали работу, или уберите строку.",
            what="participants",
        )
        return None
    return count
