"""Observers: the solver on a generated district, the board of a whole campaign."""

from __future__ import annotations

import datetime

from tests.bench.measure import line, median, undone


def solve_observers() -> None:
    """60 schools, 600 sessions, 150 observers; yardstick: the plan by hand, whoever is free and has least to do."""
    from observers import solver
    from observers.solver import planning
    from tests.observers.districts import district, faults

    question = district()
    problem = solver.read(question)
    plan = solver.solve(problem)
    assert faults(question, plan.as_json()) == [], "not feasible"
    took = median(lambda: solver.solve(problem), 3)
    by_hand = median(lambda: planning.first_plan(planning.Field(problem)), 3)
    line(
        f"solve 600 sessions, 150 observers ({plan.status})",
        f"{took:.2f} s",
        "< 10 s",
        f"{took / by_hand:.0f}× a plan by hand, {len(plan.unfilled)} sessions unfilled",
    )


def observer_board() -> None:
    """A campaign of 600 sessions with 500 visits, over HTTP; yardstick: the same rows fetched and not drawn."""
    from django.test import Client

    from observers.domain import board

    with undone():
        member, campaign = a_campaign()
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/observers/board/").content.count(b"board__who") == 500
        took = median(lambda: client.get("/observers/board/"))
        bare = median(lambda: board.rows(campaign, "running"))
    line(
        "board of 600 sessions, 500 visits",
        f"{took * 1000:.0f} ms",
        "< 400 ms",
        f"{took / bare:.1f}× its queries",
    )


def a_campaign():
    """60 schools sit ten tests each; 125 observers go to four of them."""
    from observers.models import ObserverAssignment
    from schools.models import VprSession
    from tests.factories.accounts import MembershipFactory
    from tests.factories.observers import ObserverFactory
    from tests.factories.schools import CampaignFactory, ExamFactory, SchoolFactory

    member = MembershipFactory()
    ours = {"department": member.department}
    campaign = CampaignFactory(**ours)
    exams = [ExamFactory(campaign=campaign, grade=grade) for grade in range(1, 11)]
    schools = [SchoolFactory(**ours) for _ in range(60)]
    sessions = VprSession.objects.bulk_create(
        VprSession(
            exam=exam,
            school=school,
            class_name=f"{exam.grade}А",
            day=campaign.first_day + datetime.timedelta(days=place),
            starts_at=datetime.time(9),
            ends_at=datetime.time(10),
        )
        for place, exam in enumerate(exams)
        for school in schools
    )
    people = [ObserverFactory(**ours) for _ in range(125)]
    # 60 sessions a day and 125 people: the next 50 of them each day, none twice on one.
    ObserverAssignment.objects.bulk_create(
        ObserverAssignment(
            observer=people[(day * 50 + n) % 125],
            session=sessions[day * 60 + n],
            told_day=sessions[day * 60 + n].day,
            told_starts_at=datetime.time(9),
            told_school_id=sessions[day * 60 + n].school_id,
        )
        for day in range(10)
        for n in range(50)
    )
    return member, campaign


BENCHES = (solve_observers, observer_board)
