"""What deadline phrases mean: one table a kind, in the words methodists use."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from roadmaps.deadlines import (
    By,
    BySchedule,
    OnEvent,
    Period,
    Throughout,
    Unclear,
    Window,
    compile,
    from_json,
    to_json,
)

SCHOOL = Period(date(2022, 9, 1), date(2023, 8, 31))
CALENDAR = Period(date(2022, 1, 1), date(2022, 12, 31))
PROGRAMME = Period(date(2022, 1, 1), date(2024, 12, 31))

D = date.fromisoformat
ALL_YEAR = Throughout(SCHOOL.first, SCHOOL.last)


def by(*days: str) -> tuple[By, ...]:
    return tuple(By(D(day)) for day in days)


def windows(*spans: str) -> tuple[Window, ...]:
    return tuple(Window(*map(D, span.split("/"))) for span in spans)


def one_day(*days: str) -> tuple[Window, ...]:
    return windows(*(f"{day}/{day}" for day in days))


def throughout(
    first: str, last: str, every: str | None = None, on: int | str | None = None
) -> tuple[Throughout]:
    return (Throughout(D(first), D(last), every, on),)


def all_year(every: str | None = None, on: int | str | None = None) -> tuple[Throughout]:
    return (Throughout(SCHOOL.first, SCHOOL.last, every, on),)


VPR = (BySchedule("vpr"),)
HELD, ISSUED = "assessment_held", "document_issued"
FOUND, CHECKED, OTHER = "nonobjectivity_found", "school_check_finished", "event_happened"


@pytest.mark.parametrize(
    "phrase",
    """до 15.03.2023|до 15.03.23|до 15/03/2023|до 2023-03-15|до 15. 03. 2023|До 15 марта|до 15-го марта
    ДО 15 МАРТА 2023 ГОДА|до «15» марта 2023 г.|до 15 марта 2023г|до 15марта 2023года|не позднее 15 марта
    не позже 15.03|к 15 марта 2023 г.|в срок до 15.03.2023|срок: до 15 марта|срок исполнения – до 15 марта 2023 г.
    до 15 мapта 2О23 г.|до 15 марта (включительно)|до 15.О3.2023|до 15 мартта 2023|по 15 марта 2023
    до 15 мар. 2023|до 15 марта т.г.|до 15 марта 2023 г. (при необходимости)|до 15.03.2023 г.;
    до 15 марта текущего года|ежегодно до 15 марта|до 15 марта ежегодно|до 15 марта 2023 (среда)""".replace(
        "\n", "|"
    ).split("|"),
)
def test_one_due_day_in_all_its_spellings(phrase: str) -> None:
    assert compile(phrase.strip(), SCHOOL) == by("2023-03-15")


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("до 1 октября, до 1 апреля", by("2022-10-01", "2023-04-01")),
        ("до 15 сентября и 15 января", by("2022-09-15", "2023-01-15")),
        ("до 1, 15 марта", by("2023-03-01", "2023-03-15")),
        ("до конца марта", by("2023-03-31")),
        ("до конца 2022 года", by("2022-12-31")),
        ("до конца I квартала 2023 г.", by("2023-03-31")),
        ("до окончания первого полугодия", by("2022-12-31")),
        ("до конца календарного года", by("2022-12-31")),
        ("к 1 сентября", by("2022-09-01")),
        ("до 1 марта 2021 года", by("2021-03-01")),
        ("до 29 февраля 2024", by("2024-02-29")),
    ],
)
def test_due_days(phrase: str, expected: tuple[By, ...]) -> None:
    assert compile(phrase, SCHOOL) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("15 марта", one_day("2023-03-15")),
        ("15 сентября, 15 января", one_day("2022-09-15", "2023-01-15")),
        ("15.09, 15.12, 15.03", one_day("2022-09-15", "2022-12-15", "2023-03-15")),
        ("1 и 15 марта", one_day("2023-03-01", "2023-03-15")),
        ("14, 15 марта 2023 г.", one_day("2023-03-14", "2023-03-15")),
        ("с 1 по 15 марта", windows("2023-03-01/2023-03-15")),
        ("1-15 марта 2023", windows("2023-03-01/2023-03-15")),
        ("05.09–23.09.2022", windows("2022-09-05/2022-09-23")),
        ("05-23.09.2022", windows("2022-09-05/2022-09-23")),
        ("в период с 5 по 23 сентября", windows("2022-09-05/2022-09-23")),
        ("с 01.09.2022 г. по 31.05.2023 г.", windows("2022-09-01/2023-05-31")),
        ("с 15 декабря по 20 января", windows("2022-12-15/2023-01-20")),
        ("с 1 по 10 и с 20 по 25 марта", windows("2023-03-01/2023-03-10", "2023-03-20/2023-03-25")),
        ("апрель", windows("2023-04-01/2023-04-30")),
        ("в апреле 2023 года", windows("2023-04-01/2023-04-30")),
        ("04.2023", windows("2023-04-01/2023-04-30")),
        ("Сентбрь 2022", windows("2022-09-01/2022-09-30")),
        ("окт.-нояб. 2022", windows("2022-10-01/2022-11-30")),
        ("сентябрь - октябрь", windows("2022-09-01/2022-10-31")),
        ("с сентября по май", windows("2022-09-01/2023-05-31")),
        ("ноябрь–февраль 2023 г.", windows("2022-11-01/2023-02-28")),
        ("декабрь 2022 - январь", windows("2022-12-01/2023-01-31")),
        ("сентябрь-май 2022-2023 уч. г.", windows("2022-09-01/2023-05-31")),
        ("октябрь, апрель", windows("2022-10-01/2022-10-31", "2023-04-01/2023-04-30")),
        ("сентябрь-октябрь, март 2023", windows("2022-09-01/2022-10-31", "2023-03-01/2023-03-31")),
        ("ноябрь 2022, январь", windows("2022-11-01/2022-11-30", "2023-01-01/2023-01-31")),
        ("май, июнь 2021", windows("2021-05-01/2021-05-31", "2021-06-01/2021-06-30")),
        ("2023 год: март, май", windows("2023-03-01/2023-03-31", "2023-05-01/2023-05-31")),
        ("ежегодно, сентябрь", windows("2022-09-01/2022-09-30")),
        ("I квартал", windows("2023-01-01/2023-03-31")),
        ("4 кв. 2022 г.", windows("2022-10-01/2022-12-31")),
        ("3-4 кварталы 2022", windows("2022-07-01/2022-12-31")),
        ("I, II квартал 2023", windows("2023-01-01/2023-03-31", "2023-04-01/2023-06-30")),
        ("П квартал 2023", windows("2023-04-01/2023-06-30")),
        ("I полугодие", windows("2022-09-01/2022-12-31")),
        ("второе полугодие 2022-2023 учебного года", windows("2023-01-01/2023-05-31")),
        ("2 декада марта", windows("2023-03-11/2023-03-20")),
        ("III декада февраля", windows("2023-02-21/2023-02-28")),
        ("вторая половина января", windows("2023-01-16/2023-01-31")),
        ("Сен-\nтябрь 2022", windows("2022-09-01/2022-09-30")),
        ("2 раза в год (октябрь, апрель)", windows("2022-10-01/2022-10-31", "2023-04-01/2023-04-30")),
    ],
)
def test_windows(phrase: str, expected: tuple[Window, ...]) -> None:
    assert compile(phrase, SCHOOL) == expected


def test_calendar_plans_count_calendar_halves_and_years() -> None:
    assert compile("I полугодие", CALENDAR) == windows("2022-01-01/2022-06-30")
    assert compile("2 полугодие 2022 г.", CALENDAR) == windows("2022-07-01/2022-12-31")
    assert compile("до конца года", CALENDAR) == by("2022-12-31")
    assert compile("III квартал", CALENDAR) == windows("2022-07-01/2022-09-30")
    assert compile("2022-2024 годы", PROGRAMME) == throughout("2022-01-01", "2024-12-31")


def test_yearly_dates_come_in_every_year_of_the_plan() -> None:
    assert compile("ежегодно до 1 октября", PROGRAMME) == by("2022-10-01", "2023-10-01", "2024-10-01")


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("в течение года", all_year()),
        ("в течении всего учебного года", all_year()),
        ("в теч. уч. года", all_year()),
        ("втечение года", all_year()),
        ("На протяжении всего периода", all_year()),
        ("весь период реализации дорожной карты", all_year()),
        ("в период подготовки и проведения ВПР", all_year()),
        ("постоянно, в течение учебного года", all_year()),
        ("на постоянной основе", all_year()),
        ("круглый год", all_year()),
        ("регулярно", all_year()),
        ("2022-2023 уч. год", all_year()),
        ("2022/2023 уч.г.", all_year()),
        ("в 2022-23 учебном году", all_year()),
        ("2022 год", throughout("2022-01-01", "2022-12-31")),
        ("постоянно в течение 2022 года", throughout("2022-01-01", "2022-12-31")),
        ("в течение I полугодия", throughout("2022-09-01", "2022-12-31")),
        ("в течение марта-апреля 2023 г.", throughout("2023-03-01", "2023-04-30")),
        ("весь сентябрь", throughout("2022-09-01", "2022-09-30")),
        ("ежедневно", all_year("day")),
        ("еженедельно", all_year("week")),
        ("каждую пятницу", all_year("week", "friday")),
        ("еженедельно, по понедельникам", all_year("week", "monday")),
        ("ежемесячно в течение года", all_year("month")),
        ("1 раз в месяц", all_year("month")),
        ("не реже одного раза в месяц", all_year("month")),
        ("ежемесячно до 5 числа", all_year("month", 5)),
        ("до 25 числа каждого месяца", all_year("month", 25)),
        ("до 25 числа, ежемесячно", all_year("month", 25)),
        ("ежемесячно, до 5 числа месяца, следующего за отчетным", all_year("month", 5)),
        ("в течение года (ежеквартально)", all_year("quarter")),
        ("раз в квартал", all_year("quarter")),
        ("раз в 3 месяца", all_year("quarter")),
        ("1 раз в полугодие", all_year("half-year")),
        ("ежегодно", all_year("year")),
        ("1 раз в учебный год", all_year("year")),
        ("два раза в год", all_year("2 times")),
        ("не менее 3 раз в течение учебного года", all_year("3 times")),
        ("в течение года, 2 раза", all_year("2 times")),
        ("сентябрь-май, ежемесячно", throughout("2022-09-01", "2023-05-31", "month")),
    ],
)
def test_going_on_and_recurring(phrase: str, expected: tuple[Throughout]) -> None:
    assert compile(phrase, SCHOOL) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("по мере выхода нормативных документов", OnEvent(ISSUED)),
        ("в трехдневный срок со дня издания приказа", OnEvent(ISSUED, after="3 days")),
        ("после ВПР", OnEvent(HELD)),
        ("по окончании проведения ВПР", OnEvent(HELD)),
        ("по результатам оценочных процедур", OnEvent(HELD)),
        ("после проведения диагностической работы по математике", OnEvent(HELD)),
        ("накануне проведения ВПР", OnEvent(HELD, before="1 day")),
        ("за неделю до начала ВПР", OnEvent(HELD, before="1 week")),
        ("не позднее, чем за 2 рабочих дня до проведения ОП", OnEvent(HELD, before="2 workdays")),
        ("не менее чем за 10 дней до ВПР", OnEvent(HELD, before="10 days")),
        ("через две недели после ВПР", OnEvent(HELD, after="2 weeks")),
        ("в течение 3 (трёх) раб. дн. после проведения ВПР", OnEvent(HELD, after="3 workdays")),
        ("после ВПР в течение месяца", OnEvent(HELD, after="1 month")),
        ("на следующий день после ВПР", OnEvent(HELD, after="1 day")),
        ("при выявлении признаков необьективности", OnEvent(FOUND)),
        ("при попадании школы в «зону риска»", OnEvent(FOUND)),
        (
            "в течение 5 дней с момента выявления школ с необъективными результатами",
            OnEvent(FOUND, after="5 days"),
        ),
        ("по завершении проверки работ школьной комиссией", OnEvent(CHECKED)),
        ("не позднее 5 рабочих дней после окончания проверки работ", OnEvent(CHECKED, after="5 workdays")),
        ("в недельный срок после получения результатов", OnEvent(OTHER, after="1 week")),
        ("в течение 7 рабочих дней со дня получения результатов ВПР", OnEvent(OTHER, after="7 workdays")),
        ("по мере необходимости", OnEvent(OTHER)),
        ("по мере поступления обращений", OnEvent(OTHER)),
        ("по запросу", OnEvent(OTHER)),
        ("по факту", OnEvent(OTHER)),
        ("по итогам I полугодия", OnEvent(OTHER)),
        ("сразу после совещания", OnEvent(OTHER)),
    ],
)
def test_events(phrase: str, expected: OnEvent) -> None:
    assert compile(phrase, SCHOOL) == (expected,)


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("по графику проведения ВПР", "vpr"),
        ("согласно графика проведения всероссийских проверочных работ", "vpr"),
        ("в соответствии с утверждённым планом-графиком", "vpr"),
        ("в дни проведения оценочных процедур", "vpr"),
        ("в период проведения ВПР", "vpr"),
        ("во время ВПР", "vpr"),
        ("в сроки проведения ВПР", "vpr"),
        ("по графику ВПР в 4-8 классах", "vpr"),
        ("по графику", "график"),
        ("По утвержденному графику", "утвержденный график"),
        ("согласно годовому плану работы школы", "годовой план работы школы"),
        ("в соответствии с Планом работы РМО на 2022-2023 уч. год", "план работы РМО на 2022-2023 уч. год"),
        ("по планам работы школ", "планы работы школ"),
        ("по графику, утверждённому отделом", "график, утверждённый отделом"),
        ("в сроки, установленные министерством", "сроки, установленные министерством"),
        ("по плану работы с одарёнными детьми", "план работы с одарёнными детьми"),
        ("согласно циклограмме", "циклограмма"),
        ("план ВШК", "план ВШК"),
    ],
)
def test_schedules(phrase: str, name: str) -> None:
    assert compile(phrase, SCHOOL) == (BySchedule(name),)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        (
            "октябрь-ноябрь (по отдельному плану)",
            (*windows("2022-10-01/2022-11-30"), BySchedule("отдельный план")),
        ),
        ("по плану ВШК в течение года", (BySchedule("план ВШК"), ALL_YEAR)),
        (
            "апрель, май 2023 г. по графику ВПР",
            (*windows("2023-04-01/2023-04-30", "2023-05-01/2023-05-31"), *VPR),
        ),
        ("июнь 2023 г., по итогам ВПР", (*windows("2023-06-01/2023-06-30"), OnEvent(HELD))),
        ("постоянно, март 2023", (ALL_YEAR, *windows("2023-03-01/2023-03-31"))),
        ("в течение года, по мере поступления заявок", (ALL_YEAR, OnEvent(OTHER))),
        ("до 1 октября; май", (*by("2022-10-01"), *windows("2023-05-01/2023-05-31"))),
    ],
)
def test_several_parts_in_one_phrase(phrase: str, expected: tuple[object, ...]) -> None:
    assert compile(phrase, SCHOOL) == expected


@pytest.mark.parametrize(
    ("phrase", "asked"),
    [
        ("в течение трёх дней", "После чего отсчитывать?"),
        ("30 февраля", "Такого дня нет"),
        ("31.04.2023", "Такого дня нет: 31.04"),
        ("до 32.05.2023", "Такой даты нет"),
        ("в начале марта", "напишите дни"),
        ("конец августа", "напишите дни"),
        ("первая неделя сентября", "Какими числами эта неделя?"),
        ("1 раз в четверть", "четверти"),
        ("III четверть", "четверти"),
        ("до конца учебного года", "До какого числа?"),
        ("до конца года", "учебного или календарного"),
        ("до марта", "До какого числа?"),
        ("с 1 сентября", "до какого дня?"),
        ("до начала ВПР", "За сколько дней"),
        ("август-сентябрь", "Какого года"),
        ("III квартал", "Какого года"),
        ("II полугодие 2023 г.", "учебного или календарного"),
        ("15.03.2023 (понедельник)", "дата или день недели"),
        ("до 1 марта - приём, до 10 марта - отчёт", "Не понято"),
        ("сентябрь или октябрь", "Не понято"),
        ("5 класс – март, 6 класс – апрель", "Не понято"),
        ("по согласованию", "Не понято"),
        ("март брбрбр", "«брбрбр»"),
        ("по мере брбрбр", "«брбрбр»"),
        ("2-3 раза в год", "Сколько именно"),
        ("2 раза в месяц", "Сколько раз за год"),
        ("ежемесячно, ежеквартально", "разные повторяемости"),
        ("до 25 числа", "какого месяца"),
        ("до 15.03.2032", "далеко от периода"),
        ("с 15 мая 2023 по 15 марта 2023", "Конец раньше начала"),
        ("не ранее 15 марта", "до какого дня"),
        ("кроме марта", "Не понято"),
        ("по итогам", "Какое событие"),
        ("", "не указан"),
        (" — ", "не указан"),
        ("март " * 200, "Слишком длинно"),
    ],
)
def test_what_is_not_certain_is_asked(phrase: str, asked: str) -> None:
    parts = compile(phrase, SCHOOL)
    assert parts == (Unclear(),)
    assert isinstance(parts[0], Unclear)
    assert asked in parts[0].reason


def test_which_year_a_bare_month_has_is_asked_in_a_plan_of_several_years() -> None:
    assert compile("март", PROGRAMME) == (Unclear(),)
    assert compile("в течение года", PROGRAMME) == (Unclear(),)


def test_a_day_that_does_not_exist_is_told_from_a_question() -> None:
    (part,) = compile("до 31.02.2023", SCHOOL)
    assert isinstance(part, Unclear)
    assert part.impossible


def test_json_form_is_the_contracts() -> None:
    parts = (
        By(D("2022-03-01")),
        Window(D("2022-03-01"), D("2022-03-31")),
        Throughout(D("2021-09-01"), D("2022-08-31"), "month", 25),
        OnEvent("assessment_held", after="3 workdays"),
        BySchedule("vpr"),
        Unclear("Какого года?"),
    )
    assert to_json(parts) == [
        {"by": "2022-03-01"},
        {"window": ["2022-03-01", "2022-03-31"]},
        {"throughout": ["2021-09-01", "2022-08-31"], "every": "month", "on": 25},
        {"event": "assessment_held", "after": "3 workdays"},
        {"schedule": "vpr"},
        {"unclear": True},
    ]
    assert from_json(to_json(parts)) == parts


@pytest.mark.parametrize(
    "data",
    [
        {"by": "2022-03-01"},
        "by",
        [1],
        [{}],
        [{"by": "01.03.2022"}],
        [{"by": 5}],
        [{"by": "2022-03-01", "every": "month"}],
        [{"window": ["2022-03-02", "2022-03-01"]}],
        [{"window": ["2022-03-02"]}],
        [{"throughout": ["2022-01-01", "2022-12-31"], "every": "fortnight"}],
        [{"throughout": ["2022-01-01", "2022-12-31"], "on": 25}],
        [{"throughout": ["2022-01-01", "2022-12-31"], "every": "month", "on": 32}],
        [{"event": "assessment_held", "after": "three days"}],
        [{"event": "assessment_held", "after": "1 day", "before": "1 day"}],
        [{"event": ""}],
        [{"schedule": " "}],
        [{"unclear": False}],
    ],
)
def test_json_that_is_no_deadline_is_refused_in_russian(data: object) -> None:
    with pytest.raises(ValueError, match=r"[а-я]"):
        from_json(data)  # type: ignore[arg-type]


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="раньше"):
        Period(date(2022, 9, 1), date(2022, 8, 31))


def test_the_compiler_needs_no_django() -> None:
    code = "import sys, roadmaps.deadlines; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
