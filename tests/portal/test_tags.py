"""Words, days and parts as pages show them."""

from __future__ import annotations

import datetime

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone
from django.utils.safestring import mark_safe

from portal.templatetags import portal as tags

NBSP = "\N{NO-BREAK SPACE}"


def draw(source: str, **context) -> str:
    return Template(source).render(Context(context)).replace(NBSP, " ")


@pytest.fixture
def _today(time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 16, 9, 0, tzinfo=datetime.UTC), tick=False)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 школ"),
        (1, "1 школа"),
        (3, "3 школы"),
        (5, "5 школ"),
        (11, "11 школ"),
        (21, "21 школа"),
        (112, "112 школ"),
    ],
)
def test_words_agree_with_numbers(number, words):
    assert tags.plural(number, "школа,школы,школ") == words.replace(" ", NBSP)
    assert tags.plural_word(number, "школа,школы,школ") == words.split()[1]


@pytest.mark.usefixtures("_today")
@pytest.mark.parametrize(
    ("day", "words"),
    [
        (datetime.date(2026, 3, 14), "просрочено на 2 дня"),
        (datetime.date(2026, 3, 16), "сегодня"),
        (datetime.date(2026, 3, 17), "завтра"),
        (datetime.date(2026, 3, 18), "послезавтра"),
        (datetime.date(2026, 3, 19), "через 3 дня"),
        (datetime.date(2026, 4, 6), "через 21 день"),
        (None, ""),
    ],
)
def test_due_days_in_words(day, words):
    assert tags.due_words(day).replace(NBSP, " ") == words


@pytest.mark.usefixtures("_today")
def test_due_shows_shape_word_and_colour():
    day = datetime.date(2026, 3, 14)
    assert "st--late" in draw("{% due day %}", day=day)
    assert "st--soon" in draw("{% due day %}", day=datetime.date(2026, 3, 19))
    assert "через 4 дня" in draw("{% due day %}", day=datetime.date(2026, 3, 20))
    assert draw("{% due day open=False %}", day=day) == draw("{% due day %}", day=None) == ""


@pytest.mark.usefixtures("_today")
@pytest.mark.parametrize(
    ("day", "words"),
    [
        (datetime.date(2026, 3, 15), "15 марта"),
        (datetime.date(2025, 9, 1), "1 сентября"),
        (datetime.date(2025, 8, 31), "31 августа 2025"),
        (datetime.date(2026, 9, 1), "1 сентября 2026"),
    ],
)
def test_year_is_said_outside_this_academic_year(day, words):
    drawn = draw("{{ day|human_date }}", day=day)
    assert f">{words}</time>" in drawn
    assert f'datetime="{day.isoformat()}"' in drawn


@pytest.mark.usefixtures("_today")
def test_full_date_is_there_on_hover():
    assert 'title="15 марта 2026 г., воскресенье"' in draw(
        "{{ day|human_date }}", day=datetime.date(2026, 3, 15)
    )


@pytest.mark.usefixtures("_today")
def test_moments_are_told_in_the_time_zone_in_force():
    moment = datetime.datetime(2026, 3, 15, 20, 30, tzinfo=datetime.UTC)
    with timezone.override("Asia/Novosibirsk"):
        assert ">сегодня, 03:30</time>" in draw("{{ moment|human_time }}", moment=moment)
    with timezone.override("Europe/Moscow"):
        assert ">вчера, 23:30</time>" in draw("{{ moment|human_time }}", moment=moment)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("СОШ № 5", "СОШ №_5"),
        ("12 школ и 3 %", "12_школ и_3_%"),
        ("Михеева Е. И.", "Михеева_Е._И."),
        ("Приказ, п. 2.1", "Приказ, п._2.1"),
        ("пятый класс. Дальше", "пятый класс. Дальше"),
        ("работа в школе", "работа в_школе"),
    ],
)
def test_what_must_not_part_stays_together(text, bound):
    assert tags.nbsp(text) == bound.replace("_", NBSP)


def test_typography_escapes_what_is_not_safe():
    assert draw("{{ text|nbsp }}", text="<b>№ 5</b>") == "&lt;b&gt;№ 5&lt;/b&gt;"
    assert draw("{{ text|nbsp }}", text=mark_safe("<b>№ 5</b>")) == "<b>№ 5</b>"
    assert "&lt;i&gt;" in draw("{% state 'ok' word %}{% section word %}{% endsection %}", word="<i>")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 Б"),
        (1023, "1023 Б"),
        (86016, "84 КБ"),
        (1992294, "1,9 МБ"),
        (20971520, "20 МБ"),
        (5 * 2**40, "5120 ГБ"),
    ],
)
def test_sizes_as_people_see_them(size, words):
    assert tags.file_size(size).replace(NBSP, " ") == words


def test_pager_keeps_the_filter():
    request = RequestFactory().get("/", {"state": "late", "school": ["1", "2"], "page": "2"})
    page = Paginator(range(100), 10).get_page(2)
    drawn = draw("{% pager page %}", page=page, request=request)
    assert 'href="?state=late&amp;school=1&amp;school=2&amp;page=3"' in drawn
    assert '<span aria-current="page">2</span>' in drawn
    assert "11–20 из 100" in drawn


def test_pager_of_one_page_is_nothing():
    page = Paginator(range(3), 10).get_page(1)
    assert draw("{% pager page %}", page=page, request=RequestFactory().get("/")) == ""


def test_stack_says_in_words_what_it_draws():
    drawn = draw("{% stack 25 ok=12 sent=2 late=1 %}")
    assert "принято 12 из 25, на проверке 2, просрочено 1" in drawn
    assert draw("{% stack 0 %}").endswith("принято 0 из 0</p>")


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("undo /a/1/", "/a/1/"),
        ("undo /a/1/ success", "/a/1/"),
        ("undo //evil.example/", ""),
        ("info", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_undo_leads_only_inside(tag, address):
    assert tags.undo_address(tag) == address


class Sample(forms.Form):
    name = forms.CharField(label="Название", help_text="Как на бланке.")
    note = forms.CharField(label="Примечание", required=False)


def test_field_is_bound_to_its_label_help_and_error():
    drawn = draw("{{ form }}", form=Sample({}))
    assert '<label for="id_name">Название</label>' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'id="id_name_error"' in drawn
    assert 'id="id_name_helptext"' in drawn
    assert 'Примечание <span class="opt">по желанию</span>' in drawn


def test_summary_of_errors_leads_to_the_fields():
    assert '<a href="#id_name">Название</a>: Обязательное поле.' in draw("{{ form }}", form=Sample({}))
    assert 'role="alert"' not in draw("{{ form }}", form=Sample())
