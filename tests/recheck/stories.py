"""Cases taken through the domain to a certain point, for tests."""

from __future__ import annotations

from typing import Any

from accounts.models import Membership
from recheck.domain import cases, draws, reading, results, seats
from recheck.models import RecheckCase, Seat, Work
from tests.factories.accounts import MembershipFactory
from tests.factories.recheck import CommissionFactory, ExpertFactory
from tests.factories.schools import ExamFactory, SchoolFactory

TASKS = [{"number": str(n), "max": most} for n, most in enumerate((1, 2, 2, 3), start=1)]


def opened(
    methodist: Membership | None = None, *, rules: dict[str, Any] | None = None, **fields: Any
) -> RecheckCase:
    methodist = methodist or MembershipFactory()
    ours = {"department": methodist.department}
    given = {
        "school": SchoolFactory(**ours),
        "exam": ExamFactory(
            campaign__department=methodist.department, tasks=TASKS, thresholds={"3": 3, "4": 5, "5": 7}
        ),
        "commission": CommissionFactory(**ours, **(rules or {})),
        "reason": "Резкий рост результатов",
    } | fields
    return cases.open_case(by=methodist, **given)


def with_works(case: RecheckCase, count: int = 10) -> RecheckCase:
    Work.objects.bulk_create(
        Work(
            case=case,
            code=f"{case.pk}{100 + n}",
            class_name="4А" if n % 2 else "4Б",
            mark=(5, 4, 3)[n % 3],
            scores={"1": 1, "2": 2, "3": (2, 1, 0)[n % 3], "4": (3, 2, 1)[n % 3]},
        )
        for n in range(count)
    )
    return case


def drawn(methodist: Membership | None = None, *, works: int = 10, **fields: Any) -> RecheckCase:
    case = with_works(opened(methodist, **fields), works)
    draws.draw(case, by=case.opened_by)
    return case


def seated(case: RecheckCase, part: int = 1, **expert: Any) -> Seat:
    school = {"school": case.checker} if case.checker and part < 3 else {}
    someone = ExpertFactory(department=case.department, **{**school, **expert})
    return seats.appoint(case, someone, by=case.opened_by, part=part)


def read_all(seat: Seat, change: dict[str, int] | None = None, only: int | None = None) -> None:
    """Score the seat's works as the school did; ``change`` some tasks in the first ``only`` of them (all)."""
    rows = seat.scorings.current().filter(done_at=None).select_related("work")
    for place, row in enumerate(rows):
        scores = dict(row.work.scores)
        if change and (only is None or place < only):
            scores |= change
        reading.write(seat, row.pk, {n: str(scores[n]) for n in row.asked})


def compared(
    case: RecheckCase | None = None, change: dict[str, int] | None = None, only: int | None = None
) -> RecheckCase:
    """A case whose every drawn work one expert has read."""
    case = case or drawn()
    seat = seated(case)
    read_all(seat, change, only)
    reading.hand_in(seat)
    results.bring_together(case, by=case.opened_by)
    return case
