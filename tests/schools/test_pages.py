"""The schools' pages: who may do what, what is shown, what a click does."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Membership, Role
from schools.models import ObjectivityFlag, Post, School, SchoolImport
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory
from tests.sending import shown

pytestmark = pytest.mark.django_db
EVERY_ROLE = [{"admin": True}, {}, {"head": True}, {"viewer": True}]


@pytest.fixture
def department():
    return DepartmentFactory()


@pytest.fixture
def admin(department):
    return MembershipFactory(department=department, admin=True)


def upload(client, data, name="список.xlsx"):
    return client.post(reverse("schools:import"), {"file": SimpleUploadedFile(name, data)})


def names(response):
    return [school.name for school in response.context["page"]]


def cells(response):
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


class TestList:
    @pytest.mark.parametrize("role", EVERY_ROLE)
    def test_ones_own_schools_and_no_others(self, login, department, role):
        SchoolFactory(department=department, name="Своя")
        SchoolFactory(name="Чужая")
        client = login(MembershipFactory(department=department, **role))
        assert names(client.get(reverse("schools:list"))) == ["Своя"]
        assert names(client.get(reverse("schools:list"), {"q": "чужая", "state": "all"})) == []

    def test_a_deputy_sees_the_own_school_only(self, login, department):
        post = PostFactory(school__department=department)
        other = SchoolFactory(department=department)
        client = login(post.membership)
        assert names(client.get(reverse("schools:list"), {"state": "all"})) == [post.school.name]
        assert client.get(reverse("schools:school", args=[post.school.pk])).status_code == 200
        assert client.get(reverse("schools:school", args=[other.pk])).status_code == 404

    def test_search_minds_neither_case_nor_yo_nor_quotes(self, login, department):
        SchoolFactory(department=department, name="МБОУ «СОШ № 7» с. Щёлково", director="Королёв Артём")
        SchoolFactory(department=department, name="МБОУ «СОШ № 70»", code="sch123456")
        client = login(MembershipFactory(department=department))
        find = lambda q: names(client.get(reverse("schools:list"), {"q": q}))  # noqa: E731
        assert find("сош №7 щелково") == ["МБОУ «СОШ № 7» с. Щёлково"]
        assert find("КОРОЛЕВ") == ["МБОУ «СОШ № 7» с. Щёлково"]
        assert find("sch123456") == ["МБОУ «СОШ № 70»"]

    def test_filters_and_orders(self, login, department):
        flagged = FlagFactory(school__department=department, school__name="Б", school__kind="лицей").school
        PostFactory(school=SchoolFactory(department=department, name="А", pupils=900))
        SchoolFactory(department=department, name="В", closed_on=datetime.date(2025, 1, 1))
        SchoolFactory(department=department, name="№ 10", pupils=5)
        SchoolFactory(department=department, name="№ 2", pupils=50)
        client = login(MembershipFactory(department=department))
        shown = lambda **query: names(client.get(reverse("schools:list"), query))  # noqa: E731
        assert shown() == ["№ 2", "№ 10", "А", "Б"]
        assert shown(state="flagged") == [flagged.name]
        assert shown(state="nobody") == ["№ 2", "№ 10", "Б"]
        assert shown(state="closed") == ["В"]
        assert shown(state="all") == ["№ 2", "№ 10", "А", "Б", "В"]
        assert shown(kind="лицей") == ["Б"]
        assert shown(sort="pupils") == ["А", "№ 2", "№ 10", "Б"]
        assert shown(sort="nonsense", page="nonsense") == ["№ 2", "№ 10", "А", "Б"]

    def test_queries_do_not_grow(self, login, department):
        client = login(MembershipFactory(department=department))
        counts = []
        for _ in range(2):
            FlagFactory(school__department=department)
            PostFactory(school__department=department)
            with count() as context:
                client.get(reverse("schools:list"))
            counts.append(len(context))
        assert counts[0] == counts[1]

    def test_the_workbook_is_what_the_list_shows(self, login, department):
        SchoolFactory(
            department=department, name="=Школа", phone="+7 (000) 1", accredited_on=datetime.date(2020, 5, 1)
        )
        SchoolFactory(department=department, name="Иная")
        SchoolFactory(name="=Школа чужая")
        client = login(MembershipFactory(department=department))
        rows = cells(client.get(reverse("schools:export"), {"q": "школа"}))
        assert [row[0] for row in rows] == ["Краткое наименование", "=Школа"]
        assert "+7 (000) 1" in rows[1]
        assert datetime.datetime(2020, 5, 1) in rows[1]

    def test_the_workbook_comes_back_as_no_change(self, login, admin):
        SchoolFactory(
            department=admin.department, pupils=5, phone="2-22-22", accredited_on=datetime.date(2020, 5, 1)
        )
        client = login(admin)
        upload(client, client.get(reverse("schools:export")).content)
        assert SchoolImport.objects.get().preview["counts"] == {
            "new": 0,
            "changed": 0,
            "same": 1,
            "faulty": 0,
        }


def count():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return CaptureQueriesContext(connection)


class TestCard:
    def test_queries_do_not_grow(self, login, department):
        school = SchoolFactory(department=department)
        client = login(MembershipFactory(department=department, admin=True))
        counts = []
        for _ in range(2):
            PostFactory(school=school)
            FlagFactory(school=school).events.create(
                state="analysis", by=MembershipFactory(department=department)
            )
            with count() as context:
                client.get(reverse("schools:school", args=[school.pk]))
            counts.append(len(context))
        assert counts[0] == counts[1]

    def test_a_school_does_not_see_its_flags(self, login):
        post = PostFactory()
        FlagFactory(school=post.school, grounds="Скачок на границе")
        page = login(post.membership).get(reverse("schools:school", args=[post.school.pk]))
        assert "Скачок на границе" not in page.content.decode()
        assert "необъективности" not in page.content.decode()

    @pytest.mark.parametrize(
        ("role", "offers"), [({"admin": True}, 5), ({}, 1), ({"head": True}, 0), ({"viewer": True}, 0)]
    )
    def test_only_what_the_role_may_do_is_offered(self, login, department, role, offers):
        school = PostFactory(school__department=department).school
        page = login(MembershipFactory(department=department, **role)).get(
            reverse("schools:school", args=[school.pk])
        )
        words = ["Изменить", "Закрыть школу", "Дать доступ", "Больше не отвечает", "Открыть признак"]
        assert sum(word in page.content.decode() for word in words) == offers

    @pytest.mark.parametrize("role", [{}, {"head": True}, {"viewer": True}, {"deputy": True}])
    @pytest.mark.parametrize("name", ["schools:new", "schools:import"])
    def test_only_an_admin_changes_schools(self, login, role, name):
        assert login(MembershipFactory(**role)).post(reverse(name)).status_code == 403

    @pytest.mark.parametrize("role", [{"head": True}, {"viewer": True}, {"deputy": True}])
    def test_flags_are_opened_by_admin_and_methodist(self, login, role):
        member = MembershipFactory(**role)
        school = SchoolFactory(department=member.department)
        assert login(member).post(reverse("schools:flag_new", args=[school.pk])).status_code == 403


class TestEdit:
    def test_a_new_school(self, login, admin):
        data = {"name": "Школа № 1", "code": "SCH700001 ", "inn": "1000003"}
        response = login(admin).post(reverse("schools:new"), data)
        school = School.objects.get()
        assert response.url == reverse("schools:school", args=[school.pk])
        assert (school.department, school.code, school.inn) == (admin.department, "sch700001", "0001000003")

    def test_faults_stand_at_their_fields_and_nothing_is_lost(self, login, admin):
        response = login(admin).post(reverse("schools:new"), {"name": "Школа", "inn": "1000004", "code": "5"})
        assert response.status_code == 422
        assert set(response.context["form"].errors) == {"inn", "code"}
        assert "1000004" in response.content.decode()
        assert not School.objects.exists()

    def test_two_windows_keep_what_each_changed(self, login, admin):
        school = SchoolFactory(
            department=admin.department, director="Старая А.А.", address="ул. Лесная\nд. 1"
        )
        client, address = login(admin), reverse("schools:edit", args=[school.pk])
        first, second = shown(client.get(address)), shown(client.get(address))
        client.post(address, first | {"director": "Новая Б.Б.", "accredited_on": "2026-03-16"})
        client.post(address, second | {"pupils": "312"})
        school.refresh_from_db()
        assert (school.director, school.pupils, str(school.accredited_on), school.address) == (
            "Новая Б.Б.", 312, "2026-03-16", "ул. Лесная\nд. 1",
        )  # fmt: skip
        assert "Новая Б.Б." in client.post(address, second | {"director": "Третья В.В."}).content.decode()
        school.refresh_from_db()
        assert school.director == "Новая Б.Б."

    def test_a_code_is_unique_in_the_department_alone(self, login, admin):
        SchoolFactory(code="sch700001")
        client, data = login(admin), {"name": "Школа", "code": "sch700001"}
        assert client.post(reverse("schools:new"), data).status_code == 302
        again = client.post(reverse("schools:new"), data)
        assert again.status_code == 422
        assert "Школа с таким кодом ФИС ОКО уже есть." in again.content.decode()

    def test_closing_and_opening_again(self, login, admin):
        school = SchoolFactory(department=admin.department)
        client = login(admin)
        client.post(
            reverse("schools:close", args=[school.pk]), {"on": "2026-01-15", "reason": "присоединена"}
        )
        school.refresh_from_db()
        assert school.closed_on == datetime.date(2026, 1, 15)
        again = client.post(
            reverse("schools:close", args=[school.pk]), {"on": "2026-02-01", "reason": "ещё раз"}
        )
        assert again.status_code == 422
        client.post(reverse("schools:reopen", args=[school.pk]))
        school.refresh_from_db()
        assert school.closed_on is None


class TestDeputies:
    PERSON = {"last_name": "Тестова", "first_name": "Анна", "email": "Anna@example.org", "position": "завуч"}

    def test_a_person_gets_access_and_a_letter(self, login, admin, django_capture_on_commit_callbacks):
        school = SchoolFactory(department=admin.department)
        with django_capture_on_commit_callbacks(execute=True):
            login(admin).post(
                reverse("schools:deputy_new", args=[school.pk]), self.PERSON | {"is_director": "on"}
            )
        post = Post.objects.get()
        assert (post.school, post.is_director, post.membership.role) == (school, True, Role.DEPUTY)
        assert post.membership.user.email == "anna@example.org"
        assert [letter.to for letter in mail.outbox] == [["anna@example.org"]]

    def test_where_mail_is_not_set_up_it_says_where_the_link_is(self, login, admin, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
        school = SchoolFactory(department=admin.department)
        data = {"last_name": "Зимина", "first_name": "Ия", "email": "zimina@example.org", "position": "завуч"}
        response = login(admin).post(reverse("schools:deputy_new", args=[school.pk]), data, follow=True)
        assert "почта портала не настроена" in response.content.decode().replace("\xa0", " ")

    def test_one_school_without_anybody_after_the_other(self, login, admin):
        first, last, manned = (
            SchoolFactory(department=admin.department, name=f"Школа № {number}") for number in (1, 2, 3)
        )
        PostFactory(school=manned)
        SchoolFactory(name="Школа № 1 чужого отдела")
        client, address = login(admin), reverse("schools:deputy_new", args=[first.pk])
        assert client.get(address).context["others"] == [last]
        following = client.post(address, self.PERSON | {"next": "1"})
        assert following.url == reverse("schools:deputy_new", args=[last.pk])
        response = client.post(following.url, self.PERSON | {"next": "1"})
        assert response.url == reverse("schools:school", args=[last.pk])

    def test_people_are_listed_and_found_by_their_school(self, login, admin):
        school = SchoolFactory(department=admin.department, name="Лицей посёлка Ключи")
        member = MembershipFactory(department=admin.department, deputy=True)
        PostFactory(school=school, membership=member)
        client = login(admin)
        found = client.get("/people/?q=ключи")
        assert [person.user for person in found.context["page"]] == [member.user]
        assert "Лицей посёлка Ключи" in found.content.decode()
        assert "Лицей посёлка Ключи" in client.get(f"/people/{member.user_id}/").content.decode()

    def test_twice_is_refused_and_two_schools_are_not(self, login, admin):
        first, second = SchoolFactory.create_batch(2, department=admin.department)
        client = login(admin)
        codes = [
            client.post(reverse("schools:deputy_new", args=[school.pk]), self.PERSON).status_code
            for school in (first, first, second)
        ]
        assert codes == [302, 422, 302]
        assert Post.objects.count() == 2

    def test_access_ends_and_history_stays(self, login, admin):
        post = PostFactory(school__department=admin.department)
        client = login(admin)
        assert "Закрыть доступ?" in client.get(reverse("schools:post_end", args=[post.pk])).content.decode()
        assert post.school.posts.active().exists()
        client.post(reverse("schools:post_end", args=[post.pk]))
        assert Membership.objects.get(pk=post.membership_id).ended_at is not None
        assert Post.objects.filter(pk=post.pk).exists()
        assert not post.school.posts.active().exists()


class TestFlags:
    DATA = {
        "year": "2026", "subject": "математика", "grade": "5", "source": "письмо",
        "grounds": "скачок на границе", "opened_on": "2026-10-01",
    }  # fmt: skip

    @pytest.fixture(autouse=True)
    def _today(self):
        import time_machine

        with time_machine.travel("2026-11-20 12:00+03:00", tick=False):
            yield

    def test_opened_with_grounds_and_moved_with_a_reason(self, login, department):
        member = MembershipFactory(department=department)
        school = SchoolFactory(department=department)
        client = login(member)
        client.post(reverse("schools:flag_new", args=[school.pk]), self.DATA)
        flag = ObjectivityFlag.objects.get()
        assert (flag.school, flag.subject, flag.grade, flag.opened_by) == (school, "математика", 5, member)
        move = reverse("schools:flag_move", args=[flag.pk])
        assert client.post(move, {"to": "refuted"}).status_code == 422
        client.post(move, {"to": "refuted", "comment": "перепроверено"})
        flag.refresh_from_db()
        assert (flag.state, flag.closed_on) == ("refuted", datetime.date(2026, 11, 20))
        assert list(flag.events.values_list("state", "comment")) == [
            ("analysis", "скачок на границе"),
            ("refuted", "перепроверено"),
        ]

    def test_grounds_are_asked_for(self, login, department):
        school = SchoolFactory(department=department)
        client = login(MembershipFactory(department=department))
        response = client.post(reverse("schools:flag_new", args=[school.pk]), self.DATA | {"grounds": ""})
        assert (response.status_code, set(response.context["form"].errors)) == (422, {"grounds"})

    def test_a_closed_flag_offers_nothing(self, login, department):
        flag = FlagFactory(school__department=department, state="lifted", closed_on=datetime.date(2026, 1, 1))
        client = login(MembershipFactory(department=department))
        page = client.get(reverse("schools:flag_move", args=[flag.pk]))
        assert "Этот признак закрыт" in page.content.decode()
        assert client.post(page.request["PATH_INFO"], {"to": "analysis", "comment": "x"}).status_code == 422
