"""The morning: one department, and the calendar a phone reads."""

from __future__ import annotations

import datetime
from typing import Any

from tests.bench.measure import line, seconds, undone

MORNING = datetime.datetime(2026, 3, 19, 9, tzinfo=datetime.UTC)  # 12:00 in Moscow, a Thursday
SCHOOLS, ITEMS = 60, 80


def digest() -> None:
    """60 schools × 80 items, a digest for each deputy; yardstick: as many bare rows of the ledger and of notices."""
    from notifications.domain import delivery
    from notifications.models import Reminder
    from roadmaps.domain import reminders
    from roadmaps.models import Notice

    with undone():
        department, deputies = district()
        took = seconds(lambda: reminders.sweep_department(department, MORNING))
        notices = list(Notice.objects.all())
        assert Reminder.objects.count() == SCHOOLS
        again = seconds(lambda: reminders.sweep_department(department, MORNING))
        sending = seconds(lambda: delivery.sweep(MORNING, nowhere()))
        Notice.objects.all().delete()
        Reminder.objects.all().delete()
        bare = seconds(lambda: bare_rows(department, deputies, notices))
    line(
        f"digest run, {SCHOOLS} schools × {ITEMS} items",
        f"{took:.2f} s",
        "< 5 s",
        f"{took / bare:.1f}× bare bulk_create of the same {len(notices)} notices",
    )
    line("the same sweep again, nothing new", f"{again:.2f} s", "< 1 s", f"{again / bare:.1f}× the same")
    line(
        f"composing and handing over {SCHOOLS} digests",
        f"{sending / SCHOOLS * 1000:.0f} ms each",
        "< 100 ms",
        "to a mail server that takes no time",
    )


def district() -> tuple[Any, list[Any]]:
    """A department whose every item is due today in every school, with a deputy each."""
    from roadmaps.models import ActionItem, Assignment
    from tests.factories.accounts import MembershipFactory
    from tests.factories.roadmaps import RoadmapFactory, SectionFactory
    from tests.factories.schools import PostFactory, SchoolFactory

    roadmap = RoadmapFactory()
    department = roadmap.department
    section = SectionFactory(roadmap=roadmap)
    items = ActionItem.objects.bulk_create(
        ActionItem(section=section, position=n, number=f"{n}.", text=f"Мероприятие {n}") for n in range(ITEMS)
    )
    posts = [PostFactory(school=SchoolFactory(department=department)) for _ in range(SCHOOLS)]
    MembershipFactory(department=department, head=True)
    today = MORNING.date()
    Assignment.objects.bulk_create(
        (
            Assignment(
                department=department, item=item, occurrence="by", school=post.school, first_day=today,
                last_day=today,
            )
            for item in items
            for post in posts
        ),
        batch_size=1000,
    )  # fmt: skip
    return department, [post.membership for post in posts]


def nowhere() -> Any:
    from django.core.mail.backends.dummy import EmailBackend

    return EmailBackend()


def bare_rows(department: Any, deputies: list[Any], notices: list[Any]) -> None:
    from notifications.models import Reminder
    from roadmaps.models import Notice

    made = Reminder.objects.bulk_create(
        Reminder(key=f"bare:{one.pk}", department=department, recipient=one.user, kind="x", subject="x")
        for one in deputies
    )
    by_user = {reminder.recipient_id: reminder for reminder in made}
    for notice in notices:
        notice.pk, notice.reminder = None, by_user[notice.recipient_id]
    Notice.objects.bulk_create(notices, batch_size=1000)


def calendar() -> None:
    """A personal calendar of 80 duties, and the answer to a reader that holds it; yardstick: bare `icalendar`."""
    from portal.lib import ics
    from roadmaps.domain import feeds

    days = [
        ics.Day(f"{n}@x", MORNING.date(), f"Мероприятие {n}", "Текст", "https://example.org/", MORNING)
        for n in range(ITEMS)
    ]
    with undone():
        _, deputies = district()
        feed, address = feeds.create(deputies[0])
        token = address.rpartition("/")[2].removesuffix(".ics")
        full = seconds(lambda: feeds.read(feed, ""))
        etag = type(feed).objects.get(pk=feed.pk).etag
        again = seconds(lambda: feeds.read(feeds.opened_by(token), etag))
    bare = seconds(lambda: ics.calendar("x", days))
    line(
        f"calendar of {ITEMS} duties",
        f"{full * 1000:.0f} ms",
        "< 200 ms",
        f"{full / bare:.1f}× icalendar alone",
    )
    line("the same, held by the reader", f"{again * 1000:.1f} ms", "< 10 ms", "one query")


BENCHES = (digest, calendar)
