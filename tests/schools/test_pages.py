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
from jobs.models import Job
from schools.domain import staging
from schools.models import ObjectivityFlag, Post, School, SchoolImport
from schools.views import imports
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory, SchoolImportFactory
from tests.schools.books import book, line, schools

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


def director(staged):
    ((_, row),) = staging.rows(staged, "new")
    return row["values"]["director"]


class TestImport:
    def test_from_upload_to_undo(self, login, admin):
        client = login(admin)
        preview = upload(client, schools(line(1), line(2))).url
        page = client.get(preview)
        assert "2 новые школы" in page.content.decode().replace("\xa0", " ")
        assert not School.objects.exists()
        staged = SchoolImport.objects.get()
        client.post(reverse("schools:import_apply", args=[staged.pk]))
        assert School.objects.filter(department=admin.department).count() == 2
        again = client.post(reverse("schools:import_apply", args=[staged.pk]), follow=True)
        assert "Этот список уже загружен." in again.content.decode()
        client.post(reverse("schools:import_undo", args=[staged.pk]))
        assert not School.objects.exists()

    def test_faults_are_named_by_cell_with_a_remedy_and_nothing_can_be_applied(self, login, admin):
        client = login(admin)
        page = client.get(upload(client, schools(line(1), line(2, code="sch1", email="нет"))).url)
        text = page.content.decode().replace("\xa0", " ")
        assert "Ячейка </span>B3" in text
        assert "Впишите код как в личном кабинете" in text
        assert "Ячейка </span>E3" in text
        staged = SchoolImport.objects.get()
        apply = reverse("schools:import_apply", args=[staged.pk])
        assert "не загружать ничего" in text
        refused = client.post(apply, follow=True)
        assert "В файле есть ошибки" in refused.content.decode().replace("\xa0", " ")
        assert not School.objects.exists()
        rows = cells(client.get(reverse("schools:import_faults", args=[staged.pk])))
        assert len(rows) == 2
        assert "B3: Это не код школы" in rows[1][2]

    def test_changes_show_old_and_new(self, login, admin):
        SchoolFactory(department=admin.department, code="sch700001", phone="2-22-22")
        client = login(admin)
        page = client.get(upload(client, schools(line(1))).url, {"heap": "changed"})
        assert "<del>2-22-22</del>" in page.content.decode()
        assert "<ins>+7 (00000) 1-23-45</ins>" in page.content.decode()

    @pytest.mark.parametrize("heap", ["faulty", "new", "changed", "same", "skipped", "nonsense"])
    def test_every_heap_opens(self, login, admin, heap):
        client = login(admin)
        preview = upload(client, schools(line(1), ["Итого"])).url
        assert client.get(preview, {"heap": heap}).status_code == 200

    @pytest.mark.parametrize(("data", "words"), [(b"junk", "Это текст, а не таблица"), (b"", "Файл пустой")])
    def test_an_unreadable_file_is_explained(self, login, admin, data, words):
        response = upload(login(admin), data)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not SchoolImport.objects.exists()

    def test_a_long_list_goes_to_the_worker_once(
        self, login, admin, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(imports, "AT_ONCE", 1)
        client = login(admin)
        upload(client, schools(line(1), line(2)))
        apply = reverse("schools:import_apply", args=[SchoolImport.objects.get().pk])
        client.post(apply)
        client.post(apply)
        assert Job.objects.count() == 1
        waiting = client.get(reverse("schools:import_preview", args=[SchoolImport.objects.get().pk]))
        assert "Страницу можно закрыть" in waiting.content.decode()
        from jobs.domain import work

        work.run(Job.objects.get().pk)
        assert Job.objects.get().state == Job.State.DONE
        assert School.objects.count() == 2

    def test_faulty_rows_are_skipped_when_asked(self, login, admin):
        client = login(admin)
        upload(client, schools(line(1), line(2, code="sch1")))
        staged = SchoolImport.objects.get()
        client.post(reverse("schools:import_apply", args=[staged.pk]), {"new": "add", "faulty": "skip"})
        assert School.objects.get().code == "sch700001"
        text = client.get(reverse("schools:import_preview", args=[staged.pk])).content.decode()
        assert "пропущено 1\xa0строка с ошибками" in text

    def test_a_file_without_a_known_head_leads_to_its_columns(self, login, admin):
        client = login(admin)
        answer = upload(client, book([["Кто", "Что"], ["МБОУ «СОШ № 1»", "sch700001"]]))
        staged = SchoolImport.objects.get()
        assert answer.url == reverse("schools:import_columns", args=[staged.pk])
        preview = client.get(reverse("schools:import_preview", args=[staged.pk])).content.decode()
        assert "Таблица в файле не найдена" in preview
        said = {"read_0": "on", "head_0": "1", "drawn_0": "1", "column_0_A": "name", "column_0_B": "code"}
        client.post(answer.url, said)
        client.post(reverse("schools:import_apply", args=[staged.pk]))
        assert School.objects.get().code == "sch700001"

    def test_a_large_file_is_read_by_the_worker(
        self, login, admin, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(imports, "LARGE", 10)
        client = login(admin)
        with django_capture_on_commit_callbacks(execute=True):
            where = upload(client, schools(line(1))).url
        assert SchoolImport.objects.get().preview["counts"]["new"] == 1
        assert "1\xa0новая школа" in client.get(where).content.decode()

    def test_what_the_worker_cannot_read_it_says(
        self, login, admin, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(imports, "LARGE", 10)
        client = login(admin)
        with django_capture_on_commit_callbacks(execute=True):
            where = upload(client, book([["Кто", "Что"], ["a", "b"]])).url
        text = client.get(where).content.decode()
        assert "Не нашлась шапка таблицы" in text
        assert reverse("schools:import_columns", args=[SchoolImport.objects.get().pk]) in text

    def test_the_csv_comes_back_as_no_change(self, login, admin):
        SchoolFactory(department=admin.department, phone="+7 (000) 1-23-45", pupils=5, inn="0001000003")
        client = login(admin)
        upload(client, client.get(reverse("schools:export"), {"as": "csv"}).content, "школы.csv")
        assert SchoolImport.objects.get().preview["counts"]["same"] == 1

    def test_columns_corrected_by_hand_are_read_and_remembered(self, login, admin):
        head = ["Наименование ОО", "Код ОО", "Кто главный", "Директор прежний"]
        data = book([head, ["МБОУ «СОШ № 1»", "sch700001", "Новая Анна", "Старая Ольга"]])
        client = login(admin)
        upload(client, data)
        staged = SchoolImport.objects.get()
        page = reverse("schools:import_columns", args=[staged.pk])
        shown = client.get(page).content.decode()
        assert "Кто главный" in shown
        said = {"read_0": "on", "head_0": "1", "drawn_0": "1"}
        said |= {"column_0_A": "name", "column_0_B": "code", "column_0_C": "director"}
        assert client.post(page, said | {"look": "0"}).status_code == 200
        assert client.post(page, said | {"column_0_D": "director"}).status_code == 422
        assert client.post(page, said).status_code == 302
        staged.refresh_from_db()
        assert director(staged) == "Новая Анна"
        assert upload(client, data).status_code == 302
        assert director(SchoolImport.objects.first()) == "Новая Анна"

    def test_a_decided_list_is_not_read_again(self, login, admin):
        client = login(admin)
        upload(client, schools(line(1)))
        staged = SchoolImport.objects.get()
        client.post(reverse("schools:import_apply", args=[staged.pk]))
        said = {"read_0": "on", "head_0": "1", "drawn_0": "1", "column_0_A": "name"}
        answer = client.post(reverse("schools:import_columns", args=[staged.pk]), said, follow=True)
        assert "Этот список уже загружен." in answer.content.decode()

    def test_a_discarded_list_loses_its_file_and_cannot_be_applied(
        self, login, admin, django_capture_on_commit_callbacks
    ):
        staged = SchoolImportFactory(department=admin.department)
        client = login(admin)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("schools:import_discard", args=[staged.pk]))
        assert not staged.file.storage.exists(staged.file.name)
        client.post(reverse("schools:import_apply", args=[staged.pk]))
        assert not School.objects.exists()

    def test_earlier_lists_of_the_own_department_only(self, login, admin):
        SchoolImportFactory(department=admin.department, file_name="свой.xlsx")
        SchoolImportFactory(file_name="чужой.xlsx")
        text = login(admin).get(reverse("schools:import")).content.decode()
        assert ("свой.xlsx" in text, "чужой.xlsx" in text) == (True, False)


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
