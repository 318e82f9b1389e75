"""A list is compared, applied as a whole by exactly one, undone as a whole; no other department is touched."""

from __future__ import annotations

import datetime
import io
import threading

import openpyxl
import pytest
from django.db import connections

from accounts.models import AuditEvent
from jobs.domain import work
from jobs.models import Job
from portal.lib.refusals import Refused
from schools import tasks
from schools.domain import imports
from schools.models import School, SchoolImport
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory
from tests.schools.books import book, inn, line, schools

pytestmark = pytest.mark.django_db
HEAD = ["Название", "Код ОО", "ИНН", "Директор"]


@pytest.fixture
def department():
    return DepartmentFactory()


def stage(department, data):
    return imports.stage(department=department, by=None, file_name="список.xlsx", data=data)


def load(department, data):
    staged = stage(department, data)
    imports.apply(staged, by=None)
    return staged


def actions(department, data):
    return [row["action"] for row in preview(department, data)["rows"]]


def preview(department, data):
    """Counts, rows with their heap, and faults, as the command prints them."""
    seen = imports.draft(department, data)
    found = [{"action": heap, **row} for heap, row in seen.rows("new", "changed", "same", "faulty")]
    faults = [*seen.summary["faults"], *(fault for row in found for fault in row["faults"])]
    return {"counts": seen.summary["counts"], "rows": found, "faults": faults}


class TestPreview:
    def test_nothing_is_written(self, department):
        preview(department, schools(line(1)))
        assert not School.objects.exists()

    def test_four_heaps(self, department):
        load(department, schools(line(1), line(2)))
        seen = preview(department, schools(line(1), line(2, pupils=5), line(3), line(4, email="нет")))
        assert seen["counts"] == {"new": 1, "changed": 1, "same": 1, "faulty": 1}
        assert seen["rows"][1]["changes"] == {"pupils": [102, 5]}

    @pytest.mark.parametrize(
        ("known", "row"),
        [
            ({"code": "sch700001"}, ["Новое имя", "sch700001", None, None]),
            ({"code": "", "login": "sch700001"}, ["Новое имя", "sch700001", None, None]),
            ({"code": "sch700009", "inn": inn(7)}, ["Новое имя", "sch700001", inn(7), None]),
            ({"code": "", "name": "МБОУ «СОШ № 1»"}, ['мбоу "СОШ №1"', "sch700001", None, None]),
        ],
    )
    def test_a_school_is_known_by_code_then_inn_then_name(self, department, known, row):
        school = SchoolFactory(department=department, **known)
        planned = preview(department, book([HEAD, row]))["rows"]
        assert [(one["action"], one["school"]) for one in planned] == [("changed", school.pk)]

    def test_a_namesake_with_another_code_is_another_school(self, department):
        SchoolFactory(department=department, name="Школа № 1", code="sch700009")
        assert actions(department, book([HEAD, ["Школа № 1", "sch700001"]])) == ["new"]

    def test_marks_of_two_schools_are_a_fault(self, department):
        SchoolFactory(department=department, code="sch700001")
        SchoolFactory(department=department, code="sch700002", inn=inn(7))
        seen = preview(department, book([HEAD, ["Школа", "sch700001", inn(7)]]))
        assert [(fault["cell"], "разные школы" in fault["message"]) for fault in seen["faults"]] == [
            ("C2", True)
        ]
        assert seen["counts"]["faulty"] == 1

    def test_two_rows_for_one_school_are_a_fault(self, department):
        SchoolFactory(department=department, code="sch700001", inn=inn(7))
        seen = preview(department, book([HEAD, ["Школа А", "sch700001"], ["Школа Б", "sch700002", inn(7)]]))
        assert [fault["cell"] for fault in seen["faults"]] == ["C3"]

    def test_a_closed_school_is_a_fault(self, department):
        SchoolFactory(department=department, code="sch700001", closed_on=datetime.date(2025, 1, 1))
        seen = preview(department, book([HEAD, ["Школа", "sch700001"]]))
        assert ["закрыта" in fault["message"] for fault in seen["faults"]] == [True]

    def test_a_lost_yo_is_no_change_and_a_found_one_is(self, department):
        school = SchoolFactory(department=department, code="sch700001", director="Королёв Артем")
        row = [school.name, "sch700001", None, "КОРОЛЕВ АРТЕМ"]
        assert actions(department, book([HEAD, row])) == ["same"]
        assert actions(department, book([HEAD, [*row[:3], "Королёв Артём"]])) == ["changed"]

    def test_an_empty_cell_takes_nothing_away(self, department):
        school = SchoolFactory(department=department, code="sch700001", director="Тестова Анна")
        assert actions(department, book([HEAD, [school.name, "sch700001", None, None]])) == ["same"]

    def test_another_departments_school_is_not_matched(self, department):
        foreign = SchoolFactory(code="sch700001", inn=inn(7), name="Школа № 1")
        load(department, book([HEAD, ["Школа № 1", "sch700001", inn(7), "Тестова Анна"]]))
        foreign.refresh_from_db()
        assert foreign.director == ""
        assert School.objects.get(department=department).code == "sch700001"


class TestApply:
    def test_new_and_changed_schools_are_written(self, department):
        old = SchoolFactory(department=department, code="sch700001", address="ул. Старая")
        staged = load(department, schools(line(1), line(2)))
        old.refresh_from_db()
        assert (old.name, old.pupils, old.accredited_on) == (
            "МБОУ «СОШ № 1»",
            101,
            datetime.date(2023, 5, 25),
        )
        assert old.address == "ул. Старая"
        assert School.objects.filter(department=department).count() == 2
        assert staged.state == SchoolImport.State.APPLIED
        assert AuditEvent.objects.filter(action="schools.imported", department=department).count() == 1
        assert actions(department, schools(line(1), line(2))) == ["same", "same"]

    def test_changed_rows_move_the_time_of_change(self, department):
        old = SchoolFactory(department=department, code="sch700001")
        load(department, schools(line(1)))
        before, old_at = old.created_at, old.updated_at
        old.refresh_from_db()
        assert old.updated_at > old_at
        assert old.created_at == before

    def test_a_list_with_faults_is_refused_whole(self, department):
        staged = stage(department, schools(line(1), line(2, code="sch1")))
        with pytest.raises(Refused, match="ошибки"):
            imports.apply(staged, by=None)
        assert not School.objects.exists()

    def test_a_stale_preview_is_refused_whole(self, department):
        old = SchoolFactory(department=department, code="sch700001")
        staged = stage(department, schools(line(1), line(2)))
        old.name = "Иначе"
        old.save()
        with pytest.raises(Refused, match="изменились"):
            imports.apply(staged, by=None)
        assert School.objects.count() == 1
        staged.refresh_from_db()
        assert staged.state == SchoolImport.State.PREVIEW

    def test_a_school_that_appeared_meanwhile_is_seen(self, department):
        staged = stage(department, schools(line(1)))
        SchoolFactory(department=department, code="sch700001")
        with pytest.raises(Refused, match="изменились"):
            imports.apply(staged, by=None)

    def test_twice_is_once(self, department):
        staged = load(department, schools(line(1)))
        with pytest.raises(Refused, match="уже загружен"):
            imports.apply(SchoolImport.objects.get(pk=staged.pk), by=None)

    def test_the_worker_applies_and_is_safe_twice(self, department, django_capture_on_commit_callbacks):
        staged = stage(department, schools(line(1), line(2)))
        with django_capture_on_commit_callbacks(execute=True):
            job = tasks.apply_later(staged, by=None, choice={})
        job.refresh_from_db()
        assert (job.state, job.done, job.total) == (Job.State.DONE, 2, 2)
        Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, finished_at=None)
        assert tasks.apply_import(job, work.Progress(job))["counts"] == staged.preview["counts"]
        assert School.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_apply_once():
    department = DepartmentFactory()
    staged = stage(department, schools(*[line(n) for n in range(1, 30)]))
    start, outcomes = threading.Barrier(2), []

    def click():
        try:
            mine = SchoolImport.objects.select_related("department").get(pk=staged.pk)
            start.wait(timeout=10)
            imports.apply(mine, by=None)
            outcomes.append("applied")
        except Refused:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["applied", "refused"]
    assert School.objects.count() == 29
    assert AuditEvent.objects.filter(action="schools.imported").count() == 1


class TestChoice:
    """What a person wants done with each heap is done with exactly that heap, and undone likewise."""

    @pytest.fixture
    def staged(self, department):
        SchoolFactory(department=department, code="sch700001", name="Было", pupils=7)
        return stage(department, schools(line(1), line(2), line(3, code="sch1")))

    def names(self):
        return sorted(School.objects.values_list("name", flat=True))

    @pytest.mark.parametrize(
        ("choice", "left"),
        [
            ({"faulty": "skip"}, ["МБОУ «СОШ № 1»", "МБОУ «СОШ № 2»"]),
            ({"faulty": "skip", "new": "skip"}, ["МБОУ «СОШ № 1»"]),
            ({"faulty": "skip", "changed": "skip"}, ["Было", "МБОУ «СОШ № 2»"]),
        ],
    )
    def test_only_the_chosen_heaps_are_written_and_undone(self, staged, choice, left):
        imports.apply(staged, by=None, choice=imports.Choice(**choice))
        assert self.names() == left
        imports.undo(SchoolImport.objects.get(pk=staged.pk), by=None)
        assert self.names() == ["Было"]
        assert School.objects.get().pupils == 7

    def test_faults_stop_all_unless_they_are_skipped(self, staged):
        with pytest.raises(Refused, match="пропустите эти строки"):
            imports.apply(staged, by=None, choice=imports.Choice(new="skip"))
        assert self.names() == ["Было"]

    def test_a_doubtful_column_stops_whatever_is_chosen(self, department):
        staged = stage(
            department, book([["Название", "Код ОО", "Код ОО"], ["Школа", "sch700001", "sch700002"]])
        )
        with pytest.raises(Refused, match="какой из похожих столбцов"):
            imports.apply(staged, by=None, choice=imports.Choice(faulty="skip"))


class TestNumbers:
    """Login in ФИС ОКО, then ИНН, then name; who disagrees with whom is said."""

    def test_a_login_outweighs_the_name_of_another_school(self, department):
        mine = SchoolFactory(department=department, code="sch700001", name="Школа А")
        SchoolFactory(department=department, code="sch700002", name="Школа Б")
        (row,) = preview(department, book([HEAD, ["Школа Б", "sch700001"]]))["rows"]
        assert (row["action"], row["school"]) == ("changed", mine.pk)

    def test_an_inn_outweighs_the_name_of_another_school(self, department):
        mine = SchoolFactory(department=department, code="", inn=inn(7), name="Школа А")
        SchoolFactory(department=department, code="", name="Школа Б")
        (row,) = preview(department, book([["Название", "ИНН"], ["Школа Б", inn(7)]]))["rows"]
        assert (row["action"], row["school"]) == ("changed", mine.pk)

    def test_a_login_of_one_and_a_code_of_another_is_a_fault(self, department):
        SchoolFactory(department=department, code="sch700001", login="sch700001")
        SchoolFactory(department=department, code="sch700002")
        head = ["Название", "Код ОО", "Логин"]
        seen = preview(department, book([head, ["Школа", "sch700002", "sch700001"]]))
        assert ["разные школы" in fault["message"] for fault in seen["faults"]] == [True]

    def test_a_login_of_another_department_is_unknown_here_and_tells_nothing(self, department):
        foreign = SchoolFactory(
            code="sch700001", login="sch700001", name="Чужая школа", director="Чужая Анна"
        )
        seen = preview(department, book([HEAD, ["Школа № 1", "sch700001"]]))
        assert [row["action"] for row in seen["rows"]] == ["new"]
        assert "Чужая" not in str(seen)
        load(department, book([HEAD, ["Школа № 1", "sch700001"]]))
        foreign.refresh_from_db()
        assert foreign.name == "Чужая школа"

    def test_open_schools_that_the_list_does_not_name_are_told(self, department):
        missing = SchoolFactory(department=department, code="sch700009")
        SchoolFactory(department=department, code="sch700008", closed_on=datetime.date(2025, 1, 1))
        SchoolFactory()
        seen = imports.draft(department, schools(line(1)))
        assert (seen.summary["missing"], seen.summary["missing_count"]) == ([missing.pk], 1)


class TestUndo:
    def test_new_schools_go_and_changed_ones_return(self, department):
        old = SchoolFactory(department=department, code="sch700001", name="Было", pupils=None)
        staged = load(department, schools(line(1), line(2)))
        imports.undo(staged, by=None)
        assert list(School.objects.values_list("name", "pupils", "accredited_on")) == [("Было", None, None)]
        old.refresh_from_db()
        assert old.inn == ""
        assert staged.state == SchoolImport.State.UNDONE

    @pytest.mark.parametrize("rests", [PostFactory, FlagFactory])
    def test_not_while_anything_rests_on_a_new_school(self, department, rests):
        staged = load(department, schools(line(1), line(2)))
        rests(school=School.objects.get(code="sch700002"))
        with pytest.raises(Refused, match="СОШ № 2"):
            imports.undo(staged, by=None)
        assert School.objects.count() == 2
        staged.refresh_from_db()
        assert staged.state == SchoolImport.State.APPLIED

    @pytest.mark.parametrize("code", ["sch700001", "sch700002"])
    def test_not_when_a_school_was_edited_since(self, department, code):
        SchoolFactory(department=department, code="sch700001", name="Было")
        staged = load(department, schools(line(1), line(2)))
        School.objects.filter(code=code).update(pupils=7)
        with pytest.raises(Refused, match="изменили"):
            imports.undo(staged, by=None)
        assert School.objects.count() == 2

    def test_what_the_import_did_not_touch_may_have_changed(self, department):
        SchoolFactory(department=department, code="sch700001", name="Было")
        staged = load(department, book([HEAD, ["Стало", "sch700001"]]))
        School.objects.update(pupils=7)
        imports.undo(staged, by=None)
        assert School.objects.values_list("name", "pupils").get() == ("Было", 7)

    def test_once(self, department):
        staged = load(department, schools(line(1)))
        imports.undo(SchoolImport.objects.get(pk=staged.pk), by=None)
        with pytest.raises(Refused, match="отменена"):
            imports.undo(SchoolImport.objects.get(pk=staged.pk), by=None)


def test_faulty_rows_as_a_workbook_name_cell_reason_and_keep_what_was_typed(department):
    staged = stage(department, schools(line(1), line(2, code="sch1", email="-нет"), line(3)))
    sheet = openpyxl.load_workbook(io.BytesIO(imports.faulty_rows(staged))).active
    head, row = [[cell.value for cell in cells] for cells in sheet.iter_rows()]
    told = dict(zip(head, row, strict=True))
    assert told["Строка"] == 3
    assert "B3: Это не код школы" in told["Что исправить"]
    assert "E3: Это не адрес" in told["Что исправить"]
    assert (told["Код ОО в ФИС ОКО"], told["E-mail"]) == ("sch1", "-нет")


def test_a_corrected_workbook_of_faulty_rows_goes_in(department):
    staged = stage(department, schools(line(1), line(2, code="sch1")))
    made = openpyxl.load_workbook(io.BytesIO(imports.faulty_rows(staged)))
    sheet = made.active
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("Код ОО в ФИС ОКО") + 1).value = "sch700002"
    out = io.BytesIO()
    made.save(out)
    seen = preview(department, out.getvalue())
    assert (seen["counts"]["new"], seen["faults"]) == (1, [])


def test_schools_are_written_by_the_hundred(department, django_assert_max_num_queries):
    staged = stage(department, schools(*[line(n) for n in range(1, 400)]))
    with django_assert_max_num_queries(20):
        imports.apply(staged, by=MembershipFactory(department=department, admin=True))
