"""An event at hand: the VPR held on a day of March 2026, and what came of it."""

from __future__ import annotations

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from roadmaps.domain import events, reports
from roadmaps.models import Assignment
from tests.factories.schools import PostFactory
from tests.roadmaps.test_fanout import item

State = Assignment.State
NEW, LIST = "/roadmaps/assignments/events/new/", "/roadmaps/assignments/events/"
THREE_DAYS = "в течение 3 дней после проведения ВПР"
NBSP = "\N{NO-BREAK SPACE}"


def D(day):
    return date(2026, 3, day)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-03-13T12:00:00+03:00", tick=False):
        yield


@pytest.fixture
def held(roadmap, methodist, schools):
    """The VPR were held on the 10th, says the portal: each school has three days."""
    item(roadmap, THREE_DAYS)
    return happen(methodist)


def happen(by, day=10, **kwargs):
    return events.record(by.department, event="assessment_held", day=D(day), by=by, **kwargs)[0]


def report(duty):
    duty = Assignment.objects.get(pk=duty.pk)
    return reports.report(duty, by=PostFactory(school=duty.school).membership, note="Сделано")


def due(**kwargs):
    return sorted(Assignment.objects.filter(**kwargs).values_list("last_day", flat=True))


def days(*numbers):
    return [D(number) for number in numbers]


def page_of(event, name="event"):
    return reverse(f"roadmaps:{name}", args=[event.pk])


def text(response):
    return re.sub(r"\s+", " ", response.content.decode().replace(NBSP, " "))
