"""Pasted HTML and text, CSV and saved pages."""

import pytest

from roadmaps.reading import Reading, Unreadable, read, read_html, read_tsv
from tests.roadmaps.reading_writers import html_table

HEAD = "№\tМероприятие\tСрок\tОтветственный"


def items(reading: Reading) -> list[tuple]:
    return [(item.number, item.text, item.deadline, item.responsible) for item in reading.roadmap.items()]


def test_text_with_tabs_titles_and_sections():
    reading = read_tsv(
        "План мероприятий\nна 2024 год\n"
        + HEAD
        + "\nI. Кадры\n1.1.\tСобрать заявки\tмай\tОтдел\nII. Семьи\n2.1.\tСобрание\tиюнь\tШколы\n"
    )
    assert reading.roadmap.title_lines == ["План мероприятий", "на 2024 год"]
    assert [(each.number, len(each.items)) for each in reading.roadmap.sections] == [("I", 1), ("II", 1)]
    assert items(reading)[0] == ("1.1.", "Собрать заявки", "май", "Отдел")
    assert reading.problems == []


def test_cell_of_several_lines_in_quotes():
    reading = read_tsv(HEAD + '\n1\t"Собрать\nзаявки ""в срок"""\tмай\tОтдел')
    assert items(reading) == [("1", 'Собрать\nзаявки "в срок"', "май", "Отдел")]


def test_quote_inside_a_cell_does_not_swallow_rows():
    reading = read_tsv(HEAD + '\n1\tСобрать "заявки\tмай\tОтдел\n2\tОпрос\tиюнь\tОтдел')
    assert [item[0] for item in items(reading)] == ["1", "2"]


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "cp1251"), (",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16")]
)
def test_csv_in_the_encodings_that_excel_writes(delimiter, encoding):
    rows = [HEAD.split("\t"), ["1", "Собрать заявки школ", "в мае", "Отдел образования"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert items(read(text.encode(encoding), "план.csv")) == [
        ("1", "Собрать заявки школ", "в мае", "Отдел образования")
    ]


def test_row_with_missing_last_cells():
    assert items(read_tsv(HEAD + "\n1\tСобрать заявки\n2\tОпрос\tиюнь\tОтдел"))[0] == (
        "1",
        "Собрать заявки",
        "",
        "",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_saved_page_in_its_own_encoding(encoding):
    page = f'<html><head><meta charset="{encoding}"></head><body>' + html_table(
        [HEAD.split("\t"), ["1", "Дело", "май", "Отдел"]]
    )
    assert items(read(page.encode(encoding), "план.doc")) == [("1", "Дело", "май", "Отдел")]


def test_word_clipboard():
    """Comments, empty office tags, list numbers as text, deleted and hidden text."""
    cells = (
        "<p class=MsoNormal><!--[if !supportLists]--><span>1.&nbsp; </span><!--[endif]--><o:p>&nbsp;</o:p>",
        "<p>Собрать<del>старые</del><ins> все</ins>\r\n заявки<a href='#_ftn1'><sup>[1]</sup></a></p>",
        "<p><span style='display:none'>тайно</span>в мае</p>",
        "<p>Отдел</p><p>Школы<br>города</p>",
    )
    top = html_table([HEAD.split("\t")]).removesuffix("</table>")
    page = f"<style>td {{}}</style>{top}<tr><td>{'</td><td>'.join(cells)}</td></tr></table>"
    assert items(read_html(page)) == [("1.", "Собрать все заявки", "в мае", "Отдел\nШколы\nгорода")]


def test_ordered_lists_number_the_cells():
    rows = "".join(
        f"<tr><td><ol start={at}><li></li></ol></td><td>Дело</td><td>май</td><td>Отдел</td></tr>"
        for at in (1, 2)
    )
    assert [
        item[0] for item in items(read_html(html_table([HEAD.split("\t")])[:-8] + rows + "</table>"))
    ] == ["1.", "2."]


@pytest.mark.parametrize("text", ["", " ", "<p>", "<!-- -->", "\0", "<table></table>", "просто слова"])
def test_nothing_to_read_is_said(text):
    with pytest.raises(Unreadable):
        read_html(text)
    with pytest.raises(Unreadable):
        read_tsv(text)


def test_absurd_spans_do_no_harm():
    reading = read_html(
        html_table(
            [
                HEAD.split("\t"),
                ["colspan=999999999|I. Кадры"],
                ["rowspan=999999999|1", "Дело", "май", "Отдел"],
            ]
        )
    )
    assert items(reading) == [("1", "Дело", "май", "Отдел")]


def test_deeply_nested_page_is_read_or_refused():
    with pytest.raises(Unreadable):
        read_html("<div>" * 5000 + "<table>" * 300)
