"""Small writers of Word, Excel and HTML files for the tests of reading; all words in the tests are invented."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

import openpyxl

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
EXTRA = (
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = ("№", "Мероприятие", "Срок", "Ответственный")


def run(text: str, *, bold: bool = False, hidden: bool = False) -> str:
    properties = f"{'<w:b/>' if bold else ''}{'<w:vanish/>' if hidden else ''}"
    breaks = escape(text).replace("\n", "</w:t><w:br/><w:t>").replace("\t", "</w:t><w:tab/><w:t>")
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{breaks}</w:t></w:r>'


def p(
    text: str = "",
    *,
    bold: bool = False,
    centre: bool = False,
    num: str = "",
    style: str = "",
    inner: str = "",
) -> str:
    """A paragraph; `num` is «list/level», `inner` raw runs instead of the text."""
    list_id, _, level = num.partition("/")
    numbered = f'<w:numPr><w:ilvl w:val="{level or 0}"/><w:numId w:val="{list_id}"/></w:numPr>' if num else ""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    centred = '<w:jc w:val="center"/>' if centre else ""
    return f"<w:p><w:pPr>{styled}{numbered}{centred}</w:pPr>{inner or (run(text, bold=bold) if text else '')}</w:p>"


def tc(content: str = "", *, span: int = 1, merge: str = "", bold: bool = False) -> str:
    """A cell of text (a paragraph per line) or of raw paragraphs; `merge` is restart or continue."""
    inner = (
        content if content.startswith("<w:") else "".join(p(line, bold=bold) for line in content.split("\n"))
    )
    merged = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{merged}</w:tcPr>{inner}</w:tc>'


def tr(*cells: str, properties: str = "") -> str:
    """A row of cells, given as text or as raw cells."""
    made = (cell if cell.startswith("<w:tc>") else tc(cell) for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(made)}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def head(*headings: str) -> str:
    return tr(*(headings or _HEAD))


def docx(body: str, *, strict: bool = False, **parts: str) -> bytes:
    """A whole .docx with the given body; `parts` are numbering, styles, footnotes, endnotes."""
    relations = "".join(
        f'<Relationship Id="r{name}" Type="{_OFFICE}/{name}" Target="{name}.xml"/>'
        for name, text in parts.items()
        if text
    )
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        "word/document.xml": f"<w:document {W} {EXTRA}><w:body>{body}<w:sectPr/></w:body></w:document>",
    }
    files |= {f"word/{name}.xml": f"<w:{name} {W}>{text}</w:{name}>" for name, text in parts.items() if text}
    return archive({name: (_strictly(text) if strict else text).encode() for name, text in files.items()})


def _strictly(text: str) -> str:
    text = text.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    return text.replace(_OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships")


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def numbering(
    *patterns: tuple[str, str], lists: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
) -> str:
    """One abstract list with a (format, pattern) for each level, and the lists that use it."""
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
        for depth, (style, pattern) in enumerate(patterns)
    )
    return f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{lists}'


def xlsx(rows: Sequence[Sequence[object]], *, merges: Sequence[str] = (), title: str = "План") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for area in merges:
        sheet.merge_cells(area)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def html_table(rows: Sequence[Sequence[str]]) -> str:
    """A table; a cell beginning with «colspan=2|» or «rowspan=2|» spans."""
    return "<table>" + "".join(f"<tr>{''.join(map(_td, row))}</tr>" for row in rows) + "</table>"


def _td(cell: str) -> str:
    span, bar, text = cell.partition("|")
    attribute, text = (f" {span}", text) if bar and "span=" in span else ("", cell)
    return f"<td{attribute}>{escape(text).replace(chr(10), '<br>')}</td>"
