"""Tables of any source → sections and items. The rules are numbered as in the notes of measured cases.

1  the head is the first row with at least three known columns; it holds for the tables after it
2  repeated heads and the row «1 2 3 4 5» are dropped
3  a section is one filled cell over (nearly) all columns, the same text in all of them, or bold alone
4  a paragraph between tables is a section
5  a row without number that lacks a text or a deadline continues the row above (a page break)
6  number and name may share a cell
7  an automatic number stands for a typed one
8  a cell merged downwards holds for every row it covers
9  Excel keeps 1.10 as 1.1
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from roadmaps.reading.columns import Head, Leaf, find_head, head_at, same_head
from roadmaps.reading.grid import Block, Cell, Line, Row, Table
from roadmaps.reading.model import KNOWN_KEYS, Column, Item, Problem, Roadmap, Section
from roadmaps.reading.text import (
    Heading,
    comparable,
    is_item_number,
    is_letter_number,
    one_line,
    section_heading,
    split_item_number,
)

_TITLE = re.compile(r"[«\"(]?(?:комплексный |сводный |муниципальный |примерный )?(?:план(?![\w-])|дорожная карта|дорожной карты|комплекс мер|перечень мероприятий)", re.IGNORECASE)  # fmt: skip
_APPENDIX = re.compile(r"приложение\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"[-–—]? ?\d{1,3} ?[-–—]?")
_CONTINUED = re.compile(r"(?:окончание|продолжение) (?:таблицы|приложения)", re.IGNORECASE)
_WORDS_FOR = {
    "text": "не указано мероприятие",
    "deadline": "не указан срок",
    "responsible": "не указан ответственный",
}
_LONG_HEADING = 300


def is_title(text: str) -> bool:
    """Whether a line opens a roadmap's title («ПЛАН мероприятий …», «Дорожная карта …»)."""
    return bool(_TITLE.match(one_line(text)))


class Recogniser:
    """Reads one roadmap from blocks that begin with the table holding its head."""

    def __init__(self) -> None:
        self.roadmap = Roadmap()
        self.problems: list[Problem] = []
        self._head: Head | None = None
        self._columns: dict[str, Column] = {}
        self._item: Item | None = None
        self._last_number: str | None = None
        self._numbered = False
        self._dotted = False
        self._pending: list[Line] = []

    def read(self, blocks: Sequence[Block]) -> int:
        """Take blocks until another roadmap begins; how many were taken."""
        for index, block in enumerate(blocks):
            if isinstance(block, Line):
                if block.printed:
                    self._pending.append(block)
                continue
            if self._begins_another(block):
                return index - self._untaken(blocks[:index])
            self._settle_lines(block.name)
            self._read_table(block)
        self._settle_lines("")
        return len(blocks)

    def finish(self) -> Roadmap:
        """The roadmap, with columns that stay empty and have no heading left out."""
        filled = {key for item in self.roadmap.items() for key in item.extra}
        self.roadmap.columns = [
            column
            for key, column in self._columns.items()
            if column.heading or key in KNOWN_KEYS or key in filled
        ]
        for item in self.roadmap.items():
            self._report_gaps(item)
        return self.roadmap

    # --- lines between and after tables ---

    def _begins_another(self, table: Table) -> bool:
        titled = any(is_title(line.text) or _APPENDIX.match(line.text) for line in self._pending)
        anew = table.sheet or titled
        return anew and bool(self.roadmap.items()) and find_head(table) is not None

    def _untaken(self, blocks: Sequence[Block]) -> int:
        """Lines since the last table, which belong to the next roadmap."""
        return next(
            (back for back, block in enumerate(reversed(blocks)) if isinstance(block, Table)), len(blocks)
        )

    def _settle_lines(self, next_table: str) -> None:
        lines, self._pending = self._pending, []
        lines = [
            line
            for line in lines
            if not _PAGE_NUMBER.fullmatch(line.printed) and not _CONTINUED.match(line.text)
        ]
        if self._head is None:
            return
        if next_table:
            self._sections_between(lines, f"перед: {next_table}")
        elif lines:
            self._problem(
                "после таблицы", f"Текст не вошёл в дорожную карту: «{_short(' '.join(each.printed for each in lines))}».",
                "Если он нужен, впишите его в мероприятие или в приказ.",
            )  # fmt: skip

    def _sections_between(self, lines: Sequence[Line], where: str) -> None:
        """Rule 4. Lines that follow each other in bold or centred make one heading."""
        parts: list[str] = []
        for line in lines:
            heading = section_heading(line.printed, self._last_section_number())
            if heading and parts:
                self._add_section(" ".join(parts), where)
                parts = []
            if heading or line.bold or line.centred:
                parts.append(line.printed)
            else:
                self._problem(
                    where,
                    f"Строка не понята и не вошла: «{_short(line.printed)}».",
                    "Если это раздел, добавьте его вручную.",
                )
        if parts:
            self._add_section(" ".join(parts), where)

    # --- tables ---

    def _read_table(self, table: Table) -> None:
        _fold_nested(table)
        head = find_head(table) if self._head is None else head_at(table, 0) if table.rows else None
        first = 0
        if head is not None:
            self._take_head(head, table)
            first = head.after
        elif not self._fits(table):
            self._refuse_table(table)
            return
        rows = table.rows[first:]
        at_top = head is None
        for index, row in enumerate(rows):
            following = rows[index + 1] if index + 1 < len(rows) else None
            self._read_row(row, following, table, at_top=at_top)
            at_top = at_top and not row.own()

    def _take_head(self, head: Head, table: Table) -> None:
        self._head = head
        for position, leaf in enumerate(head.leaves, start=1):
            if leaf.key is None:
                leaf.key = self._unknown_key(leaf, position)
            self._columns.setdefault(leaf.key, Column(leaf.key, leaf.heading))
        if head.guessed:
            self._problem(
                table.rows[head.first].where, f"Столбец «{head.guessed}» принят за мероприятия.",
                "Проверьте; если это не так, переназначьте столбцы.",
            )  # fmt: skip
        both = [
            leaf for leaf in head.leaves if leaf.key == "deadline" and "ответств" in comparable(leaf.heading)
        ]
        for leaf in both:
            self._problem(
                table.rows[head.first].where, f"Столбец «{leaf.heading}» соединяет срок и ответственного.",
                "Разнесите их вручную: сейчас всё стоит в сроке.",
            )  # fmt: skip

    def _unknown_key(self, leaf: Leaf, position: int) -> str:
        key = leaf.heading or f"Столбец {position}"
        taken = {each.key for each in self._head.leaves if each is not leaf} if self._head else set()
        again = 2
        while key in taken or key in KNOWN_KEYS:
            key, again = f"{leaf.heading or 'Столбец'} ({again})", again + 1
        return key

    def _fits(self, table: Table) -> bool:
        """Whether a table without head can go on the one before: as many columns, or number and name in one."""
        if self._head is None:
            return False
        wanted = len(self._head.leaves)
        counts = [len(row.cells) for row in table.rows if len(row.own()) > 1]
        fitting = sum(count in {wanted, wanted - 1} for count in counts)
        return table.sheet is False and (fitting * 2 > len(counts) if counts else True)

    def _refuse_table(self, table: Table) -> None:
        filled = [row for row in table.rows if row.own()]
        if filled:
            text = " | ".join(cell.printed for cell in filled[0].own())
            self._problem(
                table.name, f"Таблица не похожа на продолжение дорожной карты и не прочитана (строк: {len(filled)}): «{_short(text)}».",
                "Если это её часть, добавьте ей строку с названиями столбцов.",
            )  # fmt: skip

    def _read_row(self, row: Row, following: Row | None, table: Table, *, at_top: bool) -> None:
        assert self._head is not None
        own = row.own()
        if not own or _is_count(own):
            return
        if same_head(own, self._head):
            return
        if (heading := self._heading_in(row, following)) is not None:
            self._add_section(heading, row.where)
            return
        placed = self._place(row)
        if self._continues(placed, at_top=at_top):
            self._continue_item(placed, row)
        elif self._is_stray(placed):
            text = " | ".join(cell.printed for cell in own)
            self._problem(
                row.where,
                f"Строка не понята и не вошла: «{_short(text)}».",
                "Если это мероприятие, добавьте его вручную.",
            )
        else:
            self._add_item(placed, row)

    # --- sections ---

    def _heading_in(self, row: Row, following: Row | None) -> str | None:
        """Rule 3: the heading that the row holds, None when it is no section row."""
        assert self._head is not None
        own, wanted = row.own(), self._head.headed
        texts = {one_line(cell.printed) for cell in own}
        text = own[0].printed
        if (
            len(texts) == 1
            and len(own) >= min(3, wanted)
            and len(own) >= wanted - 1
            and not is_item_number(text)
        ):
            return text
        if any(cell.merged and cell.printed for cell in row.cells) and row.width == self._head.width:
            return None
        if len(own) == 1:
            return text if self._is_lone_heading(own[0], row) else None
        if len(own) == 2 and self._is_numbered_heading(own[0], own[1], row, following):
            return " ".join(cell.printed for cell in own)
        return None

    def _is_lone_heading(self, cell: Cell, row: Row) -> bool:
        assert self._head is not None
        if is_item_number(cell.text) or len(cell.text) > 2 * _LONG_HEADING:
            return False
        if self._covers(cell, row, self._head.headed - 1) or len(row.cells) == 1:
            return cell.span > 1 or not self._lower_case(cell)
        in_number = self._head.leaves[0].key == "number" and cell.end <= self._head.leaves[0].end
        heading = section_heading(cell.printed, self._last_section_number())
        if cell.bold or (
            heading and (in_number or not cell.printed[0].isdigit()) and not _is_deep(heading.number)
        ):
            return len(cell.text) <= _LONG_HEADING
        return in_number and len(cell.text) > 3 and not self._lower_case(cell)

    def _covers(self, cell: Cell, row: Row, wanted: int) -> bool:
        """Whether the cell spans at least so many named columns."""
        assert self._head is not None
        if row.width != self._head.width:
            return cell.span > 1 and cell.span >= row.width - (self._head.headed - wanted)
        named = [leaf for leaf in self._head.leaves if leaf.heading]
        return (
            cell.span > 1
            and sum(cell.column < leaf.end and leaf.start < cell.end for leaf in named) >= wanted
        )

    def _lower_case(self, cell: Cell) -> bool:
        return cell.text[:1].islower()

    def _is_numbered_heading(self, number: Cell, title: Cell, row: Row, following: Row | None) -> bool:
        """The number stands in a cell of its own: «II | Контроль | | |»."""
        assert self._head is not None
        keys = [self._keys_of(cell, row) for cell in (number, title)]
        if keys[0][:1] != ["number"] or "text" not in keys[1] and title.span < 2:
            return False
        written = one_line(number.printed)
        if not (is_item_number(written) or section_heading(f"{written} {title.text}")):
            return False
        if (
            title.bold
            or self._covers(title, row, self._head.headed - 2)
            or re.fullmatch(r"[IVX]+\.?", written)
        ):
            return True
        if section_heading(f"{written} x") and not is_item_number(written):
            return True
        after = "" if following is None or not following.own() else following.own()[0].printed
        plain = re.fullmatch(r"(\d{1,2})\.?", written)
        return bool(plain and re.match(rf"{plain[1]}\.\d", after.strip()))

    def _keys_of(self, cell: Cell, row: Row) -> list[str]:
        return [key for key, cells in self._place(row).items() if any(each is cell for each in cells)]

    def _add_section(self, text: str, where: str) -> None:
        heading = section_heading(text, self._last_section_number()) or Heading(
            None, one_line(text), one_line(text)
        )
        if heading.repaired:
            self._problem(
                where, f"Номер раздела в строке «{_short(one_line(text))}» прочитан как «{heading.number}».",
                "Проверьте номер раздела.",
            )  # fmt: skip
        self.roadmap.sections.append(Section(heading.number, heading.title, heading.printed))
        self._item, self._last_number, self._dotted = None, None, heading.dotted

    def _last_section_number(self) -> str | None:
        return self.roadmap.sections[-1].number if self.roadmap.sections else None

    # --- rows into columns ---

    def _place(self, row: Row) -> dict[str, list[Cell]]:
        """The row's cells by column; one cell may stand under two columns (rule 6)."""
        assert self._head is not None
        leaves, cells = self._head.leaves, row.cells
        if row.width == self._head.width and _bounds_agree(leaves, cells):
            return self._by_grid(leaves, cells)
        if len(cells) > len(leaves):
            cells = _without_empty(cells, len(leaves))
        keys = [leaf.key or "" for leaf in leaves]
        if (
            len(cells) == len(keys) - 1
            and keys[:2] == ["number", "text"]
            and not is_item_number(cells[0].text)
        ):
            keys = keys[1:]
            return {"number": [cells[0]], **{key: [cell] for key, cell in zip(keys, cells, strict=True)}}
        placed = {key: [cell] for key, cell in zip(keys, cells, strict=False)}
        for position, cell in enumerate(cells[len(keys) :], start=len(keys) + 1):
            if cell.printed:
                key = f"Столбец {position}"
                self._columns.setdefault(key, Column(key, ""))
                placed[key] = [cell]
                self._problem(
                    row.where,
                    f"Ячейка без названия столбца: «{_short(cell.printed)}».",
                    "Назовите столбец в голове таблицы.",
                )
        return placed

    def _by_grid(self, leaves: Sequence[Leaf], cells: Sequence[Cell]) -> dict[str, list[Cell]]:
        placed: dict[str, list[Cell]] = {}
        for leaf in leaves:
            placed.setdefault(leaf.key or "", []).extend(
                cell for cell in cells if cell.column < leaf.end and leaf.start < cell.end
            )
        return placed

    # --- items ---

    def _continues(self, placed: dict[str, list[Cell]], *, at_top: bool) -> bool:
        """Rule 5."""
        if self._item is None:
            return False
        number, text = _own(placed, "number"), _own(placed, "text")
        if self._labelled(placed):
            return False
        if number and not _same_cell(placed):
            return False
        sub_item = split_item_number(text)
        deadline = _own(placed, "deadline")
        given = deadline or (_any(placed, "deadline") and text)
        if _same_cell(placed):
            return not sub_item and not given
        if not text:
            return True
        if sub_item and (given or _own(placed, "responsible")):
            return False
        if at_top and text[:1].islower() and not (deadline and _own(placed, "responsible")):
            return True
        if self._numbers_in_use():
            return not given
        return text[:1].islower() and not given

    def _labelled(self, placed: dict[str, list[Cell]]) -> bool:
        return any(
            cell.label and not cell.merged for key in ("number", "text") for cell in placed.get(key, ())
        )

    def _numbers_in_use(self) -> bool:
        return "number" in self._columns and self._numbered

    def _continue_item(self, placed: dict[str, list[Cell]], row: Row) -> None:
        item = self._item
        assert item is not None
        merged = any(cell.merged for key in ("number", "text") for cell in placed.get(key, ()))
        for key in placed:
            if (rest := _own(placed, key)) and not (key == "number" and _same_cell(placed)):
                self._append(item, key, rest)
        if not merged:
            self._problem(
                row.where, f"Строка без номера присоединена к пункту {self._name_of_item()}, как перенос с прежней страницы.",
                "Если это отдельное мероприятие, отделите его.",
            )  # fmt: skip

    def _append(self, item: Item, key: str, rest: str) -> None:
        if key == "text":
            item.text = _glued(item.text, rest)
        elif key in {"deadline", "responsible", "expected_result"}:
            setattr(item, key, _glued(getattr(item, key) or "", rest))
        elif key != "number":
            item.extra[key] = _glued(item.extra.get(key, ""), rest)

    def _is_stray(self, placed: dict[str, list[Cell]]) -> bool:
        """A signature or a total under the table: words in the number column and no measure."""
        number = _own(placed, "number")
        return (
            not _same_cell(placed)
            and bool(number)
            and not _any(placed, "text")
            and not re.search(r"\d", number)
        )

    def _add_item(self, placed: dict[str, list[Cell]], row: Row) -> None:
        number, text = self._number_and_text(placed)
        item = Item(text=text, number=number, where=row.where)
        for key in self._columns:
            value = "\n".join(dict.fromkeys(filter(None, (cell.printed for cell in placed.get(key, ())))))
            if key in {"deadline", "responsible"}:
                setattr(item, key, value)
            elif key == "expected_result":
                item.expected_result = value
            elif key not in KNOWN_KEYS and value:
                item.extra[key] = value
        if not self.roadmap.sections:
            self.roadmap.sections.append(Section())
        self.roadmap.sections[-1].items.append(item)
        self._item = item
        if number and not is_letter_number(number):
            self._last_number, self._numbered = number, True

    def _number_and_text(self, placed: dict[str, list[Cell]]) -> tuple[str | None, str]:
        """The item's number, wherever it stands (rules 6, 7, 9), and its text without it."""
        texts, numbers = placed.get("text", []), placed.get("number", [])
        text = "\n".join(filter(None, (cell.text for cell in texts)))
        label = next((cell.label for cell in texts if cell.label), "")
        if _same_cell(placed):
            return self._taken_apart(text, label)
        if numbers and numbers[0].raw is not None and not numbers[0].label:
            return self._excel_number(numbers[0]), f"{label} {text}".strip()
        if number := one_line(" ".join(filter(None, (cell.printed for cell in numbers)))):
            return number, f"{label} {text}".strip()
        return self._taken_apart(text, label)

    def _taken_apart(self, text: str, label: str) -> tuple[str | None, str]:
        if label:
            return label, text
        return split_item_number(text) or (None, text)

    def _excel_number(self, cell: Cell) -> str:
        """Rule 9: 1.1 after 1.9 is 1.10; the date 1 February stands for a typed 1.2; 3.0 is 3."""
        raw = cell.raw
        if isinstance(raw, date):
            written = f"{raw.day}.{raw.month}"
        elif isinstance(raw, int | float):
            written = f"{raw:.10g}"
        else:
            written = cell.text
        whole, _, part = written.partition(".")
        before = re.fullmatch(r"(\d+)\.(\d+)\.?", self._last_number or "")
        if part and before and before[1] == whole and (after := str(int(before[2]) + 1)).rstrip("0") == part:
            written = f"{whole}.{after}"
        return f"{written}." if self._dotted and not isinstance(raw, int) else written

    # --- remarks ---

    def _report_gaps(self, item: Item) -> None:
        place = f"{item.where}, пункт {item.number}" if item.number else item.where
        if self._numbers_in_use() and not item.number:
            self._problem(
                place, "В строке нет номера.", "Проверьте, отдельное ли это мероприятие, и впишите номер."
            )
        for key, words in _WORDS_FOR.items():
            if key in self._columns and not getattr(item, key):
                self._problem(place, f"В строке {words}.", "Заполните ячейку или удалите строку.")

    def _name_of_item(self) -> str:
        if self._item is None:
            return "—"
        return self._item.number or f"«{_short(one_line(self._item.text), 40)}»"

    def _problem(self, where: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(where, message, remedy))


def _own(placed: dict[str, list[Cell]], key: str) -> str:
    """What the row itself prints in a column, parts of cells merged from above left out."""
    return "\n".join(cell.printed for cell in placed.get(key, ()) if cell.printed and not cell.merged)


def _any(placed: dict[str, list[Cell]], key: str) -> bool:
    return any(cell.printed for cell in placed.get(key, ()))


def _same_cell(placed: dict[str, list[Cell]]) -> bool:
    """Whether number and name share a cell (rule 6)."""
    numbers, texts = placed.get("number", []), placed.get("text", [])
    return bool(numbers and texts) and numbers[0] is texts[0]


def _bounds_agree(leaves: Sequence[Leaf], cells: Sequence[Cell]) -> bool:
    """Whether every cell lies within one column or covers whole ones; otherwise the grid lines are off."""
    for cell in cells:
        for leaf in leaves:
            apart = cell.end <= leaf.start or leaf.end <= cell.column
            inside = leaf.start <= cell.column and cell.end <= leaf.end
            around = cell.column <= leaf.start and leaf.end <= cell.end
            if not (apart or inside or around):
                return False
    return True


def _without_empty(cells: Sequence[Cell], wanted: int) -> list[Cell]:
    """Leave out empty cells at the ends while there are more cells than columns."""
    kept = list(cells)
    while len(kept) > wanted and not kept[-1].printed:
        kept.pop()
    while len(kept) > wanted and not kept[0].printed:
        kept.pop(0)
    return kept


def _is_count(cells: Sequence[Cell]) -> bool:
    """Rule 2: the row «1 2 3 4 5» under the head."""
    numbers = [one_line(cell.printed).rstrip(".") for cell in cells]
    if len(numbers) < 3 or not all(re.fullmatch(r"\d{1,2}", number) for number in numbers):
        return False
    return all(int(after) == int(before) + 1 for before, after in pairwise(numbers))


def _is_deep(number: str | None) -> bool:
    return number is not None and "." in number


def _glued(text: str, rest: str) -> str:
    """The rest of a broken cell after its beginning: on the same line when a sentence goes on."""
    if not text:
        return rest
    goes_on = rest[:1].islower() and text[-1] not in ".;:!?"
    return f"{text}{' ' if goes_on else chr(10)}{rest}"


def _short(text: str, limit: int = 120) -> str:
    text = one_line(text)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _fold_nested(table: Table) -> None:
    """Put the text of tables inside cells into the cells, a row a line."""
    for row in table.rows:
        for cell in row.cells:
            for inner in cell.tables:
                _fold_nested(inner)
                lines = [" ".join(each.printed for each in inner_row.own()) for inner_row in inner.rows]
                cell.text = "\n".join(filter(None, [cell.text, *lines]))
            cell.tables = ()


def unfold(blocks: Sequence[Block]) -> Iterator[Block]:
    """Bring a table with a head that sits inside a layout table's cell out into the open."""
    for block in blocks:
        if isinstance(block, Table) and find_head(block) is None and _holds_head(block):
            for row in block.rows:
                for cell in row.cells:
                    if not cell.merged:
                        yield from (Line(text, bold=cell.bold) for text in cell.printed.split("\n"))
                        yield from unfold(cell.tables)
        else:
            yield block


def _holds_head(table: Table) -> bool:
    nested = (inner for row in table.rows for cell in row.cells for inner in cell.tables)
    return any(find_head(inner) is not None or _holds_head(inner) for inner in nested)
