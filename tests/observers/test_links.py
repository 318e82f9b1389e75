"""One-time links: sealed, spent once, revocable, and opening nobody else's visits."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from observers.domain import links
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import ObserverFactory, VisitFactory
from tests.threads import race

pytestmark = pytest.mark.django_db


def issued(observer):
    by = MembershipFactory(department=observer.department)
    _, address = links.issue(observer, by=by)
    return address[address.index("/observers/") :]


def test_link_opens_the_own_visits_in_one_browser_only(client):
    visit = VisitFactory()
    other = VisitFactory(session=visit.session)
    path = issued(visit.observer)
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200, "looking spends nothing"
    page = client.post(path, follow=True)
    assert page.redirect_chain[-1][0] == reverse("observers:visits")
    text = page.content.decode()
    assert f"visit-{visit.pk}" in text
    assert f"visit-{other.pk}" not in text

    second = Client().post(path)
    assert second.status_code == 404
    assert "другом браузере" in second.content.decode()


def test_revoked_link_puts_the_browser_out(client):
    observer = ObserverFactory()
    client.post(issued(observer))
    assert client.get(reverse("observers:visits")).status_code == 200
    links.revoke(observer, by=MembershipFactory(department=observer.department))
    assert client.get(reverse("observers:visits")).status_code == 302


def test_a_new_link_replaces_the_old_one(client):
    observer = ObserverFactory()
    old = issued(observer)
    issued(observer)
    assert client.get(old).status_code == 404


def test_link_is_over_in_time(client):

    observer = ObserverFactory()
    path = issued(observer)
    client.post(path)
    with time_machine.travel(links.timezone.now() + links.LIFETIME, tick=False):
        assert client.get(reverse("observers:visits")).status_code == 302
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "abc:def", "a" * 300])
def test_made_up_tokens_open_nothing(client, token):
    assert client.get(reverse("observers:enter", args=[token])).status_code == 404


def test_another_observers_visit_cannot_be_declined(client):
    visit = VisitFactory()
    other = VisitFactory(session=visit.session)
    client.post(issued(visit.observer))
    address = reverse("observers:visit_decline", args=[other.pk])
    assert client.post(address, {"comment": "Болею"}).status_code == 404
    client.post(reverse("observers:visit_decline", args=[visit.pk]), {"comment": "Болею"})
    visit.refresh_from_db()
    assert visit.state == "declined"
    event = visit.events.get()
    assert (event.by, event.by_observer, event.comment) == (None, True, "Болею")


def test_whoever_left_gets_no_link():
    observer = ObserverFactory(left_on="2026-03-01")
    with pytest.raises(Refused, match="выбыл"):
        links.issue(observer, by=MembershipFactory(department=observer.department))


def test_strangers_and_other_roles_are_outside(client, login):
    assert client.get(reverse("observers:visits")).status_code == 302
    assert client.get(reverse("observers:outside")).status_code == 403
    assert login(MembershipFactory()).get(reverse("observers:visits")).status_code == 403


def test_account_of_an_observer_opens_the_own_visits_and_nothing_else(login):
    member = MembershipFactory(role="observer")
    visit = VisitFactory(observer=ObserverFactory(department=member.department, membership=member),
                         session__school__department=member.department)  # fmt: skip
    client = login(member)
    assert client.get("/", follow=True).redirect_chain[-1][0] == reverse("observers:visits")
    assert f"visit-{visit.pk}" in client.get(reverse("observers:visits")).content.decode()
    for name in ("orders:list", "roadmaps:list", "schools:list", "accounts:people", "portal:search"):
        assert client.get(reverse(name)).status_code == 403, name
    assert client.get(reverse("notifications:inbox")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_browsers_one_gets_in():
    observer = ObserverFactory()
    token = issued(observer).rstrip("/").rsplit("/", 1)[1]
    results = race(*[lambda: links.use(token)] * 4)
    assert sum(isinstance(one, links.Closed) for one in results) == 3
