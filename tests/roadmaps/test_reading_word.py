"""What is particular to Word: automatic numbers, tracked changes, text boxes, merged and nested cells."""

import pytest

from roadmaps.reading import Reading, read
from tests.roadmaps.reading_writers import docx, head, numbering, p, run, tbl, tc, tr
from tests.roadmaps.reading_writers import numbering as lists

ROW = tr("1.", "Собрать заявки", "май", "Отдел")


def word(body: str, **parts) -> Reading:
    return read(docx(body, **parts), "план.docx")


def items(reading: Reading) -> list[tuple]:
    return [(item.number, item.text, item.deadline, item.responsible) for item in reading.roadmap.items()]


def numbers(reading: Reading) -> list[str | None]:
    return [item.number for item in reading.roadmap.items()]


def numbered_rows(*nums: str) -> str:
    return "".join(tr(tc(p(num=num)), f"Дело {at}", "май", "Отдел") for at, num in enumerate(nums, start=1))


def test_plain_table_with_title():
    reading = word(p("ПЛАН", bold=True, centre=True) + p("на 2024 год", centre=True) + p() + tbl(head(), ROW))
    assert reading.as_json() == {
        "roadmap": {
            "appendix_header_lines": [],
            "title_lines": ["ПЛАН", "на 2024 год"],
            "period": "2024 год",
            "goals": [],
            "columns": [
                {"key": "number", "heading": "№"},
                {"key": "text", "heading": "Мероприятие"},
                {"key": "deadline", "heading": "Срок"},
                {"key": "responsible", "heading": "Ответственный"},
            ],
            "sections": [
                {
                    "number": None,
                    "title": None,
                    "heading": None,
                    "items": [
                        {"number": "1.", "text": "Собрать заявки", "deadline": "май", "responsible": "Отдел"}
                    ],
                }
            ],
        },
        "order": None,
        "problems": [],
    }


def test_automatic_numbers_of_several_levels():
    body = tbl(head(), numbered_rows("1/0", "1/1", "1/1", "1/0", "1/1"))
    reading = word(body, numbering=numbering(("decimal", "%1."), ("decimal", "%1.%2.")))
    assert numbers(reading) == ["1.", "1.1.", "1.2.", "2.", "2.1."]


@pytest.mark.parametrize(
    ("style", "pattern", "expected"),
    [
        ("decimal", "%1)", ["1)", "2)"]),
        ("decimal", "%1", ["1", "2"]),
        ("decimalZero", "%1.", ["01.", "02."]),
        ("upperRoman", "%1.", ["I.", "II."]),
        ("lowerRoman", "%1.", ["i.", "ii."]),
        ("russianLower", "%1)", ["а)", "б)"]),
        ("russianUpper", "%1.", ["А.", "Б."]),
        ("lowerLetter", "%1)", ["a)", "b)"]),
    ],
)
def test_number_formats(style, pattern, expected):
    assert (
        numbers(word(tbl(head(), numbered_rows("1", "1")), numbering=numbering((style, pattern)))) == expected
    )


def test_list_that_restarts_and_list_that_goes_on():
    shared = "".join(f'<w:num w:numId="{at}"><w:abstractNumId w:val="0"/></w:num>' for at in (1, 2))
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    restarted = f'<w:num w:numId="3"><w:abstractNumId w:val="0"/>{override}</w:num>'
    body = tbl(head(), numbered_rows("1", "1", "2", "3", "3"))
    assert numbers(word(body, numbering=lists(("decimal", "%1."), lists=shared + restarted))) == [
        "1.",
        "2.",
        "3.",
        "1.",
        "2.",
    ]


def test_number_through_the_paragraph_style():
    styles = (
        '<w:style w:type="paragraph" w:styleId="Base"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Num"><w:basedOn w:val="Base"/></w:style>'
    )
    row = tr(tc(p(style="Num")), "Дело", "май", "Отдел")
    reading = word(tbl(head(), row, row), styles=styles, numbering=numbering(("decimal", "%1.")))
    assert numbers(reading) == ["1.", "2."]


def test_number_switched_off_in_the_paragraph():
    assert numbers(word(tbl(head(), numbered_rows("0", "0")), numbering=numbering(("decimal", "%1.")))) == [
        None,
        None,
    ]


def test_automatic_number_before_the_text_where_there_is_no_number_column():
    rows = [
        tr(tc(p("Собрать заявки", num="1")), "май", "Отдел"),
        tr(tc(p("Провести опрос", num="1")), "июнь", "Отдел"),
    ]
    reading = word(
        tbl(head("Мероприятие", "Срок", "Исполнители"), *rows), numbering=numbering(("decimal", "%1."))
    )
    assert items(reading) == [
        ("1.", "Собрать заявки", "май", "Отдел"),
        ("2.", "Провести опрос", "июнь", "Отдел"),
    ]


def test_lists_inside_a_cell_keep_their_numbers_and_bullets():
    cell = tc(p("Провести:") + p("опрос", num="1") + p("встречу", num="1"))
    reading = word(tbl(head(), tr("1.", cell, "май", "Отдел")), numbering=numbering(("decimal", "%1)")))
    assert items(reading)[0][1] == "Провести:\n1) опрос\n2) встречу"
    reading = word(tbl(head(), tr("1.", cell, "май", "Отдел")), numbering=numbering(("bullet", "–")))
    assert items(reading)[0][1] == "Провести:\n– опрос\n– встречу"


def test_automatic_number_of_a_section():
    section = tr(tc(p("Кадры", num="1", bold=True), span=4))
    reading = word(
        tbl(head(), section, tr("1.1", "Дело", "май", "Отдел")), numbering=numbering(("upperRoman", "%1."))
    )
    assert [(each.number, each.title, each.heading) for each in reading.roadmap.sections] == [
        ("I", "Кадры", "I. Кадры")
    ]


def test_tracked_changes_are_taken_as_accepted_with_a_remark():
    changed = p(
        inner=run("Собрать ")
        + f"<w:ins>{run('все ')}</w:ins><w:del><w:r><w:delText>старые </w:delText></w:r></w:del>"
        + run("заявки")
    )
    moved = p(inner=f"<w:moveFrom>{run('апрель')}</w:moveFrom><w:moveTo>{run('май')}</w:moveTo>")
    gone = tr("2.", "Отменённое", "июнь", "Отдел", properties="<w:del/>")
    reading = word(tbl(head(), tr("1.", tc(changed), tc(moved), "Отдел"), gone))
    assert items(reading) == [("1.", "Собрать все заявки", "май", "Отдел")]
    assert ["исправления" in problem.message for problem in reading.problems] == [True]


def test_hidden_text_is_left_out_with_a_remark():
    cell = tc(p(inner=run("Собрать") + run(" тайно", hidden=True) + run(" заявки")))
    reading = word(tbl(head(), tr("1.", cell, "май", "Отдел")))
    assert items(reading)[0][1] == "Собрать заявки"
    assert ["скрытый" in problem.message for problem in reading.problems] == [True]


def test_hyperlinks_fields_controls_and_signs():
    link = f'<w:hyperlink r:id="r9">{run("на сайте")}</w:hyperlink>'
    field = (
        f'<w:fldSimple w:instr="DATE">{run("в мае")}</w:fldSimple><w:r><w:instrText>PAGE</w:instrText></w:r>'
    )
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{run('отдел')}</w:sdtContent></w:sdt>"
    signs = (
        '<w:r><w:t>веб</w:t><w:noBreakHyphen/><w:t>страница</w:t><w:softHyphen/><w:sym w:char="F0B7"/></w:r>'
    )
    cell = tc(p(inner=run("Разместить ") + link + run(" ") + field) + p(inner=control) + p(inner=signs))
    assert (
        items(word(tbl(head(), tr("1.", cell, "май", "Отдел"))))[0][1]
        == "Разместить на сайте в мае\nотдел\nвеб-страница•"
    )


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_notes_are_named_among_the_problems(kind):
    cell = tc(p(inner=run("Собрать заявки") + f'<w:r><w:{kind}Reference w:id="2"/></w:r>'))
    separator = f'<w:{kind} w:type="separator" w:id="0"><w:p/></w:{kind}>'
    notes = f'{separator}<w:{kind} w:id="2">{p("кроме вечерних школ")}</w:{kind}>'
    reading = word(tbl(head(), tr("1.", cell, "май", "Отдел")), **{f"{kind}s": notes})
    assert items(reading)[0][1] == "Собрать заявки"
    assert ["кроме вечерних школ" in problem.message for problem in reading.problems] == [True]


def test_text_box_is_read_once():
    box = f"<w:txbxContent>{p('Приложение')}{p('к приказу от 05.09.2022 № 7')}</w:txbxContent>"
    drawing = (
        "<w:r><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    reading = word(p(inner=drawing) + p("ПЛАН", centre=True) + tbl(head(), ROW))
    assert reading.roadmap.appendix_header_lines == ["Приложение", "к приказу от 05.09.2022 № 7"]
    assert (reading.order.number, reading.order.date) == ("7", "2022-09-05")


def test_content_controls_round_rows_and_cells_are_looked_through():
    cell = f"<w:sdt><w:sdtContent>{tc('Собрать заявки')}</w:sdtContent></w:sdt>"
    row = f"<w:sdt><w:sdtContent><w:tr>{tc('1.')}{cell}{tc('май')}{tc('Отдел')}</w:tr></w:sdtContent></w:sdt>"
    assert items(word(f"<w:sdt><w:sdtContent>{tbl(head(), row)}</w:sdtContent></w:sdt>")) == [
        ("1.", "Собрать заявки", "май", "Отдел")
    ]


def test_cells_merged_downwards():
    rows = [
        tr("1.", "Собрать заявки", tc("май", merge="restart"), tc("Отдел", merge="restart")),
        tr("2.", "Провести опрос", tc(merge="continue"), tc(merge="continue")),
        tr("3.", "Выпустить сборник", tc("июль", merge="restart"), tc(merge="continue")),
    ]
    assert items(word(tbl(head(), *rows))) == [
        ("1.", "Собрать заявки", "май", "Отдел"),
        ("2.", "Провести опрос", "май", "Отдел"),
        ("3.", "Выпустить сборник", "июль", "Отдел"),
    ]  # fmt: skip


def test_dragged_borders_do_not_mix_columns():
    top = tr(tc("№"), tc("Мероприятие", span=2), tc("Срок", span=2), tc("Ответственный", span=2))
    row = tr(tc("1."), tc("Собрать заявки", span=3), tc("май"), tc("Отдел", span=2))
    assert items(word(tbl(top, row))) == [("1.", "Собрать заявки", "май", "Отдел")]


def test_row_that_begins_further_right():
    row = tr(tc("и опросы"), tc(""), tc(""), properties='<w:gridBefore w:val="1"/>')
    assert items(word(tbl(head(), ROW, row))) == [("1.", "Собрать заявки и опросы", "май", "Отдел")]


def test_table_inside_a_cell_is_part_of_its_text():
    inner = tbl(tr("5 класс", "математика"), tr("6 класс", "физика"))
    cell = tc(p("Проверить работы") + inner + p())
    assert (
        items(word(tbl(head(), tr("1.", cell, "май", "Отдел"))))[0][1]
        == "Проверить работы\n5 класс математика\n6 класс физика"
    )


def test_roadmap_inside_a_layout_table_is_found():
    reading = word(tbl(tr(tc(p("ПЛАН школы") + tbl(head(), ROW) + p()))))
    assert reading.roadmap.title_lines == ["ПЛАН школы"]
    assert items(reading) == [("1.", "Собрать заявки", "май", "Отдел")]


def test_soft_line_ends_blanks_and_invisible_signs():
    cell = tc(p("  Собрать\u00a0 заяв\u00adки\nот  школ\u200b ") + p(" ") + p())
    assert items(word(tbl(head(), tr("1.", cell, "май", "Отдел"))))[0][1] == "Собрать заявки\nот школ"


def test_repeated_head_and_sections_over_broken_tables():
    reading = word(
        tbl(head(), tr(tc("I. Первый", span=4, bold=True)), ROW)
        + p("II. Второй", bold=True, centre=True)
        + tbl(head(), tr("2.", "Провести опрос", "июнь", "Отдел"))
    )
    assert [(each.number, len(each.items)) for each in reading.roadmap.sections] == [("I", 1), ("II", 1)]


def test_bold_row_alone_is_a_section_without_any_number():
    row = tr("", tc("Работа с семьями", bold=True), "", "")
    assert [each.title for each in word(tbl(head(), ROW, row, ROW)).roadmap.sections] == [
        None,
        "Работа с семьями",
    ]


def test_bold_of_a_style_counts():
    styles = '<w:style w:type="paragraph" w:styleId="H"><w:rPr><w:b/></w:rPr></w:style>'
    row = tr("", tc(p("Работа с семьями", style="H")), "", "")
    assert [each.title for each in word(tbl(head(), ROW, row, ROW), styles=styles).roadmap.sections] == [
        None,
        "Работа с семьями",
    ]


def test_strict_open_xml_is_read_too():
    assert items(read(docx(tbl(head(), ROW), strict=True), "план.docx")) == [
        ("1.", "Собрать заявки", "май", "Отдел")
    ]


def test_deleted_paragraph_mark_joins_paragraphs():
    first = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + run("Собрать ") + "</w:p>"
    assert (
        items(word(tbl(head(), tr("1.", tc(first + p("заявки")), "май", "Отдел"))))[0][1] == "Собрать заявки"
    )
