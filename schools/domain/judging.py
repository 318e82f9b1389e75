"""Signs of a whole campaign, computed in the worker and kept as rows; stale when results or rules changed since."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Membership
from portal.lib.names import folded
from schools import signs
from schools.models import ComputedSign, Exam, SignRun, SignSettings, VprCampaign, VprResult
from schools.signs.judging import moments

ENOUGH_OTHERS = 3  # fewer other schools are no department to compare with
ADVANCED = ("лице", "гимнази")


def settings_of(department: Department) -> SignSettings:
    """The department's own rules, or the portal's defaults (not saved)."""
    return SignSettings.objects.filter(department=department).first() or SignSettings(department=department)


@transaction.atomic
def save_settings(settings: SignSettings, *, by: Membership) -> None:
    """Keep the rules; what was computed by others shows itself stale."""
    settings.changed_by = by
    settings.save()
    audit.record("schools.sign_rules", "Изменены правила расчёта признаков", by=by, subject=settings)


def state_of(campaign: VprCampaign) -> str:
    """What the signs are made of, as a fingerprint: results of this and last year, scales, rules."""
    results = VprResult.objects.filter(exam__in=[*_exams(campaign), *_exams_before(campaign)])
    exams = campaign.exams.order_by("pk").values_list("pk", "max_score", "thresholds", "tasks")
    kinds = campaign.department.schools.order_by("pk").values_list("pk", "kind")
    parts = [
        [(pk, at.isoformat()) for pk, at in results.order_by("pk").values_list("pk", "updated_at")],
        list(exams),
        list(kinds),
        asdict(settings_of(campaign.department).rules),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def is_stale(campaign: VprCampaign) -> bool:
    """Whether there are results and their signs were never computed, or from something else."""
    run = SignRun.objects.filter(campaign=campaign).first()
    if run is None:
        return VprResult.objects.filter(exam__campaign=campaign, scope=VprResult.Scope.SCHOOL).exists()
    return run.made_of != state_of(campaign)


def compute(campaign: VprCampaign, *, by: Membership | None, step: Callable[[], None] = lambda: None) -> int:
    """Judge every school in every test and write it all anew; return how many signs were found.

    ``step`` is called after each test. Readers see the old signs until the new ones stand, never a part.
    """
    made_of, rules = state_of(campaign), settings_of(campaign.department).rules
    keys: list[tuple[int, int]] = []
    judged: list[list[signs.Sign]] = []
    for compared in _compared(campaign):
        for row in compared.rows:
            keys.append((compared.exam.pk, row.school_id or 0))
            judged.append(signs.compute(compared.result(row), rules))
        step()
    rows = [
        ComputedSign(
            exam_id=exam, school_id=school, **{name: getattr(sign, name) for name in FIELDS}, numbers=dict(sign.numbers)
        )
        for (exam, school), found in zip(keys, signs.together(judged, rules), strict=True)
        for sign in found
    ]  # fmt: skip
    with transaction.atomic():
        ComputedSign.objects.filter(exam__campaign=campaign).delete()
        ComputedSign.objects.bulk_create(rows, batch_size=1000)
        done = {"made_of": made_of, "computed_at": timezone.now(), "computed_by": by}
        SignRun.objects.update_or_create(campaign=campaign, defaults=done)
    return sum(row.found for row in rows)


FIELDS = ("code", "at", "found", "p", "adjusted", "n", "enough_data", "text")


# --- what a school is compared with --------------------------------------------------------------------------------


@dataclass
class Compared:
    """One test: the schools' results and those of groups; ``before``: the same pupils a year ago, by school."""

    exam: Exam
    rows: list[VprResult] = field(default_factory=list)
    groups: dict[str, VprResult] = field(default_factory=dict)
    before: Compared | None = None

    def result(self, row: VprResult) -> signs.Result:
        """The school's result beside its peers, itself left out."""
        return signs.Result(
            histogram=row.histogram,
            thresholds=self.exam.thresholds,
            journal=row.journal,
            tasks=self.tasks(row),
            participants=row.participants or 0,
            peers=signs.Group(self.histogram(row), self.journal(row), self.means(row)),
            previous=self.previous(row),
            advanced=self.exam.level != "" or _is_advanced(row),
        )

    @cached_property
    def alike(self) -> dict[int, list[VprResult]]:
        """Schools with a distribution, by its length: only like scales can be added."""
        found = defaultdict(list)
        for row in self.rows:
            if any(row.histogram):
                found[len(row.histogram)].append(row)
        return found

    @cached_property
    def total(self) -> dict[int, list[int]]:
        """The distribution of all schools, by its length."""
        return {
            n: [sum(column) for column in zip(*(row.histogram for row in rows), strict=True)]
            for n, rows in self.alike.items()
        }

    @cached_property
    def mean(self) -> dict[int, list[tuple[int, float, int]]]:
        """School, mean and pupils of each, by the length of the distribution."""
        return {
            n: [(row.pk, moments(row.histogram)[0], sum(row.histogram)) for row in rows]
            for n, rows in self.alike.items()
        }

    @cached_property
    def raised(self) -> Counter[str]:
        return sum((Counter(row.journal) for row in self.rows), Counter())

    @cached_property
    def done(self) -> tuple[Counter[str], Counter[str]]:
        """By task: points and pupils of all schools, points as shares of the task's maximum."""
        points: Counter[str] = Counter()
        pupils: Counter[str] = Counter()
        for row in self.rows:
            for number, share in row.tasks.items():
                points[number] += share * (row.participants or 1)
                pupils[number] += row.participants or 1
        return points, pupils

    def others(self, part: str) -> bool:
        """Whether enough other schools have that part to be compared with."""
        return sum(bool(getattr(one, part)) for one in self.rows) > ENOUGH_OTHERS

    def group(self, part: str) -> Any:
        """That part of the smallest group for which it came in."""
        for scope in ("department", "region", "country"):
            if (row := self.groups.get(scope)) and getattr(row, part):
                return getattr(row, part)
        return None

    def histogram(self, row: VprResult) -> list[int]:
        length = len(row.histogram)
        if len(self.alike.get(length, ())) > ENOUGH_OTHERS and any(row.histogram):
            return [every - own for every, own in zip(self.total[length], row.histogram, strict=True)]
        group = self.group("histogram") or []
        return group if len(group) == length else []

    def means(self, row: VprResult) -> list[tuple[float, int]]:
        return [(mean, n) for pk, mean, n in self.mean.get(len(row.histogram), ()) if pk != row.pk]

    def journal(self, row: VprResult) -> Mapping[str, int]:
        if not self.others("journal"):
            return self.group("journal") or {}
        return {name: count - row.journal.get(name, 0) for name, count in self.raised.items()}

    def tasks(self, row: VprResult) -> list[signs.Task]:
        peers = self.task_means(row)
        return [
            signs.Task(task["level"], row.tasks[task["number"]], peers.get(task["number"]))
            for task in self.exam.tasks
            if task.get("number") in row.tasks and task.get("level") in {"basic", "raised", "high"}
        ]

    def task_means(self, row: VprResult) -> Mapping[str, float]:
        """Shares of the peers by task, weighted by pupils."""
        if not self.others("tasks"):
            return self.group("tasks") or {}
        points, pupils = self.done
        own = row.participants or 1
        return {
            number: min(1.0, max(0.0, (points[number] - share * own) / (pupils[number] - own)))
            for number, share in row.tasks.items()
            if pupils[number] > own
        }

    def previous(self, row: VprResult) -> signs.Cohort | None:
        if self.before is None:
            return None
        last = next((one for one in self.before.rows if one.school_id == row.school_id), None)
        return signs.Cohort(last.histogram, self.before.histogram(last)) if last and last.histogram else None


def comparison(exam: Exam) -> Compared:
    """One test with all its results, for its page."""
    return next(iter(_filled([exam], [])))


def _compared(campaign: VprCampaign) -> list[Compared]:
    return _filled(_exams(campaign), _exams_before(campaign))


def _filled(exams: Sequence[Exam], earlier: Sequence[Exam]) -> list[Compared]:
    """Two queries for everything: results of these tests, and of those that the same pupils sat a year ago."""
    now = {exam.pk: Compared(exam) for exam in exams}
    then = {exam.pk: Compared(exam) for exam in earlier}
    rows = (
        VprResult.objects.filter(exam__in=[*now, *then])
        .select_related("school")
        .order_by("school__name", "pk")
    )
    for row in rows:
        place = now.get(row.exam_id) or then[row.exam_id]
        if row.scope == VprResult.Scope.SCHOOL:
            place.rows.append(row)
        else:
            place.groups[row.scope] = row
    by_cohort = {_cohort(one.exam, 1): one for one in then.values()}
    for one in now.values():
        one.before = by_cohort.get(_cohort(one.exam, 0))
    return list(now.values())


def _cohort(exam: Exam, later: int) -> tuple[int, str, str]:
    return exam.grade + later, folded(exam.subject), exam.level


def _exams(campaign: VprCampaign) -> list[Exam]:
    return list(campaign.exams.all())


def _exams_before(campaign: VprCampaign) -> list[Exam]:
    """Tests of the academic year before, in which the same pupils were a grade lower."""
    return list(
        Exam.objects.filter(campaign__department=campaign.department, campaign__year=campaign.year - 1)
    )


def _is_advanced(row: VprResult) -> bool:
    kind = folded(f"{row.school.kind} {row.school.name}") if row.school else ""
    return any(word in kind for word in ADVANCED)
