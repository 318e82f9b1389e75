"""A file of results: compared with what is known, applied as a whole by exactly one, undone as a whole."""

from __future__ import annotations

import json

import pytest
from django.core.files.storage import default_storage

from accounts.models import AuditEvent
from jobs.domain import work
from jobs.models import Job
from portal.lib.refusals import Refused
from schools import tasks
from schools.domain import result_imports as imports
from schools.models import Exam, ResultImport, SubjectName, VprResult
from tests.factories.accounts import DepartmentFactory
from tests.factories.schools import CampaignFactory, ExamFactory, ResultFactory, SchoolFactory
from tests.schools.books import book
from tests.schools.result_books import (
    ABSENT,
    JOURNAL_HEAD,
    PUPILS,
    form_2021,
    form_2026,
    lead,
    marks,
    named,
    original_marks,
    scores_head,
)

pytestmark = pytest.mark.django_db
FOUR = {"2": 2, "3": 9, "4": 10, "5": 4}


@pytest.fixture
def department():
    return DepartmentFactory(municipality="город Пробный", region="Приозёрный край")


@pytest.fixture
def exam(department):
    return ExamFactory(campaign__department=department)


@pytest.fixture
def school(department):
    return SchoolFactory(department=department, code="sch900001")


def stage(department, data, name="отметки.xlsx", **said):
    return imports.stage(department=department, by=None, file_name=name, data=data, **said)


def load(department, data, name="отметки.xlsx"):
    staged = stage(department, data, name)
    imports.apply(staged, by=None)
    return staged


def actions(staged):
    return [row["action"] for row in staged.preview["rows"]]


def faults(staged):
    return [fault["cell"] for fault in staged.preview["faults"]]


class TestPreview:
    def test_nothing_is_written_and_the_campaign_is_found_by_its_year(self, department, exam, school):
        CampaignFactory(department=department, year=2024, first_day="2025-04-11", last_day="2025-05-16")
        staged = stage(department, marks([*lead(), 8, 36, 40, 16]))
        assert (staged.campaign, actions(staged), faults(staged)) == (exam.campaign, ["new"], [])
        assert not VprResult.objects.exists()

    def test_new_changed_and_same(self, department, exam, school):
        other = SchoolFactory(department=department, code="sch900002")
        ResultFactory(exam=exam, school=school, marks=FOUR)
        ResultFactory(exam=exam, school=other, marks={"2": 25, "3": 0, "4": 0, "5": 0})
        SchoolFactory(department=department, login="sch900003", code="")
        same, changed, new = (lead(f"sch90000{n}") for n in (1, 2, 3))
        staged = stage(department, marks(*([*row, 8, 36, 40, 16] for row in (same, changed, new))))
        assert actions(staged) == ["same", "changed", "new"]
        assert staged.preview["rows"][1]["changes"] == {"marks": [{"2": 25, "3": 0, "4": 0, "5": 0}, FOUR]}

    def test_an_unknown_login_and_another_departments_look_alike(self, department, exam, school):
        SchoolFactory(code="sch900002", name="Чужая школа")
        rows = [*lead("sch900002"), 8, 36, 40, 16], [*lead("sch900009"), 8, 36, 40, 16]
        staged = stage(department, marks([*lead(), 8, 36, 40, 16], *rows))
        told = [fault["message"].replace("sch900002", "sch900009") for fault in staged.preview["faults"]]
        assert (faults(staged), len(set(told))) == (["E3", "E4"], 1)
        assert "Чужая" not in json.dumps(staged.preview, ensure_ascii=False)

    def test_other_municipalities_of_a_regions_extract_are_left_out(self, department, exam, school):
        foreign = [*lead("sch111111", municipality="Соседний район"), 8, 36, 40, 16]
        staged = stage(department, marks([*lead(), 8, 36, 40, 16], foreign))
        assert (actions(staged), faults(staged)) == (["new"], [])
        assert [one["reason"] for one in staged.preview["skipped"]] == ["другой муниципалитет"]

    def test_other_years_are_left_out_but_not_all(self, department, exam, school):
        old = [*lead(year=2025), 8, 36, 40, 16]
        assert actions(stage(department, marks([*lead(), 8, 36, 40, 16], old), campaign=exam.campaign)) == [
            "new"
        ]
        staged = stage(department, marks(old), campaign=exam.campaign)
        assert (actions(staged), [fault["field"] for fault in staged.preview["faults"]]) == ([], ["year"])

    def test_a_form_of_another_year_is_named(self, department, exam, school):
        staged = stage(department, named(form_2021(), "МА4"))
        assert ["2021" in fault["message"] for fault in staged.preview["faults"]] == [True]

    def test_scores_beyond_the_tests_maximum_are_named(self, department, exam, school):
        report = book([scores_head(20), [*lead(participants=10), *[0] * 19, 50, 50]])
        assert faults(stage(department, report)) == ["E2"]

    def test_tasks_the_test_does_not_have_are_named(self, department, exam, school):
        exam.tasks = [{"number": "1", "max": 1, "level": "basic"}]
        exam.save()
        report = book([[*lead()[:0], *["Год", "Класс", "Предмет", "Логин", "Участников"], "1", "2"],
                       [2026, 4, "МА", "sch900001", 25, 80, 40]])  # fmt: skip
        assert ["2" in fault["message"] for fault in stage(department, report).preview["faults"]] == [True]

    def test_tests_the_campaign_lacks_are_offered(self, department, exam, school):
        staged = stage(department, marks([*lead(subject="РУ", grade=5), 8, 36, 40, 16]))
        assert actions(staged) == ["no_exam"]
        with pytest.raises(Refused, match="нет некоторых работ"):
            imports.apply(staged, by=None)
        assert imports.add_exams(staged, by=None) == 1
        assert actions(staged) == ["new"]
        assert Exam.objects.filter(campaign=exam.campaign, grade=5, subject="русский язык").count() == 1

    def test_two_campaigns_of_a_year_are_asked_about(self, department, exam, school):
        autumn = CampaignFactory(department=department, first_day="2026-10-01", last_day="2026-10-20")
        staged = stage(department, marks([*lead(), 8, 36, 40, 16]))
        with pytest.raises(Refused, match="какой это кампании"):
            imports.apply(staged, by=None)
        imports.correct(staged, campaign=exam.campaign, said={})
        assert (staged.campaign, actions(staged)) == (exam.campaign, ["new"])
        assert autumn != staged.campaign

    def test_a_sheet_is_told_what_it_is(self, department, exam, school):
        data = named(
            [["Логин", "Кол-во участников", "2", "3", "4", "5"], ["sch900001", 25, 8, 36, 40, 16]], "Лист"
        )
        staged = stage(department, data)
        assert len(faults(staged)) == 2
        imports.correct(
            staged, campaign=exam.campaign, said={"Лист": {"subject": "математика", "grade": 4, "level": ""}}
        )
        assert (faults(staged), actions(staged)) == ([], ["new"])

    def test_a_subjects_name_is_remembered_by_this_department_only(self, department, exam, school):
        data = marks([*lead(subject="МАТ-Б"), 8, 36, 40, 16])
        staged = stage(department, data)
        imports.name_subjects(staged, {"МАТ-Б": "математика"}, by=None)
        assert (faults(staged), actions(staged)) == ([], ["new"])
        assert actions(stage(department, data)) == ["new"]
        assert SubjectName.objects.get().department == department
        assert faults(stage(DepartmentFactory(), data)) == ["C2"]


class TestApply:
    def test_school_and_groups_are_written(self, department, exam, school):
        SchoolFactory(department=department, code="sch900002")
        staged = load(department, original_marks())
        kept = {(one.scope, one.school_id): (one.participants, one.marks) for one in VprResult.objects.all()}
        assert kept["school", school.pk] == (25, FOUR)
        assert kept["country", None][0] == 1400000
        assert {scope for scope, _ in kept} == {"country", "region", "department", "school"}
        assert staged.state == ResultImport.State.APPLIED
        assert (
            AuditEvent.objects.filter(action="schools.results_imported", department=department).count() == 1
        )

    def test_another_form_of_the_same_test_adds_to_it(self, department, exam, school):
        load(department, marks([*lead(), 8, 36, 40, 16]))
        load(department, book([JOURNAL_HEAD, [*lead(), 20, 60, 20]]))
        result = VprResult.objects.get()
        assert (result.marks, result.journal) == (FOUR, {"lowered": 5, "confirmed": 15, "raised": 5})

    def test_a_histogram_is_as_long_as_the_scale(self, department, exam, school):
        load(department, book([scores_head(6), [*lead(participants=10), 0, 10, 20, 30, 20, 10, 10]]))
        assert VprResult.objects.get().histogram == [0, 1, 2, 3, 2, 1, 1, *[0] * 12]

    def test_faults_stop_everything(self, department, exam, school):
        staged = stage(department, marks([*lead(), 8, 36, 40, 16], [*lead("sch900009"), 8, 36, 40, 16]))
        with pytest.raises(Refused, match="есть ошибки"):
            imports.apply(staged, by=None)
        assert not VprResult.objects.exists()

    def test_what_changed_meanwhile_stops_it(self, department, exam, school):
        staged = stage(department, marks([*lead(), 8, 36, 40, 16]))
        ResultFactory(exam=exam, school=school)
        with pytest.raises(Refused, match="Проверить заново"):
            imports.apply(staged, by=None)
        staged.refresh_from_db()
        imports.again(staged)
        assert actions(staged) == ["same"]

    def test_twice_is_once(self, department, exam, school):
        staged = load(department, marks([*lead(), 8, 36, 40, 16]))
        with pytest.raises(Refused, match="уже загружен"):
            imports.apply(staged, by=None)

    def test_by_the_worker_with_progress(self, department, exam, school, django_capture_on_commit_callbacks):
        staged = stage(department, marks([*lead(), 8, 36, 40, 16]))
        with django_capture_on_commit_callbacks(execute=True):
            job = tasks.apply_results_later(staged, by=None)
        job.refresh_from_db()
        assert (job.state, job.done, job.total) == (Job.State.DONE, 1, 1)
        assert Job.objects.filter(kind="schools.compute_signs", state=Job.State.DONE).count() == 1
        Job.objects.update(state=Job.State.QUEUED, finished_at=None)
        work.run(job.pk)  # safe twice
        assert VprResult.objects.count() == 1


class TestUndo:
    def test_everything_is_as_it_was(self, department, exam, school):
        before = {"2": 25, "3": 0, "4": 0, "5": 0}
        ResultFactory(exam=exam, school=school, marks=before)
        SchoolFactory(department=department, code="sch900002")
        staged = load(department, original_marks())
        imports.undo(staged, by=None)
        assert [(one.school, one.marks) for one in VprResult.objects.all()] == [(school, before)]
        assert staged.state == ResultImport.State.UNDONE

    def test_not_under_a_later_file(self, department, exam, school):
        first = load(department, marks([*lead(), 8, 36, 40, 16]))
        second = load(department, book([JOURNAL_HEAD, [*lead(), 20, 60, 20]]))
        with pytest.raises(Refused, match="Отмените сначала его"):
            imports.undo(first, by=None)
        first.refresh_from_db()
        assert first.state == ResultImport.State.APPLIED
        imports.undo(second, by=None)
        imports.undo(first, by=None)
        assert not VprResult.objects.exists()


class TestOwnForm:
    def test_marks_by_the_tests_scale_and_no_pupil_anywhere(self, department, exam, school, tmp_path):
        exam.thresholds = {"3": 2, "4": 4, "5": 6}
        exam.save()
        staged = load(department, named(form_2026(), "МА4"), "sch900001.xlsx")
        result = VprResult.objects.get()
        assert (result.participants, result.marks) == (3, {"2": 1, "3": 0, "4": 1, "5": 1})
        assert result.journal == {"lowered": 1, "confirmed": 0, "raised": 2}
        staged.refresh_from_db()
        assert not staged.file
        kept = json.dumps([staged.preview, staged.before, staged.mapping], ensure_ascii=False)
        assert [code for code in [*(code for code, _, _ in PUPILS), ABSENT] if code in kept] == []
        assert not default_storage.exists("imports")

    def test_correcting_the_campaign_compares_anew(self, department, exam, school):
        staged = stage(department, named(form_2026(), "МА4"), "sch900001.xlsx")
        other = ExamFactory(campaign__department=department, campaign__name="Вторая").campaign
        imports.correct(staged, campaign=other, said={})
        assert (staged.campaign, actions(staged)) == (other, ["new"])


def test_discarded_files_are_gone(department, exam, school, django_capture_on_commit_callbacks):
    staged = stage(department, marks([*lead(), 8, 36, 40, 16]))
    name = staged.file.name
    with django_capture_on_commit_callbacks(execute=True):
        imports.discard(staged, by=None)
    assert not default_storage.exists(name)
    with pytest.raises(Refused, match="отброшен"):
        imports.apply(staged, by=None)
