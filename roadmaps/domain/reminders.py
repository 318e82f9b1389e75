"""The ladder of reminders: 7 days before, 1 day before, on the day, the day after, then weekly until reported.

One message a person, department and local day collects all rungs of that morning. A rung of a day off is told on
the last working day before it; an overdue one on the next. A sweep that comes late tells each duty as it stands now:
the latest rung takes the place of those missed. What was told is a `Notice`, unique per duty, person and rung.
Why so: docs/decisions/0009-reminder-ladder.md.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Department, Membership, User
from notifications.domain.reminders import record
from notifications.models import Reminder
from portal.lib import names
from portal.lib.calendar import WorkCalendar
from roadmaps.models import Assignment, Notice
from schools.models import Post

MORNING = 8  # o'clock in the department's time zone
BEFORE = (7, 1, 0)  # days before the due day
AFTER_EVERY = 7  # days between overdue rungs, the first on the day after the due day
LOOK_AHEAD = datetime.timedelta(days=max(BEFORE) + 15)  # the longest row of days off is the New Year's
LISTED = 25  # duties written out in one message; the rest are counted
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """One line of a person's message: this duty stands on this rung."""

    assignment: Assignment
    rung: str


def sweep(now: datetime.datetime) -> int:
    """Record each message due at ``now``; return how many are new. Safe to run at any time and any number of times."""
    waiting = Assignment.objects.open().filter(last_day__isnull=False).values("department")
    departments = Department.objects.filter(pk__in=waiting)
    return sum(sweep_department(department, now) for department in departments)


def sweep_department(department: Department, now: datetime.datetime) -> int:
    local = now.astimezone(department.tz)
    calendar = department.calendar
    today = local.date()
    if local.hour < MORNING or not calendar.is_workday(today):
        return 0
    return sum(
        tell(department, person, today, dues) for person, dues in due_by_person(department, today, calendar)
    )


def due_by_person(
    department: Department, today: datetime.date, calendar: WorkCalendar
) -> Iterator[tuple[User, list[Due]]]:
    """Everybody who has something new to hear today and has no message of today yet, with all of it."""
    waiting = _waiting(department, today)
    people = unheard(
        department, today, recipients(department, waiting.values_list("school", "official").distinct())
    )
    if not people:
        return
    theirs = Q(school__in=[school for school, _ in people]) | Q(
        official__in=[official for _, official in people]
    )
    told = set(
        Notice.objects.filter(assignment__in=waiting.order_by()).values_list(
            "assignment", "recipient", "rung"
        )
    )
    at_rung = cache(lambda last_day: rung(last_day, today, calendar))
    news: dict[User, list[Due]] = defaultdict(list)
    for assignment in waiting.filter(theirs).select_related("item", "clause", "school"):
        name = at_rung(assignment.last_day)
        for user in people.get(_bearer(assignment), []):
            if name and (assignment.pk, user.pk, name) not in told:
                news[user].append(Due(assignment, name))
    yield from news.items()


def rung(last_day: datetime.date, today: datetime.date, calendar: WorkCalendar) -> str | None:
    """The latest rung whose day of telling has come, None before the first. The name holds the due day.

    >>> rung(datetime.date(2026, 3, 17), datetime.date(2026, 3, 16), WorkCalendar())
    '1@2026-03-17'
    """
    late = (today - last_day).days
    weeks = (late - 1) // AFTER_EVERY if late > 0 else -1
    while weeks >= 0:
        told_on = next_workday(last_day + DAY + weeks * AFTER_EVERY * DAY, calendar)
        if told_on <= today:
            return f"-{1 + weeks * AFTER_EVERY}@{last_day}"
        weeks -= 1
    for days in reversed(BEFORE):
        if previous_workday(last_day - days * DAY, calendar) <= today:
            return f"{days}@{last_day}"
    return None


def next_workday(day: datetime.date, calendar: WorkCalendar) -> datetime.date:
    """The day itself when it is a working one, else the first after it."""
    while not calendar.is_workday(day):
        day += DAY
    return day


def previous_workday(day: datetime.date, calendar: WorkCalendar) -> datetime.date:
    """The day itself when it is a working one, else the last before it."""
    while not calendar.is_workday(day):
        day -= DAY
    return day


@transaction.atomic
def tell(department: Department, person: User, today: datetime.date, dues: list[Due]) -> bool:
    """Write the day's one message and what it tells of. False when the person already has today's message.

    What comes up later in the day is told next morning. Two sweeps at once: the one whose text was kept counts.
    """
    key = f"duties:{department.pk}:{person.pk}:{today}"
    if Reminder.objects.filter(key=key).exists():
        return False
    subject, body = digest(dues, today)
    reminder = record(
        key=key,
        recipient=person,
        department=department,
        kind="duties",
        subject=subject,
        body=body,
        path=reverse("roadmaps:mine"),
    )
    if reminder.body != body:
        return False
    notices = [
        Notice(assignment=d.assignment, recipient=person, rung=d.rung, reminder=reminder) for d in dues
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return True


def digest(dues: list[Due], today: datetime.date) -> tuple[str, str]:
    """Subject and text of one morning's message.

    The text stands by itself: a phone shows it before anybody opens the portal.
    """
    dues = sorted(dues, key=lambda d: (d.assignment.last_day or today, d.assignment.pk))
    last_days = [d.assignment.last_day for d in dues if d.assignment.last_day]
    late, now = sum(day < today for day in last_days), last_days.count(today)
    counts = {"просрочено": late, "срок сегодня": now, "скоро срок": len(dues) - late - now}
    subject = "Поручения: " + ", ".join(f"{word} {count}" for word, count in counts.items() if count)
    lines = [_line(d.assignment, today) for d in dues[:LISTED]]
    if len(dues) > LISTED:
        lines.append(f"… и ещё {len(dues) - LISTED}: все видны на странице «Мои поручения».")
    return subject, "Здравствуйте!\n\n" + "\n\n".join(lines)


def _line(assignment: Assignment, today: datetime.date) -> str:
    assert assignment.last_day is not None  # noqa: S101 -- undated duties stand on no rung
    date = date_format(assignment.last_day, "j E Y")
    bearer = f"{assignment.school.name}. " if assignment.school else ""
    back = " Доклад возвращён с замечанием." if assignment.state == Assignment.State.RETURNED else ""
    return f"— До {date} ({distance(assignment.last_day, today)}). {bearer}{title(assignment)}{back}"


def distance(day: datetime.date, today: datetime.date) -> str:
    r"""How far the day is, as people say it.

    >>> distance(datetime.date(2026, 3, 12), datetime.date(2026, 3, 15))
    'просрочено на 3\xa0дня'
    """
    days = (day - today).days
    near = {0: "сегодня", 1: "завтра", 2: "послезавтра"}
    if days in near:
        return near[days]
    count = names.counted(abs(days), "день", "дня", "дней")
    return f"через {count}" if days > 0 else f"просрочено на {count}"


def title(assignment: Assignment) -> str:
    """What is to be done, as printed, on one line."""
    source = assignment.item or assignment.clause
    assert source is not None  # noqa: S101 -- a constraint of the table
    text = " ".join(source.text.split())
    return text if len(text) <= 200 else f"{text[:199]}…"


def bearer_name(assignment: Assignment) -> str:
    """The school, or the official."""
    if assignment.school:
        return assignment.school.name
    return assignment.official.user.short_name if assignment.official else ""


def _waiting(department: Department, today: datetime.date) -> QuerySet[Assignment]:
    return Assignment.objects.open().filter(department=department, last_day__lte=today + LOOK_AHEAD)


Bearer = tuple[int | None, int | None]  # school, official: one of the two


def _bearer(assignment: Assignment) -> Bearer:
    return assignment.school_id, assignment.official_id


def recipients(department: Department, bearers: Iterable[Bearer]) -> dict[Bearer, list[User]]:
    """Who is told, per bearer: the school's active deputies, or the official."""
    people: dict[Bearer, list[User]] = {bearer: [] for bearer in bearers}
    active = Q(membership__ended_at=None, membership__user__is_active=True)
    schools = [school for school, _ in people if school]
    posts = Post.objects.filter(active, membership__department=department, school__in=schools)
    for post in posts.select_related("membership__user"):
        people[post.school_id, None].append(post.membership.user)
    officials = Membership.objects.active().filter(
        department=department, user__is_active=True, pk__in=[official for _, official in people if official]
    )
    for membership in officials.select_related("user"):
        people[None, membership.pk].append(membership.user)
    return {bearer: list(dict.fromkeys(users)) for bearer, users in people.items()}


def unheard(
    department: Department, today: datetime.date, people: Mapping[Bearer, list[User]]
) -> dict[Bearer, list[User]]:
    """Those without a message of today; most sweeps of a day end here."""
    heard = set(
        Reminder.objects.filter(department=department, kind="duties", key__endswith=f":{today}").values_list(
            "recipient", flat=True
        )
    )
    left = {bearer: [user for user in users if user.pk not in heard] for bearer, users in people.items()}
    return {bearer: users for bearer, users in left.items() if users}


def reported(assignment: Assignment) -> None:
    """Tell the controller that reports are coming in: the first of the day by a message, the others in the list."""
    controller = assignment.controller
    if controller is None or not controller.is_active or not controller.user.is_active:
        return
    day = timezone.now().astimezone(assignment.department.tz).date()
    who = bearer_name(assignment)
    record(
        key=f"reported:{assignment.department_id}:{controller.user_id}:{day}",
        recipient=controller.user,
        department=assignment.department,
        kind="reported",
        subject=f"Доклад поступил: {who}",
        body=f"{who}: {title(assignment)}\n\nВсе доклады этого дня — на странице «На проверке».",
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
        kind="returned",
        subject="Доклад возвращён с замечанием",
        body=f"{title(assignment)}\n\nЗамечание: {comment}",
        path=reverse("roadmaps:assignment", args=[assignment.pk]),
    )
