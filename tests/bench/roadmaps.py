"""The plan: phrases, Word files, orders on paper, start pages."""

from __future__ import annotations

import io
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

from tests.bench.measure import ROOT, SHARED, line, median, peak_memory, seconds, undone


def deadlines() -> None:
    """Phrases a second; yardstick: cutting the same phrases into words by a regular expression."""
    import re

    from roadmaps.deadlines import Period, compile

    if SHARED.exists():
        rows = json.loads((SHARED / "deadlines.json").read_text(encoding="utf-8"))["phrases"]
        phrases = [(row["text"], Period(*map(date.fromisoformat, row["period"]))) for row in rows]
    else:
        period = Period(date(2025, 9, 1), date(2026, 8, 31))
        items = (item for path in (ROOT / "demo").glob("[1-5]*.json") for item in demo_items(path))
        phrases = [(text, period) for text in items]
    split = median(lambda: [re.findall(r"\w+|\S", text.lower()) for text, _ in phrases])
    took = median(lambda: [compile(text, period) for text, period in phrases])
    line(
        f"compile {len(phrases)} deadline phrases",
        f"{len(phrases) / took:,.0f} phrases/s",
        "≥ 5,000/s",
        f"{took / split:.0f}× the time of a bare word split",
    )


def demo_items(path: Path) -> list[str]:
    document = json.loads(path.read_text(encoding="utf-8"))
    keys = [key for key, _ in document["columns"] if key != "number"]
    return [row[keys.index("deadline")] for section in document["sections"] for row in section[3]]


def reading() -> None:
    """The largest Word file; yardstick: python-docx opening it and walking every cell."""
    import docx

    from roadmaps.reading import read

    files = sorted((SHARED / "docx").glob("*.docx"), key=lambda path: path.stat().st_size)
    if not files:
        line("read the largest Word file", "no ../shared here", "< 0.5 s", "")
        return
    data = files[-1].read_bytes()

    def walk() -> int:
        tables = docx.Document(io.BytesIO(data)).tables
        return sum(len(cell.text) for table in tables for row in table.rows for cell in row.cells)

    took, yardstick = median(lambda: read(data, files[-1].name)), median(walk)
    line(
        f"read {files[-1].name}",
        f"{took:.3f} s",
        "< 0.5 s",
        f"{took / yardstick:.2f}× python-docx walking the cells",
    )


def order() -> None:
    """An order with a plan of 60 rows to PDF, warm; yardstick: WeasyPrint printing the bare table."""
    import weasyprint

    from accounts.models import Department
    from orders.domain import drafts, paper

    words = "Проведение совещания с руководителями школ по вопросам честного оценивания работ и хранения материалов"
    keys = ["number", "text", "deadline", "responsible"]
    rows = [
        dict(zip(keys, (f"1.{n}.", words, "до 15 марта 2026 года", "Руководители ОО"), strict=True))
        for n in range(60)
    ]
    content = {
        "title_lines": ["План мероприятий"],
        "goals": [],
        "columns": [{"key": key, "heading": key} for key in keys],
        "sections": [{"heading": "I. Подготовка", "items": rows}],
    }
    with undone():
        department = Department.objects.create(code="bench", name="Проба", signatory_name="И.И. Пробная")
        row = drafts.create(
            department=department,
            by=None,
            title="Об утверждении плана",
            clauses=[drafts.ClauseDraft("Утвердить план.")],
            annexes=[drafts.AnnexDraft(content)],
        )
        took = median(lambda: paper.preview(row), 3)
    cells = "".join("<tr>" + "".join(f"<td>{row[key]}</td>" for key in keys) + "</tr>" for row in rows)
    bare = median(lambda: weasyprint.HTML(string=f"<table>{cells}</table>").write_pdf(), 3)
    line(
        "order with 60 items to PDF, warm",
        f"{took:.2f} s",
        "< 1.5 s",
        f"{took / bare:.1f}× WeasyPrint, bare table",
    )
    line("the same by manage.py render_order, memory", *memory_of_a_render(content))


def memory_of_a_render(content: dict[str, Any]) -> tuple[str, str, str]:
    """Peak of a fresh process that prints one order; yardstick: the same process without printing."""
    from accounts.models import Department
    from orders.domain import drafts

    department = Department.objects.create(code="bench-memory", name="Проба", signatory_name="И.И. Пробная")
    annexes = [drafts.AnnexDraft(content)]
    row = drafts.create(department=department, by=None, title="Об утверждении плана", annexes=annexes)
    idle = peak_memory("check")
    peak = peak_memory("render_order", str(row.pk), "--output", os.devnull)
    return f"{peak:.0f} MB", "< 200 MB", f"manage.py check alone: {idle:.0f} MB"


def pages() -> None:
    """Queries and milliseconds of the start pages with one duty and with 500; yardstick: the smaller page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.factories.accounts import MembershipFactory
    from tests.factories.roadmaps import ActionItemFactory, AssignmentFactory
    from tests.factories.schools import PostFactory, SchoolFactory

    with undone():
        post = PostFactory()
        department = post.school.department
        people = {
            "methodist": MembershipFactory(department=department),
            "head": MembershipFactory(department=department, head=True),
            "deputy": post.membership,
        }

        def look(member: Any) -> tuple[int, float]:
            client = Client()
            client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
            path = "/roadmaps/mine/" if member is post.membership else "/"
            client.get(path)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                took = seconds(lambda: client.get(path))
            return len(queries), took

        AssignmentFactory(school=post.school, item__section__roadmap__department=department)
        few = {name: look(member) for name, member in people.items()}
        for n in range(50):
            item = ActionItemFactory(section__roadmap__department=department)
            AssignmentFactory(item=item, school=post.school, occurrence=f"o{n}", reported=n % 3 == 0)
            for k in range(9):
                school = SchoolFactory(department=department) if n == 0 else schools_of(department)[k + 1]
                AssignmentFactory(item=item, school=school, occurrence=f"o{n}", reported=n % 4 == 0)
        for name, member in people.items():
            queries, took = look(member)
            line(
                f"start page of the {name}, 500 duties",
                f"{queries} queries, {took * 1000:.0f} ms",
                "≤ 12, the same",
                f"with 1 duty: {few[name][0]} queries, {few[name][1] * 1000:.0f} ms",
            )


def schools_of(department: Any) -> list[Any]:
    from schools.models import School

    return list(School.objects.filter(department=department).order_by("pk"))


def matrix() -> None:
    """The page of a matrix, 60 schools × 80 rows; yardstick: the bare SELECT of its 4,800 duties."""
    import datetime

    from django.test import Client

    from roadmaps.models import Assignment
    from tests.factories.accounts import MembershipFactory
    from tests.factories.orders import OrderFactory
    from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory
    from tests.factories.schools import SchoolFactory

    with undone():
        member = MembershipFactory()
        order = OrderFactory(department=member.department)
        plan = RoadmapFactory(department=member.department, state="approved", order=order)
        sections = [SectionFactory(roadmap=plan, heading=f"{n}. Раздел") for n in range(8)]
        items = [ActionItemFactory(section=sections[n // 10], position=n) for n in range(80)]
        schools = [SchoolFactory(department=member.department) for _ in range(60)]
        day = datetime.date.today()
        rows = (
            Assignment(
                department=member.department, item=item, school=school, occurrence="once",
                first_day=day, last_day=day + datetime.timedelta(days=(n + k) % 40 - 5),
            )
            for n, item in enumerate(items)
            for k, school in enumerate(schools)
        )  # fmt: skip
        Assignment.objects.bulk_create(rows, batch_size=1000)
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        page = median(lambda: client.get(f"/roadmaps/{plan.pk}/matrix/"))
        bare = median(
            lambda: list(Assignment.objects.filter(item__section__roadmap=plan).values_list("pk", "state"))
        )
        yardstick = f"bare SELECT of the duties: {bare * 1000:.0f} ms ({page / bare:.0f}×)"
        line("matrix, 60 schools × 80 rows", f"{page * 1000:.0f} ms", "< 500 ms", yardstick)


BENCHES = (deadlines, reading, order, pages, matrix)
