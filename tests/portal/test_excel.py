"""`portal.lib.excel`: opening is safe, cells keep their addresses, what is written comes back as it was."""

from __future__ import annotations

import datetime
import io
import re
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib import excel
from portal.lib.excel import Broken, Shape, Unreadable
from tests.schools.books import book


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """A workbook whose only sheet holds this XML inside ``sheetData``."""
    contents = parts(book([["x"]]))
    contents["xl/worksheets/sheet1.xml"] = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        + xml
        + b"</worksheet>"
    )
    return packed(contents)


class TestCells:
    def test_addresses_count_from_the_corner_of_the_sheet(self):
        def shape(made):
            made["Лист1"]["C4"] = "здесь"

        sheet = excel.read(book([], shape=shape))[0]
        assert sheet.rows[3][2] == "здесь"
        assert excel.cell_name(3, 2) == "C4"

    def test_hidden_sheets_are_told_apart(self):
        def shape(made):
            made["Лист2"].sheet_state = "hidden"

        assert [sheet.hidden for sheet in excel.read(book([["a"]], [["b"]], shape=shape))] == [False, True]

    def test_errors_and_uncalculated_formulas_are_seen(self):
        data = with_sheet(
            b'<sheetData><row r="1"><c r="A1" t="e"><f>NA()</f><v>#N/A</v></c>'
            b'<c r="B1"><f>1+1</f></c><c r="C1"><f>1+1</f><v>2</v></c></row></sheetData>'
        )
        assert excel.read(data)[0].rows == [[Broken("#N/A"), Broken("формула без значения"), 2.0]]

    def test_a_lying_dimension_changes_nothing(self):
        data = with_sheet(
            b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1">'
            b'<c r="A1" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
        )
        assert excel.read(data)[0].rows == [["x"]]


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "пустой"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "старого"),
            ("Школа Код\n".encode("cp1251"), "Это текст, а не таблица"),
            (b"<html><table><tr><td>1", "веб-страница"),
            (b"%PDF-1.7 ...", "документ PDF, а не таблица"),
            (packed({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<Types/>"}), "Word"),
            (packed({"a.txt": b"x"}), "архив"),
            (packed({"[Content_Types].xml": b"<T/>", "xl/styles.xml": b"<x/>"}), "повреждён"),
        ],
    )
    def test_what_is_no_workbook_is_named(self, data, words):
        with pytest.raises(Unreadable, match=words):
            excel.read(data)

    def test_a_bomb_is_refused_by_its_declared_size(self):
        contents = parts(book([["x"]])) | {"xl/media/image1.bin": b"\0" * (30 * 1024 * 1024)}
        with pytest.raises(Unreadable, match=r"сжат|велик"):
            excel.read(packed(contents))

    def test_a_lonely_far_cell_does_not_take_all_memory(self):
        data = with_sheet(
            b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        )
        with pytest.raises(Unreadable, match="XFD1048576"):
            excel.read(data)

    def test_entities_are_not_expanded(self):
        contents = parts(book([["x"]]))
        contents["xl/workbook.xml"] = (
            b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook xmlns="http://x"><sheets/>&a;</workbook>'
        )
        with pytest.raises(Unreadable, match="повреждён"):
            excel.read(packed(contents))

    @given(st.binary(max_size=400))
    def test_random_bytes_are_read_as_text_or_refused_in_russian(self, data):
        try:
            words = excel.read(data)[0].name
        except Unreadable as refusal:
            words = str(refusal)
        assert words == "CSV" or re.search(r"[а-я]", words)

    @settings(max_examples=60)
    @given(
        st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=6),
        st.sampled_from([1, 0.99, 0.5]),
    )
    def test_a_damaged_workbook_is_read_or_refused(self, hits, kept):
        whole = bytearray(book([["Наименование", "Код"], ["Школа", 5]]))
        for place, byte in hits:
            whole[int(place * len(whole))] = byte
        try:
            excel.read(bytes(whole[: int(kept * len(whole))]))
        except Unreadable:
            return


def ods(*tables: str, styles: str = "") -> bytes:
    """An .ods whose sheets hold these rows as XML."""
    sheets = "".join(
        f'<table:table table:name="Лист{number}" table:style-name="ta{number}">{rows}</table:table>'
        for number, rows in enumerate(tables, 1)
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f"<office:document-content {spaces} xmlns:calcext='urn:org:calcext'><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return packed(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()}
    )


def ods_cell(value: str, kind: str = "string", **attributes: str) -> str:
    about = "".join(f' table:{name.replace("_", "-")}="{text}"' for name, text in attributes.items())
    told = {"float": f' office:value="{value}"', "date": f' office:date-value="{value}"'}.get(kind, "")
    return f'<table:table-cell office:value-type="{kind}"{told}{about}><text:p>{value}</text:p></table:table-cell>'


BLANK_END = (
    '<table:table-row table:number-rows-repeated="1048575">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


class TestOpenDocument:
    def test_values_repeats_and_blanks(self):
        row = ods_cell("Школа") + ods_cell("5", "float", number_columns_repeated="2") + "<table:table-cell/>"
        gap = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        day = f"<table:table-row><table:table-cell/>{ods_cell('2026-03-01', 'date')}</table:table-row>"
        sheet = excel.read(ods(f"<table:table-row>{row}</table:table-row>{gap}{day}{BLANK_END}"))[0]
        assert sheet.rows == [["Школа", 5.0, 5.0], [], [], ["", datetime.date(2026, 3, 1)]]

    def test_merges_hidden_sheets_remarks_and_errors(self):
        title = ods_cell("Список", number_columns_spanned="3", number_rows_spanned="2")
        remark = "<office:annotation><text:p>заметка</text:p></office:annotation>"
        cell = f'<table:table-cell office:value-type="string">{remark}<text:p>да</text:p></table:table-cell>'
        broken = '<table:table-cell table:formula="of:=1/0"><text:p>#DIV/0!</text:p></table:table-cell>'
        hidden = '<style:table-properties table:display="false"/>'
        style = f'<style:style style:name="ta2" style:family="table">{hidden}</style:style>'
        first, second = excel.read(
            ods(
                f"<table:table-row>{title}</table:table-row>",
                f"<table:table-row>{cell}{broken}</table:table-row>",
                styles=style,
            )
        )
        assert (first.hidden, first.merges) == (False, (excel.Merge(0, 0, 1, 2),))
        assert (second.hidden, second.rows) == (True, [["да", Broken("#DIV/0!")]])

    @pytest.mark.parametrize(
        ("wide", "high", "above"), [(16_384, 1_048_576, 1), (2_000_000_000, 1, 1), (1, 1, 2_000_000_000)]
    )
    def test_a_cell_repeated_without_end_is_refused(self, wide, high, above):
        blank = f'<table:table-row table:number-rows-repeated="{above}"><table:table-cell/></table:table-row>'
        cell = ods_cell("x", number_columns_repeated=str(wide))
        row = f'<table:table-row table:number-rows-repeated="{high}">{cell}</table:table-row>'
        with pytest.raises(Unreadable, match="слишком большой"):
            excel.read(ods(blank + row))

    def test_entities_are_not_expanded(self):
        bad = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
        data = packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": bad})
        with pytest.raises(Unreadable, match="повреждён"):
            excel.read(data)


class TestDelimited:
    @pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
    @pytest.mark.parametrize("mark", [";", ",", "\t"])
    def test_any_code_and_any_mark(self, code, mark):
        text = f"Наименование{mark}Код\r\n«Школа № 1»{mark}sch700001\r\n"
        if code == "cp1251":
            text = text.replace("№", "N")
        sheet = excel.read(text.encode(code))[0]
        assert [len(row) for row in sheet.rows] == [2, 2]
        assert sheet.rows[0] == ["Наименование", "Код"]

    def test_commas_inside_a_cell_do_not_cut_it(self):
        data = "Школа;Адрес\nПервая;ул. Мира, 1, к. 2\nВторая;ул. Лесная, 5, лит. А\n".encode()
        assert excel.read(data)[0].rows[1] == ["Первая", "ул. Мира, 1, к. 2"]

    def test_kept_noughts_and_disarmed_formulas_are_taken_for_what_they_are(self):
        rows = excel.read('ИНН;Телефон\n="0012";\'+7 000\n'.encode())[0].rows
        assert rows[1] == ["0012", "+7 000"]

    def test_what_is_written_comes_back(self):
        risky = ["=1+1", "+7 (000) 1", "-5", "@SUM(A1)", "a;b", 'с «"кавычкой"»', "две\nстроки"]
        data = excel.write_csv([excel.Column("Значение"), excel.Column("№")], [[text, 1] for text in risky])
        assert [row[0] for row in excel.read(data)[0].rows] == ["Значение", *risky]
        assert b";=" not in data
        assert b"\n=" not in data

    def test_an_open_quotation_mark_is_named_by_its_line(self):
        with pytest.raises(Unreadable, match="Строка"):
            excel.read(('a;b\n"' + "x" * 200_000).encode())


SHAPE = Shape(
    "things",
    {"name": "название", "code": "код", "size": "размер"},
    lambda headings: {
        column: {"имя": "name", "код": "code", "код 2": "code", "размер": "size"}[text.lower()]
        for column, text in headings.items()
        if text.lower() in {"имя", "код", "код 2", "размер"}
    },
    lambda found: "" if "name" in found else "Укажите название.",
)


class TestTables:
    def tables(self, *sheets, **said):
        return [
            (table.sheet.name, table.head.top, table.columns, table.how)
            for table in excel.find_tables(excel.read(book(*sheets)), SHAPE, **said)
        ]

    def test_found_by_headings_below_titles_on_every_visible_sheet(self):
        assert self.tables([["Список"], ["Код", "Имя"], ["1", "a"]], [["прочее"]]) == [
            ("Лист1", 1, {"code": 0, "name": 1}, "found")
        ]

    def test_two_columns_for_one_field_are_a_doubt(self):
        (table,) = excel.find_tables(excel.read(book([["Имя", "Код", "Код 2"]])), SHAPE)
        assert (table.columns, table.doubtful) == ({"name": 0, "code": 1}, {"code": [1, 2]})

    def test_a_persons_word_is_final(self):
        said = {"Лист2": {"head": 2, "columns": {"B": "name", "C": "size"}}}
        assert self.tables([["Имя", "Код"]], [[""], ["?", "!", "%"]], mapping=said) == [
            ("Лист2", 1, {"name": 1, "size": 2}, "chosen")
        ]

    def test_remembered_headings_are_known_in_any_order_and_row(self):
        key = excel.headings_key({0: "Кто", 1: "Сколько"})
        known = {key: {"кто": "name", "сколько": "size"}}
        assert self.tables([["Титул"], ["сколько ", "КТО"], [5, "a"]], remembered=known) == [
            ("Лист1", 1, {"size": 0, "name": 1}, "remembered")
        ]

    def test_a_table_once_unwanted_is_left_out(self):
        key = excel.headings_key({0: "Имя", 1: "Код"})
        assert self.tables([["Имя", "Код"], ["a", 1]], remembered={key: {}}) == []

    @given(st.lists(st.sampled_from(["Имя", "Код", "имя", "x", "Ёж"]), min_size=1, max_size=6))
    def test_the_key_does_not_depend_on_order(self, headings):
        there = excel.headings_key(dict(enumerate(headings)))
        assert there == excel.headings_key(dict(enumerate(reversed(headings))))


class TestHeads:
    @staticmethod
    def length(headings):
        return len(headings)

    def test_a_merged_head_of_two_rows_is_one(self):
        def shape(made):
            for area in ("A2:B2", "C2:C3"):
                made["Лист1"].merge_cells(area)

        rows = [["Список"], ["Наименование", None, "ИНН"], ["полное", "краткое", None], ["a", "b", "c"]]
        sheet = excel.read(book([rows[0], rows[1], rows[2], rows[3]], shape=shape))[0]
        head = excel.find_head(sheet, self.length)
        assert (head.top, head.bottom) == (1, 2)
        assert head.headings == {0: "Наименование полное", 1: "Наименование краткое", 2: "ИНН"}

    def test_no_head_where_nothing_scores(self):
        sheet = excel.read(book([["a", "b"]]))[0]
        assert excel.find_head(sheet, lambda headings: 0) is None


class TestWriting:
    def test_what_looks_like_a_formula_stays_text(self):
        risky = ["=1+1", "+7 (000) 1", "-5", "@SUM(A1)"]
        data = excel.write("Школы", [excel.Column("Значение")], [[value] for value in risky])
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        cells = [sheet.cell(row, 1) for row in range(2, 6)]
        assert [(cell.value, cell.data_type, cell.quotePrefix) for cell in cells] == [
            (value, "s", True) for value in risky
        ]

    @settings(max_examples=40)
    @given(
        st.lists(
            st.tuples(
                st.text(
                    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=30
                ).filter(lambda text: text == text.strip()),
                st.integers(1, 10**9),
                st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 1, 1)),
            ),
            min_size=1,
            max_size=8,
        )
    )
    def test_rows_come_back_as_they_went(self, rows):
        columns = [excel.Column(name) for name in ("текст", "число", "день")]
        sheet = excel.read(excel.write("Лист", columns, rows))[0]
        assert [(text, int(number), day) for text, number, day in sheet.rows[1:]] == rows
