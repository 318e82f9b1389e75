"""What stands under a phrase, when its duties fall due, where a clause names a deadline, and the command."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from unicodedata import normalize

import pytest
from django.core.management import CommandError, call_command

from portal.lib.calendar import WorkCalendar
from roadmaps.deadlines import (
    By,
    BySchedule,
    OnEvent,
    Period,
    Throughout,
    Unclear,
    Window,
    compile,
    find,
    occurrences,
    sense,
    to_json,
)

SCHOOL = Period(date(2021, 9, 1), date(2022, 8, 31))
CALENDAR = WorkCalendar()
D = date.fromisoformat


@pytest.mark.parametrize(
    ("phrase", "text", "kind"),
    [
        ("до 16 марта 2022", "по 16 марта 2022, среда", "ok"),
        ("до 20 февраля 2022", "до 20 февраля 2022 · воскресенье, останется как написано", "ok"),
        ("до 12 июня", "до 12 июня 2022 · День России, останется как написано", "ok"),
        ("до 17 марта 2025", "по 17 марта 2025, понедельник", "ok"),
        ("16 марта", "16 марта 2022, среда", "ok"),
        ("октябрь", "1–31 октября 2021 · 21 рабочий день", "ok"),
        ("март 2022", "1–31 марта 2022 · 22 рабочих дня", "ok"),
        ("март-апрель", "1 марта – 30 апреля 2022 · 43 рабочих дня", "ok"),
        ("с 7 по 11 марта", "7–11 марта 2022 · 3 рабочих дня", "ok"),
        ("с 14 по 18 марта", "14–18 марта 2022 · 5 рабочих дней", "ok"),
        ("с сентября по май", "1 сентября 2021 – 31 мая 2022 · 181 рабочий день", "ok"),
        ("в течение года", "весь учебный год", "loop"),
        ("в течение года, ежемесячно", "весь учебный год, каждый месяц", "loop"),
        ("до 25 числа каждого месяца", "весь учебный год, каждый месяц до 25 числа", "loop"),
        ("еженедельно по пятницам", "весь учебный год, каждую неделю по пятницам", "loop"),
        ("2 раза в год", "весь учебный год, 2 раза", "loop"),
        ("в течение 2021-2022 уч. года", "весь учебный год", "loop"),
        ("в течение октября", "всё время 1–31 октября 2021", "loop"),
        ("по мере издания документов", "ждёт события «документ издан»", "event"),
        ("по запросу", "ждёт события, названного в сроке", "event"),
        (
            "в течение трех рабочих дней после выявления признаков необъективности",
            "3 рабочих дня после события «выявлены признаки необъективности»",
            "event",
        ),
        ("за неделю до ВПР", "за 1 неделю до события «оценочная процедура проведена»", "event"),
        ("по графику ВПР", "по графику ВПР", "schedule"),
        ("по плану ВШК", "по документу «план ВШК» · нужна контрольная дата", "ask"),
        ("в течение трёх дней", "После чего отсчитывать? Выберите событие.", "ask"),
        ("31.02.2022", "Такого дня нет: 31.02. Исправьте дату.", "bad"),
    ],
)
def test_sense_in_russian(phrase: str, text: str, kind: str) -> None:
    (line,) = sense(compile(phrase, SCHOOL), CALENDAR)
    assert (line.text, line.kind) == (text, kind)


def test_sense_says_today_and_past_and_what_is_not_checked() -> None:
    day = (By(D("2022-03-16")),)
    assert sense(day, CALENDAR, D("2022-03-15"))[0].text == "по 16 марта 2022, среда"
    assert sense(day, CALENDAR, D("2022-03-16"))[0].text == "по 16 марта 2022, среда · сегодня"
    assert sense(day, CALENDAR, D("2022-03-17"))[0].text == "по 16 марта 2022, среда · срок прошёл"
    assert "не проверено" in sense((By(D("2035-03-15")),), CALENDAR)[0].text
    assert "не проверено" in sense((Window(D("2035-03-01"), D("2035-03-31")),), CALENDAR)[0].text


def test_one_line_a_part() -> None:
    lines = sense(compile("в течение года, по плану ВШК", SCHOOL), CALENDAR)
    assert [line.kind for line in lines] == ["loop", "ask"]


def test_day_and_window_fall_due_on_their_last_day() -> None:
    parts = (By(D("2022-03-01")), Window(D("2022-04-01"), D("2022-04-30")))
    first, second = occurrences(parts, CALENDAR)
    assert (first.due, first.part_index) == (D("2022-03-01"), 0)
    assert (second.first, second.last, second.due, second.part_index) == (
        D("2022-04-01"),
        D("2022-04-30"),
        D("2022-04-30"),
        1,
    )


def test_what_goes_on_is_one_occurrence_and_never_due() -> None:
    (one,) = occurrences((Throughout(SCHOOL.first, SCHOOL.last),), CALENDAR)
    assert (one.first, one.last, one.due) == (SCHOOL.first, SCHOOL.last, None)


@pytest.mark.parametrize(
    ("every", "on", "count", "first", "last"),
    [
        ("month", None, 12, "2021-09-30", "2022-08-31"),
        ("month", 25, 12, "2021-09-25", "2022-08-25"),
        ("month", 31, 12, "2021-09-30", "2022-08-31"),
        ("quarter", None, 5, "2021-09-30", "2022-08-31"),
        ("half-year", None, 2, "2021-12-31", "2022-05-31"),
        ("year", None, 1, "2022-08-31", "2022-08-31"),
        ("2 times", None, 2, "2022-03-01", "2022-08-31"),
        ("week", "friday", 52, "2021-09-03", "2022-08-26"),
        ("week", None, 53, "2021-09-05", "2022-08-31"),
    ],
)
def test_control_points(every: str, on: int | str | None, count: int, first: str, last: str) -> None:
    points = occurrences((Throughout(SCHOOL.first, SCHOOL.last, every, on),), CALENDAR)
    assert len(points) == count
    assert (points[0].due, points[-1].due) == (D(first), D(last))


def test_daily_control_points_are_working_days() -> None:
    points = occurrences((Throughout(D("2022-02-18"), D("2022-02-24"), "day"),), CALENDAR)
    assert [point.last for point in points] == [
        D("2022-02-18"),
        D("2022-02-21"),
        D("2022-02-22"),
        D("2022-02-24"),
    ]


def test_a_february_control_day_is_the_months_last() -> None:
    (point,) = occurrences((Throughout(D("2022-02-01"), D("2022-02-28"), "month", 31),), CALENDAR)
    assert point.due == D("2022-02-28")


def test_an_event_part_waits_until_the_event_is_recorded() -> None:
    part = OnEvent("nonobjectivity_found", after="3 workdays")
    assert occurrences((part,), CALENDAR) == ()
    days = {"nonobjectivity_found": [D("2024-04-26"), D("2024-05-20")], "assessment_held": [D("2024-04-01")]}
    found = occurrences((part,), CALENDAR, days)
    assert [(one.first, one.due) for one in found] == [
        (D("2024-04-26"), D("2024-05-03")),
        (D("2024-05-20"), D("2024-05-23")),
    ]


@pytest.mark.parametrize(
    ("part", "due"),
    [
        (OnEvent("assessment_held", after="3 days"), "2022-02-03"),
        (OnEvent("assessment_held", after="2 weeks"), "2022-02-14"),
        (OnEvent("assessment_held", after="1 month"), "2022-02-28"),
        (OnEvent("assessment_held", before="1 workday"), "2022-01-28"),
        (OnEvent("assessment_held"), None),
    ],
)
def test_offsets_are_counted_from_the_day_after_the_event(part: OnEvent, due: str | None) -> None:
    (one,) = occurrences((part,), CALENDAR, {"assessment_held": [D("2022-01-31")]})
    assert one.due == (due and D(due))


def test_a_schedule_part_yields_its_days_and_an_unclear_one_nothing() -> None:
    parts = (BySchedule("план ВШК"), BySchedule("vpr"), Unclear())
    assert occurrences(parts, CALENDAR) == ()
    found = occurrences(parts, CALENDAR, schedules={"vpr": [D("2022-03-16")], "план ВШК": [D("2022-04-01")]})
    assert {(one.part_index, one.due) for one in found} == {(0, D("2022-04-01")), (1, D("2022-03-16"))}


def test_compiling_again_or_adding_a_part_keeps_the_keys() -> None:
    before = occurrences(compile("ежемесячно до 25 числа", SCHOOL), CALENDAR)
    after = occurrences(compile("март 2022, ежемесячно до 20 числа в течение года", SCHOOL), CALENDAR)
    assert {one.key for one in before} < {one.key for one in after}


def test_the_same_time_named_twice_is_one_occurrence() -> None:
    window = Window(D("2022-03-01"), D("2022-03-31"))
    assert len(occurrences((window, window), CALENDAR)) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Представить отчёт в срок до 31 марта 2022 года.",
            {"в срок до 31 марта 2022 года": {"by": "2022-03-31"}},
        ),
        ("Срок исполнения: до 1 октября.", {"Срок исполнения: до 1 октября": {"by": "2021-10-01"}}),
        (
            "Директорам школ ежемесячно до 5 числа направлять сведения.",
            {
                "ежемесячно до 5 числа": {
                    "throughout": ["2021-09-01", "2022-08-31"],
                    "every": "month",
                    "on": 5,
                }
            },
        ),
        (
            "Провести с 1 по 15 марта 2022 г. совещания. До 20.05.2022 доложить.",
            {
                "с 1 по 15 марта 2022 г.": {"window": ["2022-03-01", "2022-03-15"]},
                "До 20.05.2022": {"by": "2022-05-20"},
            },
        ),
        (
            "Направить копии в течение 5 рабочих дней со дня получения результатов и доложить об этом.",
            {
                "в течение 5 рабочих дней со дня получения результатов": {
                    "event": "event_happened",
                    "after": "5 workdays",
                }
            },
        ),
        (
            "Не позднее чем за 3 дня до проведения ВПР назначить наблюдателей.",
            {"Не позднее чем за 3 дня до проведения ВПР": {"event": "assessment_held", "before": "3 days"}},
        ),
        ("Доложить в течение трех дней.", {"в течение трех дней": {"unclear": True}}),
        ("Доложить до 30.02.2022.", {"до 30.02.2022": {"unclear": True}}),
        ("Сдать журналы до конца учебного года.", {"до конца учебного года": {"unclear": True}}),
        ("Сдать журналы до мая 2022 года.", {"до мая 2022 года": {"unclear": True}}),
        ("Собрать заявки к 1 сентября в отделе.", {"к 1 сентября": {"unclear": True}}),
        ("Вести учёт в течение 2022 года.", {"в течение 2022 года": {"unclear": True}}),
        ("Обеспечить явку наблюдателей к 9.00 в кабинет 15.", {}),
        ("Назначить ответственных (срок – до 20.09.2021).", {"срок – до 20.09.2021": {"by": "2021-09-20"}}),
        (
            "Не реже 1 раза в месяц проводить сверку.",
            {"Не реже 1 раза в месяц": {"throughout": ["2021-09-01", "2022-08-31"], "every": "month"}},
        ),
        ("Приказ вступает в силу с 1 сентября 2021 года.", {}),
        ("Довести приказ до сведения учителей 5–8 классов до начала уроков.", {}),
        ("В соответствии с приказом от 15.03.2022 № 12 утвердить план на 2021-2022 учебный год.", {}),
        ("Принять ежемесячный отчёт детей до 18 лет с 1 по 4 класс.", {}),
        ("Контроль оставляю за собой.", {}),
        ("", {}),
    ],
)
def test_deadlines_inside_a_clause(text: str, found: dict[str, dict[str, object]]) -> None:
    given = find(text, SCHOOL)
    assert {text[one.start : one.end]: to_json(one.parts)[0] for one in given} == found
    assert all(len(one.parts) == 1 for one in given)


def test_places_are_true_in_a_text_of_decomposed_letters() -> None:
    text = normalize("NFD", "Йошкар-Ола: учителей собрать до 15 марта 2022 года.")
    (one,) = find(text, SCHOOL)
    assert text[one.start : one.end] == "до 15 марта 2022 года"


PERIOD = ("--period", "2021-09-01", "2022-08-31")


def explained(*args: str, stdin: str = "", monkeypatch: pytest.MonkeyPatch | None = None) -> str:
    if monkeypatch:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    output = io.StringIO()
    call_command("explain_deadline", *args, stdout=output)
    return output.getvalue()


def test_command_gives_json_or_russian() -> None:
    assert json.loads(explained("До 15 марта", *PERIOD, "--json")) == [{"by": "2022-03-15"}]
    assert explained("До 15 марта, по плану ВУК", *PERIOD).splitlines() == [
        "по 15 марта 2022, вторник",
        "по документу «план ВУК» · нужна контрольная дата",
    ]


def test_command_answers_bad_lines_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        "не JSON",
        "[1]",
        '{"text": 5, "period": ["2021-09-01", "2022-08-31"]}',
        '{"text": "март"}',
        '{"text": "март", "period": ["2021-09-01", "2021-13-41"]}',
        '{"text": "март", "period": ["2022-09-01", "2021-09-01"]}',
        '{"text": "март", "period": ["2021-09-01", "2022-08-31"]}',
    ]
    answers = [
        json.loads(line)
        for line in explained("--json", stdin="\n".join(lines), monkeypatch=monkeypatch).splitlines()
    ]
    assert len(answers) == len(lines)
    assert all(answer.keys() == {"error"} and answer["error"] for answer in answers[:-1])
    assert answers[-1] == [{"window": ["2022-03-01", "2022-03-31"]}]


def test_command_takes_the_period_for_lines_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(
        explained(*PERIOD, "--json", stdin='{"text": "до 1 мая"}', monkeypatch=monkeypatch)
    ) == [{"by": "2022-05-01"}]


@pytest.mark.parametrize(
    "period", [(), ("--period", "2021-09-01", "завтра"), ("--period", "2022-01-02", "2022-01-01")]
)
def test_command_refuses_a_wrong_period(period: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"[Пп]ериод|дат"):
        explained("март", *period)
