"""Calendars as files (RFC 5545). Pure: knows neither people nor Django; the same days give the same bytes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import icalendar

PRODUCT = "-//Портал объективности ВПР//Сроки//RU"
REFRESH = datetime.timedelta(hours=1)
CONTENT_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Day:
    """One all-day entry; ``uid`` names it for ever, ``changed`` is when it became what it is (aware)."""

    uid: str
    day: datetime.date
    title: str
    text: str
    url: str
    changed: datetime.datetime


def calendar(name: str, days: Iterable[Day]) -> bytes:
    """The whole file, CRLF lines folded at 75 bytes."""
    book = icalendar.Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", name)
    book.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    book.add("x-published-ttl", "PT1H")
    for one in days:
        book.add_component(_event(one))
    return bytes(book.to_ical())


def _event(one: Day) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", one.uid)
    event.add("dtstamp", one.changed.astimezone(datetime.UTC))
    event.add("dtstart", one.day)
    event.add("dtend", one.day + datetime.timedelta(days=1))
    event.add("summary", one.title)
    event.add("description", one.text)
    event.add("url", one.url)
    event.add("transp", "TRANSPARENT")  # a due day keeps nobody busy
    return event
