"""A Word file of the portal's own making: what a person and a screen reader find in it."""

from __future__ import annotations

import io

import docx
import pytest
from docx.enum.section import WD_ORIENT
from PIL import Image

from portal.lib.docx import Paper


def opened(paper: Paper):
    return docx.Document(io.BytesIO(paper.save()))


@pytest.fixture
def paper() -> Paper:
    return Paper("Справка о результатах")


def test_headings_are_headings_and_lines_are_paragraphs(paper):
    paper.heading("1. Общие сведения")
    paper.text("Первая строка\nВторая <b>строка</b>")
    found = [(p.style.name, p.text) for p in opened(paper).paragraphs]
    assert found == [
        ("Heading 1", "1. Общие сведения"),
        ("Normal", "Первая строка"),
        ("Normal", "Вторая <b>строка</b>"),
    ]


def test_a_tables_head_repeats_and_its_rows_stay_whole(paper):
    paper.table(["Школа", "Участников"], [["МБОУ «СОШ № 1»", 25], ["МБОУ «СОШ № 2»", None]], widths=[120, 40])
    (table,) = opened(paper).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Школа", "Участников"],
        ["МБОУ «СОШ № 1»", "25"],
        ["МБОУ «СОШ № 2»", ""],
    ]
    assert [bool(row._tr.xpath("./w:trPr/w:tblHeader")) for row in table.rows] == [True, False, False]
    assert all(row._tr.xpath("./w:trPr/w:cantSplit") for row in table.rows)
    assert [round(cell.width.mm) for cell in table.rows[1].cells] == [120, 40]


def test_sheets_turn(paper):
    paper.turn(landscape=True)
    first, second = opened(paper).sections
    assert (first.orientation, second.orientation) == (WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE)
    assert (round(first.left_margin.mm), round(second.page_width.mm)) == (30, 297)


def test_pages_are_numbered_but_the_first(paper):
    section = opened(paper).sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml


def test_a_picture_has_words(paper):
    image = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(image, "PNG")
    paper.picture(image.getvalue(), width=80, words="Распределение баллов")
    (described,) = opened(paper).element.body.xpath(".//wp:docPr/@descr")
    assert described == "Распределение баллов"


def test_what_word_cannot_hold_is_left_out(paper):
    paper.text("до\x00 после\x1b")
    assert opened(paper).paragraphs[0].text == "до после"


def test_one_family_for_all_letters(paper):
    fonts = opened(paper).styles["Normal"].element.rPr.rFonts
    assert {fonts.get(key) for key in fonts.keys()} == {"Times New Roman"}  # noqa: SIM118 -- lxml, no mapping


def test_a_signature_is_one_line(paper):
    paper.signature("Начальник отдела", "И.И. Образцова")
    (table,) = opened(paper).tables
    cells = [cell.text for cell in table.rows[0].cells]
    assert (cells[0], cells[2]) == ("Начальник отдела", "И.И. Образцова")
