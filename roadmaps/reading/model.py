"""What reading gives: a roadmap, the order that approves it, and everything that was not understood."""

from dataclasses import dataclass, field
from typing import Any

KNOWN_KEYS = ("number", "text", "deadline", "responsible", "expected_result")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person has to look at: where it stands, what is wrong, what to do. All in Russian."""

    where: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Column:
    """A printed column. `key` is one of KNOWN_KEYS, or the heading itself where its meaning is not known."""

    key: str
    heading: str


@dataclass(slots=True)
class Item:
    """A row of the table. `number` is as printed, None where nothing is printed; `where` is its place in the file.

    `expected_result` is None where the document has no such column; `extra` holds cells of unknown columns by key.
    """

    text: str = ""
    number: str | None = None
    deadline: str = ""
    responsible: str = ""
    expected_result: str | None = None
    extra: dict[str, str] = field(default_factory=dict)
    where: str = ""


@dataclass(slots=True)
class Section:
    """`heading` is the whole printed line, `number` and `title` its parts; all None for items without a section."""

    number: str | None = None
    title: str | None = None
    heading: str | None = None
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Roadmap:
    """A plan of measures as printed; `period` («2021-2022 учебный год») is None where nothing tells it."""

    appendix_header_lines: list[str] = field(default_factory=list)
    title_lines: list[str] = field(default_factory=list)
    period: str | None = None
    goals: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def items(self) -> list[Item]:
        """All items in printed order."""
        return [item for section in self.sections for item in section.items]


@dataclass(slots=True)
class Clause:
    """A clause of the order («2.1.») with its sub-clauses."""

    number: str
    text: str
    children: list["Clause"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Executor:
    """Who prepared the order; `as_printed` may be several lines."""

    name: str
    phone: str | None
    as_printed: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """A line of the distribution list."""

    copies: int | None
    to: str


@dataclass(slots=True)
class SecondLanguage:
    """The letterhead in the republic's own language; `code` is None when the letters do not tell which."""

    header_lines: list[str]
    code: str | None = None
    name: str | None = None


@dataclass(slots=True)
class Letterhead:
    """The department's name as it stands over the order."""

    header_lines: list[str] = field(default_factory=list)
    second_language: SecondLanguage | None = None


@dataclass(slots=True)
class Order:
    """The order, part by part as printed; `date` is ISO. Only number and date where the file holds just the annex."""

    number: str | None = None
    date: str | None = None
    date_text: str | None = None
    place: str | None = None
    doc_word: str | None = None
    doc_word_second: str | None = None
    title_lines: list[str] = field(default_factory=list)
    preamble: str | None = None
    resolution_word: str | None = None
    clauses: list[Clause] = field(default_factory=list)
    position_lines: list[str] = field(default_factory=list)
    signatory: str | None = None
    executors: list[Executor] = field(default_factory=list)
    distribution: list[Addressee] = field(default_factory=list)
    letterhead: Letterhead = field(default_factory=Letterhead)


@dataclass(slots=True)
class Reading:
    """The outcome of reading one file. `others` are further roadmaps found in the same file."""

    roadmap: Roadmap
    order: Order | None
    problems: list[Problem]
    others: list[Roadmap] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """`{"roadmap": {…}, "order": {…} or None, "problems": [{where, message, remedy}]}`."""
        return {
            "roadmap": _roadmap_json(self.roadmap),
            "order": None if self.order is None else _order_json(self.order),
            "problems": [
                {"where": each.where, "message": each.message, "remedy": each.remedy}
                for each in self.problems
            ],
        }


def _roadmap_json(roadmap: Roadmap) -> dict[str, Any]:
    return {
        "appendix_header_lines": roadmap.appendix_header_lines,
        "title_lines": roadmap.title_lines,
        "period": roadmap.period,
        "goals": roadmap.goals,
        "columns": [{"key": column.key, "heading": column.heading} for column in roadmap.columns],
        "sections": [_section_json(section) for section in roadmap.sections],
    }


def _section_json(section: Section) -> dict[str, Any]:
    return {
        "number": section.number,
        "title": section.title,
        "heading": section.heading,
        "items": [_item_json(item) for item in section.items],
    }


def _item_json(item: Item) -> dict[str, Any]:
    written: dict[str, Any] = {
        "number": item.number,
        "text": item.text,
        "deadline": item.deadline,
        "responsible": item.responsible,
    }
    if item.expected_result is not None:
        written["expected_result"] = item.expected_result
    if item.extra:
        written["extra"] = item.extra
    return written


def _order_json(order: Order) -> dict[str, Any]:
    written: dict[str, Any] = {
        "number": order.number,
        "date": order.date,
        "date_text": order.date_text,
        "place": order.place,
        "doc_word": order.doc_word,
    }
    if order.doc_word_second:
        written["doc_word_second"] = order.doc_word_second
    second = order.letterhead.second_language
    return written | {
        "title_lines": order.title_lines,
        "title": " ".join(order.title_lines) or None,
        "preamble": order.preamble,
        "resolution_word": order.resolution_word,
        "clauses": [_clause_json(clause, top=True) for clause in order.clauses],
        "signatory": {"position_lines": order.position_lines, "name": order.signatory}
        if order.signatory
        else None,
        "executors": [
            {"name": each.name, "phone": each.phone, "as_printed": each.as_printed}
            for each in order.executors
        ],
        "distribution": [{"copies": each.copies, "to": each.to} for each in order.distribution],
        "department": {
            "header_lines": order.letterhead.header_lines,
            "second_language": None
            if second is None
            else {"code": second.code, "name": second.name, "header_lines": second.header_lines},
        },
    }


def _clause_json(clause: Clause, *, top: bool) -> dict[str, Any]:
    written: dict[str, Any] = {"number": clause.number, "text": clause.text}
    if top or clause.children:
        written["children"] = [_clause_json(child, top=False) for child in clause.children]
    return written
