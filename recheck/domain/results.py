"""What a case shows once every reading is in: scores settled, compared with the school's, decided upon."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from portal.lib import charts
from portal.lib.refusals import Refused
from recheck.divergence import Agreement, Pair, Result, Rule, compare, kappa, settled
from recheck.domain import papers, pictures, seats
from recheck.domain.cases import State, step
from recheck.domain.draws import scale
from recheck.models import Protocol, RecheckCase, Scoring, Seat
from schools.domain import flags
from schools.models import ObjectivityFlag

Outcome = RecheckCase.Outcome
Readings = dict[int, dict[int, Scoring]]


def readings(case: RecheckCase) -> Readings:
    """Work → part → its finished reading, of the standing sample."""
    found: Readings = {}
    rows = Scoring.objects.current().done().filter(work__case=case).select_related("work")
    for row in rows.order_by("work__class_name", "work__code", "part"):
        found.setdefault(row.work_id, {})[row.part] = row
    return found


def missing(case: RecheckCase) -> str:
    """Why the scores cannot be brought together yet; "" when they can."""
    if not seats.all_handed(case):
        return "Не все эксперты проверили и сдали свои работы."
    done = Scoring.objects.current().done().filter(work__case=case, part=Seat.Part.THIRD)
    waiting = seats.disputes(case).keys() - set(done.values_list("work", flat=True))
    if waiting:
        return f"Эксперты разошлись в {len(waiting)} работах: назначьте третьего эксперта или дождитесь его."
    if case.seats.active().filter(part=Seat.Part.THIRD, handed_at=None, scorings__isnull=False).exists():
        return "Третий эксперт ещё не сдал спорные задания."
    return ""


@transaction.atomic
def bring_together(case: RecheckCase, *, by: Membership) -> None:
    """From now on scores stand still and everybody of the department may see them. Raises `Refused`."""
    if reason := missing(case):
        raise Refused(reason)
    step(case, State.COMPARED, "Оценки сведены", by=by, compared_at=timezone.now())


def pairs(case: RecheckCase) -> list[Pair]:
    """Each work as the school and as the experts scored it."""
    return [
        Pair(work.code, work.class_name, work.scores, final(parts), work.mark)
        for parts in readings(case).values()
        for work in [parts[1].work]
    ]


def final(parts: dict[int, Scoring]) -> dict[str, int | None]:
    """The experts' one score by task: agreed, or settled by the third."""
    if 2 not in parts:
        return parts[1].scores
    third: dict[str, Any] = parts[3].scores if 3 in parts else {}
    return settled(parts[1].scores, parts[2].scores, third)


def result(case: RecheckCase) -> Result:
    """The divergence. Raises `Refused` while the case is being checked: nobody sees half of it."""
    if case.state not in {State.COMPARED, State.CLOSED}:
        raise Refused("Расхождения видны, когда сведены все оценки.")
    return compare(pairs(case), scale(case), Rule(case.substantial, case.tolerance))


def between_experts(case: RecheckCase) -> Agreement | None:
    """How far two experts agreed in first scores; None where one read alone."""
    if not case.two_experts:
        return None
    found = [parts for parts in readings(case).values() if {1, 2} <= parts.keys()]
    totals = [(_total(parts[1]), _total(parts[2])) for parts in found]
    return kappa("первичные баллы двух экспертов", totals)


def _total(reading: Scoring) -> int:
    return sum(score or 0 for score in reading.scores.values())


def drawn(case: RecheckCase, found: Result) -> list[charts.Chart]:
    """The charts of the page."""
    both = [
        pictures.marks([(w.mark_before, w.mark_after) for w in found.works]),
        pictures.tasks(pairs(case), case.tasks),
    ]
    return [chart for chart in both if chart]


@transaction.atomic
def close(
    case: RecheckCase, *, by: Membership, outcome: str, conclusion: str, signed_on: datetime.date
) -> Protocol:
    """Sign the protocol: it is frozen, the flag the case was opened on is confirmed or refuted. Raises `Refused`."""
    if case.state != State.COMPARED:
        raise Refused("Протокол подписывают, когда оценки сведены.")
    if signed_on < case.opened_on or signed_on > timezone.localdate():
        raise Refused("Дата протокола — не раньше открытия перепроверки и не позже сегодняшнего дня.")
    snapshot = papers.compose(case, result(case), between=between_experts(case)) | {
        "outcome": str(Outcome(outcome).label),
        "conclusion": conclusion,
        "signed_on": signed_on.isoformat(),
    }
    protocol = Protocol.objects.create(
        case=case, snapshot=snapshot, sha256=papers.digest(snapshot), signed_on=signed_on, signed_by=by
    )
    step(
        case, State.CLOSED, f"Протокол подписан: {Outcome(outcome).label}", by=by, comment=conclusion,
        outcome=outcome, conclusion=conclusion, closed_at=timezone.now(), closed_by=by, protocol=protocol,
    )  # fmt: skip
    _settle_flag(case, by)
    return protocol


def _settle_flag(case: RecheckCase, by: Membership) -> None:
    flag = case.flag
    if flag is None or flag.state != ObjectivityFlag.State.ANALYSIS or case.protocol is None:
        return
    confirmed = case.outcome == Outcome.CONFIRMED
    to = ObjectivityFlag.State.CONFIRMED if confirmed else ObjectivityFlag.State.REFUTED
    words = f"Протокол перепроверки от {case.protocol.signed_on:%d.%m.%Y}: {case.conclusion}"
    flags.move_flag(flag, to, by=by, comment=words)
