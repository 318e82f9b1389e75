"""Who may not recheck whose works: the same rule as the view of migration 0002, in sentences a person can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from portal.lib.names import folded
from recheck.models import Expert, ExpertTie, RecheckCase, Seat
from schools.models import School


@dataclass(frozen=True)
class Verdict:
    """What speaks against an expert: ``hard`` is refused, by the database too; ``soft`` is only said.

    ``stranger``: the one reason is that the expert does not work at the school that was asked to check.
    """

    expert: Expert
    hard: tuple[str, ...]
    soft: tuple[str, ...]
    stranger: bool = False


def with_ties(experts: Iterable[Expert]) -> list[Expert]:
    """The same experts with their schools and ties, in three queries whatever their number."""
    ties = Prefetch("ties", ExpertTie.objects.select_related("school"))
    pks = [expert.pk for expert in experts]
    return list(Expert.objects.filter(pk__in=pks).select_related("school").prefetch_related(ties))


def verdicts(case: RecheckCase, experts: Iterable[Expert], part: int) -> list[Verdict]:
    """A verdict on each expert for a part of the case, in the experts' own order."""
    partners = partners_of(case)
    return [_verdict(case, expert, part, partners) for expert in with_ties(experts)]


def partners_of(case: RecheckCase) -> dict[int, School]:
    """Schools that stand in a cross-check with the case's school in the same campaign, either way round."""
    pairs = RecheckCase.objects.filter(
        Q(school=case.school_id) | Q(checker=case.school_id),
        kind=RecheckCase.Kind.CROSS,
        exam__campaign=case.exam.campaign_id,
    ).exclude(state=RecheckCase.State.WITHDRAWN)
    sides = [
        side for pair in pairs.select_related("school", "checker") for side in (pair.school, pair.checker)
    ]
    return {side.pk: side for side in sides if side and side.pk != case.school_id}


def _verdict(case: RecheckCase, expert: Expert, part: int, partners: dict[int, School]) -> Verdict:
    interests = _interests(expert)
    hard = [f"{words}: это школа, чьи работы проверяются" for pk, words in interests if pk == case.school_id]
    if case.kind == RecheckCase.Kind.CROSS and case.checker is not None:
        if part == Seat.Part.THIRD:
            hard += [
                f"{words}: школа сама участвует в перекрёстной проверке"
                for pk, words in interests
                if pk == case.checker_id
            ]
        elif expert.school_id != case.checker_id:
            hard.append(f"не работает в школе, которая проверяет: {case.checker}")
    else:
        hard += [
            f"{words}: школа и {case.school} проверяют друг друга"
            for pk, words in interests
            if pk in partners
        ]
    stranger = len(hard) == 1 and case.kind == RecheckCase.Kind.CROSS and not interests_at(case, interests)
    return Verdict(expert, tuple(dict.fromkeys(hard)), tuple(_soft(case, expert)), stranger)


def interests_at(case: RecheckCase, interests: list[tuple[int, str]]) -> bool:
    """Whether one of them lies at a school of this case."""
    return any(pk in {case.school_id, case.checker_id} for pk, _ in interests)


def _interests(expert: Expert) -> list[tuple[int, str]]:
    found = [(expert.school_id, f"работает: {expert.school}")] if expert.school_id else []
    words = {ExpertTie.Kind.TEACHES: "занимается с учениками", ExpertTie.Kind.CHILD: "там учится ребёнок"}
    return found + [
        (tie.school_id, f"{words[ExpertTie.Kind(tie.kind)]}: {tie.school}")
        for tie in expert.ties.all()
        if tie.kind in ExpertTie.HARD
    ]


def _soft(case: RecheckCase, expert: Expert) -> list[str]:
    notes = [
        f"связь с проверяемой школой: {tie.note}"
        for tie in expert.ties.all()
        if tie.kind == ExpertTie.Kind.OTHER and tie.school_id == case.school_id
    ]
    if folded(case.exam.subject) not in expert.subject_list:
        notes.append(f"в списке предметов нет: {case.exam.subject}")
    if expert.left_on is not None:
        notes.append("выбыл из списка экспертов")
    return notes


def standing(case: RecheckCase) -> list[Verdict]:
    """Experts already at work in other cases whom the opening of this cross-check would make interested."""
    if case.kind != RecheckCase.Kind.CROSS:
        return []
    sides = [case.school_id, case.checker_id]
    selective = RecheckCase.objects.live().filter(
        kind=RecheckCase.Kind.SELECTIVE, school__in=sides, exam__campaign=case.exam.campaign_id
    )
    found = []
    for other in selective.select_related("exam", "school"):
        partner = case.checker if other.school_id == case.school_id else case.school
        assert partner is not None  # noqa: S101 -- a cross-check has both
        experts = Expert.objects.filter(seats__case=other, seats__ended_at=None)
        found += [
            verdict
            for expert in with_ties(experts)
            if (verdict := _verdict(other, expert, Seat.Part.FIRST, {partner.pk: partner})).hard
        ]
    return found
