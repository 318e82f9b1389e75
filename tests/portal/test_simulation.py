"""``manage.py simulate_year``: the demo district's year of mail, compared as text; the real database stays as it is.

After a wanted change of the demo or of the rules: ``manage.py shell -c "from tests.portal.test_simulation import write;
write()"``; read what it changed.
"""

from __future__ import annotations

import datetime
import io
import json
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.models import Department
from notifications.models import Reminder
from portal.management.commands import simulate_year
from portal.simulation import Year
from roadmaps.models import Assignment, Roadmap
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.roadmaps import ActionItemFactory, AssignmentFactory
from tests.factories.schools import PostFactory

EXPECTED = Path(__file__).parent / "demo_year.txt"
LOADED = datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC)  # the day the demo's story is told on


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("simulate_year", *args, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_demo_districts_year_is_the_expected_mail_of_each_person(time_machine):
    time_machine.move_to(LOADED, tick=False)
    assert run("--department", "demo").splitlines() == EXPECTED.read_text(encoding="utf-8").splitlines()
    assert not Department.objects.exists()
    assert mail.outbox == []


@pytest.fixture
def small(time_machine):
    """A department with one school, two dated duties and a draft that becomes a third; everything done in life."""
    time_machine.move_to(LOADED, tick=False)
    duty = AssignmentFactory(last_day=datetime.date(2026, 3, 15))
    deputy = PostFactory(school=duty.school).membership
    MembershipFactory(department=duty.department)
    AssignmentFactory(item=duty.item, school=duty.school, occurrence="2", last_day=datetime.date(2026, 4, 15))
    ActionItemFactory(
        section=duty.item.section,
        deadline_parts=[{"by": "2026-05-15"}],
        reach=[{"kind": "all_schools"}],
    )
    return duty, deputy


@pytest.mark.django_db
def test_year_of_a_department_is_played_on_a_copy_and_is_the_same_each_time(small):
    duty, deputy = small
    before = list(Assignment.objects.values()), list(Roadmap.objects.values())
    first, second = (json.loads(run("--department", duty.department.code, "--json")) for _ in range(2))
    assert first == second
    assert (list(Assignment.objects.values()), list(Roadmap.objects.values())) == before
    assert not Reminder.objects.exists()
    assert mail.outbox == []
    assert first["department"] == duty.department.code
    week = first["mails"][0]
    assert (week["day"], week["person"], week["kind"]) == ("2026-03-06", deputy.user.email, "duties")
    assert [one["id"] for one in week["assignments"]] == [duty.pk]
    assert {one["due"] for letter in first["mails"] for one in letter["assignments"]} >= {
        "2026-03-15",
        "2026-04-15",
        "2026-05-15",
    }


@pytest.mark.django_db
def test_what_cannot_be_played_is_told():
    with pytest.raises(CommandError, match="Отдела с кодом «nowhere» нет"):
        run("--department", "nowhere")
    with pytest.raises(CommandError, match="нет дорожной карты"):
        run("--department", DepartmentFactory().code)


def write() -> None:
    """The expected text of the demo's year, anew; the clock is moved for the whole of it."""
    import time_machine

    with time_machine.travel(LOADED, tick=False), simulate_year.stage("demo") as department:
        text = "\n".join(simulate_year.lines(Year(department).play()))
    EXPECTED.write_text(f"{text}\n", encoding="utf-8")
