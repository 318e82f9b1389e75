"""Years of a printed text move, and nothing but years."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from roadmaps.deadlines import Period, compile, from_json, moved, school_year, shifted, to_json
from tests.roadmaps.test_deadlines_properties import CERTAIN, SCHOOL

MOVED = {
    "до 15 марта 2026 года": "до 15 марта 2027 года",
    "в 2025/26 учебном году": "в 2026/27 учебном году",
    "на 2025/2026 учебный год": "на 2026/2027 учебный год",
    "на 2025 – 2026 уч. г.": "на 2026 – 2027 уч. г.",
    "25/26 учебный год": "26/27 учебный год",
    "1999/00 учебного года": "2000/01 учебного года",
    "Март 2022": "Март 2023",
    "20.09.2025": "20.09.2026",
    "20.09.25 г.": "20.09.26 г.",
    "05–23.09.2022": "05–23.09.2023",
    "2025-09-20": "2026-09-20",
    "09.2025": "09.2026",
    "15 марта 26 г.": "15 марта 27 г.",
    "сентябрь – май 2025-2026": "сентябрь – май 2026-2027",
    "с 1 сентября 2025 г. по 31 мая 2026 г.": "с 1 сентября 2026 г. по 31 мая 2027 г.",
    "II квартал 2026 года": "II квартал 2027 года",
    "2025, 2026 и 2027 годов": "2026, 2027 и 2028 годов",
    "в 2024-м году": "в 2025-м году",
    "после ВПР-2026": "после ВПР-2027",
    "2025": "2026",
    "1–29 февраля 2024 года": "1–28 февраля 2025 года",
    "до 29-го февраля 2024": "до 28-го февраля 2025",
    "до 29.02.2024": "до 28.02.2025",
    "2024-02-29": "2025-02-28",
    "до 1О.О9.2О25": "до 1О.О9.2026",
    "МАЙ 2026": "МАЙ 2027",
}
KEPT = [
    "до 15 марта",
    "в течение учебного года",
    "за 25 лет",
    "2000 рублей",
    "не менее 2024 работ",
    "№ 2025-2026",
    "приказ № 1203",
    "приказом Рособрнадзора от 05.03.2024 № 512",
    "от 5 марта 2024 г. N 512",
    "05.03.2024 № 512",
    "распоряжение министерства от 5 марта 2024 года",
    "письмо № 03-12 от 05.03.2024",
    "Федеральный закон № 273-ФЗ от 29 декабря 2012 года",
    "указ 2018 года № 204",
    "тел. 2-20-26",
    "п. 3.2.1",
    "",
]
PIECES = st.lists(st.sampled_from([*MOVED.items(), *((text, text) for text in KEPT)]), max_size=6)
YEARS = st.integers(-9, 9)  # what they give stays among the years that are read: 1990 to 2099


@pytest.mark.parametrize(("before", "after"), MOVED.items())
def test_a_year_moves_as_it_is_printed(before, after):
    assert shifted(before, 1) == after


@pytest.mark.parametrize("text", KEPT)
def test_acts_and_numbers_stay(text):
    assert shifted(text, 1) == text


def test_the_day_of_an_act_stays_beside_a_deadline_that_moves():
    text = "до 15 марта 2026 года, по приказу от 05.03.2024 № 512"
    assert shifted(text, 2) == "до 15 марта 2028 года, по приказу от 05.03.2024 № 512"


def test_a_text_of_parted_letters_moves_too():
    assert shifted(unicodedata.normalize("NFD", "май 2026"), 1) == "май 2027"


@given(PIECES)
def test_pieces_move_together_as_alone(pieces):
    assume(len(pieces) != 1)  # a year is a phrase only when it stands alone
    pieces = [pair for pair in pieces if pair[0] != "2025"]
    before, after = ("; ".join(side) for side in zip(*pieces, strict=True)) if pieces else ("", "")
    assert shifted(before, 1) == after


@given(PIECES, YEARS)
def test_back_again_gives_the_text(pieces, years):
    text = "; ".join(before for before, _ in pieces if "29" not in before and "О9" not in before)
    assert shifted(shifted(text, years), -years) == text


@given(st.text(alphabet="0123456789 .,-/№абвгодмартфсенябя\n", max_size=60), YEARS)
def test_what_is_no_digit_never_changes(text, years):
    assert re.split(r"\d+", shifted(text, years)) == re.split(r"\d+", text)


@given(st.text(max_size=80), YEARS)
def test_no_text_breaks_it_and_a_text_without_digits_stays(text, years):
    result = shifted(text, years)
    assert result == text or any(letter.isdigit() for letter in text)
    assert shifted(text, 0) in (text, unicodedata.normalize("NFC", text))


@given(CERTAIN, st.integers(1, 3))
def test_the_moved_phrase_means_the_moved_days(phrase, years):
    later = Period(moved(SCHOOL.first, years), moved(SCHOOL.last, years))
    parts = to_json(compile(phrase, SCHOOL))
    text = re.sub(r"20\d\d-\d\d-\d\d", lambda day: str(moved(date.fromisoformat(day[0]), years)), repr(parts))
    assert repr(to_json(compile(shifted(phrase, years), later))) == text
    assert from_json(parts)


@pytest.mark.parametrize(
    ("day", "year"), [("2025-08-25", 2025), ("2025-09-01", 2025), ("2026-01-01", 2025), ("2026-07-31", 2025)]
)
def test_august_belongs_to_the_year_it_prepares(day, year):
    assert school_year(date.fromisoformat(day)) == year


def test_a_leap_day_moves_to_the_28th():
    assert moved(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert moved(date(2024, 2, 29), 4) == date(2028, 2, 29)
