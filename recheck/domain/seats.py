"""Experts in a case: appointed without conflict of interest, given works in equal parts, let go half-way."""

from __future__ import annotations

import secrets
from collections import Counter
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership
from portal.lib.names import counted
from portal.lib.refusals import Refused
from recheck.divergence import disputed
from recheck.domain import conflicts
from recheck.domain.cases import State, record
from recheck.models import Expert, RecheckCase, Scoring, Seat, SeatQuerySet, Work

Part = Seat.Part


@transaction.atomic
def appoint(case: RecheckCase, expert: Expert, *, by: Membership, part: int = Part.FIRST) -> Seat:
    """Give an expert a part of the case and their share of its works. Raises `Refused`, naming every conflict."""
    if case.state != State.CHECKING:
        raise Refused("Экспертов назначают, когда сделана выборка и пока идёт проверка.")
    if part == Part.SECOND and not case.two_experts:
        raise Refused("В этой перепроверке работу проверяет один эксперт.")
    if expert.department_id != case.department_id:
        raise Refused("Этот эксперт не из списка отдела.")
    if expert.left_on is not None:
        raise Refused(f"{expert} выбыл из списка экспертов.")
    verdict = conflicts.verdicts(case, [expert], part)[0]
    if verdict.hard:
        raise Refused(f"{expert}: конфликт интересов. {'; '.join(verdict.hard).capitalize()}.")
    try:
        with transaction.atomic():
            seat = Seat.objects.create(case=case, expert=expert, part=part, appointed_by=by)
    except IntegrityError as error:
        conflict = "recheck_conflict" in str(error)
        raise Refused(
            f"{expert}: конфликт интересов." if conflict else f"{expert} уже был в этой перепроверке."
        ) from error
    deal(case, part)
    record(
        case,
        f"Назначен эксперт: {expert} ({seat.get_part_display()})",
        by=by,
        comment="; ".join(verdict.soft),
    )
    return seat


def waiting_for(member: Membership) -> SeatQuerySet:
    """Places this person holds as an expert whose works are not handed in yet."""
    own = Seat.objects.visible_to(member).active().filter(expert__membership__user=member.user_id)
    return own.filter(case__state=State.CHECKING, handed_at=None)


@transaction.atomic
def release(seat: Seat, *, by: Membership, reason: str) -> None:
    """Let an expert go: scores given stay, works not finished go to the others of the part, or wait for the next one.

    Raises `Refused` when the expert has left already or the case is over.
    """
    if seat.case.state != State.CHECKING:
        raise Refused("Проверка закончена: экспертов уже не меняют.")
    ended = Seat.objects.active().filter(pk=seat.pk)
    if not ended.update(ended_at=timezone.now(), end_reason=reason, token_hash="", token_until=None):
        raise Refused("Эксперт уже освобождён.")
    left = seat.scorings.filter(done_at=None).count()
    deal(seat.case, seat.part)
    works = counted(left, "работа осталась", "работы остались", "работ осталось")
    record(seat.case, f"Эксперт освобождён: {seat.expert}; {works} не проверено", by=by, comment=reason)


def new_link(seat: Seat) -> str:
    """A fresh secret of the expert's personal address; the one before stops working. Only its hash is kept."""
    if seat.ended_at or seat.case.state != State.CHECKING:
        raise Refused("Ссылка нужна только тому, кто сейчас проверяет.")
    token = secrets.token_urlsafe(24)
    Seat.objects.active().filter(pk=seat.pk).update(
        token_hash=hashed(token), token_until=timezone.now() + Seat.LINK_LIVES
    )
    return token


def hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def by_link(token: str) -> Seat | None:
    """The place a personal address belongs to; none when it has expired, was replaced, or the expert was let go."""
    seats = Seat.objects.active().filter(token_hash=hashed(token), token_until__gt=timezone.now())
    return seats.select_related("case__department", "case__exam", "expert").first() if token else None


@transaction.atomic
def deal(case: RecheckCase, part: int) -> None:
    """Give out works that nobody has begun: each to whoever holds fewest; begun and done ones stay where they are.

    A third expert gets the works on which two disagree, and only their disputed tasks.
    """
    asked = tasks_asked(case, part)
    works = dict(Work.objects.filter(pk__in=asked).values_list("pk", "code"))
    known = {
        row.work_id: row for row in Scoring.objects.filter(work__in=asked, part=part).select_related("seat")
    }
    seats = list(Seat.objects.active().filter(case=case, part=part).order_by("pk"))
    stay = {pk for pk, row in known.items() if row.done_at or (row.scores and row.seat.ended_at is None)}
    load = Counter({seat.pk: 0 for seat in seats})
    load.update(known[pk].seat_id for pk in stay if known[pk].seat_id in load)
    given = []
    for pk in sorted(works.keys() - stay, key=lambda one: works[one]) if seats else ():
        seat = min(seats, key=lambda one: (load[one.pk], one.pk))
        load[seat.pk] += 1
        row = known.get(pk) or Scoring(work_id=pk, part=part)
        row.seat, row.asked, row.scores, row.updated_at = seat, asked[pk], {}, None
        given.append(row)
    Scoring.objects.bulk_create([row for row in given if row.pk is None])
    Scoring.objects.bulk_update(
        [row for row in given if row.pk is not None], ["seat", "asked", "scores", "updated_at"]
    )
    busy = Scoring.objects.filter(seat__in=seats, done_at=None).values("seat")
    Seat.objects.filter(pk__in=busy).update(handed_at=None)


def tasks_asked(case: RecheckCase, part: int) -> dict[int, list[str]]:
    """Work → numbers of the tasks this part has to score."""
    if part == Part.THIRD:
        return disputes(case)
    numbers = [task["number"] for task in case.tasks]
    return dict.fromkeys(case.works.filter(sample__isnull=False).values_list("pk", flat=True), numbers)


def disputes(case: RecheckCase) -> dict[int, list[str]]:
    """Work → tasks on which its two experts disagree; nothing while one of them may still change their scores."""
    if not case.two_experts or not all_handed(case):
        return {}
    readings: dict[int, dict[int, Scoring]] = {}
    for row in Scoring.objects.current().done().filter(work__case=case, part__lt=Part.THIRD):
        readings.setdefault(row.work_id, {})[row.part] = row
    found = {
        pk: disputed(pair[1].scores, pair[2].scores)
        for pk, pair in readings.items()
        if len(pair) == len(case.parts)
    }
    return {pk: numbers for pk, numbers in found.items() if numbers}


def all_handed(case: RecheckCase) -> bool:
    """Whether every drawn work was read in each part, and everybody who reads has handed in."""
    drawn = case.works.filter(sample__isnull=False).count()
    rows = Scoring.objects.current().done().filter(work__case=case, part__in=case.parts)
    if not drawn or rows.count() < drawn * len(case.parts):
        return False
    return (
        not case.seats.active().filter(part__in=case.parts, handed_at=None, scorings__isnull=False).exists()
    )


def with_progress(seats: QuerySet[Seat]) -> QuerySet[Seat]:
    """Adds ``given`` and ``done``: works of the standing sample."""
    current = Q(scorings__work__sample__isnull=False)
    return seats.annotate(
        given=Count("scorings", filter=current, distinct=True),
        done=Count("scorings", filter=current & Q(scorings__done_at__isnull=False), distinct=True),
    )
