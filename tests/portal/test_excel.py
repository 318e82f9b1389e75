"""`portal.lib.excel`: opening is safe, cells keep their addresses, what is written comes back as it was."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib import excel
from portal.lib.excel import Broken, Unreadable
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
            ("Школа;Код\n".encode("cp1251"), "не книга Excel"),
            (b"%PDF-1.7 ...", "не книга Excel"),
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
    def test_random_bytes_get_a_russian_refusal(self, data):
        with pytest.raises(Unreadable, match=r"[а-я]"):
            excel.read(data)

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
