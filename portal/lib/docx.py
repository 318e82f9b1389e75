"""Word files out: a paper of A4 sheets as ГОСТ Р 7.0.97 sets them, put together part by part.

Pure: no Django. Headings are real headings and a table's head repeats on every page, so that Word's navigation and
a screen reader find their way. Text is data: nothing of it is markup.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

FAMILY = "Times New Roman"
XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
LEFT, RIGHT, TOP, BOTTOM = 30, 10, 20, 20  # mm; kept for more than ten years, hence 30
SHORT, LONG = 210, 297
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
Align = Literal["left", "center", "right", "justify"]


class Paper:
    """A Word document under construction; ``save`` gives its bytes."""

    def __init__(self, title: str, *, size: float = 14, landscape: bool = False) -> None:
        """``size``: points of the body text; tables are set two points smaller, not under 9."""
        import docx

        self._docx: Any = docx.Document()
        self._size = size
        self._dress()
        self._shape(self._docx.sections[0], landscape=landscape)
        self._number_pages(self._docx.sections[0])
        self._docx.core_properties.title = clean(title)
        self._docx.core_properties.author = ""
        self._docx.core_properties.language = "ru-RU"

    def heading(self, text: str, level: int = 1) -> None:
        """A heading of level 1 … 3 that stays with what follows."""
        self._docx.add_heading(clean(text), level)

    def text(
        self,
        text: str,
        *,
        align: Align = "left",
        bold: bool = False,
        italic: bool = False,
        size: float | None = None,
        indent: bool = False,
        space: float = 0,
    ) -> None:
        """A paragraph for each line of ``text``; ``space``: points above the first."""
        for number, line in enumerate(clean(text).split("\n")):
            paragraph = self._docx.add_paragraph()
            _set(paragraph, align=align, indent=indent, space=space if number == 0 else 0)
            run = paragraph.add_run(line)
            run.bold, run.italic = bold or None, italic or None
            if size:
                run.font.size = _points(size)

    def points(self, lines: Iterable[str]) -> None:
        """A list with dashes."""
        for line in lines:
            self._docx.add_paragraph(clean(line), style="List Bullet")

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        widths: Sequence[float],
        right: Iterable[int] = (),
        size: float | None = None,
    ) -> None:
        """A ruled table. ``widths`` in mm, one a column; ``right``: columns set to the right, by number from 0."""
        table = self._docx.add_table(rows=1, cols=len(headings), style="Table Grid")
        table.autofit = False
        points, to_the_right = size or max(9, self._size - 2), set(right)
        _fill(table.rows[0], headings, points, lambda _: "center", bold=True)
        _mark(table.rows[0], "w:tblHeader", "w:cantSplit")
        for row in rows:
            line = table.add_row()
            _fill(line, row, points, lambda column: "right" if column in to_the_right else "left")
            _mark(line, "w:cantSplit")
        for column, width in zip(table.columns, widths, strict=True):
            column.width = _mm(width)
            for cell in column.cells:
                cell.width = _mm(width)
        self._docx.add_paragraph().paragraph_format.space_after = _points(4)

    def picture(self, image: bytes, *, width: float, words: str) -> None:
        """A PNG or JPEG, ``width`` mm wide, with ``words`` for those who do not see it."""
        paragraph = self._docx.add_paragraph()
        _set(paragraph, align="center")
        paragraph.add_run().add_picture(io.BytesIO(image), width=_mm(width))
        (drawing,) = paragraph._p.xpath(".//wp:docPr")
        drawing.set("descr", clean(words))

    def new_page(self) -> None:
        self._docx.add_page_break()

    def turn(self, *, landscape: bool) -> None:
        """From here on the sheets lie (or stand)."""
        from docx.enum.section import WD_SECTION

        section = self._docx.add_section(WD_SECTION.NEW_PAGE)
        section.different_first_page_header_footer = False
        self._shape(section, landscape=landscape)

    def signature(self, position: str, name: str) -> None:
        """«Начальник отдела ______ И.И. Образцова», never parted by a page's end."""
        table = self._docx.add_table(rows=1, cols=3)
        table.autofit = False
        cells = table.rows[0].cells
        for cell, width, value in zip(cells, (75, 45, 50), (position, "_" * 16, name), strict=True):
            cell.width = _mm(width)
            cell.text = clean(value)
        _mark(table.rows[0], "w:cantSplit")

    def save(self) -> bytes:
        stream = io.BytesIO()
        self._docx.save(stream)
        return stream.getvalue()

    # --- the sheet -------------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        from docx.shared import RGBColor

        styles = self._docx.styles
        normal = styles["Normal"]
        _font(normal, self._size)
        normal.paragraph_format.space_after = _points(0)
        for level, size in ((1, self._size + 1), (2, self._size), (3, self._size)):
            heading = styles[f"Heading {level}"]
            _font(heading, size)
            heading.font.bold, heading.font.italic = True, level == 3
            heading.font.color.rgb = RGBColor(0, 0, 0)
            heading.paragraph_format.space_before = _points(12)
            heading.paragraph_format.space_after = _points(4)
            heading.paragraph_format.keep_with_next = True

    def _shape(self, section: Any, *, landscape: bool) -> None:
        from docx.enum.section import WD_ORIENT

        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (
            _mm(LONG if landscape else SHORT),
            _mm(SHORT if landscape else LONG),
        )
        section.left_margin, section.right_margin = _mm(20 if landscape else LEFT), _mm(RIGHT)
        section.top_margin, section.bottom_margin = _mm(TOP), _mm(BOTTOM)

    def _number_pages(self, section: Any) -> None:
        """In the middle of the head, from the second page on."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        section.different_first_page_header_footer = True
        paragraph = section.header.paragraphs[0]
        _set(paragraph, align="center")
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = paragraph.add_run()
            element = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.set(f"{{{XML_NAMESPACE}}}space", "preserve")
                element.text = text
            run._r.append(element)


def clean(text: Any) -> str:
    """What a Word file may hold: no control characters."""
    return _FORBIDDEN.sub("", str(text))


def _mm(value: float) -> Any:
    from docx.shared import Mm

    return Mm(value)


def _points(value: float) -> Any:
    from docx.shared import Pt

    return Pt(value)


def _font(style: Any, size: float) -> None:
    """The same family for every script: Word takes another for Cyrillic otherwise."""
    from docx.oxml.ns import qn

    style.font.name, style.font.size = FAMILY, _points(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FAMILY)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _set(paragraph: Any, *, align: Align, indent: bool = False, space: float = 0) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH as To

    paragraph.alignment = {
        "left": To.LEFT,
        "center": To.CENTER,
        "right": To.RIGHT,
        "justify": To.JUSTIFY,
    }[align]
    if indent:
        paragraph.paragraph_format.first_line_indent = _mm(12.5)
    if space:
        paragraph.paragraph_format.space_before = _points(space)


def _fill(
    row: Any, values: Sequence[Any], size: float, align: Callable[[int], Align], *, bold: bool = False
) -> None:
    for column, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
        paragraph = cell.paragraphs[0]
        _set(paragraph, align=align(column))
        run = paragraph.add_run(clean("" if value is None else value))
        run.font.size, run.bold = _points(size), bold or None


def _mark(row: Any, *names: str) -> None:
    from docx.oxml import OxmlElement

    for name in names:
        row._tr.get_or_add_trPr().append(OxmlElement(name))
