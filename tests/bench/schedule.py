"""The board of the VPR."""

from __future__ import annotations

import datetime

from tests.bench.measure import line, median, undone


def schedule() -> None:
    """A month of 60 schools with 600 days as a page; yardstick: the same rows fetched with no board made of them."""
    from django.test import Client
    from django.urls import reverse

    from accounts.models import Department, Membership, Role, User
    from schools.domain import board, campaigns
    from schools.models import School, VprSession

    with undone():
        department = Department.objects.create(code="bench", name="Проба")
        user = User.objects.create_user("bench@example.org", last_name="Проба")
        member = Membership.objects.create(department=department, user=user, role=Role.METHODIST)
        first, last = datetime.date(2026, 4, 20), datetime.date(2026, 5, 20)
        campaign = campaigns.create(
            department,
            by=member,
            starting="vpr-2026",
            year=2025,
            name="Весна",
            first_day=first,
            last_day=last,
        )
        schools = School.objects.bulk_create(
            School(department=department, name=f"СОШ № {n}") for n in range(60)
        )
        exams = list(campaign.exams.all()[:10])
        days = [first + datetime.timedelta(days=n) for n in (0, 1, 2, 3, 4, 7, 8, 9, 10, 7)]
        VprSession.objects.bulk_create(
            VprSession(exam=exam, school=school, day=day)
            for school in schools
            for exam, day in zip(exams, days, strict=True)
        )
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        address = f"{reverse('schools:schedule')}?month=2026-04"

        def page() -> None:
            assert client.get(address).content.count(b"data-portal-session=") == 600

        def rows() -> None:
            list(VprSession.objects.filter(exam__campaign=campaign).select_related("exam", "school"))

        def made() -> None:
            assert board.board(campaign, member, board.Filter(), first).sessions == 600

        took, yardstick, without = median(page), median(rows), median(made)
        note = f"{took / yardstick:.0f}× the rows fetched; the board without its page {without * 1000:.0f} ms"
        line("board with 600 days, 60 schools", f"{took * 1000:.0f} ms", "< 400 ms", note)


BENCHES = (schedule,)
