"""Tables of any source → sections and items. The rules, by the numbers used in the comments:

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

from roadmaps.reading.columns import Head, Leaf, find_head, head_at, same_head
from roadmaps.reading.grid import Block, Cell, Line, Row, Table
from roadmaps.reading.headings import heading_in, heading_of, is_count
from roadmaps.reading.model import KNOWN_KEYS, Column, Item, Problem, Roadmap, Section
from roadmaps.reading.place import Placed, place
from roadmaps.reading.text import (
    Heading,
    comparable,
    is_letter_number,
    one_line,
    section_heading,
    split_item_number,
)

_TITLE = re.compile(
    r"[«\"(]?(?:комплексный |сводный |муниципальный |примерный |годовой )?"
    r"(?:план(?![\w-])|дорожн(?:ая|ой) карт|комплекс мер|перечень мероприятий)",
    re.IGNORECASE,
)
_APPENDIX = re.compile(r"приложение\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"[-–—]? ?\d{1,3} ?[-–—]?|(?:окончание|продолжение) (?:таблицы|приложения).*"
    r"|.*\((?:окончание|продолжение)\)",
    re.IGNORECASE,
)
_REMARK = re.compile(r"(?:итого|всего)\b|примечани[ея]\s*:|\*", re.IGNORECASE)
_GAPS = {
    "text": "не указано мероприятие",
    "deadline": "не указан срок",
    "responsible": "не указан ответственный",
}


def is_title(text: str) -> bool:
    """Whether a line opens a roadmap's title («ПЛАН мероприятий …», «Дорожная карта …»)."""
    return bool(_TITLE.match(one_line(text)))


class Recogniser:
    """Reads one roadmap from blocks that begin with the table holding its head."""

    def __init__(self) -> None:
        self.roadmap = Roadmap()
        self.problems: list[Problem] = []
        self._head = Head([], 0, 0, 0)
        self._columns: dict[str, Column] = {}
        self._item: Item | None = None
        self._last_number: str | None = None  # in this section
        self._numbered = False  # whether any item so far has a number
        self._dotted = False  # whether the section's number ends with a dot
        self._pending: list[Line] = []

    def read(self, blocks: Sequence[Block]) -> int:
        """Take blocks until another roadmap begins; how many were taken."""
        for index, block in enumerate(blocks):
            if isinstance(block, Line):
                if block.printed and not _PAGE_NUMBER.fullmatch(block.printed):
                    self._pending.append(block)
            elif self._begins_another(block):
                return index - _lines_at_end(blocks[:index])
            else:
                self._settle_lines(block)
                self._read_table(block)
        if self._pending:
            text = " ".join(line.printed for line in self._pending)
            self._problem(
                "после таблицы",
                f"Текст не вошёл в дорожную карту: «{_short(text)}».",
                "Если он нужен, впишите его в мероприятие или в приказ.",
            )
        return len(blocks)

    def finish(self) -> Roadmap:
        """The roadmap; columns without heading that stayed empty are left out."""
        filled = {key for item in self.roadmap.items() for key in item.extra}
        self.roadmap.columns = [
            column for key, column in self._columns.items() if column.heading or key in {*KNOWN_KEYS, *filled}
        ]
        for key, name in (("deadline", "сроков"), ("responsible", "ответственных")):
            if key not in self._columns:
                self._problem(
                    "голова таблицы", f"Нет столбца {name}.", "Добавьте столбец или впишите их вручную."
                )
        for section in self.roadmap.sections:
            if not section.items:
                title = _short(section.heading or "")
                self._problem("разделы", f"В разделе «{title}» нет мероприятий.", "Проверьте, раздел ли это.")
        for item in self.roadmap.items():
            self._report_gaps(item)
        return self.roadmap

    # --- lines between tables ---

    def _begins_another(self, table: Table) -> bool:
        titled = any(is_title(line.text) or _APPENDIX.match(line.text) for line in self._pending)
        return (table.sheet or titled) and bool(self.roadmap.items()) and find_head(table) is not None

    def _settle_lines(self, table: Table) -> None:
        """Rule 4. Lines that follow each other in bold or centred make one heading."""
        lines, self._pending = self._pending, []
        where = f"перед: {table.name}"
        parts: list[str] = []
        for line in lines:
            heading = section_heading(line.printed, self._section_number())
            if heading and parts:
                self._add_section(heading_of(" ".join(parts), self._section_number()), where)
                parts = []
            if heading or line.bold or line.centred:
                parts.append(line.printed)
            else:
                self._not_understood(where, line.printed, "Если это раздел, добавьте его вручную.")
        if parts:
            self._add_section(heading_of(" ".join(parts), self._section_number()), where)

    # --- tables ---

    def _read_table(self, table: Table) -> None:
        _fold_nested(table)
        at = 0
        if not self._head.leaves and (first := find_head(table)):
            self._take_head(first, table)
            at = first.after
        elif not self._fits(table) and not any(self._new_head(table, at) for at in range(len(table.rows))):
            self._refuse_table(table)
            return
        _forget_bold_of_all(table.rows[at:])
        goes_on = at == 0  # whether the next row may be the rest of a row on the page before
        while at < len(table.rows):
            row = table.rows[at]
            if head := self._new_head(table, at):
                self._take_head(head, table)
                at, goes_on = head.after, False
                continue
            at += 1
            if row.own():
                self._read_row(row, table.rows[at] if at < len(table.rows) else None, at_top=goes_on)
                goes_on = False

    def _new_head(self, table: Table, at: int) -> Head | None:
        """A head at the top of a later table, or the first one repeated, perhaps in another order."""
        if at < 3 or same_head(table.rows[at].own(), self._head):
            return head_at(table, at)
        return None

    def _take_head(self, head: Head, table: Table) -> None:
        """Rule 1."""
        where = table.rows[head.first].where
        self._head = head
        for position, leaf in enumerate(head.leaves, start=1):
            if leaf.key is None:
                leaf.key = _unknown_key(leaf, position, head)
            self._columns.setdefault(leaf.key, Column(leaf.key, leaf.heading))
            if leaf.key == "deadline" and "ответств" in comparable(leaf.heading):
                self._problem(
                    where,
                    f"Столбец «{leaf.heading}» соединяет срок и ответственного.",
                    "Разнесите их вручную: сейчас всё стоит в сроке.",
                )
        if head.guessed:
            self._problem(
                where,
                f"Столбец «{head.guessed}» принят за мероприятия.",
                "Проверьте; если это не так, назовите нужный столбец «Мероприятие».",
            )

    def _fits(self, table: Table) -> bool:
        """Whether a table without head can go on the one before: as many columns, or number and name in one."""
        wanted = len(self._head.leaves)
        counts = [len(row.cells) for row in table.rows if len(row.own()) > 1]
        fitting = sum(count in {wanted, wanted - 1} for count in counts)
        return not table.sheet and fitting * 2 >= len(counts)

    def _refuse_table(self, table: Table) -> None:
        filled = [row.own() for row in table.rows if row.own()]
        if filled:
            text = " | ".join(cell.printed for cell in filled[0])
            self._problem(
                table.name,
                f"Не похоже на продолжение дорожной карты и не прочитано (строк: {len(filled)}): «{_short(text)}».",
                "Если это её часть, добавьте строку с названиями столбцов.",
            )

    def _read_row(self, row: Row, following: Row | None, *, at_top: bool) -> None:
        own = row.own()
        if _REMARK.match(own[0].printed):
            text = " | ".join(cell.printed for cell in own)
            self._not_understood(row.where, text, "Если это мероприятие, добавьте его вручную.")
            return
        if is_count(own) or same_head(own, self._head):  # rule 2
            return
        heading = heading_in(row, self._head, self._section_number(), following)
        if heading is not None:  # rule 3
            self._add_section(heading, row.where)
            return
        placed = place(row, self._head)
        if self._item is not None and self._continues(placed, at_top=at_top):
            self._continue_item(self._item, placed, row)
        elif len(own) == 1 and placed.own("number") and not placed.shared:
            self._problem(row.where, "В строке только номер.", "Впишите мероприятие или удалите строку.")
        elif _is_stray(placed):
            text = " | ".join(cell.printed for cell in own)
            self._not_understood(row.where, text, "Если это мероприятие, добавьте его вручную.")
        else:
            self._add_item(placed, row)

    # --- sections ---

    def _add_section(self, heading: Heading, where: str) -> None:
        if heading.repaired:
            self._problem(
                where,
                f"Номер раздела «{_short(heading.title, 60)}» прочитан как «{heading.number}»: в файле похожая буква.",
                "Проверьте номер раздела.",
            )
        if not self._titles_the_last(heading):
            self.roadmap.sections.append(Section(heading.number, heading.title, heading.printed))
        self._item, self._last_number, self._dotted = None, None, heading.dotted

    def _titles_the_last(self, heading: Heading) -> bool:
        """«Раздел 1» in one row and its title in the next are one section."""
        last = self.roadmap.sections[-1] if self.roadmap.sections else Section()
        if heading.number or not last.number or last.items or last.title != last.heading:
            return False
        last.title, last.heading = heading.title, f"{last.heading} {heading.printed}"
        return True

    def _section_number(self) -> str | None:
        return self.roadmap.sections[-1].number if self.roadmap.sections else None

    # --- items ---

    def _continues(self, placed: Placed, *, at_top: bool) -> bool:
        """Rule 5: whether the row goes on with the item above."""
        text, given = placed.own("text"), bool(placed.printed("deadline"))
        if placed.labelled or (placed.own("number") and not placed.shared):
            return False
        if not text:
            return True
        responsible = bool(placed.own("responsible"))
        if split_item_number(text):
            return not (given or responsible) and not placed.shared  # «а) …» without a deadline of its own
        if placed.shared:
            return not given
        if at_top and text[0].islower() and not (given and responsible):
            return True
        return not given and (self._uses_numbers() or text[0].islower())

    def _uses_numbers(self) -> bool:
        return "number" in self._columns and self._numbered

    def _continue_item(self, item: Item, placed: Placed, row: Row) -> None:
        merged = any(cell.merged for key in ("number", "text") for cell in placed.all(key))
        glue = _listed if merged else _glued
        for key in placed.cells:
            rest = placed.own(key)
            if not rest or key == "number":
                continue
            if key in KNOWN_KEYS:
                setattr(item, key, glue(getattr(item, key) or "", rest))
            else:
                item.extra[key] = glue(item.extra.get(key, ""), rest)
        if not merged:
            self._problem(
                row.where,
                f"Строка без номера присоединена к пункту {_name(item)}, как перенос с прежней страницы.",
                "Если это отдельное мероприятие, отделите его.",
            )

    def _add_item(self, placed: Placed, row: Row) -> None:
        number, text = self._number_and_text(placed)
        item = Item(text=text, number=number, where=row.where)
        for key in self._columns:
            value = placed.printed(key)  # rule 8
            if key in {"deadline", "responsible", "expected_result"}:
                setattr(item, key, value)
            elif key not in KNOWN_KEYS and value:
                item.extra[key] = value
        self._keep_spare(item, placed, row)
        if not self.roadmap.sections:
            self.roadmap.sections.append(Section())
        self.roadmap.sections[-1].items.append(item)
        self._item = item
        if number and not is_letter_number(number):
            self._last_number, self._numbered = number, True

    def _keep_spare(self, item: Item, placed: Placed, row: Row) -> None:
        for position, cell in enumerate(placed.spare, start=len(self._head.leaves) + 1):
            if cell.printed:
                key = f"Столбец {position}"
                self._columns.setdefault(key, Column(key, ""))
                item.extra[key] = cell.printed
                self._problem(
                    row.where,
                    f"Над ячейкой «{_short(cell.printed)}» нет названия столбца.",
                    "Назовите столбец в верхней строке таблицы.",
                )

    def _number_and_text(self, placed: Placed) -> tuple[str | None, str]:
        """The item's number, wherever it stands (rules 6, 7, 9), and its text without it."""
        texts, numbers = placed.all("text"), placed.all("number")
        text = "\n".join(cell.text for cell in texts if cell.text)
        label = next((cell.label for cell in texts if cell.label), "")
        if placed.shared or not placed.printed("number"):
            return (label, text) if label else split_item_number(text) or (None, text)
        if numbers[0].raw is not None and not numbers[0].label:
            number = self._excel_number(numbers[0])
        else:
            number = one_line(placed.printed("number"))
        if not text and (parts := split_item_number(placed.printed("number"))):
            return parts
        return number, f"{label} {text}".strip()

    def _excel_number(self, cell: Cell) -> str:
        """Rule 9: 1.1 after 1.9 is 1.10; the date 1 February stands for a typed 1.2; 3.0 is 3.

        A closing dot, which no Excel number can hold, is written where the section's own number has one.
        """
        raw = cell.raw
        if isinstance(raw, date):
            return f"{raw.day}.{raw.month}"
        if not isinstance(raw, int | float):
            return cell.text
        written = f"{raw:.10g}"
        whole, _, part = written.partition(".")
        before = re.fullmatch(r"(\d+)\.(\d+)\.?", self._last_number or "")
        if part and before and before[1] == whole:
            after = str(int(before[2]) + 1)
            part = after if after.rstrip("0") == part else part
        return f"{whole}.{part}{'.' if self._dotted else ''}" if part else whole

    # --- remarks ---

    def _report_gaps(self, item: Item) -> None:
        place_of = f"{item.where}, пункт {item.number}" if item.number else item.where
        if self._uses_numbers() and not item.number:
            remedy = "Проверьте, отдельное ли это мероприятие, и впишите номер."
            self._problem(place_of, "В строке нет номера.", remedy)
        for key, words in _GAPS.items():
            if key in self._columns and not getattr(item, key):
                self._problem(place_of, f"В строке {words}.", "Заполните ячейку или удалите строку.")

    def _not_understood(self, where: str, text: str, remedy: str) -> None:
        self._problem(where, f"Строка не понята и не вошла: «{_short(text)}».", remedy)

    def _problem(self, where: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(where, message, remedy))


def _unknown_key(leaf: Leaf, position: int, head: Head) -> str:
    """A column of unknown meaning goes by its heading; a second one of the same name by its place too."""
    key = leaf.heading or f"Столбец {position}"
    taken = {*KNOWN_KEYS, *(each.key for each in head.leaves)}
    return f"{key} ({position})" if key in taken else key


def _forget_bold_of_all(rows: Sequence[Row]) -> None:
    """Where whole items are printed in bold, bold marks no section."""
    full = [row.own() for row in rows if len(row.own()) >= 3]
    if sum(all(cell.bold for cell in own) for own in full) * 2 > len(full):
        for cell in (cell for row in rows for cell in row.cells):
            cell.bold = False


def _is_stray(placed: Placed) -> bool:
    """A signature or a total under the table: words in the number column and no measure."""
    number = placed.own("number")
    return not placed.shared and bool(number) and not placed.printed("text") and not re.search(r"\d", number)


def _lines_at_end(blocks: Sequence[Block]) -> int:
    """How many lines stand after the last table."""
    return next(
        (back for back, block in enumerate(reversed(blocks)) if isinstance(block, Table)), len(blocks)
    )


def _glued(text: str, rest: str) -> str:
    """The rest of a broken cell after its beginning: on the same line when a sentence goes on."""
    goes_on = rest[:1].islower() and text[-1:] not in ".;:!?" and not split_item_number(rest)
    return f"{text} {rest}" if goes_on else _listed(text, rest)


def _listed(text: str, rest: str) -> str:
    return "\n".join(filter(None, [text, rest]))


def _name(item: Item) -> str:
    return item.number or f"«{_short(item.text, 40)}»"


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
            for cell in (cell for row in block.rows for cell in row.cells if not cell.merged):
                yield from (Line(text, bold=cell.bold) for text in cell.printed.split("\n"))
                yield from unfold(cell.tables)
        else:
            yield block


def _holds_head(table: Table) -> bool:
    nested = (inner for row in table.rows for cell in row.cells for inner in cell.tables)
    return any(find_head(inner) is not None or _holds_head(inner) for inner in nested)
