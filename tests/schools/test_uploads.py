"""Who has uploaded to ФИС ОКО: the overdue first, marked one by one or many at once."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from portal.lib import excel
from schools.domain import uploads
from schools.models import SessionEvent, VprSession
from tests.factories.accounts import MembershipFactory
from tests.factories.schools import CampaignFactory, ExamFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 4, 28)


@pytest.fixture
def campaign():
    return CampaignFactory(upload_within=3)


@pytest.fixture
def methodist(campaign):
    return MembershipFactory(department=campaign.department)


@pytest.fixture
def sessions(campaign, time_machine):
    """Late, waiting, uploaded, and one whose day has not come."""
    time_machine.move_to("2026-04-28T09:00Z")
    exam, department = ExamFactory(campaign=campaign), campaign.department
    days = {"done": 20, "waiting": 27, "late": 21, "coming": 29}
    made = {
        name: SessionFactory(
            exam=exam, school=SchoolFactory(department=department, name=name), day=datetime.date(2026, 4, day)
        )
        for name, day in days.items()
    }
    VprSession.objects.filter(pk=made["done"].pk).update(uploaded_on=datetime.date(2026, 4, 22))
    SessionFactory(day=datetime.date(2026, 4, 21), school__name="Чужая")
    return made


def test_overdue_come_first_and_what_is_to_come_is_not_asked(campaign, methodist, sessions):
    found = uploads.uploads(campaign, methodist, TODAY)
    assert [(row.session.school.name, row.state, row.due) for row in found.rows] == [
        ("late", "late", datetime.date(2026, 4, 24)),
        ("waiting", "waiting", datetime.date(2026, 4, 30)),
        ("done", "done", datetime.date(2026, 4, 23)),
    ]
    assert found.counts == {"late": 1, "waiting": 1, "done": 1}
    assert [
        row.session.school.name for row in uploads.uploads(campaign, methodist, TODAY, show="late").rows
    ] == ["late"]


def test_without_a_term_nobody_is_late(campaign, methodist, sessions):
    campaign.upload_within = None
    assert {row.state for row in uploads.uploads(campaign, methodist, TODAY).rows} == {"waiting", "done"}
    campaign.upload_by = datetime.date(2026, 4, 27)
    assert {row.state for row in uploads.uploads(campaign, methodist, TODAY).rows} == {"late", "done"}


def test_many_are_marked_at_once_and_only_ours(campaign, methodist, sessions, login):
    foreign = VprSession.objects.get(school__name="Чужая")
    ticked = [sessions["late"].pk, sessions["waiting"].pk, foreign.pk]
    address = reverse("schools:upload_mark", args=[campaign.pk])
    login(methodist).post(address, {"session": ticked, "on": "2026-04-28"})
    marked = VprSession.objects.filter(uploaded_on=TODAY)
    assert {session.school.name for session in marked} == {"late", "waiting"}
    assert SessionEvent.objects.filter(what="uploaded", after=TODAY).count() == 2


def test_a_mark_for_tomorrow_is_refused_and_nothing_is_marked(campaign, methodist, sessions, login):
    address = reverse("schools:upload_mark", args=[campaign.pk])
    client = login(methodist)
    for on in ("2026-04-30", "", "когда-нибудь"):
        client.post(address, {"session": [sessions["late"].pk], "on": on})
    assert not VprSession.objects.filter(pk=sessions["late"].pk, uploaded_on__isnull=False).exists()


def test_page_and_export_show_the_same(campaign, methodist, sessions, login):
    client, query = login(methodist), {"campaign": campaign.pk, "show": "late"}
    text = client.get(reverse("schools:uploads"), query).content.decode()
    assert "late" in text
    assert "Чужая" not in text
    rows = excel.read(client.get(reverse("schools:upload_export"), query).content)[0].rows
    assert [row[0] for row in rows] == ["Школа", "late"]


def test_the_list_asks_the_same_for_one_row_and_for_three(
    campaign, methodist, login, django_assert_max_num_queries
):
    client = login(methodist)

    def queries():
        with django_assert_max_num_queries(40) as asked:
            client.get(reverse("schools:uploads"))
        return len(asked)

    exam = ExamFactory(campaign=campaign)
    SessionFactory(exam=exam, school=SchoolFactory(department=campaign.department))
    queries()
    before = queries()
    for _ in range(2):
        SessionFactory(exam=exam, school=SchoolFactory(department=campaign.department))
    assert queries() == before
