"""The year's report as PDF, Word and Excel: all three from what its annex will be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.template.loader import render_to_string

from orders.domain import paper, tables
from portal.lib import charts, excel, pdf
from portal.lib.docx import Paper
from roadmaps.domain.year_report import annex
from roadmaps.models import YearReport

WIDTH = 170  # mm between the margins of an upright sheet


def as_pdf(report: YearReport) -> bytes:
    """Looks like the annex it becomes; until it is signed every sheet says «ПРОЕКТ»."""
    content = annex(report)
    context = {
        "document": str(report),
        "mark": "" if report.state == YearReport.State.SIGNED else "ПРОЕКТ",
        "title": [paper.printable(line) for line in content["title_lines"]],
        "parts": [paper.part_context(part) for part in content["parts"]],
    }
    printer = pdf.Printer(render_to_string("orders/pdf/order.css", {"family": pdf.FAMILY}))
    return printer.join([printer.lay_out(render_to_string("roadmaps/pdf/year.html", context))])


def as_word(report: YearReport) -> bytes:
    """Real headings and tables, to be worked on; charts as pictures."""
    document = Paper(str(report), size=13)
    for line in report.title.split("\n"):
        document.text(line, align="center", bold=True)
    for part in annex(report)["parts"]:
        document.heading(part["heading"], 2)
        for text in part["paragraphs"]:
            document.text(text, align="justify", indent=True)
        if drawn := paper.chart(part):
            document.picture(charts.png(drawn), width=WIDTH, words=drawn.description)
        if part["table"]:
            headings, rows = _rows(part["table"])
            widths = tables.widths(part["table"], page=WIDTH)
            figures = tables.figures(part["table"])
            right = [
                place for place, column in enumerate(part["table"]["columns"]) if column["key"] in figures
            ]
            document.table(headings, rows, widths=widths, right=right, size=10)
    return document.save()


def as_excel(report: YearReport) -> bytes:
    """A sheet with the words, then one for each table."""
    return excel.write_book(_sheets(report))


def _sheets(report: YearReport) -> Iterator[tuple[str, list[excel.Column], Any]]:
    parts = annex(report)["parts"]
    words = [[part["heading"], text] for part in parts for text in part["paragraphs"]]
    yield "Текст", [excel.Column("Часть", 30), excel.Column("Текст", 110)], words
    for part in parts:
        if part["table"]:
            headings, rows = _rows(part["table"])
            yield part["heading"], [excel.Column(heading, 24) for heading in headings], rows


def _rows(table: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Headings and lines; a section's heading is a line of its own."""
    keys = [column["key"] for column in table["columns"]]
    rows: list[list[Any]] = []
    for section in table["sections"]:
        if section["heading"]:
            rows.append([section["heading"], *[""] * (len(keys) - 1)])
        rows += [[_number(item.get(key) or "") for key in keys] for item in section["items"]]
    return [column["heading"] for column in table["columns"]], rows


def _number(text: str) -> str | int:
    """A count is a number in Excel too."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


WRITERS: dict[str, Callable[[YearReport], bytes]] = {"pdf": as_pdf, "docx": as_word, "xlsx": as_excel}
