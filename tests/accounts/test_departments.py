"""Departments: settings, letterhead, the operator's pages, the commands of the first day."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.domain import invitations
from accounts.models import AuditEvent, Department, Membership, Role, User
from tests.factories.accounts import DepartmentFactory, MembershipFactory, UserFactory
from tests.sending import shown

pytestmark = pytest.mark.django_db

SETTINGS = "/department/"
PREVIEW = "/department/preview/"
ACCEPT = {"password": "солнечный лес", "last_name": "А", "first_name": "Б", "patronymic": ""}


def filled(department, **changes):
    """What the settings form sends."""
    names = [
        "name", "short_name", "name_genitive", "municipality", "region", "letterhead", "letterhead_second",
        "second_language", "order_word", "order_word_second", "resolution_word", "place", "date_style",
        "signatory_position", "signatory_name", "time_zone", "holiday_region",
    ]  # fmt: skip
    return {name: getattr(department, name) for name in names} | changes


def operator():
    return UserFactory(is_staff=True, is_superuser=True)


# Settings


@pytest.mark.parametrize("trait", ["head", "viewer", "deputy"])
@pytest.mark.parametrize("address", [SETTINGS, PREVIEW])
def test_only_the_admin_sees_the_settings(login, trait, address):
    assert login(MembershipFactory(**{trait: True})).post(address).status_code == 403


def test_letterhead_in_two_languages_is_saved_and_logged_with_old_and_new(login):
    admin = MembershipFactory(admin=True)
    other = DepartmentFactory()
    changes = {
        "letterhead": "  Отдел образования  \r\nпосёлка Пробный\r\n\r\n",
        "letterhead_second": "Пробнӧй сикт",
        "place": "п. Пробный",
        "time_zone": "Asia/Barnaul",
        "date_style": "words",
    }
    assert login(admin).post(SETTINGS, filled(admin.department, **changes)).status_code == 302
    saved = Department.objects.get(pk=admin.department_id)
    assert saved.letterhead == "Отдел образования\nпосёлка Пробный"
    assert (saved.letterhead_second, saved.place, saved.time_zone, saved.date_style) == (
        "Пробнӧй сикт", "п. Пробный", "Asia/Barnaul", "words",
    )  # fmt: skip
    event = AuditEvent.objects.get(action="accounts.department_changed")
    assert (event.department, event.details["changed"]["место издания"]) == (
        admin.department,
        ["г. Пробный", "п. Пробный"],
    )
    assert Department.objects.get(pk=other.pk).place == "г. Пробный"


def test_saving_without_changes_writes_nothing(login):
    admin = MembershipFactory(admin=True)
    login(admin).post(SETTINGS, filled(admin.department))
    assert not AuditEvent.objects.filter(action="accounts.department_changed").exists()


def test_fault_is_422_beside_its_field_and_what_was_typed_stays(login):
    admin = MembershipFactory(admin=True)
    response = login(admin).post(SETTINGS, filled(admin.department, name="", place="с. Новое"))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["name"]
    assert response.context["form"]["place"].value() == "с. Новое"
    assert response.context["membership"].department.name == admin.department.name


class TestTwoWindows:
    """Settings are open in two windows; each saves."""

    @pytest.fixture
    def admin(self):
        lines = "ОТДЕЛ\nОБРАЗОВАНИЯ"
        return MembershipFactory(admin=True, department__letterhead=lines, department__place="с. Старое")

    def test_what_the_second_left_alone_stays_as_the_first_saved_it(self, login, admin):
        client = login(admin)
        first, second = shown(client.get(SETTINGS)), shown(client.get(SETTINGS))
        assert client.post(SETTINGS, first | {"place": "с. Новое", "six_day_week": "on"}).status_code == 302
        assert client.post(SETTINGS, second | {"signatory_name": "И.И. Новая"}).status_code == 302
        saved = Department.objects.get(pk=admin.department_id)
        assert (saved.place, saved.six_day_week, saved.signatory_name, saved.letterhead) == (
            "с. Новое", True, "И.И. Новая", "ОТДЕЛ\nОБРАЗОВАНИЯ",
        )  # fmt: skip

    def test_the_same_field_is_refused_with_both_and_sending_again_is_a_decision(self, login, admin):
        client = login(admin)
        first, second = shown(client.get(SETTINGS)), shown(client.get(SETTINGS))
        client.post(SETTINGS, first | {"place": "с. Новое", "time_zone": "Asia/Barnaul"})
        refused = client.post(SETTINGS, second | {"place": "с. Третье", "time_zone": "Asia/Omsk"})
        errors = refused.context["form"].errors
        assert refused.status_code == 422
        assert {name: "«" + said[0].split("«")[1].split("»")[0] + "»" for name, said in errors.items()} == {
            "place": "«с. Новое»", "time_zone": "«МСК+4, Барнаул»",
        }  # fmt: skip
        assert Department.objects.get(pk=admin.department_id).place == "с. Новое"
        again = shown(refused)
        assert (again["place"], again["time_zone"]) == ("с. Третье", "Asia/Omsk")
        assert client.post(SETTINGS, again).status_code == 302
        assert Department.objects.get(pk=admin.department_id).place == "с. Третье"

    def test_both_saved_the_same(self, login, admin):
        client = login(admin)
        first, second = shown(client.get(SETTINGS)), shown(client.get(SETTINGS))
        client.post(SETTINGS, first | {"place": "с. Новое"})
        assert client.post(SETTINGS, second | {"place": "с. Новое"}).status_code == 302


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_preview_shows_the_typed_letterhead_and_saves_nothing(login, headers):
    admin = MembershipFactory(admin=True)
    data = filled(admin.department, letterhead="ПРОБНАЯ ШАПКА", signatory_name="П.П. Подписантов")
    response = login(admin).post(PREVIEW, data, headers=headers)
    text = response.content.decode()
    assert response.status_code == 200
    assert "ПРОБНАЯ ШАПКА" in text
    assert "П.П. Подписантов" in text
    assert ("<form" in text) is not bool(headers)
    assert Department.objects.get(pk=admin.department_id).letterhead == admin.department.letterhead


def test_typed_markup_is_text(login):
    admin = MembershipFactory(admin=True)
    data = filled(admin.department, letterhead="<script>alert(1)</script>")
    assert "<script>alert(1)" not in login(admin).post(PREVIEW, data).content.decode()


def test_zone_outside_the_list_is_kept(login):
    admin = MembershipFactory(admin=True, department__time_zone="Europe/Kirov")
    assert login(admin).post(SETTINGS, filled(admin.department, place="г. Иной")).status_code == 302
    assert Department.objects.get(pk=admin.department_id).time_zone == "Europe/Kirov"


# The operator


NEW = {
    "name": "Отдел образования Северного округа",
    "code": "severny",
    "signatory_position": "Начальник",
    "time_zone": "Asia/Omsk",
}


@pytest.mark.parametrize("name", ["departments", "department_new"])
@pytest.mark.parametrize("fields", [{}, {"is_staff": True}])
def test_departments_are_the_operators_business(client, name, fields):
    member = MembershipFactory(admin=True, **{f"user__{key}": value for key, value in fields.items()})
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse(f"accounts:{name}")).status_code == 403


def enter(client):
    user = operator()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def test_operator_makes_a_department_and_its_admin(client):
    enter(client)
    data = NEW | {"admin_email": "admin@example.org", "admin_last_name": "Ильина"}
    response = client.post(reverse("accounts:department_new"), data)
    assert response.url == reverse("accounts:departments")
    membership = Membership.objects.get(department__code="severny")
    assert (membership.user.email, membership.role) == ("admin@example.org", Role.ADMIN)
    assert membership.invitations.open().count() == 1
    assert "Северного округа" in client.get(response.url).content.decode()


def test_operator_may_be_the_admin_and_goes_on_in_the_new_department(client):
    user = enter(client)
    response = client.post(reverse("accounts:department_new"), NEW | {"join": "on"})
    assert response.url == SETTINGS
    assert client.get(SETTINGS).context["membership"].department.code == "severny"
    assert Membership.objects.get().user == user


def test_department_without_any_admin_is_refused(client):
    enter(client)
    assert client.post(reverse("accounts:department_new"), NEW).status_code == 422
    assert not Department.objects.exists()


def test_taken_code_is_refused_beside_its_field(client):
    enter(client)
    DepartmentFactory(code="severny")
    response = client.post(reverse("accounts:department_new"), NEW | {"join": "on"})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["code"]


def test_refused_admin_leaves_no_department_behind(client):
    enter(client)
    closed = UserFactory(is_active=False)
    data = NEW | {"admin_email": closed.email, "admin_last_name": "Ильина"}
    assert client.post(reverse("accounts:department_new"), data).status_code == 422
    assert not Department.objects.exists()


def test_list_of_departments_asks_as_much_at_one_row_as_at_three(client, django_assert_num_queries):
    enter(client)
    for _ in range(2):
        with django_assert_num_queries(4):
            client.get(reverse("accounts:departments"))
        MembershipFactory.create_batch(2)


def test_operator_without_membership_sees_no_departments_people(client):
    enter(client)
    MembershipFactory()
    assert client.get("/people/").status_code == 403


# Commands


def token_in(text: str) -> str:
    return re.search(r"/invitation/([^/\s]+)/", text).group(1)


def test_first_command_makes_department_and_admin_and_prints_the_link(capsys, mailoutbox):
    call_command("create_department", "severny", "Северный отдел", "--admin", "Admin@Example.org")
    membership = invitations.accept(token_in(capsys.readouterr().out), **ACCEPT)
    assert (membership.department.code, membership.role, membership.user.email) == (
        "severny", Role.ADMIN, "admin@example.org",
    )  # fmt: skip
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("code", "email", "extra", "said"),
    [
        ("severny", "admin@example.org", [], "Код: Отдел с таким кодом уже есть."),
        ("с кириллицей", "admin@example.org", [], "Код: "),
        ("new", "не почта", [], "адрес электронной почты"),
        ("new", "admin@example.org", ["--time-zone", "Марс/Кратер"], "Часовой пояс: Такого"),
    ],
)
def test_command_refuses_in_words_and_leaves_nothing_behind(code, email, extra, said):
    DepartmentFactory(code="severny")
    with pytest.raises(CommandError, match=said):
        call_command("create_department", code, "Отдел", "--admin", email, *extra)
    assert (Department.objects.count(), User.objects.count()) == (1, 0)


def test_locked_out_only_admin_comes_back_by_the_servers_command(capsys):
    admin = MembershipFactory(admin=True)
    call_command("invite", admin.user.email.upper())
    assert invitations.accept(token_in(capsys.readouterr().out), **ACCEPT) == admin
    assert User.objects.get(pk=admin.user_id).check_password(ACCEPT["password"])


def test_command_invites_nobody_unknown():
    with pytest.raises(CommandError, match="Никто с почтой"):
        call_command("invite", "nobody@example.org")


# Service pages


@pytest.mark.parametrize("name", ["user", "department", "membership"])
def test_service_pages_open_to_the_operator_only(client, login, name):
    member = MembershipFactory(admin=True)
    address = reverse(f"admin:accounts_{name}_changelist")
    assert login(member).get(address).status_code == 302
    enter(client)
    assert client.get(address).status_code == 200
    assert client.get(reverse(f"admin:accounts_{name}_add")).status_code == 403


def test_operator_corrects_an_email_and_the_department_reads_it_in_its_log(client):
    member = MembershipFactory()
    user = enter(client)
    data = {"email": "New@Example.org", "last_name": member.user.last_name, "is_active": "on"}
    address = reverse("admin:accounts_user_change", args=[member.user_id])
    assert client.post(address, data).status_code == 302
    assert User.objects.get(pk=member.user_id).email == "new@example.org"
    event = AuditEvent.objects.get(action="accounts.login_changed")
    assert (event.department, event.user) == (member.department, user)
    taken = client.post(address, data | {"email": user.email.upper()})
    assert taken.status_code == 200
    assert User.objects.get(pk=member.user_id).email == "new@example.org"
