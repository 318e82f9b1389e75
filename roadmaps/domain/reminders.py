"""Reminders of duties: one message a person, department and local morning, recorded before it is sent.

What is told is a `Notice`, unique per duty, person and rung, written in the transaction of its message; a sweep may run
at any time, any number of times and side by side. Why so: docs/decisions/0009-reminder-ladder.md.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, Membership
from notifications.domain import kinds, runs
from notifications.domain.ledger import record
from notifications.domain.rules import is_morning, rules_of
from notifications.models import Reminder, Rules
from roadmaps.domain import digest, due
from roadmaps.domain.digest import bearer_name
from roadmaps.domain.due import Due
from roadmaps.domain.going_on import next_report
from roadmaps.models import Assignment, AssignmentQuerySet, Notice

DIGEST = "duties"


def sweep(now: datetime.datetime) -> int:
    """Record each message due at ``now``; return how many are new. Safe to run at any time and any number of times."""
    return sum(sweep_department(department, now) for department in busy_departments())


def busy_departments() -> list[Department]:
    """Those where some duty is still open."""
    waiting = Assignment.objects.open().filter(department=OuterRef("pk"))
    return list(Department.objects.filter(Exists(waiting)).order_by("pk"))


def sweep_department(department: Department, now: datetime.datetime) -> int:
    """How many messages of this morning are new; 0 when they are written, or when it is no morning there."""
    return len(morning(department, now))


def morning(department: Department, now: datetime.datetime) -> dict[int, list[Due]]:
    """Write the department's messages of this morning; by person, what each is told by this call."""
    rules = rules_of(department)
    return tell(rules, now) if pending(rules, now) else {}


def pending(rules: Rules, now: datetime.datetime) -> dict[int, list[Due]]:
    """By person: what they are to be told at ``now``. Whoever has today's message waits for tomorrow's."""
    if not is_morning(rules, now):
        return {}
    department, today = rules.department, now.astimezone(rules.department.tz).date()
    news = due.news(rules, today)
    heard = set(
        Reminder.objects.filter(key__in=[_key(department, today, user) for user in news]).values_list(
            "recipient", flat=True
        )
    )
    return {user: dues for user, dues in news.items() if user not in heard}


@transaction.atomic
def tell(rules: Rules, now: datetime.datetime) -> dict[int, list[Due]]:
    """Write the morning's messages and what each tells of: all of them or, past the cap, none.

    One writer at a time: the second waits for the first to commit and finds nothing left to tell.
    """
    department, today = rules.department, now.astimezone(rules.department.tz).date()
    run = runs.hold(department, today)
    people = pending(rules, now)
    if len(people) > rules.cap:
        runs.stop(run, len(people), rules.cap)
        return {}
    texts = _texts(people.values(), today)
    made = Reminder.objects.bulk_create(
        (_message(department, today, now, dues, texts) for dues in people.values()), batch_size=500
    )
    by_user = {reminder.recipient_id: reminder for reminder in made}
    Notice.objects.bulk_create(
        (
            Notice(
                assignment_id=one.assignment, recipient_id=user, membership=one.member, rung=one.rung,
                reminder=by_user[user],
            )
            for user, dues in people.items()
            for one in dues
        ),
        batch_size=1000,
    )  # fmt: skip
    _fold_unsent(department, by_user)
    runs.count(run, len(made))
    return people


def _key(department: Department, today: datetime.date, user: int) -> str:
    return f"{DIGEST}:{department.pk}:{today}:{user}"


def _texts(people: Iterable[list[Due]], today: datetime.date) -> dict[int, Assignment]:
    """The duties that are written out, in as few queries as there are thousands of them."""
    wanted = sorted({pk for dues in people for pk in digest.listed(dues, today)})
    rows: dict[int, Assignment] = {}
    for start in range(0, len(wanted), 1000):
        chunk = Assignment.objects.filter(pk__in=wanted[start : start + 1000])
        rows |= {row.pk: row for row in chunk.select_related("item", "clause", "school", "official__user")}
    return rows


def _message(
    department: Department,
    today: datetime.date,
    now: datetime.datetime,
    dues: list[Due],
    texts: Mapping[int, Assignment],
) -> Reminder:
    letter = digest.compose(dues, texts, today)
    member = next((one.member for one in dues if one.own), dues[0].member)
    return Reminder(
        key=_key(department, today, member.user_id),
        department=department,
        recipient=member.user,
        membership=member,
        kind=DIGEST,
        subject=letter.subject,
        body=letter.body,
        groups=letter.groups,
        path=digest.page_of(dues),
        due_at=now,
    )


def _fold_unsent(department: Department, today: Mapping[int, Reminder]) -> None:
    """What a silent mail server kept from people comes in today's message, not as a second one beside it."""
    old = Reminder.objects.waiting().filter(
        kind=DIGEST, department=department, recipient__in=today, claimed_at=None
    )
    for reminder in old.exclude(pk__in=[one.pk for one in today.values()]):
        still = Reminder.objects.waiting().filter(pk=reminder.pk, claimed_at=None)
        if still.update(
            state=Reminder.State.DROPPED,
            ended_at=timezone.now(),
            problem="Вошло в следующее утреннее письмо.",
        ):
            Notice.objects.filter(reminder=reminder).update(reminder=today[reminder.recipient_id])


def refresh(reminder: Reminder, now: datetime.datetime) -> kinds.Letter | None:
    """The message as of its sending: only what still waits for that person. What fell out was not told."""
    today = now.astimezone(reminder.department.tz).date()
    notices = Notice.objects.filter(reminder=reminder).select_related(
        "membership__user", "membership__post", "assignment__item", "assignment__clause", "assignment__school",
        "assignment__official__user",
    )  # fmt: skip
    standing = set(
        due.standing(reminder.department).filter(notices__reminder=reminder).values_list("pk", flat=True)
    )
    every = rules_of(reminder.department).report_every
    valid = [one for one in notices if one.assignment_id in standing and _still_theirs(one, every)]
    notices.exclude(pk__in=[one.pk for one in valid]).delete()
    if not valid:
        return None
    latest = {one.assignment_id: one for one in sorted(valid, key=lambda one: one.pk)}
    wanted = {pk: one.assignment.last_day or next_report(one.assignment, every) for pk, one in latest.items()}
    dues = [Due(pk, day, latest[pk].membership, latest[pk].rung) for pk, day in wanted.items() if day]
    return digest.compose(dues, {pk: one.assignment for pk, one in latest.items()}, today)


def _still_theirs(notice: Notice, every: int) -> bool:
    """The due day is the one spoken of, or the report is still wanted, and the person stands where they stood to it."""
    step, _, day = notice.rung.partition("@")
    member, duty = notice.membership, notice.assignment
    wanted = next_report(duty, every)
    stands = (wanted is not None and str(wanted) <= day) if step == due.REPORT else day == str(duty.last_day)
    if not member.is_active or not stands:
        return False
    if step == due.CONTROLLER:
        return duty.controller_id == member.pk
    if step == due.HEAD:
        return True  # heads are the department's, not the duty's
    post = getattr(member, "post", None)
    return duty.official_id == member.pk or bool(post and post.school_id == duty.school_id)


def reported(assignment: Assignment) -> None:
    """Tell the controller that reports are coming in: the first of the day by a message, the others in the list."""
    controller = assignment.controller
    if controller is None or not controller.is_active or not controller.user.is_active:
        return
    day = timezone.now().astimezone(assignment.department.tz).date()
    record(
        key=f"reported:{assignment.department_id}:{controller.user_id}:{day}",
        recipient=controller.user,
        department=assignment.department,
        membership=controller,
        kind=REPORTED.name,
        subject=_arrived(assignment),
        body="Поступил доклад, который принимаете вы. Все доклады этого дня — на странице «На проверке».",
        groups=[_one("Доложено", "today", assignment, controller)],
        path=reverse("roadmaps:review"),
    )


def returned(assignment: Assignment, comment: str) -> None:
    """Tell the reporter at once what is to be mended. Each round has its own message."""
    reporter = assignment.reported_by
    if reporter is None or not reporter.is_active or not reporter.user.is_active:
        return
    record(
        key=f"returned:{assignment.pk}:{assignment.round}:{reporter.user_id}",
        recipient=reporter.user,
        department=assignment.department,
        membership=reporter,
        kind=RETURNED.name,
        subject="Доклад возвращён с замечанием",
        body=f"Доклад нужно исправить и отправить ещё раз.\n\nЗамечание: {comment}",
        groups=[_one("Возвращено", "late", assignment, reporter)],
        path=reverse("roadmaps:assignment", args=[assignment.pk]),
    )


def refresh_reported(reminder: Reminder, now: datetime.datetime) -> kinds.Letter | None:
    """What was named may be withdrawn by now: then of the oldest report that waits for this controller, if any."""
    named = _named(reminder)
    if named is None or named.exclude(state=Assignment.State.CLOSED).exists():
        return _as_it_is(reminder)
    waiting = Assignment.objects.filter(controller=reminder.membership, state=Assignment.State.REPORTED)
    row = (
        waiting.select_related("item", "clause", "school", "official__user")
        .order_by("reported_at", "pk")
        .first()
    )
    if row is None or reminder.membership is None:
        return None
    return kinds.Letter(_arrived(row), reminder.body, [_one("Доложено", "today", row, reminder.membership)])


def refresh_returned(reminder: Reminder, now: datetime.datetime) -> kinds.Letter | None:
    """Only while the report is still to be mended: not once it was sent again, or the duty withdrawn."""
    named = _named(reminder)
    waits = named is None or named.filter(state=Assignment.State.RETURNED).exists()
    return _as_it_is(reminder) if waits else None


def _named(reminder: Reminder) -> AssignmentQuerySet | None:
    """The duties whose lines stand in the message; None when it lists none."""
    keys = [line["assignment"] for group in reminder.groups for line in group["lines"]]
    return Assignment.objects.filter(pk__in=keys) if keys else None


def _as_it_is(reminder: Reminder) -> kinds.Letter:
    return kinds.Letter(reminder.subject, reminder.body, reminder.groups)


def _arrived(assignment: Assignment) -> str:
    return f"Доклад поступил: {bearer_name(assignment)}"


def _one(title: str, tone: str, assignment: Assignment, member: Membership) -> dict[str, Any]:
    return {"title": title, "tone": tone, "lines": [digest.line(assignment, member)], "more": 0}


kinds.register(kinds.Kind(DIGEST, "Поручения на сегодня", refresh=refresh))
REPORTED = kinds.register(kinds.Kind("reported", "Доклад поступил", optional=True, refresh=refresh_reported))
RETURNED = kinds.register(kinds.Kind("returned", "Доклад возвращён", refresh=refresh_returned))
