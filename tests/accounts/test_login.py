"""Log-in, lock-out, log-out, forgotten and changed passwords."""

import re
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.domain import passwords
from accounts.models import AuditEvent
from accounts.throttle import client_address
from tests.factories.accounts import InvitationFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "test-password"
NEW = "солнечный хвойный лес"
LOGIN = "/login/"


def enter(client, email, password=PASSWORD, **extra):
    return client.post(LOGIN, {"username": email, "password": password, **extra})


def logged_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("typed", ["anna@example.org", "ANNA@example.ORG", "  Anna@Example.org "])
def test_email_is_taken_in_any_case(client, typed):
    UserFactory(email="anna@example.org")
    response = enter(client, typed)
    assert response.status_code == 302
    assert logged_in(client)


def test_wrong_password_and_unknown_email_get_the_same_answer(client):
    UserFactory(email="anna@example.org")
    known = enter(client, "anna@example.org", "wrong").context["form"].non_field_errors()
    unknown = enter(client, "nobody@example.org", "wrong").context["form"].non_field_errors()
    assert len(known) == 1
    assert known == unknown


def test_invalid_form_is_422(client):
    assert enter(client, "anna@example.org", "wrong").status_code == 422


def test_session_key_changes_at_login(client):
    user = UserFactory()
    client.get(LOGIN)
    session = client.session
    session["before"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    enter(client, user.email)
    assert client.session.session_key != before


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_next_never_leads_outside(client, address):
    user = UserFactory()
    assert enter(client, user.email, next=address).url == reverse("portal:start")


def test_next_leads_where_one_wanted_to_go(client):
    assert enter(client, UserFactory().email, next="/people/?q=1").url == "/people/?q=1"


def test_closed_person_cannot_log_in(client):
    enter(client, UserFactory(is_active=False).email)
    assert not logged_in(client)


def test_operator_without_membership_lands_on_departments(client):
    operator = UserFactory(is_staff=True, is_superuser=True)
    assert enter(client, operator.email).url == reverse("accounts:departments")


def test_operator_with_membership_lands_on_the_start_page(client):
    operator = MembershipFactory(user__is_staff=True, user__is_superuser=True).user
    assert enter(client, operator.email).url == reverse("portal:start")


# Throttling


def lock(client, email, **extra):
    for number in range(8):
        spelling = email.upper() if number % 2 else email  # another spelling is no new number of tries
        response = client.post(LOGIN, {"username": spelling, "password": "wrong"}, **extra)
    return response


def test_eighth_wrong_password_locks_even_the_right_one_out_and_says_for_how_long(client):
    user = UserFactory()
    assert lock(client, user.email).status_code == 429
    response = enter(client, user.email)
    assert response.status_code == 429
    assert not logged_in(client)
    assert "15\N{NO-BREAK SPACE}минут" in response.content.decode()
    assert reverse("accounts:forgotten") in response.content.decode()


def test_lockout_ends_by_itself_and_trying_meanwhile_does_not_prolong_it(client):
    user = UserFactory()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        lock(client, user.email)
        clock.shift(timedelta(minutes=10))
        assert "через 5\N{NO-BREAK SPACE}минут" in enter(client, user.email).content.decode()
        clock.shift(timedelta(minutes=6))
        enter(client, user.email)
    assert logged_in(client)


def test_neighbours_behind_the_same_address_are_not_locked_out(client):
    lock(client, UserFactory().email)
    enter(client, UserFactory().email)
    assert logged_in(client)


def test_owner_at_another_address_is_not_locked_out(client):
    user = UserFactory()
    lock(client, user.email, REMOTE_ADDR="203.0.113.9")
    enter(client, user.email)
    assert logged_in(client)


def test_lockout_is_one_line_of_the_departments_log(client):
    membership = MembershipFactory()
    lock(client, membership.user.email)
    lock(client, membership.user.email)
    events = AuditEvent.objects.filter(action="accounts.locked_out")
    assert [(event.department, event.user, event.ip) for event in events] == [
        (membership.department, membership.user, "127.0.0.1")
    ]


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (1, "", "127.0.0.1"),
        (1, "not an address", "127.0.0.1"),
        (2, "198.51.100.7", "127.0.0.1"),
    ],
)
def test_address_is_what_our_own_proxy_saw(rf, settings, proxies, header, address):
    settings.AXES_IPWARE_PROXY_COUNT = proxies
    assert client_address(rf.get("/", HTTP_X_FORWARDED_FOR=header)) == address


# Log-out


def test_logout_is_a_post(client, login):
    login(MembershipFactory())
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").url == reverse("accounts:login")
    assert not logged_in(client)


# Forgotten password


def ask(client, email):
    return client.post(reverse("accounts:forgotten"), {"email": email})


def link_in(letter) -> str:
    return re.search(r"https?://[^/]+(/\S+)", letter.body.split("Откройте ссылку")[1]).group(1)


def test_unknown_email_gets_the_same_answer_and_no_letter(client):
    user = UserFactory()
    known, unknown = ask(client, user.email.upper()), ask(client, "nobody@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [letter.to for letter in mail.outbox] == [[user.email]]


def test_invited_person_without_password_gets_no_letter(client):
    invitation = InvitationFactory()
    ask(client, invitation.membership.user.email)
    assert mail.outbox == []


def test_second_request_at_once_sends_no_second_letter(client):
    user = UserFactory()
    ask(client, user.email)
    ask(client, user.email)
    assert len(mail.outbox) == 1


def test_letters_link_sets_the_password_once_and_proves_the_mailbox(client):
    user = UserFactory(email_unproven=True)
    ask(client, user.email)
    link = link_in(mail.outbox[0])
    form = client.get(link, follow=True).redirect_chain[-1][0]
    response = client.post(form, {"new_password1": NEW, "new_password2": NEW})
    assert response.status_code == 302
    assert logged_in(client)
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not user.email_unproven
    client.logout()
    assert "больше не действует" in client.get(link, follow=True).content.decode()


def test_different_passwords_are_422_and_nothing_changes(client):
    user = UserFactory()
    ask(client, user.email)
    form = client.get(link_in(mail.outbox[0]), follow=True).redirect_chain[-1][0]
    assert client.post(form, {"new_password1": NEW, "new_password2": NEW + "!"}).status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_refused_letter_may_be_asked_for_again_at_once(monkeypatch):
    user = UserFactory()

    def refuse(*args, **kwargs):
        raise SMTPServerDisconnected("busy")

    with monkeypatch.context() as patch:
        patch.setattr("accounts.domain.letters.send_mail", refuse)
        with pytest.raises(SMTPServerDisconnected):  # the task's own retry
            passwords.send_reset(user.email)
    passwords.send_reset(user.email)
    assert len(mail.outbox) == 1


# Changed password


def test_own_password_changes_only_with_the_old_one_and_this_session_goes_on(login):
    membership = MembershipFactory()
    client = login(membership)
    address = reverse("accounts:password")
    wrong = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert client.post(address, wrong).status_code == 422
    assert client.post(address, wrong | {"old_password": PASSWORD}).status_code == 302
    membership.user.refresh_from_db()
    assert membership.user.check_password(NEW)
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_changed_password_ends_the_other_sessions(login, django_user_model):
    from django.test import Client

    membership = MembershipFactory()
    other = Client()
    other.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    login(membership).post(
        reverse("accounts:password"), {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    )
    assert other.get(reverse("accounts:profile")).status_code == 302


def test_only_the_pages_at_the_door_are_open_to_strangers(client):
    closed = [
        "profile",
        "password",
        "people",
        "person_new",
        "department",
        "departments",
        "department_new",
        "audit",
    ]
    for name in closed:
        response = client.get(reverse(f"accounts:{name}"))
        assert (response.status_code, response.url.split("?")[0]) == (302, LOGIN)
    for name in ["login", "forgotten", "forgotten_sent"]:
        assert client.get(reverse(f"accounts:{name}")).status_code == 200


def test_login_is_in_the_log_of_each_department_of_the_person(client):
    user = UserFactory()
    departments = {MembershipFactory(user=user).department for _ in range(2)}
    MembershipFactory(user=user, ended_at=timezone.now())
    enter(client, user.email)
    assert {
        event.department for event in AuditEvent.objects.filter(action="accounts.logged_in")
    } == departments


def test_part_of_a_page_is_never_replaced_by_the_login_page(client):
    for header in ({"HTTP_HX_REQUEST": "true"}, {"HTTP_X_REQUESTED_WITH": "portal-upload"}):
        response = client.post("/people/", **header)
        assert response.status_code == 401
        assert response.content == b""


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/schools/?q=7", "/schools/?q=7"),
        ("http://elsewhere.example/schools/", "/"),
        ("", "/"),
    ],
)
def test_form_sent_after_the_login_ended_leads_back_to_its_page(client, referer, back):
    sent = client.post("/switch/", {"membership": "1"}, HTTP_REFERER=referer)
    assert sent.status_code == 302
    page = client.get(sent.url)
    assert page.context["next"] == back
    assert "Вход истёк" in page.content.decode()
