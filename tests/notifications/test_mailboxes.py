"""Addresses that take no mail: the inbox instead, the admins told, an end to it when the address changes."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEvent
from notifications.domain import delivery, ledger, mailboxes
from notifications.models import RefusedAddress, Reminder
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.notifications import ReminderFactory

pytestmark = pytest.mark.django_db
State = Reminder.State
ADDRESSES, LEDGER, INBOX = "/notifications/ledger/addresses/", "/notifications/ledger/", "/notifications/"


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to("2026-03-12T12:00Z", tick=False)


@pytest.fixture
def admin():
    return MembershipFactory(admin=True)


def works_with(admin, **kwargs):
    return MembershipFactory(department=admin.department, **kwargs)


def refused(member, **kwargs):
    return RefusedAddress.objects.create(
        user=member.user, address=member.user.email, answer="550 no", **kwargs
    )


def alarmed():
    return set(Reminder.objects.filter(kind="refused").values_list("recipient", flat=True))


def plain(response):
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def test_a_letter_that_came_back_is_marked_by_hand_and_the_next_one_stays_in_the_portal(login, admin):
    member = works_with(admin)
    answer = login(admin).post(ADDRESSES, {"address": member.user.email.upper(), "answer": "550 unknown"})
    assert answer.status_code == 302
    row = RefusedAddress.objects.get()
    assert (row.user, row.address, row.answer, row.marked_by) == (
        member.user, member.user.email, "550 unknown", admin
    )  # fmt: skip
    letter = ReminderFactory(membership=member, department=admin.department)
    delivery.sweep()
    letter.refresh_from_db()
    assert (letter.state, letter.problem) == (State.PORTAL, "Почтовый сервер не знает этого адреса.")
    assert mail.outbox == []
    assert AuditEvent.objects.get(action="notifications.address_marked").user == admin.user


def test_the_other_department_of_the_same_person_is_told_one_person_has_one_mailbox(admin):
    member = works_with(admin)
    MembershipFactory(user=member.user, department=(there := MembershipFactory(admin=True)).department)
    MembershipFactory(admin=True)  # a third department has nothing to do with them
    mailboxes.came_back(address=member.user.email, answer="", by=admin)
    assert alarmed() == {there.user_id}
    mailboxes.checked(RefusedAddress.objects.get(), by=admin)
    mailboxes.refuse(ReminderFactory(membership=member, department=admin.department), "550 again")
    assert alarmed() == {admin.user_id, there.user_id}
    assert (
        Reminder.objects.filter(recipient=there.user, kind="refused").count() == 2
    )  # told again after the check


def test_what_cannot_be_marked_is_said_and_nothing_typed_is_lost(login, admin):
    stranger, gone = MembershipFactory(), works_with(admin, ended_at="2026-01-01T00:00Z")
    marked = works_with(admin)
    refused(marked)
    client = login(admin)
    for address, said in [
        (stranger.user.email, "В отделе никто не работает с почтой"),
        (gone.user.email, "В отделе никто не работает с почтой"),
        (marked.user.email, "Этот адрес уже отмечен"),
        ("не адрес", "Введите правильный адрес"),
    ]:
        answer = client.post(ADDRESSES, {"address": address, "answer": "550 там"})
        assert answer.status_code == 422
        assert said in plain(answer)
        assert 'value="550 там"' in answer.content.decode()
    assert RefusedAddress.objects.count() == 1
    with pytest.raises(Refused):
        mailboxes.came_back(address=stranger.user.email, answer="", by=admin)


def test_admin_sees_whom_letters_do_not_reach_and_that_only_of_the_department(login, admin):
    bounced, silent = works_with(admin), works_with(admin, user__email="")
    silent.user.last_name = "Безпочтова"
    silent.user.save()
    stranger = MembershipFactory()
    for one in (bounced, stranger):
        refused(one)
    client = login(admin)
    page = plain(client.get(ADDRESSES))
    assert bounced.user.email in page
    assert "Безпочтова" in page
    assert stranger.user.email not in page
    assert "Почту не принимает 1 адрес" in plain(client.get(LEDGER))
    client.post(reverse("notifications:address_checked", args=[bounced.user.refused_address.pk]))
    assert list(RefusedAddress.objects.values_list("user", flat=True)) == [stranger.user_id]
    assert AuditEvent.objects.filter(action="notifications.address_checked").count() == 1
    assert login(works_with(admin)).get(ADDRESSES).status_code == 403


def test_the_person_is_told_in_their_inbox_until_the_address_changes(login, admin):
    member = works_with(admin)
    refused(member)
    client = login(member)
    assert "Письма до вас не доходят" in plain(client.get(INBOX))
    member.user.email = "new@example.org"
    member.user.save()
    assert "Письма до вас не доходят" not in plain(client.get(INBOX))
    assert not mailboxes.of_department(admin.department).exists()


def test_a_person_without_mail_reads_in_the_inbox_why_nothing_comes(login, admin):
    member = works_with(admin, user__email="")
    letter = ReminderFactory(membership=member, department=admin.department, subject="Срок сегодня")
    delivery.sweep()
    letter.refresh_from_db()
    assert (letter.state, letter.problem) == (State.PORTAL, "У человека нет электронной почты.")
    page = plain(login(member).get(INBOX))
    assert "Срок сегодня" in page
    assert "Почты у вас в портале нет" in page
    assert "У человека нет электронной почты." in plain(login(admin).get(LEDGER))


@pytest.mark.parametrize("people", [1, 3])
def test_addresses_ask_the_same_for_one_and_for_three(login, admin, people, django_assert_num_queries):
    for _ in range(people):
        refused(works_with(admin), marked_by=admin)
    client = login(admin)
    client.get(ADDRESSES)
    with django_assert_num_queries(6):
        client.get(ADDRESSES)


@pytest.mark.parametrize("people", [1, 3])
def test_telling_many_at_once_costs_the_same(admin, people, django_assert_num_queries):
    members = [works_with(admin) for _ in range(people)]
    message = {"key": "k", "kind": "test", "subject": "Тема", "body": "Текст", "path": "/"}
    with django_assert_num_queries(2):
        ledger.record_each([*members, members[0]], department=admin.department, **message)
    ledger.record_each(members, department=admin.department, **message)
    assert set(Reminder.objects.values_list("recipient", flat=True)) == {one.user_id for one in members}
    assert Reminder.objects.count() == people
