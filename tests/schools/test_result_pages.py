"""Pages of results: files in, the table by names, the workbook; another department and schools see nothing."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jobs.models import Job
from schools.models import ResultImport, VprResult
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import (
    CampaignFactory,
    ExamFactory,
    PostFactory,
    ResultFactory,
    ResultImportFactory,
    SchoolFactory,
)
from tests.schools.result_books import form_2022, lead, marks, named, original_marks

pytestmark = pytest.mark.django_db


@pytest.fixture
def department():
    return DepartmentFactory(municipality="город Пробный", region="Приозёрный край")


@pytest.fixture
def exam(department):
    return ExamFactory(campaign__department=department)


@pytest.fixture
def methodist(login, department):
    return login(MembershipFactory(department=department))


def send(methodist, *files, **said):
    uploads = [SimpleUploadedFile(name, data) for name, data in files]
    return methodist.post(reverse("schools:results_import"), {"files": uploads, **said})


def post(methodist, name, staged, **data):
    return methodist.post(reverse(f"schools:{name}", args=[staged.pk]), data, follow=True)


class TestImport:
    def test_from_file_to_result_and_back(self, methodist, department, exam):
        SchoolFactory(department=department, code="sch900001", name="МБОУ «Школа № 1»")
        SchoolFactory(department=department, code="sch900002")
        response = send(methodist, ("отметки.xlsx", original_marks()))
        staged = ResultImport.objects.get()
        assert response.url == reverse("schools:results_preview", args=[staged.pk])
        page = methodist.get(response.url).content.decode()
        assert "5 новых результатов" in page.replace("\xa0", " ")
        assert "статистика по отметкам" in page
        assert "МБОУ «Школа № 1»" in page.replace("\xa0", " ")
        post(methodist, "results_apply", staged)
        assert VprResult.objects.count() == 5
        post(methodist, "results_undo", staged)
        assert not VprResult.objects.exists()

    def test_signs_follow_a_short_file_there_and_back(
        self, methodist, department, exam, django_capture_on_commit_callbacks
    ):
        SchoolFactory(department=department, code="sch900001")
        send(methodist, ("1.xlsx", marks([*lead(), 8, 36, 40, 16])))
        staged = ResultImport.objects.get()
        for step, times in (("results_apply", 1), ("results_undo", 2)):
            with django_capture_on_commit_callbacks(execute=True):
                post(methodist, step, staged)
            computed = Job.objects.filter(kind="schools.compute_signs", state=Job.State.DONE)
            assert computed.count() == times

    def test_a_dozen_files_at_once(self, methodist, department, exam):
        SchoolFactory(department=department, code="sch900001")
        good = marks([*lead(), 8, 36, 40, 16])
        response = send(methodist, ("1.xlsx", good), ("2.xlsx", b"not a book"), ("3.xlsx", original_marks()))
        assert response.status_code == 302
        page = methodist.get(response.url).content.decode()
        assert [name in page for name in ("1.xlsx", "«2.xlsx»", "3.xlsx")] == [True, True, True]

    def test_all_clean_files_are_handed_to_the_worker(
        self, methodist, department, exam, django_capture_on_commit_callbacks
    ):
        SchoolFactory(department=department, code="sch900001")
        send(methodist, ("1.xlsx", marks([*lead(), 8, 36, 40, 16])))
        send(methodist, ("2.xlsx", marks([*lead("sch900009"), 8, 36, 40, 16])))
        with django_capture_on_commit_callbacks(execute=True):
            methodist.post(reverse("schools:results_apply_all"))
        assert list(ResultImport.objects.order_by("file_name").values_list("state", flat=True)) == [
            "applied",
            "preview",
        ]

    def test_no_file_and_no_form(self, methodist):
        assert methodist.post(reverse("schools:results_import"), {}).status_code == 422
        response = send(methodist, ("школы.xlsx", marks()))
        assert response.status_code == 422
        assert "школы.xlsx" in response.content.decode()

    def test_what_the_file_does_not_say_is_said_with_it(self, methodist, department, exam):
        school = SchoolFactory(department=department, code="sch900001")
        data = named(form_2022(), "Протокол")
        send(
            methodist,
            ("форма.xlsx", data),
            school=school.pk,
            grade=4,
            subject="математика",
            campaign=exam.campaign_id,
        )
        staged = ResultImport.objects.get()
        assert [row["school"] for row in staged.preview["rows"]] == [school.pk]

    def test_sheets_subjects_and_tests_are_settled_on_the_page(self, methodist, department, exam):
        SchoolFactory(department=department, code="sch900001")
        head = ["Логин", "Кол-во участников", "2", "3", "4", "5"]
        send(methodist, ("1.xlsx", named([head, ["sch900001", 25, 8, 36, 40, 16]], "Лист")))
        staged = ResultImport.objects.get()
        said = {"campaign": exam.campaign_id, "subject_0": "история", "grade_0": 5, "level_0": ""}
        page = post(methodist, "results_correct", staged, **said).content.decode()
        assert "Добавить 1 работу" in page.replace("\xa0", " ")
        page = post(methodist, "results_exams", staged).content.decode()
        assert "1 новый результат" in page.replace("\xa0", " ")

    def test_a_subject_is_named(self, methodist, department, exam):
        SchoolFactory(department=department, code="sch900001")
        send(methodist, ("1.xlsx", marks([*lead(subject="МАТ-Б"), 8, 36, 40, 16])))
        staged = ResultImport.objects.get()
        page = post(methodist, "results_name", staged, name_0="Математика").content.decode()
        assert "1 новый результат" in page.replace("\xa0", " ")

    def test_faults_as_a_workbook(self, methodist, department, exam):
        send(methodist, ("1.xlsx", marks([*lead("sch900009"), 8, 36, 40, 16])))
        response = methodist.get(reverse("schools:results_faults", args=[ResultImport.objects.get().pk]))
        rows = list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values)
        assert rows[1][:3] == ("Лист1", "E2", "sch900009")

    def test_a_campaign_of_another_department_cannot_be_chosen(self, methodist, department, exam):
        send(methodist, ("1.xlsx", marks([*lead(), 8, 36, 40, 16])))
        staged = ResultImport.objects.get()
        foreign = CampaignFactory()
        response = methodist.post(
            reverse("schools:results_correct", args=[staged.pk]), {"campaign": foreign.pk, "subject_0": ""}
        )
        assert response.status_code == 422
        assert (
            foreign.name
            not in methodist.get(reverse("schools:results_preview", args=[staged.pk])).content.decode()
        )

    @pytest.mark.parametrize("heap", ["new", "changed", "same", "faulty", "no_exam", "skipped", "нет"])
    def test_every_heap_opens(self, methodist, department, exam, heap):
        school = SchoolFactory(department=department, code="sch900001")
        ResultFactory(exam=exam, school=school)
        send(methodist, ("1.xlsx", marks([*lead(), 0, 36, 48, 16], [*lead("sch1"), 8, 36, 40, 16])))
        path = reverse("schools:results_preview", args=[ResultImport.objects.get().pk])
        assert methodist.get(path, {"heap": heap}).status_code == 200


class TestTable:
    def test_schools_by_name_under_what_they_are_compared_with(self, methodist, department, exam):
        for number, counts in ((11, (0, 0, 5, 5)), (2, (5, 5, 0, 0))):
            school = SchoolFactory(department=department, name=f"Школа № {number}")
            ResultFactory(
                exam=exam, school=school, participants=10, marks=dict(zip("2345", counts, strict=True))
            )
        ResultFactory(exam=exam, school=None, department=department, scope="region", participants=100,
                      marks={"2": 10, "3": 20, "4": 40, "5": 30})  # fmt: skip
        page = methodist.get(reverse("schools:results_table")).content.decode().replace("\xa0", " ")
        table = page[page.index('id="results-table"') :]
        names = ("Приозёрный край", "город Пробный", "Школа № 2", "Школа № 11")
        places = [table.index(name) for name in names]
        assert places == sorted(places)
        assert "посчитано по школам" in page
        assert "+25,0" in page  # успеваемость of № 11 against the department's 75 %

    def test_filters_narrow(self, methodist, department, exam):
        other = ExamFactory(campaign=exam.campaign, subject="русский язык", grade=5)
        one, two = (SchoolFactory(department=department, name=f"Школа {letter}") for letter in "АБ")
        ResultFactory(exam=exam, school=one)
        ResultFactory(exam=other, school=two)
        path = reverse("schools:results_table")
        asked = [({"grade": 5}, [False, True]), ({"subject": "математика"}, [True, False])]
        asked += [({"q": "школа б"}, [False, True]), ({"grade": "ж"}, [True, True])]
        for query, seen in asked:
            page = methodist.get(path, query).content.decode().replace("\xa0", " ")
            assert [name in page for name in ("Школа А", "Школа Б")] == seen

    def test_the_workbook_is_what_is_shown(self, methodist, department, exam):
        ResultFactory(
            exam=exam,
            school=SchoolFactory(department=department, name="=Школа"),
            journal={"lowered": 5, "confirmed": 15, "raised": 5},
        )
        ResultFactory(
            exam=ExamFactory(campaign=exam.campaign, grade=5), school=SchoolFactory(department=department)
        )
        response = methodist.get(reverse("schools:results_export"), {"grade": 4})
        rows = list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values)
        assert [row[1] for row in rows[1:]] == ["город Пробный (посчитано по школам)", "=Школа"]
        assert rows[2][2:5] == (25, 2, 8.0)
        assert rows[2][-2:] == (5, 20.0)
        cell = openpyxl.load_workbook(io.BytesIO(response.content)).active["B3"]
        assert (cell.data_type, cell.quotePrefix) == ("s", True)

    def test_queries_do_not_grow(self, methodist, department, exam, django_assert_max_num_queries):
        ResultFactory(exam=exam, school=SchoolFactory(department=department))
        path = reverse("schools:results_table")
        methodist.get(path)
        with django_assert_max_num_queries(14) as one:
            methodist.get(path)
        for _ in range(2):
            ResultFactory(
                exam=ExamFactory(campaign=exam.campaign, grade=6 + _),
                school=SchoolFactory(department=department),
            )
        with django_assert_max_num_queries(14) as three:
            methodist.get(path)
        assert len(one.captured_queries) == len(three.captured_queries)

    def test_empty_pages_say_the_first_step(self, methodist, department):
        assert "Кампаний ВПР пока нет" in methodist.get(reverse("schools:results_table")).content.decode()
        CampaignFactory(department=department)
        assert "Загрузить отчёты ФИС ОКО" in methodist.get(reverse("schools:results_table")).content.decode()


class TestDoors:
    def test_another_department_sees_nothing(self, methodist, department):
        foreign = ResultFactory(school__name="Чужая школа")
        ResultImportFactory(file_name="чужой файл.xlsx", department=foreign.department)
        for name in ("results_table", "results_import"):
            page = methodist.get(reverse(f"schools:{name}")).content.decode()
            assert [word in page for word in ("Чужая школа", "чужой файл", foreign.exam.campaign.name)] == [
                False
            ] * 3
        rows = openpyxl.load_workbook(
            io.BytesIO(
                methodist.get(
                    reverse("schools:results_export"), {"campaign": foreign.exam.campaign_id}
                ).content
            )
        ).active
        assert rows.max_row == 1

    @pytest.mark.parametrize("name", ["results_table", "results_export", "results_import"])
    def test_schools_are_not_let_in(self, login, name):
        assert login(PostFactory().membership).get(reverse(f"schools:{name}")).status_code == 403

    def test_a_viewer_looks_but_does_not_load(self, login, department):
        viewer = login(MembershipFactory(department=department, viewer=True))
        assert viewer.get(reverse("schools:results_table")).status_code == 200
        assert viewer.get(reverse("schools:results_import")).status_code == 403
