"""The audit log: whose, of what, of which day."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.domain import audit
from accounts.models import AuditEvent
from tests.factories.accounts import AuditEventFactory, MembershipFactory

pytestmark = pytest.mark.django_db

LOG = "/audit/"


def shown(response) -> set[str]:
    return {event.summary for event in response.context["page"]}


def at(event, *moment):
    """Events date themselves; a test needs them elsewhere."""
    AuditEvent.objects.filter(pk=event.pk).update(at=datetime.datetime(*moment, tzinfo=datetime.UTC))
    return event


@pytest.mark.parametrize("trait", ["head", "viewer", "deputy"])
def test_only_the_admin_reads_the_log(login, trait):
    assert login(MembershipFactory(**{trait: True})).get(LOG).status_code == 403


@pytest.mark.parametrize("query", ["", "?section=accounts", "?since=2020-01-01", "?person={foreign}"])
def test_no_filter_shows_another_departments_events(login, query):
    admin = MembershipFactory(admin=True)
    foreign = AuditEventFactory(summary="чужое", user=MembershipFactory().user)
    nobodys = AuditEventFactory(summary="ничьё", department=None)
    response = login(admin).get(LOG + query.format(foreign=foreign.user_id))
    assert shown(response).isdisjoint({foreign.summary, nobodys.summary})
    choices = dict(response.context["filter"].fields["person"].choices)
    assert foreign.user_id not in choices


def test_filter_by_person_and_section(login):
    admin = MembershipFactory(admin=True)
    department = admin.department
    methodist = MembershipFactory(department=department)
    for action, user in [
        ("orders.signed", methodist.user),
        ("orders.drafted", admin.user),
        ("schools.x", methodist.user),
    ]:
        AuditEventFactory(department=department, action=action, user=user, summary=action)
    client = login(admin)
    assert shown(client.get(LOG, {"section": "orders"})) == {"orders.signed", "orders.drafted"}
    AuditEventFactory(
        department=department, action="order.voided", object_kind="orders.order", summary="order.voided"
    )
    assert "order.voided" in shown(client.get(LOG, {"section": "orders"}))
    query = {"section": "orders", "person": methodist.user_id}
    assert shown(client.get(LOG, query)) == {"orders.signed"}


def test_days_are_those_of_the_departments_own_time_zone(login):
    """22:30 UTC on the 15th is half past ten of the 16th in Kamchatka (UTC+12)."""
    admin = MembershipFactory(admin=True, department__time_zone="Asia/Kamchatka")
    event = at(AuditEventFactory(department=admin.department, summary="ночное"), 2026, 3, 15, 22, 30)
    client = login(admin)
    days = {"2026-03-15": set(), "2026-03-16": {event.summary}, "2026-03-17": set()}
    for day, expected in days.items():
        assert shown(client.get(LOG, {"since": day, "until": day})) == expected
    assert "10:30" in client.get(LOG, {"since": "2026-03-16", "until": "2026-03-16"}).content.decode()


def test_same_moment_is_shown_in_each_departments_time(login):
    for zone, hour in [("Europe/Moscow", "13:00"), ("Asia/Barnaul", "17:00")]:
        admin = MembershipFactory(admin=True, department__time_zone=zone)
        at(AuditEventFactory(department=admin.department), 2026, 3, 15, 10, 0)
        assert hour in login(admin).get(LOG, {"until": "2026-03-15"}).content.decode()


def test_dates_the_wrong_way_round_are_told(login):
    response = login(MembershipFactory(admin=True)).get(LOG, {"since": "2026-03-16", "until": "2026-03-15"})
    assert "Конец раньше начала" in response.content.decode()


@pytest.mark.parametrize("query", ["since=вчера", "person=abc", "section=nothing", "page=999"])
def test_nonsense_in_the_address_breaks_nothing(login, query):
    assert login(MembershipFactory(admin=True)).get(f"{LOG}?{query}").status_code == 200


def test_long_log_is_paged_and_the_filter_stays(login):
    admin = MembershipFactory(admin=True)
    AuditEventFactory.create_batch(51, department=admin.department, action="orders.x")
    response = login(admin).get(LOG, {"section": "orders"})
    assert len(response.context["page"]) == 50
    assert "?section=orders&amp;page=2" in response.content.decode()


def test_log_asks_as_much_at_one_row_as_at_three(login):
    admin = MembershipFactory(admin=True)
    client = login(admin)  # the log-in is the first row
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(LOG)
        counts.append(len(queries))
        AuditEventFactory.create_batch(2, department=admin.department)
    assert counts[0] == counts[1]
    assert counts[0] <= 9


def test_event_carries_the_address_of_its_request_and_of_no_other(login):
    admin = MembershipFactory(admin=True)
    login(admin).post("/me/", {"last_name": "Новая", "first_name": "А"}, REMOTE_ADDR="198.51.100.7")
    assert AuditEvent.objects.get(action="accounts.person_changed").ip == "198.51.100.7"
    assert audit.record("accounts.tested", "вне запроса", by=admin).ip is None
