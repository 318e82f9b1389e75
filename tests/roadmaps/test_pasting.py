"""Rows copied in Word or Excel and pasted into a plan: shown first, then added where one stood."""

from __future__ import annotations

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.refusals import Refused
from roadmaps import reading
from roadmaps.domain import items, pasting
from roadmaps.models import ActionItem, Roadmap
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import COLUMNS, ActionItemFactory, RoadmapFactory, SectionFactory

pytestmark = pytest.mark.django_db
TABBED = "Провести разбор работ\tдо 20 марта 2026 года\tРуководители ОО\nСобрать отчёты\tапрель 2026 года\tМетодисты"
NUMBERED = "7.\tПровести разбор работ\tдо 20 марта 2026 года\tРуководители ОО"
HTML = (
    "<table><tr><td><p>Провести разбор</p><p>по предметам</p></td><td>до 20 марта</td><td>Руководители ОО</td></tr>"
    "</table>"
)


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def roadmap(methodist):
    return RoadmapFactory(department=methodist.department)


@pytest.fixture
def rows(roadmap):
    section = SectionFactory(roadmap=roadmap)
    return [
        ActionItemFactory(section=section, position=place, number=f"1.{place + 1}.", text=text)
        for place, text in enumerate(["Первое", "Второе"])
    ]


def address(roadmap):
    return reverse("roadmaps:rows_paste", args=[roadmap.pk])


def plan(roadmap):
    found = ActionItem.objects.filter(section__roadmap=roadmap).order_by("section__position", "position")
    return [(item.number, item.text) for item in found]


# --- what stands where -----------------------------------------------------------------------------------------------


def test_cells_go_by_their_place_with_numbers_or_without(roadmap):
    fields = {
        "text": "Провести разбор работ",
        "deadline": "до 20 марта 2026 года",
        "responsible": "Руководители ОО",
    }
    assert pasting.rows(roadmap, html="", text=NUMBERED) == [{"number": "7.", **fields}]
    assert pasting.rows(roadmap, html="", text=TABBED)[0] == fields


def test_numbers_are_left_behind_where_the_plan_has_none(roadmap):
    roadmap.columns = COLUMNS[1:]
    assert pasting.rows(roadmap, html="", text=NUMBERED)[0]["text"] == "Провести разбор работ"


def test_a_head_tells_the_columns_whatever_their_order(roadmap):
    text = "Ответственные\tМероприятие\tСрок\nДиректора школ\tПровести разбор\tмарт 2026"
    (row,) = pasting.rows(roadmap, html="", text=text)
    assert (row["text"], row["deadline"], row["responsible"]) == (
        "Провести разбор",
        "март 2026",
        "Директора школ",
    )


def test_the_richer_form_of_the_clipboard_counts(roadmap):
    (row,) = pasting.rows(
        roadmap, html=HTML, text="Провести разбор\nпо предметам\tдо 20 марта\tРуководители ОО"
    )
    assert row["text"] == "Провести разбор\nпо предметам"


def test_one_column_is_the_text(roadmap):
    found = pasting.rows(
        roadmap, html="<table><tr><td>Первое дело</td></tr><tr><td>Второе дело</td></tr></table>", text=""
    )
    assert [row["text"] for row in found] == ["Первое дело", "Второе дело"]


def test_headings_of_sections_become_no_rows(roadmap):
    heading = '<tr><td colspan="3">II. Контроль</td></tr>'
    html = f"<table>{heading}<tr><td>Дело</td><td>март</td><td>Методисты</td></tr></table>"
    assert [row["text"] for row in pasting.rows(roadmap, html=html, text="")] == ["Дело"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("просто слова", "нет строк таблицы"),
        ("а\tб\tв\tг\tд\tе", "столбцов: 6"),
        ("№\tМероприятие\tСрок\tОтветственные\tБюджет\n1\tДело\tмарт\tМетодисты\t5", "нет столбца «Бюджет»"),
        ("Дело\tмарт\n" * 301, "за один раз можно 300"),
    ],
)
def test_what_does_not_fit_is_said(roadmap, text, says):
    with pytest.raises(Refused, match=says):
        pasting.rows(roadmap, html="", text=text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.from_regex(r"[а-я]{3,9}( [а-я]{3,9}){0,2}", fullmatch=True), min_size=3, max_size=3),
        min_size=1,
        max_size=6,
    )
)
def test_no_word_is_lost_or_moved(cells):
    roadmap = Roadmap(columns=COLUMNS[1:])
    text = "\n".join("\t".join(row) for row in cells)
    html = "<table>" + "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells) + "</table>"
    assert reading.cells("", text) == reading.cells(html, "") == cells
    assert [list(row.values()) for row in pasting.rows(roadmap, html=html, text=text)] == cells


# --- into the plan ---------------------------------------------------------------------------------------------------


def test_what_was_pasted_is_shown_and_not_yet_added(login, methodist, roadmap, rows):
    page = login(methodist).post(address(roadmap), {"text": TABBED, "html": ""})
    content = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "Провести разбор работ" in content
    assert "2 пункта" in content
    assert len(plan(roadmap)) == 2


def test_added_below_the_row_one_stood_in_and_understood(login, methodist, roadmap, rows):
    answer = login(methodist).post(address(roadmap), {"text": TABBED, "after": rows[0].pk, "save": "1"})
    assert plan(roadmap) == [
        ("1.1.", "Первое"), ("1.2.", "Провести разбор работ"), ("1.3.", "Собрать отчёты"), ("1.4.", "Второе"),
    ]  # fmt: skip
    fresh = ActionItem.objects.get(text="Провести разбор работ")
    assert answer["Location"].endswith(f"#item-{fresh.pk}")
    assert fresh.deadline_parts == [{"by": "2026-03-20"}]
    assert fresh.reach[0]["kind"] == "all_schools"


def test_added_at_the_end_of_the_chosen_section(login, methodist, roadmap, rows):
    SectionFactory(roadmap=roadmap, position=99)
    login(methodist).post(address(roadmap), {"text": TABBED, "section": rows[0].section_id, "save": "1"})
    assert [item.text for item in rows[0].section.items.all()][2:] == [
        "Провести разбор работ",
        "Собрать отчёты",
    ]


def test_refused_rows_stay_in_the_form(login, methodist, roadmap, rows):
    page = login(methodist).post(address(roadmap), {"text": "просто слова", "save": "1"})
    assert page.status_code == 422
    assert "просто слова" in page.content.decode()
    assert len(plan(roadmap)) == 2


def test_a_row_of_another_plan_is_no_place(login, methodist, roadmap, rows):
    foreign = ActionItemFactory()
    assert (
        login(methodist)
        .post(address(roadmap), {"text": TABBED, "after": foreign.pk, "save": "1"})
        .status_code
        == 422
    )


def test_a_plan_in_an_order_takes_no_rows(login, methodist, roadmap, rows):
    Roadmap.objects.update(state=Roadmap.State.ASSEMBLED, order=OrderFactory(department=methodist.department))
    page = login(methodist).post(address(roadmap), {"text": TABBED, "save": "1"})
    assert page.status_code == 422
    with pytest.raises(Refused, match="не черновик"):
        items.add_rows(rows[0].section, [{"text": "Дело"}], by=methodist)
    assert len(plan(roadmap)) == 2
