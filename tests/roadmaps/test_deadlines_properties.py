"""What holds for every phrase: no crash, no half-understood answer, decorations change nothing."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from portal.lib.calendar import WorkCalendar
from roadmaps.deadlines import (
    By,
    Period,
    Throughout,
    Unclear,
    Window,
    compile,
    find,
    from_json,
    occurrences,
    sense,
    to_json,
)

PERIODS = st.builds(
    lambda first, days: Period(first, first + timedelta(days=days)),
    st.dates(date(1995, 1, 1), date(2090, 1, 1)),
    st.integers(0, 1500),
)
SCHOOL = Period(date(2022, 9, 1), date(2023, 8, 31))
VOCABULARY = """
до с по в не к за и на или к позднее течение период срок марта март апрель сентябрь 15 1 2023 2022-2023 года г.
учебный квартал I II полугодие раз месяц год каждый ежемесячно постоянно после проведения ВПР графику плану согласно
мере итогам дней рабочих недели 3 - – , ; ( ) 15.03.2023 15.03 32.13.2023 числа весь конца 2 декада издания приказа
дня случае срок: трехдневный накануне через чем
"""
WORDS = st.sampled_from(VOCABULARY.split())
PHRASES = st.lists(WORDS, min_size=1, max_size=14).map(" ".join)
CERTAIN = st.sampled_from(
    [
        "до 15 марта 2023 г.",
        "с 1 по 15 марта",
        "Сентябрь – октябрь 2022 года",
        "март, апрель, май 2023",
        "в течение учебного года",
        "в течение года, ежемесячно",
        "не реже 1 раза в квартал",
        "до 25 числа каждого месяца",
        "2 раза в год",
        "в течение трёх рабочих дней после проведения ВПР",
        "за неделю до проведения ВПР",
        "по графику проведения ВПР",
        "I квартал 2023 г.",
        "I полугодие",
        "постоянно",
        "05.09–23.09.2022",
        "по итогам ВПР",
        "в случае выявления признаков необъективности",
        "ежегодно до 1 июня",
    ]
)


@given(st.text(max_size=120), PERIODS)
def test_no_text_breaks_the_compiler(text: str, period: Period) -> None:
    parts = compile(text, period)
    assert parts
    assert sense(parts, WorkCalendar())
    find(text, period)


@given(PHRASES, PERIODS)
def test_every_part_begins_before_it_ends_and_survives_json(phrase: str, period: Period) -> None:
    parts = compile(phrase, period)
    assert all(part.first <= part.last for part in parts if isinstance(part, Window | Throughout))
    assert from_json(to_json(parts)) == parts
    assert not any(isinstance(part, Unclear) for part in parts) or len(parts) == 1
    for line in sense(parts, WorkCalendar()):
        assert line.text


@given(PHRASES)
def test_occurrences_stay_inside_their_part_and_have_keys_of_their_own(phrase: str) -> None:
    parts = compile(phrase, SCHOOL)
    found = occurrences(parts, WorkCalendar(), {"assessment_held": [date(2023, 3, 15)], "event_happened": []})
    assert len({one.key for one in found}) == len(found)
    for one in found:
        part = parts[one.part_index]
        assert one.first <= one.last
        assert len(one.key) <= 80
        if isinstance(part, Window | Throughout):
            assert part.first <= one.first <= one.last <= part.last
        if isinstance(part, By):
            assert one.due == part.day


@st.composite
def decorated(draw: st.DrawFn) -> tuple[str, str]:
    """A phrase and the same as another hand or another program would have written it."""
    phrase = draw(CERTAIN)
    other = phrase
    for change in draw(st.lists(st.sampled_from(_DECORATIONS), max_size=5, unique=True)):
        other = change(other)
    return phrase, other


_DECORATIONS = (
    str.upper,
    str.lower,
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: text.replace(" ", "  \n "),
    lambda text: text.replace("–", "-"),
    lambda text: text.replace("–", " — "),
    lambda text: text.replace("ё", "е"),
    lambda text: text.replace("й", "и\u0306"),
    lambda text: text.replace(" г.", "г"),
    lambda text: text.replace(" г.", " года"),
    lambda text: f"  {text}. ",
    lambda text: f"«{text}»",
    lambda text: f"- {text};",
    lambda text: text.replace("о", "o"),
    lambda text: text.replace("с", "c").replace("е", "e").replace("а", "a"),
    lambda text: text.replace("рт", "р\u00adт"),
)


@given(decorated())
def test_decorations_do_not_change_the_meaning(pair: tuple[str, str]) -> None:
    phrase, other = pair
    assert compile(other, SCHOOL) == compile(phrase, SCHOOL)
    assert compile(phrase, SCHOOL) != (Unclear(),)


GARBAGE = st.text(alphabet="бвгджзклмнпрстфхцчшщ", min_size=7, max_size=12)


# Real words that say something about a deadline, but nothing the grammar could know.
STRANGERS = st.sampled_from(
    ["отчет", "кабинет", "завтра", "методисту", "приём", "выборочно", "срочно", "кроме", "если", "примерно"]
)


@given(CERTAIN, GARBAGE | STRANGERS, st.integers(0, 12))
def test_a_word_too_many_never_leaves_a_confident_answer(phrase: str, garbage: str, place: int) -> None:
    words = phrase.split()
    at = min(place, len(words))
    # A schedule's name is free text: there the word becomes part of the name of an outside plan, which is asked about.
    assume("графику" not in words or at == 0)
    spoiled = " ".join([*words[:at], garbage, *words[at:]])
    assert compile(spoiled, SCHOOL) == (Unclear(),)


@given(st.dates(date(2022, 9, 2), date(2023, 8, 31)))  # «до 1 сентября» may mean the next one: asked
def test_a_bare_day_gets_the_year_that_lies_in_the_plan(day: date) -> None:
    assert compile(f"до {day.day:02}.{day.month:02}", SCHOOL) == (By(day),)


@given(PHRASES, PERIODS)
def test_what_is_found_stands_where_it_is_said_to(phrase: str, period: Period) -> None:
    text = f"Директорам школ {phrase} представить сведения."
    ends = 0
    for found in find(text, period):
        assert ends <= found.start < found.end <= len(text)
        assert text[found.start : found.end].strip() == text[found.start : found.end]
        ends = found.end
