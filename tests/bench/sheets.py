"""Observers' sheets: the report of a campaign, the control page, a sheet sent."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from tests.bench.measure import line, median, undone

DAYS, SCHOOLS, TESTS = 10, 60, 10


def campaign() -> tuple[Any, Any]:
    """60 schools, 600 sessions each watched by one of 150 observers, 600 sheets, 120 violations."""
    from observers.models import ObservationSheet, Violation
    from tests.factories.accounts import MembershipFactory
    from tests.factories.observers import ObserverFactory, VisitFactory
    from tests.factories.schools import CampaignFactory, ExamFactory, SchoolFactory, SessionFactory
    from tests.factories.sheets import SheetFactory, TemplateFactory

    member = MembershipFactory()
    row = CampaignFactory(department=member.department)
    form = TemplateFactory(campaign=row)
    exams = [ExamFactory(campaign=row, grade=4 + n % 5, subject=f"предмет {n}") for n in range(TESTS)]
    schools = SchoolFactory.create_batch(SCHOOLS, department=member.department)
    observers = ObserverFactory.create_batch(150, department=member.department)
    for number in range(SCHOOLS * TESTS):
        day = datetime.date(2026, 4, 20) + datetime.timedelta(days=number // SCHOOLS)
        session = SessionFactory(exam=exams[number // SCHOOLS], school=schools[number % SCHOOLS], day=day)
        visit = VisitFactory(session=session, observer=observers[number % len(observers)])
        sheet = SheetFactory(assignment=visit, template=form, sent=True, no_violations=number % 5 != 0)
        if number % 5 == 0:
            Violation.objects.create(sheet=sheet, school=session.school, key=uuid.uuid4(), class_name="4А",
                                     kind=form.kinds[number % 9], text="В кабинет вошёл посторонний.")  # fmt: skip
    assert ObservationSheet.objects.count() == SCHOOLS * TESTS
    return member, row


def campaign_report() -> None:
    """Yardstick: the same rows fetched and nothing made of them."""
    from observers.domain import reports
    from observers.models import ObserverAssignment

    with undone():
        member, row = campaign()

        def fetch() -> None:
            visits = ObserverAssignment.objects.filter(session__exam__campaign=row)
            list(visits.select_related("observer", "sheet", "session__school", "session__exam"))

        compiled = reports.compile_report(member, row)
        bare = median(fetch, 3)
        for name, write in (("PDF", reports.as_pdf), ("XLSX", reports.as_xlsx)):
            took = median(lambda write=write: write(reports.compile_report(member, row)), 3)
            pages = f"{compiled.total.sheets} sheets, {took / bare:.0f}× fetching them"
            line(f"report of a campaign, {name}", f"{took:.2f} s", "< 2 s", pages)


def control_page() -> None:
    """The day, its figures and the coverage of 600 sessions; yardstick: the log-in page."""
    from django.test import Client

    with undone():
        member, row = campaign()
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        bare = median(lambda: Client().get("/login/"), 3)
        for name, address in (
            ("control, a day of 60 visits", "/observers/control/?day=2026-04-20"),
            ("coverage, 600 sessions", f"/observers/coverage/?campaign={row.pk}"),
        ):
            took = median(lambda address=address: client.get(address), 3)
            line(name, f"{took * 1000:.0f} ms", "< 400 ms", f"{took / bare:.1f}× the log-in page")


BENCHES = (campaign_report, control_page)
