"""Word (.docx) → lines and tables.

Read straight from the XML: python-docx knows neither automatic numbers nor tracked changes, text boxes or content
controls. Taken is what a person sees on paper: insertions kept, deletions and hidden text left out.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from portal.lib.files import BROKEN_ARCHIVE
from roadmaps.reading.errors import Unreadable
from roadmaps.reading.grid import Block, Cell, Line, Paragraph, Row, Source, Table, cell_from
from roadmaps.reading.numbering import Numbering, W, number, value
from roadmaps.reading.text import tidy

_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = W[1:-1].encode()
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = {f"{W}del", f"{W}moveFrom", _FALLBACK, f"{W}rPr", f"{W}pPr", f"{W}instrText", f"{W}delText"}
_BREAKS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}noBreakHyphen": "-"}
_TEXT, _RUN, _PARAGRAPH, _TABLE, _ROW, _CELL = (f"{W}{tag}" for tag in ("t", "r", "p", "tbl", "tr", "tc"))
_TEXT_BOX = f"{W}txbxContent"
_MAX_DEPTH = 60
_MAX_PART = 30_000_000
_DAMAGED = "Файл Word повреждён: {}."
_SAVE_AGAIN = "Откройте файл в Word, сохраните его заново как .docx и загрузите ещё раз."


def read_word(data: bytes) -> Source:
    """The blocks of a .docx file. Raises Unreadable when the package or its XML is broken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Document(_Package(archive)).source()
    except Unreadable:
        raise
    except (*BROKEN_ARCHIVE, etree.XMLSyntaxError) as error:
        raise Unreadable(_DAMAGED.format("его содержимое не читается"), _SAVE_AGAIN) from error


class _Package:
    """The parts of the file by their role."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self.main = self._related("", "/officeDocument") or "word/document.xml"

    def part(self, role: str) -> etree._Element | None:
        """The part that the main one names for this role, if there is one."""
        name = self._related(self.main, role)
        return self.xml(name) if name in self._names else None

    def xml(self, name: str) -> etree._Element:
        """A part as XML; entities are never resolved, a document type is refused."""
        if self._archive.getinfo(name).file_size > _MAX_PART:
            raise Unreadable("Документ Word слишком велик.", "Оставьте в файле только дорожную карту.")
        content = self._archive.read(name)
        if b"<!DOCTYPE" in content[:4096]:
            raise Unreadable(_DAMAGED.format("в нём недопустимое объявление DOCTYPE"), _SAVE_AGAIN)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        return etree.fromstring(content.replace(_STRICT, _TRANSITIONAL), parser)

    def _related(self, source: str, role: str) -> str:
        folder, name = posixpath.split(source)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self._names:
            return ""
        for relation in self.xml(relations).iter(_RELATION):
            if relation.get("Type", "").endswith(role):
                return posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
        return ""


@dataclass(slots=True)
class _Style:
    parent: str | None
    bold: bool | None
    hidden: bool | None
    centred: bool | None
    list_id: str | None
    level: str | None


class _Styles:
    """Paragraph and character styles with what they inherit."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self.default = ""
        for element in () if root is None else root.iterfind(f"{W}style"):
            name = element.get(f"{W}styleId", "")
            if element.get(f"{W}type") == "paragraph" and _flag(element.get(f"{W}default", "0")):
                self.default = name
            self._styles[name] = _read_style(element)

    def chain(self, name: str | None) -> Iterator[tuple[str, _Style]]:
        """The style and those it is based on."""
        seen: set[str] = set()
        while name and name in self._styles and name not in seen:
            seen.add(name)
            yield name, self._styles[name]
            name = self._styles[name].parent


def _read_style(element: etree._Element) -> _Style:
    run, paragraph = element.find(f"{W}rPr"), element.find(f"{W}pPr")
    alignment = value(paragraph, f"{W}jc")
    return _Style(
        parent=value(element, f"{W}basedOn"),
        bold=_switch(run, "b"),
        hidden=_switch(run, "vanish"),
        centred=None if alignment is None else alignment == "center",
        list_id=value(paragraph, f"{W}numPr/{W}numId"),
        level=value(paragraph, f"{W}numPr/{W}ilvl"),
    )


def _flag(text: str) -> bool:
    return text not in {"0", "false", "off", "none"}


def _switch(properties: etree._Element | None, tag: str) -> bool | None:
    found = None if properties is None else properties.find(f"{W}{tag}")
    return None if found is None else _flag(found.get(f"{W}val", "1"))


@dataclass(slots=True)
class _Text:
    """What is gathered from the runs of one paragraph."""

    pieces: list[str] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


class _Document:
    def __init__(self, package: _Package) -> None:
        self._body = package.xml(package.main).find(f"{W}body")
        self._styles = _Styles(package.part("/styles"))
        self._numbering = Numbering(package.part("/numbering"))
        self._notes = {kind: _notes(package.part(f"/{kind}s"), kind) for kind in ("footnote", "endnote")}
        self._tables = 0
        self._hidden = self._tracked = False
        self._used_notes: list[str] = []

    def source(self) -> Source:
        if self._body is None:
            raise Unreadable(_DAMAGED.format("в нём нет текста документа"), _SAVE_AGAIN)
        source = Source(list(self._blocks(self._body, 0)))
        if self._tracked:
            source.remarks.append(
                ("весь документ", "В файле есть неутверждённые исправления; они взяты как принятые.",
                 "Если какие-то исправления лишние, отклоните их в Word и загрузите файл снова.")
            )  # fmt: skip
        if self._hidden:
            source.remarks.append(
                ("весь документ", "В файле есть скрытый текст; он не печатается и потому не взят.",
                 "Если он нужен, снимите с него в Word отметку «скрытый».")
            )  # fmt: skip
        source.remarks += [
            (
                "сноски",
                f"Сноска не вошла в дорожную карту: «{note}».",
                "Если она нужна, впишите её в мероприятие.",
            )
            for note in self._used_notes
        ]
        return source

    # --- blocks ---

    def _blocks(self, parent: etree._Element, depth: int) -> Iterator[Block]:
        """Lines and tables below `parent`, content controls and the like looked through."""
        carried: list[str] = []  # text of paragraphs whose paragraph mark was deleted by a tracked change
        for element in parent:
            if element.tag == _PARAGRAPH:
                line, boxes = self._paragraph(element)
                if self._mark_deleted(element):
                    carried.append(line.text)
                    continue
                for box in boxes if depth < _MAX_DEPTH else ():
                    yield from self._blocks(box, depth + 1)
                yield _joined(carried, line)
                carried = []
            elif element.tag == _TABLE and depth < _MAX_DEPTH:
                yield self._table(element, depth)
            elif element.tag not in _GONE and depth < _MAX_DEPTH and isinstance(element.tag, str):
                yield from self._blocks(element, depth + 1)
        if carried:
            yield _joined(carried, Line(""))

    def _mark_deleted(self, paragraph: etree._Element) -> bool:
        return paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None

    def _paragraph(self, element: etree._Element) -> tuple[Line, list[etree._Element]]:
        properties = element.find(f"{W}pPr")
        style = value(properties, f"{W}pStyle") or self._styles.default
        gathered = _Text()
        self._gather(element, gathered, self._style_flag(style, "bold"), self._style_flag(style, "hidden"))
        text = "".join(gathered.pieces)
        alignment = value(properties, f"{W}jc")
        centred = self._style_flag(style, "centred") if alignment is None else alignment == "center"
        bold = bool(gathered.bold) and all(gathered.bold)
        label = self._label(properties, style)
        return Line(text, label, bold, centred), gathered.boxes

    def _style_flag(self, style: str | None, name: str) -> bool:
        return next(
            (flag for _, each in self._styles.chain(style) if (flag := getattr(each, name)) is not None),
            False,
        )

    def _label(self, properties: etree._Element | None, style: str) -> str:
        """The automatic number, named by the paragraph or through its style (17.3.1.19)."""
        list_id, level = value(properties, f"{W}numPr/{W}numId"), value(properties, f"{W}numPr/{W}ilvl")
        if list_id is None:
            for name, each in self._styles.chain(style):
                if each.list_id is not None:
                    depth = (
                        number(each.level)
                        if each.level
                        else self._numbering.level_of_style(each.list_id, name)
                    )
                    list_id, level = each.list_id, level or str(depth)
                    break
        return self._numbering.label(list_id, number(level)) if list_id and list_id != "0" else ""

    def _gather(self, parent: etree._Element, into: _Text, bold: bool, hidden: bool) -> None:
        """Text of the runs below, in order; text boxes are put aside, deletions passed over."""
        for element in parent:
            tag = element.tag
            if tag in _GONE:
                self._tracked |= tag in {f"{W}del", f"{W}moveFrom"}
            elif tag == _RUN:
                self._run(element, into, bold, hidden)
            elif tag == _TEXT_BOX:
                into.boxes.append(element)
            elif isinstance(tag, str) and tag != f"{W}tabs":
                self._tracked |= tag in {f"{W}ins", f"{W}moveTo"}
                self._gather(element, into, bold, hidden)

    def _run(self, run: etree._Element, into: _Text, bold: bool, hidden: bool) -> None:
        properties = run.find(f"{W}rPr")
        style = value(properties, f"{W}rStyle")
        is_hidden = _switch(properties, "vanish")
        if is_hidden is None:
            is_hidden = hidden or self._style_flag(style, "hidden")
        is_bold = _switch(properties, "b")
        if is_bold is None:
            is_bold = bold or self._style_flag(style, "bold")
        for element in run:
            piece = self._piece(element, into)
            if piece and is_hidden:
                self._hidden = self._hidden or bool(piece.strip())
            elif piece:
                into.pieces.append(piece)
                if piece.strip():
                    into.bold.append(is_bold)

    def _piece(self, element: etree._Element, into: _Text) -> str:
        if element.tag == _TEXT:
            return element.text or ""
        if element.tag == f"{W}sym":
            return _symbol(element.get(f"{W}char", ""))
        if element.tag in {f"{W}footnoteReference", f"{W}endnoteReference"}:
            notes = self._notes[element.tag.removeprefix(W).removesuffix("Reference")]
            self._used_notes += filter(None, [notes.get(element.get(f"{W}id", ""))])
        elif element.tag not in _GONE and element.tag not in _BREAKS and len(element):
            into.boxes += [box for box in element.iter(_TEXT_BOX) if not _inside_fallback(box, element)]
        return _BREAKS.get(element.tag, "") if isinstance(element.tag, str) else ""

    # --- tables ---

    def _table(self, element: etree._Element, depth: int) -> Table:
        if depth == 0:
            self._tables += 1
        name = f"таблица {max(self._tables, 1)}"
        table = Table([], name)
        above: dict[int, Cell] = {}
        for index, row in enumerate(_through(element, _ROW), start=1):
            if row.find(f"{W}trPr/{W}del") is not None:
                self._tracked = True
                continue
            cells = self._cells(row, above, depth)
            above = {cell.column: cell for cell in cells}
            table.rows.append(Row(cells, f"{name}, строка {index}"))
        return table

    def _cells(self, row: etree._Element, above: dict[int, Cell], depth: int) -> list[Cell]:
        cells: list[Cell] = []
        column = number(value(row, f"{W}trPr/{W}gridBefore"))
        if column > 0:
            cells.append(Cell(column=0, span=column))
        for element in _through(row, _CELL):
            properties = element.find(f"{W}tcPr")
            span = max(1, min(number(value(properties, f"{W}gridSpan"), 1), 200))
            cell = self._cell(element, column, span, depth)
            upper = above.get(column)
            if _continues(properties) and upper is not None and not cell.text:
                cell = Cell(upper.text, upper.label, upper.bold, column, span, merged=True)
            cells.append(cell)
            column = cell.end
        return cells

    def _cell(self, element: etree._Element, column: int, span: int, depth: int) -> Cell:
        if element.find(f"{W}tcPr/{W}cellDel") is not None:
            return Cell(column=column, span=span)
        blocks = list(self._blocks(element, depth + 1))
        paragraphs = [
            Paragraph(tidy(each.text), each.label, each.bold) for each in blocks if isinstance(each, Line)
        ]
        tables = [each for each in blocks if isinstance(each, Table)]
        return cell_from(paragraphs, column=column, span=span, tables=tables)


def _keeping_tabs(text: str) -> str:
    """Tidy, but with tabs left: they part a position from a name and a date from a number."""
    return "\n".join(
        "\t".join(filter(None, map(tidy, line.split("\t")))) for line in text.split("\n")
    ).strip()


def _joined(carried: list[str], line: Line) -> Line:
    return Line(_keeping_tabs("".join([*carried, line.text])), line.label, line.bold, line.centred)


def _continues(properties: etree._Element | None) -> bool:
    merge = None if properties is None else properties.find(f"{W}vMerge")
    return merge is not None and merge.get(f"{W}val", "continue") == "continue"


def _through(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, content controls and the like looked through."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif isinstance(element.tag, str) and element.tag not in {_TABLE, _PARAGRAPH, f"{W}del"}:
            yield from _through(element, tag)


def _inside_fallback(box: etree._Element, top: etree._Element) -> bool:
    """A box in the old drawing repeats the one in the new; a box within a box is read with the outer one."""
    for ancestor in box.iterancestors():
        if ancestor is top:
            return False
        if ancestor.tag in {_FALLBACK, _TEXT_BOX}:
            return True
    return False


def _symbol(code: str) -> str:
    try:
        letter = chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
    return "•" if "\ue000" <= letter <= "\uf8ff" else letter


def _notes(root: etree._Element | None, kind: str) -> dict[str, str]:
    if root is None:
        return {}
    return {
        note.get(f"{W}id", ""): tidy("".join(piece.text or "" for piece in note.iter(_TEXT)))
        for note in root.iterfind(f"{W}{kind}")
        if note.get(f"{W}type") in {None, "normal"}
    }
