"""The demo district: a year in full swing on whatever day it is loaded."""

from __future__ import annotations

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Department
from observers.domain.alarms import missing
from observers.models import Violation
from orders.models import Order
from portal import demo
from roadmaps.models import ActionItem, Assignment, Roadmap
from schools.models import ObjectivityFlag, School

pytestmark = pytest.mark.django_db


def test_demo_is_a_year_in_full_swing():
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    assert "deputy@demo.example" in out.getvalue()
    states = set(Assignment.objects.values_list("state", flat=True))
    assert states == set(Assignment.State.values) - {Assignment.State.CLOSED}
    assert Assignment.objects.overdue(timezone.localdate()).exists()
    assert ActionItem.objects.count() == 97
    assert set(Roadmap.objects.values_list("state", flat=True)) == set(Roadmap.State.values)
    assert set(Order.objects.values_list("state", flat=True)) == {Order.State.SIGNED, Order.State.REGISTERED}
    assert School.objects.count() == 12
    assert ObjectivityFlag.objects.standing().count() == 1
    assert set(Violation.objects.values_list("state", flat=True)) == {"open", "answered"}
    assert missing(timezone.localdate()).count() == 2

    before = Assignment.objects.count(), Order.objects.count(), Department.objects.count()
    call_command("load_demo", stdout=io.StringIO())
    assert (Assignment.objects.count(), Order.objects.count(), Department.objects.count()) == before


@pytest.mark.parametrize(
    "today", [datetime.date(2026, 9, 1), datetime.date(2027, 1, 9), datetime.date(2028, 2, 29)], ids=str
)
def test_demo_loads_on_any_day(today, monkeypatch, time_machine):
    time_machine.move_to(datetime.datetime.combine(today, datetime.time(9, 0), tzinfo=datetime.UTC))
    assert demo.load(today)
    assert Assignment.objects.overdue(today).exists()
    assert Assignment.objects.filter(last_day__gt=today).exists()


def test_demo_passwords_never_reach_a_real_installation(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="рабочей установке"):
        call_command("load_demo")
    assert not Department.objects.exists()
