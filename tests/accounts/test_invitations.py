"""One-time links: for whom, how long, how often."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.domain import invitations, people
from accounts.domain.invitations import Closed, Reason, Way
from accounts.models import Invitation, Role, User
from portal.lib.refusals import Refused
from tests.factories.accounts import DepartmentFactory, InvitationFactory, MembershipFactory

pytestmark = pytest.mark.django_db

GOOD = {
    "last_name": "Берестова",
    "first_name": "Анна",
    "patronymic": "Олеговна",
    "password": "солнечный хвойный лес",
    "password_again": "солнечный хвойный лес",
}
ACCEPT = {name: value for name, value in GOOD.items() if name != "password_again"}


def pending(**fields):
    return MembershipFactory(user__password=None, **fields)


def admin_of(department):
    return MembershipFactory(admin=True, department=department)


def page(token: str) -> str:
    return reverse("accounts:invitation", args=[token])


def token_of(invitation: Invitation) -> str:
    return invitation.link.rstrip("/").rsplit("/", 1)[1]


# The letter


def test_letter_holds_the_link_and_the_database_only_its_hash(django_capture_on_commit_callbacks):
    membership = pending()
    with django_capture_on_commit_callbacks(execute=True):
        invitation = invitations.invite(membership, by=admin_of(membership.department))
    [letter] = mail.outbox
    assert letter.to == [membership.user.email]
    assert invitation.link in letter.body
    assert invitation.delivered is True
    assert token_of(invitation) not in str(Invitation.objects.values().get())


def test_newer_link_replaces_the_older_one(client):
    membership = pending()
    admin = admin_of(membership.department)
    first, second = (invitations.invite(membership, by=admin) for _ in range(2))
    response = client.get(page(token_of(first)))
    assert response.status_code == 410
    assert "последнее письмо" in response.content.decode()
    assert client.get(page(token_of(second))).status_code == 200


def test_person_with_a_password_gets_a_letter_without_a_link(django_capture_on_commit_callbacks):
    membership = MembershipFactory()
    with django_capture_on_commit_callbacks(execute=True):
        invitation = invitations.invite(membership, by=admin_of(membership.department))
    assert invitation.link == ""
    assert "уже есть вход" in mail.outbox[0].body
    assert "/invitation/" not in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_refused_letter_is_told_to_the_admin_and_the_person_is_kept(login, monkeypatch):
    admin = MembershipFactory(admin=True)

    def refuse(*args, **kwargs):
        raise SMTPRecipientsRefused({})

    monkeypatch.setattr("accounts.domain.letters.send_mail", refuse)
    client = login(admin)
    response = client.post(
        reverse("accounts:person_new"),
        {"last_name": "Ильина", "email": "ilina@example.org", "roles": ["methodist"]},
    )
    messages = [str(message) for message in client.get(response.url).context["messages"]]
    assert User.objects.filter(email="ilina@example.org").exists()
    assert len(messages) == 1
    assert "не принял письмо" in messages[0]


# Accepting


def test_accepting_checks_the_name_sets_the_password_and_lets_in(client):
    invitation = InvitationFactory(token="secret")
    MembershipFactory(user=invitation.membership.user)  # another department: the invited one must be in force
    response = client.post(page("secret"), GOOD)
    assert response.status_code == 302
    user = User.objects.get(pk=invitation.membership.user_id)
    assert user.get_full_name() == "Берестова Анна Олеговна"
    assert user.check_password(GOOD["password"])
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session["membership"] == invitation.membership_id


def test_looking_at_the_page_uses_nothing_up(client):
    InvitationFactory(token="secret")
    assert [client.get(page("secret")).status_code for _ in range(2)] == [200, 200]


def test_second_use_is_refused_and_changes_nothing(client):
    invitation = InvitationFactory(token="secret")
    client.post(page("secret"), GOOD)
    client.logout()
    response = client.post(
        page("secret"), GOOD | {"password": "другой пароль тут", "password_again": "другой пароль тут"}
    )
    assert response.status_code == 410
    assert "уже принято" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert User.objects.get(pk=invitation.membership.user_id).check_password(GOOD["password"])


def test_expired_link_says_what_to_do(client):
    InvitationFactory(token="secret", expired=True)
    response = client.post(page("secret"), GOOD)
    assert response.status_code == 410
    assert "выслать приглашение ещё раз" in response.content.decode()


def test_link_lives_fourteen_days():
    membership = pending()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token = token_of(invitations.invite(membership, by=admin_of(membership.department)))
        clock.shift(timedelta(days=14, seconds=-1))
        assert invitations.open_by(token).membership == membership
        clock.shift(timedelta(seconds=1))
        with pytest.raises(Closed) as refusal:
            invitations.open_by(token)
    assert refusal.value.reason == Reason.EXPIRED


def test_unknown_link_is_404_with_the_remedy(client):
    InvitationFactory(token="secret")
    response = client.get(page("secre"))
    assert response.status_code == 404
    assert "скопирована не целиком" in response.content.decode()


def test_link_of_a_person_who_left_opens_nothing(client):
    InvitationFactory(token="secret", membership__ended_at=timezone.now())
    assert "больше не числитесь" in client.get(page("secret")).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password_again": "другое"}, "password_again"),
        ({"password": "12345678", "password_again": "12345678"}, "password"),
        ({"last_name": " "}, "last_name"),
        ({"first_name": ""}, "first_name"),
    ],
)
def test_faulty_form_is_422_and_uses_nothing_up(client, change, field):
    InvitationFactory(token="secret")
    response = client.post(page("secret"), GOOD | change)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert client.post(page("secret"), GOOD).status_code == 302


def test_somebody_else_logged_in_is_replaced_by_the_invited_person(login):
    invitation = InvitationFactory(token="secret")
    client = login(MembershipFactory(admin=True))
    assert "Приглашение для другого человека" in client.get(page("secret")).content.decode()
    client.post(page("secret"), GOOD)
    assert client.session["_auth_user_id"] == str(invitation.membership.user_id)


def test_accepting_one_invitation_closes_the_persons_others():
    first = InvitationFactory(token="first")
    InvitationFactory(token="second", membership__user=first.membership.user)
    invitations.accept("first", **ACCEPT)
    with pytest.raises(Closed) as refusal:
        invitations.open_by("second")
    assert refusal.value.reason == Reason.USED


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_one_link_at_once_one_wins():
    invitation = InvitationFactory(token="secret")

    def accept(password):
        try:
            invitations.accept("secret", **ACCEPT | {"password": password})
        except Closed:
            return None
        finally:
            connection.close()
        return password

    with ThreadPoolExecutor(2) as pool:
        won = [password for password in pool.map(accept, ["первый пароль", "второй пароль"]) if password]
    assert len(won) == 1
    assert User.objects.get(pk=invitation.membership.user_id).check_password(won[0])


# Links handed over by the admin


def test_admin_sees_the_link_once_and_no_letter_goes(login, client, django_capture_on_commit_callbacks):
    admin = MembershipFactory(admin=True)
    membership = pending(department=admin.department)
    with django_capture_on_commit_callbacks(execute=True):
        response = login(admin).post(reverse("accounts:person_link", args=[membership.user_id]))
    link = re.search(r'value="(http[^"]+)"', response.content.decode()).group(1)
    assert invitations.open_by(link.rstrip("/").rsplit("/", 1)[1]).membership == membership
    assert "no-store" in response["Cache-Control"]
    assert mail.outbox == []
    assert link not in client.get(reverse("accounts:person", args=[membership.user_id])).content.decode()


def test_no_link_to_hand_over_for_a_person_with_a_password():
    membership = MembershipFactory()
    with pytest.raises(Refused, match="уже есть пароль"):
        invitations.invite(membership, by=admin_of(membership.department), way=Way.HANDED)


def test_no_link_to_hand_over_for_a_person_of_another_department_too():
    membership = pending()
    MembershipFactory(user=membership.user)
    with pytest.raises(Refused, match="другом отделе"):
        invitations.invite(membership, by=admin_of(membership.department), way=Way.HANDED)


def test_link_handed_over_in_one_department_does_not_open_another():
    """An admin invites somebody's future head, keeps the link, and waits."""
    membership = pending()
    token = token_of(invitations.invite(membership, by=admin_of(membership.department), way=Way.HANDED))
    other = DepartmentFactory()
    people.add_member(
        department=other, by=admin_of(other), email=membership.user.email, last_name="Я", role=Role.HEAD
    )
    with pytest.raises(Closed):
        invitations.accept(token, **ACCEPT)


def test_account_whose_password_came_by_a_handed_link_waits_for_a_letter_before_another_department():
    """The same admin has accepted the invitation already."""
    membership = pending()
    token = token_of(invitations.invite(membership, by=admin_of(membership.department), way=Way.HANDED))
    invitations.accept(token, **ACCEPT)
    other = DepartmentFactory()
    added = people.add_member(
        department=other, by=admin_of(other), email=membership.user.email, last_name="Я", role=Role.HEAD
    )
    assert not User.objects.get(pk=membership.user_id).has_usable_password()
    assert invitations.invite(added, by=admin_of(other)).link


def test_account_proven_by_a_letter_keeps_its_password_in_another_department():
    membership = pending()
    invitations.accept(token_of(invitations.invite(membership, by=admin_of(membership.department))), **ACCEPT)
    other = DepartmentFactory()
    people.add_member(
        department=other, by=admin_of(other), email=membership.user.email, last_name="Я", role=Role.HEAD
    )
    assert User.objects.get(pk=membership.user_id).check_password(GOOD["password"])


def test_person_who_left_cannot_be_invited():
    membership = pending(ended_at=timezone.now())
    with pytest.raises(Refused, match="больше не работает"):
        invitations.invite(membership, by=admin_of(membership.department))


def test_line_ends_in_a_departments_name_forge_no_header(django_capture_on_commit_callbacks):
    membership = MembershipFactory(user__password=None, department__name="Отдел\r\nBcc: thief@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        invitation = invitations.invite(membership, by=None)
    assert invitation.delivered
    assert mail.outbox[0].subject == "Вам открыт доступ: Отдел Bcc: thief@example.org"
