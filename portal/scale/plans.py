"""A department's plan of one academic year: its rows understood by the portal's own compiler, its order signed."""

from __future__ import annotations

import datetime
import hashlib
import io
import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import pypdf
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from orders.domain import paper
from orders.models import Annex, Clause, Order, OrderEvent
from portal.lib.calendar import WorkCalendar
from portal.scale import words
from portal.scale.bulk import Bulk
from portal.scale.districts import District
from roadmaps.deadlines import Occurrence, OnEvent, Period, compile, occurrences, to_json
from roadmaps.models import ActionItem, Roadmap, RoadmapEvent, Section
from schools.models import academic_year_of

COLUMNS = [
    {"key": "number", "heading": "№"},
    {"key": "text", "heading": "Мероприятие"},
    {"key": "deadline", "heading": "Срок"},
    {"key": "responsible", "heading": "Ответственные"},
    {"key": "expected_result", "heading": "Результат"},
]
SIGNED_ON = (9, 3)  # of the academic year's first autumn
SHEET = "orders/region.pdf"
State = Order.State


@dataclass(frozen=True)
class Source:
    """A printed row with what it asks: its occurrences, and whether officials bear it instead of schools."""

    line: words.Line
    parts: list[dict[str, Any]]
    spans: tuple[Occurrence, ...]
    officials: bool


@dataclass(frozen=True)
class Plan:
    """Rows with the keys they have in this department."""

    sources: list[tuple[int, Source]]
    controllers: list[int]
    signed_at: datetime.datetime
    year: int


@cache
def sources(year: int, items: int) -> list[Source]:
    """The year's rows, compiled once for all departments: they work by one calendar."""
    period = Period(datetime.date(year, 9, 1), datetime.date(year + 1, 8, 31))
    calendar = WorkCalendar()
    found = []
    for line in words.plan(year, items):
        parts = compile(line.deadline, period)
        dated = tuple(part for part in parts if not isinstance(part, OnEvent))
        found.append(
            Source(line, to_json(parts), occurrences(dated, calendar), line.responsible == words.OFFICIALS)
        )
    return found


def approve(bulk: Bulk, district: District, year: int, items: int, *, today: datetime.date) -> Plan:
    """The plan, frozen as the annex of its signed order. Only this year's is in force, older ones are archived."""
    signed_at = _moment(datetime.date(year, *SIGNED_ON), 11)
    rows = sources(year, items)
    grouped = _grouped(rows)
    titles = ["План мероприятий («дорожная карта»)", f"по объективности ВПР на {year}–{year + 1} учебный год"]
    annex = {"title_lines": titles, "goals": [], "columns": COLUMNS, "sections": _printed(grouped)}
    text = f"Об утверждении плана мероприятий\nпо объективности ВПР в {year}–{year + 1} учебном году"
    order = issue(bulk, district, text, signed_at, annex=annex)
    by = district.staff["methodist"].pk
    state = Roadmap.State.APPROVED if year == academic_year_of(today) else Roadmap.State.ARCHIVED
    roadmap = bulk.add(
        Roadmap, department=district.department.pk, name=f"Дорожная карта {year}/{(year + 1) % 100:02}",
        title_lines=titles, goals=[], columns=COLUMNS, first_day=datetime.date(year, 9, 1),
        last_day=datetime.date(year + 1, 8, 31), state=state, order=order.pk, created_by=by,
        created_at=signed_at - datetime.timedelta(days=9), updated_at=signed_at,
    )  # fmt: skip
    bulk.add(RoadmapEvent, roadmap=roadmap, what="Утверждена приказом", by=by, at=signed_at)
    keys = []
    for position, (heading, part) in enumerate(grouped, start=1):
        section = bulk.add(
            Section, roadmap=roadmap, position=position, heading=heading, number=heading.partition(".")[0],
            title=heading.partition(" ")[2],
        )  # fmt: skip
        keys += [
            (
                _item(
                    bulk,
                    district,
                    source,
                    section=section,
                    place=place,
                    number=f"{position}.{place}.",
                    at=signed_at,
                ),
                source,
            )
            for place, source in enumerate(part, start=1)
        ]
    controllers = [district.staff[name].pk for name in ("methodist", "methodist-2")]
    return Plan(keys, controllers, signed_at, year)


def _grouped(rows: list[Source]) -> list[tuple[str, list[Source]]]:
    share = -(-len(rows) // len(words.HEADINGS))
    parts = [(heading, rows[n * share : (n + 1) * share]) for n, heading in enumerate(words.HEADINGS)]
    return [(heading, part) for heading, part in parts if part]


def _printed(grouped: list[tuple[str, list[Source]]]) -> list[dict[str, Any]]:
    return [
        {
            "heading": heading,
            "items": [
                {"number": f"{position}.{place}.", **vars(source.line)}
                for place, source in enumerate(part, start=1)
            ],
        }
        for position, (heading, part) in enumerate(grouped, start=1)
    ]


def _item(
    bulk: Bulk,
    district: District,
    source: Source,
    *,
    section: int,
    place: int,
    number: str,
    at: datetime.datetime,
) -> int:
    phrase = source.line.responsible
    officials = [district.staff[name].pk for name in ("methodist", "methodist-2")]
    reach = {"kind": "body", "members": officials} if source.officials else {"kind": "all_schools"}
    return bulk.add(
        ActionItem, section=section, position=place, number=number, **vars(source.line),
        deadline_parts=source.parts, reach=[{**reach, "phrase": phrase, "label": phrase}], updated_at=at,
        updated_by=district.staff["methodist"].pk,
    )  # fmt: skip


def blank_sheet() -> tuple[str, str]:
    """Name and hash of the one empty PDF that stands for the paper of every seeded order: thousands take hours."""
    stream = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(stream)
    if not default_storage.exists(SHEET):
        default_storage.save(SHEET, ContentFile(stream.getvalue()))
    return SHEET, hashlib.sha256(stream.getvalue()).hexdigest()


def issue(
    bulk: Bulk,
    district: District,
    title: str,
    at: datetime.datetime,
    *,
    annex: dict[str, Any] | None = None,
    state: str = State.SIGNED,
) -> Order:
    """An order of the department's journal, taken as far as ``state``; signed, it is frozen as a signature freezes."""
    methodist, head = district.staff["methodist"], district.staff["head"]
    department = district.department
    order = Order(
        department=department, state=state, title=title, place=department.place, controller=methodist,
        preamble="В целях получения достоверных сведений о знаниях обучающихся",
        signatory_position=department.signatory_position, signatory_name=department.signatory_name,
        created_by=methodist, created_at=at - datetime.timedelta(days=2), updated_at=at,
        check_token=f"{random.Random(f'{department.code}:{title}:{at}').getrandbits(128):032x}",  # noqa: S311
    )  # fmt: skip
    if state != State.DRAFT:
        number = district.numbers[at.year] = district.numbers.get(at.year, 0) + 1
        order.register, order.year, order.sequence = district.register, at.year, number
        order.number, order.date = f"{number}-о", at.date()
    texts = ["Утвердить прилагаемый план." if annex else "Утвердить прилагаемый порядок работы."]
    texts += [
        "Руководителям школ обеспечить исполнение.",
        "Контроль за исполнением приказа возложить на методиста.",
    ]
    bulk.give_key(order)
    clauses = [Clause(order=order, position=place, text=text) for place, text in enumerate(texts, start=1)]
    annexes = [Annex(order=order, content=annex)] if annex else []
    for part in (*clauses, *annexes):
        bulk.keep(part)
    if state == State.SIGNED:
        order.signed_by, order.signed_at = head, at
        order.snapshot = paper.of_parts(order, clauses, annexes)
        order.sha256 = paper.digest(order.snapshot)
        order.pdf, order.pdf_sha256, order.rendered_at = *district.sheet, at
    bulk.keep(order)
    _history(bulk, order, methodist.pk, head.pk)
    return order


def _history(bulk: Bulk, order: Order, methodist: int, head: int) -> None:
    steps = {State.DRAFT: methodist, State.REGISTERED: methodist, State.SIGNED: head}
    for hours, (state, by) in enumerate(steps.items()):
        at = order.updated_at + datetime.timedelta(hours=6 * (hours - 2))
        bulk.add(OrderEvent, order=order.pk, state=state, by=by, at=at)
        if state == order.state:
            return


def further_orders(bulk: Bulk, district: District, year: int, *, now: datetime.datetime) -> None:
    """The year's other orders; the last of this year wait for a signature and are being written."""
    for n, title in enumerate(words.ORDERS):
        at = _moment(datetime.date(year, 9, 20) + datetime.timedelta(days=37 * n), 12)
        if at < now:
            issue(bulk, district, title, at)
    if year == academic_year_of(now.date()):
        last = now - datetime.timedelta(days=2)
        issue(bulk, district, "О графике проверочных работ", last, state=State.REGISTERED)
        issue(bulk, district, "О составе комиссии", last, state=State.DRAFT)


def _moment(day: datetime.date, hour: int) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), tzinfo=datetime.UTC)
