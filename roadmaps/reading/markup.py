"""HTML, as a word processor puts it on the clipboard or a converter writes it → lines and tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import lxml.html
from lxml import etree

from roadmaps.reading.errors import Unreadable
from roadmaps.reading.grid import Block, Cell, GridBuilder, Line, Paragraph, Source, Table, cell_from
from roadmaps.reading.numbering import formatted
from roadmaps.reading.text import tidy

_SKIPPED = {
    "script", "style", "head", "title", "meta", "link", "template", "noscript", "del", "s", "strike", "colgroup", "col",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol",
    "p", "pre", "section", "ul",
}  # fmt: skip
_BOLD = {"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6"}
_LIST_STYLES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_MAX_DEPTH = 300  # deeper than libxml2 builds a tree
_MAX_SPAN = 200


def read_markup(text: str) -> Source:
    """The blocks of an HTML page or fragment. Raises Unreadable when there is nothing in it."""
    parser = lxml.html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = lxml.html.document_fromstring(text.replace("\0", ""), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        message = "Во вставленном тексте ничего не найдено."
        raise Unreadable(message, "Скопируйте таблицу целиком, вместе с её головой.") from error
    page = _Page()
    page.walk(root, bold=False, centred=False, depth=0)
    page.end_line()
    return Source(page.blocks)


@dataclass(slots=True)
class _Page:
    """Collects blocks; a paragraph is open until a block element or a line's end closes it."""

    blocks: list[Block] = field(default_factory=list)
    name: str = "таблица"
    tables: int = 0
    _pieces: list[str] = field(default_factory=list)
    _bold: list[bool] = field(default_factory=list)
    _label: str = ""
    _centred: bool = False
    _counts: dict[etree._Element, int] = field(default_factory=dict)

    def walk(self, element: etree._Element, *, bold: bool, centred: bool, depth: int) -> None:
        """Everything inside the element, in order."""
        tag = element.tag
        if not isinstance(tag, str) or depth > _MAX_DEPTH or _unseen(element, tag):
            return
        if tag == "table":
            self.end_line()
            self._table(element, depth)
            return
        style = (element.get("style") or "").replace(" ", "").lower()
        bold = _is_bold(tag, style, bold)
        is_block = tag in _BLOCKS
        if is_block:
            centred = _is_centred(element, tag, style, centred)
            self._open(element, tag, centred)
        if tag == "br":
            self._pieces.append("\n")
        self._text(element.text, bold)
        for child in element:
            self.walk(child, bold=bold, centred=centred, depth=depth + 1)
            self._text(child.tail, bold)
        if is_block and tag not in {"ol", "ul"}:
            self.end_line(empty=tag in {"p", "li"} and not len(element) and not (element.text or "").strip())

    def end_line(self, *, empty: bool = False) -> None:
        """Close the open paragraph."""
        text = "".join(self._pieces)
        shown = tidy(text)
        if shown or self._label or empty or "\n" in text:
            bold = bool(self._bold) and all(self._bold)
            self.blocks.append(Line(shown, self._label, bold, self._centred))
        self._pieces, self._bold, self._label = [], [], ""

    def _open(self, element: etree._Element, tag: str, centred: bool) -> None:
        if tag != "p" or "".join(self._pieces).strip():
            label, self._label = self._label, ""
            if "".join(self._pieces).strip() or (label and tag == "li"):
                self._label = label
                self.end_line()
            else:
                self._label = label
        self._centred = centred
        if tag == "li":
            self._label = self._list_label(element)

    def _list_label(self, item: etree._Element) -> str:
        """The number or bullet before a list item, as a browser shows it."""
        parent = item.getparent()
        if parent is None or parent.tag != "ol":
            return "•"
        if parent not in self._counts:
            start = parent.get("start") or "1"
            self._counts[parent] = int(start) if start.isdecimal() and len(start) < 6 else 1
        count = self._counts[parent]
        self._counts[parent] += 1
        return f"{formatted(count, _LIST_STYLES.get(parent.get('type') or '', 'decimal'))}."

    def _text(self, text: str | None, bold: bool) -> None:
        if not text:
            return
        self._pieces.append(_SPACES.sub(" ", text))
        if text.strip():
            self._bold.append(bold)

    def _table(self, element: etree._Element, depth: int) -> None:
        self.tables += 1
        name = f"{self.name} {self.tables}"
        table, builder = Table([], name), GridBuilder()
        for index, row in enumerate(_rows(element), start=1):
            cells = [self._cell(cell, name, depth) for cell in row if cell.tag in {"td", "th"}]
            table.rows.append(builder.row(cells, f"{name}, строка {index}"))
        self.blocks.append(table)

    def _cell(self, element: etree._Element, name: str, depth: int) -> tuple[Cell, int]:
        inside = _Page(name=f"{name}, вложенная таблица")
        style = (element.get("style") or "").replace(" ", "").lower()
        bold = _is_bold(str(element.tag), style, inherited=False)
        inside._text(element.text, bold)
        for child in element:
            inside.walk(child, bold=bold, centred=False, depth=depth + 1)
            inside._text(child.tail, bold)
        inside.end_line()
        lines = [each for each in inside.blocks if isinstance(each, Line)]
        tables = [each for each in inside.blocks if isinstance(each, Table)]
        paragraphs = [Paragraph(each.text, each.label, each.bold) for each in lines]
        cell = cell_from(paragraphs, span=_span(element, "colspan"), tables=tables)
        return cell, _span(element, "rowspan")


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from (row for row in child if row.tag == "tr")


def _span(element: etree._Element, name: str) -> int:
    written = (element.get(name) or "1").strip()
    count = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 1
    return max(1, min(count, _MAX_SPAN if name == "colspan" else 10_000))


def _unseen(element: etree._Element, tag: str) -> bool:
    if tag in _SKIPPED:
        return True
    style = (element.get("style") or "").replace(" ", "").lower()
    if "display:none" in style or "mso-hide:all" in style or "visibility:hidden" in style:
        return True
    target = (element.get("href") or "").lower()
    return tag == "a" and bool(re.search(r"#(_?(ftn|edn|fn|sdfootnote|footnote))", target))


def _is_bold(tag: str, style: str, inherited: bool) -> bool:
    if found := re.search(r"font-weight:(\w+)", style):
        return found[1] in {"bold", "bolder"} or (found[1].isdigit() and int(found[1][:4]) >= 600)
    return inherited or tag in _BOLD


def _is_centred(element: etree._Element, tag: str, style: str, inherited: bool) -> bool:
    if found := re.search(r"text-align:(\w+)", style):
        return found[1] == "center"
    if align := element.get("align"):
        return align.lower() == "center"
    return inherited or tag == "center"
