"""Every number of a start page leads to a list of as many rows, with other departments' rows beside."""

from __future__ import annotations

import datetime
import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from observers.domain import board, control
from observers.models import Stage
from schools.models import VprCampaign
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.jobs import JobFactory
from tests.factories.notifications import ReminderFactory
from tests.factories.observers import SessionNeedFactory, VisitFactory
from tests.factories.orders import ClauseFactory, OrderFactory
from tests.factories.recheck import CaseFactory
from tests.factories.roadmaps import (
    ActionItemFactory,
    AssignmentFactory,
    AssignmentRequestFactory,
    RoadmapFactory,
    SectionFactory,
)
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory, SessionFactory
from tests.factories.sheets import SheetFactory, ViolationFactory
from tests.portal.start import REPORTED, TODAY, approved_roadmap, duty, page_of, registered, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 16, 9, 0, tzinfo=datetime.UTC), tick=False)


def test_admins_numbers_of_people_lead_to_as_many_rows(login):
    admin = MembershipFactory(admin=True)
    newcomer = MembershipFactory(department=admin.department)  # has a password and never used it
    MembershipFactory(department=admin.department, user=newcomer.user, head=True)
    entered = MembershipFactory(department=admin.department)
    MembershipFactory.create_batch(4)
    login(entered)
    client = login(admin)
    page = page_of(client)
    people = reverse("accounts:people")
    assert f'href="{people}?state=waiting">1 человек</a>' in page
    assert [one.user for one in client.get(people, {"state": "waiting"}).context["page"]] == [newcomer.user]
    numbers = client.get(reverse("portal:start")).context["numbers"]
    assert numbers["people"] == len(client.get(people).context["page"]) == 3


def test_no_number_leads_a_viewer_to_a_closed_door(login):
    viewer = MembershipFactory(viewer=True)
    report(viewer)
    late = TODAY - datetime.timedelta(days=3)
    duty(viewer, last_day=late, school=None, official=MembershipFactory(department=viewer.department))
    for _ in range(2):
        duty(viewer, last_day=TODAY)
    client = login(viewer)
    addresses = {a for a in re.findall(r'href="(/[^"#]*)', page_of(client)) if not a.startswith("/static/")}
    assert {a: s for a in addresses if (s := client.get(html.unescape(a)).status_code) != 200} == {}


@pytest.mark.parametrize("role", ["methodist", "head", "viewer"])
def test_requests_and_duties_without_a_bearer_lead_to_as_many_rows(login, role):
    member = MembershipFactory(role=role)
    stranger = MembershipFactory(department=DepartmentFactory(name="Чужой отдел"))
    left = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    for whose, times in ((member, 2), (stranger, 5)):
        for _ in range(times):
            asking = duty(whose, last_day=TODAY, school=manned_school(whose))
            AssignmentRequestFactory(assignment=asking)
        AssignmentRequestFactory(assignment=asking, state="denied", decided_by=whose, decided_at=left)
        duty(whose, last_day=TODAY)  # a school without a deputy
        gone = MembershipFactory(department=whose.department, ended_at=left)
        duty(whose, school=None, official=gone, last_day=TODAY)
        report(whose, school=None, official=gone)
        stays = MembershipFactory(department=whose.department)
        duty(whose, school=None, official=stays, last_day=TODAY)
    client = login(member)
    page = page_of(client)
    for state, words in (("asking", "2 поручениям"), ("nobody", "2 поручения")):
        address = f"{reverse('roadmaps:assignments')}?state={state}"
        assert f'href="{address}">{words}</a>' in page
        assert client.get(address).context["page"].paginator.count == 2


def manned_school(whose: Membership):
    return PostFactory(school=SchoolFactory(department=whose.department)).school


def an_active_year(whose: Membership) -> None:
    """Rows behind every number, and beside each rows that are none of it."""
    department, week = whose.department, datetime.timedelta(days=7)
    roadmap = approved_roadmap(whose)
    past, decided = TODAY - week, {"reported_at": REPORTED, "decided_at": REPORTED}
    for day in (past, past, TODAY, TODAY + week, TODAY + 5 * week, TODAY - 60 * week):
        duty(whose, roadmap=roadmap, last_day=day, school=manned_school(whose))
    for name in ("item", "clause"):
        row = duty(whose, roadmap=roadmap, last_day=TODAY + week, school=manned_school(whose))
        AssignmentFactory(
            department=department, school=manned_school(whose), last_day=TODAY + week,
            **({"item": row.item} if name == "item" else {"item": None, "clause": ClauseFactory(order=roadmap.order)}),
        )  # fmt: skip
    for _ in range(2):
        duty(whose, school=None, official=MembershipFactory(department=department), last_day=past)
        for day in (TODAY, TODAY - 60 * week):
            duty(
                whose,
                roadmap=roadmap,
                state="accepted",
                last_day=day,
                reported_by=whose,
                decided_by=whose,
                **decided,
            )
    report(whose, roadmap=roadmap, last_day=past)
    duty(whose, roadmap=roadmap, state="closed", decided_at=REPORTED, decided_by=whose)
    AssignmentRequestFactory(assignment=duty(whose, last_day=TODAY, school=manned_school(whose)))
    section = SectionFactory(roadmap=RoadmapFactory(department=department))
    for _ in range(5):
        ActionItemFactory(section=section, deadline_parts=[{"unclear": True}])
    ActionItemFactory(section=section, deadline_parts=[{"by": "2026-05-01"}])
    flag = FlagFactory(school__department=department)
    FlagFactory(school=flag.school, grade=5)
    FlagFactory(school=flag.school, grade=6, state="lifted", closed_on=TODAY)
    registered(whose, whose.pk)
    OrderFactory(department=department)
    of_observers(whose)
    of_rechecks(whose)


def of_observers(whose: Membership) -> None:
    school = SchoolFactory(department=whose.department)

    def session(days: int):
        return SessionFactory(school=school, day=TODAY + datetime.timedelta(days=days))

    for days in (-8, -1):
        VisitFactory(session=session(days))
    SheetFactory(assignment__session=session(-2), sent=True)
    for days in (0, 1, 13, 14):
        session(days)
    SessionNeedFactory(session=session(2), observers=0)
    SessionNeedFactory(session=session(2), observers=1, stage="checking")
    for _ in range(3):
        VisitFactory(session=session(3))
    confirmed = {"state": "confirmed", "confirmed_at": REPORTED}
    VisitFactory(session=session(4), **confirmed)
    VisitFactory(session=session(5), told_day=TODAY, **confirmed)
    ViolationFactory(school=school, state="answered")
    ViolationFactory(school=school)


def of_rechecks(whose: Membership) -> None:
    ago = TODAY - datetime.timedelta(days=20)
    for checked in (ago, ago, TODAY, None):
        CaseFactory(department=whose.department, school_checked_on=checked)
    CaseFactory(
        department=whose.department,
        school_checked_on=ago,
        state="withdrawn",
        closed_at=REPORTED,
        closed_by=whose,
    )


def numbers_of(page: str) -> dict[str, list[int]]:
    """Address → the numbers that lead there from the page's own part."""
    found: dict[str, list[int]] = {}
    for address, text in re.findall(
        r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', page.split("<main")[1], re.DOTALL
    ):
        if number := re.match(r"\s*(?:<b>)?(\d+)", text):
            found.setdefault(html.unescape(address), []).append(int(number[1]))
    return found


@pytest.mark.parametrize(("role", "least"), [("methodist", 22), ("viewer", 22), ("head", 17)])
def test_every_number_leads_to_as_many_rows(login, role, least):
    member = MembershipFactory(role=role)
    for whose in (member, MembershipFactory(department=DepartmentFactory(name="Чужой отдел"))):
        an_active_year(whose)
    client = login(member)
    page = page_of(client)
    numbers = numbers_of(page)
    assert numbers.pop("#late") == [page.count("&amp;school=")]
    assert numbers.pop("#officials") == [page.count("&amp;official=")]
    rows = {address: client.get(address).context["page"].paginator.count for address in numbers}
    assert {address: set(said) for address, said in numbers.items()} == {a: {n} for a, n in rows.items()}
    assert 0 not in rows.values()
    assert len(rows) >= least
    visits = reverse("observers:control")
    shown = {show: rows[f"{visits}?show={show}"] for show in ("missing", "holes", "unconfirmed", "troubled")}
    assert shown == {"missing": 2, "holes": 5, "unconfirmed": 3, "troubled": 1}
    assert rows[f"{reverse('recheck:list')}?state=late"] == 2


def test_an_admins_numbers_lead_to_as_many_rows(login):
    admin = MembershipFactory(admin=True)
    old = timezone.now() - datetime.timedelta(days=9)
    for department, times in ((admin.department, 2), (DepartmentFactory(), 5)):
        for n in range(times):
            JobFactory(department=department, state="failed", key=f"f{n}", finished_at=timezone.now())
            JobFactory(department=department, key=f"q{department.pk}:{n}")
            ReminderFactory(department=department, failed=True)
            ReminderFactory(department=department, due_at=old)
            SchoolFactory(department=department)
        JobFactory(department=department, state="failed", key="old", finished_at=old)
        ReminderFactory(department=department, state="failed", ended_at=old)
        ReminderFactory(department=department, settled=True)
    client = login(admin)
    jobs, ledger = reverse("jobs:list"), reverse("notifications:ledger")
    numbers = numbers_of(page_of(client))
    for address in (f"{jobs}?show=failed", f"{jobs}?show=live", f"{ledger}?state=failed_lately"):
        assert set(numbers[address]) == {client.get(address).context["page"].paginator.count} == {2}
    assert client.get(ledger, {"state": "stuck"}).context["page"].paginator.count == 2
    schools = {a: n for a, n in numbers.items() if a.startswith(reverse("schools:list"))}
    for address, said in schools.items():
        assert set(said) == {client.get(address).context["page"].paginator.count} == {2}


def test_the_board_and_the_alarm_know_the_same_holes(login):
    whose = MembershipFactory()
    of_observers(whose)
    for campaign in VprCampaign.objects.all():
        for stage in Stage.values:
            rows = board.rows(campaign, stage)
            ahead = [
                r.session.pk for r in rows if r.missing and TODAY <= r.session.day <= TODAY + control.COMING
            ]
            found = control.holes(whose, TODAY, stage).filter(exam__campaign=campaign)
            assert sorted(ahead) == sorted(found.values_list("pk", flat=True))
