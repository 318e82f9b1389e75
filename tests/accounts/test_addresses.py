"""Another e-mail for one's own account: proved by a letter, told to the old one, usable once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.domain import addresses
from accounts.models import AuditEvent, User
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory

pytestmark = pytest.mark.django_db
PASSWORD = "вполне надёжный пароль"
NEW = "new@example.org"


@pytest.fixture(autouse=True)
def _site(settings):
    settings.PORTAL_URL = "http://testserver"


@pytest.fixture
def member():
    member = MembershipFactory(user__email="old@example.org")
    member.user.set_password(PASSWORD)
    member.user.save()
    return member


def link(letter):
    return re.search(r"http://testserver(/me/email/\S+)", letter.body)[1]


def asked(client, email=NEW, password=PASSWORD):
    return client.post(reverse("accounts:email"), {"email": email, "password": password})


def test_new_mailbox_is_proved_by_its_letter_and_the_old_one_is_told(
    login, member, django_capture_on_commit_callbacks
):
    client = login(member)
    assert asked(client, "New@Example.org ").status_code == 302
    assert [letter.to for letter in mail.outbox] == [[NEW]]
    member.user.refresh_from_db()
    assert member.user.email == "old@example.org"  # nothing changes before the link is opened
    address = link(mail.outbox[0])
    assert "Сменить почту" in client.get(address).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, follow=True).status_code == 200
    member.user.refresh_from_db()
    assert (member.user.email, member.user.email_unproven) == (NEW, False)
    assert [letter.to for letter in mail.outbox[1:]] == [["old@example.org"]]
    assert NEW in mail.outbox[1].body
    assert AuditEvent.objects.get(action="accounts.address_changed").details["changed"] == {
        "электронная почта": ["old@example.org", NEW]
    }
    again = client.post(address)
    assert (again.status_code, "Ссылка не годится" in again.content.decode()) == (410, True)


def test_link_is_for_whoever_asked_logs_nobody_in_and_grows_old(client, login, member, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    asked(login(member))
    address = link(mail.outbox[0])
    client.logout()
    assert client.get(address)["Location"].startswith("/login/?next=/me/email/")
    assert login(MembershipFactory()).post(address).status_code == 410
    time_machine.move_to(timezone.now() + timedelta(hours=25), tick=False)
    assert login(member).post(address).status_code == 410
    assert login(member).get(reverse("accounts:email_confirm", args=["nonsense"])).status_code == 410
    assert not User.objects.filter(email=NEW).exists()


def test_what_cannot_be_is_refused_and_no_letter_goes(login, member):
    other = MembershipFactory()
    client = login(member)
    for email, password, said in [
        (NEW, "не тот", "Пароль не подходит"),
        (other.user.email.upper(), PASSWORD, "уже есть человек"),
        ("OLD@example.org", PASSWORD, "Это и есть ваша почта"),
        ("не почта", PASSWORD, "Введите правильный адрес"),
    ]:
        answer = asked(client, email, password)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert f'value="{email}"' in answer.content.decode()
    assert mail.outbox == []


def test_letters_to_any_address_are_not_sent_one_after_another(login, member):
    client = login(member)
    asked(client)
    assert "меньше двух минут назад" in asked(client, "third@example.org").content.decode()
    assert len(mail.outbox) == 1


def test_address_taken_in_the_meantime_is_refused(member):
    addresses.ask(member.user, email=NEW, password=PASSWORD)
    MembershipFactory(user__email=NEW)
    token = link(mail.outbox[0]).split("/")[3]
    with pytest.raises(Refused, match="уже есть человек"):
        addresses.confirm(token, by=member.user, member=member)
    member.user.refresh_from_db()
    assert member.user.email == "old@example.org"


def test_server_that_refuses_is_named_and_one_may_try_at_once(login, member, monkeypatch):
    monkeypatch.setattr("accounts.domain.letters.try_to_send", lambda *_, **__: False)
    client = login(member)
    assert f"не принял письмо на {NEW}" in asked(client).content.decode()
    monkeypatch.undo()
    assert asked(client).status_code == 302
