"""Rechecks: an entry of a work, a draw, a divergence, the protocol."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.bench.measure import line, median, undone


def entry() -> None:
    """One row of a blind sheet of 60 works × 15 tasks kept by its own request; yardstick: the whole sheet's page."""
    from django.test import Client
    from django.urls import reverse

    from recheck.domain import seats

    with undone():
        seat = seated(works=60)
        token = seats.new_link(seat)
        pk = seat.scorings.first().pk
        cells = {f"s-{pk}-{n}": "1" for n in range(1, 16)}
        client, address = Client(), reverse("recheck:link_row", args=[token, pk])
        page = reverse("recheck:link", args=[token])
        took, whole = median(lambda: client.post(address, cells), 20), median(lambda: client.get(page))
    line("entry of a work kept", f"{took * 1000:.0f} ms", "< 100 ms", f"whole sheet {whole * 1000:.0f} ms")


def sample() -> None:
    """500 of 5,000 works drawn; yardstick: `sorted` of as many SHA-256 keys."""
    from recheck.sampling import Entry, digest, draw

    works = [Entry(f"{10_000 + n}", f"4{'АБВГ'[n % 4]}", str(2 + n % 4)) for n in range(5000)]
    took = median(lambda: draw("зерно", 500, works))
    bare = median(lambda: sorted(digest("зерно", work.code) for work in works))
    line(
        "sample of 500 from 5,000 works",
        f"{took * 1000:.0f} ms",
        "< 200 ms",
        f"{took / bare:.1f}× the bare keys",
    )


def divergence() -> None:
    """A recheck of 200 works × 15 tasks compared; yardstick: the same in a plain loop without statistics."""
    from recheck.divergence import Pair, Rule, Scale, compare

    scale = Scale({str(n): 2 for n in range(1, 16)}, {"3": 10, "4": 16, "5": 23})
    pairs = [
        Pair(
            str(w),
            "4А",
            {n: (w + int(n)) % 3 for n in scale.tasks},
            {n: (w * int(n)) % 3 for n in scale.tasks},
        )
        for w in range(200)
    ]
    took = median(lambda: compare(pairs, scale, Rule()))
    bare = median(lambda: [[p.school[n] - p.expert[n] for n in scale.tasks] for p in pairs])
    line("divergence of 200 works", f"{took * 1000:.0f} ms", "< 200 ms", f"a plain loop {bare * 1000:.1f} ms")


def protocol() -> None:
    """The protocol of 60 works as PDF; yardstick: the same for Word."""
    from recheck.domain import papers, reading, results

    with undone():
        seat = seated(works=60)
        for row in seat.scorings.select_related("work"):
            reading.write(seat, row.pk, {str(n): "1" for n in range(1, 16)})
        reading.hand_in(seat)
        results.bring_together(seat.case, by=seat.case.opened_by)
        snapshot = papers.compose(seat.case, results.result(seat.case))
    took = median(lambda: papers.render("protocol", snapshot, sha256="0" * 64), 3)
    word = median(lambda: papers.word("protocol", snapshot, sha256="0" * 64), 3)
    line("protocol of 60 works as PDF", f"{took:.2f} s", "< 2 s", f"for Word {word:.2f} s")


NUMBERS = count()


def seated(works: int) -> Any:
    """A seat with so many works of 15 tasks, all drawn."""
    from accounts.models import Department, Membership, User
    from recheck.domain import cases, draws, seats
    from recheck.models import Expert, RecheckCommission, Work
    from schools.models import School, VprCampaign

    number = next(NUMBERS)
    department = Department.objects.create(code=f"bench-{number}", name="Проба")
    user = User.objects.create_user(f"bench-{number}@example.org", last_name="Пробная")
    by = Membership.objects.create(user=user, department=department, role="methodist")
    tasks = [{"number": str(n), "max": 2} for n in range(1, 16)]
    campaign = VprCampaign.objects.create(
        department=department, year=2025, name="Проба", first_day="2026-04-20", last_day="2026-05-20"
    )
    exam = campaign.exams.create(
        grade=4, subject="математика", tasks=tasks, thresholds={"3": 10, "4": 16, "5": 23}
    )
    commission = RecheckCommission.objects.create(
        department=department,
        name="Проба",
        chair=by,
        first_day="2025-09-01",
        last_day="2026-08-31",
        share=100,
    )
    school = School.objects.create(department=department, name="СОШ № 1")
    case = cases.open_case(by=by, school=school, exam=exam, commission=commission, reason="Проба")
    Work.objects.bulk_create(
        Work(case=case, code=str(10_000 + n), class_name="4А", scores={t["number"]: n % 3 for t in tasks})
        for n in range(works)
    )
    draws.draw(case, by=by)
    expert = Expert.objects.create(
        department=department, last_name="Иная", first_name="Анна", subjects="математика"
    )
    return seats.appoint(case, expert, by=by)


BENCHES = (entry, sample, divergence, protocol)
