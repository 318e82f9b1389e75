"""The pages that take a list of schools: upload, preview, columns, apply, undo."""

from __future__ import annotations

import pytest
from django.urls import reverse

from jobs.models import Job
from schools.domain import staging
from schools.models import School, SchoolImport
from schools.views import imports
from tests.factories.schools import SchoolFactory, SchoolImportFactory
from tests.schools.books import book, line, schools
from tests.schools.test_pages import admin, cells, department, upload

__all__ = ["admin", "department"]  # fixtures of the other pages serve here too
pytestmark = pytest.mark.django_db


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
        assert "Этот файл уже загружен." in again.content.decode()
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
        monkeypatch.setitem(imports.WIZARD.__dict__, "at_once", 1)
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
        assert "Пропущено 1\xa0строка с ошибками" in text

    def test_a_file_without_a_known_head_leads_to_its_columns(self, login, admin):
        client = login(admin)
        answer = upload(client, book([["Кто", "Что"], ["МБОУ «СОШ № 1»", "sch700001"]]))
        staged = SchoolImport.objects.get()
        assert answer.url == reverse("schools:import_columns", args=[staged.pk])
        for page in ("import_preview", "import_columns"):
            shown = client.get(reverse(f"schools:{page}", args=[staged.pk])).content.decode()
            assert "Таблица в файле не найдена" in shown.replace("\xa0", " ")
        said = {"read_0": "on", "head_0": "1", "drawn_0": "1", "column_0_A": "name", "column_0_B": "code"}
        client.post(answer.url, said)
        client.post(reverse("schools:import_apply", args=[staged.pk]))
        assert School.objects.get().code == "sch700001"

    def test_a_book_without_a_filled_cell_is_refused_at_once(self, login, admin):
        answer = upload(login(admin), book([]))
        assert answer.status_code == 422
        assert "В книге нет заполненных листов" in answer.content.decode()
        assert not SchoolImport.objects.exists()

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
        assert "Этот файл уже загружен." in answer.content.decode()

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
