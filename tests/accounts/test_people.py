"""The department's people: who sees them, who changes them, who must stay."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.domain import people
from accounts.models import AuditEvent, Invitation, Membership, Role, User
from portal.lib.refusals import Refused
from tests.factories.accounts import DepartmentFactory, InvitationFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "/people/"


def listed(response) -> list[str]:
    return [person.user.last_name for person in response.context["page"]]


def add(department, **fields):
    named = {"email": "ilina@example.org", "last_name": "Ильина", "role": Role.METHODIST}
    return people.add_member(
        department=department, by=MembershipFactory(admin=True, department=department), **named | fields
    )


# The list


@pytest.mark.parametrize(
    ("trait", "status"), [("admin", 200), ("head", 200), ("viewer", 200), ("deputy", 403)]
)
def test_the_department_sees_its_people_and_a_school_does_not(login, trait, status):
    assert login(MembershipFactory(**{trait: True})).get(LIST).status_code == status


def test_only_the_admin_sees_links_to_change(login):
    methodist = MembershipFactory()
    admin = MembershipFactory(admin=True, department=methodist.department)
    link = reverse("accounts:person", args=[methodist.user_id])
    assert link not in login(methodist).get(LIST).content.decode()
    assert link in login(admin).get(LIST).content.decode()


@pytest.mark.parametrize("query", ["", "?q=Чужая", "?role=methodist", "?state=waiting", "?state=left"])
def test_no_list_or_search_shows_another_departments_people(login, query):
    own = MembershipFactory(admin=True)
    MembershipFactory(user__last_name="Чужая")
    MembershipFactory(user__last_name="Чужая", ended_at=timezone.now())
    InvitationFactory(membership__user__last_name="Чужая")
    assert "Чужая" not in listed(login(own).get(LIST + query))


def test_person_of_two_departments_shows_here_only_the_roles_of_this_one(login):
    admin = MembershipFactory(admin=True)
    here = MembershipFactory(department=admin.department)
    other = MembershipFactory(user=here.user, position="тайная должность")
    client = login(admin)
    for address in (LIST, reverse("accounts:person", args=[here.user_id])):
        assert other.position not in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=СЕМЕНОВА", ["Семёнова"]),
        ("q=метод+сем", ["Семёнова"]),
        ("q=semenova@", ["Семёнова"]),
        ("q=ничего", []),
        ("role=head", ["Главный"]),
        ("role=nonsense", ["Админ", "Главный", "Семёнова"]),
        ("state=left", ["Ушедшая"]),
        ("", ["Админ", "Главный", "Семёнова"]),
    ],
)
def test_search_knows_words_case_yo_and_roles(login, query, names):
    admin = MembershipFactory(admin=True, user__last_name="Админ")
    department = admin.department
    MembershipFactory(department=department, user__last_name="Семёнова", user__email="semenova@example.org")
    MembershipFactory(head=True, department=department, user__last_name="Главный")
    MembershipFactory(department=department, user__last_name="Ушедшая", ended_at=timezone.now())
    assert sorted(listed(login(admin).get(f"{LIST}?{query}"))) == names


def test_list_tells_who_has_not_come_in(login):
    admin = MembershipFactory(admin=True)
    states = {"invited": {}, "expired": {"expired": True}, "waiting": {"revoked_at": timezone.now()}}
    for name, fields in states.items():
        InvitationFactory(membership__department=admin.department, membership__user__last_name=name, **fields)
    response = login(admin).get(LIST, {"state": "waiting"})
    assert {person.user.last_name: person.way_in for person in response.context["page"]} == {
        name: name for name in states
    }


def test_list_asks_as_much_at_one_row_as_at_three(login):
    admin = MembershipFactory(admin=True)
    client = login(admin)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for _ in range(2):
        InvitationFactory(membership__department=admin.department)
    with CaptureQueriesContext(connection) as three:
        client.get(LIST)
    assert len(one) == len(three)
    assert len(three) <= 8


# Adding


def test_new_person_gets_roles_an_invitation_and_a_line_in_the_log(login):
    admin = MembershipFactory(admin=True)
    data = {
        "last_name": "Ильина",
        "first_name": "Ольга",
        "email": "Ilina@Example.ORG",
        "position": "ведущий специалист",
        "roles": ["methodist", "viewer"],
    }
    response = login(admin).post(reverse("accounts:person_new"), data)
    user = User.objects.get(email="ilina@example.org")
    assert response.url == reverse("accounts:person", args=[user.pk])
    assert sorted(user.memberships.values_list("department", "role", "position")) == [
        (admin.department_id, "methodist", "ведущий специалист"),
        (admin.department_id, "viewer", "ведущий специалист"),
    ]
    assert not user.has_usable_password()
    assert Invitation.objects.open().count() == 1
    log = AuditEvent.objects.filter(department=admin.department, user=admin.user, ip="127.0.0.1")
    assert set(log.values_list("action", flat=True)) >= {"accounts.member_added", "accounts.invited"}


def test_known_person_keeps_name_and_password():
    user = UserFactory(email="ilina@example.org", last_name="Настоящая")
    added = add(DepartmentFactory(), email=" ILINA@example.org", last_name="Выдуманная")
    assert added.user == user
    assert User.objects.get(pk=user.pk).last_name == "Настоящая"
    assert User.objects.get(pk=user.pk).check_password("test-password")


def test_same_role_twice_is_refused_on_the_page_and_nothing_is_half_added(login):
    admin = MembershipFactory(admin=True)
    member = MembershipFactory(department=admin.department, role=Role.VIEWER)
    data = {"last_name": "Я", "email": member.user.email, "roles": ["methodist", "viewer"]}
    response = login(admin).post(reverse("accounts:person_new"), data)
    assert response.status_code == 422
    assert "уже работает" in response.content.decode()
    assert member.user.memberships.count() == 1


def test_deputy_may_have_two_posts_others_one_membership_a_role():
    department = DepartmentFactory()
    add(department, role=Role.DEPUTY)
    add(department, role=Role.DEPUTY)
    add(department)
    with pytest.raises(Refused, match="уже работает"):
        add(department)


def test_form_offers_no_deputy(login):
    response = login(MembershipFactory(admin=True)).post(
        reverse("accounts:person_new"), {"last_name": "Я", "email": "a@example.org", "roles": ["deputy"]}
    )
    assert response.status_code == 422
    assert not User.objects.filter(email="a@example.org").exists()


def test_bad_email_is_refused_in_words():
    with pytest.raises(Refused, match="не похоже на адрес"):
        add(DepartmentFactory(), email="ivanova.example")


def test_person_closed_by_the_operator_is_not_let_in_by_a_department():
    UserFactory(email="ilina@example.org", is_active=False)
    with pytest.raises(Refused, match="Вход этому человеку закрыт"):
        add(DepartmentFactory())


# Who may


CHANGES = ["person", "person_role", "person_invite", "person_link"]


@pytest.mark.parametrize("trait", ["head", "viewer", "deputy"])
@pytest.mark.parametrize("name", CHANGES)
def test_wrong_role_is_403_even_for_a_person_who_does_not_exist(login, trait, name):
    client = login(MembershipFactory(**{trait: True}))
    assert client.post(reverse(f"accounts:{name}", args=[10**6])).status_code == 403


@pytest.mark.parametrize("name", ["membership", "membership_end", "membership_restore"])
def test_another_departments_membership_stays_as_it_is(login, name):
    foreign = MembershipFactory(position="прежняя")
    before = Membership.objects.filter(pk=foreign.pk).values().get()
    response = login(MembershipFactory(admin=True)).post(
        reverse(f"accounts:{name}", args=[foreign.pk]), {"position": "новая"}
    )
    assert response.status_code == 404
    assert Membership.objects.filter(pk=foreign.pk).values().get() == before


# Leaving


def test_ended_membership_loses_access_with_the_next_request(login):
    admin = MembershipFactory(admin=True)
    member = MembershipFactory(department=admin.department)
    theirs = Client()
    theirs.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    assert theirs.get(LIST).status_code == 200
    login(admin).post(reverse("accounts:membership_end", args=[member.pk]))
    assert theirs.get(LIST).status_code == 403


def test_ending_closes_the_open_invitation_and_can_be_undone(login):
    admin = MembershipFactory(admin=True)
    invitation = InvitationFactory(membership__department=admin.department)
    client = login(admin)
    client.post(reverse("accounts:membership_end", args=[invitation.membership_id]))
    assert not Invitation.objects.open().exists()
    assert not Membership.objects.get(pk=invitation.membership_id).is_active
    client.post(reverse("accounts:membership_restore", args=[invitation.membership_id]))
    assert Membership.objects.get(pk=invitation.membership_id).is_active


def test_role_held_again_is_not_restored_twice():
    admin = MembershipFactory(admin=True)
    old = MembershipFactory(department=admin.department, ended_at=timezone.now())
    MembershipFactory(user=old.user, department=admin.department)
    with pytest.raises(Refused, match="уже снова работает"):
        people.restore_membership(old, by=admin)


@pytest.mark.parametrize(
    "other",
    [
        {"user__password": None},
        {"user__is_active": False},
        {"ended_at": timezone.now()},
        {"role": Role.HEAD},
        {"department": None},
    ],
)
def test_last_admin_who_can_log_in_must_stay(login, other):
    admin = MembershipFactory(admin=True)
    fields = {"admin": True, "department": admin.department} | other
    MembershipFactory(
        **{name: value for name, value in fields.items() if value is not None or name != "department"}
    )
    client = login(admin)
    response = client.post(reverse("accounts:membership_end", args=[admin.pk]), follow=True)
    assert "последний администратор" in response.content.decode()
    assert response.redirect_chain == [(reverse("accounts:person", args=[admin.user_id]), 302)]
    assert Membership.objects.get(pk=admin.pk).is_active


def test_admin_may_leave_when_another_stays():
    admin = MembershipFactory(admin=True)
    other = MembershipFactory(admin=True, department=admin.department)
    people.end_membership(admin, by=other)
    people.end_membership(admin, by=other)
    assert not Membership.objects.get(pk=admin.pk).is_active
    assert AuditEvent.objects.filter(action="accounts.member_ended").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_remove_each_other_at_once_one_stays():
    first = MembershipFactory(admin=True)
    second = MembershipFactory(admin=True, department=first.department)

    def end(pair):
        try:
            people.end_membership(pair[0], by=pair[1])
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(end, [(first, second), (second, first)])) == [False, True]
    assert Membership.objects.active().count() == 1


# Changing


def test_position_changes_and_the_log_knows_both(login):
    admin = MembershipFactory(admin=True)
    member = MembershipFactory(department=admin.department, position="методист")
    login(admin).post(reverse("accounts:membership", args=[member.pk]), {"position": "старший методист"})
    member.refresh_from_db()
    assert member.position == "старший методист"
    details = AuditEvent.objects.get(action="accounts.position_changed").details
    assert details["changed"] == {"должность": ["методист", "старший методист"]}


DATA = {"last_name": "Новая", "first_name": "Анна", "patronymic": "", "phone": "+7 900 000-00-00"}


def test_admin_corrects_the_data_of_a_person_of_this_department_only(login):
    admin = MembershipFactory(admin=True)
    ours = MembershipFactory(department=admin.department)
    shared = MembershipFactory(department=admin.department)
    MembershipFactory(user=shared.user)
    client = login(admin)
    answers = [
        client.post(reverse("accounts:person", args=[one.user_id]), DATA).status_code
        for one in (ours, shared)
    ]
    assert answers == [302, 422]
    assert User.objects.get(pk=ours.user_id).last_name == "Новая"
    assert User.objects.get(pk=shared.user_id).last_name == shared.user.last_name


def test_email_is_corrected_only_until_the_person_has_come_in(login):
    admin = MembershipFactory(admin=True)
    waiting = InvitationFactory(membership__department=admin.department, token="secret").membership
    inside = MembershipFactory(department=admin.department)
    client = login(admin)
    for one in (waiting, inside):
        client.post(
            reverse("accounts:person", args=[one.user_id]), DATA | {"email": f"right{one.pk}@example.org"}
        )
    assert User.objects.get(pk=waiting.user_id).email == f"right{waiting.pk}@example.org"
    assert User.objects.get(pk=inside.user_id).email == inside.user.email
    assert not Invitation.objects.open().exists()


def test_email_of_somebody_else_is_refused(login):
    admin = MembershipFactory(admin=True)
    waiting = InvitationFactory(membership__department=admin.department).membership
    taken = UserFactory().email.upper()
    response = login(admin).post(reverse("accounts:person", args=[waiting.user_id]), DATA | {"email": taken})
    assert response.status_code == 422
    assert "уже есть человек" in response.content.decode()


def test_forgotten_password_of_a_colleague_is_helped_by_a_letter(login, mailoutbox):
    admin = MembershipFactory(admin=True)
    member = MembershipFactory(department=admin.department)
    login(admin).post(reverse("accounts:person_invite", args=[member.user_id]))
    assert [letter.to for letter in mailoutbox] == [[member.user.email]]
    assert "/password/new/" in mailoutbox[0].body


def test_people_correct_their_own_name_and_phone(login):
    member = MembershipFactory(deputy=True)
    login(member).post(reverse("accounts:profile"), DATA | {"email": "other@example.org", "is_staff": "on"})
    user = User.objects.get(pk=member.user_id)
    assert (user.last_name, user.phone, user.email, user.is_staff) == (
        "Новая",
        DATA["phone"],
        member.user.email,
        False,
    )


def test_one_more_role_and_the_same_one_again(login):
    admin = MembershipFactory(admin=True)
    member = MembershipFactory(department=admin.department)
    client = login(admin)
    address = reverse("accounts:person_role", args=[member.user_id])
    answers = [client.post(address, {"role": "viewer"}).status_code for _ in range(2)]
    assert answers == [302, 422]
    assert sorted(member.user.memberships.values_list("role", flat=True)) == ["methodist", "viewer"]


# Switching


def test_switching_changes_department_list_and_time_zone(login):
    here = MembershipFactory(admin=True, department__time_zone="Europe/Kaliningrad")
    there = MembershipFactory(admin=True, user=here.user, department__time_zone="Asia/Kamchatka")
    colleague = MembershipFactory(department=there.department, user__last_name="Коллега")
    client = login(here)
    assert colleague.user.last_name not in listed(client.get(LIST))
    assert client.post(reverse("portal:switch"), {"membership": there.pk}).status_code == 302
    response = client.get(LIST)
    assert colleague.user.last_name in listed(response)
    assert response.context["membership"] == there


@pytest.mark.parametrize("ended", [True, False])
def test_nobody_switches_to_what_is_not_theirs_or_not_any_more(login, ended):
    own = MembershipFactory(admin=True)
    wanted = MembershipFactory(user=own.user, ended_at=timezone.now()) if ended else MembershipFactory()
    client = login(own)
    assert client.post(reverse("portal:switch"), {"membership": wanted.pk}).status_code == 404
    assert client.get(LIST).context["membership"] == own


@pytest.mark.parametrize("role", Role)
def test_no_link_of_ones_own_page_leads_to_a_closed_door(login, role):
    client = login(MembershipFactory(role=role))
    page = client.get(reverse("accounts:profile")).content.decode()
    links = set(re.findall(r'href="(/[^"#?]*)', page[page.index("<main") :]))
    assert reverse("notifications:choices") in links
    assert (reverse("roadmaps:calendars") in links) is (role != Role.OBSERVER)
    assert {link: code for link in links if (code := client.get(link).status_code) != 200} == {}


# Where mail is not set up


CONSOLE = "django.core.mail.backends.console.EmailBackend"


def test_admin_reads_that_no_letter_left_and_gets_the_link(login, settings):
    settings.EMAIL_BACKEND = CONSOLE
    admin = MembershipFactory(admin=True)
    data = {"last_name": "Ильина", "email": "ilina@example.org", "roles": ["methodist"]}
    page = login(admin).post("/people/new/", data, follow=True).content.decode().replace("\xa0", " ")
    assert "письмо на ilina@example.org не ушло" in page
    assert "приглашение не ушло" in page
    assert "Передать ссылку самому" in page
    assert "Отправить приглашение ещё раз" not in page


def test_a_handed_link_is_named_so(login):
    admin = MembershipFactory(admin=True)
    invited = InvitationFactory(membership__department=admin.department, handed_over=True).membership
    page = login(admin).get(reverse("accounts:person", args=[invited.user_id])).content.decode()
    assert "ссылка выдана" in page
    assert "приглашение отправлено" not in page


def test_a_new_password_is_not_promised_by_a_letter_that_cannot_leave(login, settings):
    settings.EMAIL_BACKEND = CONSOLE
    admin = MembershipFactory(admin=True)
    person = MembershipFactory(department=admin.department)
    address = reverse("accounts:person_invite", args=[person.user_id])
    page = login(admin).post(address, follow=True).content.decode().replace("\xa0", " ")
    assert "тот, кто обслуживает портал" in page
