"""Calendars by a secret address: what their owner may see now, cheap for readers that ask too often."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from django.urls import reverse

from accounts.models import Membership
from roadmaps.domain import feeds, reports
from roadmaps.models import Assignment, Feed, Roadmap
from schools.models import Post
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import AssignmentFactory, RoadmapFactory
from tests.factories.schools import PostFactory, SchoolFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _march(time_machine, settings):
    settings.PORTAL_URL = "https://portal.example.org"
    time_machine.move_to(NOW, tick=False)


def duty(department=None, **kwargs) -> Assignment:
    inside = {"item__section__roadmap__department": department} if department else {}
    return AssignmentFactory(last_day=date(2026, 3, 15), **inside, **kwargs)


def path_of(member: Membership, **thing) -> str:
    _, address = feeds.create(member, **thing)
    return address.removeprefix("https://portal.example.org")


def days(response) -> dict[str, date]:
    """Summary → day, as a calendar program understands the file."""
    book = icalendar.Calendar.from_ical(response.content)
    assert book.errors == []
    return {str(event["summary"]): event["dtstart"].dt for event in book.walk("VEVENT")}


def later(time_machine, **delta) -> None:
    time_machine.move_to(datetime.now(UTC) + timedelta(**delta), tick=False)


def test_own_calendar_holds_ones_due_days_and_is_sound(client):
    mine = duty(item__text="Собрать листы; проверить, подписать\nи сдать «на бумаге» " + "очень " * 30)
    deputy = PostFactory(school=mine.school).membership
    duty(mine.department)  # another school's
    AssignmentFactory(school=mine.school, item=mine.item, occurrence="always", last_day=None)
    response = client.get(path_of(deputy))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    ((summary, day),) = days(response).items()
    assert day == date(2026, 3, 15)
    assert summary.startswith("Собрать листы; проверить, подписать и сдать «на бумаге»")
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    event = icalendar.Calendar.from_ical(response.content).walk("VEVENT")[0]
    assert event["uid"] == f"assignment-{mine.pk}@portal.example.org"
    assert event["url"] == f"https://portal.example.org/roadmaps/assignments/{mine.pk}/"
    assert event["dtend"].dt == date(2026, 3, 16)


def test_state_of_a_duty_stands_before_its_words(client):
    row = duty()
    deputy = PostFactory(school=row.school).membership
    path = path_of(deputy)
    reports.report(row, by=deputy, note="Сделано")
    (summary,) = days(client.get(path))
    assert summary == f"На проверке: {row.item.text}"


def test_calendars_of_a_school_and_of_a_roadmap(client):
    methodist = MembershipFactory()
    one, two = duty(methodist.department), duty(methodist.department)
    assert set(days(client.get(path_of(methodist, school=one.school)))) == {one.item.text}
    roadmap = two.item.section.roadmap
    assert set(days(client.get(path_of(methodist, roadmap=roadmap)))) == {
        f"{two.school.name}: {two.item.text}"
    }


def test_deputys_calendar_of_the_departments_roadmap_shows_their_school_only(client):
    mine = duty()
    deputy = PostFactory(school=mine.school).membership
    AssignmentFactory(item=mine.item, school=SchoolFactory(department=mine.department))
    Roadmap.objects.update(state="approved", order=OrderFactory(department=mine.department))
    assert len(days(client.get(path_of(deputy, roadmap=mine.item.section.roadmap)))) == 1


def test_ended_membership_locked_person_and_revoked_address_open_nothing(client):
    for end in ("left", "locked", "revoked", "renewed"):
        deputy = PostFactory().membership
        feed, address = feeds.create(deputy)
        path = address.removeprefix("https://portal.example.org")
        assert client.get(path).status_code == 200
        if end == "left":
            Membership.objects.filter(pk=deputy.pk).update(ended_at=NOW)
        elif end == "locked":
            deputy.user.is_active = False
            deputy.user.save()
        elif end == "revoked":
            assert feeds.revoke(feed)
        else:
            _, new = feeds.renew(feed)
            assert client.get(new.removeprefix("https://portal.example.org")).status_code == 200
        closed = client.get(path)
        assert (closed.status_code, "Этот календарь закрыт" in closed.content.decode()) == (410, True), end
    unknown = client.get("/roadmaps/calendars/nonsense.ics")
    assert (unknown.status_code, "календарь закрыт" in unknown.content.decode()) == (404, False)


def test_what_the_owner_may_see_no_more_is_gone_at_once(client, time_machine):
    deputy = PostFactory().membership
    path = path_of(deputy, school=deputy.post.school)
    assert client.get(path).status_code == 200
    Post.objects.filter(membership=deputy).update(school=SchoolFactory(department=deputy.department))
    later(time_machine, minutes=2)
    assert client.get(path).status_code == 410


def test_reader_that_holds_the_current_one_gets_304_without_any_reckoning(
    client, django_assert_num_queries, time_machine
):
    row = duty()
    path = path_of(PostFactory(school=row.school).membership)
    first = client.get(path)
    for _ in range(20):
        with django_assert_num_queries(1):
            again = client.get(path, headers={"If-None-Match": f"W/{first['ETag']}"})
        assert (again.status_code, again.content) == (304, b"")
    later(time_machine, minutes=5)
    unchanged = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (unchanged.status_code, unchanged["Last-Modified"]) == (304, first["Last-Modified"])
    Assignment.objects.update(last_day=date(2026, 3, 20))
    later(time_machine, minutes=5)
    changed = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert changed["Last-Modified"] != first["Last-Modified"]


def test_reader_asking_every_second_is_told_to_wait_and_harms_nobody_else(
    client, time_machine, django_assert_num_queries
):
    owner, other = PostFactory().membership, PostFactory().membership
    path, others = path_of(owner), path_of(other)
    statuses = []
    for _ in range(15):
        statuses.append(client.get(path).status_code)
        later(time_machine, seconds=1)
    assert statuses == [200] * feeds.FULL_ANSWERS + [429] * 5
    with django_assert_num_queries(3):  # the row, and no reckoning
        refused = client.get(path)
    assert refused["Retry-After"] == "60"
    assert client.get(others).status_code == 200
    later(time_machine, minutes=1)
    assert client.get(path).status_code == 200


def test_calendar_costs_the_same_for_one_duty_and_for_many(client, django_assert_num_queries):
    row = duty()
    path = path_of(PostFactory(school=row.school).membership)
    for count in (1, 4):
        for number in range(1, count):
            AssignmentFactory(school=row.school, item=row.item, occurrence=f"{count}:{number}")
        with django_assert_num_queries(
            4 if count == 1 else 5
        ):  # the second asks whether the minute has begun
            client.get(path)


def test_page_makes_renews_and_revokes_and_keeps_no_secret(login):
    deputy = PostFactory().membership
    client = login(deputy)
    made = client.post(reverse("roadmaps:calendars"), {"what": f"school:{deputy.post.school_id}"})
    (address,) = re.findall(r'value="(https://portal.example.org/\S+\.ics)"', made.content.decode())
    token = address.rpartition("/")[2].removesuffix(".ics")
    feed = Feed.objects.get()
    assert token not in feed.token_hash
    assert token not in client.get(reverse("roadmaps:calendars")).content.decode()
    client.post(reverse("roadmaps:calendar_renew", args=[feed.pk]))
    newest = Feed.objects.open().get()
    assert newest.pk != feed.pk
    client.post(reverse("roadmaps:calendar_revoke", args=[newest.pk]))
    assert not Feed.objects.open().exists()


def test_nobody_makes_a_calendar_of_what_they_may_not_see(login):
    deputy = PostFactory().membership
    foreign, neighbour = SchoolFactory(), SchoolFactory(department=deputy.department)
    draft = RoadmapFactory(department=deputy.department)
    client = login(deputy)
    for what in (f"school:{foreign.pk}", f"school:{neighbour.pk}", f"roadmap:{draft.pk}", "school:x"):
        assert client.post(reverse("roadmaps:calendars"), {"what": what}).status_code == 422
    assert not Feed.objects.exists()
