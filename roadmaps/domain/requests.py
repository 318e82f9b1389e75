"""Requests of a duty's bearer: more time, or «не касается нас»; answered by whoever accepts its reports."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Membership
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from roadmaps.domain import letters
from roadmaps.domain.history import Kind, note, step
from roadmaps.models import Assignment, AssignmentRequest
from roadmaps.permissions import may_decide, may_report

State, Asked = AssignmentRequest.State, AssignmentRequest.Kind
LONGEST = datetime.timedelta(days=366)  # a year and a day beyond the present due day is a slip of the pen
WAITS = "Просьба по этому поручению уже ждёт ответа. Отзовите её, чтобы попросить иначе."
NO_REASON = "Напишите, почему отказано: без причины ответ не отправить."
ANSWERED = "На эту просьбу уже ответили или её отозвали. Обновите страницу."


@transaction.atomic
def ask_extension(
    assignment: Assignment, *, by: Membership, until: datetime.date, reason: str
) -> AssignmentRequest:
    """Ask for a later due day, after the present one and not past. Asked twice in the same words it is one request.

    Raises `Refused`.
    """
    if assignment.last_day is None:
        raise Refused("У этого поручения нет крайнего срока: продлевать нечего.")
    _check_day(assignment, until)
    text = f"Просят продлить до {date_format(until, 'j E Y')}. {reason.strip()}"
    return _ask(assignment, Asked.EXTENSION, by=by, reason=reason, text=text, until=until)


@transaction.atomic
def ask_exemption(assignment: Assignment, *, by: Membership, reason: str) -> AssignmentRequest:
    """Say that the item does not apply here; it stays due until somebody confirms. Raises `Refused`."""
    return _ask(
        assignment, Asked.EXEMPTION, by=by, reason=reason, text=f"Сообщают, что не касается. {reason.strip()}"
    )


@transaction.atomic
def grant(request: AssignmentRequest, *, by: Membership, until: datetime.date | None = None) -> None:
    """Do as asked, for an extension maybe with another day: the duty moves, the printed day is kept beside it."""
    assignment = _decide(request, State.GRANTED, by)
    if request.kind == Asked.EXEMPTION:
        step(
            assignment, Assignment.State.EXEMPT, by, request.reason, decided_at=timezone.now(), decided_by=by
        )
        letters.answered(request, "Просьба принята: пункт вас не касается.")
        return
    day = until or request.until
    assert day is not None  # noqa: S101 -- a constraint of the table
    _check_day(assignment, day)
    _extend(assignment, day)
    said = f"Срок продлён до {date_format(day, 'j E Y')}."
    note(assignment, Kind.GRANTED, by=by, comment=said)
    letters.answered(request, said)


@transaction.atomic
def deny(request: AssignmentRequest, *, by: Membership, comment: str) -> None:
    """Refuse with a reason: the duty stays due as it was."""
    if not comment.strip():
        raise Refused(NO_REASON)
    assignment = _decide(request, State.DENIED, by)
    note(assignment, Kind.DENIED, by=by, comment=comment.strip())
    letters.answered(request, f"В просьбе отказано. {comment.strip()}")


@dataclass
class Answers:
    """What came of answering many at once: those answered, and for the others why not."""

    given: list[AssignmentRequest] = field(default_factory=list)
    refused: list[tuple[AssignmentRequest, str]] = field(default_factory=list)


def answer_many(
    asked: Iterable[AssignmentRequest], *, by: Membership, grants: bool, comment: str = ""
) -> Answers:
    """Grant each as asked, or deny each with the same reason; one answered meanwhile does not hold up the others.

    Raises `Refused` when a denial has no reason.
    """
    if not grants and not comment.strip():
        raise Refused(NO_REASON)
    answers = Answers()
    for request in asked:
        try:
            if grants:
                grant(request, by=by)
            else:
                deny(request, by=by, comment=comment)
            answers.given.append(request)
        except Refused as refusal:
            answers.refused.append((request, str(refusal)))
    return answers


@transaction.atomic
def drop(request: AssignmentRequest, *, by: Membership) -> None:
    """The asker takes the request back before it is answered."""
    _ask_bearer(request.assignment, by)
    _settle(request, State.DROPPED, by)
    note(request.assignment, Kind.DROPPED, by=by, comment="Просьба отозвана.")


def drop_waiting(
    assignment: Assignment, *, by: Membership, said: str = "Просьба снята: отправлен доклад."
) -> None:
    """Something made the request needless, a report for one."""
    for request in assignment.requests.filter(state=State.ASKED):
        _settle(request, State.DROPPED, by)
        note(assignment, Kind.DROPPED, by=by, comment=said)


def _ask(
    assignment: Assignment,
    kind: str,
    *,
    by: Membership,
    reason: str,
    text: str,
    until: datetime.date | None = None,
) -> AssignmentRequest:
    _ask_bearer(assignment, by)
    reason = reason.replace("\x00", "").strip()  # PostgreSQL keeps no such sign
    if not reason:
        raise Refused("Напишите причину: без неё просьбу не рассмотреть.")
    if not Assignment.objects.filter(pk=assignment.pk).open().exists():
        raise Refused("Доклад уже отправлен или поручение снято: просить не о чем. Обновите страницу.")
    asked = {"assignment": assignment, "kind": kind, "reason": reason, "until": until, "asked_by": by}
    try:
        with transaction.atomic():
            request = AssignmentRequest.objects.create(**asked)
    except IntegrityError:
        if same := AssignmentRequest.objects.filter(**asked, state=State.ASKED).first():
            return same
        raise Refused(WAITS) from None
    note(assignment, Kind.ASKED, by=by, comment=text)
    letters.asked(request, text)
    return request


def _ask_bearer(assignment: Assignment, by: Membership) -> None:
    if not may_report(assignment, by):
        raise Refused("Просить может только исполнитель поручения.")


def _decide(request: AssignmentRequest, to: str, by: Membership) -> Assignment:
    assignment = request.assignment
    if not may_decide(assignment, by):
        raise Refused("На просьбу отвечает контролёр, методист или начальник, но не сам исполнитель.")
    _settle(request, to, by)
    return assignment


def _settle(request: AssignmentRequest, to: str, by: Membership) -> None:
    try:
        move(request, to, decided_at=timezone.now(), decided_by=by)
    except StaleTransition:
        raise Refused(ANSWERED) from None


def _check_day(assignment: Assignment, until: datetime.date) -> None:
    last_day = assignment.last_day
    assert last_day is not None  # noqa: S101 -- asked before
    if until <= last_day:
        raise Refused(f"Новый срок должен быть позже нынешнего, {date_format(last_day, 'j E Y')}.")
    if until < timezone.now().astimezone(assignment.department.tz).date():
        raise Refused("Новый срок уже прошёл: выберите день не раньше сегодняшнего.")
    if until > last_day + LONGEST:
        raise Refused("Новый срок дальше года от нынешнего: проверьте год.")


def _extend(assignment: Assignment, day: datetime.date) -> None:
    assignment.printed_day = assignment.printed_day or assignment.last_day
    assignment.last_day = day
    open_ones = Assignment.objects.filter(pk=assignment.pk).open()
    if not open_ones.update(printed_day=assignment.printed_day, last_day=day):
        raise Refused(ANSWERED)
