"""The reports on duties as Excel, Word and PDF: the same tables as on the page."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from accounts.models import Membership
from portal.lib import excel, pdf
from portal.lib.docx import Paper
from roadmaps.domain.standing import HEADINGS, Discipline, Progress, Tally, standing
from roadmaps.models import Roadmap

NOTE = "Названия идут по алфавиту: это сведения для работы, а не рейтинг."


@dataclass(frozen=True)
class Report:
    """What the paper says."""

    department: str
    day: datetime.date
    roadmap: Roadmap | None
    discipline: Discipline
    progress: Progress

    @property
    def title(self) -> str:
        return f"Исполнение поручений на {self.day:%d.%m.%Y}"

    @property
    def about(self) -> str:
        return (
            f"{self.department}. {self.roadmap.name if self.roadmap else 'Все действующие дорожные карты'}."
        )

    def tables(self) -> Iterator[tuple[str, str, list[Tally]]]:
        """Heading of the table, of its first column, its lines with the sum last."""
        if self.discipline.schools:
            yield "По школам", "Школа", [*self.discipline.schools, _sum("Все школы", self.discipline.schools)]
        if self.discipline.officials:
            officials = self.discipline.officials
            yield "По должностным лицам", "Должностное лицо", [*officials, _sum("Все лица", officials)]
        for roadmap, whole, sections in self.progress:
            if self.roadmap in {None, roadmap}:
                yield f"По разделам: {roadmap.name}", "Раздел", [*sections, whole]


def _sum(name: str, tallies: Sequence[Tally]) -> Tally:
    total = Tally(name)
    for key in HEADINGS:
        setattr(total, key, sum(getattr(one, key) for one in tallies))
    return total


def gather(member: Membership, day: datetime.date, roadmap: Roadmap | None) -> Report:
    discipline, progress = standing(member, day, roadmap)
    return Report(member.department.name, day, roadmap, discipline, progress)


def _line(one: Tally) -> list[Any]:
    return [one.name, *one.values, "—" if one.percent is None else f"{one.percent} %"]


def as_excel(report: Report) -> bytes:
    heads = [*HEADINGS.values(), "Исполнено в срок"]
    return excel.write_book(
        (title, [excel.Column(first, 44), *(excel.Column(head, 14) for head in heads)], map(_line, lines))
        for title, first, lines in report.tables()
    )


def as_word(report: Report) -> bytes:
    paper = Paper(report.title, size=12, landscape=True)
    paper.heading(report.title)
    paper.text(report.about)
    heads = [*HEADINGS.values(), "В срок, %"]
    for title, first, lines in report.tables():
        paper.heading(title, 2)
        paper.table(
            [first, *heads],
            map(_line, lines),
            widths=[62, *[17] * len(heads)],
            right=range(1, len(heads) + 1),
        )
    paper.text(NOTE)
    return paper.save()


def as_pdf(report: Report) -> bytes:
    context = {"report": report, "headings": HEADINGS.values(), "note": NOTE}
    printer = pdf.Printer(render_to_string("roadmaps/pdf/standing.css", {"family": pdf.FAMILY}))
    html = pdf.soften(render_to_string("roadmaps/pdf/standing.html", context))
    return printer.join([printer.lay_out(html)])


WRITERS: dict[str, Callable[[Report], bytes]] = {"xlsx": as_excel, "docx": as_word, "pdf": as_pdf}
