"""Links of a letter: one page, once, for its reader; and the way out of optional mail."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail, signing
from django.urls import reverse

from notifications.domain import delivery, kinds, ledger, links
from notifications.models import OptOut, Reminder
from tests.factories.accounts import MembershipFactory
from tests.factories.notifications import ReminderFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(time_machine, settings):
    settings.PORTAL_URL = "http://testserver"
    time_machine.move_to(NOON, tick=False)


def link_of(reminder, path="/roadmaps/mine/", membership=None):
    return links.page_link(reminder, path, membership).removeprefix("http://testserver")


def test_stranger_logs_in_and_then_comes_to_the_page_and_no_link_logs_anybody_in(client):
    member = MembershipFactory(user__password="вполне надёжный пароль")
    member.user.set_password("вполне надёжный пароль")
    member.user.save()
    link = link_of(ReminderFactory(membership=member, department=member.department))
    asked = client.get(link)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/login/?next=/notifications/go/")
    assert "_auth_user_id" not in client.session
    page = client.post(
        asked["Location"], {"username": member.user.email, "password": "вполне надёжный пароль"}, follow=True
    )
    assert page.request["PATH_INFO"] == "/roadmaps/mine/"


def test_link_opens_once_marks_read_then_says_so_and_shows_the_way(client, login):
    member = MembershipFactory()
    reminder = ReminderFactory(membership=member, department=member.department)
    link = link_of(reminder)
    client = login(member)
    assert client.get(link)["Location"] == "/roadmaps/mine/"
    reminder.refresh_from_db()
    assert reminder.read_at is not None
    again = client.get(link)
    assert again.status_code == 410
    assert "По этой ссылке уже заходили" in again.content.decode()
    assert 'href="/roadmaps/mine/"' in again.content.decode()
    assert client.get(link_of(reminder, "/orders/")).status_code == 302  # the letter's other link


def test_link_grows_old(login, time_machine):
    member = MembershipFactory()
    link = link_of(ReminderFactory(membership=member, department=member.department))
    time_machine.move_to(NOON + links.LIFETIME + timedelta(seconds=2), tick=False)
    old = login(member).get(link)
    assert old.status_code == 410
    assert "Срок ссылки истёк" in old.content.decode()


@pytest.mark.parametrize(
    ("reason", "said"), [("old", "Срок ссылки истёк"), ("used", "По этой ссылке уже заходили")]
)
def test_old_link_of_a_stranger_leads_over_the_log_in_to_the_way(client, time_machine, reason, said):
    member = MembershipFactory()
    member.user.set_password("вполне надёжный пароль")
    member.user.save()
    link = link_of(ReminderFactory(membership=member, department=member.department))
    if reason == "used":
        links.follow(link.split("/")[3], by=member.user)
    else:
        time_machine.move_to(NOON + links.LIFETIME + timedelta(seconds=2), tick=False)
    asked = client.get(link)
    assert (asked.status_code, "_auth_user_id" in client.session) == (302, False)
    page = client.post(
        asked["Location"], {"username": member.user.email, "password": "вполне надёжный пароль"}, follow=True
    )
    assert page.status_code == 410
    assert said in page.content.decode()
    assert client.get(re.search(r'btn--main" href="([^"]+)"', page.content.decode())[1]).status_code != 410


def test_link_is_its_readers_alone(login):
    reminder = ReminderFactory()
    link = link_of(reminder)
    other = MembershipFactory(department=reminder.department)
    foreign = login(other).get(link)
    assert foreign.status_code == 403
    assert "/roadmaps/mine/" not in foreign.content.decode().partition("<h1>")[2].partition("</main>")[0]
    assert login(reminder.membership).get(link).status_code == 302  # not used up by the other


@pytest.mark.parametrize("salt", [links.WAY_OUT, "other"])
def test_forged_link_is_no_link(login, salt):
    token = signing.dumps([ReminderFactory().pk, "/orders/", None], salt=salt)
    answer = login(MembershipFactory()).get(reverse("notifications:go", args=[token]))
    assert answer.status_code == 404
    assert "Ссылка не годится" in answer.content.decode()


def test_link_opens_in_the_role_it_was_written_to(login):
    here = MembershipFactory()
    there = MembershipFactory(user=here.user, head=True)
    reminder = ReminderFactory(membership=there, department=there.department)
    client = login(here)
    client.get(link_of(reminder, "/", there.pk))
    assert client.get("/").context["membership"] == there


def test_link_of_an_ended_role_opens_in_another_of_the_same_department(login):
    ended = MembershipFactory(head=True, ended_at=NOON)
    still = MembershipFactory(user=ended.user, department=ended.department)
    elsewhere = MembershipFactory(user=ended.user)
    client = login(elsewhere)
    client.get(link_of(ReminderFactory(membership=ended, department=ended.department), "/", ended.pk))
    assert client.get("/").context["membership"] == still


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_use():
    reminder = ReminderFactory()
    token = link_of(reminder).split("/")[3]
    user = reminder.recipient
    results = race(*[lambda: links.follow(token, by=user)] * 4)
    assert sum(isinstance(result, links.Target) for result in results) == 1


# --- the way out -------------------------------------------------------------------------------------------------


def way_out(member, kind="reported"):
    return links.way_out(member.user, kind).removeprefix("http://testserver")


def test_way_out_asks_first_and_works_without_a_log_in_for_that_kind_only(client):
    member = MembershipFactory()
    path = way_out(member)
    page = client.get(path)
    assert "Не присылать" in page.content.decode()
    assert not OptOut.objects.exists()
    done = client.post(path)
    assert "больше не будет" in done.content.decode()
    assert list(OptOut.objects.values_list("user", "kind")) == [(member.user.pk, "reported")]
    assert "_auth_user_id" not in client.session
    client.post(path)
    assert OptOut.objects.count() == 1
    client.post(path, {"back": "1"})
    assert not OptOut.objects.exists()


def test_mail_programs_own_button_needs_no_form_of_ours():
    from django.test import Client

    member = MembershipFactory()
    answer = Client(enforce_csrf_checks=True).post(way_out(member), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert OptOut.objects.count() == 1


@pytest.mark.parametrize("kind", ["duties", "returned", "unknown"])
def test_there_is_no_way_out_of_obligatory_mail(client, kind):
    assert client.post(way_out(MembershipFactory(), kind)).status_code == 404
    assert client.post(reverse("notifications:unsubscribe", args=["nonsense"])).status_code == 404
    assert not OptOut.objects.exists()


def test_link_of_the_letter_itself_works(client):
    member = MembershipFactory()
    ledger.record(
        key="1",
        recipient=member.user,
        department=member.department,
        kind="reported",
        subject="Доклад",
        body="…",
    )
    delivery.sweep()
    (path,) = set(re.findall(r"http://testserver(/notifications/unsubscribe/\S+/)", mail.outbox[0].body))
    assert client.post(path).status_code == 200
    ledger.record(
        key="2",
        recipient=member.user,
        department=member.department,
        kind="reported",
        subject="Доклад",
        body="…",
    )
    delivery.sweep()
    assert Reminder.objects.get(key="2").state == Reminder.State.PORTAL
    assert len(mail.outbox) == 1


def test_choices_page_changes_optional_kinds_and_names_the_others(login):
    member = MembershipFactory()
    client = login(member)
    page = client.get("/notifications/choices/").content.decode()
    for kind in kinds.KINDS.values():
        assert kind.title in page
    client.post("/notifications/choices/", {"wanted": []})
    optional = {kind.name for kind in kinds.optional()}
    assert set(OptOut.objects.values_list("kind", flat=True)) == optional
    client.post("/notifications/choices/", {"wanted": ["reported"]})
    assert set(OptOut.objects.values_list("kind", flat=True)) == optional - {"reported"}
    assert client.post("/notifications/choices/", {"wanted": ["duties"]}).status_code == 200
    assert not OptOut.objects.filter(kind="duties").exists()
