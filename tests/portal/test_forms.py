"""The filter above a list: what it keeps, what «Сбросить» leaves, words are looked for in a search field."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.http import QueryDict

from portal.lib.forms import Filter
from portal.templatetags.portal import filter_form


class Shelf(Filter):
    KEPT: ClassVar[tuple[str, ...]] = ("year",)

    year = forms.CharField(label="год", required=False)
    q = forms.CharField(label="Слова", required=False, max_length=20)
    kind = forms.ChoiceField(label="Вид", required=False, choices=[("", "Любой"), ("a", "А")])
    only = forms.BooleanField(label="Только новые", required=False)
    row = forms.CharField(required=False, widget=forms.HiddenInput)


def asked(words: str) -> Shelf:
    return Shelf(QueryDict(words))


def test_nothing_asked_narrows_nothing_and_offers_no_reset() -> None:
    assert not asked("").narrows
    assert "Сбросить" not in filter_form(asked(""))


def test_what_is_kept_narrows_nothing() -> None:
    assert not asked("year=2025").narrows


def test_a_choice_and_a_hidden_row_narrow() -> None:
    assert [asked(words).narrows for words in ("kind=a", "only=on", "row=7", "q=школа")] == [True] * 4


def test_reset_leaves_only_what_is_kept() -> None:
    assert asked("year=2025&q=а+б&row=7").reset_address == "?year=2025"
    assert 'href="?year=2025">Сбросить' in filter_form(asked("year=2025&q=а"))


def test_drawn_values_stand_as_chosen() -> None:
    form = asked("q=а")
    form.draw(year="2024")
    assert (form["year"].value(), form["q"].value()) == ("2024", "а")


def test_each_field_is_named_and_words_have_a_search_field() -> None:
    drawn = filter_form(asked("q=<b>"))
    assert drawn.count("<label") == 4
    assert '<input type="search" name="q" value="&lt;b&gt;" maxlength="20" id="id_q">' in drawn
    assert "Найти" in drawn
    assert "Год</label>" in drawn
