"""An order on paper: what is signed (`compose`), its hash (`digest`), and its PDF (`render`).

The PDF is made from the snapshot alone, so the same snapshot gives the same bytes. Recipes: docs of ГОСТ Р 7.0.97.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Department
from orders.domain import limits, tables
from orders.domain.numbering import numbered
from orders.models import Annex, Clause, Order
from portal.lib import charts, pdf

FORMAT = 1
MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
FITS = 4  # steps of the ladder from 14 to 12.5 pt, see order.css
NOTE_LINES = 9  # a longer distribution list follows the signature, not the page's foot
LANDSCAPE, PORTRAIT = (
    (267.0, 170.0),
    (170.0, 257.0),
)  # width and height between the margins in mm, see order.css
NBSP = "\N{NO-BREAK SPACE}"
CAPITAL = "А-ЯЁA-ZӦІ"
GLUED = (
    (re.compile(r"№ (?=\S)"), f"№{NBSP}"),
    (re.compile(rf"\b([{CAPITAL}]\.) ?([{CAPITAL}]\.) (?=[{CAPITAL}][а-яё])"), rf"\1\2{NBSP}"),
    (
        re.compile(rf"([{CAPITAL}][а-яё]+(?:-[{CAPITAL}][а-яё]+)?) (?=[{CAPITAL}]\. ?[{CAPITAL}]\.)"),
        rf"\1{NBSP}",
    ),
    (re.compile(rf"\bг\. (?=[{CAPITAL}«])"), f"г.{NBSP}"),
    (re.compile(r"(\d{4}) (?=г\.|гг\.|года\b|году\b|год\b)"), rf"\1{NBSP}"),
    (re.compile(r"\b(\d{1,2}) (?=(?:" + "|".join(MONTHS) + r")\b)"), rf"\1{NBSP}"),
    (re.compile(r"(\d{4}) (?=[-–—] ?\d{4})"), rf"\1{NBSP}"),
    (re.compile(r" (?=[–—] )"), NBSP),
)


@dataclass(frozen=True)
class Word:
    """A word of the form, spaced out when the department writes it so: «П Р И К А З»."""

    text: str
    tail: str = ""
    spaced: bool = False


def compose(order: Order) -> dict[str, Any]:
    """Everything that will be printed, as plain JSON: of a draft what stands in its rows, of a signed order likewise.

    Signed orders print from ``order.snapshot`` instead; it is what this returned at the moment of signing.
    """
    return of_parts(order, order.clauses.all(), order.annexes.all())


def of_parts(order: Order, clauses: Iterable[Clause], annexes: Iterable[Annex]) -> dict[str, Any]:
    """The same of parts that are at hand with their keys."""
    department, annexes = order.department, list(annexes)
    return {
        "format": FORMAT,
        "department": _letterhead(department),
        "number": order.number,
        "date": order.date.isoformat() if order.date else "",
        "date_text": date_text(order.date, department.date_style) if order.date else "",
        "place": order.place,
        "title": order.title,
        "preamble": order.preamble,
        "resolution_word": order.resolution_word,
        "clauses": [
            {"number": entry.number, "depth": entry.depth, "text": entry.clause.text}
            for entry in numbered(clauses)
        ],
        "signatory": {"position": order.signatory_position, "name": order.signatory_name},
        "executors": order.executors,
        "distribution": order.distribution,
        "controller": str(order.controller) if order.controller else "",
        "annexes": [
            {
                "number": str(place) if len(annexes) > 1 else "",
                "landscape": annex.landscape,
                "content": annex.content,
            }
            for place, annex in enumerate(annexes, start=1)
        ],
        "check_token": order.check_token,
    }


def digest(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of the snapshot's canonical JSON (keys sorted, no blanks, UTF-8), in hexadecimal."""
    canonical = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def render(snapshot: Mapping[str, Any], *, sha256: str = "", mark: str = "") -> bytes:
    """The PDF of a snapshot. With ``sha256`` it bears the QR code; ``mark`` («ПРОЕКТ») stands atop every page."""
    printer = pdf.Printer(render_to_string("orders/pdf/order.css", {"family": pdf.FAMILY}))
    sheets = [_order_context(snapshot)] if has_text(snapshot) else []
    sheets += [_annex_context(snapshot, annex) for annex in snapshot["annexes"]]
    for context in sheets:
        context |= {"mark": mark, "document": f"Приказ № {snapshot['number'] or 'б/н'}"}
    if sheets and sha256:
        sheets[0]["check"] = _check_context(snapshot["check_token"], sha256)
    return printer.join([_lay_out(printer, context) for context in sheets or [_order_context(snapshot)]])


def preview(order: Order) -> bytes:
    """The PDF of an order that is not signed; rows past the first 120 of an annex are only counted."""
    snapshot = compose(order)
    for annex in snapshot["annexes"]:
        annex["content"], annex["left_out"] = _shortened(annex["content"])
    return render(snapshot, mark=mark_of(order))


MARKS = {Order.State.VOID: "АННУЛИРОВАН", Order.State.REPEALED: "ОТМЕНЁН", Order.State.SIGNED: ""}


def mark_of(order: Order) -> str:
    return MARKS.get(Order.State(order.state), "ПРОЕКТ")


def has_text(snapshot: Mapping[str, Any]) -> bool:
    """Whether there is an order's own text to print; without it only annexes come out, with number and date."""
    return bool(snapshot["clauses"] or snapshot["preamble"] or not snapshot["annexes"])


def texts(snapshot: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every text that will be printed with the name of its place, to be searched for signs that cannot be."""
    found = [
        ("заголовок", snapshot["title"]),
        ("преамбула", snapshot["preamble"]),
        ("бланк", "\n".join(value for value in snapshot["department"].values() if isinstance(value, str))),
        ("подпись", f"{snapshot['signatory']['position']} {snapshot['signatory']['name']}"),
        ("исполнитель", " ".join(f"{line['name']} {line['phone']}" for line in snapshot["executors"])),
        ("рассылка", " ".join(str(line["addressee"]) for line in snapshot["distribution"])),
    ]
    found += [(f"пункт {clause['number']}", clause["text"]) for clause in snapshot["clauses"]]
    for annex in snapshot["annexes"]:
        content = annex["content"]
        head = "\n".join([*content.get("title_lines", []), *content.get("goals", [])])
        found.append(("приложение", head))
        found += _table_texts(content)
        for part in content.get("parts", []):
            found.append(("приложение", "\n".join([part["heading"], *part["paragraphs"]])))
            found += _table_texts(part["table"]) if part.get("table") else []
    return found


def _table_texts(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    keys = [column["key"] for column in table["columns"]]
    found = [("приложение, столбцы", "\n".join(column["heading"] for column in table["columns"]))]
    for section in table["sections"]:
        found.append(("приложение, раздел", section["heading"] or ""))
        for item in section["items"]:
            place = f"приложение, пункт {item.get('number') or (item.get('text') or '')[:40]}"
            found.append((place, "\n".join(item.get(key) or "" for key in keys)))
    return found


def date_text(day: datetime.date, style: str) -> str:
    """«16.03.2026» or ««16» марта 2026 года»."""
    if style == Department.DateStyle.WORDS:
        return f"«{day:%d}» {MONTHS[day.month - 1]} {day.year} года"
    return f"{day:%d.%m.%Y}"


def check_url(token: str) -> str:
    return f"{settings.PORTAL_URL}{reverse('orders:check', args=[token])}"


def word(text: str) -> Word:
    """«П Р И К А З» is set with wide letters; «ПРИКАЗ» stays as it is."""
    match = re.fullmatch(r"(\w(?:[  ]\w)+)(\W*)", text.strip())
    if match is None:
        return Word(text.strip())
    return Word(re.sub(r"\s", "", match[1]), match[2], spaced=True)


def printable(text: str) -> str:
    """``text`` with no-break spaces where a clerk puts them and breaks allowed in endless words. Words stay."""
    for pattern, glued in GLUED:
        text = pattern.sub(glued, text)
    return pdf.soften(text)


def paragraphs(text: str) -> list[str]:
    return [printable(line) for line in text.split("\n") if line.strip()]


def _letterhead(department: Department) -> dict[str, str]:
    return {
        "name": department.name,
        "name_genitive": department.name_genitive,
        "letterhead": department.letterhead or department.name.upper(),
        "letterhead_second": department.letterhead_second,
        "second_language": department.second_language,
        "order_word": department.order_word,
        "order_word_second": department.order_word_second,
    }


def _order_context(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    department = snapshot["department"]
    executors, copies = _executors(snapshot), _copies(snapshot)
    return {
        "template": "orders/pdf/order.html",
        "letterhead": [printable(line) for line in department["letterhead"].split("\n")],
        "letterhead_second": [
            printable(line) for line in department["letterhead_second"].split("\n") if line
        ],
        "language": department["second_language"],
        "word": word(department["order_word"]),
        "word_second": word(department["order_word_second"]) if department["order_word_second"] else None,
        "date": printable(snapshot["date_text"]),
        "place": printable(snapshot["place"]),
        "number": printable(snapshot["number"]),
        "title": paragraphs(snapshot["title"]),
        "preamble": paragraphs(snapshot["preamble"]),
        "resolution": word(snapshot["resolution_word"]),
        "clauses": [
            {"number": clause["number"], "depth": clause["depth"], "lines": paragraphs(clause["text"])}
            for clause in snapshot["clauses"]
        ],
        "position": paragraphs(snapshot["signatory"]["position"]),
        "name": printable(snapshot["signatory"]["name"]),
        "executors": executors,
        "copies": copies,
        "copies_at_foot": len(executors) + len(copies) <= NOTE_LINES,
    }


def _executors(snapshot: Mapping[str, Any]) -> list[str]:
    lines = [", ".join(filter(None, [line["name"], line["phone"]])) for line in snapshot["executors"]]
    return [printable(line) for line in lines]


def _copies(snapshot: Mapping[str, Any]) -> list[str]:
    return [printable(f"{line['copies']} – {line['addressee']}") for line in snapshot["distribution"]]


def _annex_context(snapshot: Mapping[str, Any], annex: Mapping[str, Any]) -> dict[str, Any]:
    content = annex["content"]
    size = LANDSCAPE if annex["landscape"] else PORTRAIT
    return {
        "template": "orders/pdf/annex.html",
        "landscape": annex["landscape"],
        "head": annex_head(snapshot, annex["number"]),
        "running": " ".join(filter(None, ["Продолжение приложения", annex["number"]])),
        "title": [printable(line) for line in content.get("title_lines", [])],
        "goals": [printable(goal) for goal in content.get("goals", [])],
        **table_context(content, size),
        "parts": [part_context(part, size) for part in content.get("parts", [])],
        "left_out": annex.get("left_out", 0),
    }


def part_context(part: Mapping[str, Any], size: tuple[float, float] = PORTRAIT) -> dict[str, Any]:
    """A part of a report for ``orders/pdf/_part.html``; ``size``: of the page between its margins, mm."""
    return {
        "heading": printable(part["heading"]),
        "paragraphs": [printable(text) for text in part["paragraphs"]],
        "chart": chart(part),
        "table": table_context(part["table"], size) if part.get("table") else None,
    }


def chart(part: Mapping[str, Any]) -> charts.Chart | None:
    """The picture of a part, drawn anew from its numbers each time: the same numbers give the same bytes."""
    drawn = part.get("chart")
    if not drawn:
        return None
    return charts.stacked(drawn["groups"], drawn["labels"], title=drawn["title"], tones=drawn.get("tones"))


def table_context(content: Mapping[str, Any], size: tuple[float, float]) -> dict[str, Any]:
    """Columns and rows for ``orders/pdf/_table.html``."""
    width, height = size
    headings = {column["key"]: column["heading"] for column in content["columns"]}
    columns = dict(zip(headings, tables.widths(content, page=width), strict=True))
    figures = tables.figures(content)
    return {
        "columns": [
            {"heading": pdf.soften(heading), "width": f"{columns[key]:.1f}", "figures": key in figures}
            for key, heading in headings.items()
        ],
        "sections": [
            {
                "heading": printable(section["heading"] or ""),
                "rows": [
                    {
                        "tall": tables.is_tall(item, columns, page=height),
                        "cells": [
                            {
                                "key": key,
                                "heading": heading,
                                "text": printable(item.get(key) or ""),
                                "figure": key in figures,
                            }
                            for key, heading in headings.items()
                        ],
                    }
                    for item in section["items"]
                ],
            }
            for section in content["sections"]
        ],
    }


def annex_head(snapshot: Mapping[str, Any], number: str) -> list[str]:
    """«Приложение 1 / к приказу отдела … / от … № …», the order's own number and date."""
    whose = f"к приказу {snapshot['department']['name_genitive']}".strip()
    date, order_number = snapshot["date_text"] or "____________", snapshot["number"] or "______"
    lines = [f"Приложение {number}".strip(), whose, f"от {date} №{NBSP}{order_number}"]
    return [printable(line) for line in lines]


def _check_context(token: str, sha256: str) -> dict[str, Any]:
    url = check_url(token)
    code = segno.make(url, error="m", micro=False).svg_inline(border=0, omitsize=True)
    drawing: SafeString = mark_safe(code)  # noqa: S308 -- our own drawing of our own address
    return {"url": url, "qr": drawing, "sha256": sha256}


def _lay_out(printer: pdf.Printer, context: Mapping[str, Any]) -> Any:
    """The sheet at the largest type that keeps it on one page; else with the signature on its last page."""
    template = context["template"]
    if template == "orders/pdf/annex.html":
        return printer.lay_out(render_to_string(template, dict(context)))
    tried: list[Any] = []
    for fit in range(FITS):
        document = printer.lay_out(render_to_string(template, {**context, "fit": fit}))
        tried.append(document)
        if len(document.pages) == 1:
            return document
        if fit == 0 and len(document.pages) > 2 and _signature_stays(document):
            return document
    return next((document for document in tried if _signature_stays(document)), tried[0])


def _signature_stays(document: Any) -> bool:
    """Whether the executor's note did not go to a page of its own."""
    return "signature" in document.pages[-1].anchors


def _shortened(content: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    left, sections, total = limits.PREVIEW_ITEMS, [], 0
    for section in content["sections"]:
        total += len(section["items"])
        if left:
            sections.append({**section, "items": section["items"][:left]})
        left -= min(left, len(section["items"]))
    return {**content, "sections": sections}, max(0, total - limits.PREVIEW_ITEMS)


def filename(order: Order, extension: str = "pdf") -> str:
    """The file's name for people: «Приказ 47-о от 16.03.2026.pdf», without what file systems refuse."""
    number = re.sub(r"[^\w.-]+", "-", order.number) or "проект"
    return f"Приказ {number}{f' от {order.date:%d.%m.%Y}' if order.date else ''}.{extension}"
