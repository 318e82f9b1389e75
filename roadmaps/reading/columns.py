"""Which column means what: the head of a table, in one or two rows, and its headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from roadmaps.reading.grid import Cell, Row, Table
from roadmaps.reading.model import KNOWN_KEYS
from roadmaps.reading.text import comparable, is_item_number, one_line

LOOKED_FOR = "«Мероприятие», «Срок», «Ответственный»"
_MAX_HEADING = 90
_MAX_ROWS_ABOVE = 300  # an order, a title and goals may stand over the head on the same sheet

# Stems by meaning, the surest first. Within a heading the earliest stem decides («Срок исполнения мероприятия» is a
# deadline); among several columns of one meaning the surest stem does. All are written as comparable() gives them.
_STEMS: dict[str, tuple[str, ...]] = {
    "number": (r"№", r"n ?[пn]/?[пn]\b", r"nо?\.?$", r"п ?[/\\]? ?п\b", r"порядковый номер", r"номер", r"#"),
    "text": (
        r"мероприяти", r"содержани", r"наименовани", r"перечень", r"вид(?:ы)? (?:деятельност|работ)", r"действи[ея]",
        r"направлени[ея] (?:деятельност|работ)", r"работ[аы]\b", r"(?:управленческ\w+ )?решени",
        r"что (?:нужно |надо )?с?дела",
        r"формулировка", r"задач[аи]\b", r"тема\b",
    ),
    "deadline": (r"срок", r"дат[аы]\b", r"период", r"когда", r"время", r"месяц", r"график"),
    "responsible": (r"ответств", r"отв\.", r"исполнител", r"кто ", r"организатор", r"должностн", r"соисполнител"),
    "expected_result": (
        r"(?:ожидаем|планируем|прогнозируем|предполагаем)\w* (?:\w+ )?результат", r"результат", r"ожидаем(?!\w* срок)",
        r"итог", r"эффект", r"продукт", r"показател",
    ),
}  # fmt: skip
# Headings that hold a known stem and yet mean something else.
_OTHERS = re.compile(
    r"(?:отметка|контрол(?!ьн)|примечан|форм[аы]\b|вид отчет|отчет|основани|финанс|источник|целева|место|участник"
    r"|категори|охват|объем|подпись|документ|подтвержд)"
)
_PARTS = re.compile(r"начал|оконч|конец|заверш|\bс\b|\bпо\b|план|факт")


@dataclass(slots=True)
class Leaf:
    """One column at the foot of the head: its meaning (None: unknown), heading and grid columns."""

    heading: str
    start: int
    end: int
    key: str | None = None
    strength: int = 0


@dataclass(slots=True)
class Head:
    """A recognised head: its columns from left to right, the rows it takes up, grid columns of the table."""

    leaves: list[Leaf]
    first: int
    after: int
    width: int
    guessed: str | None = None

    @property
    def keys(self) -> set[str]:
        """Meanings that the head gives."""
        return {leaf.key for leaf in self.leaves if leaf.key in KNOWN_KEYS}

    @property
    def headed(self) -> int:
        """How many columns have a heading."""
        return sum(1 for leaf in self.leaves if leaf.heading)


# All stems in one: most cells of most tables are no headings, and this tells it at one go.
_ANY = re.compile("|".join(rf"(?<!\w)(?:{stem})" for stems in _STEMS.values() for stem in stems))


def meaning(heading: str) -> tuple[str, int] | None:
    """The meaning of a heading and how sure it is (0 surest); None when it is unknown or too long for one."""
    text = comparable(heading)
    if len(text) > _MAX_HEADING or not _ANY.search(text) or _OTHERS.match(text):
        return None
    found = [
        (match.start(), strength, key)
        for key, stems in _STEMS.items()
        for strength, stem in enumerate(stems)
        if (match := re.search(rf"(?<!\w){stem}", text))
    ]
    if not found:
        return None
    key = min(found)[2]
    strength = min(each[1] for each in found if each[2] == key)
    if key == "number" and (named := [each for each in found if each[2] == "text" and each[1] < 3]):
        return "text", named[0][1]  # «№ и наименование мероприятия» over one column
    return key, strength


def find_head(table: Table) -> Head | None:
    """The first head: at least three known columns of different meaning, not too far below the table's top."""
    for index in range(min(len(table.rows), _MAX_ROWS_ABOVE)):
        if head := head_at(table, index):
            return head
    return None


def head_at(table: Table, index: int) -> Head | None:
    """The head that begins in this row, of one row or two."""
    row = table.rows[index]
    if not 3 <= len(row.own()) <= 40 and not (
        len(row.own()) == 2 and any(cell.span > 1 for cell in row.own())
    ):
        return None
    below = table.rows[index + 1] if index + 1 < len(table.rows) else None
    if any(cell.label or is_item_number(cell.text) for cell in row.own()):
        return None
    near = [*row.own(), *(below.own() if below else ())]
    if sum(_leaf(cell).key is not None for cell in near) < 2:
        return None
    if below is not None and _is_second_head_row(row, below):
        head = Head(_two_rows(row, below), index, index + 2, row.width)
    else:
        head = Head([_leaf(cell) for cell in row.cells], index, index + 1, row.width)
    return head if _settle(head, table) else None


def _leaf(cell: Cell) -> Leaf:
    whole = re.sub(r"(?<=[а-яё])-\n(?=[а-яё])", "", cell.printed)  # «Ответ-⏎ственный» parted by hand
    leaf = Leaf(one_line(whole), cell.column, cell.end)
    if found := meaning(leaf.heading):
        leaf.key, leaf.strength = found
    return leaf


def _is_second_head_row(row: Row, below: Row) -> bool:
    """Whether the row below only names the parts of wide cells above."""
    own = below.own()
    if not own or below.width != row.width or any(len(cell.text) > _MAX_HEADING for cell in own):
        return False
    split = [upper for upper in row.cells if upper.printed and len(_under(upper, below.cells)) > 1]
    named = [cell for upper in split for cell in _under(upper, own)]
    return len(named) == len(own) >= 2 and not any(is_item_number(cell.text) for cell in own)


def _under(upper: Cell, cells: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in cells if upper.column <= cell.column and cell.end <= upper.end]


def _two_rows(row: Row, below: Row) -> list[Leaf]:
    leaves: list[Leaf] = []
    for upper in row.cells:
        parts = _under(upper, below.own())
        if not parts:
            leaves.append(_leaf(upper))
        elif all(
            meaning(part.text) is None or _PARTS.search(comparable(part.text)) for part in parts
        ) and meaning(upper.text):
            leaves.append(_leaf(upper))  # «Сроки» over «начало | окончание»: one column in two cells
        else:
            leaves += [_leaf(part) for part in parts]
    return leaves


def _settle(head: Head, table: Table) -> bool:
    """Give each meaning to one column, take a wide «№ и мероприятие» apart; whether the head is recognised."""
    head.leaves = [leaf for each in head.leaves for leaf in _parted(each, head, table)]
    _find_nameless_numbers(head, table)
    for key in KNOWN_KEYS:
        rivals = sorted(
            (leaf for leaf in head.leaves if leaf.key == key), key=lambda leaf: (leaf.strength, leaf.start)
        )
        for loser in rivals[1:]:
            loser.key = None
    known = head.keys
    if "text" not in known and len(known) >= 2 and "deadline" in known:
        _guess_text(head, table)
    return _is_enough(head)


def _find_nameless_numbers(head: Head, table: Table) -> None:
    """The first column without a heading that holds numbers is the number column."""
    if any(leaf.key == "number" for leaf in head.leaves):
        return
    for leaf in (each for each in head.leaves if not each.heading):
        body = (cell for row in table.rows[head.after :] for cell in row.cells if cell.printed)
        filled = [cell for cell in body if (cell.column, cell.end) == (leaf.start, leaf.end)]
        if sum(bool(cell.label) or is_item_number(cell.text) for cell in filled) * 2 > len(filled):
            leaf.key = "number"
            return


def _is_enough(head: Head) -> bool:
    """At least three known columns, the measures among them; a mere «Наименование» needs two more of its kind.

    Without the latter a list of schools («№, Наименование, Дата аккредитации») would pass for a roadmap.
    """
    known = head.keys
    measures = next((leaf for leaf in head.leaves if leaf.key == "text"), None)
    if measures is None or len(known) < 3:
        return False
    sure = measures.strength == 0 or head.guessed is not None
    return sure or len(known & {"deadline", "responsible", "expected_result"}) >= 2


def _parted(leaf: Leaf, head: Head, table: Table) -> list[Leaf]:
    """One heading over the number and the name column becomes two columns."""
    if leaf.key != "text" or leaf.end - leaf.start < 2 or any(each.key == "number" for each in head.leaves):
        return [leaf]
    firsts = [
        cell
        for row in table.rows[head.after :]
        for cell in row.cells
        if cell.column == leaf.start and cell.end < leaf.end
    ]
    filled = [cell for cell in firsts if cell.printed]
    numbers = sum(1 for cell in filled if cell.label or is_item_number(cell.text))
    if not filled or numbers * 2 < len(filled):
        return [leaf]
    edge = firsts[0].end
    found = re.match(r"(№№?(?: ?п/п)?)[\s.,;]*(?:и )?(.*)", leaf.heading)
    number, name = (found[1], found[2]) if found and found[2] else ("", leaf.heading)
    return [Leaf(number, leaf.start, edge, "number"), Leaf(name, edge, leaf.end, "text", leaf.strength)]


def _guess_text(head: Head, table: Table) -> None:
    """Deadline and one column more are known: the unknown column with most text is the measures."""
    unknown = [leaf for leaf in head.leaves if leaf.key is None and leaf.heading]
    if not unknown or ("responsible" not in head.keys and "number" not in head.keys):
        return
    body = table.rows[head.after :]

    def amount(leaf: Leaf) -> int:
        return sum(
            len(cell.text) for row in body for cell in row.cells if leaf.start <= cell.column < leaf.end
        )

    best = max(unknown, key=amount)
    if not _OTHERS.match(comparable(best.heading)) and amount(best):
        best.key, head.guessed = "text", best.heading


def same_head(cells: Sequence[Cell], head: Head) -> bool:
    """Whether a row repeats the head."""
    headings = {comparable(leaf.heading) for leaf in head.leaves if leaf.heading}
    texts = [comparable(cell.printed) for cell in cells if cell.printed]
    return len(texts) >= 2 and sum(text in headings for text in texts) >= max(2, len(texts) - 1)
