"""Signs of a department, their map, and how often honest schools are troubled and helped ones found."""

from __future__ import annotations

from typing import Any

import numpy as np

from schools import signs
from tests.bench.measure import line, median, undone
from tests.schools import simulator

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the pupils just below a threshold
SIZES = (25, 50, 100)
PAPERS, SCHOOLS = 40, 10


def signs_department() -> None:
    """60 schools × 12 tests, judged and kept; yardstick: the judging alone. Then the map of them as a page."""
    from django.test import Client
    from django.urls import reverse

    from schools.domain import judging
    from schools.models import ComputedSign

    with undone():
        member, campaign = _district()

        def keep() -> None:
            judging.compute(campaign, by=None)

        def judge() -> None:
            for compared in judging._compared(campaign):
                signs.together([signs.compute(compared.result(row)) for row in compared.rows])

        took, alone = median(keep, 3), median(judge, 3)
        kept = ComputedSign.objects.count()
        line(
            "signs, 60 schools × 12 tests",
            f"{took:.2f} s",
            "< 2 s",
            f"{alone:.2f} s judging, {kept} rows kept",
        )
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        address = reverse("schools:results")
        page = median(lambda: client.get(address), 5)
        bare = median(lambda: client.get(reverse("schools:list")), 5)
        line(
            "map 60 × 12, page",
            f"{page * 1000:.0f} ms",
            "< 300 ms",
            f"{bare * 1000:.0f} ms the list of schools",
        )


def _district() -> Any:
    from schools.models import VprResult
    from tests.factories.accounts import MembershipFactory
    from tests.factories.schools import CampaignFactory, ExamFactory, SchoolFactory

    rng = np.random.default_rng(1)
    member = MembershipFactory()
    campaign = CampaignFactory(department=member.department)
    schools = SchoolFactory.create_batch(60, department=member.department)
    for number in range(12):
        test = simulator.paper(rng, tasks=14)
        tasks = [
            {"number": str(n), "max": int(p), "level": level}
            for n, (p, level) in enumerate(zip(test.points, test.levels, strict=True), 1)
        ]
        exam = ExamFactory(
            campaign=campaign, grade=4 + number % 5, subject=f"предмет {number}", max_score=test.max_score,
            thresholds=test.thresholds, tasks=tasks,
        )  # fmt: skip
        VprResult.objects.bulk_create(_row(rng, test, exam, school) for school in schools)
    return member, campaign


def _row(rng: Any, test: simulator.Paper, exam: Any, school: Any) -> Any:
    from schools.models import VprResult

    ability = simulator.abilities(rng, int(rng.integers(15, 110)))
    points = simulator.sit(rng, test, ability)
    scores = points.sum(axis=1)
    means = (points / test.points).mean(axis=0)
    return VprResult(
        department=school.department, exam=exam, school=school, participants=len(scores),
        histogram=simulator.histogram(scores, test), journal=simulator.journal(rng, ability, scores, test),
        tasks={str(n): float(mean) for n, mean in enumerate(means, 1)},
    )  # fmt: skip


def false_alarms() -> None:
    """How often an honest school has any sign at the default levels, by its size."""
    for pupils, share in alarms().items():
        line(
            f"honest schools with a sign, N = {pupils}",
            f"{share:.1%}",
            "≤ 5 %",
            f"{PAPERS * SCHOOLS * 2} schools",
        )


def power() -> None:
    """How often the spike of helped schools is found, by the share of lifted pupils and the school's size."""
    for pupils, points in power_curve().items():
        shown = "  ".join(f"{share:.0%}→{found:.0%}" for share, found in points)
        line(f"spike found, N = {pupils}", "", "", f"lifted→found: {shown}")


def alarms(sizes: tuple[int, ...] = (10, 15, 20, 25, 50, 100, 200)) -> dict[int, float]:
    found = {}
    for pupils in sizes:
        judged = simulator.judged_schools(seed=pupils, pupils=pupils, papers=PAPERS * 2, schools=SCHOOLS)
        found[pupils] = sum(any(sign.found for sign in one) for one in judged) / len(judged)
    return found


def power_curve() -> dict[int, list[tuple[float, float]]]:
    """Pupils → (share lifted, share of schools in which a spike was found)."""
    return {pupils: [(share, _found(pupils, share)) for share in SHARES] for pupils in SIZES}


def _found(pupils: int, share: float) -> float:
    judged = simulator.judged_schools(seed=3, pupils=pupils, papers=PAPERS, schools=SCHOOLS, lifted=share)
    spikes = [any(sign.found and sign.code == "threshold_spike" for sign in one) for one in judged]
    return sum(spikes) / len(spikes)


BENCHES = (signs_department, false_alarms, power)
