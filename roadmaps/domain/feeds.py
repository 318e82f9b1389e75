"""Calendar feeds: made and revoked by their owner, read by a program with the secret address.

Whatever the address was made for, it gives what its owner may see at that moment; when they have left, nothing.
A program that asks every second is answered from the row: 304 while it holds what is current, 429 past the limit.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Membership
from portal.lib import ics
from portal.lib.refusals import Refused
from roadmaps.domain import agenda, fanout
from roadmaps.domain.digest import bearer_name, title
from roadmaps.models import Assignment, AssignmentQuerySet, Feed, Roadmap
from schools.models import School

FRESH = timedelta(minutes=1)  # what was computed less than this ago is current
FULL_ANSWERS = 10  # a minute: a phone, a laptop and a few tries
PAST, MOST = timedelta(days=190), 3000
DONE = {
    Assignment.State.REPORTED: "На проверке: ",
    Assignment.State.ACCEPTED: "Принято: ",
    Assignment.State.RETURNED: "Возвращено: ",
}


class TooOften(Exception):
    """The reader has had its answers for this minute."""


@dataclass(frozen=True)
class Answer:
    """What a reader gets; no ``body``: what it holds is current."""

    etag: str
    changed_at: datetime.datetime
    body: bytes | None


@transaction.atomic
def create(
    member: Membership, *, school: School | None = None, roadmap: Roadmap | None = None
) -> tuple[Feed, str]:
    """A new feed and its address, which is known to this call only; an older one of the same thing is revoked.

    ``school`` and ``roadmap`` are ones the member may see. Raises `Refused` for somebody who has left.
    """
    if not member.is_active:
        raise Refused("Вы больше не работаете в этом отделе.")
    same = Feed.objects.filter(membership=member, school=school, roadmap=roadmap, revoked_at=None)
    same.update(revoked_at=timezone.now())
    token = token_urlsafe(24)
    feed = Feed.objects.create(membership=member, school=school, roadmap=roadmap, token_hash=_hash(token))
    return feed, f"{settings.PORTAL_URL}{reverse('roadmaps:feed', args=[token])}"


def renew(feed: Feed) -> tuple[Feed, str]:
    """The same calendar at a new address; the old one opens nothing from now on."""
    return create(feed.membership, school=feed.school, roadmap=feed.roadmap)


def revoke(feed: Feed) -> bool:
    """Close the address for good."""
    return bool(Feed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=timezone.now()))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def opened_by(token: str) -> Feed | None:
    """The feed this secret opens; None when revoked, unknown, or its owner works here no more."""
    feeds = Feed.objects.open().select_related(
        "membership__department", "membership__user", "school", "roadmap"
    )
    return feeds.filter(token_hash=_hash(token)).first()


def was_open(token: str) -> bool:
    """Whether this secret once opened a feed: its reader is told that it is closed."""
    return Feed.objects.filter(token_hash=_hash(token)).exists()


def read(feed: Feed, etag: str) -> Answer | None:
    """Answer a reader that holds ``etag`` ("" for nothing). None: the feed's thing is not its owner's to see any more.

    Raises `TooOften`.
    """
    now = timezone.now()
    fresh = feed.checked_at is not None and now - FRESH < feed.checked_at <= now
    if fresh and etag and etag == feed.etag and feed.changed_at:
        return Answer(feed.etag, feed.changed_at, None)
    _count(feed, now)
    if not _still_visible(feed):
        return None
    body = ics.calendar(feed.title, _days(feed, now))
    current = sha256(body).hexdigest()[:32]
    changed_at = feed.changed_at if current == feed.etag and feed.changed_at else now.replace(microsecond=0)
    Feed.objects.filter(pk=feed.pk).update(etag=current, changed_at=changed_at, checked_at=now)
    return Answer(current, changed_at, None if etag == current else body)


def _count(feed: Feed, now: datetime.datetime) -> None:
    """One more computed answer in this minute, by compare-and-set in the row: it holds for every process."""
    minute = now.replace(second=0, microsecond=0)
    started = Feed.objects.filter(Q(minute=None) | ~Q(minute=minute), pk=feed.pk).update(
        minute=minute, served=1
    )
    if not started:
        left = Feed.objects.filter(pk=feed.pk, minute=minute, served__lt=FULL_ANSWERS)
        if not left.update(served=F("served") + 1):
            raise TooOften


def _still_visible(feed: Feed) -> bool:
    member = feed.membership
    if feed.school_id:
        return School.objects.visible_to(member).filter(pk=feed.school_id).exists()
    if feed.roadmap_id:
        return Roadmap.objects.visible_to(member).filter(pk=feed.roadmap_id).exists()
    return True


def _assignments(feed: Feed) -> AssignmentQuerySet:
    """What the owner sees of the feed's thing now."""
    visible = Assignment.objects.visible_to(feed.membership).exclude(state__in=Assignment.VOID_STATES)
    if feed.school_id:
        return visible.filter(school=feed.school_id)
    if feed.roadmap:
        return visible.filter(pk__in=fanout.of_roadmap(feed.roadmap).order_by().values("pk"))
    return agenda.borne_by(feed.membership)


def _days(feed: Feed, now: datetime.datetime) -> list[ics.Day]:
    """Duties with a due day, the last half-year and all to come, in a stable order."""
    since = now.astimezone(feed.membership.department.tz).date() - PAST
    rows = _assignments(feed).filter(last_day__gte=since).order_by("last_day", "pk").distinct()
    rows = rows.select_related("item", "clause", "school", "official__user").annotate(
        moved_at=Max("events__at")
    )
    host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
    return [_day(row, host, bearer=bool(feed.roadmap_id)) for row in rows[:MOST]]


def _day(row: Assignment, host: str, *, bearer: bool) -> ics.Day:
    assert row.last_day is not None  # noqa: S101 -- filtered above
    who = bearer_name(row)
    state = Assignment.State(row.state)
    text = [title(row), f"Исполнитель: {who}", f"Срок: {date_format(row.last_day, 'j E Y')}"]
    return ics.Day(
        uid=f"assignment-{row.pk}@{host}",
        day=row.last_day,
        title=f"{DONE.get(state, '')}{who + ': ' if bearer else ''}{title(row)}",
        text="\n".join([*text, f"Состояние: {state.label}"]),
        url=f"{settings.PORTAL_URL}{reverse('roadmaps:assignment', args=[row.pk])}",
        changed=getattr(row, "moved_at", None) or row.created_at,
    )
