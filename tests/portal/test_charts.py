"""Charts: what they say in words, the table behind them, and that a strict policy and paper take them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from portal import catalogue
from portal.lib import charts, pdf

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=40)


def drawn(chart: charts.Chart) -> Any:
    return etree.fromstring(chart.svg.encode())


@pytest.mark.parametrize("chart", catalogue.pictures(), ids=lambda chart: chart.title)
def test_a_chart_speaks_and_carries_no_style(chart):
    root = drawn(chart)
    attributes = {name for node in root.iter() for name in node.attrib}
    words = {node.tag.rpartition("}")[2]: node.text for node in root[:2]}
    assert root.get("role") == "img"
    assert words == {"title": chart.title, "desc": chart.description}
    assert chart.description
    assert not attributes & {"style", "id", "onclick", "href"}
    assert chart.rows
    assert {len(row) for row in chart.rows} == {len(chart.head)}


def test_the_histogram_has_its_numbers_in_the_table():
    chart = charts.histogram(
        [1, 0, 4, 2], title="Баллы", thresholds={"3": 1, "4": 3}, suspects=[2], expected=[1, 2, 2, 2]
    )
    assert chart.head == ("Балл", "Учеников", "Ожидалось", "Отметка")
    assert chart.rows == (("0", 1, 1, "2"), ("1", 0, 2, "3"), ("2", 4, 2, "3"), ("3", 2, 2, "4"))
    assert "Выделен балл 2: учеников 4." in chart.description
    assert len(drawn(chart).findall("{*}polygon")) == 1


def test_shares_are_told_in_words():
    chart = charts.marks([("Школа", {"2": 1, "3": 1, "4": 2}), ("Округ", {})], title="Отметки")
    assert chart.rows == (
        ("Школа", *(f"{n}\N{NO-BREAK SPACE}%" for n in (25, 25, 50, 0))),
        ("Округ", "—", "—", "—", "—"),
    )
    assert "Округ: нет данных." in chart.description


def test_a_field_without_data_is_not_a_nought():
    fields = [[charts.Heat("0"), charts.Heat("—", None)], [charts.Heat("2", 2, True), charts.Heat("0")]]
    chart = charts.heat_map(["А", "Б"], ["один", "два"], fields, title="Карта", meaning="Признаков.")
    assert chart.rows == (("А", "0", "—"), ("Б", "2 (отмечено)", "0"))
    assert "полей с данными: 3, отмечено: 1" in chart.description


@given(name=NAMES, counts=st.lists(st.integers(0, 10**6), max_size=60))
def test_any_text_and_any_numbers_give_a_whole_picture(name, counts):
    pictures = [
        charts.histogram(counts, title=name, thresholds={"3": 2}),
        charts.stacked([(name, [n, 0, 1]) for n in counts[:3]], ["а", name, "в"], title=name),
        charts.tasks([name], [min(1, sum(counts) / 10**6)], [None], title=name, whose=name, others="округ"),
        charts.heat_map([name], [name], [[charts.Heat(name, 1)]], title=name, meaning=name),
        charts.lines([charts.Series(name, [(0, 0.5)])], title=name, across=name, upward=name),
    ]
    assert [drawn(picture)[0].text or "" for picture in pictures] == [name] * 5


LONG = (
    "Муниципальное бюджетное общеобразовательное учреждение «ОСНОВНАЯ ШКОЛА ИМЕНИ ПЕРВОПРОХОДЦЕВ» с. Нижнее"
)


def test_a_long_name_is_not_cut_at_the_edge():
    drawn = charts.stacked([(LONG, [1, 2]), ("Лицей", [1, 2])], ["а", "б"], title="Проба")
    names = re.findall(r'x="158.0"[^>]*font-size="(\d+)">([^<]+)<', drawn.svg)
    assert [name for size, name in names if size == "13"] == ["Лицей"]
    (first, second) = [name for size, name in names if size == "11"]
    assert LONG.startswith(first)
    assert second.endswith("…")
    assert all(len(name) * 6 <= 158 for name in (first, second))  # a letter of 11 is about so wide
    assert drawn.rows[0][0] == LONG


def test_tones_say_which_part_is_the_darkest():
    drawn = charts.stacked([("Лицей", [1, 1, 1, 1])], list("абвг"), title="Проба", tones=[1, 2, 3, 0])
    assert re.findall(r'<rect class="c-step(\d)"', drawn.svg) == ["1", "2", "3", "0"] * 2


def test_paper_takes_them():
    printer = pdf.Printer("svg { width: 100% }")
    html = "".join(chart.svg for chart in catalogue.pictures())
    document = printer.lay_out(f"<html lang=ru><title>Рисунки</title><body>{html}</body></html>")
    assert printer.join([document]).startswith(b"%PDF")


def test_a_template_prints_the_picture_and_escapes_what_was_typed():
    chart = charts.marks([("<b>Школа</b>", {"5": 1})], title="Отметки & баллы")
    page = render_to_string("components/_chart.html", {"chart": chart})
    assert chart.svg in page
    assert "<b>" not in page
