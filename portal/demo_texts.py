"""Papers, plans and orders of the demo, made from the texts of ``demo/``; no database."""

from __future__ import annotations

import io
from typing import Any

import docx

from roadmaps.reading import model as read


def inn(nine: str) -> str:
    """Nine digits (region 00 does not exist) with the check digit of an institution's ИНН."""
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return nine + str(sum(int(digit) * weight for digit, weight in zip(nine, weights, strict=True)) % 11 % 10)


def paper(title: str) -> bytes:
    """A small Word file, for proof."""
    document = docx.Document()
    document.add_heading(title, level=1)
    document.add_paragraph("Вымышленный документ вымышленной школы.")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def reading(document: dict[str, Any]) -> read.Reading:
    """A demo document as if it had been read from a Word file."""
    keys = [key for key, _ in document["columns"]]
    sections = []
    for number, title, heading, rows in document["sections"]:
        items = [item(row, keys, number, index) for index, row in enumerate(rows, start=1)]
        sections.append(read.Section(number or None, title or None, heading or None, items))
    roadmap = read.Roadmap(
        title_lines=document["title_lines"],
        goals=document["goals"],
        columns=[read.Column(key, heading) for key, heading in document["columns"]],
        sections=sections,
    )
    return read.Reading(roadmap, order(document.get("order")), [])


def item(row: list[str], keys: list[str], section: str, index: int) -> read.Item:
    cells: dict[str, Any] = dict(zip([key for key in keys if key != "number"], row, strict=True))
    number = None
    if "number" in keys:
        ordinal = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7}.get(section)
        number = f"{ordinal}.{index}." if ordinal else f"{index}."
    return read.Item(number=number, **cells)


def order(texts: dict[str, Any] | None) -> read.Order | None:
    if texts is None:
        return None
    return read.Order(
        title_lines=texts["title"].split("\n"),
        preamble=texts["preamble"],
        clauses=[
            read.Clause(
                f"{index}.", text, [read.Clause(f"{index}.{n}.", one) for n, one in enumerate(children, 1)]
            )
            for index, (text, children) in enumerate(texts["clauses"], start=1)
        ],
        executors=[read.Executor(name, phone, f"{name}, {phone}") for name, phone in texts["executors"]],
        distribution=[read.Addressee(copies, to) for copies, to in texts.get("distribution", [])],
    )
