"""The frame of every page: sections and their numbers, the chosen look, the chosen workplace."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from portal import navigation
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.portal.start import page_of, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 16, 9, 0, tzinfo=datetime.UTC), tick=False)


def test_navigation_marks_the_section_and_counts_what_waits(login):
    methodist = MembershipFactory()
    report(methodist)
    response = login(methodist).get(reverse("portal:start"))
    links = {link.title: link for link in response.context["navigation"]}
    assert [title for title, link in links.items() if link.is_current] == ["Сводка"]
    assert links["На проверке"].count == 1


def test_a_deputys_duty_belongs_to_own_duties_an_officials_to_all():
    deputy, head = MembershipFactory(deputy=True), MembershipFactory(head=True)
    address = "/roadmaps/assignments/7/"
    marked = {
        member: [link.title for link in navigation.links(member, address, {}) if link.is_current]
        for member in (deputy, head)
    }
    assert marked == {deputy: ["Мои поручения"], head: ["Все поручения"]}


def test_the_years_report_belongs_to_the_reports():
    head = MembershipFactory(head=True)
    links = navigation.links(head, "/roadmaps/year/7/", {})
    assert [link.title for link in links if link.is_current] == ["Отчёты"]


def test_choice_for_the_visually_impaired_stays_with_the_person(login):
    client = login(MembershipFactory())
    assert 'data-view="contrast"' not in page_of(client)
    response = client.post(reverse("portal:view"), {"view": "contrast", "next": "/"})
    assert response.url == "/"
    assert 'data-view="contrast"' in page_of(client)
    client.post(reverse("portal:view"), {"view": "usual"})
    assert 'data-view="contrast"' not in page_of(client)


def test_choice_for_the_visually_impaired_works_before_log_in(client):
    client.post(reverse("portal:view"), {"view": "contrast"})
    assert 'data-view="contrast"' in client.get(reverse("accounts:login")).content.decode()


def test_view_switch_leads_nowhere_else(client):
    response = client.post(reverse("portal:view"), {"view": "contrast", "next": "https://example.org/"})
    assert response.url == "/"


def test_one_works_in_the_chosen_membership_and_in_no_strangers(login):
    methodist = MembershipFactory()
    second = MembershipFactory(user=methodist.user, head=True)
    client = login(methodist)
    client.post(reverse("portal:switch"), {"membership": second.pk})
    assert client.get(reverse("portal:start")).context["membership"] == second
    assert client.post(reverse("portal:switch"), {"membership": MembershipFactory().pk}).status_code == 404
    assert client.post(reverse("portal:switch"), {"membership": "x"}).status_code == 404
    assert client.get(reverse("portal:start")).context["membership"] == second


def test_catalogue_is_for_staff(client, login):
    assert login(MembershipFactory()).get(reverse("portal:catalogue")).status_code == 403
    client.force_login(UserFactory(is_staff=True), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("portal:catalogue")).status_code == 200
