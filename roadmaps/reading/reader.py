"""From bytes or pasted text to a Reading: which adapter, then the recogniser."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from portal.lib.files import Kind, Limits, RefusedFile, check_archive, sniff
from roadmaps.reading.columns import LOOKED_FOR, find_head
from roadmaps.reading.errors import Unreadable
from roadmaps.reading.excel import read_excel
from roadmaps.reading.grid import Block, Line, Row, Source
from roadmaps.reading.markup import read_markup
from roadmaps.reading.model import Problem, Reading, Roadmap
from roadmaps.reading.order import read_order
from roadmaps.reading.plain import read_plain
from roadmaps.reading.preface import order_of_annex, read_period, read_preface
from roadmaps.reading.recognise import Recogniser, unfold
from roadmaps.reading.word import read_word

MAX_BYTES = 20 * 1024 * 1024
_LIMITS = Limits(total_bytes=100 * 1024 * 1024)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_SAVE_AS = {
    Kind.DOC: "Откройте его в Word и сохраните как «Документ Word (.docx)».",
    Kind.RTF: "Откройте его в Word и сохраните как «Документ Word (.docx)».",
    Kind.ODT: "Откройте его и сохраните как «Документ Word (.docx)».",
    Kind.XLS: "Откройте его в Excel и сохраните как «Книга Excel (.xlsx)».",
    Kind.ODS: "Откройте его и сохраните как «Книга Excel (.xlsx)».",
    Kind.MACRO: "Сохраните его без макросов: как .docx или .xlsx.",
    Kind.ENCRYPTED: "Снимите пароль в Word или Excel (Файл → Сведения → Защита) и загрузите файл снова.",
    Kind.PDF: "Загрузите исходный файл Word или Excel, из которого он сделан.",
    Kind.EMPTY: "Проверьте, тот ли файл выбран.",
}
_ANY_OTHER = (
    "Загрузите дорожную карту в Word (.docx) или Excel (.xlsx) либо вставьте таблицу из буфера обмена."
)


def read(data: bytes, filename: str) -> Reading:
    """Read the roadmap, and the order over it if there is one, from a .docx, .xlsx, .html, .csv or text file.

    The kind is told by content, `filename` only names the file in messages. Raises Unreadable with a Russian
    message and remedy when there is nothing that could be read.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"Файл «{filename}» слишком велик: {len(data) / 2**20:.0f} МБ, можно до {MAX_BYTES // 2**20} МБ.",
            "Уберите из него картинки и лишние страницы.",
        )
    kind = sniff(data)
    if kind in {Kind.DOCX, Kind.XLSX}:
        _check(data, filename)
        return _understood(read_word(data) if kind is Kind.DOCX else read_excel(data))
    if kind is Kind.HTML:
        return read_html(_decoded(data))
    if kind is Kind.TEXT:
        return read_tsv(_decoded(data))
    if kind is Kind.ZIP:
        _check(data, filename)  # a Word file cut off in the middle looks like a nameless archive
    raise Unreadable(
        f"«{filename}»: {kind.label}, дорожную карту из него прочитать нельзя.",
        _SAVE_AS.get(kind, _ANY_OTHER),
    )


def read_html(text: str) -> Reading:
    """Read a roadmap pasted as HTML (`text/html` of the clipboard) or saved as a page. Raises Unreadable."""
    return _understood(read_markup(text))


def read_tsv(text: str) -> Reading:
    """Read a roadmap pasted as plain text with tabs between cells, or a CSV file. Raises Unreadable."""
    return _understood(read_plain(text))


def cells(html: str, text: str) -> list[list[str]]:
    """The rows of a pasted table as the printed texts of their cells, not understood; empty rows are left out.

    ``html`` and ``text`` are the two forms of one clipboard; the first that holds a table counts. Raises Unreadable.
    """
    found: list[list[str]] = []
    for source in ([read_markup(html)] if html.strip() else []) + [read_plain(text)]:
        if not found:
            rows = [row for block in source.blocks if not isinstance(block, Line) for row in block.rows]
            found = [printed for row in rows if any(printed := [cell.printed for cell in row.cells])]
    return found


def _check(data: bytes, filename: str) -> None:
    try:
        check_archive(data, _LIMITS)
    except RefusedFile as refused:
        raise Unreadable(
            f"«{filename}»: {refused.reason[:1].lower()}{refused.reason[1:]}", refused.remedy
        ) from refused


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    named = _CHARSET.search(data[:4096])
    for encoding in ([named[1].decode("ascii")] if named else []) + ["utf-8-sig"]:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1251", errors="replace")


def _understood(source: Source) -> Reading:
    blocks = list(unfold(source.blocks))
    problems = [Problem(*remark) for remark in source.remarks]
    found = _find_table(blocks)
    if found is None:
        raise Unreadable(
            "В файле нет таблицы с понятными названиями столбцов: нужны по крайней мере три разных столбца.",
            f"Дайте таблице верхнюю строку со словами {LOOKED_FOR} и, если есть, «№» и «Результат».",
        )
    order, lines = read_order(found.above, problems)
    roadmap, rest = _one_roadmap(found.blocks, lines, problems)
    if not roadmap.items():
        raise Unreadable(
            "Таблица найдена, но под названиями столбцов нет ни одного мероприятия.",
            "Проверьте, тот ли это файл.",
        )
    order = order or order_of_annex(roadmap.appendix_header_lines)
    read_period(roadmap, order, problems)
    others = list(_further_roadmaps(rest))
    for other in others:
        title = " ".join(other.title_lines) or "без заголовка"
        message = f"В файле есть ещё одна дорожная карта: «{title}» (мероприятий: {len(other.items())})."
        problems.append(Problem("весь файл", message, "Прочитана первая; вторую загрузите отдельным файлом."))
    return Reading(roadmap, order, problems, others)


def _further_roadmaps(blocks: Sequence[Block]) -> Iterator[Roadmap]:
    while found := _find_table(blocks):
        roadmap, blocks = _one_roadmap(found.blocks, found.above, [])
        yield roadmap


def _one_roadmap(
    blocks: Sequence[Block], lines: Sequence[Line], problems: list[Problem]
) -> tuple[Roadmap, Sequence[Block]]:
    """The roadmap whose table stands first in `blocks`, and the blocks it did not take."""
    recogniser = Recogniser()
    read_preface(lines, recogniser.roadmap)
    taken = recogniser.read(blocks)
    roadmap = recogniser.finish()
    problems += recogniser.problems
    return roadmap, blocks[taken:]


class _Found(NamedTuple):
    """The lines over the first head, and the blocks from its table on."""

    above: list[Line]
    blocks: Sequence[Block]


def _find_table(blocks: Sequence[Block]) -> _Found | None:
    """Paragraphs, layout tables and rows of the sheet over the head all count as lines."""
    above: list[Line] = []
    for index, block in enumerate(blocks):
        if isinstance(block, Line):
            above += _soft_lines(block)
        elif head := find_head(block):
            return _Found(above + _lines_of(block.rows[: head.first]), blocks[index:])
        else:
            above += _lines_of(block.rows)
    return None


def _soft_lines(line: Line) -> list[Line]:
    """A paragraph broken by hand inside counts as several lines."""
    first, *rest = line.text.split("\n")
    return [replace(line, text=first), *(replace(line, text=text, label="") for text in rest)]


def _lines_of(rows: Sequence[Row]) -> list[Line]:
    """A layout table as lines: cells of one line each stand on one line, longer ones below each other."""
    lines: list[Line] = []
    for row in rows:
        cells = [cell for cell in row.cells if not cell.merged and (cell.printed or cell.tables)]
        if all("\n" not in cell.printed and not cell.tables for cell in cells):
            bold = bool(cells) and all(cell.bold for cell in cells)
            lines.append(Line("\t".join(cell.printed for cell in cells), bold=bold))
            continue
        for cell in cells:
            lines += [Line(text, bold=cell.bold) for text in cell.printed.split("\n")]
            for inner in cell.tables:
                lines += _lines_of(inner.rows)
            lines.append(Line(""))
    return lines
